/// Every word that a layout's data may contain. The readers take their words from here, and a test
/// looks for each of them in the manual, so that the manual lacks none.
package enum LayoutGrammar {
    static let layout = [
        "name", "doc", "source", "proof", "on_outage", "on_outage_source", "notes", "mistaken_for",
        "extends", "vars", "define", "claims", "stores",
    ]
    static let claims = ["id", "user"]
    /// Sources of a name that are not claims: a hash of what was signed, and the whole token.
    static let sources = ["$content", "$token"]

    enum Role: String, CaseIterable {
        case deny, allow, index, notBefore = "not_before", version, userBan = "user_ban", audit
        case announce, variable
    }

    enum Kind: String, CaseIterable {
        case string, hash, set, zset, keys, values, hashes, tokens
    }

    /// The members of `also`, for a set besides a hash.
    static let beside = ["set", "member"]
    static let allow = [
        "role", "type", "key", "key_codec", "match", "value", "value_codec", "on_revoke", "links",
        "look_again",
    ]
    /// The member of `on_revoke`, for an application that marks revoked tokens instead of deleting
    /// their keys.
    static let removal = ["rewrite"]
    static let link = ["key", "type", "via", "remove", "holding", "search", "field"]
    static let list = ["role", "type", "key", "member", "score", "details", "key_ttl"]
    static let indexKeys = ["role", "type", "key", "path", "trace", "leaves", "leaves_for"]
    static let indexSet = ["role", "type", "key", "leaves", "leaves_for"]
    static let indexValues = ["role", "type", "path", "leaves", "leaves_for"]
    static let indexHashes = ["role", "type", "key", "field", "leaves", "leaves_for"]
    static let indexTokens = ["role", "type", "also", "objects", "kin", "leaves", "leaves_for"]
    static let notBefore = ["role", "type", "key", "field", "unit", "compare", "scope", "ttl"]
    static let version = ["role", "key", "number"]
    static let userBan = ["role", "key", "member"]
    static let audit = ["role", "key"]
    static let announce = ["role", "channel", "changes"]

    static let variable = ["role", "name", "key", "value_codec", "filter"]

    static let denyMatches = DenyMatch.allCases.map(\.rawValue)
    static let allowMatches = ["exists", "equals"]
    static let removals = ["delete"]
    static let linkRemovals = ["key", "value", "same"]
    package static let scores = ["exp_s", "exp_ms"]
    static let units = ["s", "ms"]
    static let comparisons = ["le", "lt"]
    static let scopes = ["user", "everyone"]
    static let announced = ["revocations", "all"]
    static let lives = "remaining, remaining+60, max(exp, iat+N)+M or none"
    static let keyLives = "none, max_score or max_score+60"
    static let withoutExpiry = "refuse, persist or fixed:SECONDS"

    static let placeholders = [
        "id", "user", "iss", "aud", "token", "sig", "exp", "iat", "now", "reason", "entry", "link",
        "any", "claim.NAME",
    ]
    /// `words` joins a claim that is an array to one text, and has to be the first filter.
    static let filters = ["words"] + Template.Filter.allCases.map(\.rawValue)

    /// The names of all members, wherever they may occur.
    static let members = Set(
        [
            layout, claims, beside, allow, removal, link, list, indexKeys, indexSet, indexValues,
            indexHashes, indexTokens, notBefore, version,
            userBan, audit, announce, variable,
        ].flatMap(\.self) + DenyStore.shapes.flatMap { $0.members })

    /// The words that may be values.
    static let values = Set(
        Role.allCases.map(\.rawValue) + Kind.allCases.map(\.rawValue)
            + Layout.Proof.allCases.map(\.rawValue) + Layout.Outage.allCases.map(\.rawValue)
            + Template.Codec.allCases.map(\.rawValue)
            + [
                sources, denyMatches, allowMatches, removals, linkRemovals, scores, units,
                comparisons, scopes, announced,
            ].flatMap(\.self))

    /// Rules as an error proposes them.
    static let rules = [lives, keyLives, withoutExpiry]
}
