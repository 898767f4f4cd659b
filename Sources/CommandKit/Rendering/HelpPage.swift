/// Builds a page of help from headings, paragraphs and two-column lists.
///
/// The extensions below render commands, the program and topics with it.
struct HelpPage {
    private let width: Int
    private let style: Style
    private(set) var text = ""

    /// Lines are shorter than `width`. Very wide terminals are not filled, since long lines are
    /// hard to read.
    init(width: Int, style: Style) {
        self.width = min(max(width, 40), 100)
        self.style = style
    }

    /// A title, with a blank line before it.
    mutating func heading(_ title: String) {
        blank()
        text += style.bold("\(title):") + "\n"
    }

    /// A blank line, unless the page is empty or ends with one.
    mutating func blank() {
        if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
    }

    /// A line that is not wrapped, such as a command to copy.
    mutating func line(_ line: String) {
        text += line + "\n"
    }

    /// Wrapped text, without blank lines around it.
    mutating func paragraph(_ paragraph: String, indent: Int = 0) {
        text += TextWrapper.paragraph(paragraph, indent: indent, width: width)
    }

    /// Paragraphs, lists and literal lines, with a blank line before each.
    mutating func prose(_ body: [Prose]) {
        for piece in body {
            blank()
            switch piece {
            case .paragraph(let text): paragraph(text)
            case .definitions(let items): list(items.map { ($0.term, $0.meaning) })
            case .heading(let title): line(style.bold(title))
            case .literal(let lines): for text in lines { line("    " + text) }
            }
        }
    }

    /// Terms on the left after two blanks, meanings on the right.
    ///
    /// The left column is as wide as its longest term, except for terms above 26 columns or a third
    /// of the page. Such a term gets a line of its own, with its meaning below: one long option must
    /// not narrow the meanings of all others.
    mutating func list(_ rows: [(term: String, meaning: String)]) {
        let limit = min(26, width / 3)
        let longest = rows.map { DisplayWidth.of($0.term) }.filter { $0 <= limit }.max() ?? 8
        let column = longest + 4
        for (term, meaning) in rows {
            let lines = TextWrapper.wrap(meaning, width: max(width - column, 20))
            let shown = "  " + style.bold(term)
            let used = 2 + DisplayWidth.of(term)
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

extension CommandDescription {
    /// The text for `-h`: usage, operands, two examples, the command's own options, and the
    /// essential ones of its groups. It has to fit on a screen, so the last line only names the
    /// groups that `--help` shows.
    package func shortHelp(program: String, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        begin(&page, program: program)
        examples(examples.prefix(2), on: &page)
        let own = sections.first { $0.title == nil }?.options ?? []
        let essential = sections.filter { $0.title != nil }.flatMap(\.options)
            .filter(\.isEssential)
        options(OptionSection(title: nil, options: own + essential), on: &page, .short)
        let groups = sections.filter { !$0.visible.isEmpty }.compactMap(\.title)
        page.blank()
        let more = groups.isEmpty ? "" : " (also: \(groups.joined(separator: ", ").lowercased()))"
        page.paragraph("More: '\(program) help \(path.joined(separator: " "))'\(more).")
        return page.text
    }

    /// The text for `--help` and `help COMMAND`: everything about the command.
    package func longHelp(program: String, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        begin(&page, program: program)
        if !discussion.isEmpty { page.prose(discussion) }
        for section in sections { options(section, on: &page, .long) }
        examples(examples[...], on: &page)
        if !exitStatuses.isEmpty {
            page.heading("Exit status")
            page.list(exitStatuses.map { (String($0.status.rawValue), $0.meaning) })
        }
        if !environment.isEmpty {
            page.heading("Environment")
            page.paragraph(
                environment.map(\.term).joined(separator: ", ")
                    + " (see '\(program) help environment')", indent: 2)
        }
        if !seeAlso.isEmpty {
            page.heading("See also")
            page.paragraph(
                seeAlso.map { $0.hasSuffix(")") ? $0 : "\(program) help \($0)" }
                    .joined(separator: ", "), indent: 2)
        }
        return page.text
    }

    /// Example commands with their purposes.
    private func examples(_ examples: ArraySlice<Example>, on page: inout HelpPage) {
        guard !examples.isEmpty else { return }
        page.heading(examples.count == 1 ? "Example" : "Examples")
        for example in examples {
            page.paragraph(example.summary, indent: 2)
            page.line("      \(example.command)")
        }
    }

    /// The beginning of both forms: summary, usage, members, operands. A group shows the usages of
    /// its members, since its own says no more than COMMAND.
    private func begin(_ page: inout HelpPage, program: String) {
        page.paragraph(summary)
        page.heading("Usage")
        let lines = subcommands.isEmpty ? [self] : subcommands
        for usage in lines.flatMap({ $0.usages(program: program) }) { page.line("  " + usage) }
        if !subcommands.isEmpty {
            page.heading("Commands")
            page.list(subcommands.map { ($0.name, $0.summary) })
        }
        if !operands.isEmpty {
            page.heading("Operands")
            page.list(operands.map { ($0.name, $0.fullSummary) })
        }
    }

    /// One section. If all of its options are hidden, it has no heading either.
    private func options(
        _ section: OptionSection, on page: inout HelpPage, _ detail: HelpDetail
    ) {
        guard !section.visible.isEmpty else { return }
        page.heading(section.title ?? "Options")
        page.list(
            section.visible.map { option in
                let more = detail == .long && !option.detail.isEmpty ? " \(option.detail)" : ""
                return (option.helpTerm, option.fullSummary + more)
            })
    }
}

extension OptionDescription {
    /// `-o, --output FORMAT`. Long names are aligned, with or without a short name before them.
    var helpTerm: String {
        (short.map { "-\($0), " } ?? "    ") + longForm
    }
}

extension OperandDescription {
    /// The summary, with the choices if there is a fixed list of them.
    var fullSummary: String {
        guard case .choices(let choices) = completion, usage == nil else { return summary }
        return summary + " [one of " + choices.map(\.value).joined(separator: ", ") + "]"
    }
}

extension ProgramDescription {
    /// The commands under their headings. The long form adds options and topics. All names are
    /// padded to one width, so that the summaries below all headings begin in one column.
    package func help(_ detail: HelpDetail, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        page.paragraph(summary)
        page.heading("Usage")
        page.line("  \(name) [OPTIONS] COMMAND ...")
        if detail == .long, !discussion.isEmpty { page.prose(discussion) }
        let widest = commands.map { DisplayWidth.of($0.name) }.max() ?? 0
        for section in sections {
            page.heading(section.title)
            page.list(section.commands.map { (DisplayWidth.pad($0.name, to: widest), $0.summary) })
        }
        if detail == .long {
            page.heading(globalOptions.title ?? "Options")
            page.list(globalOptions.visible.map { ($0.helpTerm, $0.fullSummary) } + Self.standard)
            if !topics.isEmpty {
                page.heading("Topics")
                page.list(topics.map { ($0.name, $0.summary) })
            }
        }
        page.blank()
        page.paragraph(
            "More: '\(name) help COMMAND'" + (topics.isEmpty ? "." : " or '\(name) help TOPIC'."))
        return page.text
    }

    /// The options that the parser itself understands, in every command.
    static let standard = [
        ("-h, --help", "Show help: -h in short, --help in full."),
        ("    --version", "Show the version."),
    ]
}

extension Topic {
    /// The text for `help TOPIC`.
    package func help(width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        page.heading(title)
        page.prose(body)
        return page.text
    }
}

extension Program {
    /// The help for a path of `ParseOutcome.showHelp`. Builds only the command that it shows.
    package func help(
        path: [String], detail: HelpDetail, width: Int, style: Style = .plain
    ) -> String {
        guard let command = describe(path) else {
            return describe().help(detail, width: width, style: style)
        }
        return switch detail {
        case .short: command.shortHelp(program: name, width: width, style: style)
        case .long: command.longHelp(program: name, width: width, style: style)
        }
    }

    /// The lines after the message of a usage error: a usage line, and where to read more. `path` is
    /// that of `ParseOutcome.usageError`. An error of `help` may be a mistyped topic, so it lists the
    /// topics.
    package func usageLines(path: [String]) -> [String] {
        guard let command = describe(path) else {
            return ["usage: \(name) [OPTIONS] COMMAND ...", "try '\(name) help'"]
        }
        if path == ["help"] {
            let topics = loadTopics().map(\.name).joined(separator: ", ")
            return [
                "usage: \(command.usage(program: name))", "topics: \(topics)",
                "commands: try '\(name) help'",
            ]
        }
        let words = path.joined(separator: " ")
        return ["usage: \(command.usage(program: name))", "try '\(name) help \(words)'"]
    }
}
