/// The program: its name, its commands under headings, its global options, and its help topics.
///
/// How the parts of this target work together:
///
/// * Each command is a `Command<Options>` value, which an `AnyCommand` in the tree loads on demand.
/// * `parse` goes down the tree to the command, `ArgumentScanner` splits its words into options and
///   operands, and `ArgumentParser` applies them to the options struct. The
///   result is a `ParseOutcome`, in the good case a `BoundCommand` that is ready to run.
/// * `describe` turns everything into data, `ProgramDescription` and `CommandDescription`, from
///   which `HelpPage`, `ManualPages` and the completion scripts are rendered.
///
/// A program is cheap to make: commands, global options and topics are built when they are needed.
package struct Program: Sendable {
    package let name: String
    package let version: String
    package let summary: String
    let discussion: [Prose]
    /// Called only if the line begins with an option, and for help.
    let loadGlobalOptions: @Sendable () -> OptionSection
    /// The commands under their headings. No command is built to keep it here.
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
    ///   - name: As it is typed.
    ///   - version: For `--version`.
    ///   - summary: One sentence.
    ///   - discussion: Paragraphs for the manual.
    ///   - globalOptions: The `section` of the group that every command includes with
    ///     `.group(group, at:)`. These options are also recognized before the command, and passed
    ///     to it.
    ///   - sections: The commands.
    ///   - topics: Pages of help that belong to no single command.
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

    /// Everything as data. Builds all commands.
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

    /// One command as data; nil if there is none with this path. Builds no other top-level command.
    package func describe(_ path: [String]) -> CommandDescription? {
        guard let first = path.first,
            let command = commands.first(where: { $0.name == first })
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

    /// The words that may follow `help`, for its completions.
    private var helpWords: [Completion.Choice] {
        commands.map { Completion.Choice($0.name, summary: $0.summary) }
            + loadTopics().map { Completion.Choice($0.name, summary: $0.summary) }
    }
}
