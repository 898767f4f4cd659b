/// One token to revoke.
package struct Revocation: Equatable, Sendable {
    /// Its user, where known: the token is then taken off that user's list too.
    package let subject: TokenSubject
    /// nil where only the user's list can tell.
    package let expiry: Expiry?
    /// Unix seconds, where somebody said.
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

/// What became of one revocation.
package enum RevocationOutcome: Equatable, Sendable {
    /// The entry was written and acknowledged.
    case revoked
    /// An entry stood there; it keeps its reason, and lives as long as asked for or longer.
    case alreadyRevoked
    /// The token, and the margin after it, are over: there was nothing to write.
    case expired
    /// Nobody said when the token ends, and no list knows it; or no key of the whitelist is there.
    case notFound
    /// Redis refused this item.
    indirect case failed(StoreError)
    /// Sent, but no answer came: the token may be revoked or not. Doing it again settles it.
    case unknown
    /// Written and in effect, but not known to outlive a fail-over or a crash; `isNew` is whether it
    /// was not there before.
    case unconfirmed(isNew: Bool)
    /// Never sent.
    case notAttempted
}

/// What became of a batch. The outcomes stand in the order of the items.
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

    /// Blacklists every item of every batch that `next` gives, then takes those of known users off
    /// their lists. The outcomes of each batch are delivered in the batches' order.
    ///
    /// Safe to repeat: an entry's life is never shortened, its first reason is kept. With `entry`
    /// nil the short value is written. A batch is some hundred items. Returns what broke the work
    /// off; a signal ends it after what was under way. Where it returns nil, what was delivered as
    /// `unconfirmed` was confirmed in the end.
    package func revoke<Item>(
        entry: DenyEntry?, clock: ServerClock, item: @escaping (Item) -> Revocation,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        lookForWhitelist()
        guard !requiresLinkSearch else { return try removeSessions(item, next, deliver) }
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

    /// The same for one batch. `isPart` is whether more changes belong to it: the caller then looks
    /// for doubts. `rechecks` is whether to wait for what the application may write back.
    package func revoke(
        _ items: [Revocation], entry: DenyEntry?, isPart: Bool = false, rechecks: Bool = true
    ) -> RevocationBatch {
        lookForWhitelist()
        guard !requiresLinkSearch else {
            var batch = removeSessions(items, rechecks: rechecks)
            if !isPart, batch.failure == nil {
                batch.failure = confirmAtEnd()
                if let doubt { batch.outcomes = batch.outcomes.map { $0.doubted(because: doubt) } }
            }
            return batch
        }
        do throws(StoreError) {
            let clock = try self.clock()
            var job = revocation(of: items, entry: entry, clock: clock)
            let (done, failure) = run(&job, isPart: isPart)
            return RevocationBatch(outcomes: done.outcomes(count: items.count), failure: failure)
        } catch {
            return RevocationBatch(
                outcomes: Array(repeating: .notAttempted, count: items.count), failure: error)
        }
    }

    /// The job that revokes a batch: an entry on the blacklist, or the removal of what the
    /// application accepts tokens by.
    func revocation(
        of items: [Revocation], entry: DenyEntry?, clock: ServerClock
    ) -> any Job<[RevocationOutcome]> {
        guard let deny = layout.deny else { return RemoveSessionsJob(self, items) }
        return DenyJob(self, deny, items, entry: entry, clock: clock)
    }
}

extension RevocationOutcome: ItemOutcome {
    var error: StoreError? {
        if case .failed(let error) = self { error } else { nil }
    }

    /// The same where what was acknowledged may not stand.
    func doubted(because doubt: StoreError) -> RevocationOutcome {
        switch self {
        case .revoked, .alreadyRevoked:
            doubt.isAboutConfirmation ? .unconfirmed(isNew: self == .revoked) : .unknown
        default: self
        }
    }
}
