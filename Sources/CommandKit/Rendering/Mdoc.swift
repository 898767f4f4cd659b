extension Prose {
    fileprivate var isHeading: Bool { if case .heading = self { true } else { false } }
}

/// Writes mdoc(7) source. Text is escaped, so it cannot be taken for a macro.
///
/// A line that begins with a period is a macro with arguments: `.Sh NAME` begins a section, `.Ss` a
/// subsection, `.Pp` a paragraph, `.It` an item of a list. Any other line is text, and lines of text
/// are filled. Many macros also act as arguments of others, as `Ar` does in `.It Fl o Ar FILE`; such
/// lines are written with `raw`.
struct Mdoc {
    /// The page so far. Each line ends with a line feed.
    private(set) var source = ""

    /// A macro line. Each argument is quoted, so it cannot be taken for a macro.
    mutating func macro(_ name: String, _ arguments: String...) {
        source += ".\(name)"
        for argument in arguments { source += " " + Self.argument(argument) }
        source += "\n"
    }

    /// A line as it is, for arguments that are macros themselves.
    mutating func raw(_ line: String) {
        source += "\(line)\n"
    }

    /// Running text. Each sentence begins on a line of its own, as mdoc(7) demands. A sentence ends
    /// with a period before a capital letter, so `e.g. json` does not end one.
    mutating func text(_ text: String) {
        var line: [Substring] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if let last = line.last, last.hasSuffix("."), word.first?.isUppercase == true {
                flush(&line)
            }
            line.append(word)
        }
        flush(&line)
    }

    /// Writes the words as one line of source, and empties the list.
    private mutating func flush(_ words: inout [Substring]) {
        if !words.isEmpty { source += Self.line(words.joined(separator: " ")) + "\n" }
        words = []
    }

    /// Paragraphs with `.Pp` between them, lists and displays.
    mutating func prose(_ body: [Prose]) {
        for (index, piece) in body.enumerated() {
            switch piece {
            case .paragraph(let words):
                if index > 0, !body[index - 1].isHeading { macro("Pp") }
                text(words)
            case .heading(let title): macro("Ss", title)
            case .definitions(let items): definitions(items)
            case .literal(let lines): literal(lines)
            }
        }
    }

    /// A tagged list; nothing if there are no items, because mandoc(1) objects to an empty one. `Ds`
    /// is the usual indentation; a wider term gets a line of its own.
    mutating func definitions(_ items: [Definition]) {
        guard !items.isEmpty else { return }
        raw(".Bl -tag -width Ds")
        for item in items {
            macro("It", item.term)
            text(item.meaning)
        }
        raw(".El")
    }

    /// Lines that are shown as they are, neither filled nor joined.
    mutating func literal(_ lines: [String]) {
        raw(".Bd -literal -offset indent")
        for line in lines { raw(Self.line(line)) }
        raw(".Ed")
    }

    /// Text at the beginning of a line, where a period or an apostrophe would begin a macro.
    static func line(_ text: String) -> String {
        let body = escape(text)
        return body.hasPrefix(".") || body.hasPrefix("'") ? "\\&\(body)" : body
    }

    /// Text as one argument of a macro.
    static func argument(_ text: String) -> String {
        var body = ""
        for character in escape(text) { body += character == "\"" ? "\"\"" : String(character) }
        // Names of macros have at most three letters, and punctuation on its own is moved.
        let guarded = text.count <= 3 ? "\\&\(body)" : body
        return text.contains(where: { " \"".contains($0) }) ? "\"\(guarded)\"" : guarded
    }

    /// A backslash would begin an escape. A bare `-`, `'`, `` ` ``, `^` or `~` would be printed as
    /// another character, so that text copied from the page would not work.
    private static func escape(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            default: result.append(character)
            }
        }
        return result
    }
}
