/// A number of a JSON text, kept as it was written.
///
/// RFC 8259 section 6 leaves the range open; a reader that goes through `Double` would print
/// 9007199254740993 as …992, and one that goes through `Int` loses the fraction of a NumericDate.
package struct JSONNumber: Hashable, Sendable {
    /// The number as written: `1.50`, `1E3`, `-0`.
    package let text: String

    /// For the parser, which has checked that `text` is a number and is finite.
    init(checked text: String) {
        self.text = text
    }

    /// A whole number that this program computed.
    package init(_ value: Int64) {
        text = String(value)
    }

    /// The nearest double; finite, because the parser refuses `1e400`.
    package var double: Double {
        // Any whole number of fifteen digits is a double; times, the most frequent, have ten.
        if text.utf8.count <= 15, let plain = Int64(text) { return Double(plain) }
        return Double(text) ?? .nan
    }

    /// The text of a number that every platform renders alike, else nil: digits, perhaps after a minus
    /// sign, of a whole number that any double holds exactly. `7.0`, `1e2` and `-0` are not.
    package var plainText: String? {
        guard let value = Int64(text), value.magnitude < 1 << 53, String(value) == text else {
            return nil
        }
        return text
    }

    /// The value where it is a whole number in the range of `Int64`, however it is written.
    ///
    /// Computed on the digits: `1e300` must neither trap nor be rounded, `1.50e1` is 15, and
    /// 9007199254740993 stays odd.
    package var integer: Int64? {
        if let plain = Int64(text) { return plain }

        let parts = text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        // An exponent beyond `Int` belongs to zero or to a number far outside the range.
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
