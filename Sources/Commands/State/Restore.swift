internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

struct RestoreOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var keys = KeyOptions()
    var skipsVerification = false
    var user: String?
    var reason: String?
    var actor: String?
    var isConfirmed = false
}

/// `restore`: takes a revocation back, while the token lives.
let restoreCommand = Command(
    name: "restore", summary: "Undo a revocation.",
    discussion: [
        """
        Removes the blacklist entry of a token that has not expired. If its user and expiry are \
        known, the token is put back on the user's token list. A reason is required. restore asks \
        for confirmation; without a terminal pass --yes.
        """,
        """
        If a cutoff, a ban of the user or a version number still rejects the token, restore is \
        refused with status 6 and writes nothing. For a bare id cutoffs are not checked, because \
        its issue time is unknown.
        """,
    ],
    defaults: RestoreOptions(),
    options: [
        .text(
            "reason", short: "r", metavar: "TEXT",
            summary: "Reason, stored in the audit log (required).", into: \.reason),
        .text(
            "actor", metavar: "NAME",
            summary: "Name recorded in the audit log (default: login name).",
            into: \.actor),
        .text(
            "user", short: "u", metavar: "USER", summary: "User who owns these ids.", into: \.user
        )
        .completing(.dynamic("users")),
        .flag(
            "no-verify", summary: "Do not check the signatures of tokens.",
            into: \.skipsVerification),
        .flag("yes", short: "y", summary: "Do not ask for confirmation.", into: \.isConfirmed),
        .group(ItemOptions.group, at: \.items), .group(KeyOptions.group, at: \.keys),
        .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        ItemOptions.operand(
            at: \.items, summary: "Ids or tokens; - reads lines from standard input.")
    ],
    otherForms: ["--from FILE"],
    examples: [
        Example(
            command: "jwtctl restore --reason \"wrong user\" --yes \"$TOKEN\"",
            summary: "Restore a token.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "restored 7c3e",
            ])
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .revoked, .unknown, .refused, .someFailed),
    environment: KeyOptions.environment + Session.environment, seeAlso: ["revoke", "status"],
    check: { options throws(UsageError) in
        if options.reason?.isEmpty ?? true { throw .missingOption("--reason TEXT") }
    }, run: runRestore)

private func runRestore(_ options: RestoreOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let user = try options.user.map { try parseUser($0) }
    let lines = try options.items.openLines(system: system)
    let trust = try TokenTrust(
        options.keys, skipsVerification: options.skipsVerification,
        badSignatureHint: "use --no-verify to restore it anyway", console)
    let session = try Session(console, actor: options.actor)
    try session.require(.restore)
    try session.requirePrimary(comparingClocks: console)
    if !options.isConfirmed {
        let items =
            lines == nil ? Count.words(options.items.operands.count, "item", "items") : "all items"
        try Confirmation.ask(
            "Restore \(items) on \(session.description)?", answer: "yes", console)
    }
    try session.announce(console, change: "change")

    let restoring = RestoreReport(session: session, console: console)
    let book = try TokenBook(session, user: user, kind: options.items.kind, console)
    if lines == nil, options.items.operands.count == 1 {
        let item = try options.items.item(options.items.operands[0], console)
        let target = try StateTarget(item, user: user, in: book)
        try trust.require(target)
        try TakenTokens(console).tell(target)
        let result = try session.store.restore(target.restoration, reason: options.reason)
        let told = restoring.tell(target, result)
        try console.result(told.json, id: target.label.description, keys: session.keys) {
            told.words
        }
        if told.isUnconfirmed, let doubt = session.store.doubt {
            try console.error(Diagnostics.failure(for: doubt))
        }
        return told.status
    }
    var list = ResultList(console, columns: [.id, .state("RESULT")])
    list.keys = session.keys
    let feed = ItemFeed(options.items, lines, console) {
        let target = try StateTarget($0, user: user, in: book)
        try trust.require(target)
        return target
    }
    let taken = TakenTokens(console)
    var failures = 0
    // An only item is reported like an operand.
    var first: ToldRestoration?
    var count = 0
    // Those of which it is not known whether they will be confirmed.
    var held: [ToldRestoration] = []
    func tell(_ told: ToldRestoration) throws {
        if told.status != .success { failures += 1 }
        first = first ?? told
        count += 1
        let id = told.target.label.description
        try list.append(
            told.json, id: id, cells: [console.cell(id: id), told.word.spoken])
    }
    do {
        let interrupts = InterruptScope()
        defer { _ = interrupts }
        let failure = try session.store.restore(
            reason: options.reason, item: { $0.element.restoration },
            next: { mayWait in
                if mayWait { try system.output.flush() }
                let batch = try feed.batch(of: batchSize, mayWait: mayWait)
                for entry in batch ?? [] { try taken.tell(entry.element, at: feed.place(entry)) }
                return batch
            }
        ) { entry, result in
            let told = restoring.tell(entry.element, result)
            if case .failed(let error) = result.outcome {
                try console.error(
                    "\(feed.place(entry)): \(Diagnostics.failure(for: error).message)")
            }
            if told.isUnconfirmed, held.count < ResultList.heldCount {
                held.append(told)
            } else {
                try tell(told)
            }
        }
        for told in held { try tell(failure == nil ? told.confirmed : told) }
        if let failure { throw failure }
    } catch {
        // What was restored before stays told.
        try list.finish(empty: "")
        if let signal = Signals.pending { try end(by: signal, console) }
        throw error
    }
    if Signals.pending == nil { try feed.requireItems() }
    let isOnly = count + feed.invalid.count == 1
    if isOnly, let first, console.isForPerson {
        try console.print(first.words)
    } else {
        try list.finish(empty: "no items")
    }
    if let signal = Signals.pending { try end(by: signal, console) }
    if isOnly, let status = first?.status ?? feed.invalid.firstFailure?.status { return status }
    return failures + feed.invalid.count > 0 ? .someFailed : .success
}

/// How many items are worked on together, where so many are there.
private let batchSize = 128

private func end(by signal: CInt, _ console: Console) throws {
    try console.note("interrupted; the items listed were done, the rest was not attempted")
    try console.system.output.flush()
    Signals.endProcess(by: signal)
}

extension StateTarget {
    fileprivate var restoration: Restoration {
        Restoration(subject, issued: issued, expiry: expiry)
    }
}

/// Makes results into what is told.
private struct RestoreReport {
    let session: Session
    let console: Console
    private let place: JSONValue

    init(session: Session, console: Console) {
        self.session = session
        self.console = console
        place = session.json
    }

    func tell(_ target: StateTarget, _ result: RestoreResult) -> ToldRestoration {
        if let failure = result.auditFailure { session.warn(notAudited: failure, console) }
        return ToldRestoration(target: target, result: result, place: place)
    }
}

private struct ToldRestoration {
    let target: StateTarget
    private(set) var result: RestoreResult
    let place: JSONValue

    var isUnconfirmed: Bool {
        if case .unconfirmed = result.outcome { return true }
        return false
    }

    /// The same once it was confirmed.
    var confirmed: ToldRestoration {
        guard case .unconfirmed(let isListed) = result.outcome else { return self }
        var told = self
        told.result.outcome = .restored(isListed: isListed)
        return told
    }

    var word: String {
        switch result.outcome {
        case .restored: "restored"
        case .notRevoked: "not_found"
        case .cutOff: "cut_off"
        case .banned: "banned"
        case .displaced: "other_token"
        case .outdated: "outdated"
        case .expired: "expired"
        case .failed: "failed"
        case .unknown, .unconfirmed: "unknown"
        case .notAttempted: "not_attempted"
        }
    }

    var status: ExitStatus {
        switch result.outcome {
        case .restored, .notRevoked, .expired: .success
        case .cutOff, .banned, .outdated: .revoked
        case .displaced: .refused
        case .failed, .unknown, .unconfirmed, .notAttempted: .unknown
        }
    }

    var json: JSONObject {
        let isListed: JSONValue
        if case .restored(let listed) = result.outcome {
            isListed = .bool(listed)
        } else {
            isListed = .null
        }
        return [
            "id": .string(target.label.description),
            "sub": target.user.map { .string($0.description) } ?? .null, "result": .string(word),
            "listed": isListed, "confirmed": isUnconfirmed ? false : .null,
            "audited": .bool(result.isAudited), "target": place,
        ]
    }

    var words: String {
        let id = VisibleText.escape(target.label.description, columns: 80)
        switch result.outcome {
        case .restored(let isListed):
            var text = "restored \(id)\n"
            if !isListed { text += "  not put back on a user's token list\n" }
            if target.token == nil {
                text += "  cutoffs were not checked: give the whole token to check them\n"
            }
            return text
        case .notRevoked: return "not on the blacklist: \(id)\n"
        case .cutOff(let cutoff):
            return
                "still revoked: issued at or before the cutoff \(TimeText.rfc3339(cutoff)); "
                + "nothing was changed\n"
        case .displaced:
            return "refused: the user now has another token; nothing was changed\n"
        case .banned: return "still revoked: the user is banned; nothing was changed\n"
        case .outdated: return "still revoked: its version is too low; nothing was changed\n"
        case .expired: return "expired: \(id); nothing was changed\n"
        case .failed: return "failed: \(id)\n"
        case .unknown: return "unknown: \(id); run it again\n"
        case .unconfirmed: return "not confirmed: \(id)\n"
        case .notAttempted: return "not attempted: \(id)\n"
        }
    }
}
