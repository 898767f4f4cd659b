import CommandKit
import Platform
import Testing

/// The line that shows the progress of long work.
@Suite struct ProgressLineTests {
    private static let terminal = Environment(["TERM": "xterm"])
    private let start = Monotonic.now

    private func at(_ milliseconds: Int64) -> Monotonic {
        start.advanced(byMilliseconds: milliseconds)
    }

    private func line(columns: Int = 80) throws -> ProgressLine {
        try #require(
            ProgressLine(
                "revoking", isTerminal: true, environment: Self.terminal, columns: columns,
                start: at(0)))
    }

    /// The text of the line after this time, without the control characters before it.
    private func text(
        _ count: Int, of total: ProgressLine.Total?, after milliseconds: Int64
    ) throws -> String {
        var line = try line()
        let shown = line.update(count: count, of: total, now: at(milliseconds))
        let text = try #require(shown)
        #expect(text.hasPrefix("\r\u{1B}[K"))
        return String(text.dropFirst("\r\u{1B}[K".count))
    }

    @Test("It waits a second, changes at most ten times a second, and is erased")
    func times() throws {
        var line = try line()
        #expect(line.update(count: 500, now: at(999)) == nil)
        #expect(line.erase() == nil)
        #expect(line.update(count: 1000, now: at(1000)) == "\r\u{1B}[Krevoking: 1,000, 1,000/s")
        #expect(line.update(count: 1050, now: at(1050)) == nil)
        #expect(line.update(count: 1100, now: at(1100)) != nil)
        #expect(line.erase() == "\r\u{1B}[K")
        #expect(line.erase() == nil)
        // It comes back, but not sooner than it would have changed.
        #expect(line.update(count: 1150, now: at(1150)) == nil)
        #expect(line.update(count: 1200, now: at(1200)) != nil)
        #expect(line.erase() != nil)
    }

    @Test(
        "A known total gives the time left",
        arguments: [
            (12_000, .about(300_000), 1000, "12,000 of about 300,000, 24 s left"),
            (12_000, .about(301_234), 1000, "12,000 of about 300,000, 25 s left"),
            (12_000, .about(12_000_000), 1000, "12,000 of about 12,000,000, 17 min left"),
            (1000, .exactly(10_000), 2000, "1,000 of 10,000, 18 s left"),
            (1000, .exactly(10_123), 2000, "1,000 of 10,123, 19 s left"),
            (9999, .exactly(10_000), 1000, "9,999 of 10,000, 1 s left"),
            (1, .exactly(100_000), 4000, "1 of 100,000, 4 days 15 h left"),
            // An estimate is never less than what is done.
            (12_345, .about(12_400), 1000, "12,345 of about 13,000, 1 s left"),
            (7, .about(9), 1000, "7 of about 9, 1 s left"),
            // Nothing is left, or nothing is known of the rate, or the estimate was wrong.
            (10_000, .exactly(10_000), 1000, "10,000 of 10,000, 10,000/s"),
            (0, .about(10_000), 1000, "0 of about 10,000, 0/s"),
            (12_000, .about(11_000), 4000, "12,000, 3,000/s"),
            (12_000, nil, 4000, "12,000, 3,000/s"),
            (Int.max, .about(Int.max), 1000, nil),
        ] as [(Int, ProgressLine.Total?, Int64, String?)])
    func totals(
        count: Int, total: ProgressLine.Total?, milliseconds: Int64, expected: String?
    ) throws {
        let text = try text(count, of: total, after: milliseconds)
        if let expected { #expect(text == "revoking: " + expected) }
    }

    @Test("The time that a person takes to answer is not that of the work")
    func restart() throws {
        var line = try line()
        line.restart(now: at(60_000))
        #expect(line.update(count: 512, now: at(60_999)) == nil)
        #expect(line.update(count: 1000, now: at(61_000))?.hasSuffix(": 1,000, 1,000/s") == true)
    }

    @Test("It fits the terminal")
    func width() throws {
        var narrow = try line(columns: 16)
        #expect(narrow.update(count: 1_000_000, now: at(2000)) == "\r\u{1B}[Krevoking: 1,00…")
    }

    @Test(
        "There is none without a terminal that can erase it",
        arguments: [
            (true, "xterm", true), (true, "dumb", false), (true, nil, false), (true, "", false),
            (false, "xterm", false),
        ] as [(Bool, String?, Bool)])
    func terminals(isTerminal: Bool, type: String?, isShown: Bool) {
        let line = ProgressLine(
            "x", isTerminal: isTerminal,
            environment: Environment(type.map { ["TERM": $0] } ?? [:]), columns: 80, start: at(0))
        #expect((line != nil) == isShown)
    }
}
