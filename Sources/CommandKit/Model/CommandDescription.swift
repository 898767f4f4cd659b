/// A command as data: with `ProgramDescription` the only input of all renderers.
package struct CommandDescription: Sendable, Equatable {
    /// The names from the top-level command down, such as `["list", "tokens"]`.
    package var path: [String]
    /// One sentence for lists and the head of the page.
    package var summary: String
    /// For the long help and the manual.
    package var discussion: [Prose] = []
    /// The command's own options first, then one section a group.
    package var sections: [OptionSection] = []
    /// In the order of the command line.
    package var operands: [OperandDescription] = []
    /// Further calls for the usage, without name and options, such as `--from FILE`.
    package var otherForms: [String] = []
    /// Each is a command line that parses.
    package var examples: [Example] = []
    /// Every status that the command returns.
    package var exitStatuses: [ExitStatusDoc] = []
    /// Variable names with what they do.
    package var environment: [Definition] = []
    /// Commands (`revoke`), topics, or manual pages (`redis-cli(1)`).
    package var seeAlso: [String] = []
    /// Empty for a command that does something itself.
    package var subcommands: [CommandDescription] = []
    /// Runs, but is shown nowhere.
    package var isHidden = false

    /// The last part of the path.
    package var name: String { path.last ?? "" }

    /// Every option of every section that is not hidden.
    package var visibleOptions: [OptionDescription] { sections.flatMap(\.visible) }

    /// One line: what may be typed.
    package func usage(program: String) -> String {
        usages(program: program)[0]
    }

    /// The usage line, followed by the other forms.
    func usages(program: String) -> [String] {
        let words = ([program] + path).joined(separator: " ")
        guard subcommands.isEmpty else { return [words + " COMMAND"] }
        let head = words + (visibleOptions.isEmpty ? "" : " [OPTIONS]")
        return ([operands.map(\.usageForm).joined(separator: " ")] + otherForms).map {
            $0.isEmpty ? head : "\(head) \($0)"
        }
    }

    /// This command and everything below it, in order.
    package var flattened: [CommandDescription] { [self] + subcommands.flatMap(\.flattened) }
}

/// The whole program as data.
package struct ProgramDescription: Sendable {
    /// As typed, and the first word of every usage line.
    package let name: String
    package let version: String
    package let summary: String
    package let discussion: [Prose]
    /// The options that stand before the command as well as after it.
    package let globalOptions: OptionSection
    /// The commands under the headings of the overview, hidden ones included.
    package let sections: [Section]
    /// In the order of the overview; the manual moves conventional ones to their place.
    package let topics: [Topic]
    /// Sections that only the manual page has.
    package let manual: [ManualSection]

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
