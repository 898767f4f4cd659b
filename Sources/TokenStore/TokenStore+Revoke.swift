internal import Redis

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
    /// Nobody said when the token ends, and no list knows it.
    case notFound
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
    /// How many batches of revocations may be under way.
    private static let revocationWindow = 32

    /// Blacklists every item of every batch that `next` gives, then takes those of known users off
    /// their lists. The outcomes of each batch are delivered in the batches' order.
    ///
    /// Safe to repeat: an entry's life is never shortened, its first reason is kept. With `entry`
    /// nil the short value is written. A batch is some hundred items. Where `next` `mayWait`, nil
    /// ends the work; else it means that there is nothing at the moment. Returns what broke the
    /// work off; a signal ends it after what was under way.
    package func revoke<Item>(
        entry: DenyEntry?, clock: ServerClock, item: @escaping (Item) -> Revocation,
        next: @escaping (_ mayWait: Bool) throws -> [Item]?,
        deliver: @escaping (Item, RevocationOutcome) throws -> Void
    ) throws -> StoreError? {
        guard !needsCare else { return try revokeCarefully(item, next, deliver) }
        let run = BulkRun<[Item], [RevocationOutcome]>(
            self, window: Self.revocationWindow, changes: true
        ) { mayWait in
            try next(mayWait).map { batch in
                (batch, self.revocation(of: batch.map(item), entry: entry, clock: clock))
            }
        } deliver: { batch, delivery in
            let outcomes = Self.outcomes(delivery, count: batch.count)
            for index in batch.indices { try deliver(batch[index], outcomes[index]) }
        }
        return try run.run()
    }

    /// The same for one batch.
    package func revoke(_ items: [Revocation], entry: DenyEntry?) -> RevocationBatch {
        revoke(items, entry: entry, looksAgain: true)
    }

    /// `looksAgain` is whether to wait for what the application may write back.
    func revoke(
        _ items: [Revocation], entry: DenyEntry?, looksAgain: Bool
    ) -> RevocationBatch {
        guard !needsCare else { return revokeCarefully(items, looksAgain: looksAgain) }
        let clock: ServerClock
        do throws(StoreError) {
            clock = try self.clock()
        } catch {
            return RevocationBatch(
                outcomes: Array(repeating: .notAttempted, count: items.count), failure: error)
        }
        let (delivery, failure) = perform(revocation(of: items, entry: entry, clock: clock))
        return RevocationBatch(
            outcomes: Self.outcomes(delivery, count: items.count), failure: failure)
    }

    static func outcomes(
        _ delivery: Delivery<[RevocationOutcome]>, count: Int
    ) -> [RevocationOutcome] {
        switch delivery.result {
        case .success(let outcomes): delivery.isInDoubt ? outcomes.map(\.inDoubt) : outcomes
        case .failure(.redis): Array(repeating: .notAttempted, count: count)
        case .failure(let error): Array(repeating: .failed(error), count: count)
        }
    }

    private func revocation(
        of items: [Revocation], entry: DenyEntry?, clock: ServerClock
    ) -> Step<[RevocationOutcome]>.Start {
        { previous throws(StoreError) in
            let work = RevocationWork(
                store: self, items: items, entry: entry, now: clock.now)
            return try work.steps().then { outcomes throws(StoreError) in
                .done(previous.map { Self.keepFirst($0, in: outcomes) } ?? outcomes)
            }
        }
    }

    /// What a repetition finds in place it wrote itself the first time.
    static func keepFirst(
        _ before: [RevocationOutcome], in outcomes: [RevocationOutcome]
    ) -> [RevocationOutcome] {
        zip(before, outcomes).map { before, outcome in
            before == .revoked && outcome == .alreadyRevoked ? .revoked : outcome
        }
    }
}

extension RevocationOutcome {
    /// The same where nobody can tell any more whether what was acknowledged still stands.
    fileprivate var inDoubt: RevocationOutcome {
        switch self {
        case .revoked, .alreadyRevoked: .unknown
        default: self
        }
    }

    fileprivate var isDenied: Bool { self == .revoked || self == .alreadyRevoked }
}

/// The steps of one batch.
struct RevocationWork {
    let store: TokenStore
    let items: [Revocation]
    let entry: DenyEntry?
    /// Redis' clock.
    let now: Int64

    private typealias Outcomes = [RevocationOutcome]

    func steps() throws(StoreError) -> Step<[RevocationOutcome]> {
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
