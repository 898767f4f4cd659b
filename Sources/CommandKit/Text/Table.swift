/// Rows of text under headers, in columns with two blanks between them.
///
/// If a terminal is too narrow, columns give way: some are left out, then some are shortened, then
/// some are cut. If that is not enough, or the terminal has fewer than 70 columns, each row becomes
/// a block of lines. Columns from which people copy, such as ids, are `fixed` and never cut.
///
/// Cells must be escaped already (`VisibleText`) and have no colour. An empty cell is shown as `-`.
package struct Table: Sendable {
    /// A column: its header, and how it gives way.
    package struct Column: Sendable {
        let header: String
        let alignment: Alignment
        let yielding: Yielding
        let minimum: Int
        let paint: Paint?

        /// `minimum` is the width of the column from the first row on, for rows that arrive one by
        /// one. `paint` adds colour.
        package init(
            _ header: String, align alignment: Alignment = .left, _ yielding: Yielding = .fixed,
            minimum: Int = 0, paint: Paint? = nil
        ) {
            self.minimum = minimum
            self.header = header
            self.alignment = alignment
            self.yielding = yielding
            self.paint = paint
        }
    }

    /// The side on which a column is even.
    package enum Alignment: Sendable {
        case left, right
    }

    /// The way in which a column becomes narrower if the table is too wide.
    package enum Yielding: Sendable {
        /// It does not.
        case fixed
        /// It is left out. The last such column goes first.
        case omitted
        /// Its cells are replaced with a shorter form.
        case shortened(@Sendable (String) -> String)
        /// Its cells are cut and end with an ellipsis. The widest such column is cut first.
        case cut
    }

    /// Adds colour to a cell, according to its text.
    package typealias Paint = @Sendable (String, Style) -> String

    /// The arrangement of a part of the table.
    private struct Form: Equatable {
        /// The columns that are shown, from left to right.
        var columns: [Int]
        var shortened: Set<Int> = []
        /// Whether each row is a block of lines.
        var isBlocks = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []
    /// The arrangement of the rows that were taken last; nil before that.
    private var taken: (form: Form, widths: [Int])?

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row, which must have a cell for each column.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a cell for every column")
        rows.append(cells.map { $0.isEmpty ? "-" : $0 })
    }

    package var isEmpty: Bool { rows.isEmpty && taken == nil }

    /// The number of rows that were added and not taken.
    package var rowCount: Int { rows.count }

    /// Returns the lines so far and removes their rows, so that a table of a million rows need not
    /// be in memory. Columns only become wider, and the headers are repeated if other columns are
    /// shown.
    package mutating func take(width: Int?, style: Style = .plain) -> String {
        let (form, widths) = fitted(to: width)
        let text = render(form, widths, style)
        taken = (form, widths)
        rows.removeAll(keepingCapacity: true)
        return text
    }

    /// The lines of the rows that were not taken, each with a line feed. `width` is that of the
    /// terminal; nil means no limit, as for a pipe.
    package func render(width: Int?, style: Style = .plain) -> String {
        let (form, widths) = fitted(to: width)
        return render(form, widths, style)
    }

    private static let gutter = "  "
    /// The least width to which a column is cut.
    private static let narrowest = 8
    /// A terminal with fewer columns gets blocks instead of a table with parts left out.
    private static let narrowTerminal = 70

    // MARK: - Choosing a form

    /// The first arrangement that fits, with the width of each of its columns.
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

    /// The width of a line.
    private static func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + gutter.count * max(widths.count - 1, 0)
    }

    /// The width of the widest cell of each shown column, but not less than in the rows of this
    /// arrangement that were taken.
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

    /// The rows in an arrangement, after the headers unless these are above already.
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

    /// One line. `paint` gets a visible text and its column; padding gets no colour.
    private func line(
        _ cells: [String], _ form: Form, _ widths: [Int], paint: (String, Int) -> String
    ) -> String {
        var pieces: [String] = []
        for (place, cell) in cells.enumerated() {
            let shown = Self.fit(cell, widths[place])
            let padding = String(repeating: " ", count: widths[place] - DisplayWidth.of(shown))
            let column = form.columns[place]
            let painted = paint(shown, column)
            let isRight = columns[column].alignment == .right
            pieces.append(isRight ? padding + painted : painted + padding)
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

    /// The text cut to `width` columns, with an ellipsis at its end if anything is missing.
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
