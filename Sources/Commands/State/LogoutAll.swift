internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `logout-all`.
struct LogoutAllOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var users: [String] = []
    /// The path of a file with a user on each line; `-` is standard input.
    var file: [UInt8]?
    /// The session to spare: a token, or its id.
    var keep: [UInt8]?
    /// Only tokens issued before this time are revoked.
    var issuedBefore: Moment?
    /// Whether the global cutoff is raised, instead of the cutoffs of single users.
    var isEveryone = false
    /// Seconds by which the cutoff is raised further, for issuers whose clocks run ahead.
    var skew: Int64 = 0
    /// Milliseconds until the recheck; nil leaves it to the layout.
    var settle: Int64?
    var reason: String?
    var actor: String?
    /// The path of an audit log in a file; nil for that of the settings.
    var auditLog: [UInt8]?
    var isConfirmed = false
    var isDryRun = false
    /// The path of the file for the ids of revoked tokens; `-` is standard output.
    var idsFile: [UInt8]?

    var usesOutput: Bool { RevokedIDs.isOutput(idsFile) }

    /// Seconds; a cutoff further ahead would lock the user out.
    static let longestSkew: Int64 = 3600

    /// The options in the order in which help, manual and completions show them.
    static let options: [Option<LogoutAllOptions>] = [
        .raw(
            "keep", metavar: "TOKEN|JTI", summary: "Keep this session logged in.", into: \.keep
        ) { bytes throws(InvalidValue) in bytes },
        .value(
            "issued-before", metavar: "TIME", summary: "Only tokens issued before this time.",
            into: \.issuedBefore
        ) { text throws(InvalidValue) in try Moment(text, roundingUp: true) }
        .detail("A token without iat counts as issued earlier."),
        .path("from", short: "f", summary: "Read users from a file, one per line.", into: \.file)
            .detail("Blank lines and # comments are skipped; - reads standard input."),
        .flag(
            "everyone", summary: "Log out all users: raise the global cutoff.", into: \.isEveryone),
        .value(
            "skew", metavar: "DURATION",
            summary: "Allow for issuers whose clocks run ahead.",
            into: \.skew
        ) { text throws(InvalidValue) in try Duration.seconds(text) }.showingDefault("0s"),
        .value(
            "settle", metavar: "DURATION",
            summary: "Recheck after this time if the layout has no cutoff.", into: \.settle
        ) { text throws(InvalidValue) in
            ["0", "0s", "0ms"].contains(text) ? 0 : try Duration.milliseconds(text)
        }.showingDefault("2s").detail("0 turns the recheck off."),
        .reason("Reason, stored in the audit log.", into: \.reason), .actor(into: \.actor),
        .auditLog(into: \.auditLog),
        .flag("yes", short: "y", summary: "Do not ask for confirmation.", into: \.isConfirmed)
            .detail(
                "logout-all asks with --everyone, before more than 100 users, and about a user of "
                    + "whom nothing is recorded."),
        .dryRun(into: \.isDryRun).detail(
            "It does not wait for a recheck. It shows a user once, which takes up to 32 bytes of "
                + "memory for each. With --everyone it counts the users and the tokens on their "
                + "lists."),
        .path(
            "print-ids", summary: "Write the id of each revoked token to this file.",
            into: \.idsFile
        ).detail(
            "One id a line, for --from of other commands; with --dry-run those that would be "
                + "revoked. Only its owner can read the file. It is named FILE.partial until the "
                + "run ends. - writes the ids to standard output, and the report to standard "
                + "error."),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ]
}

/// `logout-all`: revokes every token of a user, on every device.
let logoutAllCommand = Command(
    name: "logout-all", summary: "Log users out of all sessions, on every device.",
    discussion: [
        """
        Raises the user's cutoff, which revokes every token issued up to now, recorded or not; \
        then blacklists each token on the user's token list and removes it from the list. It waits \
        for the cutoff second to pass on Redis' clock, so that a new login afterwards is valid. If \
        it is interrupted, tokens reported as revoked stay revoked, and running it again finishes \
        the work.
        """,
        """
        USER is the sub claim of the user's tokens, often not the login name: "jwtctl decode \
        --field payload.sub" prints it. A cutoff cannot be undone; the user logs in again.
        """,
        """
        --keep spares one session. The cutoff is then just before the kept token was issued: older \
        unrecorded tokens are revoked, newer ones may stay valid. With a key the signature of the \
        kept token is checked, because its iat sets the cutoff.
        """,
        """
        If the layout is a whitelist without a cutoff, logout-all removes each of the user's tokens \
        from it. That does not stop a login in progress, so logout-all rechecks after --settle and \
        removes new tokens too.
        """,
        """
        --everyone does not help against a leaked signing key: an attacker can choose iat. Replace \
        the signing key in every service.
        """,
    ],
    defaults: LogoutAllOptions(),
    options: LogoutAllOptions.options,
    operands: [
        .repeated("USER", summary: "User to log out.", into: \.users).completing(.dynamic("users"))
    ],
    otherForms: ["--from FILE", "--everyone"],
    examples: [
        Example(
            command: "jwtctl logout-all --reason \"account taken over\" alice",
            summary: "Log alice out of all her sessions.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "alice: 2 revoked",
                "  all tokens issued up to 2026-11-30 17:21:55Z are now revoked, recorded or not",
            ]),
        Example(
            command: "jwtctl logout-all --dry-run alice", summary: "See what that would revoke.",
            output: [
                "jwtctl: target: redis:6379, database 0, namespace jwt, layout native (dry run)",
                "alice: 2 would be revoked",
                "  all tokens issued up to 2026-11-30 17:21:55Z would be revoked, recorded or not",
                "jwtctl: dry run: nothing was written; to do it: jwtctl logout-all alice",
            ]),
        Example(
            command: "jwtctl list users -o id | jwtctl logout-all --from - --yes",
            summary: "Log out all users who have recorded tokens."),
        Example(
            command: "jwtctl logout-all --keep \"$TOKEN\" alice",
            summary: "Keep the session that she uses now.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "alice: 2 revoked, 1 kept",
                "  all tokens issued up to 2026-11-30 17:01:54Z are now revoked, recorded or not",
                "  newer tokens that were never recorded may still be valid",
            ]),
        Example(
            command: "jwtctl logout-all --print-ids revoked.txt alice",
            summary: "Keep the ids of the tokens that it revokes."),
        Example(
            command: "jwtctl logout-all --everyone --issued-before 2026-01-31T14:00:00Z --yes",
            summary: "Reject all tokens issued before 14:00, of all users."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .unknown, .refused, .someFailed,
        success: "Logged out. The output says which tokens, if any, were not reached."),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["revoke", "list", "audit"],
    check: { options throws(UsageError) in
        // Users come from one place only: operands, a file, or all that there are.
        if options.isEveryone {
            if !options.users.isEmpty { throw .conflicting("--everyone", "USER") }
            if options.keep != nil { throw .conflicting("--everyone", "--keep") }
            if options.file != nil { throw .conflicting("--everyone", "--from") }
            if options.idsFile != nil { throw .conflicting("--everyone", "--print-ids") }
        } else if options.file != nil {
            if !options.users.isEmpty { throw .conflicting("--from", "USER") }
            if options.keep != nil { throw .conflicting("--from", "--keep") }
        } else if options.users.isEmpty {
            throw .missingOperand("USER")
        }
        // A user of that name is possible in theory; the dash of other commands is far more likely.
        if options.users.contains("-") {
            throw .other("'-' is not a user; '--from -' reads users from standard input")
        }
        // Both set the cutoff, each to another time.
        if options.keep != nil, options.issuedBefore != nil {
            throw .conflicting("--keep", "--issued-before")
        }
        if options.keep != nil, options.users.count > 1 {
            throw .other("'--keep' works with one user only")
        }
        // A skew raises the cutoff beyond the present, which those options lower.
        if options.skew > 0, options.issuedBefore != nil || options.keep != nil {
            throw .other("'--skew' cannot be used with '--issued-before' or '--keep'")
        }
        if options.skew > LogoutAllOptions.longestSkew {
            throw .other("'--skew' of more than 1h would lock users out")
        }
    }, run: runLogoutAll)

/// Checks users, layout and scope before it asks for confirmation. Nothing is changed before all
/// checks have passed.
private func runLogoutAll(_ options: LogoutAllOptions, _ system: System) throws -> ExitStatus {
    let console = Console(
        options.global, system: options.usesOutput ? system.reportingOnDiagnostics : system,
        [.changes, .reports])
    let users = try options.users.map { user in
        try UserLine.check(operand: Array(user.utf8))
        return try parseUser(user)
    }
    let backend = try Backend.changing(
        options.isEveryone ? .logoutEveryone : .logoutAll, actor: options.actor,
        auditLog: options.auditLog, console)
    // One cutoff is raised for all, so no user is read, and no list.
    if options.isEveryone {
        return try EveryoneLogout(options: options, backend: backend, console: console).run()
    }
    try requireKnown(options, backend)
    let feed = try UserFeed(options, users, backend, console)
    let scope = try scope(options, users, backend, console)
    let ids = try options.idsFile.map { path in
        try RevokedIDs(
            path: path, reading: feed.lines, output: system.output, backend, console)
    }
    // The question comes last: nobody should confirm what is then refused.
    // A dry run warns of what the real run asks about.
    try backend.requireLayout(isConfirmed: options.isConfirmed || options.isDryRun, console)
    if !options.isDryRun { try feed.confirm() }
    if users.count == 1, !options.isDryRun, !options.isConfirmed {
        try confirmUnknown(users[0], backend, console)
    }
    try backend.announce(console, isDryRun: options.isDryRun, change: "logout")
    let runner = LogoutRunner(
        options: options, scope: scope, backend: backend, console: console, ids: ids)
    return try users.count == 1 ? runner.run(users[0]) : runner.run(feed)
}

/// Asks a person about a user of whom Redis has nothing although it has other users: the name may
/// be misspelled. A script is not asked, since the user may have tokens that were never recorded.
private func confirmUnknown(
    _ user: Identifier, _ backend: Backend, _ console: Console
) throws {
    guard console.system.diagnostics.isTerminal, backend.layout.hasLists else { return }
    var (isKnown, hasOthers) = (false, false)
    do {
        try backend.store.forEachTokenPage(of: user) { list in
            isKnown = !list.tokens.isEmpty || list.userCutoff != nil
            return false
        }
        // Some pages of keys are enough for a question, and must not delay a logout.
        let query = UserQuery(while: { $0 < 4 })
        if !isKnown {
            try backend.store.forEachUser(query) { page in
                hasOthers = hasOthers || !page.isEmpty
                return !hasOthers
            }
        }
    } catch is StoreError {
        // Who may not look, or cannot, is not kept from the logout by a question.
        return
    }
    guard !isKnown, hasOthers else { return }
    let name = VisibleText.escape(user.description, columns: 60)
    try Confirmation.ask(
        backend, "Nothing is recorded about '\(name)': is the name spelled correctly?",
        answer: "yes", console)
}

/// Refuses options that narrow a logout by what the layout does not know of its tokens.
private func requireKnown(_ options: LogoutAllOptions, _ backend: Backend) throws(Failure) {
    let layout = backend.layout
    func refused(_ option: String, _ what: String) -> Failure {
        backend.unsupported(
            what, hint: "omit \(option), or revoke single tokens: 'jwtctl revoke TOKEN'")
    }
    if options.issuedBefore != nil, !layout.knowsIssue {
        throw refused("--issued-before", "tell when tokens were issued")
    }
    if options.keep != nil, !layout.tellsSessions { throw refused("--keep", "spare one session") }
}

/// The tokens to revoke. A session to keep must be found, belong to the user and be trusted: its
/// `iat` sets the cutoff.
private func scope(
    _ options: LogoutAllOptions, _ users: [Identifier], _ backend: Backend, _ console: Console
) throws -> LogoutScope {
    if let moment = options.issuedBefore {
        return .issuedBefore(try backend.issuedBefore(moment, console))
    }
    // The `iat` of the kept token is the cutoff, less one second, so that everything older is
    // revoked with one write.
    guard let keep = options.keep else { return .everything }
    let target = try ResolvedItem(
        try ItemOptions().item(keep, console), user: users[0],
        in: try TokenResolver(backend, user: users[0], console), .strict)
    guard target.user == users[0] else {
        throw Failure(.refused, "other_user", "the token to keep belongs to another user")
    }
    try requireTrusted(target, options, console)
    try TakenTokens(console).tell(target.foundToken)
    if let seconds = target.issued.wholeSeconds {
        // A cutoff is never lowered. One just before such a token would lock the user out until
        // then.
        guard seconds <= (try backend.store.time()) + TokenState.futureTolerance else {
            throw Failure(
                .refused, "future_time", "the token to keep was issued in the future",
                hint: "a cutoff rejects such a token anyway: omit --keep")
        }
        return .allBut(target.id, issuedAt: seconds)
    }
    let listed = try backend.store.listedToken(target.id, of: users[0])
    // A mistyped id would end the very session that is to be kept.
    guard listed != nil || target.token != nil else {
        throw Failure(
            .refused, "not_found",
            "cannot keep '\(VisibleText.escape(target.id.description, columns: 60))': no such token "
                + "on \(VisibleText.escape(users[0].description, columns: 60))'s list",
            hint: "nothing was changed; 'jwtctl list tokens USER' shows the ids")
    }
    return .allBut(target.id, issuedAt: listed?.issuedAt)
}

/// Checks the signature of the kept token. Its `iat` sets the cutoff, so a forged token would
/// choose which sessions remain.
private func requireTrusted(
    _ target: ResolvedItem, _ options: LogoutAllOptions, _ console: Console
) throws {
    guard target.token != nil else { return }
    let trust = try TokenTrust(options.keys, console)
    try trust.require(target)
    guard !trust.isChecking else { return }
    try console.note(
        "no key: the signature of the kept token was not checked, and its iat sets the cutoff")
}
