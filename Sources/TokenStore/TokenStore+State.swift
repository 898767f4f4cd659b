internal import Redis

extension TokenStore {
    /// The state of each token, in the order of `queries`, all in one round trip.
    package func states(of queries: [StateQuery]) throws(StoreError) -> [TokenState] {
        guard !queries.isEmpty else { return [] }
        let shared = [Command("TIME"), Command("GET", key: layout.globalCutoffKey)]
        let replies = try pipeline(shared + queries.flatMap(commands(for:)))
        let time = try seconds(replies[0])
        let global = try cutoff(replies[1], key: layout.globalCutoffKey)

        var position = shared.count
        var states: [TokenState] = []
        states.reserveCapacity(queries.count)
        for query in queries {
            let count = query.user == nil ? 2 : 4
            let part = replies[position..<position + count]
            states.append(try state(of: query, Array(part), global: global, time: time))
            position += count
        }
        return states
    }

    private func commands(for query: StateQuery) -> [Command] {
        let deny = layout.denyKey(query.id)
        let entry = [Command("GET", key: deny), Command("PTTL", key: deny)]
        guard let user = query.user else { return entry }
        let keys = layout.keys(of: user)
        return entry + [
            Command("GET", key: keys.cutoff),
            Command("ZSCORE", key: keys.tokens, .bytes(query.id.bytes)),
        ]
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
                isUserKnown: false, time: time)
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
            globalCutoff: global, isUserKnown: true, time: time)
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
