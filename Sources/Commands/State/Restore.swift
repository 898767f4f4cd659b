internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `restore`.
struct RestoreOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var keys = KeyOptions()
    var skipsVerification = false
    /// The user who owns bare ids.
    var user: String?
    /// The reason for the audit log. It is required, since a restored token is valid again.
    var reason: String?
    /// The name in the audit log; nil is the login name.
    var actor: String?
    /// The path of an audit log in a file; nil for that of the settings.
    var auditLog: [UInt8]?
    var isConfirmed = false
    var isDryRun = false
}

/// `restore`: undoes a revocation before the token expires.
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
        .reason("Reason, stored in the audit log (required).", into: \.reason),
        .actor(into: \.actor), .auditLog(into: \.auditLog),
        .user("User who owns these ids.", into: \.user),
        .flag(
            "no-verify", summary: "Do not check the signatures of tokens.",
            into: \.skipsVerification),
        .flag("yes", short: "y", summary: "Do not ask for confirmation.", into: \.isConfirmed),
        .dryRun(into: \.isDryRun).detail(
            "The results are those of a real run. It asks for no confirmation, and takes up to 32 "
                + "bytes of memory for each item."),
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
            ]),
        Example(
            command: "jwtctl restore --dry-run --reason \"wrong user\" \"$TOKEN\"",
            summary: "See whether it would be restored."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .revoked, .unknown, .refused, .someFailed,
        success: "Restored, or not revoked."),
    environment: KeyOptions.environment + Backend.environment, seeAlso: ["revoke", "status"],
    check: { options throws(UsageError) in
        if options.reason?.isEmpty ?? true { throw .missingOption("--reason TEXT") }
    }, run: runRestore)

/// Restores one operand, or many items as they arrive. It asks for confirmation once, before it
/// reads items.
private func runRestore(_ options: RestoreOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    // Mistakes on the command line come first, then those in the key, then Redis. A person is asked
    // after that, for a command that can run.
    let user = try options.user.map { try parseUser($0) }
    let lines = try options.items.openLines(system: system)
    let trust = try TokenTrust(
        options.keys, skipsVerification: options.skipsVerification,
        badSignatureHint: "use --no-verify to restore it anyway", console)
    let backend = try Backend.changing(
        .restore, actor: options.actor, auditLog: options.auditLog, console)
    if !options.isConfirmed, !options.isDryRun {
        // Their number is not known while they come as lines, and reading ahead would make a script
        // wait.
        let items =
            lines == nil ? Count.words(options.items.operands.count, "item", "items") : "All items"
        try Confirmation.ask(
            backend, "\(items) will be restored.", answer: "yes", console)
    }
    try backend.announce(console, isDryRun: options.isDryRun, change: "change")

    let resolver = try TokenResolver(backend, user: user, kind: options.items.kind, console)
    let idLine = backend.idLine()
    let list = console.writer(
        RestoreRow.columns(console, target: backend.json),
        of: options.items.only == nil ? .many : .one,
        line: { idLine($0.item.label) }, text: { $0.text })
    // The signature matters as in `revoke`: a forged token could restore the id of another one.
    func resolve(_ item: Item) throws -> ResolvedItem {
        let item = try ResolvedItem(item, user: user, in: resolver)
        try trust.require(item)
        return item
    }
    func row(_ item: ResolvedItem, _ result: RestoreResult) -> RestoreRow {
        if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
        var result = result
        if result.isChange {
            result.isAudited = backend.auditInFile(
                "restore", .token(item.label, user: item.user), count: 1, reason: options.reason,
                isInStream: result.isAudited, console)
        }
        return RestoreRow(item: item, result: result, isDryRun: options.isDryRun)
    }
    // An only operand is restored by itself: its failure is that of the command, with its hint.
    if let operand = options.items.only {
        let item = try resolve(try options.items.item(operand, console))
        try TakenTokens(console).tell(item.foundToken)
        let result = try backend.store.restore(
            item.restoration, reason: options.reason, isDryRun: options.isDryRun)
        let row = row(item, result)
        let status = try ItemRun(console, list, .endProcess).run(only: row)
        if row.isUnconfirmed, let doubt = backend.store.doubt {
            try console.error(Diagnostics.failure(for: doubt))
        }
        if options.isDryRun { try console.noteDryRun() }
        return status
    }
    let feed = ItemFeed(options.items, lines, console, resolve)
    let run = ItemRun(
        console, list,
        .stop(
            words: options.isDryRun
                ? "interrupted; the rest was not looked at" : Interrupts.runAgain),
        watching: "restoring", reading: feed)
    return try run.run(summarizing: ("item", "items")) {
        let broken = try backend.store.restore(
            reason: options.reason, isDryRun: options.isDryRun, item: { $0.restoration },
            next: { try feed.batch($0, upTo: batchSize) }
        ) { item, result in
            let row = row(item, result)
            if case .failed(let error) = result.outcome {
                try feed.report(Diagnostics.failure(for: error).message, of: item)
            }
            // An unconfirmed item waits for the others, since one confirmation at the end covers
            // them all.
            if row.isUnconfirmed, run.canHold { run.hold(row) } else { try run.add(row) }
        }
        // Without an error the confirmation came in the end; else each of them stays in doubt.
        for row in run.takeHeld() { try run.add(broken == nil ? row.confirmed : row) }
        return broken
    } ending: { broken in
        if options.isDryRun, broken == nil, Signals.pending == nil { try console.noteDryRun() }
    }
}

/// The number of items in a job, if so many have arrived.
private let batchSize = 128

extension ResolvedItem {
    /// The request to the store.
    fileprivate var restoration: Restoration {
        Restoration(subject, label: label, issued: issued, expiry: expiry)
    }
}

/// The outcome for an item, as it is shown.
private struct RestoreRow: ItemRow {
    let item: ResolvedItem
    /// The outcome, and whether the audit log has it.
    private(set) var result: RestoreResult
    let isDryRun: Bool

    /// Whether the entry was removed, but the removal is not confirmed.
    var isUnconfirmed: Bool {
        if case .unconfirmed = result.outcome { true } else { false }
    }

    /// The row once all that was written is confirmed.
    var confirmed: RestoreRow {
        guard case .unconfirmed(let isListed) = result.outcome else { return self }
        var row = self
        row.result.outcome = .restored(isListed: isListed)
        return row
    }

    /// The result in JSON; a table has it without underscores.
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

    /// A token without a blacklist entry is no failure. A token that would remain revoked is one,
    /// with the status of `verify`.
    var status: ExitStatus {
        switch result.outcome {
        case .restored, .notRevoked, .expired: .success
        case .cutOff, .banned, .outdated: .revoked
        case .displaced: .refused
        case .failed, .unknown, .unconfirmed, .notAttempted: .unknown
        }
    }

    /// The result for a table. A dry run says what would be done.
    private var spokenWord: String {
        if isDryRun, case .restored = result.outcome { return "would be restored" }
        return word.spoken
    }

    var summaryWords: String? {
        if case .notRevoked = result.outcome { "not on the blacklist" } else { spokenWord }
    }

    /// Whether the token is on its user's list again; nil where nothing was restored.
    private var isListed: Bool? {
        if case .restored(let isListed) = result.outcome { isListed } else { nil }
    }

    /// `target` is the Redis that was changed, as JSON names it.
    static func columns(_ console: Console, target: JSONValue) -> [Column<RestoreRow>] {
        [
            .id("ID", "id", console) { $0.item.label },
            .member("sub") { .string(orNull: $0.item.user) },
            .both(
                .state("RESULT"), "result", cell: { $0.spokenWord }, value: { .string($0.word) }),
            .member("listed") { .bool(orNull: $0.isListed) },
            .member("confirmed") { $0.isUnconfirmed ? false : .null },
            .member("audited") { $0.isDryRun ? .null : .bool($0.result.isAudited) },
            .member("dry_run") { $0.isDryRun ? true : nil },
            .member("target") { _ in target },
        ]
    }

    /// The report on an only item.
    var text: String {
        let id = VisibleText.escape(item.label.description, columns: 80)
        switch result.outcome {
        case .restored(let isListed):
            var text = isDryRun ? "would be restored: \(id)\n" : "restored \(id)\n"
            // Its user or its expiry is unknown, or the layout keeps no lists. The token is valid
            // all the same.
            if !isListed {
                text += "  \(isDryRun ? "would not be" : "not") put back on a user's token list\n"
            }
            if item.token == nil {
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
