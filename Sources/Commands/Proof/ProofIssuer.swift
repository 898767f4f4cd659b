internal import CommandKit
internal import JOSE
internal import Layouts
internal import Platform
internal import TokenStore

/// The tokens of `prove --issue`: one to be revoked, and one of another user for comparison. Both
/// are revoked in the end, whatever happens.
struct ProofIssuer {
    private let options: ProveOptions
    private let planner: RevocationPlanner
    private let backend: Backend
    private let console: Console
    private let signer: Signer

    /// Seconds for which the tokens live unless an option says otherwise: longer than a proof takes.
    private static let lifetime: Int64 = 600

    init(
        _ options: ProveOptions, _ planner: RevocationPlanner, _ backend: Backend,
        _ console: Console
    ) throws {
        self.options = options
        self.planner = planner
        self.backend = backend
        self.console = console
        let keys = try options.revoke.keys.require(console)
        signer = try options.revoke.keys.signer(keys, hint: "give the key to sign with")
        // A token that has to be on a list, and cannot be put there, would not be accepted.
        if backend.layout.requiresListing { try backend.require(.record) }
    }

    func run(_ proof: Proof) throws -> ExitStatus {
        var issued: [ProvedToken] = []
        defer { for token in issued { revoke(token) } }
        for user in [options.issue.subject, options.otherSubject] {
            issued.append(try issue(for: user))
        }
        return try proof.run(issued[0], witness: issued[1])
    }

    private func issue(for user: String?) throws -> ProvedToken {
        var claims = options.issue
        claims.subject = user
        claims.lifetime = claims.lifetime ?? Self.lifetime
        let minter = TokenMinter(
            draft: try TokenDraft(claims, system: console.system), signer: signer, label: "prove",
            naming: backend.layout.naming)
        try minter.validate(now: console.system.clock.seconds)
        let minted = try minter.issue(
            in: backend.layout.can(.record) ? backend : nil, console.system.clock)
        return try ProvedToken(try Item(operand: minted.text, as: .token), planner)
    }

    /// Revokes a token that nobody shall use. A failure is a warning: the outcome of the proof
    /// stands.
    private func revoke(_ token: ProvedToken) {
        let batch = backend.store.revoke(
            [token.request.revocation],
            entry: DenyEntry(reason: "issued by prove", actor: backend.store.actor))
        var failure = batch.failure
        if case .failed(let error)? = batch.outcomes.first { failure = error }
        guard let failure else { return }
        let end = token.request.revocation.expiry?.seconds.map { " until \(TimeText.table($0))" }
        console.unlessClosed { () throws(OutputError) in
            try console.warn(
                "the issued token '\(token.name)' may be valid\(end ?? ""): "
                    + Diagnostics.failure(for: failure).message)
        }
    }
}
