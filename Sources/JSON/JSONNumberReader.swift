/// Reads one number of a JSON text (RFC 8259 section 6).
struct JSONNumberReader {
    /// The next byte to read.
    private(set) var offset: Int

    /// A number of fewer digits than this, without exponent, is finite for certain.
    private static let safeLength = 300

    init(offset: Int) {
        self.offset = offset
    }

    /// The number at `offset`, which is left after its last digit.
    mutating func read(_ text: Span<UInt8>) throws(JSONError) -> JSONNumber {
        let start = offset
        var needsRangeCheck = false
        _ = skip(text, UInt8(ascii: "-"))
        if !skip(text, UInt8(ascii: "0")) {
            try skipDigits(text)
        }
        if skip(text, UInt8(ascii: ".")) {
            try skipDigits(text)
        }
        if skip(text, UInt8(ascii: "e")) || skip(text, UInt8(ascii: "E")) {
            if !skip(text, UInt8(ascii: "+")) {
                _ = skip(text, UInt8(ascii: "-"))
            }
            try skipDigits(text)
            needsRangeCheck = true
        }

        let number = JSONNumber(checked: JSONStringReader.copied(text, start, offset))
        guard !needsRangeCheck && offset - start < Self.safeLength || number.double.isFinite else {
            throw JSONError(.numberTooLarge, at: start)
        }
        return number
    }

    /// Steps over `byte` if it is next.
    private mutating func skip(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Steps over one digit at least.
    private mutating func skipDigits(_ text: Span<UInt8>) throws(JSONError) {
        let start = offset
        while offset < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[offset]) {
            offset += 1
        }
        guard offset > start else {
            throw offset < text.count
                ? JSONError(.invalidNumber, at: offset) : JSONError(.unexpectedEnd, at: offset)
        }
    }
}
