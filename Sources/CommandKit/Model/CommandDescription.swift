/// A command as data. Together with `ProgramDescription` it is the only input of the renderers.
package struct CommandDescription: Sendable, Equatable {
    /// The names from the top-level command down, such as `["list", "tokens"]`.
    package var path: [String]
    /// One sentence for lists and the head of the page.
    package var summary: String
    /// Paragraphs for the long help and the manual.
    package var discussion: [Prose] = []
    /// The command's own options first, then a section for each group.
    package var sections: [OptionSection] = []
    /// The operands in the order of the command line.
    package var operands: [OperandDescription] = []
    /// Further calls for the usage, without name and options, such as `--from FILE`.
    package var otherForms: [String] = []
    /// Command lines, each of which parses.
    package var examples: [Example] = []
    /// All statuses that the command returns.
    package var exitStatuses: [ExitStatusDoc] = []
    /// The variables that it reads, with their meanings.
    package var environment: [Definition] = []
    /// Commands (`revoke`), topics, or manual pages (`redis-cli(1)`).
    package var seeAlso: [String] = []
    /// The members of a group; empty for a command that does something itself.
    package var subcommands: [CommandDescription] = []

    /// The last part of the path.
    package var name: String { path.last ?? "" }

    /// The options of all sections, without hidden ones.
    package var visibleOptions: [OptionDescription] { sections.flatMap(\.visible) }

    /// The usage in one line.
    package func usage(program: String) -> String {
        usages(program: program)[0]
    }

    /// The usage line, and a line for each other form.
    func usages(program: String) -> [String] {
        let words = ([program] + path).joined(separator: " ")
        guard subcommands.isEmpty else { return [words + " COMMAND"] }
        let head = words + (visibleOptions.isEmpty ? "" : " [OPTIONS]")
        return ([operands.map(\.usageForm).joined(separator: " ")] + otherForms).map {
            $0.isEmpty ? head : "\(head) \($0)"
        }
    }

    /// This command and all commands below it, in order.
    package var flattened: [CommandDescription] { [self] + subcommands.flatMap(\.flattened) }
}

/// The whole program as data.
package struct ProgramDescription: Sendable {
    /// The name as it is typed, and the first word of each usage line.
    package let name: String
    package let version: String
    package let summary: String
    package let discussion: [Prose]
    /// The options that may come before the command as well as after it.
    package let globalOptions: OptionSection
    /// The commands under the headings of the overview.
    package let sections: [Section]
    /// In the order of the overview. The manual moves those with conventional titles to their usual
    /// place.
    package let topics: [Topic]
    /// Sections that only the manual page has.
    package let manual: [ManualSection]

    /// Commands under one heading of the overview.
    package struct Section: Sendable {
        package let title: String
        package let commands: [CommandDescription]
    }

    /// The top-level commands.
    package var commands: [CommandDescription] { sections.flatMap(\.commands) }
}
