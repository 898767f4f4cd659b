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
        Asks Redis alone: no signature is checked and no claim but iat is judged. A bare id has no \
        iat and no user, so that cutoffs and the user's list cannot be judged for it; --user adds \
        the user's list and cutoff.
        """
    ],
    defaults: StatusOptions(),
    options: [
        .text("user", short: "u", metavar: "USER", summary: "Whose ids these are.", into: \.user)
            .completing(.dynamic("users")),
        .flag(
            "require-listed", summary: "Refuse tokens that are not on their user's list.",
            into: \.requiresListing),
        .group(ItemOptions.group, at: \.items), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [ItemOptions.operand(at: \.items, summary: "Ids or tokens; - reads lines.")],
    examples: [
        Example(command: "jwtctl status \"$TOKEN\"", summary: "The state of a token."),
        Example(
            command: "jwtctl status --user alice 4f3c2a",
            summary: "The state of one of alice's ids."),
        Example(command: "jwtctl status --from ids.txt -o jsonl", summary: "Many at once."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .claims, .revoked, .notListed, .unknown, .someFailed),
    environment: Session.environment, seeAlso: ["verify", "revoke", "list"], run: runStatus)

private func runStatus(_ options: StatusOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let user = try options.user.map { try parseUser($0) }
    let lines = try options.items.openLines(system: system)
    let session = try Session(console)
    try session.requireCurrent(options.global)

    if lines == nil, options.items.operands.count == 1 {
        let item = try options.items.item(options.items.operands[0], system: system)
        let target = try StateTarget(item, user: user)
        let report = try reports(on: [target], options, session)[0]
        try console.result(json(target, report), id: target.id.description) {
            human(target, report, console.style)
        }
        return status(report)
    }
    var list = ResultList(
        console, columns: [.init("ID", shrinking: true), .init("STATE"), .init("DETAIL")])
    var failures = 0
    var batch: [StateTarget] = []
    func flush() throws {
        for (target, report) in zip(batch, try reports(on: batch, options, session)) {
            if status(report) != .success { failures += 1 }
            let check = report.checks.first { $0.reason != nil }
            try list.append(
                json(target, report), id: target.id.description,
                cells: [
                    VisibleText.escape(target.id.description), word(report),
                    check?.detail.map { VisibleText.escape($0, columns: 60) } ?? "",
                ])
        }
        batch = []
    }
    do {
        try forEachItem(options.items, lines, console) { item in
            batch.append(try StateTarget(item, user: user))
            if batch.count == 500 { try flush() }
        } onInvalid: {
            failures += 1
        }
        try flush()
    } catch {
        try list.finish(empty: "")
        throw error
    }
    try list.finish(empty: "no items")
    return failures > 0 ? .someFailed : .success
}

/// Hands every readable item to `body`; a bad one is reported with its line number, and the rest
/// goes on.
func forEachItem(
    _ options: ItemOptions, _ lines: LineSource?, _ console: Console,
    _ body: (Item) throws -> Void, onInvalid: () -> Void
) throws {
    func report(_ error: any Error, _ place: String) throws {
        try console.error("\(place): \(Diagnostics.failure(for: error).message)")
        onInvalid()
    }
    guard let lines else {
        for (index, operand) in options.operands.enumerated() {
            do {
                try body(try options.item(operand, system: console.system))
            } catch {
                guard Diagnostics.failure(for: error).isItemsOwn else { throw error }
                try report(error, "operand \(index + 1)")
            }
        }
        return
    }
    while let line = try lines.next() {
        do {
            guard case .text(let bytes) = line else {
                throw Failure(.usage, "invalid_line", "the line is too long")
            }
            try body(try Item(line: bytes, as: options.kind))
        } catch {
            guard Diagnostics.failure(for: error).isItemsOwn else { throw error }
            try report(error, "line \(lines.number)")
        }
    }
}

/// A user id from the command line.
func parseUser(_ text: String) throws -> Identifier {
    do throws(Identifier.Refusal) {
        return try Identifier(text)
    } catch {
        throw Diagnostics.identifier(error, what: "the user id")
    }
}

private func reports(
    on targets: [StateTarget], _ options: StatusOptions, _ session: Session
) throws -> [StateReport] {
    if options.requiresListing, targets.contains(where: { $0.token == nil && $0.user == nil }) {
        throw Failure(
            .usage, "usage", "'--require-listed' needs to know whose id it is",
            hint: "give --user USER, or the token")
    }
    let states = try session.store.states(
        of: targets.map { StateQuery(id: $0.id, user: $0.user) })
    return try zip(targets, states).map { target, state in
        var issued = target.issued
        // A user's list knows when its tokens were issued.
        if issued == .notSaid, let user = target.user, state.cutoff != nil,
            let iat = try session.store.listedToken(target.id, of: user)?.issuedAt
        {
            issued = .at(Double(iat))
        }
        return StateReport(state: state, issued: issued, requiresListing: options.requiresListing)
    }
}

private func status(_ report: StateReport) -> ExitStatus {
    switch report.checks.compactMap(\.reason).first {
    case nil: .success
    case .notListed: .notListed
    default: .revoked
    }
}

private func word(_ report: StateReport) -> String {
    switch report.checks.compactMap(\.reason).first {
    case nil: report.isActive == nil ? "not revoked" : "active"
    case .cutOff: "cut off"
    case .notListed: "not listed"
    default: "revoked"
    }
}

private func json(_ target: StateTarget, _ report: StateReport) -> JSONObject {
    [
        "id": .string(target.id.description),
        "active": report.isActive.map { .bool($0) } ?? .null, "state": report.json,
    ]
}

private func human(_ target: StateTarget, _ report: StateReport, _ style: Style) -> String {
    let word = word(report)
    var text = "\(report.isActive == false ? style.red(word) : style.green(word))"
    text += "  \(VisibleText.escape(target.id.description, columns: 80))\n"
    for check in report.checks {
        if let detail = check.detail {
            text += "  \(check.name): \(VisibleText.escape(detail, columns: 200))\n"
        }
    }
    if let left = report.state.denial?.timeToLive {
        text += "  the blacklist entry lives another \(Duration.words(left))\n"
    }
    return text
}
