internal import JSON
internal import Platform

/// Times for people and for JSON.
enum TimeText {
    /// Above this, in the year 5138, a NumericDate is taken for milliseconds.
    static let implausible: Int64 = 100_000_000_000
    static let millisecondsWarning =
        "the claim 'exp' looks like milliseconds, but dates are in seconds since 1970"

    /// RFC 3339 in UTC; the bare number for years beyond 9999.
    static func rfc3339(_ seconds: Int64) -> String {
        CivilDate.text(seconds) ?? "@\(seconds)"
    }

    /// `2026-01-01 00:00:00Z`, as tables show it.
    static func table(_ seconds: Int64) -> String {
        String(rfc3339(seconds).map { $0 == "T" ? " " : $0 })
    }

    /// What is left of a table's time where there is little room: `11-21 06:17Z` in the year of `now`,
    /// else the day alone.
    static func short(_ text: String, now: Int64) -> String {
        guard text.hasSuffix("Z"), text.utf8.count == 20 else { return text }
        guard text.prefix(5) == table(now).prefix(5) else { return String(text.prefix(10)) }
        return text.dropFirst(5).dropLast(4) + "Z"
    }

    /// `in 14 min`, `2 days ago`, `now`.
    static func relative(_ seconds: Int64, to now: Int64) -> String {
        let span = seconds - now
        if span == 0 { return "now" }
        return span > 0 ? "in \(Duration.words(span))" : "\(Duration.words(-span)) ago"
    }

    static func json(_ seconds: Int64?) -> JSONValue {
        seconds.map { .string(rfc3339($0)) } ?? .null
    }

    static func number(_ value: Int64?) -> JSONValue {
        value.map { .integer($0) } ?? .null
    }

    /// Whole seconds of a NumericDate; nil where it is beyond any calendar.
    static func seconds(_ number: JSONNumber) -> Int64? {
        Int64(outside: number.double)
    }
}
