internal import CommandKit
internal import JSON
internal import TokenStore

/// What became of many items. They add up: every item that was read is counted once.
struct BulkCounts {
    var revoked = 0
    var alreadyRevoked = 0
    var expired = 0
    var notFound = 0
    var failed = 0
    var invalid = 0
    /// Written and in effect, but not confirmed: those that are new, and the others.
    private var unconfirmed = (new: 0, old: 0)
    private var unanswered = 0
    var notAttempted = 0

    /// What may not be there, or may not stay there.
    var unknown: Int { unanswered + unconfirmed.new + unconfirmed.old }
    var areConfirmed: Bool { unconfirmed == (0, 0) }

    var total: Int {
        revoked + alreadyRevoked + expired + notFound + failed + invalid + unknown + notAttempted
    }

    mutating func add(_ outcome: RevocationOutcome) {
        switch outcome {
        case .revoked: revoked += 1
        case .alreadyRevoked: alreadyRevoked += 1
        case .expired: expired += 1
        case .notFound: notFound += 1
        case .failed: failed += 1
        case .unknown: unanswered += 1
        case .unconfirmed(isNew: true): unconfirmed.new += 1
        case .unconfirmed(isNew: false): unconfirmed.old += 1
        case .notAttempted: notAttempted += 1
        }
    }

    /// All was confirmed in the end.
    mutating func confirm() {
        revoked += unconfirmed.new
        alreadyRevoked += unconfirmed.old
        unconfirmed = (0, 0)
    }

    private var parts: [(name: String, count: Int)] {
        [
            ("revoked", revoked), ("already_revoked", alreadyRevoked), ("expired", expired),
            ("not_found", notFound), ("failed", failed), ("invalid", invalid),
            ("unknown", unknown), ("not_attempted", notAttempted),
        ]
    }

    func json(target: JSONValue, isDryRun: Bool) -> JSONObject {
        var object: JSONObject = ["total": .integer(Int64(total))]
        for part in parts { object.set(JSONString(part.name), .integer(Int64(part.count))) }
        object.set("confirmed", areConfirmed ? .null : false)
        object.set("dry_run", .bool(isDryRun))
        object.set("target", target)
        return object
    }

    /// `3 items: 2 revoked, 1 invalid`.
    func words(isDryRun: Bool) -> String {
        let shown = parts.filter { $0.count > 0 }.map { part in
            "\(NumberText.grouped(part.count)) "
                + part.name.spoken
        }
        let head = Count.words(total, "item", "items")
        let tail = shown.isEmpty ? "" : ": " + shown.joined(separator: ", ")
        return (isDryRun ? "dry run, nothing was written: " : "") + head + tail + "\n"
    }
}

extension RevocationOutcome {
    /// The word for it in JSON.
    var word: String {
        switch self {
        case .revoked: "revoked"
        case .alreadyRevoked: "already_revoked"
        case .expired: "expired"
        case .notFound: "not_found"
        case .failed: "failed"
        case .unknown, .unconfirmed: "unknown"
        case .notAttempted: "not_attempted"
        }
    }

    var isUnconfirmed: Bool {
        if case .unconfirmed = self { return true }
        return false
    }
}
