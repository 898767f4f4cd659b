package import Layouts
internal import Platform
internal import Redis

extension TokenStore {
    /// How many tokens one script or pipeline handles: a script of this size blocks Redis for about
    /// 1 ms.
    static let pageSize = 500

    /// Logs a user out everywhere, in an order that is safe to break off anywhere: it raises the cutoff
    /// first, then writes blacklist entries page by page, and takes tokens off the list only after
    /// these were acknowledged.
    ///
    /// Returns once Redis' clock has passed the cutoff, so that tokens of a login which follows are
    /// accepted. `skew` are seconds, `recheckDelay` are milliseconds.
    package func logOut(
        _ user: Identifier, scope: LogoutScope, skew: Int64 = 0, recheckDelay: Int64 = 0,
        entry: DenyEntry, isDryRun: Bool = false,
        onProgress: @escaping (LogoutResult) -> Void = { _ in }
    ) throws(LogoutInterruption) -> LogoutResult {
        var users = [user]
        var result = LogoutResult()
        var cause: LogoutInterruption.Cause?
        do throws(StoreError) {
            let failure = try StoreError.only {
                try logOut(
                    scope: scope, skew: skew, recheckDelay: recheckDelay, entry: entry,
                    isDryRun: isDryRun, next: { _ in users.popLast().map { .item($0) } ?? .end },
                    onProgress: onProgress
                ) { _, own, broken in
                    result = own
                    cause = broken
                }
            }
            cause = cause ?? failure.map { .store($0) }
            if cause == nil, !isDryRun { try awaitCutoffs([user], result.cutoff, skew: skew) }
        } catch {
            cause = .store(error)
            result.isComplete = false
        }
        if let cause { throw LogoutInterruption(result: result, cause: cause) }
        return result
    }

    /// Logs out every user that `next` gives, several at a time; see `revoke` for `next`, and for what
    /// is returned. Call `awaitCutoffs` afterwards. The failure of one user does not keep the others
    /// from being logged out.
    ///
    /// After `recheckDelay` milliseconds, tokens of logins that ran meanwhile are revoked, too; with 0
    /// there is no recheck. A dry run counts what a logout would revoke now, and writes nothing.
    package func logOut(
        scope: LogoutScope, skew: Int64, recheckDelay: Int64 = 0, entry: DenyEntry,
        isDryRun: Bool = false,
        next: @escaping (Pull) throws -> Supply<Identifier>,
        onProgress: @escaping (LogoutResult) -> Void = { _ in },
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let request = LogoutRequest(
            scope: scope, skew: skew, entry: entry, isDryRun: isDryRun, onProgress: onProgress)
        let tokens = userTokens
        guard recheckDelay != 0, !isDryRun else {
            return try tokens.logOut(request, next: next, deliver: deliver)
        }
        let logout = RecheckedLogout(
            store: self, tokens: tokens, request: request, recheckDelay: recheckDelay)
        return try logout.run(next: next, deliver: deliver)
    }

    /// Whether a logout of which every step was acknowledged has reached everything.
    func isComplete(_ scope: LogoutScope) -> Bool {
        // The cutoff is below the kept session, and so may be tokens that were never recorded.
        if case .allBut = scope, !layout.requiresListing { return false }
        return layout.reachesUnrecorded
    }

    /// Waits until Redis' clock has passed a cutoff that was raised for these users, so that tokens of
    /// a login which follows are accepted. In a Cluster the clock of each user's own server counts.
    package func awaitCutoffs(
        _ users: [Identifier], _ cutoff: Int64?, skew: Int64
    ) throws(StoreError) {
        guard let cutoff else { return }
        for user in users {
            guard let key = try layout.keys(of: user).cutoff else { return }
            try waitUntilPassed(cutoff, of: key, skew: skew)
        }
    }

    /// Revokes the tokens of all users that were issued until now, or before the given second, recorded
    /// or not. Returns the cutoff.
    package func logOutEveryone(
        issuedBefore: Int64? = nil, skew: Int64 = 0
    ) throws(StoreError) -> Int64 {
        guard let store = layout.globalCutoff else { throw .unnamed("everyone") }
        let key = store.key.literal
        let cutoff = try raise(store, [key], to: issuedBefore.map { $0 - 1 }, skew: skew)
        if let doubt = try confirm() { throw doubt }
        try waitUntilPassed(cutoff, of: key, skew: skew)
        return cutoff
    }

    /// The cutoff that `logOutEveryone` would set now, in unix seconds.
    package func plannedCutoffOfEveryone(
        issuedBefore: Int64? = nil, skew: Int64 = 0
    ) throws(StoreError) -> Int64 {
        guard let store = layout.globalCutoff else { throw .unnamed("everyone") }
        let key = store.key.literal
        let replies = try ask([store.reading(key), Command("TIME")])
        let now = try replies[1].asSeconds
        let wanted = issuedBefore.map { $0 - 1 } ?? (now + skew)
        return max(try cutoff(replies[0], store, key: key) ?? wanted, wanted)
    }

    /// Raises a cutoff to the `wanted` second; nil for Redis' time plus `skew`. Returns the cutoff that
    /// applies now, which may be a later one. The caller has to confirm it.
    func raise(
        _ store: CutoffStore, _ keys: [[UInt8]], to wanted: Int64?, skew: Int64
    ) throws(StoreError) -> Int64 {
        let command = raiseCommand(store, keys, to: wanted, skew: skew)
        return try raised(try change([command])[0], key: keys[0])
    }

    /// The command that raises a cutoff. `keys` are the cutoff's, and the list's where both share a slot.
    func raiseCommand(
        _ store: CutoffStore, _ keys: [[UInt8]], to wanted: Int64?, skew: Int64
    ) -> Command {
        .eval(
            Script.raiseCutoff, keys: keys,
            [
                .text(wanted.map(String.init) ?? ""), .integer(skew),
                .integer(store.life ?? maximumLifetime ?? 0), .integer(margin),
                .integer(store.unit), .integer(store.beyond), .bytes(store.field ?? []),
                .integer(layout.list?.unit ?? 1),
            ])
    }

    /// The command that raises the number that the user's tokens have to carry. It is not safe to
    /// repeat: each execution raises the number again.
    func raiseVersionCommand(
        _ store: VersionStore, of user: Identifier
    ) throws(StoreError) -> Command {
        try store.raising(TemplateValues(TokenSubject(id: user, user: user)))
    }

    /// The cutoff that applies now, from the reply to `raiseCommand`.
    func raised(_ reply: Reply, key: [UInt8]) throws(StoreError) -> Int64 {
        let (word, _) = try outcome(reply)
        guard let cutoff = Int64(word).flatMap({ Int64(outside: $0) }) else {
            throw .corrupt(key: key)
        }
        return cutoff
    }

    /// Milliseconds by which `time(2)` may be behind the clock that Redis reads: a service that takes
    /// its `iat` from there would still be in the second before.
    private static let coarseClockLag: Int64 = 20

    /// Waits until a cutoff has passed, but no longer than for one that is raised now: a later cutoff of
    /// someone else may be far in the future.
    private func waitUntilPassed(
        _ cutoff: Int64, of key: [UInt8], skew: Int64
    ) throws(StoreError) {
        var last = cutoff
        var deadline: Monotonic?
        while true {
            // This is the clock from which the cutoff was taken.
            let now = try client.milliseconds(besideKey: key)
            last = min(last, now / 1000 + max(skew, 0))
            let left = (last + 1) * 1000 + Self.coarseClockLag - now
            if left <= 0 { return }
            // A clock that does not move would be waited for without end.
            let end = deadline ?? .now.advanced(byMilliseconds: left + Int64(client.timeout))
            deadline = end
            guard end.remainingMilliseconds > 0 else {
                throw unsettled
            }
            pause(milliseconds: min(max(left, 1), 1000))
        }
    }
}
