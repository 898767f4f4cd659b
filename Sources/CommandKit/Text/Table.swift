/// Rows of text under headers, aligned in columns two blanks apart.
///
/// Cells must be harmless already (`VisibleText`) and without colour, which `append` adds.
package struct Table: Sendable {
    /// A column: its header and how it behaves.
    package struct Column: Sendable {
        let header: String
        let alignsRight: Bool
        let shrinks: Bool

        /// `shrinking` marks the columns that give way where the terminal is too narrow, the widest
        /// first.
        package init(_ header: String, right: Bool = false, shrinking: Bool = false) {
            self.header = header
            alignsRight = right
            shrinks = shrinking
        }
    }

    private let columns: [Column]
    private var rows: [(cells: [String], paint: Paint)] = []
    /// The widths of what was taken already, under the headers; nil before that.
    private var takenWidths: [Int]?

    /// Colours for the cells of some columns, such as `[2: style.red]`.
    package typealias Paint = [Int: @Sendable (String) -> String]

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; it must have a cell for every column.
    package mutating func append(_ cells: [String], paint: Paint = [:]) {
        precondition(cells.count == columns.count, "a cell for every column")
        rows.append((cells, paint))
    }

    package var isEmpty: Bool { rows.isEmpty && takenWidths == nil }

    /// Rows that were added and not taken.
    package var rowCount: Int { rows.count }

    /// The lines so far, which are then forgotten: a table of a million rows need not be in memory.
    /// The headers come with the first, and columns only get wider.
    package mutating func take(width: Int?, style: Style = .plain) -> String {
        let text = render(width: width, style: style)
        takenWidths = columnWidths(limit: width)
        rows.removeAll(keepingCapacity: true)
        return text
    }

    /// The lines that were not taken, each ended by a line feed. `width` nil means no limit, as for
    /// a pipe.
    package func render(width: Int?, style: Style = .plain) -> String {
        let widths = columnWidths(limit: width)
        let bold: @Sendable (String) -> String = { style.bold($0) }
        let headers = Dictionary(uniqueKeysWithValues: columns.indices.map { ($0, bold) })
        var text = takenWidths == nil ? line(columns.map(\.header), widths, headers) : ""
        for row in rows { text += line(row.cells, widths, row.paint) }
        return text
    }

    private static let gutter = "  "
    /// A column is never made narrower than this; the line is then too long instead.
    private static let narrowest = 8

    /// The widest cell of each column, less what the shrinking ones give up.
    private func columnWidths(limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(takenWidths?[index] ?? DisplayWidth.of(columns[index].header)) {
                max($0, DisplayWidth.of($1.cells[index]))
            }
        }
        let total = widths.reduce(0, +) + Self.gutter.count * max(columns.count - 1, 0)
        guard let limit, total > limit else { return widths }
        let shrinking = columns.indices.filter { columns[$0].shrinks }
        for _ in limit..<total {
            let widest = shrinking.max { widths[$0] < widths[$1] }
            guard let widest, widths[widest] > Self.narrowest else { break }
            widths[widest] -= 1
        }
        return widths
    }

    /// One line; colour goes around the text and not around the padding.
    private func line(_ cells: [String], _ widths: [Int], _ paint: Paint) -> String {
        var pieces: [String] = []
        for (index, cell) in cells.enumerated() {
            let shown = Self.fit(cell, widths[index])
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(shown))
            let painted = paint[index]?(shown) ?? shown
            pieces.append(columns[index].alignsRight ? padding + painted : painted + padding)
        }
        var text = pieces.joined(separator: Self.gutter)
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }

    /// Whole characters of `text` up to `width`, the last one an ellipsis where some are missing.
    private static func fit(_ text: String, _ width: Int) -> String {
        guard DisplayWidth.of(text) > width else { return text }
        var kept = ""
        var used = 0
        for character in text {
            let size = DisplayWidth.of(String(character))
            if used + size > width - 1 { break }
            kept.append(character)
            used += size
        }
        return kept + "…"
    }
}
