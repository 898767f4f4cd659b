internal import CommandKit
internal import JSON
internal import Platform

/// The output of `doctor`, and the counts that decide its exit status. Findings are printed as they
/// come, so that the first are visible while Redis still works on the others.
struct DoctorReport {
    private let console: Console
    private let list: ResultWriter<Finding>
    private var counts: [Finding.Severity: Int] = [:]
    /// Whether the table's header was printed; it goes before the first finding.
    private var hasHeader = false

    init(_ console: Console) {
        self.console = console
        list = console.writer([.all { $0.json }]) {
            Item.line($0.id, keys: nil)
        } text: {
            DoctorText.text($0, width: console.tableWidth, style: console.style)
        }
    }

    /// The worst severity so far.
    var worst: Finding.Severity { counts.keys.max() ?? .ok }

    /// Counts and prints a finding. For a person it is flushed at once.
    mutating func add(_ finding: Finding) throws {
        counts[finding.severity, default: 0] += 1
        if console.isForPerson, !hasHeader { try console.print(DoctorText.header(console.style)) }
        hasHeader = true
        try list.append(finding)
        if console.isForPerson { try console.system.output.flush() }
    }

    /// Prints the summary for a person and ends the list.
    mutating func finish() throws {
        if console.isForPerson { try console.note(summary) }
        try list.finish(empty: "")
    }

    /// `1 error, 2 warnings`.
    private var summary: String {
        let parts = [Finding.Severity.error, .warning, .note].compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)\($0 == 1 ? "" : "s")" }
        }
        return parts.isEmpty ? "no problems found" : parts.joined(separator: ", ")
    }
}

/// The text of findings: each is a row of a table, with its meaning and remedy below it.
enum DoctorText {
    /// Columns of the area, with the space that follows it.
    private static let areaWidth = 13
    /// Columns of the severity, with the space that follows it.
    private static let severityWidth = 9
    /// The fewest columns that a finding gets. On a narrower terminal, lines are longer than it is
    /// wide.
    private static let narrowest = 32

    /// The line above the first finding.
    static func header(_ style: Style) -> String {
        style.bold(pad("CHECK", areaWidth)) + style.bold(pad("RESULT", severityWidth))
            + style.bold("FINDING") + "\n"
    }

    /// The lines of a finding. `width` is the number of columns of the terminal; nil does not wrap.
    static func text(_ finding: Finding, width: Int?, style: Style) -> String {
        let margin = String(repeating: " ", count: areaWidth + severityWidth)
        let room = width.map { max($0 - margin.utf8.count, narrowest) }
        let place = finding.server.map { VisibleText.escape($0) + ": " } ?? ""
        let paint = paint(finding.severity, style)
        var lines = wrap(place + finding.message, room)
        lines =
            [
                pad(finding.area.rawValue, areaWidth)
                    + paint(pad(finding.severity.title, severityWidth))
                    + (finding.severity == .ok ? style.dim(lines[0]) : lines[0])
            ] + lines.dropFirst().map { margin + (finding.severity == .ok ? style.dim($0) : $0) }
        if let means = finding.means { lines += wrap(means, room).map { margin + $0 } }
        // A remedy is not wrapped, so that it can be copied.
        if let remedy = finding.remedy { lines.append(margin + style.bold(remedy)) }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func wrap(_ text: String, _ room: Int?) -> [String] {
        room.map { TextWrapper.wrap(text, width: $0) } ?? [text]
    }

    private static func paint(_ severity: Finding.Severity, _ style: Style) -> (String) -> String {
        switch severity {
        case .ok: style.dim
        case .note: { $0 }
        case .warning: style.yellow
        case .error: style.red
        }
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.utf8.count, 1))
    }
}

extension Finding.Severity {
    /// The severity in the table. Problems are in capitals, since not every terminal has colours.
    fileprivate var title: String {
        switch self {
        case .ok, .note: rawValue
        case .warning, .error: rawValue.uppercased()
        }
    }
}
