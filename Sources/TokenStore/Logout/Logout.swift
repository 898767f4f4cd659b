internal import Platform
internal import Redis

extension TokenStore {
    /// How many tokens one step handles: a script of this size holds Redis up for about 1 ms.
    static let pageSize = 500

    /// How many users' logouts may be under way.
    private static let logoutWindow = 16

    /// Ends a user's sessions in the order that is safe to break off anywhere: the cutoff first,
    /// then page by page blacklist entries, and only after these were acknowledged off the list.
    ///
    /// Returns once Redis' clock has passed the cutoff, so that a login which follows is alive.
    package func logOut(
        _ user: Identifier, scope: LogoutScope, skew: Int64 = 0, recheckDelay: Int64 = 0,
        entry: DenyEntry,
        onProgress: @escaping (LogoutResult) -> Void = { _ in }
    ) throws(LogoutInterruption) -> LogoutResult {
        var users = [user]
        var result = LogoutResult()
        var cause: LogoutInterruption.Cause?
        do {
            let failure = try logOut(
                scope: scope, skew: skew, recheckDelay: recheckDelay, entry: entry,
                next: { _ in users.popLast().map { .item($0) } ?? .end },
                onProgress: onProgress
            ) { _, told, broken in
                result = told
                cause = broken
            }
            cause = cause ?? failure.map { .store($0) }
            if cause == nil { try awaitCutoffs([user], result.cutoff, skew: skew) }
        } catch let error as StoreError {
            cause = .store(error)
            result.isComplete = false
        } catch {
            preconditionFailure("neither closure throws: \(error)")
        }
        if let cause { throw LogoutInterruption(result: result, cause: cause) }
        return result
    }

    /// The same for every user that `next` gives, several at a time; see `revoke` for `next`, and
    /// for what is returned. Call `awaitCutoffs` afterwards. A user's own failure does not keep the
    /// others from being logged out.
    ///
    /// After `recheckDelay` milliseconds it is looked again, once, for tokens of logins that ran
    /// meanwhile; 0 does not look.
    package func logOut(
        scope: LogoutScope, skew: Int64, recheckDelay: Int64 = 0, entry: DenyEntry,
        next: @escaping (Pull) throws -> Supply<Identifier>,
        onProgress: @escaping (LogoutResult) -> Void = { _ in },
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let request = LogoutRequest(
            scope: scope, skew: skew, entry: entry, onProgress: onProgress)
        guard recheckDelay == 0, layout.index == nil else {
            let logout = RecheckedLogout(
                store: self, request: request, recheckDelay: recheckDelay)
            return try logout.run(next: next, deliver: deliver)
        }
        return try logOutListed(.first, request, next: next, deliver: deliver)
    }

    /// The same for those whose tokens are on lists. `isPart` is whether the caller looks for doubts
    /// at the end.
    func logOutListed(
        _ round: LogoutRound, _ request: LogoutRequest, isPart: Bool = false,
        next: @escaping (Pull) throws -> Supply<Identifier>,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let clock = try clock()
        let runner = JobRunner<Identifier, LogoutJob.Outcome>(
            self, window: Self.logoutWindow, changes: true, isPart: isPart
        ) { pull in
            try next(pull).map { user in
                (user, LogoutJob(self, user, round, request, clock: clock))
            }
        } deliver: { user, done in
            switch done.result {
            case .success(let (result, cause)):
                try deliver(user, result, cause ?? done.doubt.map { .store($0) })
            case .failure(let error): try deliver(user, LogoutResult(), .store(error))
            }
        }
        return try runner.run()
    }

    /// Whether a logout of which every step was acknowledged has reached everything.
    func isComplete(_ scope: LogoutScope) -> Bool {
        // A spared session leaves room for tokens of its age that nobody recorded.
        if case .allBut = scope, !layout.requiresListing { return false }
        return layout.reachesUnrecorded
    }

    /// Waits until Redis' clock has passed a cutoff that was raised for these users, so that a
    /// login which follows is alive. In a Cluster the clock of each user's own server counts.
    package func awaitCutoffs(
        _ users: [Identifier], _ cutoff: Int64?, skew: Int64
    ) throws(StoreError) {
        guard let cutoff else { return }
        for user in users {
            guard let key = try layout.keys(of: user).cutoff else { return }
            try waitUntilPassed(cutoff, of: key, skew: skew)
        }
    }

    /// Kills every token of every user that was issued until now, recorded or not.
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

    /// `wanted` nil means Redis' now, plus `skew`. Whether it is confirmed the caller has to ask.
    func raise(
        _ store: CutoffStore, _ keys: [[UInt8]], to wanted: Int64?, skew: Int64
    ) throws(StoreError) -> Int64 {
        let command = raiseCommand(store, keys, to: wanted, skew: skew)
        return try raised(try change([command])[0], key: keys[0])
    }

    /// `keys` are the cutoff's, and the list's where both share a slot.
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

    /// Raises the number that the user's tokens have to carry. Every answer is another raise.
    func raiseVersionCommand(
        _ store: VersionStore, of user: Identifier
    ) throws(StoreError) -> Command {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return .eval(Script.raiseVersion, keys: [try store.key.render(values)], []).once()
    }

    /// The cutoff that stands now.
    func raised(_ reply: Reply, key: [UInt8]) throws(StoreError) -> Int64 {
        let (word, _) = try outcome(reply)
        guard let cutoff = Int64(word).flatMap({ Int64(outside: $0) }) else {
            throw .corrupt(key: key)
        }
        return cutoff
    }

    /// Milliseconds by which `time(2)` may lag behind the clock that Redis reads: a service that
    /// takes its `iat` from there would still be in the second before.
    private static let coarseClockLag: Int64 = 20

    /// Waits for a cutoff of ours; one that stands further ahead than we would have set it is not
    /// waited for, as nobody knows how far that is.
    private func waitUntilPassed(
        _ cutoff: Int64, of key: [UInt8], skew: Int64
    ) throws(StoreError) {
        var last = cutoff
        var deadline: Monotonic?
        while true {
            // The clock that the cutoff was taken from.
            let now = try client.milliseconds(besideKey: key)
            last = min(last, now / 1000 + max(skew, 0))
            let left = (last + 1) * 1000 + Self.coarseClockLag - now
            if left <= 0 { return }
            // A clock that stands still would be waited for without end.
            let end = deadline ?? .now.advanced(byMilliseconds: left + Int64(client.timeout))
            deadline = end
            guard end.remainingMilliseconds > 0 else {
                throw unsettled
            }
            pause(milliseconds: min(max(left, 1), 1000))
        }
    }
}
