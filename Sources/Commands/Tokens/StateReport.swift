internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// A token's state as checks and as JSON.
struct StateReport {
    let state: TokenState
    let issued: IssuedAt
    let layout: Layout
    /// Whether a token that is not on its user's list is refused.
    let requiresListing: Bool

    /// `requiresListing` comes from options and settings; the layout may require it anyway.
    init(state: TokenState, issued: IssuedAt, layout: Layout, requiresListing: Bool) {
        self.state = state
        self.issued = issued
        self.layout = layout
        self.requiresListing = requiresListing || layout.requiresListing
    }

    /// One check for each kind of state that the layout keeps.
    var checks: [Check] {
        var checks: [Check] = []
        if layout.hasBlacklist { checks.append(blacklist) }
        if layout.hasCutoffs { checks.append(cutoff) }
        if layout.hasVersions { checks.append(version) }
        if layout.hasBans { checks.append(ban) }
        if requiresListing { checks.append(whitelist) }
        return checks
    }

    /// Whether the state accepts the token; nil if something could not be judged.
    var isActive: Bool? {
        let results = checks.map(\.result)
        if results.contains(where: { $0 != .passed && $0 != .notJudged }) { return false }
        return results.contains(.notJudged) ? nil : true
    }

    private var blacklist: Check {
        guard let denial = state.denial else { return Check("blacklist", .passed) }
        return Check("blacklist", .failed(.revoked), detail: Self.words(denial, now: state.time))
    }

    private var cutoff: Check {
        switch state.judgeCutoff(issued) {
        case .passes:
            return state.isUserKnown || issued != .notSaid
                ? Check("cutoff", .passed)
                : userUnknown("cutoff")
        case .cutOff(let cutoff):
            return Check("cutoff", .failed(.cutOff), detail: cutoffWords(cutoff))
        case .notYetIssued(let iat):
            let ahead = Int64(min(iat - Double(state.time), 1e15))
            // A blacklist entry outweighs this, and holds when that time has come.
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

    private func cutoffWords(_ cutoff: Int64) -> String {
        let time = TimeText.rfc3339(cutoff)
        return issued == .missing
            ? "it has no iat, and a cutoff is set: \(time)\(whose(cutoff))"
            : "issued at or before the cutoff \(time)\(whose(cutoff))"
    }

    /// The words that mark the cutoff of all users.
    private func whose(_ cutoff: Int64) -> String {
        state.globalCutoff == cutoff ? " for all users" : ""
    }

    private var version: Check {
        guard state.isUserKnown else { return userUnknown("version") }
        guard let lowest = state.version, state.isOutdated else { return Check("version", .passed) }
        let own = state.tokenVersion.map { "its version is \($0)" } ?? "it has no version"
        return Check(
            "version", .failed(.revoked), detail: "\(own), the lowest valid version is \(lowest)")
    }

    private var ban: Check {
        guard state.isUserKnown else { return userUnknown("user") }
        return state.isBanned
            ? Check("user", .failed(.revoked), detail: "the user is banned")
            : Check("user", .passed)
    }

    private func userUnknown(_ name: String) -> Check {
        Check(
            name, .notJudged,
            detail: issued == .notSaid ? "not checked: give --user" : "the token names no user")
    }

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

    /// `by ops 3 min ago: stolen`.
    private static func words(_ denial: TokenState.Denial, now: Int64) -> String {
        var text = "revoked"
        if let actor = denial.entry.actor { text += " by \(actor)" }
        if let time = denial.entry.time { text += " \(TimeText.relative(time, to: now))" }
        if let reason = denial.entry.reason { text += ": \(reason)" }
        return text
    }

    /// The member `state` of verify and status.
    var json: JSONValue {
        let listed: JSONValue =
            switch state.listing {
            case .listed: true
            case .notListed: false
            case .notAsked: .null
            }
        let isCutOff: Bool
        if case .cutOff = state.judgeCutoff(issued) { isCutOff = true } else { isCutOff = false }
        return .object([
            "revoked": .bool(
                state.denial != nil || isCutOff || state.isBanned || state.isOutdated),
            "revoked_ttl": TimeText.number(state.denial?.timeToLive),
            "revoked_by": state.denial?.entry.actor.map { .string($0) } ?? .null,
            "revoked_at": TimeText.json(state.denial?.entry.time),
            "revoke_reason": state.denial?.entry.reason.map { .string($0) } ?? .null,
            "listed": listed,
            "cutoff": TimeText.number(state.cutoff),
        ])
    }
}

/// Redis' answer about a token. The report is kept apart, so that a verdict that has none is small.
enum StateAnswer {
    /// Redis is asked about no token.
    case offline
    /// Redis was not asked about this token: its form, its signature or its ids are bad.
    case withheld
    indirect case known(StateReport)
    /// Redis could not be asked.
    case unknown(Failure)

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
