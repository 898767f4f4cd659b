internal import CommandKit
internal import JSON
internal import TokenStore

/// What became of one revocation, or would become of it, as it is told.
struct RevokeResult {
    private(set) var outcome: RevocationOutcome
    /// Seconds that the entry lives on; nil for ever, or where there is none.
    var timeToLive: Int64?
    var isAudited = false
    /// Whether `timeToLive` was asked for.
    var isReadBack = true
    private let plan: RevocationPlanner.Plan
    private let target: JSONValue
    private let hasBlacklist: Bool
    private let isDryRun: Bool

    init(
        _ plan: RevocationPlanner.Plan, outcome: RevocationOutcome, session: Session,
        isDryRun: Bool
    ) {
        self.plan = plan
        self.outcome = outcome
        self.isDryRun = isDryRun
        target = session.json
        hasBlacklist = session.layout.hasBlacklist
    }

    var label: Identifier { plan.label }

    /// The same when it is known whether what was written `isConfirmed`.
    func confirmed(_ isConfirmed: Bool) -> RevokeResult {
        guard !isConfirmed, outcome == .revoked || outcome == .alreadyRevoked else { return self }
        var result = self
        result.outcome = .unconfirmed(isNew: outcome == .revoked)
        return result
    }

    var json: JSONObject {
        [
            "id": .string(plan.label.description),
            "sub": plan.revocation.user.map { .string($0.description) } ?? .null,
            "result": .string(outcome.word), "ttl": TimeText.number(timeToLive),
            "verified": plan.isVerified.map { .bool($0) } ?? .null, "error": .null,
            "confirmed": outcome.isUnconfirmed ? false : .null,
            "audited": .bool(isAudited), "dry_run": .bool(isDryRun), "target": target,
        ]
    }

    /// An item that could not be revoked, among others; `word` is `failed` or `not_attempted`.
    static func failed(_ word: String, _ failure: Failure) -> JSONObject {
        [
            "id": .null, "sub": .null, "result": .string(word), "ttl": .null, "verified": .null,
            "error": ["code": .string(failure.code), "message": .string(failure.message)],
            "confirmed": .null, "audited": false,
        ]
    }

    /// The outcome for a table.
    var word: String {
        if outcome.isUnconfirmed { return "not confirmed" }
        return isDryRun && outcome == .revoked ? "would be revoked" : outcome.word
    }

    var words: String {
        let id = VisibleText.escape(plan.label.description, columns: 80)
        let check = plan.isVerified == false ? "signature not checked" : nil
        func remarks(_ parts: String?...) -> String {
            let known = parts.compactMap(\.self)
            return known.isEmpty ? "" : " (\(known.joined(separator: ", ")))"
        }
        if outcome == .expired { return "expired \(id): nothing to revoke\(remarks(check))\n" }
        if isDryRun {
            let verb = outcome == .revoked ? "would be revoked" : "already revoked"
            return "\(verb): \(id)\(remarks(check))\n"
        }
        let life: String? =
            !hasBlacklist
            ? "no longer on the whitelist"
            : !isReadBack
                ? nil
                : timeToLive.map { "blacklisted for \(Duration.words($0))" }
                    ?? "blacklisted forever"
        let verb = outcome == .alreadyRevoked ? "already revoked" : "revoked"
        if outcome.isUnconfirmed { return "not confirmed: \(id)\(remarks(life, check))\n" }
        return "\(verb) \(id)\(remarks(life, check))\n"
    }
}
