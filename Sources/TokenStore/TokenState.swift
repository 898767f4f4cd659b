package import Layouts
internal import Platform

/// Everything that Redis knows about one token, read in one round trip.
package struct TokenState: Equatable, Sendable {
    package enum Listing: Equatable, Sendable {
        /// nil where the list does not tell when the token ends.
        case listed(Expiry?)
        case notListed
        /// Nobody said whose token it is.
        case notAsked
    }

    /// What a cutoff means for a token.
    package enum CutoffVerdict: Equatable, Sendable {
        /// No cutoff stands against it.
        case passes
        /// Issued at or before this cutoff (unix seconds), or without `iat`.
        case cutOff(Int64)
        /// A cutoff stands, and the token claims to be issued after now (unix seconds of its `iat`):
        /// whether that was before the cutoff cannot be told until then.
        case notYetIssued(Double)
        /// A cutoff stands, and nobody said when the token was issued.
        case unknown(Int64)
    }

    package internal(set) var denial: Denial?
    package internal(set) var listing = Listing.notAsked
    /// Unix seconds; nil where none stands, or where nobody said whose token it is.
    package internal(set) var userCutoff: Int64?
    package let globalCutoff: Int64?
    /// Whether the user's own state was asked for.
    package internal(set) var isUserKnown = false
    /// When the user's list says that the token was issued, in unix seconds; only where asked.
    package internal(set) var listedIssuedAt: Int64?
    /// Whether no token of the user is accepted at all.
    package internal(set) var isBanned = false
    /// The lowest number that the user's tokens may carry, where one is set.
    package internal(set) var version: Int64?
    /// The number that the token carries.
    package internal(set) var tokenVersion: Int64?
    /// Redis' clock, in unix seconds, when it answered.
    package let time: Int64

    init(time: Int64, globalCutoff: Int64?) {
        self.time = time
        self.globalCutoff = globalCutoff
    }

    /// Whether the user's tokens of this number are over; one without a number is.
    package var isOutdated: Bool {
        guard let version else { return false }
        return tokenVersion.map { $0 < version } ?? true
    }

    /// The strictest of all cutoffs: one level alone has been a hole elsewhere (CVE-2026-8922).
    package var cutoff: Int64? {
        [userCutoff, globalCutoff].compactMap(\.self).max()
    }

    /// How far ahead of Redis' clock an `iat` may be while a cutoff stands, in seconds: a later
    /// one would outlive every cutoff that can be set now.
    package static let futureTolerance: Int64 = 60

    package func judgeCutoff(_ issued: IssuedAt) -> CutoffVerdict {
        guard let cutoff else { return .passes }
        switch issued {
        case .notSaid: return .unknown(cutoff)
        case .missing: return .cutOff(cutoff)
        case .at(let iat):
            // A cutoff is a whole second: a token of its last half is a token of that second.
            if iat.rounded(.down) <= Double(cutoff) { return .cutOff(cutoff) }
            return iat > Double(time + Self.futureTolerance) ? .notYetIssued(iat) : .passes
        }
    }
}

/// When a token says that it was issued.
package enum IssuedAt: Equatable, Sendable {
    /// The `iat` claim, in unix seconds with its fraction.
    case at(Double)
    /// The token has no `iat`.
    case missing
    /// Only an id is known, not the token.
    case notSaid

    /// The second in which it was issued; nil for one that is on no calendar.
    package var wholeSeconds: Int64? {
        if case .at(let seconds) = self { return Int64(outside: seconds) }
        return nil
    }
}

/// Which token's state is asked for.
package struct StateQuery: Equatable, Sendable {
    /// Its user, where known, leads to the user's list and cutoff.
    package let subject: TokenSubject
    /// Whether to ask the user's list when the token was issued.
    let asksIssue: Bool
    /// Whether to ask for the key that stands for a token that is alive.
    let asksAllow: Bool
    /// Whether to ask about the token itself, not only about its user.
    let asksToken: Bool

    package init(_ subject: TokenSubject, asksIssue: Bool = false, asksAllow: Bool = true) {
        self.subject = subject
        self.asksIssue = asksIssue
        self.asksAllow = asksAllow
        asksToken = true
    }

    /// Asks what applies to every token of a user: cutoffs, a ban, the lowest version.
    package init(everyTokenOf user: Identifier) {
        subject = TokenSubject(id: user, user: user)
        asksIssue = false
        asksAllow = false
        asksToken = false
    }

    package init(id: Identifier, user: Identifier?, asksIssue: Bool = false) {
        self.init(TokenSubject(id: id, user: user), asksIssue: asksIssue)
    }
}
