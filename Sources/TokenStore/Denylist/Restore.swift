package import Layouts
internal import Redis

/// One revocation to take back.
package struct Restoration: Equatable, Sendable {
    package let subject: TokenSubject
    /// A bare id's cutoffs can't be judged: it is then `.notSaid`.
    package let issued: IssuedAt
    /// nil where nobody said; the life of the entry may tell.
    package let expiry: Expiry?

    package var id: Identifier { subject.id }
    package var user: Identifier? { subject.user }

    package init(_ subject: TokenSubject, issued: IssuedAt, expiry: Expiry?) {
        self.subject = subject
        self.issued = issued
        self.expiry = expiry
    }
}

/// What taking a revocation back came to.
package enum RestoreOutcome: Equatable, Sendable {
    /// The entry is gone; `isListed` says whether the token stands on its user's list (again).
    case restored(isListed: Bool)
    /// There was no entry.
    case notRevoked
    /// A cutoff (unix seconds) still kills the token: nothing was changed.
    case cutOff(Int64)
    /// The user is banned, or the token's number is too low: nothing was changed.
    case banned, outdated
    /// The user has another token by now, which takes its place: nothing was changed.
    case displaced
    /// The token is over: there is nothing to bring back.
    case expired
    /// Redis refused this item.
    case failed(StoreError)
    /// Sent, but no answer came: the entry may be gone or not.
    case unknown
    /// The entry is gone, but a fail-over or a crash may bring it back.
    case unconfirmed(isListed: Bool)
    /// Never sent.
    case notAttempted
}

/// The same, and whether the trail tells of it.
package struct RestoreResult: Equatable, Sendable {
    package var outcome: RestoreOutcome
    package var isAudited = false
    /// Why the trail does not tell of what was restored.
    package var auditFailure: StoreError?
}

extension TokenStore {
    /// How many batches of restorations may be under way.
    private static let restorationWindow = 8

    /// Removes the blacklist entry of every item, unless a cutoff would keep the token dead anyway,
    /// and puts the token back on its user's list where enough of it is known. See `revoke` for
    /// `next`, and for what is returned.
    package func restore<Item>(
        reason: String?, item: @escaping (Item) -> Restoration,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RestoreResult) throws -> Void
    ) throws -> StoreError? {
        let runner = JobRunner<[Item], [RestoreResult]>(
            self, window: Self.restorationWindow, changes: true
        ) { pull in
            try next(pull).map { batch in
                (batch, RestoreJob(self, batch.map(item), reason: reason))
            }
        } deliver: { batch, done in
            for (item, result) in zip(batch, done.outcomes(count: batch.count)) {
                try deliver(item, result)
            }
        }
        return try runner.run()
    }

    /// The same for one item. What nobody confirmed is `unconfirmed`, and why is the `doubt`.
    package func restore(
        _ item: Restoration, reason: String?
    ) throws(StoreError) -> RestoreResult {
        var job = RestoreJob(self, [item], reason: reason)
        let (done, failure) = run(&job)
        if let failure, !failure.isAboutConfirmation { throw failure }
        let result = try done.result.get()[0]
        if let error = result.error { throw error }
        return failure.map(result.doubted) ?? result
    }
}

extension RestoreResult: ItemOutcome {
    static func failed(_ error: StoreError) -> RestoreResult { .init(outcome: .failed(error)) }
    static var unknown: RestoreResult { .init(outcome: .unknown) }
    static var notAttempted: RestoreResult { .init(outcome: .notAttempted) }

    var error: StoreError? {
        if case .failed(let error) = outcome { error } else { nil }
    }

    /// The same where what was acknowledged may not stand.
    func doubted(because doubt: StoreError) -> RestoreResult {
        guard case .restored(let isListed) = outcome else { return self }
        guard doubt.isAboutConfirmation else { return .unknown }
        var result = self
        result.outcome = .unconfirmed(isListed: isListed)
        return result
    }
}
