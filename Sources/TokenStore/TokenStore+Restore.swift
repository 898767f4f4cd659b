internal import Redis

/// What taking a revocation back came to.
package enum RestoreOutcome: Equatable, Sendable {
    /// The entry is gone; `isListed` says whether the token stands on its user's list (again).
    case restored(isListed: Bool)
    /// There was no entry.
    case notRevoked
    /// A cutoff (unix seconds) still kills the token: nothing was changed.
    case cutOff(Int64)
    /// The token is over: there is nothing to bring back.
    case expired
}

extension TokenStore {
    /// Removes a blacklist entry, unless a cutoff would keep the token dead anyway, and puts the
    /// token back on its user's list where enough of it is known.
    ///
    /// A bare id's cutoffs can't be judged; `issued` is then `.notSaid`.
    package func restore(
        _ id: Identifier, user: Identifier?, issued: IssuedAt, expiry: Expiry?
    ) throws(StoreError) -> RestoreOutcome {
        let state = try states(of: [StateQuery(id: id, user: user)])[0]
        if case .cutOff(let cutoff) = state.judgeCutoff(issued) { return .cutOff(cutoff) }
        guard let denial = state.denial else { return .notRevoked }
        if let expiry, expiry.isPast(at: state.time) { return .expired }

        // Sent twice DEL would say that there was nothing; done twice on purpose it is ours.
        let removal = Command("DEL", key: layout.denyKey(id))
        let isRemoved = try settled { isRepeated throws(StoreError) in
            let reply = try call(isRepeated ? removal : removal.once())
            return try StoreError.wrapping { () throws(RedisError) in try reply.integer() } > 0
                || isRepeated
        }
        guard isRemoved else { return .notRevoked }
        guard let owner = user ?? denial.entry.user,
            let end = expiry ?? self.expiry(of: denial, now: state.time)
        else { return .restored(isListed: false) }
        return .restored(isListed: try relist(id, owner, issued, end))
    }

    /// The token's end, from the life of the entry that stood for it.
    private func expiry(of denial: TokenState.Denial, now: Int64) -> Expiry? {
        guard let left = denial.timeToLive else { return .never }
        return left > margin ? .at(now + left - margin) : nil
    }

    private func relist(
        _ id: Identifier, _ user: Identifier, _ issued: IssuedAt, _ expiry: Expiry
    ) throws(StoreError) -> Bool {
        var issuedAt: Int64?
        if case .at(let iat) = issued { issuedAt = Int64(exactly: iat.rounded(.down)) }
        let outcome = try record(
            TokenRecord(id: id, user: user, issuedAt: issuedAt, expiry: expiry))
        return outcome == .recorded || outcome == .alreadyRecorded
    }
}
