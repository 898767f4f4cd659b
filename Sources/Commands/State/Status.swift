internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `status`.
struct StatusOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    /// The user who owns bare ids, whose token list and cutoff are checked too. Without ids, the user
    /// is what is asked about.
    var user: String?
    /// When a token that is on no list would have been issued; nil is now. Only for a user.
    var issued: Moment?
    /// Whether a token that is not on its user's list is rejected.
    var requiresListing = false
}

/// `status`: shows the revocation state of tokens. It needs no key, since it checks no signature.
let statusCommand = Command(
    name: "status", summary: "Show the revocation state of ids, tokens or a user.",
    discussion: [
        """
        Asks Redis only: checks no signature and no claim except iat. A bare id has no iat and no \
        user, so cutoffs and the token list are not checked for it; --user adds the user's token \
        list and cutoff.
        """,
        """
        --user without an id shows the user: the cutoffs and which of them decides, how many tokens \
        are active, revoked, cut off and expired, the last changes in the audit log, and what an \
        unrecorded token gets that was issued now, or at --issued-at. Standard input is not read.
        """,
    ],
    defaults: StatusOptions(),
    options: [
        .user("User who owns these ids.", into: \.user),
        .flag(
            "require-listed", summary: "Reject tokens that are not on their user's token list.",
            into: \.requiresListing),
        .moment(
            "issued-at",
            summary: "With --user alone: judge an unrecorded token issued at this time.",
            into: \.issued),
        .group(ItemOptions.group, at: \.items), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        ItemOptions.operand(
            at: \.items, summary: "Ids or tokens; - reads lines from standard input.")
    ],
    otherForms: ["--from FILE", "--user USER"],
    examples: [
        Example(
            command: "jwtctl status --user alice", summary: "Show what Redis has of alice.",
            output: [
                "alice",
                "  cutoff: 2026-11-30 17:14:02Z (12 min ago)",
                "  tokens: 2 active, 1 cut off",
                "  newest issued: 2026-11-30 17:21:55Z (4 min ago)",
                "  latest expiry: 2026-12-01 01:21:55Z (in 7 h 55 min)",
                "  unrecorded, issued 2026-11-30 17:26:02Z (now): not revoked",
                "  last changes:",
                "    2026-11-30 17:14:02Z  logout-all  by ops: laptop stolen",
            ]),
        Example(
            command: "jwtctl status \"$TOKEN\"", summary: "Show the state of a token.",
            output: [
                "revoked  7c3e",
                "  blacklist: revoked by ops 12 min ago: leaked into a log",
                "  blacklist entry expires in 49 min",
            ]),
        Example(
            command: "jwtctl status --user alice 4f3c2a",
            summary: "Show the state of one of alice's ids.",
            output: ["not revoked  4f3c2a"]),
        Example(
            command: "jwtctl status --from ids.txt -o jsonl",
            summary: "Show the state of many, one per line."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .claims, .revoked, .notListed, .unknown, .someFailed,
        success: "Not revoked. With --user alone: the user was shown."),
    environment: Backend.environment, seeAlso: ["verify", "revoke", "list"],
    check: { options throws(UsageError) in
        if options.issued != nil, !options.isAboutUser {
            throw .other("'--issued-at' needs '--user' and no ID or TOKEN")
        }
    }, run: runStatus)

extension StatusOptions {
    /// Whether a user is asked about, and no token.
    fileprivate var isAboutUser: Bool {
        user != nil && items.operands.isEmpty && items.file == nil
    }
}

/// Shows a user, the state of one operand, or of many items as they arrive.
private func runStatus(_ options: StatusOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    // A profile may demand the list for all commands, so that `status` and `verify` agree.
    let requiresListing = try options.requiresListing || console.settings().requiresListing()
    let user = try options.user.map { try parseUser($0) }
    if let user, options.isAboutUser {
        let backend = try Backend(console)
        try backend.requireCurrent(options.global)
        try UserStatus(
            of: user, issued: options.issued, requiresListing: requiresListing, backend,
            options.global
        ).write(to: console)
        return .success
    }
    let lines = try options.items.openLines(system: system)
    let backend = try Backend(console)
    try backend.requireCurrent(options.global)

    let resolver = try TokenResolver(backend, user: user, kind: options.items.kind, console)
    let idLine = backend.idLine()
    let list = console.writer(
        StatusRow.columns(console), of: options.items.only == nil ? .many : .one,
        line: { idLine($0.item.label) }, text: { $0.text(console.style) })
    func resolve(_ item: Item) throws -> ResolvedItem {
        try ResolvedItem(item, user: user, in: resolver)
    }
    func row(_ item: ResolvedItem, _ state: TokenState) -> StatusRow {
        // The token list may have the issue time of a bare id.
        let listed = item.issued == .notSaid ? state.listedIssuedAt : nil
        let report = StateReport(
            state: state, issued: listed.map { .at(Double($0)) } ?? item.issued,
            layout: backend.layout, requiresListing: requiresListing)
        return StatusRow(item: item, report: report)
    }
    if let operand = options.items.only {
        let item = try resolve(try options.items.item(operand, console))
        try TakenTokens(console).tell(item.foundToken)
        try item.requireKnownUser(if: requiresListing)
        // One round trip answers everything, Redis' time included: the warning about the clock
        // costs no second one.
        let state = try backend.store.states(of: [item.query])[0]
        try backend.warnAboutClock(state.time, console)
        return try ItemRun(console, list, .endProcess).run(only: row(item, state))
    }
    let feed = ItemFeed(options.items, lines, console, resolve)
    let run = ItemRun(
        console, list, .stop(words: "interrupted: the rest was not checked"),
        watching: "checking", reading: feed)
    var hasComparedClocks = false
    // The summary is for people. Scripts count the rows.
    let nouns = system.diagnostics.isTerminal ? (one: "token", many: "tokens") : nil
    return try run.run(summarizing: nouns) {
        let broken = try backend.store.states(
            query: { $0.query },
            next: { pull in
                let batch = try feed.batch(pull, upTo: batchSize)
                guard case .item(let items) = batch else { return batch }
                for item in items { try item.requireKnownUser(if: requiresListing) }
                return batch
            }
        ) { item, answer in
            // An error of one item, such as a key of another type, leaves the others their answer.
            let state: TokenState
            do throws(StoreError) {
                state = try answer.get()
            } catch {
                try feed.report(Diagnostics.failure(for: error).message, of: item)
                return try run.addFailed(StatusRow(item: item, report: nil))
            }
            // Once is enough: the answer of each batch has the time.
            if !hasComparedClocks { try backend.warnAboutClock(state.time, console) }
            hasComparedClocks = true
            try run.add(row(item, state))
        }
        // The server may have become a replica during the run, whose state may be old.
        if broken == nil, Signals.pending == nil { try backend.requireCurrent(options.global) }
        return broken
    }
}

/// The number of items that share a round trip, if so many have arrived.
private let batchSize = 256

extension ResolvedItem {
    /// The question to the store. A bare id needs the issue time from its user's token list.
    fileprivate var query: StateQuery {
        StateQuery(subject, asksIssue: issued == .notSaid)
    }

    /// Refuses a bare id without a user if token lists are required. It ends the run: further ids
    /// would fail for the same reason.
    fileprivate func requireKnownUser(if requiresListing: Bool) throws {
        guard requiresListing, token == nil, user == nil else { return }
        throw Failure(
            .usage, "usage", "'--require-listed' needs the user of the id",
            hint: "give --user USER, or the whole token")
    }
}

/// The revocation state of an item, as it is shown.
private struct StatusRow: ItemRow {
    let item: ResolvedItem
    /// nil where Redis could not tell.
    let report: StateReport?

    /// The reason for which the token is rejected; nil if it is not.
    private var reason: Reason? { report?.checks.compactMap(\.reason).first }

    /// The exit status, which is that of `verify` for the same reason.
    var status: ExitStatus {
        guard report != nil else { return .unknown }
        return switch reason {
        case nil: .success
        case .notListed: .notListed
        // The `iat` is after Redis' clock: services that compare it refuse the token for now.
        case .notYetValid: .claims
        default: .revoked
        }
    }

    var summaryWords: String? { word }

    /// The state for people. It is never "active", since neither signature nor times are checked.
    private var word: String {
        guard report != nil else { return "unknown" }
        return switch reason {
        case nil: "not revoked"
        case .cutOff: "cut off"
        case .notListed: "not listed"
        case .notYetValid: "not yet valid"
        default: "revoked"
        }
    }

    /// The detail of the first failed check; if none failed, that of a check that was not possible.
    private var detail: String {
        let checks = report?.checks ?? []
        let check =
            checks.first { $0.reason != nil } ?? checks.first { $0.result == .notJudged }
        guard let check, let detail = check.detail else { return "" }
        return VisibleText.escape(
            check.reason == nil ? "\(check.name) \(detail)" : detail, columns: 100)
    }

    /// `verified` is always null. Scripts that also read the output of `verify` find all its
    /// members.
    static func columns(_ console: Console) -> [Column<StatusRow>] {
        [
            .id("ID", "id", console) { $0.item.label },
            .member("active") { .bool(orNull: $0.report?.isActive) },
            .member("verified") { _ in .null },
            .both(
                .state("STATE"), "state", cell: { $0.word }, value: { $0.report?.json ?? .null }),
            .cell(.init("DETAIL", .cut)) { $0.detail },
        ]
    }

    /// The report on an only item; empty where an error is the whole report.
    func text(_ style: Style) -> String {
        guard report != nil else { return "" }
        // The first line is the answer; the lines after it have what each check found.
        var text = report?.isActive == false ? style.red(word) : style.green(word)
        text += "  \(VisibleText.escape(item.label.description, columns: 80))\n"
        for check in report?.checks ?? [] {
            if let detail = check.detail {
                text += "  \(check.name): \(VisibleText.escape(detail, columns: 200))\n"
            }
        }
        if let left = report?.state.denial?.timeToLive {
            text += "  blacklist entry expires in \(Duration.words(left))\n"
        }
        return text
    }
}
