internal import Redis

extension TokenStore {
    /// How many batches of questions may be under way.
    private static let stateWindow = 8

    /// The state of each token, in the order of `queries`, all in one round trip.
    package func states(of queries: [StateQuery]) throws(StoreError) -> [TokenState] {
        guard !queries.isEmpty else { return [] }
        return try resolve(reading(queries)).map { state throws(StoreError) in try state.get() }
    }

    /// The same for every batch that `next` gives, in one pipeline; see `revoke`.
    package func states<Item>(
        query: @escaping (Item) -> StateQuery,
        next: @escaping (_ mayWait: Bool) throws -> [Item]?,
        deliver: @escaping (Item, Result<TokenState, StoreError>) throws -> Void
    ) throws -> StoreError? {
        let run = BulkRun<[Item], [Result<TokenState, StoreError>]>(
            self, window: Self.stateWindow, changes: false
        ) { mayWait in
            try next(mayWait).map { batch in
                (batch, { _ throws(StoreError) in self.reading(batch.map(query)) })
            }
        } deliver: { batch, delivery in
            for (item, state) in zip(batch, try delivery.result.get()) { try deliver(item, state) }
        }
        return try run.run()
    }

    /// Asks for the state of each token; a foreign thing under a key is that token's own failure.
    func reading(_ queries: [StateQuery]) -> Step<[Result<TokenState, StoreError>]> {
        let shared = [Command("TIME"), Command("GET", key: layout.globalCutoffKey)]
        let commands = shared + queries.flatMap(commands(for:))
        return .send(commands) { exchange throws(StoreError) in
            let replies = try StoreError.wrapping { () throws(RedisError) in
                try exchange.complete()
            }
            let time = try self.seconds(try self.check(replies[0], of: commands[0]))
            let global = try self.cutoff(
                try self.check(replies[1], of: commands[1]), key: self.layout.globalCutoffKey)
            var position = shared.count
            var states: [Result<TokenState, StoreError>] = []
            states.reserveCapacity(queries.count)
            for query in queries {
                let part = position..<position + query.commandCount
                position = part.upperBound
                states.append(
                    Result { () throws(StoreError) in
                        for index in part {
                            _ = try self.check(replies[index], of: commands[index])
                        }
                        return try self.state(
                            of: query, Array(replies[part]), global: global, time: time)
                    })
            }
            return .done(states)
        }
    }

    private func commands(for query: StateQuery) -> [Command] {
        let deny = layout.denyKey(query.id)
        let entry = [Command("GET", key: deny), Command("PTTL", key: deny)]
        guard let user = query.user else { return entry }
        let keys = layout.keys(of: user)
        let listing = [
            Command("GET", key: keys.cutoff),
            Command("ZSCORE", key: keys.tokens, .bytes(query.id.bytes)),
        ]
        let details = Command("HMGET", key: keys.meta, .bytes(query.id.bytes))
        return entry + listing + (query.asksIssue ? [details] : [])
    }

    private func state(
        of query: StateQuery, _ replies: [Reply], global: Int64?, time: Int64
    ) throws(StoreError) -> TokenState {
        let denial = try StoreError.wrapping { () throws(RedisError) in
            try self.denial(value: replies[0], milliseconds: replies[1])
        }
        guard let user = query.user else {
            return TokenState(
                denial: denial, listing: .notAsked, userCutoff: nil, globalCutoff: global,
                isUserKnown: false, listedIssuedAt: nil, time: time)
        }
        let keys = layout.keys(of: user)
        let score = try StoreError.wrapping { () throws(RedisError) in
            try replies[3].optionalBytes()
        }
        let listing: TokenState.Listing
        if let score {
            guard let expiry = Expiry(score: score) else { throw .corrupt(key: keys.tokens) }
            listing = expiry.isPast(at: time) ? .notListed : .listed(expiry)
        } else {
            listing = .notListed
        }
        return TokenState(
            denial: denial, listing: listing, userCutoff: try cutoff(replies[2], key: keys.cutoff),
            globalCutoff: global, isUserKnown: true,
            listedIssuedAt: try query.asksIssue ? issuedAt(replies[4]) : nil, time: time)
    }

    /// From the reply to HMGET of a token's details.
    private func issuedAt(_ reply: Reply) throws(StoreError) -> Int64? {
        let details = try StoreError.wrapping { () throws(RedisError) in try reply.array() }
        return details.first.flatMap { read($0).issuedAt }
    }

    /// An entry and its life, from the replies to GET and PTTL. It may end between the two, which
    /// still counts as denied: the token was revoked when the server was asked.
    func denial(value: Reply, milliseconds: Reply) throws(RedisError) -> TokenState.Denial? {
        guard let bytes = try value.optionalBytes() else { return nil }
        let left = try milliseconds.integer()
        return TokenState.Denial(
            entry: DenyEntry(value: bytes),
            timeToLive: left == -1 ? nil : (max(left, 0) + 999) / 1000)
    }

    /// The seconds of a reply to TIME.
    func seconds(_ reply: Reply) throws(StoreError) -> Int64 {
        try StoreError.wrapping { () throws(RedisError) in
            guard let first = try reply.array().first, let seconds = Int64(try first.text()) else {
                throw .unexpectedReply(expected: "TIME", got: reply.shape)
            }
            return seconds
        }
    }
}
