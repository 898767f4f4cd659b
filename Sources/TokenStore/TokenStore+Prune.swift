internal import Redis

/// What pruning did, or would do.
package struct PruneResult: Equatable, Sendable {
    /// Lists that were looked at.
    package var users = 0
    /// Expired members removed.
    package var removed = 0
    /// Lists whose time to live was missing, or ended them before their tokens.
    package var mended = 0

    package init() {}
}

extension TokenStore {
    /// Removes expired members from every user's list and mends the lists' time to live. Never
    /// touches a blacklist entry or a cutoff. `body` sees the result grow, and says whether to go on.
    package func prune(
        dryRun: Bool, _ body: (PruneResult) throws -> Bool = { _ in true }
    ) throws -> PruneResult {
        var result = PruneResult()
        var seen: Set<Identifier> = []
        try forEachPage(match: layout.tokensPattern, type: "zset") { keys in
            let users = keys.compactMap(layout.user(ofTokensKey:)).filter {
                seen.insert($0).inserted
            }
            result.users += users.count
            let untidy = try survey(users, into: &result)
            if !dryRun { try settled { _ throws(StoreError) in try tidy(untidy) } }
            return try body(result)
        }
        return result
    }

    /// Counts what there is to do on these lists, and returns those where something is.
    private func survey(
        _ users: [Identifier], into result: inout PruneResult
    ) throws(StoreError) -> [Layout.UserKeys] {
        let now = try time()
        let lists = users.map(layout.keys(of:))
        let replies = try pipeline(
            lists.flatMap { keys in
                [
                    Command("ZCOUNT", key: keys.tokens, "-inf", .integer(now)),
                    Command("ZCOUNT", key: keys.tokens, "+inf", "+inf"),
                    Command("PTTL", key: keys.tokens),
                ]
            })
        var untidy: [Layout.UserKeys] = []
        for (index, keys) in lists.enumerated() {
            let (expired, endless, left) = try StoreError.wrapping { () throws(RedisError) in
                (
                    try replies[index * 3].integer(), try replies[index * 3 + 1].integer(),
                    try replies[index * 3 + 2].integer()
                )
            }
            // A list has to go with its last token, and to stay where a token has no end.
            let isWrongLife = (left == -1) != (endless > 0)
            result.removed += Int(expired)
            if isWrongLife { result.mended += 1 }
            if expired > 0 || isWrongLife { untidy.append(keys) }
        }
        return untidy
    }

    /// Tidies these lists, a page of each at a time, until nothing expired is left.
    private func tidy(_ lists: [Layout.UserKeys]) throws(StoreError) {
        var rest = lists
        while !rest.isEmpty {
            let replies = try pipeline(
                rest.map { keys in
                    .eval(Script.prune, keys: [keys.tokens, keys.meta], [.integer(margin)])
                })
            let counts = try StoreError.wrapping { () throws(RedisError) in
                try replies.map { reply throws(RedisError) in try reply.integer() }
            }
            rest = zip(rest, counts).filter { $0.1 >= Int64(Self.pageSize) }.map(\.0)
        }
    }
}
