internal import CommandKit
internal import JSON
internal import TokenStore

/// The outcome of one revocation, or of its dry run, as it is shown.
struct RevokeResult {
    private(set) var outcome: RevocationOutcome
    /// Seconds that the entry lives on; nil for ever, or where there is none.
    var timeToLive: Int64?
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

    var label: Identifier { request.label }

    /// The result once it is known whether what was written `isConfirmed`.
    func confirmed(_ isConfirmed: Bool) -> RevokeResult {
        guard !isConfirmed, outcome == .revoked || outcome == .alreadyRevoked else { return self }
        var result = self
        result.outcome = .unconfirmed(isNew: outcome == .revoked)
        return result
    }

    /// The outcome for a table.
    var word: String {
        if outcome.isUnconfirmed { return "not confirmed" }
        return isDryRun && outcome == .revoked ? "would be revoked" : outcome.word
    }

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

/// A row of `revoke`: what became of an item, or why nothing was done for it.
struct RevokeRow: ItemRow {
    let result: RevokeResult?
    private let failure: Failure?
    /// The item as a table shows it.
    private let name: String
    /// The outcome in JSON, and in a table.
    private let words: (json: String, table: String)

    var status: ExitStatus { failure?.status ?? .success }

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

    /// The writer of such rows.
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
            row.result.map { idLine($0.label) } ?? Item.line("", keys: nil)
        } text: {
            $0.result?.words ?? ""
        }
    }
}
