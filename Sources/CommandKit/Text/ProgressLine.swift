package import Platform

/// One line on a terminal that shows the progress of long work.
///
/// It appears after a second, changes at most ten times a second, and is erased at the end, so
/// that it never mixes with output. The caller brings the time, and writes what it gets to the
/// diagnostics; where that is no terminal nothing is ever returned.
package struct ProgressLine: Sendable {
    private let label: String
    private let total: Int?
    private let isTerminal: Bool
    private let columns: Int
    private let start: Monotonic
    /// When the line was last written; nil while there is none to erase.
    private var shownAt: Monotonic?

    /// - Parameters:
    ///   - label: What is done, such as "revoking".
    ///   - total: How many there will be, where that is known.
    ///   - isTerminal: Whether a person looks at the diagnostics.
    ///   - columns: The terminal's width.
    ///   - start: The time at which the work began.
    package init(
        label: String, total: Int?, isTerminal: Bool, columns: Int, start: Monotonic
    ) {
        self.label = label
        self.total = total
        self.isTerminal = isTerminal
        self.columns = columns
        self.start = start
    }

    /// The text to write after `count` items, or nil where the line need not change.
    package mutating func update(count: Int, now: Monotonic) -> String? {
        let elapsed = now.nanoseconds - start.nanoseconds
        guard isTerminal, elapsed >= Self.second else { return nil }
        if let shownAt, now.nanoseconds - shownAt.nanoseconds < Self.second / 10 { return nil }
        shownAt = now
        let rate = Double(count.bounded) / (Double(elapsed) / Double(Self.second))
        var line = "\(label) \(NumberText.grouped(count))"
        if let total { line += " of \(NumberText.grouped(total))" }
        line += ", \(NumberText.grouped(Int(rate)))/s"
        if let total, total > count, rate > 0 {
            line += ", \(Self.duration(Int((Double(total - count) / rate).rounded(.up)))) left"
        }
        return Self.erase + VisibleText.escape(line, columns: max(columns - 1, 1))
    }

    /// The text that erases the line, or nil where none was shown.
    package mutating func finish() -> String? {
        guard shownAt != nil else { return nil }
        shownAt = nil
        return Self.erase
    }

    private static let second: Int64 = 1_000_000_000
    /// To the first column, and nothing to the right of it.
    private static let erase = "\r\u{1B}[K"

    /// The two largest units: `1h5m`.
    private static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(seconds % 60)s"
        default: "\(seconds / 3600)h\(seconds % 3600 / 60)m"
        }
    }
}
