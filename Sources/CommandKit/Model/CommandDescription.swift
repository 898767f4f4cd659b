/// A command as data: with `ProgramDescription` the only input of all renderers.
package struct CommandDescription: Sendable, Equatable {
    /// The names from the top-level command down, such as `["list", "tokens"]`.
    package var path: [String]
    package var summary: String
    package var discussion: [Prose] = []
    /// The command's own options first, then one section a group.
    package var sections: [OptionSection] = []
    package var operands: [OperandDescription] = []
    package var examples: [Example] = []
    package var exitStatuses: [ExitStatusDoc] = []
    package var environment: [Definition] = []
    /// Commands (`revoke`), topics, or manual pages (`redis-cli(1)`).
    package var seeAlso: [String] = []
    package var subcommands: [CommandDescription] = []
    package var isHidden = false

    /// The last part of the path.
    package var name: String { path.last ?? "" }

    /// Every option of every section that is not hidden.
    package var visibleOptions: [OptionDescription] { sections.flatMap(\.visible) }

    /// One line: what may be typed.
    package func usage(program: String) -> String {
        var words = [program] + path
        if !subcommands.isEmpty { return (words + ["COMMAND"]).joined(separator: " ") }
        if !visibleOptions.isEmpty { words.append("[OPTIONS]") }
        return (words + operands.map(\.usageForm)).joined(separator: " ")
    }

    /// This command and everything below it, in order.
    package var flattened: [CommandDescription] { [self] + subcommands.flatMap(\.flattened) }
}

/// The whole program as data.
package struct ProgramDescription: Sendable {
    package let name: String
    package let version: String
    package let summary: String
    package let discussion: [Prose]
    package let globalOptions: OptionSection
    package let sections: [Section]
    package let topics: [Topic]

    /// Commands under one heading of the overview.
    package struct Section: Sendable {
        package let title: String
        package let commands: [CommandDescription]
    }

    /// The top-level commands that are shown.
    package var commands: [CommandDescription] {
        sections.flatMap(\.commands).filter { !$0.isHidden }
    }
}
