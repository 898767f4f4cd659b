internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

struct RestoreOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var user: String?
    var reason: String?
    var actor: String?
    var isConfirmed = false
}

/// `restore`: takes a revocation back, while the token lives.
let restoreCommand = Command(
    name: "restore", summary: "Take a revocation back.",
    discussion: [
        """
        Removes the blacklist entry of a token that has not expired and puts the token back on its \
        user's list where enough is known of it. A reason is required, and a person is asked; \
        without a terminal give --yes.
        """,
        """
        Where a cutoff would keep the token dead, restore is refused with status 6 and nothing is \
        written. For a bare id cutoffs are not checked, since nobody knows when it was issued.
        """,
    ],
    defaults: RestoreOptions(),
    options: [
        .text("reason", short: "r", metavar: "TEXT", summary: "Why; required.", into: \.reason),
        .text(
            "actor", metavar: "NAME", summary: "Who restores; the login name by default.",
            into: \.actor),
        .text("user", short: "u", metavar: "USER", summary: "Whose ids these are.", into: \.user)
            .completing(.dynamic("users")),
        .flag("yes", short: "y", summary: "Do not ask.", into: \.isConfirmed),
        .group(ItemOptions.group, at: \.items), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [ItemOptions.operand(at: \.items, summary: "Ids or tokens; - reads lines.")],
    examples: [
        Example(
            command: "jwtctl restore --reason \"wrong user\" --yes \"$TOKEN\"",
            summary: "Let a token live again.")
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .claims, .revoked, .unknown, .refused, .someFailed),
    environment: Session.environment, seeAlso: ["revoke", "status"],
    check: { options throws(UsageError) in
        if options.reason?.isEmpty ?? true { throw .missingOption("--reason TEXT") }
    }, run: runRestore)

private func runRestore(_ options: RestoreOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let user = try options.user.map { try parseUser($0) }
    let lines = try options.items.openLines(system: system)
    let session = try Session(console, actor: options.actor)
    try session.requirePrimary()
    if !options.isConfirmed {
        let count = lines == nil ? "\(options.items.operands.count)" : "all"
        try Confirmation.ask(
            "Restore \(count) on \(session.description)?", answer: "yes", console)
    }
    try console.note("target: \(session.description)")

    if lines == nil, options.items.operands.count == 1 {
        let item = try options.items.item(options.items.operands[0], system: system)
        let result = try restore(StateTarget(item, user: user), options, session, console)
        try console.result(result.json, id: result.target.id.description) { result.words }
        return result.status
    }
    var list = ResultList(console, columns: [.init("ID", shrinking: true), .init("RESULT")])
    var failures = 0
    do {
        try forEachItem(options.items, lines, console) { item in
            let result = try restore(StateTarget(item, user: user), options, session, console)
            if result.status != .success { failures += 1 }
            try list.append(
                result.json, id: result.target.id.description,
                cells: [VisibleText.escape(result.target.id.description, columns: 64), result.word])
        } onInvalid: {
            failures += 1
        }
    } catch {
        // What was restored before stays told.
        try list.finish(empty: "")
        throw error
    }
    try list.finish(empty: "no items")
    return failures > 0 ? .someFailed : .success
}

private struct RestoreResult {
    let target: StateTarget
    let outcome: RestoreOutcome
    let isAudited: Bool
    let place: JSONValue

    var word: String {
        switch outcome {
        case .restored: "restored"
        case .notRevoked: "not_found"
        case .cutOff: "cut_off"
        case .expired: "expired"
        }
    }

    var status: ExitStatus {
        if case .cutOff = outcome { return .revoked }
        return .success
    }

    var json: JSONObject {
        let isListed: JSONValue
        if case .restored(let listed) = outcome {
            isListed = .bool(listed)
        } else {
            isListed = .null
        }
        return [
            "id": .string(target.id.description),
            "sub": target.user.map { .string($0.description) } ?? .null, "result": .string(word),
            "listed": isListed, "audited": .bool(isAudited), "target": place,
        ]
    }

    var words: String {
        let id = VisibleText.escape(target.id.description, columns: 80)
        switch outcome {
        case .restored(let isListed):
            var text = "restored \(id)\n"
            if !isListed { text += "  it is not on a user's list (again)\n" }
            if target.token == nil { text += "  cutoffs were not checked: give the token\n" }
            return text
        case .notRevoked: return "not on the blacklist: \(id)\n"
        case .cutOff(let cutoff):
            return
                "still dead: a cutoff stands at \(TimeText.rfc3339(cutoff)); nothing was changed\n"
        case .expired: return "expired: \(id); nothing was changed\n"
        }
    }
}

private func restore(
    _ target: StateTarget, _ options: RestoreOptions, _ session: Session, _ console: Console
) throws -> RestoreResult {
    let outcome = try session.store.restore(
        target.id, user: target.user, issued: target.issued, expiry: target.expiry)
    var isAudited = false
    if case .restored = outcome {
        isAudited = session.audit(
            "restore", .token(target.id, user: target.user), count: 1, reason: options.reason,
            console)
    }
    return RestoreResult(
        target: target, outcome: outcome, isAudited: isAudited, place: session.json)
}
