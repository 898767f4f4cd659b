internal import CommandKit

/// Lines for a person.
struct WordsPage {
    private let style: Style
    private(set) var text = ""

    init(_ style: Style) { self.style = style }

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func heading(_ title: String) { text += "\n" + style.bold(title) + "\n" }

    mutating func fact(_ name: String, _ value: String, width: Int = 8) {
        let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
        text += "  " + style.dim(name) + padding + value + "\n"
    }

    /// Facts in two columns.
    mutating func facts(_ facts: [(name: String, value: String)]) {
        let width = facts.map(\.name.utf8.count).max() ?? 0
        for fact in facts { self.fact(fact.name, fact.value, width: width) }
    }

    mutating func store(_ role: String, _ type: String, _ key: String) {
        let padding = String(repeating: " ", count: max(10 - role.utf8.count, 1))
        text += "  \(role)\(padding)\(style.dim(type)) \(style.bold(key))\n"
    }

    mutating func sentence(_ words: String, indent: Int = 12) {
        text += TextLines.fill(words, indent: indent)
    }

    mutating func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        heading(title)
        for item in items { sentence(item, indent: 2) }
    }
}

/// Words in lines of at most 80 columns.
private enum TextLines {
    static func fill(_ words: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var text = ""
        var line = ""
        for word in words.split(separator: " ") {
            if !line.isEmpty, indent + line.utf8.count + 1 + word.utf8.count > 80 {
                text += margin + line + "\n"
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return text + margin + line + "\n"
    }
}
