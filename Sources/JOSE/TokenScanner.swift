internal import JSON
internal import Platform

/// A token that was found in a text, or the remains of one.
package struct TokenSighting: Equatable, Sendable {
    /// Why this is not a token that can be taken out of the text.
    package enum Fault: Equatable, Sendable {
        /// It has fewer than three segments; `next` is what follows it in the text.
        case cut(next: Stop)
        /// Five segments: a JWE.
        case encrypted
        /// It has another number of segments.
        case segments(Int)
        /// Two tokens with nothing between them.
        case joined
        /// There are letters before it that may belong to it.
        case prefixed
        /// The end of a token without its beginning: there are claims in it.
        case startMissing
        /// Base64 of a whole token.
        case encoded
    }

    /// The character that ends a run of base64url letters and dots.
    package enum Stop: Equatable, Sendable {
        /// The end of the text.
        case end
        case lineBreak
        /// An `=`.
        case padding
        /// A `+`, which only the other alphabet of base64 has, with a letter after it.
        case otherAlphabet
        case other
    }

    /// The letters and dots of the token.
    package let bytes: [UInt8]
    /// Its offset in the text, in bytes.
    package let offset: Int
    /// nil for three segments, of which the first begins a JSON object.
    package let fault: Fault?
}

/// Finds tokens in text that people paste: log lines, URLs, headers, JSON, commands.
///
/// A token is the whole run of base64url letters and dots, except for the dot of a sentence. It is
/// never shortened to make it fit, because the wrong token might be revoked. A prefix that is
/// joined by `-` or `_` is left off if a whole token follows it.
///
/// Escapes are removed first (`UnescapedText`). Most lines of a bulk file are ids, and have to be
/// recognized quickly as lines without a token; `mayHoldToken` does that.
package enum TokenScanner {
    /// The tokens in `text` and the remains of tokens, in order. One that occurs twice is returned
    /// once.
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

    /// Whether `text` may contain the beginning of a token. False for nearly all ids.
    package static func mayHoldToken(_ text: ArraySlice<UInt8>) -> Bool {
        hasPair(text) && hasHead(text)
    }

    /// Whether there are two letters that decode to a brace and half of the next character in JSON,
    /// or that begin the base64 of a token, or whether there is an escape that can hide either. No
    /// branch depends on a byte, so the compiler can examine many bytes at once.
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

    /// Whether such a pair is at the beginning of a segment, or begins `eyJ`, as most headers do.
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

    /// 1 if this letter after an `e` makes the two decode to a brace and the first half of white
    /// space, of a quote, or of the closing brace.
    @inline(__always)
    private static func isSecondOfBrace(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "y") || byte == UInt8(ascii: "w") || byte == UInt8(ascii: "3") ? 1 : 0
    }

    /// Whether the byte begins percent-encoding, a backslash escape, or a colour of a terminal.
    @inline(__always)
    private static func isEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == 0x1B
    }

    /// Whether a text has only dots and letters of base64url.
    package static func isRun(_ text: ArraySlice<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { bytes in
            var others: UInt8 = 0
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                let isLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 : 0
                // The dash, the dot, the slash and the digits are adjacent.
                let isLow: UInt8 = byte &- UInt8(ascii: "-") < 13 ? 1 : 0
                let isSlash: UInt8 = byte == UInt8(ascii: "/") ? 1 : 0
                let isMark: UInt8 = byte == UInt8(ascii: "_") ? 1 : 0
                others |= (isLetter | isLow | isMark) ^ 1 | isSlash
            }
            return others == 0
        }
    }

    /// The number of dots in a text, counted up to three.
    package static func dotCount(_ text: ArraySlice<UInt8>) -> Int {
        let bytes = text.span
        var (count, start) = (0, 0)
        while count < 3, let next = bytes.firstOffset(of: dot, from: start) {
            count += 1
            start = next + 1
        }
        return count
    }

    /// Whether the byte is a letter of base64url, or the dot between segments.
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
    /// `eyJ` in base64: the beginning of a token that was encoded once more.
    private static let encodedHead = Array("ZXlK".utf8)

    /// The token that the run of letters at `range` is or contains; nil if it has none.
    private static func sighting(
        _ range: Range<Int>, in plain: UnescapedText
    ) -> TokenSighting? {
        var run = plain.bytes[range]
        // The dot of a sentence. Three segments with an empty last one are an unsigned token.
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
        // One random id in 20,000 has an `eyJ` near its end that decodes to `{"` and a letter or two.
        if let start = headStart(in: segments[0], least: segments.count == 1 ? leastPrefixed : 0) {
            let token = run[start...]
            let isSeparated = [UInt8(ascii: "-"), UInt8(ascii: "_")].contains(run[start - 1])
            let fault =
                isSeparated
                ? fault(
                    of: [segments[0][start...]] + segments.dropFirst(),
                    next: stop(after: range.upperBound, plain)) : .prefixed
            return found(token, fault)
        }
        guard let later = segments.dropFirst().firstIndex(where: begins) else {
            return segments.contains(where: holdsClaims) ? found(run, .startMissing) : nil
        }
        if segments.count == 3 { return found(run, nil) }
        return segments.count - later < 3
            ? found(run, .startMissing) : found(run[segments[later].startIndex...], .prefixed)
    }

    /// The fault of a token by its number of segments. `next` is what follows it.
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
        // The last letters of a truncated segment may be part of a byte. The first letters decide,
        // and no more than 256: a text of nothing but beginnings must not take time by the square
        // of its length.
        let whole = segment.prefix(min(segment.count / 4 * 4, 256))
        guard !whole.isEmpty else { return segment.starts(with: head) }
        do {
            let bytes = try Base64URL.decode(Array(whole))
            // A random id decodes to anything. A character may be cut off at the end.
            guard (0...3).contains(where: { isText(bytes.dropLast($0)) }) else { return false }
            return try JSONPrefix(of: bytes) != nil || JSONParser.parse(bytes).objectValue != nil
        } catch {
            return false
        }
    }

    /// The base64 of a quote, a colon and the next character in JSON, at each of the three
    /// alignments.
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

    /// Whether there are a quote and a colon with printable text around them. Random bytes would
    /// not have that.
    private static func hasColonInText(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast().contains { index in
            guard bytes[index] == UInt8(ascii: "\""), bytes[index + 1] == UInt8(ascii: ":") else {
                return false
            }
            let around = bytes[max(index - 5, 0)..<min(index + 8, bytes.count)]
            return around.count >= 9 && around.allSatisfy { (0x20..<0x7F).contains($0) }
        }
    }

    /// Whether this is UTF-8 that begins with a brace.
    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "{") && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The letters of a header after something else that are taken for one where no dot follows. They
    /// decode to twelve bytes, which random letters hardly ever do as the beginning of an object.
    private static let leastPrefixed = 16

    /// The index in a segment at which a header of at least `least` letters begins after something
    /// else; nil if there is none.
    private static func headStart(in segment: ArraySlice<UInt8>, least: Int = 0) -> Int? {
        var rest = segment.dropFirst()
        while rest.count >= max(least, head.count + 1) {
            if rest.starts(with: head), begins(rest) { return rest.startIndex }
            rest = rest.dropFirst()
        }
        return nil
    }

    /// Whether a run is base64 of something that begins like a token.
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

    /// The character at `index`, which ends a run.
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
