internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

/// `revoke`: operands, read back one by one, or lines in bulk.
func runRevoke(_ options: RevokeOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let lines = try options.items.openLines(system: system)
    // A broken token, or an id of which nobody can know the end, need neither key nor Redis.
    let only = options.items.operands.count == 1 ? options.items.operands[0] : nil
    let item = lines == nil ? try only.map { try options.items.item($0, console) } : nil
    let trust = try TokenTrust(
        options.keys, skipsVerification: options.skipsVerification,
        badSignatureHint: "use --no-verify to revoke it anyway", console)
    let session = try Session(console, actor: options.actor)
    if case .id(let id, nil, _, _)? = item, options.user == nil, !options.saysLifetime,
        session.layout.needsExpiry, !session.layout.naming.isByText
    {
        throw Failure.noLifetime(of: id)
    }
    try session.requirePrimary(console)
    if !options.isDryRun {
        try session.requireLayout(isConfirmed: options.isConfirmed, console)
    }
    let planner = try RevocationPlanner(options, trust, session: session, console)
    if let lines {
        let bulk = try BulkRevocation(lines, options, planner, session, console)
        return try bulk.run()
    }
    let revoker = OperandRevocation(
        options: options, planner: planner, session: session, console: console)
    return try item.map { try revoker.runOne($0) } ?? revoker.runAll()
}

extension Session {
    /// Names the target of a change, and a clock that would make it surprising.
    func announce(_ options: RevokeOptions, redisTime: Int64, _ console: Console) throws {
        try warnAboutClock(redisTime, console)
        try announce(console, isDryRun: options.isDryRun)
        if layout.naming.isByText, layout.hasBlacklist {
            try console.warn(
                "layout '\(layout.name)' identifies a token by its exact text: another spelling of "
                    + "the same token is not revoked")
        }
    }
}

/// Operands: each is read back after its write, and carries reason, actor and time.
private struct OperandRevocation {
    let options: RevokeOptions
    let planner: RevocationPlanner
    let session: Session
    let console: Console
    private let rehearsal: RevocationRehearsal
    private let taken: TakenTokens

    private var store: TokenStore { session.store }

    init(
        options: RevokeOptions, planner: RevocationPlanner, session: Session, console: Console
    ) {
        self.options = options
        self.planner = planner
        self.session = session
        self.console = console
        rehearsal = RevocationRehearsal(session.store)
        taken = TakenTokens(console)
    }

    /// Operands are known beforehand, so that too many of them write nothing at all.
    private func requireAllowed(count: Int) throws {
        guard let maximum = options.maximum, Int64(count) > maximum else { return }
        throw Failure(.refused, "maximum", "more than \(maximum) items; nothing was written")
    }

    func runOne(_ item: Item) throws -> ExitStatus {
        try requireAllowed(count: 1)
        let plan = try planner.plan(item)
        try session.announce(options, redisTime: planner.now, console)
        try tellTaken(plan)
        let result = try revoke(plan)
        let doubt = options.isDryRun ? nil : try store.confirm()
        let told = result.confirmed(doubt == nil)
        try console.result(told.json, id: plan.label.description, keys: session.keys) { told.words }
        guard let doubt else { return .success }
        try console.error(Diagnostics.failure(for: doubt))
        return .unknown
    }

    /// Goes on after an item's own failure; where Redis broke, the rest is not attempted.
    func runAll() throws -> ExitStatus {
        let operands = options.items.operands
        try requireAllowed(count: operands.count)
        if operands.count > Confirmation.threshold, !options.isConfirmed, !options.isDryRun {
            try Confirmation.ask(
                "Revoke \(operands.count) items on \(session.description)?",
                answer: String(operands.count), console)
        }
        try session.announce(options, redisTime: planner.now, console)
        var list = ResultList(
            console,
            columns: [.id, .state("RESULT"), .left])
        list.keys = session.keys
        var failures = 0
        var broken: Failure?
        /// From the first on of which it is not known whether it will be confirmed.
        var held: [RevokeResult] = []
        for operand in operands {
            do {
                if let broken { throw broken }
                let plan = try planner.plan(try options.items.item(operand, console))
                try tellTaken(plan)
                let result = try revoke(plan)
                guard store.doubt == nil else {
                    held.append(result)
                    continue
                }
                try list.append(result, console)
            } catch {
                failures += 1
                let failure = Diagnostics.failure(for: error)
                let word = broken == nil ? "failed" : "not_attempted"
                let shown = VisibleText.escape(TokenText.strip(operand), columns: 24)
                if broken == nil {
                    try console.error("\(shown): \(failure.message)")
                    if let hint = failure.hint { try console.note("hint: \(hint)") }
                }
                if failure.status == .unknown { broken = failure }
                try list.append(
                    RevokeResult.failed(word, failure), id: "",
                    cells: [shown, word.spoken, ""])
            }
        }
        let doubt = held.isEmpty ? nil : try store.confirm()
        for result in held { try list.append(result.confirmed(doubt == nil), console) }
        try list.finish(empty: "no items")
        if let doubt {
            try console.error(Diagnostics.failure(for: doubt))
            return .unknown
        }
        return broken != nil ? .unknown : failures > 0 ? .someFailed : .success
    }

    private func tellTaken(_ plan: RevocationPlanner.Plan) throws {
        if let description = plan.description { try taken.tell(description, at: nil) }
    }

    private func revoke(_ plan: RevocationPlanner.Plan) throws -> RevokeResult {
        let item = plan.revocation
        if options.isDryRun {
            let outcome = try rehearsal.outcomes(of: [item])[0]
            if outcome == .notFound { throw planner.notFound(item, plan.label) }
            return RevokeResult(plan, outcome: outcome, session: session, isDryRun: true)
        }
        let batch = store.revoke(
            [item], entry: DenyEntry(reason: options.reason, actor: store.actor), isPart: true)
        if let failure = batch.failure { throw failure }
        var result = RevokeResult(
            plan, outcome: batch.outcomes[0], session: session, isDryRun: false)
        if case .failed(let error) = result.outcome { throw error }
        if result.outcome == .notFound { throw planner.notFound(item, plan.label) }
        guard result.outcome != .expired else { return result }
        // What an application would see: the entry has to be there.
        let state = try store.states(of: [StateQuery(item.subject)])[0]
        if !store.layout.hasBlacklist {
            guard state.listing == .notListed else {
                throw Failure(
                    .unknown, "read_back", "the token is back on the whitelist",
                    hint: "did the application renew it? run it again")
            }
            result.isAudited = audit(plan, result.outcome)
            return result
        }
        guard let denial = state.denial else {
            throw Failure(
                .unknown, "read_back", "the entry was written, but is not in Redis",
                hint: "does Redis evict keys? check maxmemory-policy, then run it again")
        }
        result.timeToLive = denial.timeToLive
        result.isAudited = audit(plan, result.outcome)
        return result
    }

    /// A repetition is told of as well, as one that changed nothing: the first may have died before
    /// it could tell services to look again.
    private func audit(_ plan: RevocationPlanner.Plan, _ outcome: RevocationOutcome) -> Bool {
        session.audit(
            "revoke", plan.auditSubject, count: outcome == .revoked ? 1 : 0,
            reason: options.reason, console)
    }
}

extension ResultList {
    fileprivate mutating func append(_ result: RevokeResult, _ console: Console) throws {
        let id = result.label.description
        try append(
            result.json, id: id,
            cells: [
                console.cell(id: id), result.word.spoken,
                result.timeToLive.map(Duration.words) ?? "",
            ])
    }
}
