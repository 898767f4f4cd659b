internal import CommandKit
internal import Layouts
internal import TokenStore

/// Which tokens of the lists are shown. Times are compared with Redis' clock, as states are.
struct TokenFilter: Sendable {
    /// The first issue time that is shown.
    var issuedSince: Moment?
    /// The issue time from which on nothing is shown.
    var issuedBefore: Moment?
    /// The expiry from which on nothing is shown.
    var expiresBefore: Moment?
    var state: TokenList.TokenStanding?
    var label: IdentifierPattern?

    /// The options of `list tokens` that make a filter.
    static let group = OptionGroup(
        title: "Filters", defaults: TokenFilter(),
        options: [
            .bound(
                "issued-since", .ago, summary: "Only tokens issued at this time or later.",
                into: \.issuedSince),
            .bound(
                "issued-before", .ago, summary: "Only tokens issued before this time.",
                into: \.issuedBefore),
            .bound(
                "expires-before", .fromNow,
                summary: "Only tokens that expire before this time.", into: \.expiresBefore),
            .choice(
                "state", metavar: "STATE", summary: "Only tokens in this state.", into: \.state),
            .pattern("label", summary: "Only labels that match this pattern.", into: \.label),
        ])

    /// Whether it admits every token.
    var isEmpty: Bool {
        issuedSince == nil && issuedBefore == nil && expiresBefore == nil && state == nil
            && label == nil
    }

    /// Refuses times between which there is none.
    func check() throws(UsageError) {
        if let issuedSince, let issuedBefore, issuedSince.isAtOrAfter(issuedBefore) {
            throw .other("'--issued-since' must be earlier than '--issued-before'")
        }
    }

    /// Refuses to filter by what the layout does not keep: no token would pass, and an empty list
    /// would look as if there were none.
    func require(_ backend: Backend) throws(Failure) {
        if issuedSince != nil || issuedBefore != nil, !backend.layout.listsIssueTimes {
            throw backend.unsupported(
                "tell when tokens were issued",
                hint: "omit --issued-since and --issued-before")
        }
        if label != nil, !backend.layout.hasLabels {
            throw backend.unsupported(
                "tell tokens by their labels", hint: "omit --label: this layout keeps none")
        }
    }

    /// A token whose issue time is not known is neither before nor after any time; one that never
    /// expires does so before none; one without a label matches no pattern.
    func admits(_ token: ListedToken, in list: TokenList) -> Bool {
        if issuedSince != nil || issuedBefore != nil {
            guard let issuedAt = token.issuedAt else { return false }
            if let issuedSince, issuedAt < issuedSince.seconds(now: list.time) { return false }
            if let issuedBefore, issuedAt >= issuedBefore.seconds(now: list.time) { return false }
        }
        if let expiresBefore {
            guard let expiry = token.expiry.seconds,
                expiry < expiresBefore.seconds(now: list.time)
            else { return false }
        }
        if let label {
            guard let own = token.label, label.matches(Identifier(stored: Array(own.utf8))) else {
                return false
            }
        }
        return state == nil || list.standing(of: token) == state
    }
}
