internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

struct LogoutAllOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var users: [String] = []
    var file: [UInt8]?
    var keep: [UInt8]?
    var issuedBefore: Moment?
    var isEveryone = false
    var skew: Int64 = 0
    /// Milliseconds; nil leaves it to the layout.
    var settle: Int64?
    var reason: String?
    var actor: String?
    var isConfirmed = false

    /// Seconds; a cutoff further ahead would lock the user out.
    static let longestSkew: Int64 = 3600
}

/// `logout-all`: every token of a user, on every device.
let logoutAllCommand = Command(
    name: "logout-all", summary: "End every session of a user, on every device.",
    discussion: [
        """
        Raises the user's cutoff, so that every token issued until now is dead, recorded or not; \
        then blacklists each token on the user's list, and takes it off. It returns once Redis' \
        clock has passed the cutoff, so that a login which follows is alive. Broken off anywhere, \
        no token lives that was reported as revoked, and running it again finishes the work.
        """,
        """
        --keep spares one session: the cutoff is then just before the kept token was issued, so \
        that older tokens which nobody recorded die, and younger ones may live. With a key the \
        signature of the kept token is checked, since its iat becomes the cutoff.
        """,
        """
        Where an application keeps what is alive and knows no cutoff, each of the user's tokens is \
        ended where it stands. Nothing stops a login that runs meanwhile: so it is looked again \
        after --settle, and what has come is ended too.
        """,
        """
        A leaked signing key is not answered by --everyone: a thief chooses the iat. Retire the \
        key in every service.
        """,
    ],
    defaults: LogoutAllOptions(),
    options: [
        .raw(
            "keep", metavar: "TOKEN|JTI", summary: "Spare this session.", into: \.keep
        ) { bytes throws(InvalidValue) in bytes },
        .value(
            "issued-before", metavar: "TIME", summary: "Only tokens issued before this time.",
            into: \.issuedBefore
        ) { text throws(InvalidValue) in try Moment(text, roundingUp: true) }
        .detail("A token that does not say when counts as earlier."),
        .path("from", short: "f", summary: "Read users from a file, one a line.", into: \.file)
            .detail("Blank lines and # comments are skipped; - reads standard input."),
        .flag("everyone", summary: "All users: raise the global cutoff.", into: \.isEveryone),
        .value(
            "skew", metavar: "DURATION",
            summary: "Raise the cutoff further, for clocks that run ahead.",
            into: \.skew
        ) { text throws(InvalidValue) in try Duration.seconds(text) }.showingDefault("0s"),
        .value(
            "settle", metavar: "DURATION",
            summary: "Look again after this, where a layout has no cutoff.", into: \.settle
        ) { text throws(InvalidValue) in
            ["0", "0s", "0ms"].contains(text) ? 0 : try Duration.milliseconds(text)
        }.showingDefault("2s").detail("0 does not look again."),
        .text(
            "reason", short: "r", metavar: "TEXT", summary: "Why, for the trail.", into: \.reason),
        .text(
            "actor", metavar: "NAME", summary: "Who does it; the login name by default.",
            into: \.actor),
        .flag("yes", short: "y", summary: "Do not ask.", into: \.isConfirmed),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        .repeated("USER", summary: "Whose sessions.", into: \.users).completing(.dynamic("users"))
    ],
    examples: [
        Example(
            command: "jwtctl logout-all --reason \"account taken over\" alice",
            summary: "End all of alice's sessions."),
        Example(
            command: "jwtctl list users -o id | jwtctl logout-all --from - --yes",
            summary: "Everybody who has a recorded token."),
        Example(
            command: "jwtctl logout-all --keep \"$TOKEN\" alice",
            summary: "All but the one she uses now."),
        Example(
            command: "jwtctl logout-all --everyone --issued-before 2026-01-31T14:00:00Z --yes",
            summary: "Nothing issued before 14:00 may pass."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .unknown, .refused, .someFailed),
    environment: KeyOptions.environment + Session.environment,
    seeAlso: ["revoke", "list", "audit"],
    check: { options throws(UsageError) in
        if options.isEveryone {
            if !options.users.isEmpty { throw .conflicting("--everyone", "USER") }
            if options.keep != nil { throw .conflicting("--everyone", "--keep") }
            if options.file != nil { throw .conflicting("--everyone", "--from") }
        } else if options.file != nil {
            if !options.users.isEmpty { throw .conflicting("--from", "USER") }
            if options.keep != nil { throw .conflicting("--from", "--keep") }
        } else if options.users.isEmpty {
            throw .missingOperand("USER")
        }
        if options.users.contains("-") {
            throw .other("'-' is no user; '--from -' reads users from standard input")
        }
        if options.keep != nil, options.issuedBefore != nil {
            throw .conflicting("--keep", "--issued-before")
        }
        if options.keep != nil, options.users.count > 1 {
            throw .other("'--keep' spares a session of one user")
        }
        if options.skew > 0, options.issuedBefore != nil || options.keep != nil {
            throw .other("'--skew' raises a cutoff of now, not one that is given")
        }
        if options.skew > LogoutAllOptions.longestSkew {
            throw .other("'--skew' of more than 1h would lock users out")
        }
    }, run: runLogoutAll)

private func runLogoutAll(_ options: LogoutAllOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let users = try options.users.map { user in
        try UserLine.check(operand: Array(user.utf8))
        return try parseUser(user)
    }
    let session = try Session(console, actor: options.actor)
    try session.require(options.isEveryone ? .logoutEveryone : .logoutAll)
    try session.requirePrimary(comparingClocks: console)
    if options.isEveryone { return try logOutEveryone(options, session, console) }
    try requireKnown(options, session)
    let feed = try UserFeed(options, users, session, console)
    let scope = try scope(options, users, session, console)
    try session.requireLayout(isConfirmed: options.isConfirmed, console)
    try feed.confirm()
    try session.announce(console, change: "logout")
    let work = LogoutReport(options: options, scope: scope, session: session, console: console)
    return try users.count == 1 ? work.run(users[0]) : work.runAll(feed)
}

/// What narrows a logout needs a layout that tells tokens apart by it.
private func requireKnown(_ options: LogoutAllOptions, _ session: Session) throws(Failure) {
    if options.issuedBefore != nil, !session.layout.knowsIssue {
        throw Failure(
            .refused, "unsupported_by_layout",
            "the layout '\(session.layout.name)' cannot do this: nobody knows when its tokens "
                + "were issued",
            hint: "end all of them, or revoke them one by one: 'jwtctl revoke TOKEN'")
    }
    if options.keep != nil, !session.layout.tellsSessions {
        throw Failure(
            .refused, "unsupported_by_layout",
            "the layout '\(session.layout.name)' cannot spare one session",
            hint: "end all of them, or revoke them one by one: 'jwtctl revoke TOKEN'")
    }
}

/// The time of `--issued-before` has to be past by Redis' clock; it is told as it was understood.
private func issuedBefore(
    _ moment: Moment, _ session: Session, _ console: Console
) throws -> Int64 {
    let now = try session.store.time()
    let time = moment.seconds(now: now)
    guard time <= now else {
        throw Failure(
            .refused, "future_time", "\(TimeText.rfc3339(time)) lies in the future",
            hint: "Redis' clock says \(TimeText.rfc3339(now)); later tokens can't be told apart yet"
        )
    }
    try console.note("tokens issued before \(TimeText.rfc3339(time))")
    return time
}

private func scope(
    _ options: LogoutAllOptions, _ users: [Identifier], _ session: Session, _ console: Console
) throws -> LogoutScope {
    if let moment = options.issuedBefore {
        return .issuedBefore(try issuedBefore(moment, session, console))
    }
    guard let keep = options.keep else { return .everything }
    let target = try StateTarget(
        try ItemOptions().item(keep, console), user: users[0],
        in: try TokenBook(session, user: users[0], console), .strict)
    guard target.user == users[0] else {
        throw Failure(.refused, "other_user", "the token to keep is another user's")
    }
    try requireTrusted(target, options, console)
    try TakenTokens(console).tell(target)
    if let seconds = target.issued.wholeSeconds {
        // A cutoff never sinks again: one before such a token would lock the user out until then.
        guard seconds <= (try session.store.time()) + TokenState.futureTolerance else {
            throw Failure(
                .refused, "future_time", "the token to keep was issued in the future",
                hint: "a cutoff kills such a token anyway; leave --keep out")
        }
        return .allBut(target.id, issuedAt: seconds)
    }
    let listed = try session.store.listedToken(target.id, of: users[0])
    // A slip of the pen here would end the very session that was to be spared.
    guard listed != nil || target.token != nil else {
        throw Failure(
            .refused, "not_found",
            "the user's list does not know the id to keep, "
                + "'\(VisibleText.escape(target.id.description, columns: 60))'",
            hint: "'jwtctl list tokens USER' shows the ids; nothing was changed")
    }
    return .allBut(target.id, issuedAt: listed?.issuedAt)
}

/// The kept token's `iat` becomes the cutoff: whoever forges it would choose who stays logged in.
private func requireTrusted(
    _ target: StateTarget, _ options: LogoutAllOptions, _ console: Console
) throws {
    guard target.token != nil else { return }
    let trust = try TokenTrust(options.keys, console)
    try trust.require(target)
    guard !trust.isChecking else { return }
    try console.note(
        "no key: the signature of the token to keep was not checked, and its iat is the cutoff")
}

private func logOutEveryone(
    _ options: LogoutAllOptions, _ session: Session, _ console: Console
) throws -> ExitStatus {
    let time = try options.issuedBefore.map { try issuedBefore($0, session, console) }
    if !options.isConfirmed {
        try Confirmation.ask(
            "End the sessions of ALL users on \(session.description)?", answer: "everyone", console)
    }
    try session.announce(console, change: "cutoff")
    let cutoff = try session.store.logOutEveryone(issuedBefore: time, skew: options.skew)
    let isAudited = session.audit(
        "logout-everyone", .many, count: 0, reason: options.reason, console)
    try console.result([
        "user": .null, "revoked": .null, "already_revoked": .null, "kept": .null,
        "cutoff": .integer(cutoff), "complete": true, "audited": .bool(isAudited), "late": .null,
        "version": .null, "target": session.json,
    ]) {
        "every token issued until \(TimeText.table(cutoff)) is revoked, of every user\n"
            + "  a leaked signing key is not answered by this: retire the key in every service\n"
    }
    return .success
}
