internal import JSON
internal import Platform

/// A token that stands in a text, or what is left of one.
package struct TokenSighting: Equatable, Sendable {
    /// Why it is no token that can be taken out.
    package enum Fault: Equatable, Sendable {
        /// It has fewer than three segments; `next` is what stands after it.
        case cut(next: Stop)
        /// Five segments: a JWE.
        case encrypted
        /// Another number of segments.
        case segments(Int)
        /// Two tokens, and nothing between them.
        case joined
        /// Letters before it that may belong to it.
        case glued
        /// What is left of a token whose beginning is gone: claims are in it.
        case beheaded
        /// Base64 of the whole token.
        case encoded
    }

    /// What ends a run of base64url letters and dots.
    package enum Stop: Equatable, Sendable {
        case end
        case lineBreak
        case padding
        /// A letter of base64 that base64url does not have.
        case otherAlphabet
        case other
    }

    package let bytes: [UInt8]
    /// Where it begins in the text, in bytes from 0.
    package let offset: Int
    /// nil for three segments of which the first begins a JSON object.
    package let fault: Fault?
}

/// Finds tokens in what people paste: log lines, URLs, headers, JSON, commands.
///
/// A token is the whole run of base64url letters and dots around it, less the dot of a sentence: it is
/// never cut to fit. A prefix that is joined by `-` or `_` is left off where a whole token follows it.
package enum TokenScanner {
    /// What there is in `text`, in order; a token that comes twice is told once.
    package static func sightings(in text: ArraySlice<UInt8>) -> [TokenSighting] {
        guard mayHoldToken(text) else { return [] }
        let plain = UnescapedText(text)
        var found: [TokenSighting] = []
        var start = plain.bytes.startIndex
        while start < plain.bytes.endIndex {
            guard isLetter(plain.bytes[start]) else {
                start += 1
                continue
            }
            var end = start + 1
            while end < plain.bytes.endIndex, isLetter(plain.bytes[end]) { end += 1 }
            if let sighting = sighting(start..<end, in: plain),
                !found.contains(where: { $0.bytes == sighting.bytes })
            {
                found.append(sighting)
            }
            start = end
        }
        return found
    }

    /// Whether the beginning of a token may be somewhere in `text`. Nearly all ids are told by this.
    package static func mayHoldToken(_ text: ArraySlice<UInt8>) -> Bool {
        hasPair(text) && hasHead(text)
    }

    /// Whether there are two letters that decode to a brace and the first half of what follows one in
    /// JSON, or that begin the base64 of a token, or an escape that can hide either. No branch depends
    /// on a byte: the compiler looks at many of them at once.
    private static func hasPair(_ text: ArraySlice<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { bytes in
            var found: UInt8 = 0
            for index in 0..<max(bytes.count - 1, 0) {
                let (byte, next) = unsafe (bytes[index], bytes[index + 1])
                let isBrace = byte == UInt8(ascii: "e") ? isSecondOfBrace(next) : 0
                let isBase64 = byte == UInt8(ascii: "Z") && next == UInt8(ascii: "X")
                let isQuote =
                    byte == UInt8(ascii: "I")
                    && (next == UInt8(ascii: "j") || next == UInt8(ascii: "6"))
                    || byte == UInt8(ascii: "i") && next == UInt8(ascii: "O")
                found |= isBrace | (isBase64 || isQuote || isEscape(byte) ? 1 : 0)
            }
            return found != 0
        }
    }

    /// Whether such a pair stands where a segment begins, or is that of most headers.
    private static func hasHead(_ text: ArraySlice<UInt8>) -> Bool {
        var isStart = true
        for index in text.indices {
            let byte = text[index]
            if isEscape(byte) { return true }
            if isStart, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "Z") { return true }
            if byte == head[0], text[index...].starts(with: head) { return true }
            if byte | 0x20 == UInt8(ascii: "i"),
                colons.contains(where: { text[index...].starts(with: $0) })
            {
                return true
            }
            isStart = byte == dot || !isLetter(byte)
        }
        return false
    }

    /// 1 where a letter behind `e` makes the two decode to a brace and the first half of white space,
    /// of a quote or of the other brace.
    @inline(__always)
    private static func isSecondOfBrace(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "y") || byte == UInt8(ascii: "w") || byte == UInt8(ascii: "3") ? 1 : 0
    }

    /// Percent-encoding, a backslash, or the colours of a terminal.
    @inline(__always)
    private static func isEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == 0x1B
    }

    /// Whether a text has no byte but dots and letters of base64url.
    package static func isRun(_ text: ArraySlice<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { bytes in
            var others: UInt8 = 0
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                let isLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 : 0
                // From the dash to the digits there are the dot and the slash.
                let isLow: UInt8 = byte &- UInt8(ascii: "-") < 13 ? 1 : 0
                let isSlash: UInt8 = byte == UInt8(ascii: "/") ? 1 : 0
                let isMark: UInt8 = byte == UInt8(ascii: "_") ? 1 : 0
                others |= (isLetter | isLow | isMark) ^ 1 | isSlash
            }
            return others == 0
        }
    }

    /// How many dots a text has, counted to three.
    package static func dotCount(_ text: ArraySlice<UInt8>) -> Int {
        let bytes = text.span
        var (count, start) = (0, 0)
        while count < 3, let next = bytes.firstOffset(of: dot, from: start) {
            count += 1
            start = next + 1
        }
        return count
    }

    /// A letter of base64url, or the dot between segments.
    package static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), dot:
            true
        default: false
        }
    }

    private static let dot = UInt8(ascii: ".")
    /// `{"` in base64url, and `eyJ` in base64.
    private static let head = Array("eyJ".utf8)
    private static let encodedHead = Array("ZXlK".utf8)

    private static func sighting(
        _ range: Range<Int>, in plain: UnescapedText
    ) -> TokenSighting? {
        var run = plain.bytes[range]
        // The end of a sentence; three segments of which the last is empty are an unsigned token.
        if run.last == dot, run.count(where: { $0 == dot }) != 2 { run = run.dropLast() }
        func found(_ bytes: ArraySlice<UInt8>, _ fault: TokenSighting.Fault?) -> TokenSighting {
            TokenSighting(
                bytes: Array(bytes), offset: plain.offset(of: bytes.startIndex), fault: fault)
        }
        if run.starts(with: encodedHead), isEncodedToken(run) { return found(run, .encoded) }
        let segments = run.split(separator: dot, omittingEmptySubsequences: false)
        if begins(segments[0]) {
            return found(run, fault(of: segments, next: stop(after: range.upperBound, plain)))
        }
        if let start = headStart(in: segments[0]) {
            let token = run[start...]
            let isSeparated = [UInt8(ascii: "-"), UInt8(ascii: "_")].contains(run[start - 1])
            let fault =
                isSeparated
                ? fault(
                    of: [segments[0][start...]] + segments.dropFirst(),
                    next: stop(after: range.upperBound, plain)) : .glued
            return found(token, fault)
        }
        guard let later = segments.dropFirst().firstIndex(where: begins) else {
            return segments.contains(where: holdsClaims) ? found(run, .beheaded) : nil
        }
        if segments.count == 3 { return found(run, nil) }
        return segments.count - later < 3
            ? found(run, .beheaded) : found(run[segments[later].startIndex...], .glued)
    }

    private static func fault(
        of segments: [ArraySlice<UInt8>], next: TokenSighting.Stop
    ) -> TokenSighting.Fault? {
        switch segments.count {
        case ..<3: return .cut(next: next)
        case 3:
            // A signature that goes on in another alphabet was not meant to end here.
            return [.otherAlphabet, .padding].contains(next) ? .cut(next: next) : nil
        case 5 where !segments.dropFirst(2).contains(where: begins): return .encrypted
        default:
            return segments.dropFirst(2).contains { begins($0) || headStart(in: $0) != nil }
                ? .joined : .segments(segments.count)
        }
    }

    /// Whether a segment decodes to the beginning of a JSON object.
    private static func begins(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count > 2, segment.first == UInt8(ascii: "e"),
            isSecondOfBrace(segment[segment.startIndex + 1]) == 1
        else { return false }
        // The last letters of a segment that was cut may be half a byte. The first show it: a text of
        // nothing but beginnings must not cost the square of its length.
        let whole = segment.prefix(min(segment.count / 4 * 4, 256))
        guard !whole.isEmpty else { return segment.starts(with: head) }
        do {
            let bytes = try Base64URL.decode(Array(whole))
            // A random id decodes to anything; a character may be cut at the end.
            guard (0...3).contains(where: { isText(bytes.dropLast($0)) }) else { return false }
            return try JSONPrefix(of: bytes) != nil || JSONParser.parse(bytes).objectValue != nil
        } catch {
            return false
        }
    }

    /// The base64 of a quote, a colon and what follows them in JSON, wherever its bytes begin.
    private static let colons = ["Ijo", "iOi", "iOj", "I6I", "I6M"].map { Array($0.utf8) }

    /// Whether a part of a segment decodes to a name, a colon and a value.
    private static func holdsClaims(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count >= 12 else { return false }
        return (0..<4).contains { skipped in
            let part = segment.dropFirst(skipped)
            do throws(Base64Error) {
                return hasColonInText(try Base64URL.decode(Array(part.prefix(part.count / 4 * 4))))
            } catch {
                return false
            }
        }
    }

    /// Whether a quote and a colon stand in text: random bytes around them would show.
    private static func hasColonInText(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast().contains { index in
            guard bytes[index] == UInt8(ascii: "\""), bytes[index + 1] == UInt8(ascii: ":") else {
                return false
            }
            let around = bytes[max(index - 5, 0)..<min(index + 8, bytes.count)]
            return around.count >= 9 && around.allSatisfy { (0x20..<0x7F).contains($0) }
        }
    }

    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "{") && String(validating: bytes, as: UTF8.self) != nil
    }

    /// Where in a segment, behind something else, the header of a token begins.
    private static func headStart(in segment: ArraySlice<UInt8>) -> Int? {
        var rest = segment.dropFirst()
        while rest.count > head.count {
            if rest.starts(with: head), begins(rest) { return rest.startIndex }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func isEncodedToken(_ run: ArraySlice<UInt8>) -> Bool {
        let whole = run.prefix(run.count / 4 * 4)
        do throws(Base64Error) {
            let bytes = try Base64URL.decode(Array(whole))
            guard let end = bytes.firstIndex(of: dot) else { return begins(bytes[...]) }
            return begins(bytes[..<end])
        } catch {
            return false
        }
    }

    private static func stop(after index: Int, _ plain: UnescapedText) -> TokenSighting.Stop {
        guard index < plain.bytes.endIndex else { return .end }
        switch plain.bytes[index] {
        case 0x0A, 0x0D: return .lineBreak
        case UInt8(ascii: "="): return .padding
        case UInt8(ascii: "+"):
            let next = index + 1
            return next < plain.bytes.endIndex && isLetter(plain.bytes[next])
                ? .otherAlphabet : .other
        default: return .other
        }
    }
}

/// A text with what hides letters in it taken out: percent-encoding, the escapes of JSON and of
/// shells, and the colours of a terminal. What was an escape ends a run of letters.
private struct UnescapedText {
    private(set) var bytes: ArraySlice<UInt8>
    /// For each byte where it stands in the text; empty where that is the same place.
    private var offsets: [Int] = []

    init(_ text: ArraySlice<UInt8>) {
        let span = text.span
        guard
            span.firstOffset(of: UInt8(ascii: "%")) != nil
                || span.firstOffset(of: UInt8(ascii: "\\")) != nil
                || span.firstOffset(of: 0x1B) != nil
        else {
            bytes = text
            return
        }
        let text = Array(text)
        bytes = []
        var index = 0
        while index < text.count {
            let (byte, length) = Self.piece(of: text, at: index)
            bytes.append(byte)
            offsets.append(index)
            index += length
        }
        // `%253D` was encoded twice.
        guard bytes.count < text.count, bytes.contains(UInt8(ascii: "%")) else { return }
        let outer = offsets
        let inner = Self(bytes)
        bytes = inner.bytes
        offsets = inner.offsets.isEmpty ? outer : inner.offsets.map { outer[$0] }
    }

    func offset(of index: Int) -> Int {
        offsets.isEmpty ? index - bytes.startIndex : offsets[index]
    }

    /// The byte that stands at `index`, and how many bytes it is written with.
    private static func piece(of text: [UInt8], at index: Int) -> (UInt8, Int) {
        switch text[index] {
        case UInt8(ascii: "%"):
            guard let byte = hex(text, index + 1, digits: 2) else { break }
            return (UInt8(byte), 3)
        case UInt8(ascii: "\\"):
            guard index + 1 < text.count else { break }
            if text[index + 1] == UInt8(ascii: "u"), let code = hex(text, index + 2, digits: 4) {
                return (code < 0x80 ? UInt8(code) : 0x20, 6)
            }
            if text[index + 1] == UInt8(ascii: "x"), let code = hex(text, index + 2, digits: 2) {
                return (code < 0x80 ? UInt8(code) : 0x20, 4)
            }
            // `\n` and the like, `\"`, `\/`: no letter of a token.
            return (0x20, 2)
        case 0x1B:
            guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "[") else { break }
            var end = index + 2
            while end < text.count, !(0x40...0x7E).contains(text[end]) { end += 1 }
            return (0x20, min(end + 1, text.count) - index)
        default: break
        }
        return (text[index], 1)
    }

    private static func hex(_ text: [UInt8], _ start: Int, digits: Int) -> Int? {
        guard start + digits <= text.count else { return nil }
        var number = 0
        for byte in text[start..<start + digits] {
            guard let value = byte.hexDigitValue else { return nil }
            number = number << 4 | Int(value)
        }
        return number
    }
}
