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

    /// `text` behind `indent` columns that are written already: what does not fit goes on in lines
    /// with that margin. Blanks within the text stay as they are. `width` nil means no limit.
    package static func hanging(_ text: String, indent: Int, width: Int?) -> String {
        guard let width, indent + DisplayWidth.of(text) > width else { return text }
        let room = max(width - indent, 20)
        var lines: [String] = []
        var line: String?
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let begun = line, DisplayWidth.of(begun) + 1 + DisplayWidth.of(String(word)) > room {
                lines.append(begun)
                line = String(word)
            } else {
                line = line.map { $0 + " " + word } ?? String(word)
            }
        }
        return (lines + [line ?? ""]).joined(
            separator: "\n" + String(repeating: " ", count: indent))
    }

    /// The wrapped text with `indent` blanks before each line, each ended by a line feed.
    static func paragraph(_ text: String, indent: Int, width: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return wrap(text, width: max(width - indent, 20)).map { "\(margin)\($0)\n" }.joined()
    }
}
