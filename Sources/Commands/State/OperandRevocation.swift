internal import CommandKit
internal import JSON
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
        // A bad item that is the only one ends the command before anything is announced. Of
        // several, each is read when its turn comes, so that a bad one fails alone.
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
                try run.add(RevokeRow(failure: broken, word: "not_attempted", operand: name))
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
                    try run.add(RevokeRow(result: result))
                }
            } catch {
                guard only == nil else { throw error }
                // The status "unknown" comes from Redis, not from the item: the rest would fail as
                // this one.
                let failure = Diagnostics.failure(for: error)
                try console.error("\(name): \(failure.message)")
                if let hint = failure.hint { try console.note("hint: \(hint)") }
                if failure.status == .unknown { broken = failure }
                try run.add(RevokeRow(failure: failure, word: "failed", operand: name))
            }
        }
        // One confirmation covers all changes that were made on the connection.
        let doubt = held.isEmpty ? nil : try store.confirm()
        for result in held {
            try run.add(RevokeRow(result: doubt == nil ? result : result.unconfirmed))
        }
        try run.finish(empty: "no items")
        if let doubt {
            try console.error(Diagnostics.failure(for: doubt))
            return .unknown
        }
        return broken != nil ? .unknown : run.failures > 0 ? .someFailed : .success
    }

    /// Refuses more operands than `--max` allows, and asks before many are revoked. Their number is
    /// known from the start, so nothing is written before.
    private func requireAllowed(count: Int) throws {
        if let maximum = options.maximum, Int64(count) > maximum {
            throw Failure(.refused, "maximum", "more than \(maximum) items; nothing was written")
        }
        if count > Confirmation.threshold, !options.isConfirmed, !options.isDryRun {
            try Confirmation.ask(
                backend, "\(count) items will be revoked.", answer: String(count), console)
        }
    }

    /// Revokes one item, reads it back and audits it. Throws what went wrong with it.
    func revoke(_ request: RevocationRequest) throws -> RevokeResult {
        let item = request.revocation
        if options.isDryRun {
            let outcome = try dryRun.outcomes(of: [item])[0]
            if outcome == .notFound { throw planner.notFound(request) }
            return RevokeResult(
                request: request, outcome: outcome, isDryRun: true,
                hasBlacklist: store.layout.hasBlacklist)
        }
        let batch = store.revoke(
            [item], entry: DenyEntry(reason: options.reason, actor: store.actor),
            confirmedBy: .caller)
        if let failure = batch.failure { throw failure }
        var result = RevokeResult(
            request: request, outcome: batch.outcomes[0], isDryRun: false,
            hasBlacklist: store.layout.hasBlacklist)
        if case .failed(let error) = result.outcome { throw error }
        if result.outcome == .notFound { throw planner.notFound(request) }
        // No entry was written for an expired token: nothing to read back, and no change to record.
        guard result.outcome != .expired else { return result }
        result.timeToLive = try readBack(item)
        result.isAudited = audit(request, result.outcome)
        return result
    }

    /// Reads what an application would see: the entry has to be there. Returns the seconds until it
    /// expires; nil where it never does, and where the layout has no blacklist.
    private func readBack(_ item: Revocation) throws -> Int64? {
        let state = try store.states(of: [StateQuery(item.subject)])[0]
        // A whitelist has no entry. There the proof is that the token is not on it any more.
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

// MARK: - Results

/// The outcome of one revocation, or of its dry run, as it is shown.
struct RevokeResult {
    let request: RevocationRequest
    var outcome: RevocationOutcome
    let isDryRun: Bool
    /// Whether an entry was written; else the token was removed from a whitelist.
    let hasBlacklist: Bool
    /// Seconds until the entry expires; nil if it never does, and if there is none.
    var timeToLive: Int64?
    /// Whether the audit log has it.
    var isAudited = false
    /// Whether `timeToLive` was asked for.
    var isReadBack = true

    /// The name that people see.
    var label: Identifier { request.label }

    /// The result where what was written could not be confirmed.
    var unconfirmed: RevokeResult {
        guard outcome == .revoked || outcome == .alreadyRevoked else { return self }
        var result = self
        result.outcome = .unconfirmed(isNew: outcome == .revoked)
        return result
    }

    /// The outcome for a table. A dry run says what would be done.
    var word: String {
        if outcome.isUnconfirmed { return "not confirmed" }
        return isDryRun && outcome == .revoked ? "would be revoked" : outcome.word
    }

    /// The report on an only item.
    var words: String {
        let id = VisibleText.escape(request.label.description, columns: 80)
        let check = request.isVerified == false ? "signature not checked" : nil
        func remarks(_ parts: String?...) -> String {
            let known = parts.compactMap(\.self)
            return known.isEmpty ? "" : " (\(known.joined(separator: ", ")))"
        }
        if outcome == .expired { return "expired \(id): nothing to revoke\(remarks(check))\n" }
        if isDryRun {
            let verb = outcome == .revoked ? "would be revoked" : "already revoked"
            return "\(verb): \(id)\(remarks(check))\n"
        }
        // How long services refuse the token, which only the entry of a blacklist tells. A bulk run
        // does not read back, and says nothing about it.
        let life: String? =
            !hasBlacklist
            ? "no longer on the whitelist"
            : !isReadBack
                ? nil
                : timeToLive.map { "blacklisted for \(Duration.words($0))" }
                    ?? "blacklisted forever"
        let verb = outcome == .alreadyRevoked ? "already revoked" : "revoked"
        if outcome.isUnconfirmed { return "not confirmed: \(id)\(remarks(life, check))\n" }
        return "\(verb) \(id)\(remarks(life, check))\n"
    }
}

/// A row of `revoke`: the outcome of an item, or the failure that prevented it.
struct RevokeRow: ItemRow {
    /// nil where a failure prevented it.
    var result: RevokeResult?
    var failure: Failure?
    /// The word for a failure: `failed`, or `not_attempted` where an earlier one broke the run.
    var word = ""
    /// The operand that failed, as a table shows it.
    var operand = ""

    /// An only operand sets the exit status of the command.
    var status: ExitStatus { failure?.status ?? .success }

    /// The writer of such rows. An item without a result has no line in `-o id`: commands that read
    /// the ids reject an empty one. The error is on standard error.
    static func writer(
        _ console: Console, of extent: ResultExtent, _ backend: Backend
    ) -> ResultWriter<RevokeRow> {
        let target = backend.json
        let columns: [Column<RevokeRow>] = [
            .both(
                .id, "id",
                cell: { row in
                    row.result.map { console.cell(id: $0.label.description) } ?? row.operand
                }, value: { .string(orNull: $0.result?.label) }),
            .member("sub") { .string(orNull: $0.result?.request.revocation.user) },
            .both(
                .state("RESULT"), "result", cell: { ($0.result?.word ?? $0.word).spoken },
                value: { .string($0.result?.outcome.word ?? $0.word) }),
            .left("ttl") { $0.result?.timeToLive },
            .member("verified") { .bool(orNull: $0.result?.request.isVerified) },
            .member("error") { row in
                row.failure.map { failure in
                    ["code": .string(failure.code), "message": .string(failure.message)]
                } ?? .null
            },
            .member("confirmed") { $0.result?.outcome.isUnconfirmed == true ? false : .null },
            .member("audited") { .bool($0.result?.isAudited ?? false) },
            .member("dry_run") { row in row.result.map { .bool($0.isDryRun) } },
            .member("target") { row in row.result.map { _ in target } },
        ]
        let idLine = backend.idLine()
        return console.writer(
            columns, of: extent, line: { row in row.result.map { idLine($0.label) } },
            text: { $0.result?.words ?? "" })
    }
}

extension RevocationOutcome {
    /// The word for it in JSON.
    var word: String {
        switch self {
        case .revoked: "revoked"
        case .alreadyRevoked: "already_revoked"
        case .expired: "expired"
        case .notFound: "not_found"
        case .failed: "failed"
        case .unknown, .unconfirmed: "unknown"
        case .notAttempted: "not_attempted"
        }
    }

    /// Whether it was written, but is not confirmed.
    var isUnconfirmed: Bool {
        if case .unconfirmed = self { true } else { false }
    }
}
