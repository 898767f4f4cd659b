/// Builds a page of help: headings, paragraphs and two-column lists.
struct HelpPage {
    private let width: Int
    private let style: Style
    private(set) var text = ""

    /// Lines end before `width`; very wide terminals are not filled, as long lines read badly.
    init(width: Int, style: Style) {
        self.width = min(max(width, 40), 100)
        self.style = style
    }

    /// A title with a blank line before it.
    mutating func heading(_ title: String) {
        blank()
        text += style.bold("\(title):") + "\n"
    }

    /// At most one blank line in a row, and none at the top.
    mutating func blank() {
        if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
    }

    /// A line that is not wrapped, such as a command to copy.
    mutating func line(_ line: String) {
        text += line + "\n"
    }

    /// Wrapped text without blank lines around it.
    mutating func paragraph(_ paragraph: String, indent: Int = 0) {
        text += TextWrapper.paragraph(paragraph, indent: indent, width: width)
    }

    /// Paragraphs, lists and literal lines, a blank line before each.
    mutating func prose(_ body: [Prose], indent: Int = 0) {
        for piece in body {
            blank()
            switch piece {
            case .paragraph(let text): paragraph(text, indent: indent)
            case .definitions(let items):
                list(items.map { ($0.term, $0.meaning) }, indent: indent + 2)
            case .heading(let title): line(style.bold(title))
            case .literal(let lines):
                for line in lines {
                    text += String(repeating: " ", count: indent + 4) + line + "\n"
                }
            }
        }
    }

    /// Terms on the left, meanings on the right; a long term has its own line.
    mutating func list(_ rows: [(term: String, meaning: String)], indent: Int = 2) {
        let limit = min(26, width / 3)
        let longest = rows.map { DisplayWidth.of($0.term) }.filter { $0 <= limit }.max() ?? 8
        let column = indent + longest + 2
        let margin = String(repeating: " ", count: indent)
        for (term, meaning) in rows {
            let lines = TextWrapper.wrap(meaning, width: max(width - column, 20))
            let shown = margin + style.bold(term)
            let used = indent + DisplayWidth.of(term)
            guard let first = lines.first else {
                text += shown + "\n"
                continue
            }
            let gap = String(repeating: " ", count: column)
            if used + 2 <= column {
                text += shown + String(repeating: " ", count: column - used) + first + "\n"
            } else {
                text += shown + "\n" + gap + first + "\n"
            }
            for line in lines.dropFirst() { text += gap + line + "\n" }
        }
    }
}
