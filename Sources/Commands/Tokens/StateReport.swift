internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import TokenStore

/// A token's state in Redis as checks and as JSON, for `verify` and `status`.
struct StateReport {
    /// The values that Redis returned.
    let state: TokenState
    /// The `iat` of the token, if it is known.
    let issued: IssuedAt
    let layout: Layout
    /// Whether a token that is not on its user's token list is refused.
    let requiresListing: Bool

    /// `requiresListing` comes from options and settings; the layout may require it in any case.
    init(state: TokenState, issued: IssuedAt, layout: Layout, requiresListing: Bool) {
        self.state = state
        self.issued = issued
        self.layout = layout
        self.requiresListing = requiresListing || layout.requiresListing
    }

    /// One check for each kind of state that the layout has.
    var checks: [Check] {
        var checks: [Check] = []
        if layout.hasBlacklist { checks.append(blacklist) }
        if layout.hasCutoffs { checks.append(cutoff) }
        if layout.hasVersions { checks.append(version) }
        if layout.hasBans { checks.append(ban) }
        if requiresListing { checks.append(whitelist) }
        return checks
    }

    /// Whether the state accepts the token; nil if a check could not be made.
    var isActive: Bool? {
        let results = checks.map(\.result)
        if results.contains(where: { $0 != .passed && $0 != .notJudged }) { return false }
        return results.contains(.notJudged) ? nil : true
    }

    /// Whether there is a blacklist entry.
    private var blacklist: Check {
        guard let denial = state.denial else { return Check("blacklist", .passed) }
        return Check("blacklist", .failed(.revoked), detail: Self.words(denial, now: state.time))
    }

    /// Whether the token was issued after the cutoffs. While one is set, a token whose `iat` is in
    /// the future cannot be compared with it.
    private var cutoff: Check {
        switch state.judgeCutoff(issued) {
        case .passes:
            // An id alone has no user, so its cutoff cannot be checked.
            return state.isUserKnown || issued != .notSaid
                ? Check("cutoff", .passed)
                : userUnknown("cutoff")
        case .cutOff(let cutoff):
            return Check("cutoff", .failed(.cutOff), detail: cutoffWords(cutoff))
        case .notYetIssued(let iat):
            let ahead = Int64(min(iat - Double(state.time), 1e15))
            // A blacklist entry takes precedence, and still applies when that time has come.
            return Check(
                "cutoff", state.denial == nil ? .failed(.notYetValid) : .notJudged,
                detail: "its iat is \(Duration.words(ahead)) ahead of Redis' clock, while a cutoff "
                    + "is set")
        case .unknown(let cutoff):
            return Check(
                "cutoff", .notJudged,
                detail: "cannot tell whether it was issued at or before the cutoff "
                    + "\(TimeText.rfc3339(cutoff))\(whose(cutoff))")
        }
    }

    /// The reason why the cutoff revokes the token.
    private func cutoffWords(_ cutoff: Int64) -> String {
        let time = TimeText.rfc3339(cutoff)
        return issued == .missing
            ? "it has no iat, and a cutoff is set: \(time)\(whose(cutoff))"
            : "issued at or before the cutoff \(time)\(whose(cutoff))"
    }

    /// The words for the cutoff of all users.
    private func whose(_ cutoff: Int64) -> String {
        state.globalCutoff == cutoff ? " for all users" : ""
    }

    /// Whether the token's version is at least the user's.
    private var version: Check {
        guard state.isUserKnown else { return userUnknown("version") }
        guard let lowest = state.version, state.isOutdated else { return Check("version", .passed) }
        let own = state.tokenVersion.map { "its version is \($0)" } ?? "it has no version"
        return Check(
            "version", .failed(.revoked), detail: "\(own), the lowest valid version is \(lowest)")
    }

    /// Whether the user is banned.
    private var ban: Check {
        guard state.isUserKnown else { return userUnknown("user") }
        return state.isBanned
            ? Check("user", .failed(.revoked), detail: "the user is banned")
            : Check("user", .passed)
    }

    /// A check that cannot be made because the user is not known.
    private func userUnknown(_ name: String) -> Check {
        Check(
            name, .notJudged,
            detail: issued == .notSaid ? "not checked: give --user" : "the token names no user")
    }

    /// Whether the token is on its user's token list, or has its key.
    private var whitelist: Check {
        switch state.listing {
        case .listed: Check("whitelist", .passed)
        case .notListed:
            Check(
                "whitelist", .failed(.notListed),
                detail: layout.requiresListing && !layout.hasLists
                    ? "it has no key in Redis" : "it is not in its user's token list")
        case .notAsked where issued == .notSaid:
            userUnknown("whitelist")
        case .notAsked:
            Check("whitelist", .failed(.notListed), detail: "it has no sub and thus no token list")
        }
    }

    /// The details of a blacklist entry, such as `revoked by ops 3 min ago: stolen`.
    private static func words(_ denial: Denial, now: Int64) -> String {
        var text = "revoked"
        if let actor = denial.entry.actor { text += " by \(actor)" }
        if let time = denial.entry.time { text += " \(TimeText.relative(time, to: now))" }
        if let reason = denial.entry.reason { text += ": \(reason)" }
        return text
    }

    /// The member `state` of `verify` and `status`. Null means that Redis was not asked or has no
    /// value.
    var json: JSONValue {
        let isCutOff: Bool
        if case .cutOff = state.judgeCutoff(issued) { isCutOff = true } else { isCutOff = false }
        return .object([
            "revoked": .bool(
                state.denial != nil || isCutOff || state.isBanned || state.isOutdated),
            "revoked_ttl": TimeText.number(state.denial?.timeToLive),
            "revoked_by": state.denial?.entry.actor.map { .string($0) } ?? .null,
            "revoked_at": TimeText.json(state.denial?.entry.time),
            "revoke_reason": state.denial?.entry.reason.map { .string($0) } ?? .null,
            "listed": .bool(orNull: state.listing.isListed),
            "cutoff": TimeText.number(state.cutoff),
        ])
    }
}

extension TokenState.Listing {
    /// Whether the token is on its user's token list; nil if it is not known whose token it is.
    var isListed: Bool? {
        switch self {
        case .listed: true
        case .notListed: false
        case .notAsked: nil
        }
    }
}

/// The answer of Redis about a token, if it was asked. The report is indirect, so that a verdict
/// without one is small: `verify --stream` makes millions of them.
enum StateAnswer {
    /// Redis is asked about no token, because of `--offline`.
    case offline
    /// Redis was not asked about this token, because its form, its signature or its id is bad.
    case withheld
    /// Redis answered.
    indirect case known(StateReport)
    /// Redis could not be asked, or answered with an error.
    case unknown(Failure)

    /// The state; nil if there is no answer.
    var report: StateReport? {
        if case .known(let report) = self { return report }
        return nil
    }

    /// Redis' clock when it answered, in unix seconds.
    var time: Int64? { report?.state.time }

    /// The checks of the state, which come after those of the claims.
    var checks: [Check] {
        switch self {
        case .offline: []
        case .withheld: [Check("blacklist", .notJudged), Check("cutoff", .notJudged)]
        case .known(let report): report.checks
        case .unknown(let failure):
            [
                Check("blacklist", .failed(.unknown), detail: failure.message),
                Check("cutoff", .notJudged),
            ]
        }
    }
}
