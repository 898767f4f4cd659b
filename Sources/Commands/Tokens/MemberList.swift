internal import CommandKit
internal import JSON

/// The members of a header or of claims, one a line: the name, the value as it was written, and
/// in a dimmer voice what it means.
struct MemberList {
    /// What surrounds the words about a member.
    enum Tone { case plain, good, bad, doubtful }

    private struct Row {
        let name: String
        let value: [String]
        let note: String
        let tone: Tone
    }

    private var rows: [Row] = []

    /// Adds a whole member.
    mutating func append(
        _ name: JSONString, _ value: JSONValue, note: String = "", tone: Tone = .plain
    ) {
        let line = JSONText.shown(value)
        let isLong = DisplayWidth.of(line) > Self.longest
        let isContainer = value.objectValue != nil || value.arrayValue != nil
        // As UTF-8: a mark after a line feed makes one Character of both.
        let lines =
            isLong && isContainer
            ? JSONText.shown(value, .pretty).utf8.split(separator: UInt8(ascii: "\n"))
                .map { String(Substring($0)) } : [line]
        rows.append(Row(name: Self.shown(name), value: lines, note: note, tone: tone))
    }

    /// Adds what is left of a member that breaks off.
    mutating func append(broken name: JSONString, _ rest: [UInt8]) {
        rows.append(
            Row(
                name: Self.shown(name), value: [VisibleText.escape(rest) + "…"],
                note: "cut off here", tone: .bad))
    }

    /// A value above this width gets lines of its own if it has parts.
    private static let longest = 60

    /// Names that could be taken for something else are quoted.
    private static func shown(_ name: JSONString) -> String {
        let isPlain = !name.isEmpty && name.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? name.text : JSONText.shown(.string(name))
    }

    /// The lines; `width` nil means no limit.
    func text(width: Int?, style: Style) -> String {
        let names = rows.map { DisplayWidth.of($0.name) }.filter { $0 <= 24 }.max() ?? 0
        let values =
            rows.filter { !$0.note.isEmpty && $0.value.count == 1 }.compactMap(\.value.first)
            .map { DisplayWidth.of($0) }.filter { $0 <= 28 }.max() ?? 0
        return rows.map { line($0, names, values, width, style) }.joined()
    }

    private func line(
        _ row: Row, _ names: Int, _ values: Int, _ width: Int?, _ style: Style
    ) -> String {
        let indent = "  " + String(repeating: " ", count: names) + "  "
        let padding = String(repeating: " ", count: max(names - DisplayWidth.of(row.name), 0))
        var text = "  " + style.bold(row.name) + padding + "  "
        text += row.value.joined(separator: "\n" + indent)
        guard !row.note.isEmpty else { return text + "\n" }
        let note = painted(row, style)
        let last = DisplayWidth.of(row.value.last ?? "")
        // In its column, else right after the value, else on a line of its own.
        let column = [max(values, last), last].first { column in
            row.value.count == 1
                && width.map { indent.count + column + 2 + DisplayWidth.of(row.note) <= $0 } ?? true
        }
        guard let column else { return text + "\n" + indent + note + "\n" }
        return text + String(repeating: " ", count: column - last + 2) + note + "\n"
    }

    private func painted(_ row: Row, _ style: Style) -> String {
        switch row.tone {
        case .plain: style.dim(row.note)
        case .good: style.green(row.note)
        case .bad: style.red(row.note)
        case .doubtful: style.yellow(row.note)
        }
    }
}
