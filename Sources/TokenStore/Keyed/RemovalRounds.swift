internal import Layouts
internal import Platform
internal import Redis

/// Revocations by the removal of session keys, for layouts of which one job for a batch is not
/// enough.
///
/// Links whose keys cannot be made have to be searched for between two jobs, and a request of the
/// application that is under way may write a token back. The first round leaves out the items with
/// such links; a scan of all keys deletes the links, and the second round removes these items. What
/// came back after `AllowStore.secondLook` seconds is removed again, in up to `maxRechecks` more
/// rounds.
struct RemovalRounds {
    private let store: TokenStore
    private let allow: AllowStore

    /// How many items are searched for together: each search scans all keys.
    private static let searchLimit = 5000

    /// How often what came back is removed again.
    private static let maxRechecks = 3

    /// nil where one job is enough: for every layout with a blacklist or with token lists, and for
    /// session keys whose links can all be named.
    init?(_ store: TokenStore) {
        guard store.layout.deny == nil, let allow = KeyedTokens(store)?.allow,
            allow.secondLook > 0 || !allow.searchPrefixes.isEmpty || allow.hasWildLinks
        else { return nil }
        self.store = store
        self.allow = allow
    }

    /// Removes as many batches together as can be had without waiting; see `TokenStore.revoke`.
    func remove<Item>(
        item: (Item) -> Revocation,
        next: (Pull) throws -> Supply<[Item]>,
        deliver: (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var items: [Item] = []
            while items.count < Self.searchLimit,
                case .item(let batch) = try next(items.isEmpty ? .blocking : .polling)
            {
                items += batch
            }
            guard !items.isEmpty else { break }
            var batch = removeInRounds(items.map(item), recheckedBy: .callee)
            if let doubt = store.doubt {
                batch.outcomes = batch.outcomes.map { $0.doubted(because: doubt) }
            }
            for (item, outcome) in zip(items, batch.outcomes) { try deliver(item, outcome) }
            if let failure = batch.failure { return failure }
        }
        return try store.confirm()
    }

    /// Removes one batch; see `TokenStore.revoke`. Outcomes that a fail-over may undo say so,
    /// unless the caller confirms.
    func remove(
        _ items: [Revocation], confirmedBy: Finisher, recheckedBy: Finisher
    ) -> RevocationBatch {
        var batch = removeInRounds(items, recheckedBy: recheckedBy)
        if confirmedBy == .callee, batch.failure == nil {
            batch.failure = store.confirmAtEnd()
            if let doubt = store.doubt {
                batch.outcomes = batch.outcomes.map { $0.doubted(because: doubt) }
            }
        }
        return batch
    }

    /// Both rounds, the rechecks and the announcements for one batch. With `.caller`, a logout
    /// rechecks itself, and its passes find the keys of wild links.
    private func removeInRounds(
        _ items: [Revocation], recheckedBy finisher: Finisher
    ) -> RevocationBatch {
        var batch = RevocationBatch(
            outcomes: Array(repeating: .notAttempted, count: items.count))
        do throws(StoreError) {
            batch.failure = try remove(
                items, Array(items.indices), &batch.outcomes, recheckedBy: finisher)
            if batch.failure == nil, finisher == .callee {
                batch.failure = try recheck(items, &batch.outcomes)
            }
            if batch.failure == nil {
                let commands = store.announcements(of: items, batch.outcomes)
                if !commands.isEmpty {
                    store.noteAnnounced(store.client.collect(commands), commands)
                }
            }
        } catch {
            batch.failure = error
        }
        return batch
    }

    /// Removes the items at these places and what would bring them back; returns what broke it off.
    private func remove(
        _ items: [Revocation], _ places: [Int], _ outcomes: inout [RevocationOutcome],
        recheckedBy finisher: Finisher
    ) throws(StoreError) -> StoreError? {
        let (failure, wanted) = try round(items, places, &outcomes) { HolderSearch() }
        if let failure { return failure }
        guard !wanted.isEmpty else { return nil }
        let all = Array(wanted.values)
        guard try store.deleteHolders(all, under: allow.searchPrefixes) else { return nil }
        if finisher == .callee {
            guard try store.deleteWildLinks(all, allow) else { return nil }
        }
        return try round(items, wanted.keys.sorted(), &outcomes) { nil }.failure
    }

    /// Removes page by page. With a `search`, the items of which a link has to be searched for are
    /// left alone, and returned by their places.
    private func round(
        _ items: [Revocation], _ places: [Int], _ outcomes: inout [RevocationOutcome],
        search: @escaping () -> HolderSearch?
    ) throws(StoreError) -> (failure: StoreError?, wanted: [Int: HolderSearch.Wanted]) {
        typealias Page = (places: [Int], search: HolderSearch?)
        var pages = places.chunked(by: TokenStore.pageSize)[...]
        var ended: [(page: Page, outcomes: [RevocationOutcome])] = []
        var broken: StoreError?
        let runner = JobRunner<Page, [RevocationOutcome]>(
            store, window: 4, changes: true, confirmedBy: .caller
        ) { _ in
            guard let own = pages.popFirst() else { return .end }
            let page = (own, search())
            let job = RemoveSessionsJob(
                store, allow, own.map { items[$0] }, search: page.1, announcedBy: .caller)
            return .item((page, job))
        } deliver: { page, done in
            if case .failure(let error) = done.result { broken = broken ?? error }
            ended.append((page, done.outcomes(count: page.places.count)))
        }
        let failure = try StoreError.only { try runner.run() } ?? broken
        var wanted: [Int: HolderSearch.Wanted] = [:]
        for (page, own) in ended {
            for (number, place) in page.places.enumerated() {
                outcomes[place] = own[number]
                wanted[place] = page.search?.wanted[number]
            }
        }
        return (failure, wanted)
    }

    /// Waits, and removes again what the application has written back. A token that comes back
    /// after each of `maxRechecks` removals has an unknown outcome.
    private func recheck(
        _ items: [Revocation], _ outcomes: inout [RevocationOutcome]
    ) throws(StoreError) -> StoreError? {
        guard allow.secondLook > 0 else { return nil }
        var gone = items.indices.filter { outcomes[$0] == .revoked }
        for round in 0...Self.maxRechecks {
            guard !gone.isEmpty,
                TokenStore.pauseUnlessSignalled(milliseconds: allow.secondLook * 1000)
            else { return nil }
            let back = try returned(gone, items)
            guard round < Self.maxRechecks else {
                // The application writes them back faster than they can be removed.
                for place in back { outcomes[place] = .unknown }
                return nil
            }
            if let failure = try remove(items, back, &outcomes, recheckedBy: .callee) {
                return failure
            }
            for place in back where outcomes[place] == .alreadyRevoked {
                outcomes[place] = .revoked
            }
            gone = back
        }
        return nil
    }

    /// Those of the items at these places whose keys are there again.
    private func returned(
        _ places: [Int], _ items: [Revocation]
    ) throws(StoreError) -> [Int] {
        var back: [Int] = []
        for page in places.chunked(by: TokenStore.pageSize) {
            let states = try store.states(of: page.map { StateQuery(items[$0].subject) })
            for (place, state) in zip(page, states) {
                if case .listed = state.listing { back.append(place) }
            }
        }
        return back
    }
}
