/// The program: its name, its commands under headings, its global options and its topics.
///
/// Cheap to make: commands, global options and topics are built when somebody asks for them.
package struct Program: Sendable {
    package let name: String
    package let version: String
    package let summary: String
    let discussion: [Prose]
    /// Called only where a line begins with an option, and for help.
    let loadGlobalOptions: @Sendable () -> OptionSection
    /// Holds names and closures; no command is built by keeping it.
    let sections: [Section]
    /// Called only for help and the generators.
    let loadTopics: @Sendable () -> [Topic]
    /// Called only for the generators.
    private let loadManual: @Sendable () -> [ManualSection]

    /// Commands under one heading of the overview.
    package struct Section: Sendable {
        package let title: String
        package let commands: [AnyCommand]

        package init(_ title: String, _ commands: [AnyCommand]) {
            self.title = title
            self.commands = commands
        }
    }

    /// - Parameters:
    ///   - name: As typed.
    ///   - version: Printed by `--version`.
    ///   - summary: One sentence.
    ///   - discussion: Paragraphs for the manual.
    ///   - globalOptions: `group.section` of the options that every command includes by
    ///     `.group(group, at:)`; before the command they are recognised and handed to it.
    ///   - sections: The commands.
    ///   - topics: Pages of help about no single command.
    ///   - manual: Sections that only the manual page has.
    package init(
        name: String, version: String, summary: String, discussion: [Prose] = [],
        globalOptions: @escaping @Sendable () -> OptionSection, sections: [Section],
        topics: @escaping @Sendable () -> [Topic] = { [] },
        manual: @escaping @Sendable () -> [ManualSection] = { [] }
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.discussion = discussion
        loadGlobalOptions = globalOptions
        self.sections = sections
        loadTopics = topics
        loadManual = manual
    }

    /// The top-level commands.
    var commands: [AnyCommand] { sections.flatMap(\.commands) }

    /// Everything as data; builds every command.
    package func describe() -> ProgramDescription {
        let words = helpWords
        return ProgramDescription(
            name: name, version: version, summary: summary, discussion: discussion,
            globalOptions: loadGlobalOptions(),
            sections: sections.map { section in
                ProgramDescription.Section(
                    title: section.title,
                    commands: section.commands.map { command in
                        command.describe(below: []) { words }
                    })
            },
            topics: loadTopics(), manual: loadManual())
    }

    /// One command as data, or nil where there is none of that path; builds no other.
    package func describe(_ path: [String]) -> CommandDescription? {
        guard let first = path.first,
            let command = commands.first(where: { $0.answers(to: first) })
        else { return nil }
        var description = command.describe(below: []) { helpWords }
        for word in path.dropFirst() {
            guard let next = description.subcommands.first(where: { $0.name == word }) else {
                return nil
            }
            description = next
        }
        return description
    }

    /// What may follow `help`: for the completions of that command.
    private var helpWords: [Completion.Choice] {
        commands.filter { !$0.isHidden }
            .map { Completion.Choice($0.name, summary: $0.summary) }
            + loadTopics().map { Completion.Choice($0.name, summary: $0.summary) }
    }
}
