internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

/// What became of one revocation, as it is told.
struct RevokeResult {
    let plan: RevocationPlanner.Plan
    let outcome: RevocationOutcome
    /// Seconds that the entry lives on; nil for ever, or where there is none.
    var timeToLive: Int64?
    var isAudited = false
    private let target: JSONValue
    private let isDryRun: Bool

    init(
        _ plan: RevocationPlanner.Plan, outcome: RevocationOutcome, session: Session,
        isDryRun: Bool = false
    ) {
        self.isDryRun = isDryRun
        self.plan = plan
        self.outcome = outcome
        target = session.json
    }

    var json: JSONObject {
        [
            "id": .string(plan.revocation.id.description),
            "sub": plan.revocation.user.map { .string($0.description) } ?? .null,
            "result": .string(outcome.word), "ttl": TimeText.number(timeToLive),
            "verified": plan.isVerified.map { .bool($0) } ?? .null, "error": .null,
            "audited": .bool(isAudited), "dry_run": .bool(isDryRun), "target": target,
        ]
    }

    var words: String {
        let id = VisibleText.escape(plan.revocation.id.description, columns: 80)
        let life =
            timeToLive.map { ", the entry lives \(Duration.words($0))" }
            ?? (outcome == .expired || isDryRun ? "" : ", the entry never expires")
        let check = plan.isVerified == false ? " (its signature was not checked)" : ""
        return switch outcome {
        case .revoked: (isDryRun ? "would be revoked: " : "revoked ") + "\(id)\(life)\(check)\n"
        case .alreadyRevoked: "already revoked \(id)\(life)\(check)\n"
        case .expired: "expired \(id): nothing to revoke\(check)\n"
        default: "\(outcome.word) \(id)\n"
        }
    }

    func status(_ console: Console) throws -> ExitStatus {
        switch outcome {
        case .revoked, .alreadyRevoked, .expired: .success
        case .failed, .unknown, .notAttempted: .unknown
        }
    }
}
