internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

/// `revoke`: operands, read back one by one, or lines in bulk.
func runRevoke(_ options: RevokeOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let lines = try options.items.openLines(system: system)
    if lines == nil, options.items.kind != .token, options.items.operands.count == 1 {
        // A usage error must not wait for a key or for Redis.
        try requireLifetime(options)
    }
    let keys =
        options.skipsVerification
        ? nil : try options.keys.load(system: system) { try console.note($0) }
    let session = try Session(console, actor: options.actor)
    try session.requirePrimary()
    let planner = try RevocationPlanner(options, keys: keys, store: session.store)
    let revoker = Revoker(options, planner, session, console)
    if let lines { return try revoker.runBulk(lines) }
    if options.items.operands.count == 1 { return try revoker.runOne(options.items.operands[0]) }
    return try revoker.runOperands()
}

/// A bare id without any word about its life can be refused before anything is opened.
private func requireLifetime(_ options: RevokeOptions) throws {
    guard options.user == nil, options.expiry == nil, options.lifetime == nil, !options.isForever
    else { return }
    if case .id(let id, nil, _) = try Item(
        operand: options.items.operands[0], as: options.items.kind)
    {
        throw Failure(
            .usage, "no_lifetime",
            "nobody knows when the token of '\(VisibleText.escape(id.description, columns: 60))' expires",
            hint: "give the token, --user USER, --exp TIME, --ttl DURATION or --forever")
    }
}

private struct Revoker {
    let options: RevokeOptions
    let planner: RevocationPlanner
    let session: Session
    let console: Console

    init(
        _ options: RevokeOptions, _ planner: RevocationPlanner, _ session: Session,
        _ console: Console
    ) {
        self.options = options
        self.planner = planner
        self.session = session
        self.console = console
    }

    private var store: TokenStore { session.store }

    /// Single revocations say who, when and why; `--reason` and `--actor` do so in bulk.
    private var entry: DenyEntry {
        DenyEntry(reason: options.reason, actor: store.actor)
    }

    /// Operands are known beforehand, so that too many of them write nothing at all.
    private func requireAllowed(count: Int) throws {
        guard let maximum = options.maximum, Int64(count) > maximum else { return }
        throw Failure(.refused, "maximum", "more than \(maximum) items; nothing was written")
    }

    func runOne(_ operand: [UInt8]) throws -> ExitStatus {
        try requireAllowed(count: 1)
        let plan = try planner.plan(try Item(operand: operand, as: options.items.kind))
        try announce()
        let result = try revoke(plan)
        try console.result(result.json, id: plan.revocation.id.description) { result.words }
        return try result.status(console)
    }

    func runOperands() throws -> ExitStatus {
        try requireAllowed(count: options.items.operands.count)
        try confirm(count: options.items.operands.count)
        try announce()
        var list = ResultList(
            console,
            columns: [.init("ID", shrinking: true), .init("RESULT"), .init("LEFT", right: true)])
        var failures = 0
        var broken = false
        for operand in options.items.operands {
            do {
                let plan = try planner.plan(try Item(operand: operand, as: options.items.kind))
                let result = try revoke(plan)
                let status = try result.status(console)
                if status == .unknown { broken = true }
                if status != .success { failures += 1 }
                try list.append(
                    result.json, id: plan.revocation.id.description,
                    cells: [
                        VisibleText.escape(plan.revocation.id.description, columns: 64),
                        result.outcome.word, result.timeToLive.map(Duration.words) ?? "",
                    ])
            } catch {
                let failure = Diagnostics.failure(for: error)
                if failure.status == .unknown { broken = true }
                failures += 1
                let shown = VisibleText.escape(TokenText.strip(operand), columns: 24)
                try console.error("\(shown): \(failure.message)")
                try list.append(
                    [
                        "id": .null, "sub": .null, "result": "failed", "ttl": .null,
                        "verified": .null,
                        "error": [
                            "code": .string(failure.code), "message": .string(failure.message),
                        ],
                        "audited": false,
                    ], id: "", cells: [shown, "failed", ""])
            }
        }
        try list.finish(empty: "no items")
        return broken ? .unknown : failures > 0 ? .someFailed : .success
    }

    /// One item, read back after the write.
    private func revoke(_ plan: RevocationPlanner.Plan) throws -> RevokeResult {
        let item = plan.revocation
        if options.isDryRun {
            return try RevokeResult(
                plan, outcome: planned(item), session: session, isDryRun: true)
        }
        let batch = store.revoke([item], entry: entry)
        if let failure = batch.failure { throw failure }
        var result = RevokeResult(plan, outcome: batch.outcomes[0], session: session)
        if case .failed(let error) = result.outcome { throw error }
        guard result.outcome != .expired else { return result }
        // What an application would see: the entry has to be there.
        let state = try store.states(of: [StateQuery(id: item.id, user: nil)])[0]
        guard let denial = state.denial else {
            throw Failure(
                .unknown, "read_back", "the entry was written, but Redis does not have it",
                hint: "is it evicting keys? see maxmemory-policy; run it again")
        }
        result.timeToLive = denial.timeToLive
        result.isAudited = audit(.token(item.id, user: item.user), count: 1)
        return result
    }

    /// What a dry run says: an entry that stands there would stay.
    private func planned(_ item: Revocation) throws -> RevocationOutcome {
        let state = try store.states(of: [StateQuery(id: item.id, user: nil)])[0]
        if store.isOver(item, at: state.time) { return .expired }
        return state.denial == nil ? .revoked : .alreadyRevoked
    }

    private func audit(_ subject: AuditSubject, count: Int64) -> Bool {
        session.audit("revoke", subject, count: count, reason: options.reason, console)
    }

    private func announce() throws {
        try console.note("target: \(session.description)" + (options.isDryRun ? " (dry run)" : ""))
    }

    private func confirm(count: Int) throws {
        guard count > Confirmation.threshold, !options.isConfirmed, !options.isDryRun else {
            return
        }
        try Confirmation.ask(
            "Revoke \(count) items on \(session.description)?", answer: String(count), console)
    }

    // MARK: Bulk

    /// Items that are in flight together.
    private static let batchSize = 1000

    func runBulk(_ lines: LineSource) throws -> ExitStatus {
        var counts = BulkCounts()
        var plans: [(plan: RevocationPlanner.Plan, line: Int)] = []
        var failure: Failure?
        let failed = try options.failedFile.map { try FailedItems(path: $0, reading: lines) }
        let scope = InterruptScope()
        var progress = CommandKit.Progress(
            label: "revoking", total: nil, isTerminal: system.diagnostics.isTerminal,
            columns: system.terminal.columns, start: .now)
        var isConfirmed = options.isConfirmed || options.isDryRun
        var written = 0
        var announced = false

        func flush() throws {
            guard !plans.isEmpty else { return }
            if !announced { try announce() }
            announced = true
            if let maximum = options.maximum, Int64(written + plans.count) > maximum {
                counts.notAttempted += plans.count
                for plan in plans { try failed?.append(plan.plan.revocation) }
                plans = []
                throw Failure(
                    .refused, "maximum", "more than \(maximum) items; the rest was not attempted")
            }
            written += plans.count
            let outcome = try process(plans.map(\.plan))
            for (index, result) in outcome.outcomes.enumerated() {
                counts.add(result)
                if case .failed(let error) = result {
                    let words = Diagnostics.failure(for: error).message
                    try console.error("line \(plans[index].line): \(words)")
                }
                if result.mustBeTriedAgain { try failed?.append(plans[index].plan.revocation) }
            }
            plans = []
            try console.progress(progress.update(count: counts.total, now: .now))
            if let error = outcome.failure { throw error }
        }

        do {
            while Signals.pending == nil, let line = try lines.next() {
                do {
                    guard case .text(let bytes) = line else {
                        throw Failure(.usage, "invalid_line", "the line is too long")
                    }
                    plans.append(
                        (
                            try planner.plan(try Item(line: bytes, as: options.items.kind)),
                            lines.number
                        ))
                } catch {
                    let reason = Diagnostics.failure(for: error)
                    guard reason.status != .unknown, reason.status != .failure else { throw error }
                    if reason.code == "not_found" {
                        counts.notFound += 1
                    } else {
                        counts.invalid += 1
                    }
                    try console.error("line \(lines.number): \(reason.message)")
                    continue
                }
                if plans.count > Confirmation.threshold, !isConfirmed {
                    try Confirmation.ask(
                        "Revoke more than \(Confirmation.threshold) items on \(session.description)?",
                        answer: "yes", console)
                    isConfirmed = true
                }
                if plans.count == Self.batchSize { try flush() }
            }
            try flush()
        } catch {
            counts.notAttempted += plans.count
            for plan in plans { try failed?.append(plan.plan.revocation) }
            let reason = Diagnostics.failure(for: error)
            if reason.code != "input" || Signals.pending == nil { failure = reason }
        }
        try console.progress(progress.finish())
        _ = scope
        try failed?.finish()
        if !options.isDryRun, counts.revoked > 0 {
            _ = audit(.many, count: Int64(counts.revoked))
        }
        return try finish(counts, failure)
    }

    private func process(_ plans: [RevocationPlanner.Plan]) throws -> RevocationBatch {
        let items = plans.map(\.revocation)
        guard options.isDryRun else {
            let isDetailed = options.reason != nil || options.actor != nil
            return store.revoke(items, entry: isDetailed ? entry : nil)
        }
        let states = try store.states(of: items.map { StateQuery(id: $0.id, user: nil) })
        return RevocationBatch(
            outcomes: zip(items, states).map { item, state in
                store.isOver(item, at: state.time)
                    ? .expired : state.denial == nil ? .revoked : .alreadyRevoked
            }, failure: nil)
    }

    private func finish(_ counts: BulkCounts, _ failure: Failure?) throws -> ExitStatus {
        try console.result(counts.json(target: session.json)) {
            counts.words(isDryRun: options.isDryRun)
        }
        if let failure {
            try console.error(failure.message)
            if let hint = failure.hint { try console.note("hint: \(hint)") }
        }
        if let signal = Signals.pending {
            try console.note("interrupted; the counts above are what was done")
            try system.output.flush()
            Signals.endProcess(by: signal)
        }
        if let failure { return failure.status }
        let bad = counts.failed + counts.invalid + counts.notFound
        return counts.unknown > 0 ? .unknown : bad > 0 ? .someFailed : .success
    }

    private var system: System { console.system }
}

extension RevocationOutcome {
    /// Whether the item may still be alive.
    var mustBeTriedAgain: Bool {
        switch self {
        case .failed, .unknown, .notAttempted: true
        case .revoked, .alreadyRevoked, .expired: false
        }
    }
}
