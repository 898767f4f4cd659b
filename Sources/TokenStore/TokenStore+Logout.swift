internal import Platform
internal import Redis

/// Which of a user's tokens have to go.
package enum LogoutScope: Equatable, Sendable {
    case everything
    /// All but this one. `issuedAt` (unix seconds) is nil where nobody knows it.
    case allBut(Identifier, issuedAt: Int64?)
    /// Those issued before this unix second.
    case issuedBefore(Int64)
}

extension LogoutScope {
    enum Cutoff {
        case now
        case second(Int64)

        /// nil for Redis' now.
        var second: Int64? {
            if case .second(let second) = self { second } else { nil }
        }
    }

    /// What a cutoff is raised to; nil where nobody can know.
    var cutoff: Cutoff? {
        switch self {
        case .everything: .now
        case .allBut(_, let issuedAt): issuedAt.map { .second($0 - 1) }
        case .issuedBefore(let time): .second(time - 1)
        }
    }

    /// How many were spared of so many that were met: a token that comes meanwhile may move those
    /// behind it on, and the one to keep is then met again.
    func spared(of count: Int) -> Int {
        if case .allBut = self { min(count, 1) } else { count }
    }

    /// Whether a token has to go: unless it is the spared one, or is known to be later than the
    /// cutoff that stands.
    func condemns(_ id: Identifier, issuedAt: Int64?, cutoff: Int64?) -> Bool {
        if case .allBut(let spared, _) = self { return id != spared }
        if case .issuedBefore(let time) = self, cutoff == nil {
            return issuedAt.map { $0 < time } ?? true
        }
        guard let cutoff, let issuedAt else { return true }
        return issuedAt <= cutoff
    }
}

/// How far a logout came. The numbers are of tokens on the user's list.
package struct LogoutResult: Equatable, Sendable {
    package var revoked = 0
    package var alreadyRevoked = 0
    package var kept = 0
    /// Those among the revoked that came while the others were being revoked.
    package var late = 0
    /// Tokens that were dead, of which something was found that is gone now: a refresh token, say.
    package var remains = 0
    /// The cutoff that now stands, in unix seconds; nil where none was raised.
    package var cutoff: Int64?
    /// The lowest number that the user's tokens may now carry; nil where none was raised.
    package var version: Int64?
    /// Every step was acknowledged, and tokens that nobody recorded are dead too.
    package var isComplete = false
    /// Whether the trail tells of it.
    package var isAudited = false
    /// Why it does not.
    package var auditFailure: StoreError?

    package init() {}
}

/// What broke a logout off, and what had been done by then. Running it again finishes it.
package struct LogoutInterruption: Error, Sendable {
    package let result: LogoutResult
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        case store(StoreError)
        case signal(CInt)
    }
}

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
        _ user: Identifier, scope: LogoutScope, skew: Int64 = 0, settle: Int64 = 0,
        entry: DenyEntry,
        onProgress: @escaping (LogoutResult) -> Void = { _ in }
    ) throws(LogoutInterruption) -> LogoutResult {
        var users = [user]
        var result = LogoutResult()
        var cause: LogoutInterruption.Cause?
        do {
            let failure = try logOut(
                scope: scope, skew: skew, settle: settle, entry: entry,
                next: { _ in users.popLast() },
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
    /// After `settle` milliseconds it is looked again, once, for tokens of logins that ran
    /// meanwhile; 0 does not look.
    package func logOut(
        scope: LogoutScope, skew: Int64, settle: Int64 = 0, entry: DenyEntry,
        next: @escaping (_ mayWait: Bool) throws -> Identifier?,
        onProgress: @escaping (LogoutResult) -> Void = { _ in },
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        guard settle == 0, layout.index == nil else {
            let work = SettlingLogout(
                store: self, scope: scope, skew: skew, settle: settle, entry: entry,
                onProgress: onProgress)
            return try work.run(next: next, deliver: deliver)
        }
        return try logOutListed(
            scope: scope, skew: skew, entry: entry, next: next, onProgress: onProgress,
            deliver: deliver)
    }

    /// The same for those whose tokens stand on lists. `isLook` is whether it was done before, and
    /// only the tokens that have come since are to be looked for.
    func logOutListed(
        scope: LogoutScope, skew: Int64, entry: DenyEntry, isLook: Bool = false,
        next: @escaping (_ mayWait: Bool) throws -> Identifier?,
        onProgress: @escaping (LogoutResult) -> Void,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let clock = try clock()
        let run = BulkRun<LogoutWork, CInt?>(
            self, window: Self.logoutWindow, changes: true
        ) { mayWait in
            try next(mayWait).map { user in
                let work = LogoutWork(
                    store: self, user: user, scope: scope, skew: skew, entry: entry, clock: clock,
                    isLook: isLook, onProgress: onProgress)
                return (work, work.start)
            }
        } deliver: { work, delivery in
            switch delivery.result {
            case .success(nil):
                work.result.isComplete = self.isComplete(scope) && !delivery.isInDoubt
                let doubt =
                    delivery.isInDoubt ? LogoutInterruption.Cause.store(self.unsettled) : nil
                try deliver(work.user, work.result, doubt)
            case .success(let signal?): try deliver(work.user, work.result, .signal(signal))
            case .failure(let error): try deliver(work.user, work.result, .store(error))
            }
        }
        return try run.run()
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
        try waitUntilPassed(cutoff, of: key, skew: skew)
        return cutoff
    }

    /// `wanted` nil means Redis' now, plus `skew`.
    func raise(
        _ store: CutoffStore, _ keys: [[UInt8]], to wanted: Int64?, skew: Int64
    ) throws(StoreError) -> Int64 {
        let command = raiseCommand(store, keys, to: wanted, skew: skew)
        return try raised(
            try settled { _ throws(StoreError) in try call(command) }, key: keys[0])
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

    /// The number that stands now.
    func raisedVersion(_ reply: Reply) throws(StoreError) -> Int64 {
        try StoreError.wrapping { () throws(RedisError) in try reply.integer() }
    }

    /// The cutoff that stands now.
    func raised(_ reply: Reply, key: [UInt8]) throws(StoreError) -> Int64 {
        let (word, _) = try outcome(reply)
        guard let cutoff = Int64(word) else { throw .corrupt(key: key) }
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
        while true {
            // The clock that the cutoff was taken from.
            let now = try StoreError.wrapping { () throws(RedisError) in
                try client.serverTime(besideKey: key)
            }
            last = min(last, now.seconds + max(skew, 0))
            let left =
                (last + 1 - now.seconds) * 1000 + Self.coarseClockLag - now.microseconds / 1000
            if left <= 0 { return }
            pause(milliseconds: min(max(left, 1), 1000))
        }
    }
}

/// The logout of one user.
private final class LogoutWork {
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
            try self.raiseVersion().then { () throws(StoreError) in
                try self.denyAgain(self.unsettled[...]).then { () throws(StoreError) in
                    try self.denyPage()
                }
            }
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
                self.result.isAudited = !commands.isEmpty
            } catch {
                self.result.auditFailure = error
            }
            return .done(end)
        }
    }

    private func isCondemned(_ token: ListedToken) -> Bool {
        scope.condemns(token.id, issuedAt: token.issuedAt, cutoff: result.cutoff)
    }

    private func deny(_ tokens: [ListedToken]) throws(StoreError) -> Step<End> {
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
