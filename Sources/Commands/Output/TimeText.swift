internal import CommandKit
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

    /// The short form of a table's time, for a narrow terminal: `11-21 06:17Z` in the year of
    /// `now`, else the day alone.
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

    /// A time as JSON has dates: a string of RFC 3339, or null.
    static func json(_ seconds: Int64?) -> JSONValue {
        seconds.map { .string(rfc3339($0)) } ?? .null
    }

    /// A whole number, or null.
    static func number(_ value: Int64?) -> JSONValue {
        value.map { .integer($0) } ?? .null
    }

    /// Whole seconds of a NumericDate; nil where it is beyond any calendar.
    static func seconds(_ number: JSONNumber) -> Int64? {
        Int64(outside: number.double)
    }
}

/// A number of things: as the command line has it, and in words.
enum Count {
    /// Reads digits and nothing else, though Swift's own reader takes `+5` too.
    static func parse(
        _ text: String, in range: ClosedRange<Int64> = 0...Int64.max,
        expected: String = "a number"
    ) throws(InvalidValue) -> Int64 {
        guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let number = Int64(text), range.contains(number)
        else { throw .expected(expected) }
        return number
    }

    /// `1 list`, `5,000 lists`.
    static func words(_ count: Int, _ one: String, _ many: String) -> String {
        "\(NumberText.grouped(count)) \(count == 1 ? one : many)"
    }
}

/// Amounts of memory.
enum Bytes {
    /// An amount in the largest unit that it fills: `512 B`, `14 KiB`, `1.5 GiB`. Below ten units
    /// there is one decimal.
    static func words(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var tenths = max(count, 0).multipliedReportingOverflow(by: 10).partialValue
        var unit = 0
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        let fraction = tenths < 100 && unit > 0 && tenths % 10 > 0 ? ".\(tenths % 10)" : ""
        return "\(tenths / 10)\(fraction) \(units[unit])"
    }
}

/// Values of JSON for people and for commands to copy.
enum JSONText {
    /// A string as JSON, with its quotes.
    static func quoted(_ text: String) -> String {
        String(
            decoding: JSONValue.string(text).encoded(.compact, escaping: .visible), as: UTF8.self)
    }

    /// A value as it was written, harmless to look at; what JSON output leaves alone and a
    /// terminal would hide is escaped as JSON would.
    static func shown(_ value: JSONValue, _ style: JSONStyle = .compact) -> String {
        let text = String(decoding: value.encoded(style, escaping: .visible), as: UTF8.self)
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal would hide a character or act on it. Line feeds are those of the pretty
    /// form: within strings they are escaped already.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar.value <= 0xFFFF && VisibleText.isHostile(scalar)
    }
}

/// Text that a POSIX shell reads back as one word.
enum ShellText {
    /// The text as it is where no shell reads anything into it, else in single quotes.
    static func quote(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
        if isPlain { return text }
        // Characters on which a terminal would act can't be pasted back; they are shown escaped. Any
        // other backslash stays one, or the word would be another one when it is pasted.
        let isHarmless = !text.unicodeScalars.contains(where: VisibleText.isHostile)
        let shown = isHarmless ? text : VisibleText.escape(text)
        return "'\(shown.replacing(scalar: "'", with: "'\\''"))'"
    }
}

extension String {
    /// The text with each occurrence of a scalar replaced, as the quoting rules of other programs
    /// demand. Not by characters: a combining mark after a quote makes another Character of it, but
    /// a shell or a spreadsheet still sees the quote.
    func replacing(scalar: Unicode.Scalar, with text: String) -> String {
        unicodeScalars.map { $0 == scalar ? text : String($0) }.joined()
    }
}
