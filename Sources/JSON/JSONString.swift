/// A string of a JSON text, equal to another only when the bytes are.
///
/// Swift's `String ==` is canonical equivalence: "é" in one scalar equals "e" with an accent, and
/// both are one dictionary key. A signature covers bytes, and so do the services that compare an
/// audience or a subject; a tool that is more generous than they are can be made to disagree with
/// them. Every name and claim is therefore compared as UTF-8.
package struct JSONString: Sendable {
    /// The text, always well-formed Unicode; compare the `JSONString`s, not these.
    package let text: String

    /// The string of this text, as it is: nothing is normalized.
    package init(_ text: String) {
        self.text = text
    }

    /// The bytes that a signature, a service and Redis see.
    package var utf8: [UInt8] { Array(text.utf8) }

    package var isEmpty: Bool { text.utf8.isEmpty }
}

extension JSONString: Hashable {
    package static func == (left: JSONString, right: JSONString) -> Bool {
        // Texts that differ when normalized differ in their bytes, and this is the faster comparison.
        guard left.text.utf8.count == right.text.utf8.count, left.text == right.text else {
            return false
        }
        var left = left.text, right = right.text
        return left.withUTF8 { left in
            right.withUTF8 { right in unsafe left.elementsEqual(right) }
        }
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { bytes in
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }
}

extension JSONString: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

extension JSONString: CustomStringConvertible {
    package var description: String { text }
}

/// Reads one string of a JSON text, from after its opening quote to after its closing one.
struct JSONStringReader {
    /// The next byte to read.
    private(set) var offset: Int

    /// Whether all bytes so far are written as they are, in whichever escaping.
    private(set) var isPlain = true

    init(offset: Int) {
        self.offset = offset
    }

    /// The string, unescaped. Without an escape, which is the rule, it is copied in one piece.
    mutating func read(_ text: Span<UInt8>) throws(JSONError) -> JSONString {
        let start = offset
        try skipPlain(text)
        if text[offset] == UInt8(ascii: "\"") {
            let string =
                isPlain ? Self.copied(text, start, offset) : try Self.checked(text, start, offset)
            offset += 1
            return JSONString(string)
        }
        return try readEscaped(text, from: start)
    }

    /// The rest of a string that has an escape, which begins at `offset`.
    private mutating func readEscaped(
        _ text: Span<UInt8>, from start: Int
    ) throws(JSONError) -> JSONString {
        isPlain = false
        var result = try Self.checked(text, start, offset)
        while text[offset] != UInt8(ascii: "\"") {
            result.unicodeScalars.append(try readEscape(text))
            let plain = offset
            try skipPlain(text)
            result += try Self.checked(text, plain, offset)
        }
        offset += 1
        return JSONString(result)
    }

    /// Moves to the next quote or backslash; one of the two is there when this returns.
    private mutating func skipPlain(_ text: Span<UInt8>) throws(JSONError) {
        skipPlainWords(text)
        while offset < text.count {
            let byte = text[offset]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter(byte), at: offset) }
            if byte >= 0x7F { isPlain = false }
            offset += 1
        }
        throw JSONError(.unexpectedEnd, at: offset)
    }

    /// Steps over plain bytes, eight at a time, up to the first that is none.
    private mutating func skipPlainWords(_ text: Span<UInt8>) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = ones << 7
        let bytes = unsafe text.bytes
        while offset + 8 <= text.count {
            let word = UInt64(
                littleEndian: unsafe bytes.unsafeLoadUnaligned(
                    fromByteOffset: offset, as: UInt64.self))
            // The top bit of a byte is set where it is zero after the subtraction of borrows, the
            // classic test of a word for a byte. Borrows go upwards only: the first alarm is true.
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let delete = word ^ (ones &* 0x7F)
            let alarm =
                word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)
                | (delete &- ones)
            guard alarm & tops == 0 else {
                offset += (alarm & tops).trailingZeroBitCount / 8
                return
            }
            offset += 8
        }
    }

    /// The bytes from `start` up to `end`, which have been seen to be ASCII.
    static func copied(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        unsafe String(
            copying: UTF8Span(unchecked: text.extracting(start..<end), isKnownASCII: true))
    }

    /// The bytes from `start` up to `end`, if they are UTF-8.
    static func checked(
        _ text: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: text.extracting(start..<end)))
        } catch {
            throw JSONError(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
        }
    }

    /// The scalar of an escape; two `\u` escapes make one where UTF-16 needs a pair.
    private mutating func readEscape(_ text: Span<UInt8>) throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        let letter = try next(text)
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(.invalidEscape, at: start)
        }

        let first = try readUnit(text)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), offset + 1 < text.count,
            text[offset] == UInt8(ascii: "\\"), text[offset + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        offset += 2
        let second = try readUnit(text)
        guard UTF16.isTrailSurrogate(second) else { throw JSONError(.loneSurrogate, at: start) }
        let pair = UTF16.EncodedScalar([first, second])
        return UTF16.decode(pair)
    }

    /// The four hexadecimal digits of a UTF-16 code unit.
    private mutating func readUnit(_ text: Span<UInt8>) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit = try next(text)
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: offset - 1)
            }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }

    private mutating func next(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard offset < text.count else { throw JSONError(.unexpectedEnd, at: offset) }
        defer { offset += 1 }
        return text[offset]
    }
}
