import CommandKit
import Platform

enum Format: String, CaseIterable, Sendable {
    case table, json, jsonl
}

struct Globals: Sendable, Equatable {
    var isQuiet = false
    var profile: String?
    var isVerbose = false
}

struct RedisOptions: Sendable, Equatable {
    var url = "redis://127.0.0.1:6379/0"
    var password: [UInt8]?
}

struct IssueOptions: Sendable, Equatable {
    var globals = Globals()
    var redis = RedisOptions()
    var format = Format.table
    var lifetime = 3600
    var audiences: [String] = []
    var claims: [[UInt8]] = []
    var key: [UInt8]?
    var records = true
    var forever = false
    var at: String?
    var label: String?
    var subjects: [String] = []
    var token: String?
}

struct ListOptions: Sendable, Equatable {
    var globals = Globals()
    var user = ""
    var rest: [String] = []
    var format: Format?
}

/// A program with one of everything.
enum Demo {
    static let globals = OptionGroup(
        title: "Global options", defaults: Globals(),
        options: [
            .flag("quiet", short: "q", summary: "Say nothing.", into: \.isQuiet),
            .text(
                "profile", short: "p", metavar: "NAME", summary: "Use a profile.", into: \.profile
            )
            .completing(.dynamicOrFile("profiles")),
            .flag("verbose", short: "v", summary: "Say more.", into: \.isVerbose),
        ])

    static let redis = OptionGroup(
        title: "Redis options", defaults: RedisOptions(),
        options: [
            .text("redis", metavar: "URL", summary: "Talk to this server.", into: \.url)
                .completing(.dynamic("servers")),
            .path("redis-password", summary: "Read the password from a file.", into: \.password),
        ])

    static let issue = Command(
        name: "issue", summary: "Sign a token and record it.",
        discussion: [
            "Puts the token on standard output. Nothing else goes there.",
            .definitions([Definition(".leading", "A term with a period and a \\ backslash.")]),
            .literal([".It is literal", "'quoted'"]),
        ],
        defaults: IssueOptions(),
        options: [
            .choice(
                "output", short: "o", metavar: "FORMAT", summary: "Print it as FORMAT.",
                into: \.format),
            .flag("json", summary: "Print JSON.", setting: .json, into: \.format),
            .value(
                "expires-in", short: "e", metavar: "SECONDS", summary: "Let it live so long.",
                into: \.lifetime
            ) {
                text throws(InvalidValue) in
                guard let number = Int(text) else {
                    throw .expected("a duration; write 15m, 12h or 30d")
                }
                return number
            },
            .repeated(
                "aud", metavar: "WHO", summary: "Name an audience: [one] 'of' them.",
                into: \.audiences
            )
            .completing(.dynamic("users")),
            .repeatedRaw("claim", metavar: "NAME=VALUE", summary: "Add a claim.", into: \.claims) {
                bytes throws(InvalidValue) in bytes
            },
            .path("key", short: "k", summary: "Read the key from FILE.", into: \.key)
                .detail("A JWKS may hold several. The first that fits signs."),
            .flag("record", negatable: true, summary: "Record the token.", into: \.records),
            .flag("forever", summary: "Never end.", into: \.forever),
            .text("at", metavar: "TIME", summary: "Pretend that it is TIME.", into: \.at),
            .text("label", metavar: "TEXT", summary: "Label it.", into: \.label).hidden(),
            .group(redis, at: \.redis),
            .group(globals, at: \.globals),
        ],
        operands: [
            .repeated("SUBJECT", summary: "Whom it is for.", into: \.subjects)
                .completing(.dynamic("users"))
        ],
        examples: [
            Example(command: "jwtctl issue --key key.pem alice", summary: "Sign for alice."),
            Example(command: "jwtctl issue --no-record bob", summary: "Leave Redis out."),
        ],
        exitStatuses: [ExitStatusDoc(.success, "Signed."), ExitStatusDoc(.usage, "Usage.")],
        environment: [Definition("JWTCTL_KEY", "The key, where no option names one.")],
        seeAlso: ["list", "keys", "redis-cli(1)"],
        check: { options throws(UsageError) in
            if options.forever, options.at != nil { throw .conflicting("--forever", "--at") }
        },
        run: { options, system in
            try system.output.write("issued \(options.subjects.joined(separator: "+"))\n")
            return .success
        })

    static let tokens = Command(
        name: "tokens", summary: "List tokens.", defaults: ListOptions(),
        options: [
            .choice(
                "output", short: "o", metavar: "FORMAT", summary: "Print it so.",
                among: [.json, .jsonl], into: \.format),
            .group(globals, at: \.globals),
        ],
        operands: [
            .required("USER", summary: "Whose tokens.", into: \.user) {
                text throws(InvalidValue) in text
            }
            .completing(.dynamic("users")),
            .repeated("MORE", summary: "Others.", into: \.rest).completing(.fileAfterAt),
        ],
        examples: [Example(command: "jwtctl list tokens alice", summary: "Those of alice.")],
        run: { _, _ in .success })

    static let users = Command(
        name: "users", summary: "List users.", defaults: ListOptions(),
        options: [.group(globals, at: \.globals)],
        examples: [
            Example(
                command: "jwtctl list users", summary: "All of them.",
                output: ["USER", "...", "o'hara"])
        ],
        run: { _, _ in ExitStatus(rawValue: 6) })

    static let completion = Command(
        name: "completion", summary: "Print completions.", defaults: ListOptions(),
        options: [.group(globals, at: \.globals)],
        operands: [
            .raw("SHELL", .required, summary: "The shell.") { options, _ in options.user = "bash" }
                .completing(.choices([.init("bash"), .init("zsh"), .init("fish")])),
            .raw("FILE", .optional, summary: "Where to.") { _, _ in }.completing(.file),
        ],
        examples: [Example(command: "jwtctl completion bash", summary: "For bash.")],
        run: { _, _ in .success })

    static let program = Program(
        name: "jwtctl", version: "1.2.3", summary: "Issue and revoke tokens.",
        globalOptions: { globals.section },
        sections: [
            Program.Section(
                "Tokens",
                [
                    AnyCommand("issue", attempts: ["sign", "encode"]) { issue },
                    .group("list", attempts: ["ls"]) {
                        CommandGroup(
                            summary: "List what is stored.", discussion: ["Reads, never writes."],
                            commands: [
                                AnyCommand("tokens") { tokens }, AnyCommand("users") { users },
                            ])
                    },
                ]),
            Program.Section(
                "Other",
                [
                    AnyCommand("completion") { completion },
                    .help(examples: [Example(command: "jwtctl help issue", summary: "On issue.")]),
                ]),
        ],
        topics: {
            [
                Topic(
                    name: "exit-status", title: "Exit status", summary: "What the number means.",
                    body: [.definitions([Definition("0", "Done."), Definition("2", "Usage.")])]),
                Topic(
                    name: "time", title: "Time", summary: "How times are written.",
                    body: ["Write 15m. Or write 12h.", "A second paragraph."]),
            ]
        })
}
