internal import CommandKit
internal import TokenStore

struct RevokeOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var keys = KeyOptions()
    var user: String?
    var expiry: Moment?
    var lifetime: Int64?
    var isForever = false
    var reason: String?
    var actor: String?
    var issuer: String?
    var skipsVerification = false
    var isDryRun = false
    var isConfirmed = false
    var maximum: Int64?
    var failedFile: [UInt8]?

    /// Whether the command line says how long the tokens live.
    var saysLifetime: Bool { expiry != nil || lifetime != nil || isForever }

    static let options: [Option<RevokeOptions>] = [
        .text(
            "reason", short: "r", metavar: "TEXT", summary: "Why, for the entry and the trail.",
            into: \.reason),
        .text(
            "actor", metavar: "NAME", summary: "Who revokes; the login name by default.",
            into: \.actor),
        .text(
            "user", short: "u", metavar: "USER",
            summary: "Whose ids these are: their list has the expiry.",
            into: \.user
        ).completing(.dynamic("users")),
        .value(
            "exp", metavar: "TIME", summary: "When the token of a bare id expires.",
            into: \.expiry
        ) { text throws(InvalidValue) in try Moment(text) },
        .value(
            "ttl", metavar: "DURATION", summary: "How long the token of a bare id lives on.",
            into: \.lifetime
        ) { text throws(InvalidValue) in try Duration.seconds(text) },
        .flag(
            "forever", summary: "Revoke without end: for tokens that never expire.",
            into: \.isForever),
        .text(
            "iss", metavar: "ISSUER", summary: "Refuse tokens of another issuer.", into: \.issuer),
        .flag(
            "no-verify", summary: "Do not check the signatures of tokens.",
            into: \.skipsVerification),
        .flag(
            "dry-run", short: "n", summary: "Show what would be done and write nothing.",
            into: \.isDryRun
        ).detail("The counts are those of the real run; up to 32 bytes of memory go to each item."),
        .value(
            "max", metavar: "N", summary: "Refuse to write more than N entries.", into: \.maximum
        ) {
            text throws(InvalidValue) in try Count.parse(text)
        },
        .path(
            "failed", summary: "Write lines that need a retry to this file.",
            into: \.failedFile
        ).detail(
            "Only its owner can read it. Until the run ends its name has '.partial' appended, which a "
                + "crash leaves behind. A dry run writes no file."),
        .flag("yes", short: "y", summary: "Do not ask.", into: \.isConfirmed),
        .group(ItemOptions.group, at: \.items), .group(KeyOptions.group, at: \.keys),
        .group(GlobalOptions.group, at: \.global),
    ]
}

let revokeCommand = Command(
    name: "revoke", summary: "Blacklist tokens until they expire.",
    discussion: [
        """
        Writes a blacklist entry that lives until the token's exp and a minute longer, by Redis' \
        clock, and takes the token off its user's list. Running it again is harmless: an entry is \
        never shortened and keeps its first reason.
        """,
        """
        A token says itself when it expires. With a key its signature is checked first, and a bad \
        one is refused; without a key revoke says that it was not checked. A bare id needs --user \
        (whose list knows it), --exp, --ttl or --forever: nothing is guessed.
        """,
        """
        --from, or lines on standard input, revoke any number: they are sent as they come, in one \
        pipeline, and the counts at the end add up to the lines. If Redis fails on the way, what \
        was sent without an answer counts as unknown, what was not sent as not attempted, and \
        --failed keeps both for another run.
        """,
        """
        Services that do not look at the blacklist go on accepting the token: see the README for \
        what they have to ask Redis.
        """,
    ],
    defaults: RevokeOptions(), options: RevokeOptions.options,
    operands: [ItemOptions.operand(at: \.items, summary: "Ids or tokens; - reads lines.")],
    examples: [
        Example(
            command: "jwtctl revoke --reason \"leaked into a log\" \"$TOKEN\"",
            summary: "Revoke a token."),
        Example(
            command: "jwtctl revoke --user alice 4f3c2a", summary: "Revoke an id of alice's."),
        Example(
            command: "jwtctl revoke --from ids.tsv --yes", summary: "Revoke many, one a line."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .unknown, .refused, .someFailed),
    environment: KeyOptions.environment + Session.environment,
    seeAlso: ["restore", "logout-all", "status", "time"],
    check: { options throws(UsageError) in
        let given = [
            ("--exp", options.expiry != nil), ("--ttl", options.lifetime != nil),
            ("--forever", options.isForever),
        ].filter(\.1)
        if given.count > 1 { throw .conflicting(given[0].0, given[1].0) }
        if let lifetime = options.lifetime, lifetime <= 0 {
            throw .other("'--ttl' must be longer than nothing")
        }
    }, run: runRevoke)
