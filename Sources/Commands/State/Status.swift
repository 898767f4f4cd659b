internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

struct StatusOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    var user: String?
    var requiresListing = false
}

/// `status`: revocation state alone; needs no key.
let statusCommand = Command(
    name: "status", summary: "Show the revocation state of ids or tokens.",
    discussion: [
        """
        Asks Redis only: checks no signature and no claim except iat. A bare id has no iat and no \
        user, so cutoffs and the token list are not checked for it; --user adds the user's token \
        list and cutoff.
        """
    ],
    defaults: StatusOptions(),
    options: [
        .text(
            "user", short: "u", metavar: "USER", summary: "User who owns these ids.", into: \.user
        )
        .completing(.dynamic("users")),
        .flag(
            "require-listed", summary: "Reject tokens that are not on their user's token list.",
            into: \.requiresListing),
        .group(ItemOptions.group, at: \.items), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        ItemOptions.operand(
            at: \.items, summary: "Ids or tokens; - reads lines from standard input.")
    ],
    otherForms: ["--from FILE"],
    examples: [
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
        .failure, .malformed, .claims, .revoked, .notListed, .unknown, .someFailed),
    environment: Session.environment, seeAlso: ["verify", "revoke", "list"], run: runStatus)

private func runStatus(_ options: StatusOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    var options = options
    if !options.requiresListing {
        options.requiresListing = try console.settings().requiresListing()
    }
    let user = try options.user.map { try parseUser($0) }
    if options.user != nil, options.items.operands.isEmpty, options.items.file == nil {
        throw UsageError.missingOperand("ID|TOKEN, or - for standard input")
    }
    let lines = try options.items.openLines(system: system)
    let session = try Session(console)
    try session.requireCurrent(options.global)

    let book = try TokenBook(session, user: user, kind: options.items.kind, console)
    if lines == nil, options.items.operands.count == 1 {
        let item = try options.items.item(options.items.operands[0], console)
        let target = try StateTarget(item, user: user, in: book)
        try TakenTokens(console).tell(target)
        try options.requireKnownUser(target)
        let state = try session.store.states(of: [target.query])[0]
        try session.warnAboutClock(state.time, console)
        let report = report(on: target, state, options, session.layout)
        try console.result(
            json(target, report), id: target.label.description, keys: session.keys
        ) {
            human(target, report, console.style)
        }
        return status(report)
    }
    var list = ResultList(
        console, columns: [.id, .state("STATE"), .init("DETAIL", .cut)])
    list.keys = session.keys
    let feed = ItemFeed(options.items, lines, console) {
        try StateTarget($0, user: user, in: book)
    }
    let taken = TakenTokens(console)
    var failures = 0
    // An only item is reported like an operand.
    var first: (target: StateTarget, report: StateReport)?
    var count = 0
    var hasComparedClocks = false
    do {
        let failure = try session.store.states(
            query: { $0.element.query },
            next: { mayWait in
                // Whoever reads gets the answers before more questions are waited for.
                if mayWait { try system.output.flush() }
                let batch = try feed.batch(of: batchSize, mayWait: mayWait)
                for entry in batch ?? [] {
                    try taken.tell(entry.element, at: feed.place(entry))
                    try options.requireKnownUser(entry.element)
                }
                return batch
            }
        ) { entry, answer in
            let target = entry.element
            count += 1
            let state: TokenState
            do throws(StoreError) {
                state = try answer.get()
            } catch {
                failures += 1
                let failure = Diagnostics.failure(for: error)
                try console.error("\(feed.place(entry)): \(failure.message)")
                return try list.append(
                    [
                        "id": .string(target.label.description), "active": .null,
                        "verified": .null, "state": .null,
                    ],
                    id: target.label.description,
                    cells: [console.cell(id: target.label.description), "unknown", ""])
            }
            if !hasComparedClocks { try session.warnAboutClock(state.time, console) }
            hasComparedClocks = true
            let report = report(on: target, state, options, session.layout)
            if status(report) != .success { failures += 1 }
            first = first ?? (target, report)
            try list.append(
                json(target, report), id: target.label.description,
                cells: [
                    console.cell(id: target.label.description), word(report), detail(report),
                ])
        }
        if let failure { throw failure }
        try session.requireCurrent(options.global)
    } catch {
        try list.finish(empty: "")
        throw error
    }
    try feed.requireItems()
    let isOnly = count + feed.invalid.count == 1
    if isOnly, let first, console.isForPerson {
        try console.print(human(first.target, first.report, console.style))
        return status(first.report)
    }
    try list.finish(empty: "no items")
    if isOnly, let status = first.map({ status($0.report) }) ?? feed.invalid.firstFailure?.status {
        return status
    }
    return failures + feed.invalid.count > 0 ? .someFailed : .success
}

/// How many items share a round trip, where so many are there.
private let batchSize = 256

/// A user id from the command line.
func parseUser(_ text: String) throws -> Identifier {
    try UserLine.refuseToken(Array(text.utf8))
    do throws(Identifier.Refusal) {
        return try Identifier(text)
    } catch {
        throw Diagnostics.identifier(error, what: "the user id")
    }
}

extension StatusOptions {
    fileprivate func requireKnownUser(_ target: StateTarget) throws {
        guard requiresListing, target.token == nil, target.user == nil else { return }
        throw Failure(
            .usage, "usage", "'--require-listed' needs the user of the id",
            hint: "give --user USER, or the whole token")
    }
}

extension StateTarget {
    /// A user's list knows when its tokens were issued.
    fileprivate var query: StateQuery {
        StateQuery(subject, asksIssue: issued == .notSaid)
    }
}

private func report(
    on target: StateTarget, _ state: TokenState, _ options: StatusOptions, _ layout: Layout
) -> StateReport {
    let listed = target.issued == .notSaid ? state.listedIssuedAt : nil
    return StateReport(
        state: state, issued: listed.map { .at(Double($0)) } ?? target.issued,
        layout: layout, requiresListing: options.requiresListing)
}

private func status(_ report: StateReport) -> ExitStatus {
    switch report.checks.compactMap(\.reason).first {
    case nil: .success
    case .notListed: .notListed
    case .notYetValid: .claims
    default: .revoked
    }
}

/// What Redis says. Never "active": neither signature nor times were looked at.
private func word(_ report: StateReport) -> String {
    switch report.checks.compactMap(\.reason).first {
    case nil: "not revoked"
    case .cutOff: "cut off"
    case .notListed: "not listed"
    case .notYetValid: "not yet valid"
    default: "revoked"
    }
}

/// Why it is so; of what passes, what could not be checked.
private func detail(_ report: StateReport) -> String {
    let checks = report.checks
    let check =
        checks.first { $0.reason != nil } ?? checks.first { $0.result == .notJudged }
    guard let check, let detail = check.detail else { return "" }
    return VisibleText.escape(
        check.reason == nil ? "\(check.name) \(detail)" : detail, columns: 100)
}

private func json(_ target: StateTarget, _ report: StateReport) -> JSONObject {
    [
        "id": .string(target.label.description),
        "active": report.isActive.map { .bool($0) } ?? .null, "verified": .null,
        "state": report.json,
    ]
}

private func human(_ target: StateTarget, _ report: StateReport, _ style: Style) -> String {
    let word = word(report)
    var text = "\(report.isActive == false ? style.red(word) : style.green(word))"
    text += "  \(VisibleText.escape(target.label.description, columns: 80))\n"
    for check in report.checks {
        if let detail = check.detail {
            text += "  \(check.name): \(VisibleText.escape(detail, columns: 200))\n"
        }
    }
    if let left = report.state.denial?.timeToLive {
        text += "  blacklist entry expires in \(Duration.words(left))\n"
    }
    return text
}
