package import Layouts
internal import Redis

/// One token to revoke.
package struct Revocation: Equatable, Sendable {
    /// The token. If it has a user, it is also taken off that user's list.
    package let subject: TokenSubject
    /// nil where only the user's list knows it.
    package let expiry: Expiry?
    /// Unix seconds; nil where it is not known.
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

    package init(outcomes: [RevocationOutcome], failure: StoreError? = nil) {
        self.outcomes = outcomes
        self.failure = failure
    }
}

extension TokenStore {
    /// How many batches of revocations may be under way.
    private static let revocationWindow = 32

    /// Revokes the batches that `next` gives, some hundred items each, and delivers their outcomes in
    /// this order. With a blacklist, entries are written first, then the tokens of known users are
    /// taken off their lists; without one, the tokens are removed from the whitelist.
    ///
    /// It is safe to repeat: no entry expires earlier because of it, and the first reason is kept. A
    /// nil `entry` writes the short value. Returns what broke the work off; a signal ends it after the
    /// batches under way. If it returns nil, what was delivered as `unconfirmed` was confirmed in the
    /// end.
    package func revoke<Item>(
        entry: DenyEntry?, clock: ServerClock, item: @escaping (Item) -> Revocation,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        lookForWhitelist()
        guard layout.deny != nil else {
            return try userTokens.remove(item: item, next: next, deliver: deliver)
        }
        return try runRevocations(item: item, next: next, deliver: deliver) {
            self.revocation(of: $0, entry: entry, clock: clock)
        }
    }

    /// Revokes one batch. `confirmedBy` is who waits for replicas and disks at the end, `recheckedBy`
    /// who removes again what an application writes back meanwhile.
    package func revoke(
        _ items: [Revocation], entry: DenyEntry?, confirmedBy: Finisher = .callee,
        recheckedBy: Finisher = .callee
    ) -> RevocationBatch {
        lookForWhitelist()
        guard layout.deny != nil else {
            return userTokens.remove(items, confirmedBy: confirmedBy, recheckedBy: recheckedBy)
        }
        return runRevocation(of: items, confirmedBy: confirmedBy) { clock in
            revocation(of: items, entry: entry, clock: clock)
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

    /// Revokes batch after batch, a job each, in one pipeline.
    func runRevocations<Item>(
        item: @escaping (Item) -> Revocation,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RevocationOutcome) throws -> Void,
        job: @escaping ([Revocation]) -> any Job<[RevocationOutcome]>
    ) throws -> StoreError? {
        let runner = JobRunner<[Item], [RevocationOutcome]>(
            self, window: Self.revocationWindow, changes: true
        ) { pull in
            try next(pull).map { batch in (batch, job(batch.map(item))) }
        } deliver: { batch, done in
            let outcomes = done.outcomes(count: batch.count)
            for index in batch.indices { try deliver(batch[index], outcomes[index]) }
        }
        return try runner.run()
    }

    /// Revokes one batch with one job.
    func runRevocation(
        of items: [Revocation], confirmedBy: Finisher,
        job: (ServerClock) -> any Job<[RevocationOutcome]>
    ) -> RevocationBatch {
        do throws(StoreError) {
            var job = job(try clock())
            let (done, failure) = run(&job, confirmedBy: confirmedBy)
            return RevocationBatch(outcomes: done.outcomes(count: items.count), failure: failure)
        } catch {
            return RevocationBatch(
                outcomes: Array(repeating: .notAttempted, count: items.count), failure: error)
        }
    }

    /// The outcome of a removal, from the number of keys or members removed. A token that was not
    /// there is refused already, unless Redis has nothing of the whitelist: then the application may
    /// read other keys.
    func removed(_ item: Revocation, _ reply: Reply) -> RevocationOutcome {
        guard reply != .integer(0) else { return absence(of: item) }
        noteUsage()
        return .revoked
    }
}

extension RevocationOutcome: ItemOutcome {
    var error: StoreError? {
        if case .failed(let error) = self { error } else { nil }
    }

    /// The outcome where what was acknowledged may be lost.
    func doubted(because doubt: StoreError) -> RevocationOutcome {
        switch self {
        case .revoked, .alreadyRevoked:
            doubt.isAboutConfirmation ? .unconfirmed(isNew: self == .revoked) : .unknown
        default: self
        }
    }
}
