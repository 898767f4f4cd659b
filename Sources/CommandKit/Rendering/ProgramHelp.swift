extension ProgramDescription {
    /// The commands under their headings; the long form adds options and topics.
    package func help(_ detail: HelpDetail, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        page.paragraph(summary)
        page.heading("Usage")
        page.line("  \(name) [OPTIONS] COMMAND ...")
        if detail == .long, !discussion.isEmpty { page.prose(discussion) }
        let widest = commands.map { DisplayWidth.of($0.name) }.max() ?? 0
        for section in sections {
            let commands = section.commands.filter { !$0.isHidden }
            guard !commands.isEmpty else { continue }
            page.heading(section.title)
            page.list(commands.map { (DisplayWidth.pad($0.name, to: widest), $0.summary) })
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

    /// The options that the parser itself understands, everywhere.
    static let standard = [
        ("-h, --help", "Show help: -h in short, --help in full."),
        ("    --version", "Show the version."),
    ]
}

extension Topic {
    /// `help TOPIC`.
    package func help(width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        page.heading(title)
        page.prose(body)
        return page.text
    }
}

extension Program {
    /// The help for a path of `ParseOutcome.showHelp`; builds no more than it shows.
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

    /// What follows the message of a usage error: one usage line and where to read more.
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
