internal import CommandKit
internal import Redis

/// What a command that writes has to say about a Redis that may lose it.
extension Session {
    /// Warns where Redis evicts keys; with `--require-durable` refuses whatever may lose a
    /// revocation, before anything is written. Asks once, and nothing at all in quiet.
    func requireDurable(_ console: Console) throws {
        if console.options.requiresDurability {
            for (endpoint, durability) in try client.durabilities() {
                if let failure = Diagnostics.durability(durability, at: endpoint) { throw failure }
            }
        } else if !console.options.isQuiet, let policy = try client.evictingPolicy() {
            try console.warn(
                "Redis evicts keys when memory is short (maxmemory-policy "
                    + "\(VisibleText.escape(policy, columns: 40))): "
                    + "revoked tokens may become valid again; see 'jwtctl doctor'")
        }
        try noteMissingReplicas(console)
    }

    /// Where nobody asked for replicas and there is none, none has to confirm anything.
    private func noteMissingReplicas(_ console: Console) throws {
        guard concern.replicas == nil else { return }
        let known = try client.knownReplicas()
        let alone = known.count { $0.count == 0 }
        guard alone > 0 else { return }
        try console.note(
            known.count == 1
                ? "the primary has no replica: its data is on one server only"
                : "primaries without a replica: \(alone) of \(known.count); their data is on one "
                    + "server only")
    }
}

extension Diagnostics {
    /// Why `--require-durable` refuses a server; nil where it does not.
    static func durability(_ durability: Durability, at endpoint: Endpoint) -> Failure? {
        let server = "Redis at \(shown(endpoint.description))"
        let reason: String
        var hint = "nothing was written; run 'jwtctl doctor' to see what to do"
        switch durability {
        case .keeps: return nil
        case .evicts(let policy):
            reason =
                "\(server) evicts keys when memory is short (maxmemory-policy "
                + "\(VisibleText.escape(policy, columns: 40)))"
        case .forgets:
            reason = "\(server) has no append-only file: a crash loses revocations"
        case .failing: reason = "\(server) could not write its append-only file"
        case .unknown(let error):
            let text = error.map { ": \(VisibleText.escape($0.text, columns: 200))" } ?? ""
            reason = "\(server) does not say whether it keeps its data" + text
            if let error, error.kind == .noPermission {
                hint =
                    "nothing was written; an administrator can allow it: "
                    + grant(error, key: nil)
            }
        }
        return Failure(.refused, "not_durable", reason, hint: hint)
    }
}
