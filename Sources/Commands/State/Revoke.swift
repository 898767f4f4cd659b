internal import CommandKit
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `revoke`.
/// What they say about a user and an expiry is for bare ids: a token has both in its claims.
struct RevokeOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var keys = KeyOptions()
    /// The user who owns bare ids. Their token list has the expiry of each id.
    var user: String?
    /// When the tokens of bare ids expire. Of `expiry`, `lifetime` and `isForever` at most one is
    /// given; none of them shortens what a token says of itself.
    var expiry: Moment?
    /// Seconds from now on.
    var lifetime: Int64?
    var isForever = false
    /// The reason, stored with the entry and in the audit log.
    var reason: String?
    /// The name in the audit log; nil is the login name.
    var actor: String?
    /// The path of an audit log in a file; nil for that of the settings.
    var auditLog: [UInt8]?
    /// Tokens of any other issuer are refused.
    var issuer: String?
    var skipsVerification = false
    var isDryRun = false
    var isConfirmed = false
    /// The largest number of entries to write.
    var maximum: Int64?
    /// The path of the file for lines that need a retry.
    var failedFile: [UInt8]?

    /// Whether an option sets the expiry.
    var saysLifetime: Bool { expiry != nil || lifetime != nil || isForever }

    /// The options in the order in which help, manual and completions show them.
    static let options: [Option<RevokeOptions>] = [
        .reason("Reason, stored with the entry and in the audit log.", into: \.reason),
        .actor(into: \.actor), .auditLog(into: \.auditLog),
        .user("User who owns these ids (their list supplies the expiry).", into: \.user),
        .value(
            "exp", metavar: "TIME", summary: "Expiry time of a bare id's token.",
            into: \.expiry
        ) { text throws(InvalidValue) in try Moment(text) },
        .value(
            "ttl", metavar: "DURATION", summary: "Time until a bare id's token expires.",
            into: \.lifetime
        ) { text throws(InvalidValue) in try Duration.seconds(text) },
        .flag(
            "forever", summary: "Revoke forever: for tokens that never expire.",
            into: \.isForever),
        .text(
            "iss", metavar: "ISSUER", summary: "Refuse tokens from any other issuer.",
            into: \.issuer),
        .flag(
            "no-verify", summary: "Do not check the signatures of tokens.",
            into: \.skipsVerification),
        .dryRun(into: \.isDryRun).detail(
            "The counts are those of a real run. Takes up to 32 bytes of memory for each item."),
        .value(
            "max", metavar: "N", summary: "Write at most N entries and refuse the rest.",
            into: \.maximum
        ) {
            text throws(InvalidValue) in try Count.parse(text)
        }.detail(
            "Entries that were written stay. If there are too many operands, or too many lines in "
                + "the first 512, nothing is written."),
        .path(
            "failed", summary: "Write lines that need a retry to this file.",
            into: \.failedFile
        ).detail(
            "Only its owner can read it. It is named FILE.partial until the run ends, and a crash "
                + "leaves it under that name. A dry run writes no file."),
        .flag("yes", short: "y", summary: "Do not ask for confirmation.", into: \.isConfirmed)
            .detail("revoke asks before it revokes more than 100 items."),
        .group(ItemOptions.group, at: \.items), .group(KeyOptions.group, at: \.keys),
        .group(GlobalOptions.group, at: \.global),
    ]
}

/// `revoke`: writes a blacklist entry for each token, and takes it off its user's list.
let revokeCommand = Command(
    name: "revoke", summary: "Blacklist tokens until they expire.",
    discussion: [
        """
        Writes a blacklist entry that expires one minute after the token's exp, by Redis' clock, \
        and removes the token from its user's token list. Running it again is harmless: an entry \
        is never shortened and keeps its first reason. If the layout is a whitelist, the token is \
        removed from it instead.
        """,
        """
        A token contains its own expiry. With a key its signature is checked first, and a token \
        with a bad signature is refused; without a key revoke reports that it was not checked. A \
        bare id needs --user (whose list supplies the expiry), --exp, --ttl or --forever, or the \
        setting max-lifetime: nothing is guessed.
        """,
        """
        --from, or lines on standard input, revoke any number of tokens. They are sent in one \
        pipeline as they are read, and the counts at the end account for every line. If Redis \
        fails midway, items sent without a reply count as unknown and items not sent as not \
        attempted; --failed writes both to a file for another run.
        """,
        """
        Services that do not check the blacklist still accept the token: jwtctl-services(7) says \
        what they must ask Redis.
        """,
    ],
    defaults: RevokeOptions(), options: RevokeOptions.options,
    operands: [
        ItemOptions.operand(
            at: \.items, summary: "Ids or tokens; - reads lines from standard input.")
    ],
    otherForms: ["--from FILE"],
    examples: [
        Example(
            command: "jwtctl revoke --reason \"leaked into a log\" \"$TOKEN\"",
            summary: "Revoke a token.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "revoked 7c3e (blacklisted for 1 h 1 min)",
            ]),
        Example(
            command: "jwtctl revoke --user alice 4f3c2a", summary: "Revoke one of alice's ids."),
        Example(
            command: "jwtctl revoke --layout blacklist-jti --audit-log audit.jsonl --ttl 1h 4f3c2a",
            summary: "Keep an audit log in a file, where the layout has none."),
        Example(
            command: "jwtctl revoke --from ids.tsv --yes", summary: "Revoke many, one per line.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "1,204 items: 1,199 revoked, 5 expired",
            ]),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .unknown, .refused, .someFailed,
        success: "Revoked, or already revoked or expired."),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["restore", "logout-all", "status", "time"],
    check: { options throws(UsageError) in
        // Each of the three says when the entry expires: two of them could contradict each other.
        let given = [
            ("--exp", options.expiry != nil), ("--ttl", options.lifetime != nil),
            ("--forever", options.isForever),
        ].filter(\.1)
        if given.count > 1 { throw .conflicting(given[0].0, given[1].0) }
        if let lifetime = options.lifetime, lifetime <= 0 {
            throw .other("'--ttl' must be greater than zero")
        }
    }, run: runRevoke)

/// Refuses as much as possible before anything is written: a broken token, an unknown expiry, a
/// replica, the wrong layout. Then revokes lines in bulk, or operands one by one.
private func runRevoke(_ options: RevokeOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let lines = try options.items.openLines(system: system)
    // A broken token, or an id whose expiry cannot be known, needs neither key nor Redis.
    let item = try options.items.only.map { try options.items.item($0, console) }
    // The key is read before Redis is asked: a mistake in it is one of the command line.
    let trust = try TokenTrust(
        options.keys, skipsVerification: options.skipsVerification,
        badSignatureHint: "use --no-verify to revoke it anyway", console)
    guard let lines else {
        let (backend, planner) = try prepare(item, trust, options, console)
        let revocation = OperandRevocation(
            options: options, planner: planner, backend: backend, console: console,
            dryRun: RevocationDryRun(backend.store))
        return try revocation.run(only: item)
    }
    let (backend, planner): (Backend, RevocationPlanner)
    do {
        (backend, planner) = try prepare(nil, trust, options, console)
    } catch {
        // Redis is away: the lines wait for it in the file of `--failed`.
        if Diagnostics.failure(for: error).status == .unknown {
            try BulkRevocation.keepAll(lines, options, console)
        }
        throw error
    }
    return try BulkRevocation(lines, options, planner, backend, console).run()
}

/// Connects to Redis, and refuses what can be refused before an item is read. `item` is that of an
/// only operand.
private func prepare(
    _ item: Item?, _ trust: TokenTrust, _ options: RevokeOptions, _ console: Console
) throws -> (Backend, RevocationPlanner) {
    let backend = try Backend(console, actor: options.actor, auditLog: options.auditLog)
    // An id alone, without a user whose list could have its expiry, under a layout whose entries
    // need one: the layout answers that, and Redis is not asked.
    if case .id(let id, nil, _, _)? = item, options.user == nil, !options.saysLifetime,
        backend.layout.needsExpiry, !backend.layout.naming.isByText,
        backend.store.maximumLifetime == nil
    {
        throw Failure.noLifetime(of: id)
    }
    // The clocks are compared by `announce`, with the time that the planner asks for anyway.
    try backend.requirePrimary(console)
    // A dry run deletes no key, so it needs no confirmation of the layout.
    if !options.isDryRun {
        try backend.requireLayout(isConfirmed: options.isConfirmed, console)
    }
    // It asks Redis for the time, and for the list of `--user` where ids are looked up on it. Items
    // are read after that, one by one: a file may have millions.
    return (backend, try RevocationPlanner(options, trust, backend: backend, console))
}
