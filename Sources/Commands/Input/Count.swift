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
