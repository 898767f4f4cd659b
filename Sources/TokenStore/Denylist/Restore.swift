package import Layouts
internal import Redis

/// One revocation to undo.
package struct Restoration: Equatable, Sendable {
    package let subject: TokenSubject
    /// The name for the audit log: where the id is the token's text, that is a secret.
    let label: Identifier
    /// When the token was issued. With `.notSaid`, for an id alone, no cutoff can be compared.
    package let issued: IssuedAt
    /// nil if it is not known. The time to live of the blacklist entry then shows it.
    package let expiry: Expiry?

    package var id: Identifier { subject.id }
    package var user: Identifier? { subject.user }

    /// `label` is the id unless it is given.
    package init(
        _ subject: TokenSubject, label: Identifier? = nil, issued: IssuedAt, expiry: Expiry?
    ) {
        self.subject = subject
        self.label = label ?? subject.id
        self.issued = issued
        self.expiry = expiry
    }
}

/// The outcome of undoing one revocation.
package enum RestoreOutcome: Equatable, Sendable {
    /// The entry is gone. `isListed` is whether the token is on its user's list now.
    case restored(isListed: Bool)
    /// There was no entry.
    case notRevoked
    /// A cutoff (unix seconds) revokes the token as well: nothing was changed.
    case cutOff(Int64)
    /// The user is banned, or the token's version is too low: nothing was changed.
    case banned, outdated
    /// The user has another token by now, and the application keeps one for each user: nothing was
    /// changed.
    case displaced
    /// The token has expired: nothing was changed.
    case expired
    /// Redis refused a command of this item.
    case failed(StoreError)
    /// Sent, but not answered: the entry may be gone or not.
    case unknown
    /// The entry is gone, but a fail-over or a crash may bring it back.
    case unconfirmed(isListed: Bool)
    /// Not sent.
    case notAttempted
}

/// The outcome of undoing one revocation, and whether the audit log has an entry about it.
package struct RestoreResult: Equatable, Sendable {
    package var outcome: RestoreOutcome
    /// Whether something was changed that audit logs record, whatever became of the rest.
    package var isChange = false
    package var isAudited = false
    /// Why the log has no entry about a token that was restored; nil if it has, or keeps none.
    package var auditFailure: StoreError?
}

extension TokenStore {
    /// How many batches of restorations may be under way.
    private static let restorationWindow = 8

    /// Removes the blacklist entry of every item, unless the token would be refused without it,
    /// too. Then puts the token back on its user's list, if its user and expiry are known. See
    /// `revoke` for `next`, and for what is returned. A dry run delivers the outcomes that a
    /// restoration would have, and writes nothing.
    package func restore<Item>(
        reason: String?, isDryRun: Bool = false, item: @escaping (Item) -> Restoration,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, RestoreResult) throws -> Void
    ) throws -> StoreError? {
        let seen = isDryRun ? SeenTokens(layout) : nil
        let runner = JobRunner<[Item], [RestoreResult]>(
            self, window: Self.restorationWindow, changes: !isDryRun
        ) { pull in
            try next(pull).map { batch in
                (batch, RestoreJob(self, batch.map(item), reason: reason, dryRun: seen))
            }
        } deliver: { batch, done in
            for (item, result) in zip(batch, done.outcomes(count: batch.count)) {
                try deliver(item, result)
            }
        }
        return try runner.run()
    }

    /// Undoes one revocation, and throws if it failed. Without a confirmation by replicas or disks
    /// the outcome is `unconfirmed`, and `doubt` has the reason. A dry run writes nothing.
    package func restore(
        _ item: Restoration, reason: String?, isDryRun: Bool = false
    ) throws(StoreError) -> RestoreResult {
        let seen = isDryRun ? SeenTokens(layout) : nil
        var job = RestoreJob(self, [item], reason: reason, dryRun: seen)
        let (done, failure) = isDryRun ? runDry(&job) : run(&job)
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

    /// Only a restored token can be in doubt: all other outcomes changed nothing.
    func doubted(because doubt: StoreError) -> RestoreResult {
        guard case .restored(let isListed) = outcome else { return self }
        guard doubt.isAboutConfirmation else { return .unknown }
        var result = self
        result.outcome = .unconfirmed(isListed: isListed)
        return result
    }
}
