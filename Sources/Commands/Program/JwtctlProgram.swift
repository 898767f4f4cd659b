package import CommandKit

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

/// The sections that only the manual page of the program has. Their names and order are those that
/// mdoc(7) recommends, as far as it has them.
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
