package import CommandKit

/// The whole program: its commands under their headings, with the words people try instead.
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
