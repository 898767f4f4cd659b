internal import Platform
internal import Redis

/// Revoking where it takes more than one round of commands: links have to be searched for, or the
/// application may write back what was removed.
extension TokenStore {
    /// How many items are searched for together.
    private static let careCount = 5000

    /// How often what came back is removed again.
    private static let careRounds = 3

    /// Whether the layout's tokens have to be revoked so.
    var needsCare: Bool {
        guard let allow = layout.allow, layout.deny == nil, layout.list == nil else { return false }
        return allow.secondLook > 0 || !allow.searchPrefixes.isEmpty || allow.hasWildLinks
    }

    /// As `revoke`, for as many batches at a time as can be had without waiting.
    func revokeCarefully<Item>(
        _ item: (Item) -> Revocation, _ next: (_ mayWait: Bool) throws -> [Item]?,
        _ deliver: (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var items: [Item] = []
            while items.count < Self.careCount, let batch = try next(items.isEmpty) {
                items += batch
            }
            guard !items.isEmpty else { break }
            var batch = revokeCarefully(items.map(item), looksAgain: true)
            if let doubt { batch.outcomes = batch.outcomes.map { $0.doubted(because: doubt) } }
            for (item, outcome) in zip(items, batch.outcomes) { try deliver(item, outcome) }
            if let failure = batch.failure { return failure }
        }
        return try confirm()
    }

    func revokeCarefully(_ items: [Revocation], looksAgain: Bool) -> RevocationBatch {
        var batch = RevocationBatch(
            outcomes: Array(repeating: .notAttempted, count: items.count))
        do {
            // A logout finds what belongs to its tokens by itself.
            batch.failure = try disallow(
                items, Array(items.indices), &batch.outcomes, searchesAll: looksAgain)
            if batch.failure == nil, looksAgain {
                batch.failure = try lookAgain(items, &batch.outcomes)
            }
            if batch.failure == nil { _ = try resolve(announcing(items, batch.outcomes)) }
        } catch let error as StoreError {
            batch.failure = error
        } catch {
            preconditionFailure("no closure throws anything else: \(error)")
        }
        return batch
    }

    /// Takes the lives of some of the items, and of what would bring them back.
    private func disallow(
        _ items: [Revocation], _ indices: [Int], _ outcomes: inout [RevocationOutcome],
        searchesAll: Bool = true
    ) throws -> StoreError? {
        let first = try round(items, indices, &outcomes, searches: true)
        if let failure = first.failure { return failure }
        guard !first.wanted.isEmpty, let allow = layout.allow,
            try deleteHolders(Array(first.wanted.values), under: allow.searchPrefixes),
            try !searchesAll || deleteWildLinks(Array(first.wanted.values), allow)
        else { return nil }
        return try round(items, first.wanted.keys.sorted(), &outcomes, searches: false).failure
    }

    /// `searches` is whether items are left alone of which a link has to be searched for; they are
    /// told by their places.
    private func round(
        _ items: [Revocation], _ indices: [Int], _ outcomes: inout [RevocationOutcome],
        searches: Bool
    ) throws -> (failure: StoreError?, wanted: [Int: LinkSearch.Wanted]) {
        typealias Page = (indices: ArraySlice<Int>, search: LinkSearch?)
        var rest = indices[...]
        var told: [(Page, [RevocationOutcome])] = []
        var broken: StoreError?
        let run = BulkRun<Page, [RevocationOutcome]>(self, window: 4, changes: true, isPart: true) {
            _ in
            guard !rest.isEmpty else { return nil }
            let own = rest.prefix(Self.pageSize)
            rest = rest.dropFirst(Self.pageSize)
            let work = DisallowanceWork(
                store: self, items: own.map { items[$0] },
                search: searches ? LinkSearch() : nil)
            return (
                (own, work.search),
                { previous throws(StoreError) in
                    try work.steps().then { outcomes throws(StoreError) in
                        let outcomes = outcomes.shown(in: self.layout)
                        return .done(previous.map { Self.keepFirst($0, in: outcomes) } ?? outcomes)
                    }
                }
            )
        } deliver: { page, delivery in
            if case .failure(let error) = delivery.result { broken = broken ?? error }
            told.append((page, Self.outcomes(delivery, count: page.indices.count)))
        }
        let failure = try run.run() ?? broken
        var wanted: [Int: LinkSearch.Wanted] = [:]
        for (page, own) in told {
            for (place, index) in page.indices.enumerated() {
                outcomes[index] = own[place]
                wanted[index] = page.search?.wanted[place]
            }
        }
        return (failure, wanted)
    }

    /// Waits, and removes again what an application has written back.
    private func lookAgain(
        _ items: [Revocation], _ outcomes: inout [RevocationOutcome]
    ) throws -> StoreError? {
        guard let seconds = layout.allow?.secondLook, seconds > 0 else { return nil }
        var gone = items.indices.filter { outcomes[$0] == .revoked }
        for round in 0...Self.careRounds {
            guard !gone.isEmpty, pauseUnlessSignalled(milliseconds: seconds * 1000) else {
                return nil
            }
            var back: [Int] = []
            for start in stride(from: 0, to: gone.count, by: Self.pageSize) {
                let page = gone[start..<min(start + Self.pageSize, gone.count)]
                let states = try states(of: page.map { StateQuery(items[$0].subject) })
                for (index, state) in zip(page, states) {
                    if case .listed = state.listing { back.append(index) }
                }
            }
            if round == Self.careRounds {
                // It is written back faster than it can be removed.
                for index in back { outcomes[index] = .unknown }
                return nil
            }
            if let failure = try disallow(items, back, &outcomes) { return failure }
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
