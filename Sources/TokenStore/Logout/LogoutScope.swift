package import Layouts

/// Which of a user's tokens a logout revokes.
package enum LogoutScope: Equatable, Sendable {
    case everything
    /// All but this one. `issuedAt` (unix seconds) is nil where it is not known.
    case allBut(Identifier, issuedAt: Int64?)
    /// Those issued before this unix second.
    case issuedBefore(Int64)
}

extension LogoutScope {
    /// The time to which a cutoff is raised.
    enum Cutoff {
        case now
        case second(Int64)

        /// Unix seconds; nil for the time of Redis.
        var second: Int64? {
            if case .second(let second) = self { second } else { nil }
        }
    }

    /// The cutoff to raise; nil where it cannot be known which would keep the right token.
    var cutoff: Cutoff? {
        switch self {
        case .everything: .now
        case .allBut(_, let issuedAt): issuedAt.map { .second($0 - 1) }
        case .issuedBefore(let time): .second(time - 1)
        }
    }

    /// The number of tokens kept, given how many of them were met: a token that is added meanwhile may
    /// move others to a later page, so the one to keep may be met twice.
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

/// What a logout is to do, the same for every user.
struct LogoutRequest {
    let scope: LogoutScope
    /// Seconds by which a cutoff is raised further, for issuers whose clocks run ahead.
    let skew: Int64
    let entry: DenyEntry
    /// Whether everything is read and judged as in a logout, and nothing written.
    let isDryRun: Bool
    let onProgress: (LogoutResult) -> Void
}

/// The rounds of a logout.
enum LogoutRound {
    case first
    /// Revokes only tokens that were issued since the first round.
    case recheck
}

/// How far a logout came. The numbers count listed tokens.
package struct LogoutResult: Equatable, Sendable {
    package var revoked = 0
    package var alreadyRevoked = 0
    package var kept = 0
    /// Those of the revoked tokens that were issued while the others were being revoked.
    package var late = 0
    /// Leftover keys of tokens that were revoked before, such as those of refresh tokens. They are
    /// removed now.
    package var leftovers = 0
    /// The cutoff that applies now, in unix seconds; nil where none was raised.
    package var cutoff: Int64?
    /// The lowest number that the user's tokens may now carry; nil where none was raised.
    package var version: Int64?
    /// Whether every step was acknowledged, and tokens that were never recorded are revoked as well.
    package var isComplete = false
    /// How many seconds the `iat` of a listed token was ahead of Redis' clock; 0 where none was. Tokens
    /// of that issuer that were never recorded are not revoked by a cutoff at the present time.
    package var issuerLead: Int64 = 0
    /// Whether more tokens were ahead of the cutoff than one run remembers: another run revokes the
    /// others.
    package var hasUnreadTokens = false
    /// Whether the audit log has an entry about it.
    package var isAudited = false
    /// Why the log has no entry.
    package var auditFailure: StoreError?

    package init() {}
}

/// What broke a logout off, and what had been done by then. A second run finishes it.
package struct LogoutInterruption: Error, Sendable {
    package let result: LogoutResult
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        case store(StoreError)
        case signal(CInt)
    }
}
