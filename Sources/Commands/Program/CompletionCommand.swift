internal import CommandKit
internal import Platform

/// The shells for which there is a completion script. The raw value is the operand of `completion`.
enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// The completion script, generated from the same description as the parser.
    func script(_ program: ProgramDescription) -> String {
        switch self {
        case .bash: BashCompletion.render(program)
        case .zsh: ZshCompletion.render(program)
        case .fish: FishCompletion.render(program)
        }
    }

    /// The name of the script below `completions/`, where each shell's convention wants it.
    var fileName: String {
        switch self {
        case .bash: "jwtctl.bash"
        case .zsh: "_jwtctl"
        case .fish: "jwtctl.fish"
        }
    }
}

/// Options of `completion`.
struct CompletionOptions: CommandOptions {
    var global = GlobalOptions()
    var shell = Shell.bash
}

/// `completion`: prints the script of a shell. The script calls `jwtctl __complete` for candidates
/// that depend on files or Redis, which `DynamicCompletion` answers.
let completionCommand: CommandKit.Command<CompletionOptions> = Command(
    name: "completion", summary: "Print the completion script for a shell.",
    discussion: [
        """
        An installed jwtctl includes its completions. Without an installation, load them in the \
        configuration of the shell: 'source <(jwtctl completion bash)' in ~/.bashrc, or 'jwtctl \
        completion fish | source' for fish.
        """
    ],
    defaults: CompletionOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [.choice("SHELL", summary: "Shell: bash, zsh or fish.", into: \.shell)],
    examples: [
        Example(
            command: "jwtctl completion bash > /etc/bash_completion.d/jwtctl",
            summary: "Install the script for all users of bash.")
    ],
    exitStatuses: ExitStatus.docs(.failure),
    run: { options, system in
        try Console(options.global, system: system).print(
            options.shell.script(jwtctlProgram.describe()))
        return .success
    })

/// The manual pages and completion scripts, which are committed. They are made from the same
/// description as the parser; a test fails if one is stale or orphaned, and `make generate`
/// rewrites them.
package enum GeneratedFiles {
    /// The date in the manual pages. It is fixed, so that pages change only with their content.
    private static let date = "November 30, 2026"

    /// Every file, with its path from the top of the project.
    package static func all() -> [(path: String, content: String)] {
        let program = jwtctlProgram.describe()
        return ManualPages(program, date: date).all().map { ("man/\($0.file)", $0.source) }
            + Shell.allCases.map { ("completions/\($0.fileName)", $0.script(program)) }
    }

    /// Rewrites the files below `folder`. Refused in CI, which must only detect stale files.
    static func write(to folder: String, _ system: System) throws {
        guard system.environment["CI"] == nil else {
            throw Failure(.refused, "ci", "generated files are not rewritten in CI")
        }
        for file in all() {
            let path = Array("\(folder)/\(file.path)".utf8)
            let target = try Descriptor.create(path)
            let stream = OutputStream(borrowing: target.number)
            try stream.write(file.content)
            try stream.flush()
        }
    }
}

/// The sections of jwtctl(1) that `help` does not print. Their names and order are those that mdoc(7)
/// recommends.
enum ManualSections {
    /// The sections, in the order of the page.
    static let all = [files, examples, standards, bugs, security]

    /// The file that is read without being named; `Settings.place` finds it.
    private static let files = ManualSection(
        "FILES",
        [
            .terms(
                """
                $XDG_CONFIG_HOME/jwtctl/config:: Profiles and layouts, see jwtctl-config(5). Without
                    XDG_CONFIG_HOME it is ~/.config/jwtctl/config. A file with a password that other
                    users can read is refused.
                """)
        ])

    /// Examples with their output, which a test compares with the real one.
    private static let examples = ManualSection(
        "EXAMPLES",
        [
            "Log a user out everywhere:",
            .literal([
                "$ jwtctl logout-all --reason \"account taken over, ticket 4711\" alice",
                target, "alice: 2 revoked",
                "  all tokens issued up to 2026-11-30 17:21:55Z are now revoked, recorded or not",
            ]),
            "Revoke a token that turned up in a log:",
            .literal([
                "$ echo \"Authorization: Bearer $LEAKED\" | jwtctl revoke --reason \"found in a log\"",
                target, "revoked 7c3e",
            ]),
            "Check a token in a script:",
            .literal(["$ jwtctl verify -q --aud api \"$TOKEN\" && echo accepted", "accepted"]),
        ])

    /// The line that a change prints first.
    private static let target =
        "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native"

    /// The specifications that the program follows, by what they are about.
    private static let standards = ManualSection(
        "STANDARDS",
        [
            """
            Tokens follow RFC 7515 (JWS), RFC 7519 (JWT) and RFC 8725 (best current practices); \
            keys RFC 7517 (JWK) and RFC 7638 (thumbprints); algorithms RFC 7518, RFC 8037, \
            RFC 8812 and RFC 9864. JSON follows RFC 8259, times RFC 3339, and -o introspection \
            RFC 7662. Encrypted tokens (RFC 7516) are recognized, and not decrypted.
            """
        ])

    /// Limits that follow from the design, and what to do about them.
    private static let bugs = ManualSection(
        "BUGS",
        [
            """
            A token whose jti is an ordinary word cannot be told from a word: revoke takes "alice" \
            as an id. Text that could be part of a token or of a command is refused; --id and \
            --token settle doubts.
            """,
            """
            A scan of the keys may miss what appears while it runs, and in a Cluster a key whose \
            slot is moved at that moment.
            """,
            """
            The static program resolves host names by /etc/hosts and DNS only.
            """,
        ])

    /// The conditions under which a revocation is one, the most important first, and how the
    /// program treats secrets.
    private static let security = ManualSection(
        "SECURITY CONSIDERATIONS",
        [
            """
            Revocation works only in services that ask Redis for each token, and reject it when \
            Redis does not answer: see jwtctl-services(7).
            """,
            """
            No revocation helps against a leaked signing key: whoever has it can choose id and iat. \
            Remove the key from the services first.
            """,
            """
            Secrets are never taken from the command line, which other users can see, and never \
            printed. They are kept in memory that is not swapped and is overwritten after use. \
            Errors and traces mask them, and tokens that are part of a key. Whole tokens are printed \
            by issue and renew, and with --show-tokens.
            """,
            """
            The claims of an unverified token are what its author wrote. revoke checks the \
            signature if a key is configured; else whoever hands over a token chooses which id is \
            revoked. A key named inside a token (jku, x5u, jwk, x5c) is never used.
            """,
            """
            Redis must keep what is written: set maxmemory-policy noeviction and appendonly yes. \
            "jwtctl doctor" checks this.
            """,
        ])
}
