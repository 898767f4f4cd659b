internal import Redis

/// The steps of one batch.
struct RevocationWork {
    let store: TokenStore
    let items: [Revocation]
    let entry: DenyEntry?
    /// Redis' clock.
    let now: Int64

    private typealias Outcomes = [RevocationOutcome]

    func steps() throws(StoreError) -> Step<[RevocationOutcome]> {
        try revoking().then { outcomes throws(StoreError) in
            store.announcing(items, outcomes.shown(in: store.layout))
        }
    }

    private func revoking() throws(StoreError) -> Step<[RevocationOutcome]> {
        let outcomes = Outcomes(repeating: .notAttempted, count: items.count)
        guard let deny = store.layout.deny else {
            return try DisallowanceWork(store: store, items: items).steps()
        }
        guard items.contains(where: { $0.expiry == nil }) else {
            return try self.deny(deny, items.map(\.expiry), outcomes)
        }
        guard let list = store.layout.list else {
            let outcomes = items.map {
                $0.expiry == nil ? .notFound : RevocationOutcome.notAttempted
            }
            return try self.deny(deny, items.map(\.expiry), outcomes)
        }
        return try askLists(deny, list, outcomes)
    }

    /// Asks the users' lists for the ends that nobody said, and the blacklist whether a first run
    /// has taken the tokens off them.
    private func askLists(
        _ deny: DenyStore, _ list: ListStore, _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        let asked = items.indices.filter { items[$0].expiry == nil && items[$0].user != nil }
        let commands = try asked.flatMapping { index throws(StoreError) in
            let values = TemplateValues(items[index].subject)
            return [
                Command(
                    "ZSCORE", key: try list.key.render(values),
                    .bytes(try list.member.render(values))),
                Command("PTTL", key: try deny.key.render(values)),
            ]
        }
        return .send(commands) { exchange throws(StoreError) in
            var expiries = items.map(\.expiry)
            var outcomes = outcomes
            for index in items.indices where expiries[index] == nil { outcomes[index] = .notFound }
            for (place, index) in asked.enumerated() {
                switch (exchange.replies[place * 2], exchange.replies[place * 2 + 1]) {
                case (.string(let score)?, _):
                    do throws(StoreError) {
                        expiries[index] = try list.expiry(
                            score: score, key: commands[place * 2].key ?? [])
                    } catch {
                        outcomes[index] = .failed(error)
                    }
                case (.error(let error)?, _), (_, .error(let error)?):
                    let command = commands[place * 2]
                    outcomes[index] = .failed(
                        .refused(error, command: command.name, key: command.key))
                case (_, .integer(let left)?) where left != -2: outcomes[index] = .alreadyRevoked
                case (nil, _), (_, nil): outcomes[index] = .notAttempted
                default: break
                }
            }
            return try askAgain(
                deny, asked.filter { outcomes[$0] == .notFound }, expiries, outcomes)
        }
    }

    /// In a Cluster the list and the blacklist are asked side by side: somebody else's revocation
    /// may have come after the one answer and been over before the other.
    private func askAgain(
        _ deny: DenyStore, _ missing: [Int], _ expiries: [Expiry?], _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        guard !missing.isEmpty else { return try self.deny(deny, expiries, outcomes) }
        let commands = try missing.map { index throws(StoreError) in
            Command(
                "PTTL", key: try deny.key.render(TemplateValues(items[index].subject)))
        }
        return .send(commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            for (place, index) in missing.enumerated() {
                switch exchange.replies[place] {
                case .integer(-2)?: break
                case .integer?: outcomes[index] = .alreadyRevoked
                case .error(let error)?:
                    let command = commands[place]
                    outcomes[index] = .failed(
                        .refused(error, command: command.name, key: command.key))
                default: outcomes[index] = .notAttempted
                }
            }
            return try self.deny(deny, expiries, outcomes)
        }
    }

    /// Writes the entries, and lengthens those that stood there.
    private func deny(
        _ deny: DenyStore, _ expiries: [Expiry?], _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        var outcomes = outcomes
        let knowsEnds = store.client.has(.absoluteExpiry)
        let plain = deny.plainValue
        var sent: [Int] = []
        var commands: [Command] = []
        sent.reserveCapacity(items.count)
        commands.reserveCapacity(items.count)
        for (index, expiry) in expiries.enumerated() {
            guard let expiry else { continue }
            let end = deny.end(of: expiry, issuedAt: items[index].issuedAt, margin: store.margin)
            if let end, end <= now {
                outcomes[index] = .expired
                continue
            }
            do throws(StoreError) {
                commands.append(
                    try deny.writing(
                        values(items[index]), plain: plain, until: end, knowsEnds: knowsEnds))
                sent.append(index)
            } catch {
                outcomes[index] = .failed(error)
            }
        }
        return exchange(commands, sent, outcomes) { reply in
            switch reply {
            // What stands there already may still have to live longer.
            case .null: .unknown
            case .integer(0): .alreadyRevoked
            default: .revoked
            }
        } then: { outcomes, exchange throws(StoreError) in
            let present = sent.indices.filter { exchange.replies[$0] == .null }.map { sent[$0] }
            return try extend(deny, present, expiries, outcomes)
        }
    }

    private func extend(
        _ deny: DenyStore, _ present: [Int], _ expiries: [Expiry?], _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        let commands = try present.map { index throws(StoreError) in
            let end = expiries[index].flatMap {
                deny.end(of: $0, issuedAt: items[index].issuedAt, margin: store.margin)
            }
            return try deny.extending(values(items[index]), until: end)
        }
        return exchange(commands, present, outcomes) { reply in
            reply == .integer(1) ? .revoked : .alreadyRevoked
        } then: { outcomes, _ throws(StoreError) in
            try writeBeside(deny, outcomes)
        }
    }

    /// Only where both are there does every reader see the token as revoked.
    private func writeBeside(
        _ deny: DenyStore, _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        guard deny.hasBeside else { return try unlist(outcomes) }
        let denied = items.indices.filter { outcomes[$0].isDenied }
        let commands = try denied.compactMapping { index throws(StoreError) in
            try deny.writingBeside(values(items[index]))
        }
        guard !commands.isEmpty else { return try unlist(outcomes) }
        let before = outcomes
        return exchange(commands, denied, outcomes.map { $0.isDenied ? .unknown : $0 }) { _ in
            .revoked
        } then: { outcomes, _ throws(StoreError) in
            try unlist(
                zip(before, outcomes).map { $1 == .revoked && $0.isDenied ? $0 : $1 })
        }
    }

    /// Only what was acknowledged as denied leaves its list: an item taken off first would be
    /// found by nobody if the work broke off in between.
    private func unlist(_ outcomes: Outcomes) throws(StoreError) -> Step<[RevocationOutcome]> {
        guard store.layout.list != nil else { return .done(outcomes) }
        var listed: [Identifier: [Int]] = [:]
        for index in items.indices where outcomes[index].isDenied {
            if let user = items[index].user { listed[user, default: []].append(index) }
        }
        let groups = Array(listed)
        let commands = try groups.compactMapping { user, indices throws(StoreError) in
            try store.unlistCommand(indices.map { items[$0].subject }, of: user)
        }
        return .send(commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            for (position, (_, indices)) in groups.enumerated() {
                // A broken connection leaves the blacklist entries standing: these items stay revoked.
                guard case .error(let error)? = exchange.replies[position] else { continue }
                let command = commands[position]
                for index in indices {
                    outcomes[index] = .failed(
                        .refused(error, command: command.name, key: command.key))
                }
            }
            return .done(outcomes)
        }
    }

    /// Sends `commands`, the items of which are `indices`, and lets `judge` turn each reply into
    /// an outcome. If the connection breaks, what was sent without an answer is `unknown`.
    private func exchange(
        _ commands: [Command], _ indices: [Int], _ outcomes: Outcomes,
        judge: @escaping (Reply) -> RevocationOutcome,
        then: @escaping (Outcomes, Exchange) throws(StoreError) -> Step<[RevocationOutcome]>
    ) -> Step<[RevocationOutcome]> {
        .send(commands) { exchange throws(StoreError) in
            try then(outcomes.judged(exchange, commands, indices, by: judge), exchange)
        }
    }

    private func values(_ item: Revocation) -> TemplateValues {
        var values = TemplateValues(item.subject)
        values.now = now
        values.expiry = item.expiry
        if var entry {
            entry.time = now
            entry.user = item.user ?? entry.user
            values.entry = entry
        }
        return values
    }
}

extension [RevocationOutcome] {
    /// The same with what the replies to `commands`, the items of which are `indices`, say.
    func judged(
        _ exchange: Exchange, _ commands: [Command], _ indices: [Int],
        by judge: (Reply) -> RevocationOutcome
    ) -> Self {
        var outcomes = self
        for (position, index) in indices.enumerated() {
            switch exchange.replies[position] {
            case .error(let error)?:
                let command = commands[position]
                outcomes[index] = .failed(
                    .refused(error, command: command.name, key: command.key))
            case let reply?: outcomes[index] = judge(reply)
            case nil: if exchange.uncertain.contains(position) { outcomes[index] = .unknown }
            }
        }
        return outcomes
    }
}

extension RevocationOutcome {
    fileprivate var isDenied: Bool { self == .revoked || self == .alreadyRevoked }
}
