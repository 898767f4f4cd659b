package import Platform

/// A command: its name, the options and operands it takes, its documentation, and its work.
///
/// One value of this type is everything that the program knows about a command. The parser, `-h`
/// and `--help`, the manual page and the completions of three shells are all derived from it.
/// `Options` is a struct whose initial values are the defaults; key paths connect each option with
/// a property.
package struct Command<Options: Sendable>: Sendable {
    /// Checks the options together, and may set some that depend on others.
    package typealias Check = @Sendable (inout Options) throws(UsageError) -> Void
    /// The work of the command. It may throw any error; the program turns errors into messages in
    /// one place.
    package typealias Run = @Sendable (Options, System) throws -> ExitStatus

    /// See `init` on the meaning of these.
    let name: String
    let summary: String
    let discussion: [Prose]
    let defaults: Options
    let options: [Option<Options>]
    let operands: [Operand<Options>]
    let otherForms: [String]
    let examples: [Example]
    let exitStatuses: [ExitStatusDoc]
    let environment: [Definition]
    let seeAlso: [String]
    let check: Check
    let run: Run

    /// - Parameters:
    ///   - name: As it is typed; for a nested command its last word.
    ///   - summary: One sentence for lists.
    ///   - discussion: Paragraphs for the long help and the manual.
    ///   - defaults: The values of options that are not given; help shows them.
    ///   - options: In the order of the help.
    ///   - operands: In the order of the command line.
    ///   - otherForms: Further calls for the usage, without name and options: `--from FILE`.
    ///   - examples: At least one; each must parse.
    ///   - exitStatuses: All that `run` returns.
    ///   - environment: The variables that it reads.
    ///   - seeAlso: Other commands, topics, or pages such as `redis-cli(1)`.
    ///   - check: The rules that concern several options. It is part of parsing, so it must have
    ///     no effect outside of the options.
    ///   - run: The work.
    package init(
        name: String, summary: String, discussion: [Prose] = [], defaults: Options,
        options: [Option<Options>] = [], operands: [Operand<Options>] = [],
        otherForms: [String] = [], examples: [Example] = [], exitStatuses: [ExitStatusDoc] = [],
        environment: [Definition] = [], seeAlso: [String] = [],
        check: @escaping Check = { _ in }, run: @escaping Run
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.defaults = defaults
        self.options = options
        self.operands = operands
        self.otherForms = otherForms
        self.examples = examples
        self.exitStatuses = exitStatuses
        self.environment = environment
        self.seeAlso = seeAlso
        self.check = check
        self.run = run
    }

    /// The command as data. Groups of options become sections, and defaults are read from the
    /// struct.
    func describe(path: [String]) -> CommandDescription {
        var own: [OptionDescription] = []
        var groups: [OptionSection] = []
        for entry in options.flatMap(\.entries) {
            var description = entry.description
            description.defaultValue = entry.readDefault(defaults)
            if let title = entry.section {
                if groups.last?.title != title { groups.append(.init(title: title, options: [])) }
                groups[groups.count - 1].options.append(description)
            } else {
                own.append(description)
            }
        }
        let first = own.isEmpty ? [] : [OptionSection(title: nil, options: own)]
        return CommandDescription(
            path: path, summary: summary, discussion: discussion, sections: first + groups,
            operands: operands.map(\.description), otherForms: otherForms, examples: examples,
            exitStatuses: exitStatuses, environment: environment, seeAlso: seeAlso)
    }
}

/// The exit status of the process. The commands define their own; only the two that the parser
/// needs are defined here.
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
    /// 0 to 255, the range that the system passes on.
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The work was done.
    package static let success = ExitStatus(rawValue: 0)
    /// The command line is wrong.
    package static let usage = ExitStatus(rawValue: 2)
}

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
