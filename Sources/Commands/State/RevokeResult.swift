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
enum RevokeRow: ItemRow {
    case done(RevokeResult)
    /// An operand as a table shows it.
    case failed(Failure, operand: String)
    /// An operand after one at which Redis failed.
    case notAttempted(Failure, operand: String)

    var status: ExitStatus {
        switch self {
        case .done: .success
        case .failed(let failure, _), .notAttempted(let failure, _): failure.status
        }
    }

    fileprivate var result: RevokeResult? {
        if case .done(let result) = self { return result }
        return nil
    }

    private var failure: Failure? {
        switch self {
        case .done: nil
        case .failed(let failure, _), .notAttempted(let failure, _): failure
        }
    }

    private func name(_ console: Console) -> String {
        switch self {
        case .done(let result): console.cell(id: result.label.description)
        case .failed(_, let operand), .notAttempted(_, let operand): operand
        }
    }

    /// The word of JSON.
    private var outcome: String {
        switch self {
        case .done(let result): result.outcome.word
        case .failed: "failed"
        case .notAttempted: "not_attempted"
        }
    }

    private var error: JSONValue {
        guard let failure else { return .null }
        return ["code": .string(failure.code), "message": .string(failure.message)]
    }

    /// The writer of these rows; `extent` is one for a single operand.
    static func writer(
        _ console: Console, of extent: ResultExtent, _ backend: Backend
    ) -> any ResultWriter<RevokeRow> {
        console.writer(columns(console, target: backend.json), of: extent) { row in
            Item.line(row.result?.label.description ?? "", keys: backend.keys)
        } text: {
            $0.result?.words ?? ""
        }
    }

    private static func columns(_ console: Console, target: JSONValue) -> [Column<RevokeRow>] {
        [
            .both(.id, "id") {
                $0.name(console)
            } value: {
                .string(orNull: $0.result?.label)
            },
            .member("sub") { .string(orNull: $0.result?.request.revocation.user) },
            .both(.state("RESULT"), "result") {
                ($0.result?.word ?? $0.outcome).spoken
            } value: {
                .string($0.outcome)
            },
            .left("ttl") { $0.result?.timeToLive },
            .member("verified") { .bool(orNull: $0.result?.request.isVerified) },
            .member("error") { $0.error },
            .member("confirmed") { $0.result?.outcome.isUnconfirmed == true ? false : .null },
            .member("audited") { .bool($0.result?.isAudited ?? false) },
            .member("dry_run") { row in row.result.map { .bool($0.isDryRun) } },
            .member("target") { row in row.result.map { _ in target } },
        ]
    }
}
