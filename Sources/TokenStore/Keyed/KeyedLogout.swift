internal import Layouts
internal import Platform
internal import Redis

/// The logout of one user whose tokens have keys of their own.
///
/// One pass over the user's keys follows another until a pass finds nothing to revoke. A pass
/// removes the tokens' own keys first, and then the keys that lead to them: if the logout breaks
/// off, a second one still finds the rest. It is no `Job`, since a pass needs scans, which are runs
/// of jobs themselves.
final class KeyedLogout {
    /// How far the logout came, whatever broke it off.
    private(set) var result = LogoutResult()

    private let store: TokenStore
    private let user: Identifier
    private let request: LogoutRequest
    private let round: LogoutRound
    /// The clock of Redis; nil where no cutoff was raised.
    private var clock: ServerClock?

    /// How many tokens a pass collects before they are revoked. It bounds the memory of a pass.
    private static let passLimit = 5000
    /// The limit of passes: an application may write tokens faster than they are found.
    private static let passCount = 1000

    init(
        _ store: TokenStore, _ user: Identifier, _ round: LogoutRound, _ request: LogoutRequest
    ) {
        self.store = store
        self.user = user
        self.round = round
        self.request = request
    }

    private var scope: LogoutScope { request.scope }

    /// The findings of one pass.
    private struct Pass {
        /// Tokens to revoke, with the keys that led to them.
        var toRevoke: [Identifier: FoundSession] = [:]
        /// Keys without a token key of their own, by their names.
        var leftovers: [[UInt8]: FoundSession] = [:]
        /// Tokens that the scope keeps.
        var kept: [Identifier: TokenSubject] = [:]
        /// Keys that may hold tokens of the user, but cannot be read. The logout is then
        /// incomplete.
        var unreadable = 0
        /// The values of the user's sets and lists, read before anything else.
        var userValues: [(key: [UInt8], value: [UInt8])] = []

        var gaps: LogoutGaps { unreadable == 0 ? [] : .unreadable }
        var isEmpty: Bool { toRevoke.isEmpty && leftovers.isEmpty }
        var count: Int { toRevoke.count + leftovers.count }
    }

    /// Returns what broke the logout off; nil where it was finished.
    func run() -> LogoutInterruption.Cause? {
        do throws(StoreError) {
            if round == .first { try raise() }
            if request.isDryRun { return try plan() }
            var gaps: LogoutGaps = .excess
            for _ in 0..<Self.passCount {
                if let signal = Signals.pending { return .signal(signal) }
                let pass = try search()
                result.kept = pass.kept.count
                guard !pass.isEmpty else {
                    try clear(pass)
                    // A signal cuts a scan short, which may then have missed tokens.
                    if let signal = Signals.pending { return .signal(signal) }
                    gaps = pass.gaps
                    break
                }
                try revoke(pass)
            }
            audit()
            finish(gaps)
            return nil
        } catch {
            return .store(error)
        }
    }

    /// Raises the cutoff and the version, as far as the layout has them.
    private func raise() throws(StoreError) {
        if let cutoff = try request.cutoffRaise(of: user, store) {
            result.cutoff = try cutoff.run()
            clock = try store.clock()
        }
        result.version = try request.versionRaise(of: user, store)?.run()
    }

    /// Counts what a logout would find now, by one pass over all keys. Returns the signal that cut
    /// it short.
    private func plan() throws(StoreError) -> LogoutInterruption.Cause? {
        let pass = try search(limit: .max)
        if let signal = Signals.pending { return .signal(signal) }
        let items = pass.toRevoke.values.compactMap { session in
            session.subject.map { Revocation($0, expiry: session.end ?? .at(0)) }
        }
        for page in items.chunked(by: TokenStore.pageSize) {
            let outcomes = try store.ask(PredictionJob(store, page))
            request.report(page, outcomes)
            result.revoked += outcomes.count { $0 == .revoked }
            result.leftovers += outcomes.count { $0 == .alreadyRevoked }
            request.onProgress(result)
        }
        result.leftovers += pass.leftovers.count
        result.kept = pass.kept.count
        finish(pass.gaps)
        return nil
    }

    private func finish(_ gaps: LogoutGaps) {
        result.isFinished = true
        result.gaps = gaps.union(store.gaps(scope))
    }

    /// Finds up to `limit` tokens to revoke, and what belongs to them.
    private func search(limit: Int = passLimit) throws(StoreError) -> Pass {
        var pass = Pass()
        guard var scan = SessionScan(store, user: user) else { return pass }
        pass.userValues = try scan.userValues()
        scan.search.userValues = Set(pass.userValues.map(\.value))
        // Only a blacklist entry depends on when its token expires.
        scan.detail = store.layout.deny == nil ? .names : .ends
        try scan.forEachPage { page in
            pass.unreadable += page.unreadable
            for session in page.sessions { self.judge(session, &pass) }
            return pass.count < limit
        }
        if store.layout.deny != nil { try dropDenied(&pass) }
        try keepCompanions(&pass)
        return pass
    }

    /// Adds one key to a pass. A token that is found through several keys has the traces of all.
    private func judge(_ session: FoundSession, _ pass: inout Pass) {
        guard let subject = session.subject else {
            // A token of another kind is removed with the others, and so is one of unknown age.
            let issuedAt = Identifier(found: session.name).flatMap(store.issuedAt)
            guard hasToGo(Identifier(stored: session.name), issuedAt) else { return }
            pass.leftovers[session.name] = session
            return
        }
        let issuedAt = store.issuedAt(subject.id)
        guard hasToGo(subject.id, issuedAt) else {
            pass.kept[subject.id] = subject
            return
        }
        var merged = session
        merged.traces += pass.toRevoke[subject.id]?.traces ?? []
        pass.toRevoke[subject.id] = merged
    }

    /// Whether a token has to be revoked. One that says it was issued in the future is not a login
    /// that follows the cutoff: the clock of its issuer runs ahead.
    private func hasToGo(_ id: Identifier, _ issuedAt: Int64?) -> Bool {
        if scope == .everything, round == .first, let clock, let issuedAt, issuedAt > clock.now,
            issuedAt > result.cutoff ?? .max
        {
            result.issuerLead = max(result.issuerLead, issuedAt - clock.now)
            return true
        }
        return scope.revokes(id, issuedAt: issuedAt, cutoff: result.cutoff)
    }

    /// Leaves out the tokens that are on the blacklist already. Their session keys may stay.
    private func dropDenied(_ pass: inout Pass) throws(StoreError) {
        let subjects = pass.toRevoke.values.compactMap(\.subject)
        for page in subjects.chunked(by: TokenStore.pageSize) {
            let states = try store.states(of: page.map { StateQuery($0) })
            for (subject, state) in zip(page, states) where state.denial != nil {
                pass.toRevoke[subject.id] = nil
            }
        }
    }

    /// Leaves out the leftovers that belong to tokens that are kept.
    private func keepCompanions(_ pass: inout Pass) throws(StoreError) {
        guard !pass.leftovers.isEmpty, !pass.kept.isEmpty,
            let index = store.layout.index
        else { return }
        let commands = try index.companionReads(of: Array(pass.kept.values))
        for reply in try store.ask(commands) {
            if case .string(let name) = reply { pass.leftovers[name] = nil }
        }
    }

    /// Removes page by page the tokens' own keys, and what leads to them once these were
    /// acknowledged as gone.
    private func revoke(_ pass: Pass) throws(StoreError) {
        let all = Array(pass.toRevoke.values)
        if !all.isEmpty { store.noteUsage() }
        for page in all.chunked(by: TokenStore.pageSize) {
            if Signals.pending != nil { return }
            let items = page.compactMap { session in
                session.subject.map { Revocation($0, expiry: session.end ?? .at(0)) }
            }
            var entry = request.entry
            entry.user = user
            let batch = store.revoke(
                items, entry: entry, confirmedBy: .caller, recheckedBy: .caller)
            request.report(items, batch.outcomes)
            result.revoked += batch.outcomes.count { $0 == .revoked }
            result.leftovers += batch.outcomes.count { $0 == .alreadyRevoked }
            if let failure = batch.failure { throw failure }
            for case .failed(let error) in batch.outcomes { throw error }
            let isGone = batch.outcomes.map { $0.isDenied || $0 == .expired }
            try send(zip(page, isGone).flatMap { $1 ? $0.traces : [] })
            request.onProgress(result)
        }
        try send(pass.leftovers.values.flatMap(\.traces))
        result.leftovers += pass.leftovers.count
    }

    /// Runs commands that are safe to repeat, a page at a time.
    private func send(_ commands: [Command]) throws(StoreError) {
        for page in commands.chunked(by: TokenStore.pageSize) { try store.change(page) }
    }

    /// Removes the values of tokens that are gone from the user's sets and lists, after the keys
    /// that could bring these tokens back.
    private func clear(_ pass: Pass) throws(StoreError) {
        guard !pass.userValues.isEmpty, let allow = store.layout.allow else { return }
        let reads = try pass.kept.values.map { subject throws(StoreError) in
            Command("GET", key: try allow.key.render(TemplateValues(subject)))
        }
        let kept = Set(
            try store.ask(reads).compactMap { reply in
                if case .string(let value) = reply { value } else { nil }
            })
        let orphans = pass.userValues.filter { !kept.contains($0.value) }
        guard !orphans.isEmpty else { return }
        let wanted = orphans.map { HolderSearch.Wanted(value: $0.value, text: nil) }
        guard try store.deleteHolders(wanted, under: allow.searchPrefixes) else { return }
        try send(
            orphans.map { key, value in
                .eval(Script.removeValue, keys: [key], [.bytes(value)])
            })
    }

    /// Writes to the audit log. A log that cannot be written undoes nothing.
    private func audit() {
        guard store.layout.tellsChanges, round == .first || result.revoked > 0 else { return }
        do throws(StoreError) {
            try store.audit(
                "logout-all", .user(user), count: Int64(result.revoked),
                reason: request.entry.reason)
            result.isAudited = store.layout.auditKey != nil
        } catch {
            result.auditFailure = error
        }
    }
}
