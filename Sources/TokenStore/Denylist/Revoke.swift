package import Layouts
internal import Redis

/// One token to revoke.
package struct Revocation: Equatable, Sendable {
    /// The token. If it has a user, it is also taken off that user's list.
    package let subject: TokenSubject
    /// When the token expires; nil if that has to be looked up on the user's list.
    package let expiry: Expiry?
    /// The `iat` in unix seconds; nil if it is not known. Layouts with a refresh window need it.
    package let issuedAt: Int64?

    package var id: Identifier { subject.id }
    package var user: Identifier? { subject.user }

    package init(_ subject: TokenSubject, expiry: Expiry?, issuedAt: Int64? = nil) {
        self.subject = subject
        self.expiry = expiry
        self.issuedAt = issuedAt
    }

    package init(id: Identifier, user: Identifier?, expiry: Expiry?) {
        self.init(TokenSubject(id: id, user: user), expiry: expiry)
    }
}

/// The outcome of one revocation.
package enum RevocationOutcome: Equatable, Sendable {
    /// The entry was written and acknowledged.
    case revoked
    /// There was an entry already. It keeps its reason, and expires when asked for, or later.
    case alreadyRevoked
    /// The token expired longer ago than the margin: there was nothing to write.
    case expired
    /// It is not known when the token expires, and no list has it; or Redis has no key of the
    /// whitelist.
    case notFound
    /// Redis refused this item.
    indirect case failed(StoreError)
    /// Sent, but not answered: the token may be revoked or not. It is safe to revoke it again.
    case unknown
    /// Written and in effect, but a fail-over or a crash may lose it; `isNew` is whether it was not
    /// there before.
    case unconfirmed(isNew: Bool)
    /// Not sent.
    case notAttempted
}

/// The outcomes of a batch, in the order of its items.
package struct RevocationBatch: Sendable {
    package var outcomes: [RevocationOutcome]
    /// What broke the batch off, nil where every item was answered.
    package var failure: StoreError?
}

extension TokenStore {
    /// How many batches of revocations may be under way.
    private static let revocationWindow = 32

    /// Revokes the batches that `next` gives, some hundred items each, and delivers their outcomes
    /// in this order. With a blacklist, entries are written first, then the tokens of known users
    /// are taken off their lists; without one, the tokens are removed from the whitelist.
    ///
    /// It is safe to repeat: no entry expires earlier because of it, and the first reason is kept.
    /// A nil `entry` writes the short value. Returns what broke the work off; a signal ends it
    /// after the batches under way. If it returns nil, what was delivered as `unconfirmed` was
    /// confirmed in the end.
    package func revoke<Item>(
        entry: DenyEntry?, clock: ServerClock, item: @escaping (Item) -> Revocation,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        lookForWhitelist()
        if let rounds = RemovalRounds(self) {
            return try rounds.remove(item: item, next: next, deliver: deliver)
        }
        let runner = JobRunner<[Item], [RevocationOutcome]>(
            self, window: Self.revocationWindow, changes: true
        ) { pull in
            try next(pull).map { batch in
                (batch, self.revocation(of: batch.map(item), entry: entry, clock: clock))
            }
        } deliver: { batch, done in
            let outcomes = done.outcomes(count: batch.count)
            for index in batch.indices { try deliver(batch[index], outcomes[index]) }
        }
        return try runner.run()
    }

    /// Revokes one batch. `confirmedBy` is who waits for replicas and disks at the end,
    /// `recheckedBy` who removes again what an application writes back meanwhile.
    package func revoke(
        _ items: [Revocation], entry: DenyEntry?, confirmedBy: Finisher = .callee,
        recheckedBy: Finisher = .callee
    ) -> RevocationBatch {
        lookForWhitelist()
        if let rounds = RemovalRounds(self) {
            return rounds.remove(items, confirmedBy: confirmedBy, recheckedBy: recheckedBy)
        }
        do throws(StoreError) {
            var job = revocation(of: items, entry: entry, clock: try clock())
            let (done, failure) = run(&job, confirmedBy: confirmedBy)
            return RevocationBatch(outcomes: done.outcomes(count: items.count), failure: failure)
        } catch {
            return RevocationBatch(
                outcomes: Array(repeating: .notAttempted, count: items.count), failure: error)
        }
    }

    /// The job that revokes a batch: it writes entries to the blacklist, or removes what the
    /// application accepts tokens by.
    func revocation(
        of items: [Revocation], entry: DenyEntry?, clock: ServerClock
    ) -> any Job<[RevocationOutcome]> {
        guard let deny = layout.deny else { return userTokens.removal(of: items) }
        return DenyJob(self, deny, items, entry: entry, clock: clock)
    }

    /// The outcome of a removal, from the number of keys or members removed. A token that was not
    /// there is refused already, unless Redis has nothing of the whitelist: then the application
    /// may read other keys.
    func removed(_ item: Revocation, _ reply: Reply) -> RevocationOutcome {
        guard reply != .integer(0) else { return absence(of: item) }
        noteUsage()
        return .revoked
    }
}

extension RevocationOutcome: ItemOutcome {
    /// Whether the token is refused now, by this revocation or an earlier one.
    var isDenied: Bool { self == .revoked || self == .alreadyRevoked }

    var error: StoreError? {
        if case .failed(let error) = self { error } else { nil }
    }

    /// `doubt` about a confirmation leaves a revocation in effect, though it may be lost; any other
    /// failure leaves open whether it was made.
    func doubted(because doubt: StoreError) -> RevocationOutcome {
        switch self {
        case .revoked, .alreadyRevoked:
            doubt.isAboutConfirmation ? .unconfirmed(isNew: self == .revoked) : .unknown
        default: self
        }
    }
}

// MARK: dry run

/// Predicts the outcomes of revocations, and writes nothing. A second revocation of the same token
/// is predicted as `alreadyRevoked`.
package final class RevocationDryRun {
    private let store: TokenStore
    /// The tokens whose revocation was predicted.
    private let seen: SeenTokens

    package init(_ store: TokenStore) {
        self.store = store
        seen = SeenTokens(store.layout)
    }

    /// The outcomes that `revoke` would give, in the order of `items`.
    package func outcomes(
        of items: [Revocation]
    ) throws(StoreError) -> [RevocationOutcome] {
        store.lookForWhitelist()
        var outcomes = try store.ask(PredictionJob(store, items))
        for (index, item) in items.enumerated() where outcomes[index] == .revoked {
            if try !seen.insert(item.subject) { outcomes[index] = .alreadyRevoked }
        }
        return outcomes
    }
}

/// The outcomes that `revoke` would give, each as if no other token was revoked before it.
struct PredictionJob: Question {
    private let store: TokenStore
    private let items: [Revocation]
    private var states: StatesJob
    private(set) var outcome: [RevocationOutcome] = []

    init(_ store: TokenStore, _ items: [Revocation]) {
        self.store = store
        self.items = items
        states = StatesJob(store, items.map { StateQuery($0.subject) })
    }

    mutating func next() -> [Command]? { states.next() }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        try states.take(exchange)
        for (item, state) in zip(items, states.outcome) {
            outcome.append(predict(item, try state.get()))
        }
    }

    private func predict(_ item: Revocation, _ state: TokenState) -> RevocationOutcome {
        guard let deny = store.layout.deny else {
            guard case .listed = state.listing else { return store.absence(of: item) }
            store.noteUsage()
            return .revoked
        }
        if state.denial != nil { return .alreadyRevoked }
        if let expiry = item.expiry {
            // As `DenyJob` decides: an entry that would have expired is not written.
            let end = deny.end(of: expiry, issuedAt: item.issuedAt, margin: store.margin)
            return end.map { $0 <= state.time } ?? false ? .expired : .revoked
        }
        if case .listed = state.listing { return .revoked }
        return .notFound
    }
}

// MARK: the entries of the blacklist

extension TokenStore {
    /// Every blacklist entry, page by page; one may come twice while Redis rehashes. `body` answers
    /// whether to go on.
    package func forEachDenial(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping ([ListedDenial]) throws -> Bool
    ) throws {
        guard let deny = layout.deny else { return }
        let clock = try clock()
        let listing = DenyListing(
            layout: layout, deny: deny, pattern: pattern, margin: margin,
            isOneServer: !client.isGroup)
        switch deny.scan(listing) {
        case .keys(let match, let type):
            try forEachPage(match: match, type: type) { keys in
                DenyPageJob(store: self, page: deny.page(keys, listing), clock: clock)
            } _: {
                try body($0)
            }
        case .members(let key):
            try forEachMember(ofSet: key) { members in
                let page = deny.page(members, listing)
                return try body(try page.entries([], at: clock.milliseconds))
            }
        }
    }
}

/// Reads the entries of one page of keys.
private struct DenyPageJob: Question {
    let store: TokenStore
    let page: any DenyPage
    let clock: ServerClock
    var commands: [Command] = []
    var isDone = false
    var outcome: [ListedDenial] = []

    mutating func next() throws(StoreError) -> [Command]? {
        guard !isDone else { return nil }
        commands = try page.commands()
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        isDone = true
        let replies = try store.replies(exchange, to: commands)
        outcome = try page.entries(replies, at: clock.milliseconds)
    }
}
