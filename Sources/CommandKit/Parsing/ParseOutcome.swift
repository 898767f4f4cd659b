package import Platform

/// What a command line asks for.
package enum ParseOutcome: Sendable {
    /// Everything was understood.
    case run(BoundCommand)
    /// The path is empty for the program itself.
    case showHelp(path: [String], detail: HelpDetail)
    /// `help TOPIC`.
    case showTopic(Topic)
    /// `--version`, wherever it stands.
    case showVersion
    /// A completion script asks for candidates.
    case complete(CompletionRequest)
    /// The path says whose usage line to show.
    case usageError(UsageError, path: [String])
}

/// How much help is wanted.
package enum HelpDetail: Sendable, Equatable {
    /// `-h`: fits a screen.
    case short
    /// `--help` and `help COMMAND`.
    case long
}

/// A command with its options, ready to run.
package struct BoundCommand: Sendable {
    /// The command's names from the top, aliases resolved.
    package let path: [String]
    /// The parsed options struct, for tests that look at what was understood.
    package let options: any Sendable
    private let work: @Sendable (System) throws -> ExitStatus

    init(
        path: [String], options: any Sendable,
        work: @escaping @Sendable (System) throws -> ExitStatus
    ) {
        self.path = path
        self.options = options
        self.work = work
    }

    /// Does the command's work. Errors are the command's own; `UsageError` among them.
    package func run(_ system: System) throws -> ExitStatus { try work(system) }
}
