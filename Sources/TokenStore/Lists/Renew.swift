internal import Redis

/// What replacing a token by a new one came to.
package enum RenewalOutcome: Equatable, Sendable {
    /// The new token is recorded, the old one revoked.
    case renewed
    /// The new one was not recorded: nothing has changed.
    case refused(RecordOutcome)
    /// The old one was revoked, or its user logged out, meanwhile: the new one was taken back.
    case overtaken
    /// The new one is recorded; whether the old one is revoked nobody can tell. Both may be alive.
    case inDoubt(StoreError)
}

extension TokenStore {
    /// Records `new`, then revokes `old`: broken off in between both are alive, never neither.
    ///
    /// A logout that has returned before wins: the step that records looks at the cutoff of `old`,
    /// which is looked at once more after it, since everybody's cutoff lies elsewhere.
    package func renew(
        _ old: Revocation, issued: IssuedAt, as new: TokenRecord?, entry: DenyEntry
    ) throws(StoreError) -> RenewalOutcome {
        if var new {
            new.predecessor = issued
            let outcome = try record(new)
            guard outcome == .recorded else { return .refused(outcome) }
        }
        let batch: RevocationBatch
        do throws(StoreError) {
            let state = try states(of: [StateQuery(old.subject)])[0]
            if state.denial != nil || state.judgeCutoff(issued) != .passes {
                try takeBack(new, entry)
                return .overtaken
            }
            // It is active: where a whitelist is required, it is on it.
            noteUsage()
            batch = revoke([old], entry: entry)
            if let failure = batch.failure { throw failure }
            switch batch.outcomes[0] {
            case .revoked, .expired: return .renewed
            case .failed(let error): throw error
            case .alreadyRevoked:
                try takeBack(new, entry)
                return .overtaken
            case .unknown, .unconfirmed, .notAttempted, .notFound:
                throw .redis(.unexpectedReply(expected: "a reply", got: "nothing"))
            }
        } catch {
            return .inDoubt(error)
        }
    }

    private func takeBack(_ new: TokenRecord?, _ entry: DenyEntry) throws(StoreError) {
        guard let new else { return }
        let batch = revoke([Revocation(new.subject, expiry: new.expiry)], entry: entry)
        if let failure = batch.failure { throw failure }
        if case .failed(let error) = batch.outcomes[0] { throw error }
    }
}
