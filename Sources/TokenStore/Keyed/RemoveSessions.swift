internal import Platform
internal import Redis

/// Revoking where it takes more than one round of commands: links have to be searched for, or the
/// application may write back what was removed.
extension TokenStore {
    /// How many items are searched for together.
    private static let searchLimit = 5000

    /// How often what came back is removed again.
    private static let maxRechecks = 3

    /// Whether the layout's tokens have to be revoked so.
    var requiresLinkSearch: Bool {
        guard let allow = layout.allow, layout.deny == nil, layout.list == nil else { return false }
        return allow.secondLook > 0 || !allow.searchPrefixes.isEmpty || allow.hasWildLinks
    }

    /// As `revoke`, for as many batches at a time as can be had without waiting.
    func removeSessions<Item>(
        _ item: (Item) -> Revocation, _ next: (Pull) throws -> Supply<[Item]>,
        _ deliver: (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var items: [Item] = []
            while items.count < Self.searchLimit,
                case .item(let batch) = try next(items.isEmpty ? .blocking : .polling)
            {
                items += batch
            }
            guard !items.isEmpty else { break }
            var batch = removeSessions(items.map(item), rechecks: true)
            if let doubt { batch.outcomes = batch.outcomes.map { $0.doubted(because: doubt) } }
            for (item, outcome) in zip(items, batch.outcomes) { try deliver(item, outcome) }
            if let failure = batch.failure { return failure }
        }
        return try confirm()
    }

    func removeSessions(_ items: [Revocation], rechecks: Bool) -> RevocationBatch {
        var batch = RevocationBatch(
            outcomes: Array(repeating: .notAttempted, count: items.count))
        do {
            // A logout finds what belongs to its tokens by itself.
            batch.failure = try remove(
                items, Array(items.indices), &batch.outcomes, searchesAll: rechecks)
            if batch.failure == nil, rechecks {
                batch.failure = try recheck(items, &batch.outcomes)
            }
            if batch.failure == nil {
                let commands = announcements(of: items, batch.outcomes)
                if !commands.isEmpty { noteAnnounced(client.collect(commands), commands) }
            }
        } catch let error as StoreError {
            batch.failure = error
        } catch {
            preconditionFailure("no closure throws anything else: \(error)")
        }
        return batch
    }

    /// Removes some of the items, and what would bring them back.
    private func remove(
        _ items: [Revocation], _ indices: [Int], _ outcomes: inout [RevocationOutcome],
        searchesAll: Bool = true
    ) throws -> StoreError? {
        let first = try round(items, indices, &outcomes) { HolderSearch() }
        if let failure = first.failure { return failure }
        guard !first.wanted.isEmpty, let allow = layout.allow,
            try deleteHolders(Array(first.wanted.values), under: allow.searchPrefixes),
            try !searchesAll || deleteWildLinks(Array(first.wanted.values), allow)
        else { return nil }
        return try round(items, first.wanted.keys.sorted(), &outcomes) { nil }.failure
    }

    /// Removes page by page. With a `search`, items of which a link has to be searched for are left
    /// alone, and told by their places.
    private func round(
        _ items: [Revocation], _ indices: [Int], _ outcomes: inout [RevocationOutcome],
        search: @escaping () -> HolderSearch?
    ) throws -> (failure: StoreError?, wanted: [Int: HolderSearch.Wanted]) {
        typealias Page = (indices: [Int], search: HolderSearch?)
        var pages = indices.chunked(by: Self.pageSize)[...]
        var ended: [(page: Page, outcomes: [RevocationOutcome])] = []
        var broken: StoreError?
        let runner = JobRunner<Page, [RevocationOutcome]>(
            self, window: 4, changes: true, isPart: true
        ) { _ in
            guard let own = pages.popFirst() else { return .end }
            let page = (own, search())
            return .item(
                (
                    page,
                    RemoveSessionsJob(
                        self, own.map { items[$0] }, search: page.1, announces: false)
                ))
        } deliver: { page, done in
            if case .failure(let error) = done.result { broken = broken ?? error }
            ended.append((page, done.outcomes(count: page.indices.count)))
        }
        let failure = try runner.run() ?? broken
        var wanted: [Int: HolderSearch.Wanted] = [:]
        for (page, own) in ended {
            for (place, index) in page.indices.enumerated() {
                outcomes[index] = own[place]
                wanted[index] = page.search?.wanted[place]
            }
        }
        return (failure, wanted)
    }

    /// Waits, and removes again what an application has written back.
    private func recheck(
        _ items: [Revocation], _ outcomes: inout [RevocationOutcome]
    ) throws -> StoreError? {
        guard let seconds = layout.allow?.secondLook, seconds > 0 else { return nil }
        var gone = items.indices.filter { outcomes[$0] == .revoked }
        for round in 0...Self.maxRechecks {
            guard !gone.isEmpty, pauseUnlessSignalled(milliseconds: seconds * 1000) else {
                return nil
            }
            var back: [Int] = []
            for page in gone.chunked(by: Self.pageSize) {
                let states = try states(of: page.map { StateQuery(items[$0].subject) })
                for (index, state) in zip(page, states) {
                    if case .listed = state.listing { back.append(index) }
                }
            }
            if round == Self.maxRechecks {
                // It is written back faster than it can be removed.
                for index in back { outcomes[index] = .unknown }
                return nil
            }
            if let failure = try remove(items, back, &outcomes) { return failure }
            for index in back where outcomes[index] == .alreadyRevoked {
                outcomes[index] = .revoked
            }
            gone = back
        }
        return nil
    }

    /// Whether the whole of the time could be waited.
    func pauseUnlessSignalled(milliseconds: Int64) -> Bool {
        let end = Monotonic.now.advanced(byMilliseconds: milliseconds)
        while Signals.pending == nil {
            let left = end.remainingMilliseconds
            if left == 0 { return true }
            pause(milliseconds: min(left, 50))
        }
        return false
    }
}
