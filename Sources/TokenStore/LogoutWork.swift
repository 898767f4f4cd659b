internal import Platform

/// The logout of one user.
final class LogoutWork {
    let user: Identifier
    /// Always tells how far it came.
    var result = LogoutResult()

    private let store: TokenStore
    private let scope: LogoutScope
    private let skew: Int64
    private let entry: DenyEntry
    private let clock: ServerClock
    /// Whether only tokens are looked for that have come since.
    private let isLook: Bool
    private let onProgress: (LogoutResult) -> Void
    private var keys = Layout.UserKeys(tokens: nil, meta: nil, cutoff: nil)
    /// What was blacklisted and may be lost, although the list does not know it any more.
    private var unsettled: [Revocation] = []
    private var keptCount = 0
    private var deniedInPass = 0
    /// The tokens that were listed when the cutoff was raised, although their `iat` is later: their
    /// issuer's clock runs ahead. nil before the list was read for them.
    private var ahead: Set<Identifier>?

    /// The signal that asked to stop, nil at the end.
    typealias End = CInt?

    init(
        store: TokenStore, user: Identifier, scope: LogoutScope, skew: Int64, entry: DenyEntry,
        clock: ServerClock, isLook: Bool, onProgress: @escaping (LogoutResult) -> Void
    ) {
        self.store = store
        self.user = user
        self.scope = scope
        self.skew = skew
        self.entry = entry
        self.clock = clock
        self.isLook = isLook
        self.onProgress = onProgress
    }

    func start(_ previous: End?) throws(StoreError) -> Step<End> {
        keptCount = 0
        deniedInPass = 0
        keys = try store.layout.keys(of: user)
        let raised = isLook ? Step<Void>.done(()) : raiseCutoff()
        return try raised.then { () throws(StoreError) in
            try self.findAhead().then { () throws(StoreError) in
                try self.raiseVersion().then { () throws(StoreError) in
                    try self.denyAgain(self.unsettled[...]).then { () throws(StoreError) in
                        try self.denyPage()
                    }
                }
            }
        }
    }

    /// How many tokens ahead of the cutoff are remembered; more leave the logout incomplete.
    private static let aheadLimit = 10_000

    /// Reads the list once, directly after the cutoff. What is on it now is no login that follows,
    /// whatever its `iat` says; what comes later is judged by its `iat`.
    private func findAhead() throws(StoreError) -> Step<Void> {
        guard scope == .everything, !isLook, ahead == nil, let cutoff = result.cutoff else {
            return .done(())
        }
        ahead = []
        return try findAhead(of: cutoff, from: 0)
    }

    private func findAhead(of cutoff: Int64, from rank: Int) throws(StoreError) -> Step<Void> {
        try store.page(of: user, from: rank).then { tokens throws(StoreError) in
            guard !tokens.isEmpty else { return .done(()) }
            let now = self.clock.now
            for token in tokens {
                guard let issuedAt = token.issuedAt, issuedAt > cutoff else { continue }
                self.result.issuerLead = max(self.result.issuerLead, issuedAt - now)
                guard self.ahead?.count ?? 0 < Self.aheadLimit else {
                    self.result.hasUnreadTokens = true
                    return .done(())
                }
                self.ahead?.insert(token.id)
            }
            return try self.findAhead(of: cutoff, from: rank + tokens.count)
        }
    }

    /// One raise is enough, however often what comes after it has to be done again.
    private func raiseVersion() throws(StoreError) -> Step<Void> {
        guard !isLook, scope == .everything, let version = store.layout.version,
            result.version == nil || store.hasToSettle
        else { return .done(()) }
        let command = try store.raiseVersionCommand(version, of: user)
        return .send([command]) { exchange throws(StoreError) in
            let reply = try self.store.replies(exchange, to: [command])[0]
            self.result.version = try self.store.raisedVersion(reply)
            return .done(())
        }
    }

    /// Where the cutoff can't be known it is not raised.
    private func raiseCutoff() -> Step<Void> {
        guard let wanted = scope.cutoff, let cutoff = store.layout.userCutoff,
            let key = keys.cutoff
        else { return .done(()) }
        // Only the native layout sees to it that both lie in one slot.
        let isTogether = keys.meta != nil
        let command = store.raiseCommand(
            cutoff, [key] + (isTogether ? [keys.tokens].compactMap(\.self) : []),
            to: wanted.second, skew: skew)
        return .send([command]) { exchange throws(StoreError) in
            let reply = try self.store.replies(exchange, to: [command])[0]
            self.result.cutoff = try self.store.raised(reply, key: key)
            return .done(())
        }
    }

    /// What a first attempt took off the list is not found there by a second one.
    private func denyAgain(_ items: ArraySlice<Revocation>) throws(StoreError) -> Step<Void> {
        guard !items.isEmpty else { return .done(()) }
        return try deny(Array(items.prefix(TokenStore.pageSize))).then { _ throws(StoreError) in
            try self.denyAgain(items.dropFirst(TokenStore.pageSize))
        }
    }

    /// Works through the list until a whole pass finds nothing left to deny.
    private func denyPage() throws(StoreError) -> Step<End> {
        if let signal = Signals.pending { return audit(.some(signal)) }
        return try store.page(of: user, from: keptCount).then { tokens throws(StoreError) in
            guard !tokens.isEmpty else { return try self.endPass() }
            let condemned = tokens.filter(self.isCondemned)
            self.keptCount += tokens.count - condemned.count
            self.deniedInPass += condemned.count
            guard !condemned.isEmpty else { return try self.denyPage() }
            return try self.deny(condemned)
        }
    }

    private func endPass() throws(StoreError) -> Step<End> {
        if deniedInPass == 0 {
            result.kept = scope.spared(of: keptCount)
            return audit(nil)
        }
        keptCount = 0
        deniedInPass = 0
        return try denyPage()
    }

    /// A trail that cannot be written undoes nothing.
    private func audit(_ end: End) -> Step<End> {
        if isLook, result.revoked == 0 { return .done(end) }
        let commands = store.auditCommands(
            "logout-all", .user(user), count: Int64(result.revoked), reason: entry.reason)
        return .send(commands) { exchange throws(StoreError) in
            do throws(StoreError) {
                _ = try self.store.replies(exchange, to: commands)
                self.result.isAudited = self.store.layout.auditKey != nil
            } catch {
                self.result.auditFailure = error
            }
            return .done(end)
        }
    }

    private func isCondemned(_ token: ListedToken) -> Bool {
        ahead?.contains(token.id) ?? false
            || scope.condemns(token.id, issuedAt: token.issuedAt, cutoff: result.cutoff)
    }

    private func deny(_ tokens: [ListedToken]) throws(StoreError) -> Step<End> {
        store.noteUsage()
        // No user in the items: the whole page leaves the list in one step below.
        let isRequired = store.layout.list?.isRequired ?? false
        let items = tokens.map { token in
            Revocation(
                TokenSubject(id: token.id, user: isRequired ? user : nil), expiry: token.expiry)
        }
        return try deny(items).then { outcomes throws(StoreError) in
            if self.store.hasToSettle { self.unsettled += items }
            for outcome in outcomes {
                switch outcome {
                case .revoked: self.result.revoked += 1
                case .alreadyRevoked: self.result.alreadyRevoked += 1
                default: break
                }
            }
            let command = try self.store.unlistCommand(items.map(\.subject), of: self.user)
            let commands = [command].compactMap(\.self)
            return .send(commands) { exchange throws(StoreError) in
                _ = try self.store.replies(exchange, to: commands)
                self.onProgress(self.result)
                return try self.denyPage()
            }
        }
    }

    /// Where the work broke off the outcomes tell how far it came, and the next step fails.
    private func deny(_ items: [Revocation]) throws(StoreError) -> Step<[RevocationOutcome]> {
        var entry = entry
        entry.user = user
        let work = RevocationWork(store: store, items: items, entry: entry, now: clock.now)
        return try work.steps().then { outcomes throws(StoreError) in
            for case .failed(let error) in outcomes { throw error }
            return .done(outcomes)
        }
    }
}
