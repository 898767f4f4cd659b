internal import CommandKit
internal import Layouts
internal import TokenStore

/// The operands of `revoke`, one after the other.
///
/// Each is read back after its write, since a person who revokes one token wants to know that it is
/// revoked now. Each entry has a reason, an actor and the time.
struct OperandRevocation {
    let options: RevokeOptions
    let planner: RevocationPlanner
    let backend: Backend
    let console: Console
    let dryRun: RevocationDryRun

    private var store: TokenStore { backend.store }

    /// Revokes all operands and returns the exit status.
    ///
    /// The run goes on after an item's own failure; where Redis broke, the rest is not attempted.
    /// `only` is the item of an only operand, whose failure is that of the command.
    func run(only: Item?) throws -> ExitStatus {
        let operands = options.items.operands
        try requireAllowed(count: operands.count)
        try confirm(count: operands.count)
        let first = try only.map { try planner.request($0) }
        try backend.announce(options, redisTime: planner.now, console)
        let list = RevokeRow.writer(console, of: only == nil ? .many : .one, backend)
        let taken = TakenTokens(console)
        let run = ItemRun(console, list, .endProcess)
        /// The failure after which Redis is not asked again.
        var broken: Failure?
        /// Results from the first doubt on.
        var held: [RevokeResult] = []
        for operand in operands {
            let name = VisibleText.escape(TokenText.strip(operand), columns: 24)
            if let broken {
                try run.add(RevokeRow("not_attempted", broken, operand: name))
                continue
            }
            do {
                let request =
                    try first ?? planner.request(try options.items.item(operand, console))
                try taken.tell(request.foundToken)
                let result = try revoke(request)
                // From the first doubt on it is not known what will be confirmed.
                if store.doubt != nil {
                    held.append(result)
                } else {
                    try run.add(RevokeRow(result, console))
                }
            } catch {
                guard only == nil else { throw error }
                let failure = Diagnostics.failure(for: error)
                try console.error("\(name): \(failure.message)")
                if let hint = failure.hint { try console.note("hint: \(hint)") }
                if failure.status == .unknown { broken = failure }
                try run.add(RevokeRow("failed", failure, operand: name))
            }
        }
        // One confirmation covers all changes that were made on the connection.
        let doubt = held.isEmpty ? nil : try store.confirm()
        for result in held {
            try run.add(RevokeRow(doubt == nil ? result : result.unconfirmed, console))
        }
        try run.finish(empty: "no items")
        if let doubt {
            try console.error(Diagnostics.failure(for: doubt))
            return .unknown
        }
        return broken != nil ? .unknown : run.failures > 0 ? .someFailed : .success
    }

    /// Refuses too many operands before anything is written: their number is known from the start.
    private func requireAllowed(count: Int) throws {
        guard let maximum = options.maximum, Int64(count) > maximum else { return }
        throw Failure(.refused, "maximum", "more than \(maximum) items; nothing was written")
    }

    /// Asks before many items are revoked.
    private func confirm(count: Int) throws {
        guard count > Confirmation.threshold, !options.isConfirmed, !options.isDryRun else {
            return
        }
        try Confirmation.ask(
            "Revoke \(count) items on \(backend.description)?", answer: String(count), console)
    }

    /// Revokes one item, reads it back and audits it. Throws what went wrong with it.
    private func revoke(_ request: RevocationRequest) throws -> RevokeResult {
        let item = request.revocation
        if options.isDryRun {
            let outcome = try dryRun.outcomes(of: [item])[0]
            if outcome == .notFound { throw planner.notFound(request) }
            return RevokeResult(request, outcome: outcome, backend: backend, isDryRun: true)
        }
        let batch = store.revoke(
            [item], entry: DenyEntry(reason: options.reason, actor: store.actor),
            confirmedBy: .caller)
        if let failure = batch.failure { throw failure }
        var result = RevokeResult(
            request, outcome: batch.outcomes[0], backend: backend, isDryRun: false)
        if case .failed(let error) = result.outcome { throw error }
        if result.outcome == .notFound { throw planner.notFound(request) }
        guard result.outcome != .expired else { return result }
        result.timeToLive = try readBack(item)
        result.isAudited = audit(request, result.outcome)
        return result
    }

    /// Reads what an application would see: the entry has to be there. Returns the seconds until it
    /// expires; nil where it never does, and where the layout has no blacklist.
    private func readBack(_ item: Revocation) throws -> Int64? {
        let state = try store.states(of: [StateQuery(item.subject)])[0]
        guard store.layout.hasBlacklist else {
            guard state.listing == .notListed else {
                throw Failure(
                    .unknown, "read_back", "the token is back on the whitelist",
                    hint: "did the application renew it? run it again")
            }
            return nil
        }
        guard let denial = state.denial else {
            throw Failure(
                .unknown, "read_back", "the entry was written, but is not in Redis",
                hint: "does Redis evict keys? check maxmemory-policy, then run it again")
        }
        return denial.timeToLive
    }

    /// A repetition is audited as well, as one that changed nothing: the first may have died before
    /// it could tell services to look again.
    private func audit(_ request: RevocationRequest, _ outcome: RevocationOutcome) -> Bool {
        backend.audit(
            "revoke", request.auditSubject, count: outcome == .revoked ? 1 : 0,
            reason: options.reason, console)
    }
}

extension Backend {
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
