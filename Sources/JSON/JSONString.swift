/// A string of a JSON text. Two are equal only if their bytes are.
///
/// Swift's `String ==` compares canonical equivalence: "é" as one scalar equals "e" with an accent,
/// and both are the same dictionary key. A signature covers bytes, and services compare the bytes
/// of an audience or a subject. A tool that accepts more than they do could be made to disagree
/// with them. All names and claims are therefore compared as UTF-8.
package struct JSONString: Sendable {
    /// The text, which is always well-formed Unicode. Compare the `JSONString`s, not their texts.
    package let text: String

    /// A string with this text, which is not normalized.
    package init(_ text: String) {
        self.text = text
    }

    /// The bytes that signatures, services and Redis use.
    package var utf8: [UInt8] { Array(text.utf8) }

    package var isEmpty: Bool { text.utf8.isEmpty }
}

extension JSONString: Hashable {
    package static func == (left: JSONString, right: JSONString) -> Bool {
        // Texts that are not canonically equivalent have different bytes, and `==` is the faster
        // comparison.
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

    /// Whether all bytes so far are written unchanged, with any escaping.
    private(set) var isPlain = true

    init(offset: Int) {
        self.offset = offset
    }

    /// The string without escapes. One that has none, as most do, is copied in one piece.
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

    /// The rest of a string with an escape, the first of which is at `offset`.
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

    /// Moves to the next quote or backslash. Throws if there is none. DEL and bytes outside of ASCII
    /// are allowed, but not plain: a writer may have to escape them.
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

    /// Skips plain bytes, eight at a time, up to the first other one.
    private mutating func skipPlainWords(_ text: Span<UInt8>) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = ones << 7
        let bytes = unsafe text.bytes
        while offset + 8 <= text.count {
            let word = UInt64(
                littleEndian: unsafe bytes.unsafeLoadUnaligned(
                    fromByteOffset: offset, as: UInt64.self))
            // The usual test of a word for a byte: after the subtraction, the top bit of a byte is
            // set if it was less than the subtrahend. Borrows only affect higher bytes, so the
            // lowest set bit is right.
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

    /// The bytes from `start` up to `end`, which were found to be ASCII.
    static func copied(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        unsafe String(
            copying: UTF8Span(unchecked: text.extracting(start..<end), isKnownASCII: true))
    }

    /// The bytes from `start` up to `end`. Throws unless they are UTF-8.
    static func checked(
        _ text: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: text.extracting(start..<end)))
        } catch {
            throw JSONError(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
        }
    }

    /// The scalar of an escape. Two `\u` escapes together make one if UTF-16 needs a pair for it.
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
