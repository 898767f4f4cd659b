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

    /// How many of so many tokens that were met are kept: a token that comes meanwhile may move those
    /// behind it on, and the one to keep is then met again.
    func kept(of count: Int) -> Int {
        if case .allBut = self { min(count, 1) } else { count }
    }

    /// Whether a token has to go: unless it is the kept one, or is known to be later than the
    /// cutoff that stands.
    func revokes(_ id: Identifier, issuedAt: Int64?, cutoff: Int64?) -> Bool {
        if case .allBut(let kept, _) = self { return id != kept }
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
    /// Leftover keys of tokens that were revoked before, removed now: of a refresh token, say.
    package var leftovers = 0
    /// The cutoff that now stands, in unix seconds; nil where none was raised.
    package var cutoff: Int64?
    /// The lowest number that the user's tokens may now carry; nil where none was raised.
    package var version: Int64?
    /// Every step was acknowledged, and tokens that nobody recorded are dead too.
    package var isComplete = false
    /// How many seconds the `iat` of a listed token was ahead of Redis' clock; 0 where none was.
    /// Tokens of that issuer that were never recorded outlive a cutoff of now.
    package var issuerLead: Int64 = 0
    /// More tokens than one run remembers were ahead of the cutoff: another run ends the others.
    package var hasUnreadTokens = false
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
