/// A command in the tree, with the type of its options erased. It holds only names until it is
/// loaded, so a program with many commands starts as fast as one with few.
package struct AnyCommand: Sendable {
    /// The name as it is typed.
    package let name: String
    /// Words that people try instead of the name. They are not accepted, but lead to "did you
    /// mean".
    let attempts: [String]
    /// The command itself, not yet built.
    let content: Content

    /// The three kinds of command.
    enum Content: Sendable {
        case leaf(@Sendable () -> any LoadedCommand)
        case group(@Sendable () -> CommandGroup)
        /// `help`, which the parser itself understands. Its operands come from the tree.
        case help([Example])
    }

    /// The commands below this one; none unless it is a group, which is loaded for them.
    var members: [AnyCommand] {
        if case .group(let load) = content { load().commands } else { [] }
    }

    /// One sentence for lists. Builds the command.
    var summary: String {
        switch content {
        case .leaf(let load): load().summary
        case .group(let load): load().summary
        case .help: Self.helpSummary
        }
    }

    private static let helpSummary = "Show help for a command or a topic."
}

extension AnyCommand {
    /// A command that does something. `load` is called when the command is named or described.
    package init<Options: Sendable>(
        _ name: String, attempts: [String] = [], load: @escaping @Sendable () -> Command<Options>
    ) {
        self.init(name: name, attempts: attempts, content: .leaf { load() })
    }

    /// A command that consists of the commands below it.
    package static func group(
        _ name: String, attempts: [String] = [], load: @escaping @Sendable () -> CommandGroup
    ) -> AnyCommand {
        AnyCommand(name: name, attempts: attempts, content: .group(load))
    }

    /// The command `help [COMMAND|TOPIC]`.
    package static func help(examples: [Example]) -> AnyCommand {
        AnyCommand(name: "help", attempts: [], content: .help(examples))
    }

    /// Builds the description. `helpWords` returns the words that `help` explains.
    func describe(
        below parent: [String], helpWords: () -> [Completion.Choice]
    ) -> CommandDescription {
        let path = parent + [name]
        return switch content {
        case .leaf(let load): load().describe(path: path)
        case .group(let load): load().describe(path: path, helpWords: helpWords)
        case .help(let examples): Self.describeHelp(path, examples, helpWords())
        }
    }

    /// The description of `help`, which has no struct of options to derive it from.
    private static func describeHelp(
        _ path: [String], _ examples: [Example], _ words: [Completion.Choice]
    ) -> CommandDescription {
        CommandDescription(
            path: path, summary: helpSummary,
            operands: [
                OperandDescription(
                    name: "COMMAND|TOPIC", arity: .repeated(minimum: 0),
                    summary: "Command or topic to explain.", completion: .choices(words),
                    usage: "[COMMAND|TOPIC]")
            ],
            examples: examples)
    }
}

/// The texts and members of a command that does nothing itself, such as `list`.
package struct CommandGroup: Sendable {
    /// One sentence for lists.
    package let summary: String
    /// Paragraphs for the long help and the manual.
    package let discussion: [Prose]
    /// The members; they may be groups themselves.
    package let commands: [AnyCommand]
    /// Other commands, topics, or manual pages.
    package let seeAlso: [String]

    package init(
        summary: String, discussion: [Prose] = [], commands: [AnyCommand], seeAlso: [String] = []
    ) {
        self.summary = summary
        self.discussion = discussion
        self.commands = commands
        self.seeAlso = seeAlso
    }

    /// Builds the descriptions of all members.
    func describe(
        path: [String], helpWords: () -> [Completion.Choice]
    ) -> CommandDescription {
        CommandDescription(
            path: path, summary: summary, discussion: discussion, seeAlso: seeAlso,
            subcommands: commands.map { $0.describe(below: path, helpWords: helpWords) })
    }
}

/// A `Command<Options>` whose `Options` are not known, as the tree needs it.
protocol LoadedCommand: Sendable {
    /// The name that the command itself has, which must be the one in the tree.
    var name: String { get }
    /// One sentence for lists.
    var summary: String { get }
    /// The command as data, including its defaults.
    func describe(path: [String]) -> CommandDescription
    /// Parses the words after the command's name. `failure` is an error in what came before the
    /// name; it is reported rather than any later one.
    func bind(_ arguments: [[UInt8]], path: [String], failure: UsageError?) -> ParseOutcome
}

extension Command: LoadedCommand {
    func bind(_ arguments: [[UInt8]], path: [String], failure: UsageError?) -> ParseOutcome {
        switch ArgumentParser(self).parse(arguments, failure: failure) {
        case .help(let detail): return .showHelp(path: path, detail: detail)
        case .version: return .showVersion
        case .failure(let error): return .usageError(error, path: path)
        case .options(let options):
            let run = run
            return .run(BoundCommand(path: path, options: options) { try run(options, $0) })
        }
    }
}
