/// Fills text into lines.
package enum TextWrapper {
    /// The words of `text` in lines of at most `width` columns; a longer word gets its own line.
    package static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let size = DisplayWidth.of(String(word))
            if !line.isEmpty, used + 1 + size > width {
                lines.append(line)
                line = ""
                used = 0
            }
            if !line.isEmpty {
                line += " "
                used += 1
            }
            line += word
            used += size
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// The wrapped text with `indent` blanks before each line, each ended by a line feed.
    static func paragraph(_ text: String, indent: Int, width: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return wrap(text, width: max(width - indent, 20)).map { "\(margin)\($0)\n" }.joined()
    }
}
