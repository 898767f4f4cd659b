internal import CommandKit

/// Lines for a person.
struct WordsPage {
    private let width: Int
    private let style: Style
    private(set) var text = ""

    /// Wide terminals are not filled, and a pipe is taken for one of 80 columns.
    init(width: Int?, _ style: Style) {
        self.width = min(width ?? 80, 80)
        self.style = style
    }

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func heading(_ title: String) { text += "\n" + style.bold(title) + "\n" }

    mutating func fact(_ name: String, _ value: String, width: Int = 8) {
        let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
        let words = TextWrapper.hanging(
            value, indent: 2 + name.utf8.count + padding.utf8.count, width: self.width)
        text += "  " + style.dim(name) + padding + words + "\n"
    }

    /// Facts in two columns.
    mutating func facts(_ facts: [(name: String, value: String)]) {
        let width = facts.map(\.name.utf8.count).max() ?? 0
        for fact in facts { self.fact(fact.name, fact.value, width: width) }
    }

    mutating func store(_ role: String, _ type: String, _ key: String) {
        let padding = String(repeating: " ", count: max(12 - role.utf8.count, 1))
        text += "  \(role)\(padding)\(style.dim(type)) \(style.bold(key))\n"
    }

    mutating func sentence(_ words: String, indent: Int = 14) {
        let margin = String(repeating: " ", count: indent)
        text += margin + TextWrapper.hanging(words, indent: indent, width: width) + "\n"
    }

    mutating func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        heading(title)
        for item in items { sentence(item, indent: 2) }
    }
}
