internal import CommandKit
internal import Platform

/// Spans of time as people write them: `90s`, `15m`, `12h`, `30d`, `1h30m`.
enum Duration {
    private static let expected = InvalidValue.expected("a duration; write 15m, 12h or 30d")

    /// The longest span that is accepted: 1000 years, in seconds.
    private static let longest: Int64 = 1000 * 366 * 86_400

    /// Whole seconds. A bare number is refused, since it could be minutes or milliseconds as well.
    static func seconds(_ text: String) throws(InvalidValue) -> Int64 {
        try parse(text, units: units)
    }

    /// Milliseconds, for waits: `500ms` is accepted too.
    static func milliseconds(_ text: String) throws(InvalidValue) -> Int64 {
        if text.hasSuffix("ms"), text.first?.isNumber == true,
            let number = Int64(text.dropLast(2)), number > 0, number <= 86_400_000
        {
            return number
        }
        let seconds = try parse(text, units: units)
        guard seconds > 0, seconds <= 86_400 else { throw expected }
        return seconds * 1000
    }

    private static let units: [UInt8: Int64] = [
        UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600,
        UInt8(ascii: "d"): 86_400, UInt8(ascii: "w"): 604_800,
    ]

    private static func parse(
        _ text: String, units: [UInt8: Int64]
    ) throws(InvalidValue) -> Int64 {
        var total: Int64 = 0
        var number: Int64?
        var last = Int64.max
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let next = (number ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
                guard next <= longest else { throw expected }
                number = next
            } else {
                // Units fall: 1h30m is a span, 30m1h is a slip of the pen.
                guard let count = number, let unit = units[byte], unit < last else {
                    throw expected
                }
                total += count * unit
                guard total <= longest, count <= longest / unit else { throw expected }
                last = unit
                number = nil
            }
        }
        guard number == nil, last != Int64.max else { throw expected }
        return total
    }

    /// A span for a person: `2 h 5 min`, `14 min`, `3 days`, `73 years`.
    static func words(_ seconds: Int64) -> String { TimeSpan.words(seconds) }
}
