internal import CommandKit

/// A number of things: as the command line has it, and in words.
enum Count {
    /// Digits and nothing else, though Swift's own reader takes `+5` too.
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
    /// `512 B`, `14 KiB`, `1.5 GiB`.
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
