/// A number of a JSON text, kept as it is written.
///
/// RFC 8259 section 6 does not limit its range. A reader that converts to `Double` would print
/// 9007199254740993 as …992, and one that converts to `Int` would lose the fraction of a
/// NumericDate. Equality compares the texts: 1.0 is not 1.
package struct JSONNumber: Hashable, Sendable {
    /// The number as written: `1.50`, `1E3`, `-0`.
    package let text: String

    /// For the parser, which has checked that `text` is a number within the range of a double.
    init(checked text: String) {
        self.text = text
    }

    /// A whole number.
    package init(_ value: Int64) {
        text = String(value)
    }

    /// The nearest double. It is finite, because the parser refuses `1e400`.
    package var double: Double {
        // A double represents every whole number of 15 digits. Times, the most frequent numbers,
        // have 10.
        if text.utf8.count <= 15, let plain = Int64(text) { return Double(plain) }
        return Double(text) ?? .nan
    }

    /// The text of a number that all platforms print in the same way; nil for any other. It
    /// consists of digits, perhaps after a minus sign, and is a whole number that a double
    /// represents exactly. `7.0`, `1e2` and `-0` are not.
    package var plainText: String? {
        guard let value = Int64(text), value.magnitude < 1 << 53, String(value) == text else {
            return nil
        }
        return text
    }

    /// The value if it is a whole number in the range of `Int64`, in any notation; nil for any
    /// other.
    ///
    /// It is computed from the digits: `1e300` must neither trap nor be rounded, `1.50e1` is 15,
    /// and 9007199254740993 remains odd.
    package var integer: Int64? {
        if let plain = Int64(text) { return plain }

        let parts = text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        // An exponent that does not fit into `Int` belongs to zero, or to a number far outside of
        // the range.
        let exponent = parts.count == 2 ? Int(Substring(parts[1])) : 0
        var digits: [UInt8] = []
        var scale = 0
        var seenPoint = false
        for byte in parts[0] {
            switch byte {
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "-"): break
            default:
                digits.append(byte)
                if seenPoint { scale += 1 }
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            scale -= 1
        }
        guard !digits.isEmpty else { return 0 }
        guard let exponent else { return nil }
        let (zeros, overflow) = exponent.subtractingReportingOverflow(scale)
        guard !overflow, (0...18).contains(zeros) else { return nil }
        digits.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: zeros))
        let sign = text.utf8.first == UInt8(ascii: "-") ? "-" : ""
        return Int64(sign + String(decoding: digits, as: UTF8.self))
    }
}

/// Reads one number of a JSON text (RFC 8259 section 6).
struct JSONNumberReader {
    /// The offset of the next byte.
    private(set) var offset: Int

    /// A number with fewer characters than this, and without an exponent, is within the range of a
    /// double, whose largest value has 309 digits. Only other numbers are converted to find out.
    private static let safeLength = 300

    init(offset: Int) {
        self.offset = offset
    }

    /// The number at `offset`, which moves behind its last digit.
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

    /// Skips `byte` if it is next, and returns whether it was.
    private mutating func skip(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Skips at least one digit.
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
