internal import Redis

/// One token to revoke.
package struct Revocation: Equatable, Sendable {
    package let id: Identifier
    /// Whose token it is, where known: it is then taken off that user's list too.
    package let user: Identifier?
    package let expiry: Expiry

    package init(id: Identifier, user: Identifier?, expiry: Expiry) {
        self.id = id
        self.user = user
        self.expiry = expiry
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
    /// Redis refused this item.
    case failed(StoreError)
    /// Sent, but no answer came: the token may be revoked or not. Doing it again settles it.
    case unknown
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
    /// Blacklists every item, then takes those of known users off their lists.
    ///
    /// Safe to repeat: an entry's life is never shortened, its first reason is kept. With `entry`
    /// nil the short value is written. At most some thousand items at a time: all of them are in
    /// flight together.
    package func revoke(_ items: [Revocation], entry: DenyEntry?) -> RevocationBatch {
        var batch = RevocationBatch(
            outcomes: Array(repeating: .notAttempted, count: items.count), failure: nil)
        do throws(StoreError) {
            try settled { isRepeated throws(StoreError) in
                let before = batch.outcomes
                if isRepeated { Self.doubt(&batch.outcomes) }
                let now = try time()
                try deny(items, entry: entry, now: now, into: &batch.outcomes)
                try unlistRevoked(items, into: &batch.outcomes)
                if isRepeated { Self.keepFirst(before, in: &batch.outcomes) }
            }
        } catch {
            batch.failure = error
            if client.mayLoseChanges, !error.isAboutReplicas { Self.doubt(&batch.outcomes) }
        }
        return batch
    }

    /// Nobody can tell any more whether what was acknowledged still stands.
    private static func doubt(_ outcomes: inout [RevocationOutcome]) {
        for index in outcomes.indices
        where outcomes[index] == .revoked || outcomes[index] == .alreadyRevoked {
            outcomes[index] = .unknown
        }
    }

    /// What a repetition finds in place it wrote itself the first time.
    private static func keepFirst(
        _ before: [RevocationOutcome], in outcomes: inout [RevocationOutcome]
    ) {
        for index in outcomes.indices
        where before[index] == .revoked && outcomes[index] == .alreadyRevoked {
            outcomes[index] = .revoked
        }
    }

    /// What `revoke` would answer, without writing anything.
    package func plannedOutcomes(
        of items: [Revocation]
    ) throws(StoreError) -> [RevocationOutcome] {
        let states = try states(of: items.map { StateQuery(id: $0.id, user: nil) })
        return zip(items, states).map { item, state in
            if isOver(item, at: state.time) { return .expired }
            return state.denial == nil ? .revoked : .alreadyRevoked
        }
    }

    /// Writes the entries, and lengthens those that stood there.
    private func deny(
        _ items: [Revocation], entry: DenyEntry?, now: Int64,
        into outcomes: inout [RevocationOutcome]
    ) throws(StoreError) {
        var sent: [Int] = []
        var commands: [Command] = []
        for (index, item) in items.enumerated() {
            if isOver(item, at: now) {
                outcomes[index] = .expired
            } else {
                sent.append(index)
                let end = item.expiry.extended(by: margin)
                commands.append(denyCommand(item, value: value(entry, item, now), end: end))
            }
        }
        var present: [Int] = []
        try exchange(commands, sent, &outcomes) { reply, index in
            if case .null = reply {
                present.append(index)
                return .unknown
            }
            return .revoked
        }

        let extensions = present.map { index in
            Command.eval(
                Script.extendDenial, keys: [layout.denyKey(items[index].id)],
                [
                    .bytes(value(entry, items[index], now)),
                    .text(items[index].expiry.extended(by: margin).seconds.map(String.init) ?? ""),
                ])
        }
        try exchange(extensions, present, &outcomes) { reply, _ in
            reply == .integer(1) ? .revoked : .alreadyRevoked
        }
    }

    /// Only what was acknowledged as denied leaves its list: an item taken off first would be
    /// found by nobody if the work broke off in between.
    private func unlistRevoked(
        _ items: [Revocation], into outcomes: inout [RevocationOutcome]
    ) throws(StoreError) {
        let listed = items.indices.filter { index in
            items[index].user != nil && [.revoked, .alreadyRevoked].contains(outcomes[index])
        }
        let commands = listed.compactMap { index in
            items[index].user.map { unlistCommand([items[index].id], of: $0) }
        }
        let before = outcomes
        // A broken connection leaves the blacklist entries standing: these items stay revoked.
        var ignored = outcomes
        try exchange(commands, listed, &ignored) { _, index in before[index] }
        for index in listed {
            if case .failed = ignored[index] { outcomes[index] = ignored[index] }
        }
    }

    /// Sends `commands`, the items of which are `indices`, and lets `judge` turn each reply into
    /// an outcome. If the connection breaks, what was sent without an answer is `unknown`.
    private func exchange(
        _ commands: [Command], _ indices: [Int], _ outcomes: inout [RevocationOutcome],
        judge: (Reply, Int) -> RevocationOutcome
    ) throws(StoreError) {
        guard !commands.isEmpty else { return }
        let exchange = client.collect(commands)
        for (position, index) in indices.enumerated() {
            switch exchange.replies[position] {
            case .error(let error)?:
                let command = commands[position]
                outcomes[index] = .failed(
                    .refused(error, command: command.name, key: command.key))
            case let reply?: outcomes[index] = judge(reply, index)
            case nil: if exchange.uncertain.contains(position) { outcomes[index] = .unknown }
            }
        }
        if let failure = exchange.failure { throw .redis(failure) }
    }

    private func denyCommand(_ item: Revocation, value: [UInt8], end: Expiry) -> Command {
        let key = layout.denyKey(item.id)
        if let seconds = end.seconds {
            return Command("SET", key: key, .bytes(value), "EXAT", .integer(seconds), "NX")
        }
        return Command("SET", key: key, .bytes(value), "NX")
    }

    private func value(_ entry: DenyEntry?, _ item: Revocation, _ now: Int64) -> [UInt8] {
        guard var entry else { return DenyEntry.shortValue }
        entry.time = now
        entry.user = item.user ?? entry.user
        return entry.value
    }
}
