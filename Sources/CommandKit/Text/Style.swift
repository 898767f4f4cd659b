package import Platform

/// The user's choice about colour: `--color auto|always|never`.
package enum ColorMode: String, CaseIterable, Sendable {
    case auto, always, never
}

/// Adds colour to text, or does not. It is decided once for a stream and then passed around.
package struct Style: Sendable, Equatable {
    /// Whether escape sequences are written.
    package let isEnabled: Bool

    package init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// `auto` means colour on a terminal, unless `NO_COLOR` is set (no-color.org) or `TERM` is
    /// `dumb`. `always` overrides both.
    package init(_ mode: ColorMode, isTerminal: Bool, environment: Environment) {
        isEnabled =
            switch mode {
            case .always: true
            case .never: false
            case .auto:
                isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
            }
    }

    /// No colour, for pipes, files and tests.
    package static let plain = Style(isEnabled: false)

    package func bold(_ text: String) -> String { wrap(text, "1") }
    package func dim(_ text: String) -> String { wrap(text, "2") }
    package func red(_ text: String) -> String { wrap(text, "31") }
    package func green(_ text: String) -> String { wrap(text, "32") }
    package func yellow(_ text: String) -> String { wrap(text, "33") }

    /// The text between a colour (ECMA-48, SGR) and the reset; empty text stays empty.
    private func wrap(_ text: String, _ code: String) -> String {
        isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// A line on a terminal that shows the progress of long work.
///
/// It appears after a second, changes at most ten times a second, and is erased at the end, so it
/// never mixes with output. It does not write itself: the caller passes the time, and writes the
/// text it gets to the diagnostics. If those are not a terminal, there is never any text.
package struct ProgressLine: Sendable {
    private let label: String
    private let total: Int?
    private let isTerminal: Bool
    private let columns: Int
    private let start: Monotonic
    /// When the line was last written; nil if there is none to erase.
    private var shownAt: Monotonic?

    /// - Parameters:
    ///   - label: The work, such as "revoking".
    ///   - total: The number of items, if it is known.
    ///   - isTerminal: Whether the diagnostics are a terminal.
    ///   - columns: The width of the terminal.
    ///   - start: When the work began.
    package init(
        label: String, total: Int?, isTerminal: Bool, columns: Int, start: Monotonic
    ) {
        self.label = label
        self.total = total
        self.isTerminal = isTerminal
        self.columns = columns
        self.start = start
    }

    /// The text to write after `count` items; nil if the line need not change.
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

    /// The text that erases the line; nil if there is none.
    package mutating func finish() -> String? {
        guard shownAt != nil else { return nil }
        shownAt = nil
        return Self.erase
    }

    /// In nanoseconds.
    private static let second: Int64 = 1_000_000_000
    /// Moves to the first column and erases the line (ECMA-48, EL).
    private static let erase = "\r\u{1B}[K"

    /// A duration in its two largest units: `1h5m`.
    private static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(seconds % 60)s"
        default: "\(seconds / 3600)h\(seconds % 3600 / 60)m"
        }
    }
}
