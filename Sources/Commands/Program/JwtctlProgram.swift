package import CommandKit
internal import Glibc
internal import JSON
package import Platform

/// The whole program: its commands under their headings. `attempts` are words that people try
/// instead of the name, and get a suggestion for.
///
/// Commands are built when they are needed (`AnyCommand` takes closures), so that starting costs no
/// more for many commands.
package let jwtctlProgram: Program = Program(
    name: "jwtctl", version: programVersion,
    summary: "Issue, decode, verify, revoke and list JSON Web Tokens in Redis.",
    discussion: [
        """
        jwtctl talks directly to the Redis or Valkey in which services keep the revocation state of \
        their tokens: a blacklist by jti whose entries expire with the tokens, a token list for \
        each user, and cutoffs, which end all sessions of one user or of all users.
        """,
        """
        Results go to standard output, everything else to standard error. Stored times come from \
        Redis' clock. Every command is safe to repeat. If the state cannot be determined, it is \
        reported as unknown (status 8), never as valid.
        """,
    ],
    globalOptions: { GlobalOptions.group.section },
    sections: [
        .init(
            "Tokens",
            [
                AnyCommand("issue", attempts: ["sign", "encode", "create", "mint"]) {
                    issueCommand
                },
                AnyCommand("decode", attempts: ["inspect", "show", "parse"]) { decodeCommand },
                AnyCommand("verify", attempts: ["check", "validate"]) { verifyCommand },
            ]),
        .init(
            "Revocation",
            [
                AnyCommand("status", attempts: ["state"]) { statusCommand },
                AnyCommand("revoke", attempts: ["blacklist", "deny"]) { revokeCommand },
                AnyCommand("renew", attempts: ["rotate", "refresh"]) { renewCommand },
                AnyCommand("restore", attempts: ["unrevoke", "undo"]) { restoreCommand },
                AnyCommand("logout-all", attempts: ["revoke-all", "logout", "kick"]) {
                    logoutAllCommand
                },
                AnyCommand("prove", attempts: ["test", "confirm"]) { proveCommand },
            ]),
        .init(
            "Inspect",
            [
                .group("list", attempts: ["ls"]) {
                    CommandGroup(
                        summary: "List tokens, users or the blacklist.",
                        commands: [
                            AnyCommand("tokens") { listTokensCommand },
                            AnyCommand("users") { listUsersCommand },
                            AnyCommand("revoked") { listRevokedCommand },
                        ], seeAlso: ["status", "prune"])
                },
                AnyCommand("find", attempts: ["search", "whose", "lookup"]) { findCommand },
                AnyCommand("stats", attempts: ["count", "metrics"]) { statsCommand },
                AnyCommand("doctor", attempts: ["diagnose", "health"]) { doctorCommand },
                AnyCommand("audit", attempts: ["log", "history"]) { auditCommand },
                AnyCommand("prune", attempts: ["clean", "gc"]) { pruneCommand },
            ]),
        .init(
            "Keys",
            [
                .group("key", attempts: ["keys", "keygen"]) {
                    CommandGroup(
                        summary: "Generate, convert and inspect keys.",
                        commands: [
                            AnyCommand("generate", attempts: ["new", "gen"]) { keyGenerateCommand },
                            AnyCommand("public", attempts: ["pub"]) { keyPublicCommand },
                            AnyCommand("convert", attempts: ["export"]) { keyConvertCommand },
                            AnyCommand("thumbprint", attempts: ["fingerprint", "kid"]) {
                                keyThumbprintCommand
                            },
                            AnyCommand("show", attempts: ["inspect", "info"]) { keyShowCommand },
                        ], seeAlso: ["issue", "verify", "keys"])
                }
            ]),
        .init(
            "Layouts",
            [
                .group("layout", attempts: ["layouts", "preset"]) {
                    CommandGroup(
                        summary: "Manage layouts: how applications store tokens in Redis.",
                        commands: [
                            AnyCommand("list", attempts: ["ls"]) { layoutListCommand },
                            AnyCommand("show", attempts: ["explain", "print"]) {
                                layoutShowCommand
                            },
                            AnyCommand("detect", attempts: ["find", "guess"]) {
                                layoutDetectCommand
                            },
                        ], seeAlso: ["layouts", "jwtctl-layout(5)"])
                }
            ]),
        .init(
            "Other commands",
            [
                .group("config", attempts: ["configuration", "settings"]) {
                    CommandGroup(
                        summary: "Show the effective settings.",
                        commands: [AnyCommand("show") { configShowCommand }],
                        seeAlso: ["environment"])
                },
                AnyCommand("demo", attempts: ["try"]) { demoCommand },
                AnyCommand("completion", attempts: ["completions"]) { completionCommand },
                .help(examples: [
                    Example(command: "jwtctl help revoke", summary: "Show all help for a command."),
                    Example(command: "jwtctl help exit-status", summary: "Show a topic."),
                ]),
                AnyCommand("version") { versionCommand },
            ]),
    ],
    topics: { Topics.all }, manual: { ManualSections.all })

/// Runs a command line, from its arguments to the end of the process. `main.swift` and the tests
/// call it.
package enum EntryPoint {
    /// The way in which the process must end.
    package enum Ending: Equatable, Sendable {
        /// With this exit status.
        case exit(Int32)
        /// By this signal, as a shell expects it of an interrupted program.
        case signal(Int32)
    }

    /// Runs the command that `arguments` (without the program's name) contain. Never throws: errors
    /// are printed here. A closed pipe ends the process by SIGPIPE.
    package static func run(_ arguments: [[UInt8]], _ system: System) -> Ending {
        do {
            let status = try perform(arguments, system)
            try system.output.flush()
            return .exit(status.rawValue)
        } catch let error as OutputError where error.isBrokenPipe {
            return .signal(SIGPIPE)
        } catch {
            return .exit(report(error, .init(), [], system).rawValue)
        }
    }

    /// Parses the arguments and does what they ask for. Errors of a command are reported in the
    /// format that its options chose.
    private static func perform(_ arguments: [[UInt8]], _ system: System) throws -> ExitStatus {
        var system = system
        system.arguments = arguments
        if let status = try hidden(arguments, system) { return status }
        // Without arguments, the short help is an error message: it goes to standard error.
        if arguments.isEmpty {
            try system.diagnostics.write(
                jwtctlProgram.help(
                    path: [], detail: .short, width: width(system), style: errorStyle(system)))
            try system.diagnostics.flush()
            return .usage
        }
        switch jwtctlProgram.parse(arguments) {
        case .run(let command):
            do {
                let status = try command.run(system)
                try system.output.flush()
                // A report may go there, where standard output has other results.
                try system.diagnostics.flush()
                return status
            } catch let error as OutputError where error.isBrokenPipe {
                throw error
            } catch {
                let options = command.options as? any CommandOptions
                let own = options?.usesOutput ?? false ? system.reportingOnDiagnostics : system
                return report(error, options?.global ?? GlobalOptions(), command.path, own)
            }
        case .showHelp(let path, let detail):
            try system.output.write(
                jwtctlProgram.help(
                    path: path, detail: detail, width: width(system), style: style(system)))
        case .showTopic(let topic):
            try system.output.write(topic.help(width: width(system), style: style(system)))
        case .showVersion: try system.output.write("jwtctl \(programVersion)\n")
        case .complete(let request): try DynamicCompletion.answer(request, system)
        case .usageError(let error, let path):
            return report(error, understood(arguments), path, system)
        }
        return .success
    }

    /// The global options of a line that could not be parsed, as far as its output format: a script
    /// that asked for JSON must be able to read the error.
    private static func understood(_ arguments: [[UInt8]]) -> GlobalOptions {
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }.prefix { $0 != "--" }
        let formats = OutputFormat.allCases.filter(\.tellsErrors).map(\.rawValue)
        var options = GlobalOptions()
        for (index, word) in words.enumerated() {
            let isSplit =
                index > 0 && ["-o", "--output"].contains(words[index - 1])
                && formats.contains(word)
            if word == "--json" || isSplit
                || formats.contains(where: { word == "-o\($0)" || word == "--output=\($0)" })
            {
                options.format = .json
            }
        }
        return options
    }

    /// The commands for the build (`__generate`) and for `demo` (`__with-parent`); nil for any
    /// other line. They are not documented, because people do not need them.
    private static func hidden(_ arguments: [[UInt8]], _ system: System) throws -> ExitStatus? {
        switch arguments.first.map({ String(decoding: $0, as: UTF8.self) }) {
        case "__generate" where arguments.count == 2:
            try GeneratedFiles.write(to: String(decoding: arguments[1], as: UTF8.self), system)
            return .success
        case "__with-parent" where arguments.count > 1:
            CurrentProcess.dieWithParent()
            throw Subprocess.replaceProcess(by: Array(arguments.dropFirst()))
        default: return nil
        }
    }

    /// The most columns of help texts, since long lines are hard to read.
    private static let widestHelp = 100

    /// The columns for help texts.
    private static func width(_ system: System) -> Int {
        min(max(system.terminal.columns, 40), widestHelp)
    }

    /// The colours for standard output.
    private static func style(_ system: System) -> Style {
        Style(.auto, isTerminal: system.output.isTerminal, environment: system.environment)
    }

    /// The colours for standard error.
    private static func errorStyle(_ system: System) -> Style {
        Style(.auto, isTerminal: system.diagnostics.isTerminal, environment: system.environment)
    }

    /// Prints an error on standard error and, if a script asked for JSON, on standard output as
    /// well. Returns the exit status.
    private static func report(
        _ error: any Error, _ global: GlobalOptions, _ path: [String], _ system: System
    ) -> ExitStatus {
        let failure = Diagnostics.failure(for: error)
        let console = Console(global, system: system)
        do throws(OutputError) {
            // Results that were printed before the error must appear before it.
            if !(error is OutputError) { try system.output.flush() }
            try console.error(failure.message)
            if let hint = failure.hint {
                try system.diagnostics.write("jwtctl: hint: \(hint)\n")
            }
            if error is UsageError {
                for line in jwtctlProgram.usageLines(path: path) {
                    try system.diagnostics.write("jwtctl: \(line)\n")
                }
            }
            try system.diagnostics.flush()
            if global.format.tellsErrors, !(error is OutputError) {
                try console.json(
                    [
                        "error": [
                            "code": .string(failure.code), "message": .string(failure.message),
                        ]
                    ], .compact)
                try system.output.flush()
            }
        } catch {
            // Nothing can be printed any more; only the status is left.
        }
        return failure.status
    }
}
