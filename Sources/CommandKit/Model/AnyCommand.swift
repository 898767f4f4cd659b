/// A command in the tree with its type erased. Holds only its name until it is asked for, so that
/// a program of many commands starts as fast as one of few.
package struct AnyCommand: Sendable {
    /// As typed.
    package let name: String
    /// Other names that are accepted, and not advertised.
    let aliases: [String]
    /// Words that people try in place of the name; they get "did you mean".
    let attempts: [String]
    /// Runs, but is shown and suggested nowhere.
    let isHidden: Bool
    /// What the name stands for, not yet built.
    let content: Content

    /// The three things that a name can stand for.
    enum Content: Sendable {
        case leaf(@Sendable () -> any LoadedCommand)
        case group(@Sendable () -> CommandGroup)
        /// `help`, which the parser itself understands; its operands come from the tree.
        case help([Example])
    }

    /// A command that does something; `load` is called when the command is named or described.
    package init<Options: Sendable>(
        _ name: String, aliases: [String] = [], attempts: [String] = [], hidden: Bool = false,
        load: @escaping @Sendable () -> Command<Options>
    ) {
        self.name = name
        self.aliases = aliases
        self.attempts = attempts
        isHidden = hidden
        content = .leaf { load() }
    }

    private init(name: String, aliases: [String], attempts: [String], content: Content) {
        self.name = name
        self.aliases = aliases
        self.attempts = attempts
        isHidden = false
        self.content = content
    }

    /// A command that only has commands below it.
    package static func group(
        _ name: String, aliases: [String] = [], attempts: [String] = [],
        load: @escaping @Sendable () -> CommandGroup
    ) -> AnyCommand {
        AnyCommand(name: name, aliases: aliases, attempts: attempts, content: .group(load))
    }

    /// The command `help [COMMAND|TOPIC]`.
    package static func help(examples: [Example], attempts: [String] = []) -> AnyCommand {
        AnyCommand(name: "help", aliases: [], attempts: attempts, content: .help(examples))
    }

    /// Whether `word` is the name or an alias; abbreviations are not.
    func answers(to word: String) -> Bool { name == word || aliases.contains(word) }

    /// One sentence for lists; builds the command.
    var summary: String {
        switch content {
        case .leaf(let load): load().summary
        case .group(let load): load().summary
        case .help: Self.helpSummary
        }
    }

    private static let helpSummary = "Show help for a command or a topic."

    /// Builds the description; `help` takes the words that it explains from `helpWords`.
    func describe(
        below parent: [String], helpWords: () -> [Completion.Choice]
    ) -> CommandDescription {
        let path = parent + [name]
        var description =
            switch content {
            case .leaf(let load): load().describe(path: path)
            case .group(let load): load().describe(path: path, helpWords: helpWords)
            case .help(let examples): Self.describeHelp(path, examples, helpWords())
            }
        description.isHidden = isHidden
        return description
    }

    /// `help` has no struct of options, so its description is made by hand.
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

/// The words of a command that has no work of its own, such as `list`.
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

/// What the program needs of a `Command<Options>` without knowing `Options`.
protocol LoadedCommand: Sendable {
    /// As the command itself says; the tree's name must be the same.
    var name: String { get }
    /// One sentence for lists.
    var summary: String { get }
    /// The command as data, with its defaults read.
    func describe(path: [String]) -> CommandDescription
    /// Parses the words after the command's name. `failure` is what already went wrong before it.
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
