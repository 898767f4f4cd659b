internal import CommandKit
internal import JSON
internal import Layouts
internal import TokenStore

/// The outcome of one revocation, or of its dry run, as it is shown.
struct RevokeResult {
    private(set) var outcome: RevocationOutcome
    /// Seconds until the entry expires; nil if it never does, and if there is none.
    var timeToLive: Int64?
    /// Whether the audit log has it.
    var isAudited = false
    /// Whether `timeToLive` was asked for.
    var isReadBack = true
    let request: RevocationRequest
    private let hasBlacklist: Bool
    let isDryRun: Bool

    init(
        _ request: RevocationRequest, outcome: RevocationOutcome, backend: Backend,
        isDryRun: Bool
    ) {
        self.request = request
        self.outcome = outcome
        self.isDryRun = isDryRun
        hasBlacklist = backend.layout.hasBlacklist
    }

    /// The name that people see.
    var label: Identifier { request.label }

    /// The result where what was written could not be confirmed.
    var unconfirmed: RevokeResult {
        guard outcome == .revoked || outcome == .alreadyRevoked else { return self }
        var result = self
        result.outcome = .unconfirmed(isNew: outcome == .revoked)
        return result
    }

    /// The outcome for a table. A dry run says what would be done.
    var word: String {
        if outcome.isUnconfirmed { return "not confirmed" }
        return isDryRun && outcome == .revoked ? "would be revoked" : outcome.word
    }

    /// The report on an only item.
    var words: String {
        let id = VisibleText.escape(request.label.description, columns: 80)
        let check = request.isVerified == false ? "signature not checked" : nil
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

/// A row of `revoke`: the outcome of an item, or the failure that prevented it.
struct RevokeRow: ItemRow {
    let result: RevokeResult?
    private let failure: Failure?
    /// The item as a table shows it.
    private let name: String
    /// The outcome in JSON, and in a table.
    private let words: (json: String, table: String)

    /// An only operand sets the exit status of the command.
    var status: ExitStatus { failure?.status ?? .success }

    /// An item that was revoked, or would be.
    init(_ result: RevokeResult, _ console: Console) {
        self.result = result
        failure = nil
        name = console.cell(id: result.label.description)
        words = (result.outcome.word, result.word)
    }

    /// An item that could not be revoked; `word` is `failed` or `not_attempted`.
    init(_ word: String, _ failure: Failure, operand: String) {
        result = nil
        self.failure = failure
        name = operand
        words = (word, word)
    }

    /// The writer of such rows. An item without a result has no line in `-o id`: commands that read
    /// the ids reject an empty one. The error is on standard error.
    static func writer(
        _ console: Console, of extent: ResultExtent, _ backend: Backend
    ) -> ResultWriter<RevokeRow> {
        let target = backend.json
        let columns: [Column<RevokeRow>] = [
            .both(.id, "id") {
                $0.name
            } value: {
                .string(orNull: $0.result?.label)
            },
            .member("sub") { .string(orNull: $0.result?.request.revocation.user) },
            .both(.state("RESULT"), "result") {
                $0.words.table.spoken
            } value: {
                .string($0.words.json)
            },
            .left("ttl") { $0.result?.timeToLive },
            .member("verified") { .bool(orNull: $0.result?.request.isVerified) },
            .member("error") { row in
                row.failure.map { failure in
                    ["code": .string(failure.code), "message": .string(failure.message)]
                } ?? .null
            },
            .member("confirmed") { $0.result?.outcome.isUnconfirmed == true ? false : .null },
            .member("audited") { .bool($0.result?.isAudited ?? false) },
            .member("dry_run") { row in row.result.map { .bool($0.isDryRun) } },
            .member("target") { row in row.result.map { _ in target } },
        ]
        let idLine = backend.idLine()
        return console.writer(columns, of: extent) { row in
            row.result.map { idLine($0.label) }
        } text: {
            $0.result?.words ?? ""
        }
    }
}

/// The outcomes of many items. Every item that was read is counted once.
struct BulkCounts {
    /// Whether nothing was written: the words say so.
    let isDryRun: Bool
    var revoked = 0
    var alreadyRevoked = 0
    var expired = 0
    var notFound = 0
    var failed = 0
    var invalid = 0
    /// Written and in effect, but not confirmed: those that are new, and the others.
    private var unconfirmed = (new: 0, old: 0)
    /// Sent, but never answered.
    private var unanswered = 0
    /// Never sent.
    var notAttempted = 0

    init(isDryRun: Bool) { self.isDryRun = isDryRun }

    /// Items that may not be written, or may not survive a fail-over.
    var unknown: Int { unanswered + unconfirmed.new + unconfirmed.old }
    /// Whether every change is confirmed.
    var areConfirmed: Bool { unconfirmed == (0, 0) }

    /// The number of items that were read.
    var total: Int {
        revoked + alreadyRevoked + expired + notFound + failed + invalid + unknown + notAttempted
    }

    /// Counts what became of one item.
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

    /// Called at the end, if all changes are confirmed after all.
    mutating func confirm() {
        revoked += unconfirmed.new
        alreadyRevoked += unconfirmed.old
        unconfirmed = (0, 0)
    }

    /// The counts by their names in JSON; words for people have no underscores.
    private var parts: [(name: String, count: Int)] {
        [
            ("revoked", revoked), ("already_revoked", alreadyRevoked), ("expired", expired),
            ("not_found", notFound), ("failed", failed), ("invalid", invalid),
            ("unknown", unknown), ("not_attempted", notAttempted),
        ]
    }

    /// `target` is the Redis that was changed, as JSON names it.
    func json(target: JSONValue) -> JSONObject {
        var object: JSONObject = ["total": .integer(Int64(total))]
        for part in parts { object.set(JSONString(part.name), .integer(Int64(part.count))) }
        object.set("confirmed", areConfirmed ? .null : false)
        object.set("dry_run", .bool(isDryRun))
        object.set("target", target)
        return object
    }

    /// `3 items: 2 revoked, 1 invalid`.
    var words: String {
        let shown = parts.filter { $0.count > 0 }.map { part in
            "\(NumberText.grouped(part.count)) \(part.name.spoken)"
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

    /// Whether it was written, but is not confirmed.
    var isUnconfirmed: Bool {
        if case .unconfirmed = self { return true }
        return false
    }
}
