package import Layouts
internal import Redis

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
        store.lookForWhitelist()
        var outcomes = try store.ask(PlannedRevocations(store, items))
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

/// What `revoke` would answer to each of some revocations, were it the only one. It writes nothing.
struct PlannedRevocations: Question {
    private let store: TokenStore
    private let items: [Revocation]
    private var states: StatesJob
    private(set) var outcome: [RevocationOutcome]

    init(_ store: TokenStore, _ items: [Revocation]) {
        self.store = store
        self.items = items
        states = StatesJob(store, items.map { StateQuery($0.subject) })
        outcome = Array(repeating: .notAttempted, count: items.count)
    }

    mutating func next() throws(StoreError) -> [Command]? { states.next() }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        try states.take(exchange)
        for (index, state) in states.outcome.enumerated() {
            outcome[index] = plan(items[index], try state.get())
        }
    }

    private func plan(_ item: Revocation, _ state: TokenState) -> RevocationOutcome {
        if store.layout.deny == nil {
            guard case .listed = state.listing else { return store.absence(of: item) }
            store.noteUsage()
            return .revoked
        }
        if state.denial != nil { return .alreadyRevoked }
        if let expiry = item.expiry {
            let end = store.layout.deny?.end(
                of: expiry, issuedAt: item.issuedAt, margin: store.margin)
            return (end ?? .max) <= state.time ? .expired : .revoked
        }
        if case .listed = state.listing { return .revoked }
        return .notFound
    }
}
