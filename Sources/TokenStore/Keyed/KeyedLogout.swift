internal import Platform
internal import Redis

/// The logout of one user whose tokens have keys of their own.
final class KeyedLogout {
    /// Always tells how far it came.
    private(set) var result = LogoutResult()

    private let store: TokenStore
    private let user: Identifier
    private let request: LogoutRequest
    private let round: LogoutRound
    /// Redis' clock, where a cutoff was raised.
    private var clock: ServerClock?

    /// How many tokens are looked for before they are revoked.
    private static let passLimit = 5000
    /// How often it is looked again: an application that writes faster than this ends it.
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

    /// What was found in one pass.
    private struct Pass {
        var toRevoke: [Identifier: FoundSession] = [:]
        /// What has no key among the tokens', by its name.
        var leftovers: [[UInt8]: FoundSession] = [:]
        var kept: [Identifier: TokenSubject] = [:]
        var unreadable = 0
        /// Values of the user's sets and lists, read before anything else.
        var userValues: [(key: [UInt8], value: [UInt8])] = []

        var isEmpty: Bool { toRevoke.isEmpty && leftovers.isEmpty }
        var count: Int { toRevoke.count + leftovers.count }
    }

    /// What kept it from being finished; nil at the end.
    func run() -> LogoutInterruption.Cause? {
        do {
            if round == .first { try raise() }
            var unreadable = 0
            for _ in 0..<Self.passCount {
                if let signal = Signals.pending { return .signal(signal) }
                let pass = try look()
                unreadable = pass.unreadable
                result.kept = pass.kept.count
                guard !pass.isEmpty else {
                    try clear(pass)
                    result.isComplete =
                        store.isComplete(scope) && unreadable == 0 && result.issuerLead == 0
                    break
                }
                try revoke(pass)
            }
            audit()
            return nil
        } catch let error as StoreError {
            return .store(error)
        } catch {
            preconditionFailure("no closure throws anything else: \(error)")
        }
    }

    private func raise() throws {
        let layout = store.layout
        if let cutoff = layout.userCutoff, let wanted = scope.cutoff {
            let values = TemplateValues(TokenSubject(id: user, user: user))
            result.cutoff = try store.raise(
                cutoff, [try cutoff.key.render(values)], to: wanted.second, skew: request.skew)
            clock = try store.clock()
        }
        if let version = layout.version, scope == .everything {
            let command = try store.raiseVersionCommand(version, of: user)
            result.version = try store.change([command])[0].asInteger
        }
    }

    private func look() throws -> Pass {
        var pass = Pass()
        guard var scan = SessionScan(store, user: user) else { return pass }
        pass.userValues = try scan.index.userValues(for: scan)
        scan.userValues = Set(pass.userValues.map(\.value))
        // Only a blacklist entry has to know when its token ends.
        scan.detail = store.layout.deny == nil ? .names : .ends
        try scan.forEachPage { page in
            pass.unreadable += page.unreadable
            for session in page.sessions { self.judge(session, &pass) }
            return pass.count < Self.passLimit
        }
        if store.layout.deny != nil { try dropDenied(&pass) }
        try keepCompanions(&pass)
        return pass
    }

    private func judge(_ session: FoundSession, _ pass: inout Pass) {
        guard let subject = session.subject else {
            // A token of another kind goes with the rest; one of an unknown age too.
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

    /// A token that claims to be issued after now is no login that follows the cutoff: its issuer's
    /// clock runs ahead.
    private func hasToGo(_ id: Identifier, _ issuedAt: Int64?) -> Bool {
        if scope == .everything, round == .first, let clock, let issuedAt, issuedAt > clock.now,
            issuedAt > result.cutoff ?? .max
        {
            result.issuerLead = max(result.issuerLead, issuedAt - clock.now)
            return true
        }
        return scope.revokes(id, issuedAt: issuedAt, cutoff: result.cutoff)
    }

    /// A token that has a blacklist entry needs nothing more.
    private func dropDenied(_ pass: inout Pass) throws {
        let subjects = pass.toRevoke.values.compactMap(\.subject)
        for page in subjects.chunked(by: TokenStore.pageSize) {
            let states = try store.states(of: page.map { StateQuery($0) })
            for (subject, state) in zip(page, states) where state.denial != nil {
                pass.toRevoke[subject.id] = nil
            }
        }
    }

    /// What belongs to a token that is kept is kept with it.
    private func keepCompanions(_ pass: inout Pass) throws {
        guard !pass.leftovers.isEmpty, !pass.kept.isEmpty,
            let index = store.layout.index?.kind
        else { return }
        let commands = try index.companionReads(of: Array(pass.kept.values))
        for reply in try store.ask(commands) {
            if case .string(let name) = reply { pass.leftovers[name] = nil }
        }
    }

    /// Page by page: the tokens' own keys, and once they were acknowledged as gone what leads there.
    private func revoke(_ pass: Pass) throws {
        let all = Array(pass.toRevoke.values)
        if !all.isEmpty { store.noteUsage() }
        for page in all.chunked(by: TokenStore.pageSize) {
            if Signals.pending != nil { return }
            let items = page.compactMap { session in
                session.subject.map { Revocation($0, expiry: session.end ?? .at(0)) }
            }
            var entry = request.entry
            entry.user = user
            let batch = store.revoke(items, entry: entry, isPart: true, rechecks: false)
            result.revoked += batch.outcomes.count { $0 == .revoked }
            result.leftovers += batch.outcomes.count { $0 == .alreadyRevoked }
            if let failure = batch.failure { throw failure }
            for case .failed(let error) in batch.outcomes { throw error }
            let isGone = batch.outcomes.map {
                $0 == .revoked || $0 == .alreadyRevoked || $0 == .expired
            }
            try send(zip(page, isGone).flatMap { $1 ? $0.traces : [] })
            request.onProgress(result)
        }
        try send(pass.leftovers.values.flatMap(\.traces))
        result.leftovers += pass.leftovers.count
    }

    private func send(_ commands: [Command]) throws {
        for page in commands.chunked(by: TokenStore.pageSize) { try store.change(page) }
    }

    /// Values of tokens that are gone: what could bring these back goes, and then the values.
    private func clear(_ pass: Pass) throws {
        guard !pass.userValues.isEmpty, let allow = store.layout.allow else { return }
        let reads = try pass.kept.values.map { subject in
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

    /// A trail that cannot be written undoes nothing.
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
