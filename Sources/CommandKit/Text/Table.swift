/// Rows of text under headers, aligned in columns two blanks apart.
///
/// Where a terminal is too narrow, columns give way: some are left out, then some are shortened, then
/// some are cut. If that is not enough, or the terminal has less than 70 columns, each row becomes a
/// block of lines. What people copy is never cut.
///
/// Cells must be harmless already (`VisibleText`) and without colour. An empty cell is shown as `-`.
package struct Table: Sendable {
    /// A column: its header and how it behaves.
    package struct Column: Sendable {
        let header: String
        let alignsRight: Bool
        let yielding: Yielding
        let minimum: Int
        let paint: Paint?

        /// `minimum` is a width that the column has from the first row on, for rows that come one by
        /// one.
        package init(
            _ header: String, right: Bool = false, _ yielding: Yielding = .fixed, minimum: Int = 0,
            paint: Paint? = nil
        ) {
            self.minimum = minimum
            self.header = header
            alignsRight = right
            self.yielding = yielding
            self.paint = paint
        }
    }

    /// How a column gives way.
    package enum Yielding: Sendable {
        /// Not at all.
        case fixed
        /// It is left out, the last such column first.
        case omitted
        /// Its cells are replaced with a shorter form.
        case shortened(@Sendable (String) -> String)
        /// Its cells are cut and end with an ellipsis, the widest such column first.
        case cut
    }

    /// Colours a cell by its text.
    package typealias Paint = @Sendable (String, Style) -> String

    /// How a part of the table is printed.
    private struct Form: Equatable {
        /// The columns shown, from left to right.
        var columns: [Int]
        var shortened: Set<Int> = []
        /// Whether each row is a block of lines.
        var isBlocks = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []
    /// How the rows that were taken were printed; nil before that.
    private var taken: (form: Form, widths: [Int])?

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; it must have a cell for every column.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a cell for every column")
        rows.append(cells.map { $0.isEmpty ? "-" : $0 })
    }

    package var isEmpty: Bool { rows.isEmpty && taken == nil }

    /// Rows that were added and not taken.
    package var rowCount: Int { rows.count }

    /// The lines so far, which are then forgotten: a table of a million rows need not be in memory.
    /// Columns only get wider, and the headers are repeated where other columns are shown.
    package mutating func take(width: Int?, style: Style = .plain) -> String {
        let (form, widths) = fitted(to: width)
        let text = render(form, widths, style)
        taken = (form, widths)
        rows.removeAll(keepingCapacity: true)
        return text
    }

    /// The lines that were not taken, each ended by a line feed. `width` nil means no limit, as for
    /// a pipe.
    package func render(width: Int?, style: Style = .plain) -> String {
        let (form, widths) = fitted(to: width)
        return render(form, widths, style)
    }

    private static let gutter = "  "
    /// A column is never cut to less than this.
    private static let narrowest = 8
    /// A terminal with fewer columns gets blocks rather than a table with parts left out.
    private static let narrowTerminal = 70

    // MARK: - Choosing a form

    /// The first form that fits, and the width of each of its columns.
    private func fitted(to limit: Int?) -> (form: Form, widths: [Int]) {
        var form = Form(columns: Array(columns.indices))
        var widths = naturalWidths(form)
        guard let limit else { return (form, widths) }
        func fits() -> Bool { Self.total(widths) <= limit }
        if fits() { return (form, widths) }
        let blocks = Form(columns: form.columns, isBlocks: true)
        guard limit >= Self.narrowTerminal else { return (blocks, []) }
        for column in form.columns.reversed() {
            guard case .omitted = columns[column].yielding else { continue }
            form.columns.removeAll { $0 == column }
            widths = naturalWidths(form)
            if fits() { return (form, widths) }
        }
        for column in form.columns {
            guard case .shortened = columns[column].yielding else { continue }
            form.shortened.insert(column)
            widths = naturalWidths(form)
            if fits() { return (form, widths) }
        }
        let cut = form.columns.indices.filter {
            if case .cut = columns[form.columns[$0]].yielding { true } else { false }
        }
        while !fits() {
            let widest = cut.max { widths[$0] < widths[$1] }
            guard let widest, widths[widest] > Self.narrowest else { return (blocks, []) }
            widths[widest] -= 1
        }
        return (form, widths)
    }

    private static func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + gutter.count * max(widths.count - 1, 0)
    }

    /// The widest cell of each shown column, and no less than in the rows of this form that were
    /// taken.
    private func naturalWidths(_ form: Form) -> [Int] {
        form.columns.enumerated().map { place, column in
            let before = taken.flatMap { $0.form == form ? $0.widths[place] : nil }
            let least = max(columns[column].minimum, DisplayWidth.of(columns[column].header))
            return rows.reduce(max(before ?? 0, least)) {
                max($0, DisplayWidth.of(cell($1, column, form)))
            }
        }
    }

    /// A cell as `form` shows it.
    private func cell(_ row: [String], _ column: Int, _ form: Form) -> String {
        guard form.shortened.contains(column),
            case .shortened(let shorten) = columns[column].yielding
        else { return row[column] }
        return shorten(row[column])
    }

    // MARK: - Writing

    private func render(_ form: Form, _ widths: [Int], _ style: Style) -> String {
        if form.isBlocks { return blocks(style) }
        var text = ""
        if taken?.form != form {
            let headers = form.columns.map { columns[$0].header }
            text += line(headers, form, widths) { header, _ in style.bold(header) }
        }
        for row in rows {
            text += line(form.columns.map { cell(row, $0, form) }, form, widths) {
                columns[$1].paint?($0, style) ?? $0
            }
        }
        return text
    }

    /// One line; `paint` is given a shown text and its column, and colours no padding.
    private func line(
        _ cells: [String], _ form: Form, _ widths: [Int], paint: (String, Int) -> String
    ) -> String {
        var pieces: [String] = []
        for (place, cell) in cells.enumerated() {
            let shown = Self.fit(cell, widths[place])
            let padding = String(repeating: " ", count: widths[place] - DisplayWidth.of(shown))
            let column = form.columns[place]
            let painted = paint(shown, column)
            pieces.append(columns[column].alignsRight ? padding + painted : painted + padding)
        }
        var text = pieces.joined(separator: Self.gutter)
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }

    /// Each row as lines of a header and a cell, with an empty line between rows.
    private func blocks(_ style: Style) -> String {
        let width = columns.reduce(0) { max($0, DisplayWidth.of($1.header)) }
        var isFirst = taken == nil
        var text = ""
        for row in rows {
            if !isFirst { text += "\n" }
            isFirst = false
            for (column, cell) in zip(columns, row) {
                let padding = String(
                    repeating: " ", count: width - DisplayWidth.of(column.header))
                let painted = column.paint?(cell, style) ?? cell
                text += style.bold(column.header) + padding + Self.gutter + painted + "\n"
            }
        }
        return text
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
