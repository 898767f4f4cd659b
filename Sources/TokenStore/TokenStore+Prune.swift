internal import Redis

/// What pruning did, or would do.
package struct PruneResult: Equatable, Sendable {
    /// Lists that were looked at.
    package var users = 0
    /// Expired members removed.
    package var removed = 0
    /// Lists whose time to live was missing.
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
            for user in keys.compactMap(layout.user(ofTokensKey:)) {
                guard seen.insert(user).inserted else { continue }
                result.users += 1
                try pruneList(of: user, dryRun: dryRun, into: &result)
            }
            return try body(result)
        }
        return result
    }

    private func pruneList(
        of user: Identifier, dryRun: Bool, into result: inout PruneResult
    ) throws(StoreError) {
        let keys = layout.keys(of: user)
        let now = try time()
        let facts = try pipeline([
            Command("ZCOUNT", key: keys.tokens, "-inf", .integer(now)),
            Command("ZCOUNT", key: keys.tokens, "+inf", "+inf"),
            Command("PTTL", key: keys.tokens),
        ])
        let (expired, endless, left) = try StoreError.wrapping { () throws(RedisError) in
            (try facts[0].integer(), try facts[1].integer(), try facts[2].integer())
        }
        if left == -1, endless == 0 { result.mended += 1 }
        if dryRun {
            result.removed += Int(expired)
            return
        }
        while true {
            let reply = try call(
                .eval(Script.prune, keys: [keys.tokens, keys.meta], [.integer(margin)]))
            let count = try StoreError.wrapping { () throws(RedisError) in try reply.integer() }
            result.removed += Int(count)
            if count < Int64(Self.pageSize) { return }
        }
    }
}
