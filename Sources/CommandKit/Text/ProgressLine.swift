package import Platform

/// A line on a terminal that shows the progress of long work: `revoking: 12,000 of about 300,000,
/// 4 s left`, or `revoking: 12,000, 3,000/s` if the total is unknown.
///
/// It appears after a second and changes at most ten times a second. It does not write itself: the
/// caller passes the time, writes the text it gets to the diagnostics, and erases the line before
/// anything else is written to the terminal.
package struct ProgressLine: Sendable {
    /// How many things there are in all.
    package enum Total: Equatable, Sendable {
        case exactly(Int)
        /// An estimate, which is shown rounded.
        case about(Int)

        fileprivate var count: Int {
            switch self {
            case .exactly(let count), .about(let count): count
            }
        }
    }

    private let label: String
    private let columns: Int
    private var start: Monotonic
    /// When the line was last written; nil before the first time.
    private var writtenAt: Monotonic?
    /// Whether there is a line to erase.
    private var isShown = false

    /// nil if there must be no line: the diagnostics are no terminal, or `TERM` does not say that
    /// it can erase a line. `label` is the work, such as "revoking", `columns` the width of the
    /// terminal, and `start` the time when the work began.
    package init?(
        _ label: String, isTerminal: Bool, environment: Environment, columns: Int, start: Monotonic
    ) {
        guard isTerminal, let type = environment["TERM"], type != "dumb" else { return nil }
        self.label = label
        self.columns = columns
        self.start = start
    }

    /// The text to write after `count` things; nil if the line need not change. `total` is nil if
    /// it is unknown.
    package mutating func update(
        count: Int, of total: Total? = nil, now: Monotonic
    ) -> String? {
        let elapsed = now.nanoseconds - start.nanoseconds
        guard elapsed >= Self.second else { return nil }
        if let writtenAt, now.nanoseconds - writtenAt.nanoseconds < Self.second / 10 { return nil }
        writtenAt = now
        isShown = true
        let seconds = Double(elapsed) / Double(Self.second)
        let line = "\(label): \(words(count, of: total, after: seconds))"
        return Self.erasure + VisibleText.escape(line, columns: max(columns - 1, 1))
    }

    /// The text that erases the line; nil if there is none. The line comes back with an update.
    package mutating func erase() -> String? {
        guard isShown else { return nil }
        isShown = false
        return Self.erasure
    }

    /// Begins again, after a wait that was not for the work.
    package mutating func restart(now: Monotonic) { start = now }

    /// In nanoseconds.
    private static let second: Int64 = 1_000_000_000
    /// Moves to the first column and erases the line (ECMA-48, EL).
    private static let erasure = "\r\u{1B}[K"

    /// `12,000 of about 300,000, 4 s left`. An estimate below the count is left out.
    private func words(_ count: Int, of total: Total?, after seconds: Double) -> String {
        let done = Double(count.bounded)
        var words = NumberText.grouped(count)
        if let total, total.count >= count {
            switch total {
            case .exactly(let total): words += " of \(NumberText.grouped(total))"
            case .about(let total):
                words += " of about \(NumberText.grouped(Self.rounded(total, from: count)))"
            }
            let left = seconds * Double(total.count.bounded - count.bounded) / max(done, 1)
            if count > 0, let left = Int64(outside: left, rounding: .up), left > 0 {
                return words + ", \(TimeSpan.words(left)) left"
            }
        }
        return words + ", \(NumberText.grouped(Int(done / seconds)))/s"
    }

    /// The number in two digits, since an estimate is no better, but not less than `least`.
    private static func rounded(_ number: Int, from least: Int) -> Int {
        var unit = 1
        while number / unit >= 100 { unit *= 10 }
        let rounded = (number.bounded + unit / 2) / unit * unit
        return rounded < least ? rounded + unit : rounded
    }
}
