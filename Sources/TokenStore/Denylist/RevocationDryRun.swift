package import Layouts

/// Tells what revocations would come to, and writes nothing.
///
/// Of what was already told it keeps a number of 64 bits each: what stands there twice is revoked
/// once.
package final class RevocationDryRun {
    private let store: TokenStore
    private var seen: Set<Int> = []

    package init(_ store: TokenStore) { self.store = store }

    /// What `revoke` would answer.
    package func outcomes(
        of items: [Revocation]
    ) throws(StoreError) -> [RevocationOutcome] {
        var outcomes = try store.plannedOutcomes(of: items)
        for (index, item) in items.enumerated() where outcomes[index] == .revoked {
            let entry = try store.layout.fingerprint(item.subject)
            if !seen.insert(entry).inserted { outcomes[index] = .alreadyRevoked }
        }
        return outcomes
    }
}

extension Layout {
    /// A number for what is written or removed where a token is revoked; seeded by the process, so
    /// that nobody can make two that are the same.
    fileprivate func fingerprint(_ subject: TokenSubject) throws(StoreError) -> Int {
        var hasher = Hasher()
        if let deny {
            let values = TemplateValues(subject)
            hasher.combine(try deny.key.render(values))
            hasher.combine(try deny.member?.render(values))
        } else {
            hasher.combine(subject)
        }
        return hasher.finalize()
    }
}

extension TokenStore {
    /// What `revoke` would answer to each, were it the only one.
    fileprivate func plannedOutcomes(
        of items: [Revocation]
    ) throws(StoreError) -> [RevocationOutcome] {
        lookForWhitelist()
        let states = try states(of: items.map { StateQuery($0.subject) })
        return zip(items, states).map { item, state in
            if layout.deny == nil {
                guard case .listed = state.listing else { return absence(of: item) }
                noteUsage()
                return .revoked
            }
            if state.denial != nil { return .alreadyRevoked }
            if let expiry = item.expiry {
                return isOver(expiry, at: state.time) ? .expired : .revoked
            }
            if case .listed = state.listing { return .revoked }
            return .notFound
        }
    }
}
