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
        next: @escaping (_ mayWait: Bool) throws -> [Item]?,
        deliver: @escaping (Item, RestoreResult) throws -> Void
    ) throws -> StoreError? {
        let run = BulkRun<[Item], [RestoreResult]>(
            self, window: Self.restorationWindow, changes: true
        ) { mayWait in
            try next(mayWait).map { batch in
                (batch, self.restoration(of: batch.map(item), reason: reason))
            }
        } deliver: { batch, delivery in
            let results: [RestoreResult]
            switch delivery.result {
            case .success(let known): results = known
            case .failure(.redis): results = batch.map { _ in .init(outcome: .notAttempted) }
            case .failure(let error): results = batch.map { _ in .init(outcome: .failed(error)) }
            }
            for (item, result) in zip(batch, results) {
                try deliver(item, delivery.doubt.map(result.doubted) ?? result)
            }
        }
        return try run.run()
    }

    /// The same for one item. What nobody confirmed is `unconfirmed`, and why is the `doubt`.
    package func restore(
        _ item: Restoration, reason: String?
    ) throws(StoreError) -> RestoreResult {
        let (delivery, failure) = perform(restoration(of: [item], reason: reason))
        if let failure, !failure.isAboutConfirmation { throw failure }
        let result = try delivery.result.get()[0]
        if case .failed(let error) = result.outcome { throw error }
        return failure.map(result.doubted) ?? result
    }

    private func restoration(
        of items: [Restoration], reason: String?
    ) -> Step<[RestoreResult]>.Start {
        // What a first attempt has found out is not to be found any more by a second one.
        var owners: [Int: TokenRecord] = [:]
        return { previous throws(StoreError) in
            let queries = items.map { StateQuery($0.subject) }
            return try self.reading(queries).then { states throws(StoreError) in
                let work = RestorationWork(
                    store: self, items: items, reason: reason,
                    wasRestored: previous?.map(\.outcome.isRestored))
                let (results, removed) = work.judge(states)
                for index in removed {
                    let state = try states[index].get()
                    if let record = work.record(index, state) { owners[index] = record }
                }
                return try work.remove(removed, owners, results)
            }
        }
    }
}

extension RestoreOutcome {
    fileprivate var isRestored: Bool {
        if case .restored = self { return true }
        return false
    }
}

extension RestoreResult {
    /// The same where what was acknowledged may not stand.
    fileprivate func doubted(because doubt: StoreError) -> RestoreResult {
        guard case .restored(let isListed) = outcome else { return self }
        guard doubt.isAboutConfirmation else { return RestoreResult(outcome: .unknown) }
        var result = self
        result.outcome = .unconfirmed(isListed: isListed)
        return result
    }
}

/// The steps of one batch.
private struct RestorationWork {
    let store: TokenStore
    let items: [Restoration]
    let reason: String?
    /// For each item whether an attempt has restored it that may be lost; nil in the first.
    let wasRestored: [Bool]?

    typealias Results = [RestoreResult]

    /// What can be said before anything is changed, and the items whose entries are to go.
    func judge(_ states: [Result<TokenState, StoreError>]) -> (Results, removed: [Int]) {
        var results = Results(repeating: RestoreResult(outcome: .notAttempted), count: items.count)
        var removed: [Int] = []
        for (index, (item, answer)) in zip(items, states).enumerated() {
            let state: TokenState
            switch answer {
            case .success(let known): state = known
            case .failure(let error):
                results[index].outcome = .failed(error)
                continue
            }
            if case .cutOff(let cutoff) = state.judgeCutoff(item.issued) {
                results[index].outcome = .cutOff(cutoff)
            } else if state.isBanned {
                results[index].outcome = .banned
            } else if state.isOutdated {
                results[index].outcome = .outdated
            } else if !isDead(state), wasRestored?[index] != true {
                results[index].outcome = .notRevoked
            } else if let expiry = item.expiry, expiry.isPast(at: state.time) {
                results[index].outcome = .expired
            } else {
                removed.append(index)
            }
        }
        return (results, removed)
    }

    /// Whether there is something to take back: an entry, or a place on a list that is empty.
    private func isDead(_ state: TokenState) -> Bool {
        if store.layout.deny != nil { return state.denial != nil }
        return state.listing == .notListed
    }

    /// The token as its user's list had it, as far as the entry or the caller knows.
    func record(_ index: Int, _ state: TokenState) -> TokenRecord? {
        guard store.layout.list != nil || store.layout.allow?.value != nil,
            let user = items[index].user ?? state.denial?.entry.user,
            let end = items[index].expiry
                ?? state.denial.flatMap({ expiry(of: $0, now: state.time) })
        else { return nil }
        let issuedAt = items[index].issued.wholeSeconds
        return TokenRecord(
            items[index].subject.of(user), user: user, issuedAt: issuedAt, expiry: end)
    }

    /// The token's end, from the life of the entry that stood for it.
    private func expiry(of denial: TokenState.Denial, now: Int64) -> Expiry? {
        guard let left = denial.timeToLive else { return .never }
        return left > store.margin ? .at(now + left - store.margin) : nil
    }

    func remove(
        _ indices: [Int], _ owners: [Int: TokenRecord], _ results: Results
    ) throws(StoreError) -> Step<[RestoreResult]> {
        guard let deny = store.layout.deny else { return try relist(indices, owners, results) }
        let commands = try indices.map { index throws(StoreError) in
            let command = try deny.removing(TemplateValues(items[index].subject))
            // Sent twice it would say that there was nothing; done twice on purpose it is ours.
            return wasRestored == nil ? command.once() : command
        }
        let beside = try indices.compactMapping { index throws(StoreError) in
            try deny.removingBeside(TemplateValues(items[index].subject))
        }
        return .send(commands + beside) { exchange throws(StoreError) in
            var results = results
            var restored: [Int] = []
            for (position, index) in indices.enumerated() {
                switch exchange.replies[position] {
                case .error(let error)?:
                    let command = commands[position]
                    results[index].outcome = .failed(
                        .refused(
                            error, command: command.name,
                            key: command.key.map(store.layout.shown)))
                case .integer(0)? where wasRestored?[index] != true:
                    results[index].outcome = .notRevoked
                case .some:
                    results[index].outcome = .restored(isListed: false)
                    restored.append(index)
                case nil:
                    if exchange.uncertain.contains(position) { results[index].outcome = .unknown }
                }
            }
            return try relist(restored, owners, results)
        }
    }

    private func relist(
        _ restored: [Int], _ owners: [Int: TokenRecord], _ results: Results
    ) throws(StoreError) -> Step<[RestoreResult]> {
        let listed = restored.filter { owners[$0] != nil }
        let commands = try listed.compactMapping { index throws(StoreError) in
            try owners[index].map { record throws(StoreError) in try store.recordCommand(record) }
        }
        let isWhitelist = store.layout.deny == nil
        return .send(commands) { exchange throws(StoreError) in
            var results = results
            for (position, index) in listed.enumerated() {
                guard let record = owners[index], let reply = exchange.replies[position] else {
                    continue
                }
                do throws(StoreError) {
                    let checked = try store.check(reply, of: commands[position])
                    let outcome = try store.recordOutcome(checked, of: record)
                    let isListed = outcome == .recorded || outcome == .alreadyRecorded
                    switch outcome {
                    case .expired where isWhitelist: results[index].outcome = .expired
                    case .displaced where isWhitelist: results[index].outcome = .displaced
                    default: results[index].outcome = .restored(isListed: isListed)
                    }
                } catch {
                    // The token lives again, but its list could not be told.
                    results[index].outcome = .failed(error)
                }
            }
            let isLost = isWhitelist && exchange.failure != nil
            for (position, index) in listed.enumerated()
            where isLost && exchange.replies[position] == nil {
                let isSent = exchange.uncertain.contains(position)
                results[index].outcome = isSent ? .unknown : .notAttempted
            }
            let changed = restored.filter {
                results[$0].outcome != .displaced && results[$0].outcome != .expired
            }
            return audit(changed, results)
        }
    }

    private func audit(_ restored: [Int], _ results: Results) -> Step<[RestoreResult]> {
        let commands = restored.flatMap { index in
            store.auditCommands(
                "restore", .token(items[index].id, user: items[index].user), count: 1,
                reason: reason)
        }
        return .send(commands) { exchange throws(StoreError) in
            var results = results
            let size = restored.isEmpty ? 0 : commands.count / restored.count
            for (place, index) in restored.enumerated() {
                let positions = place * size..<(place + 1) * size
                results[index].isAudited = size > 0 && store.layout.auditKey != nil
                for position in positions {
                    do throws(StoreError) {
                        guard let reply = exchange.replies[position] else {
                            throw .redis(
                                exchange.failure
                                    ?? .unexpectedReply(expected: "a reply", got: "nothing"))
                        }
                        _ = try store.check(reply, of: commands[position])
                    } catch {
                        results[index].isAudited = false
                        results[index].auditFailure = error
                    }
                }
            }
            return .done(results)
        }
    }
}
