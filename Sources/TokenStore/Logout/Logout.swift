package import Layouts
internal import Platform
internal import Redis

/// The tokens of a user that a logout revokes.
package enum LogoutScope: Equatable, Sendable {
    case everything
    /// All but this one, such as the current session. `issuedAt` is in unix seconds, nil if
    /// unknown.
    case allBut(Identifier, issuedAt: Int64?)
    /// Those issued before this unix second, and those of unknown age.
    case issuedBefore(Int64)

    /// Whether to raise the user's cutoff. Without the `iat` of the token to keep, any cutoff could
    /// revoke that token, too.
    var raisesCutoff: Bool {
        if case .allBut(_, issuedAt: nil) = self { false } else { true }
    }

    /// The unix second to which the cutoff is raised; nil for the time of Redis.
    package var cutoff: Int64? {
        switch self {
        case .everything: nil
        case .allBut(_, let issuedAt): issuedAt.map { $0 - 1 }
        case .issuedBefore(let time): time - 1
        }
    }

    /// The number of tokens kept, given how many of them were met: a token that is added meanwhile
    /// may move others to a later page, so the one to keep may be met twice.
    func kept(of count: Int) -> Int {
        if case .allBut = self { min(count, 1) } else { count }
    }

    /// Whether a token has to be revoked: all are, except the one to keep, and tokens known to be
    /// issued after the cutoff.
    func revokes(_ id: Identifier, issuedAt: Int64?, cutoff: Int64?) -> Bool {
        if case .allBut(let kept, _) = self { return id != kept }
        if case .issuedBefore(let time) = self, cutoff == nil {
            return issuedAt.map { $0 < time } ?? true
        }
        guard let cutoff, let issuedAt else { return true }
        return issuedAt <= cutoff
    }
}

/// The parts of a logout that are the same for every user.
struct LogoutRequest {
    let scope: LogoutScope
    /// Seconds by which a cutoff is raised further, for issuers whose clocks run ahead.
    let skew: Int64
    /// Who logs the user out, and why, for the blacklist entries and the audit log.
    let entry: DenyEntry
    /// Whether everything is read and judged as in a logout, and nothing written.
    let isDryRun: Bool
    let onProgress: (LogoutResult) -> Void
    /// Takes the ids of tokens as soon as their revocation was acknowledged; in a dry run, of those
    /// that would be revoked. An id comes twice only if the application records the token again.
    var onRevoked: ([Identifier]) -> Void = { _ in }

    /// Hands on the ids of the items that were revoked.
    func report(_ items: [Revocation], _ outcomes: [RevocationOutcome]) {
        let revoked = zip(items, outcomes).filter { $1 == .revoked }
        if !revoked.isEmpty { onRevoked(revoked.map { $0.0.id }) }
    }
}

/// The rounds of a logout.
enum LogoutRound {
    /// Raises the cutoff and the version, and revokes the tokens that are found.
    case first
    /// Revokes only tokens that were issued since the first round.
    case recheck
}

/// How far a logout came. The numbers count tokens on the list, or those with a key of their own.
package struct LogoutResult: Equatable, Sendable {
    package var revoked = 0
    package var alreadyRevoked = 0
    package var kept = 0
    /// The revoked tokens that the recheck found: logins that ran at the same time issued them.
    package var late = 0
    /// Leftover keys of tokens that were revoked before, such as those of refresh tokens. They are
    /// removed now.
    package var leftovers = 0
    /// The cutoff that applies now, in unix seconds; nil if none was raised.
    package var cutoff: Int64?
    /// The lowest version that the user's tokens may now carry; nil if none was raised.
    package var version: Int64?
    /// Whether every step was taken and acknowledged.
    package var isFinished = false
    /// What the logout did not reach, even once it is finished.
    package var gaps: LogoutGaps = []
    /// How many seconds the `iat` of a found token was ahead of Redis' clock; 0 if none was. That
    /// issuer's clock is wrong, so its other tokens may be later than the cutoff as well.
    package var issuerLead: Int64 = 0
    /// Whether the audit log has an entry about it.
    package var isAudited = false
    /// Why the log has no entry.
    package var auditFailure: StoreError?

    /// Whether all of the user's tokens are revoked, those that were never recorded as well.
    package var isComplete: Bool { isFinished && gaps.isEmpty && issuerLead == 0 }
}

/// The tokens that a logout does not reach.
package struct LogoutGaps: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Tokens that were never recorded, and that the cutoff does not cover.
    package static let unrecorded = Self(rawValue: 1)
    /// More tokens than one run could revoke. Another run reaches them.
    package static let excess = Self(rawValue: 2)
    /// Tokens whose keys could not be read.
    package static let unreadable = Self(rawValue: 4)
}

/// The reason why a logout broke off, and what had been done by then. A second run finishes it.
package struct LogoutInterruption: Error, Sendable {
    package let result: LogoutResult
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        case store(StoreError)
        case signal(CInt)
    }
}

extension TokenStore {
    /// The number of tokens for one script or pipeline. A script of this size blocks Redis for
    /// about 1 ms.
    static let pageSize = 500

    /// Logs a user out everywhere. The steps are in an order in which it may break off anywhere: it
    /// raises the cutoff first, then writes blacklist entries page by page, and takes tokens off
    /// the list only after their entries were acknowledged.
    ///
    /// Returns once Redis' clock has passed the cutoff, so that tokens of a login which follows are
    /// accepted. `skew` are seconds, `recheckDelay` are milliseconds.
    package func logOut(
        _ user: Identifier, scope: LogoutScope, skew: Int64 = 0, recheckDelay: Int64 = 0,
        entry: DenyEntry, isDryRun: Bool = false,
        onProgress: @escaping (LogoutResult) -> Void = { _ in },
        onRevoked: @escaping ([Identifier]) -> Void = { _ in }
    ) throws(LogoutInterruption) -> LogoutResult {
        var users = [user]
        var result = LogoutResult()
        var cause: LogoutInterruption.Cause?
        do throws(StoreError) {
            let failure = try StoreError.only {
                try logOut(
                    scope: scope, skew: skew, recheckDelay: recheckDelay, entry: entry,
                    isDryRun: isDryRun, next: { _ in users.popLast().map { .item($0) } ?? .end },
                    onProgress: onProgress, onRevoked: onRevoked
                ) { _, own, broken in
                    result = own
                    cause = broken
                }
            }
            cause = cause ?? failure.map { .store($0) }
            if cause == nil, !isDryRun { try awaitCutoffs([user], result.cutoff, skew: skew) }
        } catch {
            cause = .store(error)
            result.isFinished = false
        }
        if let cause { throw LogoutInterruption(result: result, cause: cause) }
        return result
    }

    /// Logs out every user that `next` gives, several at a time; see `revoke` for `next`, and for
    /// what is returned. Call `awaitCutoffs` afterwards. The failure of one user does not keep the
    /// others from being logged out.
    ///
    /// After `recheckDelay` milliseconds, tokens of logins that ran meanwhile are revoked, too;
    /// with 0 there is no recheck. `onRevoked` takes the ids of tokens as their revocation is
    /// acknowledged.
    ///
    /// A dry run counts what a logout would revoke now, and writes nothing. A user who comes again
    /// is left out, since the first logout would leave nothing to revoke. For that it keeps a hash
    /// of 64 bits for each user.
    package func logOut(
        scope: LogoutScope, skew: Int64, recheckDelay: Int64 = 0, entry: DenyEntry,
        isDryRun: Bool = false,
        next: @escaping (Pull) throws -> Supply<Identifier>,
        onProgress: @escaping (LogoutResult) -> Void = { _ in },
        onRevoked: @escaping ([Identifier]) -> Void = { _ in },
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let request = LogoutRequest(
            scope: scope, skew: skew, entry: entry, isDryRun: isDryRun, onProgress: onProgress,
            onRevoked: onRevoked)
        let tokens = logoutTokens
        guard recheckDelay != 0, !isDryRun else {
            let next = isDryRun ? Self.eachOnce(next) : next
            return try tokens.logOut(request, next: next, deliver: deliver)
        }
        let logout = RecheckedLogout(
            store: self, tokens: tokens, request: request, recheckDelay: recheckDelay)
        return try logout.run(next: next, deliver: deliver)
    }

    /// The users that `next` gives, without those that it gave before.
    private static func eachOnce(
        _ next: @escaping (Pull) throws -> Supply<Identifier>
    ) -> (Pull) throws -> Supply<Identifier> {
        var seen: Set<Int> = []
        return { pull in
            while true {
                let supply = try next(pull)
                guard case .item(let user) = supply, !seen.insert(user.hashValue).inserted else {
                    return supply
                }
            }
        }
    }

    /// What a logout cannot reach by its scope and layout.
    func gaps(_ scope: LogoutScope) -> LogoutGaps {
        // The cutoff is below the kept session, and so may be tokens that were never recorded.
        if case .allBut = scope, !layout.requiresListing { return .unrecorded }
        return layout.reachesUnrecorded ? [] : .unrecorded
    }

    /// Waits until Redis' clock has passed a cutoff that was raised for these users, so that tokens
    /// of a login which follows are accepted. In a Cluster, each user's cutoff was taken from the
    /// clock of one server, which is asked here, too.
    package func awaitCutoffs(
        _ users: [Identifier], _ cutoff: Int64?, skew: Int64
    ) throws(StoreError) {
        guard let cutoff else { return }
        for user in users {
            guard let key = try layout.keys(of: user).cutoff else { return }
            try waitUntilPassed(cutoff, of: key, skew: skew)
        }
    }

    /// Revokes the tokens of all users that were issued until now, or before the given second,
    /// recorded or not. Returns the cutoff that applies, which may be a later one. A dry run
    /// returns the one that would apply.
    package func logOutEveryone(
        issuedBefore: Int64? = nil, skew: Int64 = 0, isDryRun: Bool = false
    ) throws(StoreError) -> Int64 {
        guard let store = layout.globalCutoff else { throw .unnamed("everyone") }
        let key = store.key.literal
        let raise = CutoffRaise(
            store: self, cutoff: store, keys: [key], wanted: issuedBefore.map { $0 - 1 },
            skew: skew, isDryRun: isDryRun)
        let cutoff = try raise.run()
        guard !isDryRun else { return cutoff }
        if let doubt = try confirm() { throw doubt }
        try waitUntilPassed(cutoff, of: key, skew: skew)
        return cutoff
    }

    /// Milliseconds by which `time(2)` may be behind the clock that Redis reads. A service may take
    /// its `iat` from there, and would still be in the second before.
    private static let coarseClockLag: Int64 = 20

    /// Waits until a cutoff has passed, but no longer than for one that is raised now: the cutoff
    /// that applies may be a later one, far in the future. Throws if Redis' clock does not move.
    private func waitUntilPassed(
        _ cutoff: Int64, of key: [UInt8], skew: Int64
    ) throws(StoreError) {
        var last = cutoff
        var deadline: Monotonic?
        while true {
            // The cutoff was taken from this clock.
            let now = try client.milliseconds(besideKey: key)
            last = min(last, now / 1000 + max(skew, 0))
            let left = (last + 1) * 1000 + Self.coarseClockLag - now
            if left <= 0 { return }
            // The deadline is on this machine's clock, which moves if Redis' does not.
            let end = deadline ?? .now.advanced(byMilliseconds: left + Int64(client.timeout))
            deadline = end
            guard end.remainingMilliseconds > 0 else { throw stalled }
            pause(milliseconds: min(max(left, 1), 1000))
        }
    }
}
