package import Layouts
internal import Platform

/// Everything that Redis knows about one token, read in one round trip. It says nothing about the
/// token's signature or claims.
package struct TokenState: Equatable, Sendable {
    /// Whether the user's token list or the whitelist has the token.
    package enum Listing: Equatable, Sendable {
        /// With the end that the list has; nil for a whitelist, which has none.
        case listed(Expiry?)
        case notListed
        /// The user is not known, so no list could be asked, or the layout has none.
        case notAsked
    }

    /// What a cutoff means for a token.
    package enum CutoffVerdict: Equatable, Sendable {
        /// There is no cutoff, or the token was issued after it.
        case passes
        /// Issued at or before this cutoff (unix seconds), or without `iat`.
        case cutOff(Int64)
        /// There is a cutoff, and the `iat` (unix seconds) is in the future. Its issuer's clock is
        /// wrong, so the token may have been issued before the cutoff.
        case notYetIssued(Double)
        /// There is a cutoff (unix seconds), and only the token's id is known, not its `iat`.
        case unknown(Int64)
    }

    /// The blacklist entry; nil for a token without one.
    package internal(set) var denial: Denial?
    package internal(set) var listing = Listing.notAsked
    /// The user's cutoff in unix seconds; nil without one, or without a known user.
    package internal(set) var userCutoff: Int64?
    package let globalCutoff: Int64?
    /// Whether the query named the user, so that the user's own state was asked for.
    package internal(set) var isUserKnown = false
    /// The `iat` that the user's list has, in unix seconds; nil unless `StateQuery.asksIssue`.
    package internal(set) var listedIssuedAt: Int64?
    /// Whether the application bans the user, so that no token of theirs is accepted.
    package internal(set) var isBanned = false
    /// The lowest version number that the user's tokens may carry; nil if none is set.
    package internal(set) var version: Int64?
    /// The version number that the token carries; nil for a token without one.
    package internal(set) var tokenVersion: Int64?
    /// Redis' clock, in unix seconds, when it answered.
    package let time: Int64

    init(time: Int64, globalCutoff: Int64?) {
        self.time = time
        self.globalCutoff = globalCutoff
    }

    /// Whether the version of the token is too low. A token without a version is outdated as soon
    /// as the user has one.
    package var isOutdated: Bool {
        guard let version else { return false }
        return tokenVersion.map { $0 < version } ?? true
    }

    /// The later of both cutoffs, since either one revokes the token. Keycloak once ignored one of
    /// two, and accepted revoked tokens (CVE-2026-8922).
    package var cutoff: Int64? {
        [userCutoff, globalCutoff].compactMap(\.self).max()
    }

    /// The seconds by which an `iat` may be ahead of Redis' clock while there is a cutoff. A logout
    /// raises the cutoff to the present, so a token with a later `iat` would survive it.
    package static let futureTolerance: Int64 = 60

    /// Compares the token's `iat` with the cutoff: a token issued at or before the cutoff is
    /// revoked.
    package func judgeCutoff(_ issued: IssuedAt) -> CutoffVerdict {
        guard let cutoff else { return .passes }
        switch issued {
        case .notSaid: return .unknown(cutoff)
        case .missing: return .cutOff(cutoff)
        case .at(let iat):
            // A cutoff includes its whole second, so the fraction of `iat` does not count.
            if iat.rounded(.down) <= Double(cutoff) { return .cutOff(cutoff) }
            return iat > Double(time + Self.futureTolerance) ? .notYetIssued(iat) : .passes
        }
    }
}

/// The time at which a token says that it was issued (RFC 7519, section 4.1.6).
package enum IssuedAt: Equatable, Sendable {
    /// The `iat` claim, in unix seconds with its fraction.
    case at(Double)
    /// The token has no `iat`.
    case missing
    /// Only an id is known, not the token.
    case notSaid

    /// The unix second in which it was issued; nil if that is unknown, or does not fit an `Int64`.
    package var wholeSeconds: Int64? {
        if case .at(let seconds) = self { return Int64(outside: seconds) }
        return nil
    }
}

/// A question for the state of one token.
package struct StateQuery: Equatable, Sendable {
    /// The token. If it has a user, their list, cutoff, version and ban are asked for, too.
    package let subject: TokenSubject
    /// Whether to ask the user's list for the token's `iat`; for callers that know only an id.
    let asksIssue: Bool
    /// Whether to ask the whitelist. A token that is about to be recorded is not on it yet.
    let asksAllow: Bool

    package init(_ subject: TokenSubject, asksIssue: Bool = false, asksAllow: Bool = true) {
        self.subject = subject
        self.asksIssue = asksIssue
        self.asksAllow = asksAllow
    }

    package init(id: Identifier, user: Identifier?, asksIssue: Bool = false) {
        self.init(TokenSubject(id: id, user: user), asksIssue: asksIssue)
    }
}
