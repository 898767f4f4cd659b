package import Layouts
internal import Redis

/// The outcome of replacing a token with a new one.
package enum RenewalOutcome: Equatable, Sendable {
    /// The new token is recorded, the old one revoked.
    case renewed
    /// The new one was not recorded: nothing has changed.
    case refused(RecordOutcome)
    /// The old one was revoked meanwhile, or its user was logged out: the new one was revoked
    /// again.
    case overtaken
    /// The new one is recorded, but it is unknown whether the old one is revoked. Both may be
    /// accepted.
    case inDoubt(StoreError)
}

extension TokenStore {
    /// Records `new`, then revokes `old`. If it breaks off in between, both are accepted; there is
    /// no time at which neither is.
    ///
    /// A logout that returned before this has the last word: the step that records compares the
    /// user's cutoff with the `iat` of `old`. The state of `old` is read again afterwards, because
    /// the cutoff for all users is in another slot.
    ///
    /// A dry run takes the same steps and writes nothing. It throws what would leave the revocation
    /// in doubt.
    package func renew(
        _ old: Revocation, issued: IssuedAt, as new: TokenRecord?, entry: DenyEntry,
        isDryRun: Bool = false
    ) throws(StoreError) -> RenewalOutcome {
        if var new {
            new.predecessor = issued
            let outcome = try record(new, isDryRun: isDryRun)
            guard outcome == .recorded else { return .refused(outcome) }
        }
        let batch: RevocationBatch
        do throws(StoreError) {
            let state = try states(of: [StateQuery(old.subject)])[0]
            if state.denial != nil || state.judgeCutoff(issued) != .passes {
                if !isDryRun { try takeBack(new, entry) }
                return .overtaken
            }
            // The old token is active, so the whitelist, if there is one, has keys.
            noteUsage()
            batch =
                try isDryRun
                ? RevocationBatch(outcomes: RevocationDryRun(self).outcomes(of: [old]))
                : revoke([old], entry: entry)
            if let failure = batch.failure { throw failure }
            switch batch.outcomes[0] {
            case .revoked, .expired: return .renewed
            case .failed(let error): throw error
            case .alreadyRevoked:
                if !isDryRun { try takeBack(new, entry) }
                return .overtaken
            case .unknown, .unconfirmed, .notAttempted, .notFound:
                throw .redis(.unexpectedReply(expected: "a reply", got: "nothing"))
            }
        } catch {
            if isDryRun { throw error }
            return .inDoubt(error)
        }
    }

    /// Revokes the token that was recorded, if there is one.
    private func takeBack(_ new: TokenRecord?, _ entry: DenyEntry) throws(StoreError) {
        guard let new else { return }
        let batch = revoke([Revocation(new.subject, expiry: new.expiry)], entry: entry)
        if let failure = batch.failure { throw failure }
        if case .failed(let error) = batch.outcomes[0] { throw error }
    }
}
