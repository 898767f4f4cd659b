internal import CommandKit
internal import Platform

/// A point in time as people write it, before "now" is known.
///
/// RFC 3339, `YYYY-MM-DD` (00:00Z), `@EPOCH`, `now`, `+1h`, `-2d`. A bare number is refused.
enum Moment: Equatable, Sendable {
    /// Unix seconds.
    case absolute(Int64)
    /// Seconds after the present.
    case relative(Int64)

    /// Reads what a person wrote. A fraction of a second is dropped, or counts as a whole one where
    /// `roundingUp` says so.
    init(_ text: String, roundingUp: Bool = false) throws(InvalidValue) {
        if text == "now" {
            self = .relative(0)
        } else if let sign = text.first, sign == "+" || sign == "-" {
            let span = try Duration.seconds(String(text.dropFirst()))
            self = .relative(sign == "-" ? -span : span)
        } else if text.first == "@" {
            // Int64 would read a plus sign too.
            let digits = text.dropFirst()
            guard digits.utf8.first != UInt8(ascii: "+"), let seconds = Int64(digits),
                (0...Self.latest).contains(seconds)
            else { throw Self.expected }
            self = .absolute(seconds)
        } else {
            guard let seconds = Self.parseDate(Array(text.utf8), roundingUp: roundingUp) else {
                throw Self.expected
            }
            self = .absolute(seconds)
        }
    }

    /// Unix seconds, given the present.
    func seconds(now: Int64) -> Int64 {
        switch self {
        case .absolute(let seconds): seconds
        case .relative(let span): now + span
        }
    }

    /// The error for a text that is no time.
    private static let expected = InvalidValue.expected(
        "a time; write 2026-01-31T12:00:00Z, 2026-01-31, @1767225600, now, +1h or -2d")

    /// The last second of the year 9999.
    private static let latest: Int64 = 253_402_300_799

    /// RFC 3339 with a zone, or a date alone.
    private static func parseDate(_ text: [UInt8], roundingUp: Bool) -> Int64? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
            reader.skip("-"), let day = reader.number(2), (1...12).contains(month),
            day >= 1, day <= CivilDate.daysIn(month: month, year: year)
        else { return nil }
        let midnight = CivilDate.days(year: year, month: month, day: day) * 86_400
        if reader.isAtEnd { return midnight }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
            reader.skip(":"), let second = reader.number(2), hour < 24, minute < 60, second < 61,
            let fraction = reader.fraction(), let offset = reader.zone(), reader.isAtEnd
        else { return nil }
        let extra: Int64 = roundingUp && fraction == .more ? 1 : 0
        return midnight + Int64(hour * 3600 + minute * 60 + second) - offset + extra
    }
}

/// Reads a text from left to right, in pieces of fixed numbers of digits.
private struct DigitReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// Whether the whole text was read.
    var isAtEnd: Bool { position == text.count }

    /// A number of exactly so many digits; nil where there is none.
    mutating func number(_ digits: Int) -> Int? {
        guard position + digits <= text.count else { return nil }
        var value = 0
        for byte in text[position..<position + digits] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        position += digits
        return value
    }

    /// Steps over a character; false where another one comes next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Whether there is more than whole seconds.
    enum Fraction {
        case zero, more
    }

    /// An optional fraction of a second; nil where a point has no digits.
    mutating func fraction() -> Fraction? {
        guard skip(".") else { return .zero }
        let start = position
        var fraction = Fraction.zero
        while let digit = number(1) {
            if digit > 0 { fraction = .more }
        }
        return position > start ? fraction : nil
    }

    /// `Z` or `+hh:mm`, as seconds east of Greenwich.
    mutating func zone() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(2), skip(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        let span = Int64(hours * 3600 + minutes * 60)
        return isEast ? span : -span
    }
}

/// The Gregorian calendar, in days since 1970-01-01.
enum CivilDate {
    /// The length of a month in days.
    static func daysIn(month: Int, year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The number of a day, counted from 1970-01-01.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        // Years begin in March here, so that the leap day is the last of its year.
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// RFC 3339 in UTC; nil beyond the years 0 to 9999.
    static func text(_ seconds: Int64) -> String? {
        guard let text = bytes(seconds) else { return nil }
        return unsafe text.span.withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// The text of `text` as bytes, which need no allocation.
    static func bytes(_ seconds: Int64) -> InlineArray<20, UInt8>? {
        guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return nil }
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        // Two digits at a time: each verdict of a stream holds two or three dates.
        var text: InlineArray<20, UInt8> = InlineArray(repeating: UInt8(ascii: "Z"))
        put(year / 100, at: 0, &text, then: nil)
        put(year % 100, at: 2, &text, then: "-")
        put(month, at: 5, &text, then: "-")
        put(day, at: 8, &text, then: "T")
        put(rest / 3600, at: 11, &text, then: ":")
        put(rest % 3600 / 60, at: 14, &text, then: ":")
        put(rest % 60, at: 17, &text, then: nil)
        return text
    }

    /// Writes a number of two digits, and what separates it from the next.
    private static func put(
        _ number: Int64, at position: Int, _ text: inout InlineArray<20, UInt8>,
        then separator: Unicode.Scalar?
    ) {
        text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
        text[position + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        if let separator { text[position + 2] = UInt8(ascii: separator) }
    }
}

// MARK: - Options

extension Option {
    /// An option whose value is a point in time.
    static func moment(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Moment?>
    ) -> Option {
        value(name, metavar: "TIME", summary: summary, into: path()) {
            text throws(InvalidValue) in try Moment(text)
        }
    }

    /// An option whose value is a span of time, kept in seconds.
    static func duration(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Int64?>
    ) -> Option {
        value(name, metavar: "DURATION", summary: summary, into: path()) {
            text throws(InvalidValue) in try Duration.seconds(text)
        }
    }
}

// MARK: - Spans

/// Spans of time as people write them: `90s`, `15m`, `12h`, `30d`, `1h30m`.
enum Duration {
    private static let expected = InvalidValue.expected("a duration; write 15m, 12h or 30d")

    /// The longest span that is accepted: 1000 years, in seconds.
    private static let longest: Int64 = 1000 * 366 * 86_400

    /// Whole seconds. A bare number is refused, since it could be minutes or milliseconds as well.
    ///
    /// The span is the sum of all numbers with their units; each unit is smaller than the one
    /// before it: 1h30m is a span, 30m1h is a mistake.
    static func seconds(_ text: String) throws(InvalidValue) -> Int64 {
        var total: Int64 = 0
        var number: Int64?
        var last = Int64.max
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let next = (number ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
                guard next <= longest else { throw expected }
                number = next
            } else {
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

    /// Milliseconds, for waits: `500ms` is accepted too.
    static func milliseconds(_ text: String) throws(InvalidValue) -> Int64 {
        if text.hasSuffix("ms"), text.first?.isNumber == true,
            let number = Int64(text.dropLast(2)), number > 0, number <= 86_400_000
        {
            return number
        }
        let seconds = try seconds(text)
        guard seconds > 0, seconds <= 86_400 else { throw expected }
        return seconds * 1000
    }

    /// Seconds of each unit, by its letter.
    private static let units: [UInt8: Int64] = [
        UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600,
        UInt8(ascii: "d"): 86_400, UInt8(ascii: "w"): 604_800,
    ]

    /// A span for a person: `2 h 5 min`, `14 min`, `3 days`, `73 years`.
    static func words(_ seconds: Int64) -> String { TimeSpan.words(seconds) }
}
