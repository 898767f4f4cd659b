internal import Platform
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
        dryRun: Bool, _ body: @escaping (PruneResult) throws -> Bool = { _ in true }
    ) throws -> PruneResult {
        var result = PruneResult()
        guard let list = layout.list else { return result }
        let clock = try clock()
        try forEachPage(match: list.key.glob(), type: "zset", once: true, changes: !dryRun) {
            keys throws(StoreError) in
            let lists = try keys.compactMap(list.user(ofKey:)).map { user throws(StoreError) in
                try list.keys(of: user)
            }
            return self.survey(list, lists, dryRun: dryRun, clock)
        } _: { page in
            result.users += page.users
            result.removed = (result.removed + page.removed).bounded
            result.mended += page.mended
            return try body(result)
        }
        return result
    }

    /// Counts what there is to do on these lists, and does it.
    private func survey(
        _ list: ListStore, _ lists: [[[UInt8]]], dryRun: Bool, _ clock: ServerClock
    ) -> Step<PruneResult> {
        let now = clock.now * list.unit
        let hasLife = listMargin != nil
        let commands = lists.flatMap { keys in
            [
                Command("ZCOUNT", key: keys[0], "-inf", .integer(now)),
                Command("ZCOUNT", key: keys[0], "+inf", "+inf"),
                Command("PTTL", key: keys[0]), list.countingForeign(keys[0]),
            ]
        }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            var result = PruneResult()
            result.users = lists.count
            var untidy: [[[UInt8]]] = []
            for (index, keys) in lists.enumerated() {
                let own = replies[index * 4..<index * 4 + 4]
                let facts = try StoreError.wrapping { () throws(RedisError) in
                    try own.map { reply throws(RedisError) in try reply.integer() }
                }
                let (expired, endless, left) = (facts[0], facts[1], facts[2])
                // Read in the wrong unit every member would have expired.
                guard facts[3] == 0 else { throw .otherUnit(key: keys[0]) }
                // A list has to go with its last token, and to stay where a token has no end.
                let isWrongLife = hasLife && (left == -1) != (endless > 0)
                result.removed = (result.removed + Int(expired)).bounded
                if isWrongLife { result.mended += 1 }
                if expired > 0 || isWrongLife { untidy.append(keys) }
            }
            return dryRun ? .done(result) : self.tidy(list, untidy, result)
        }
    }

    /// Tidies these lists, a page of each at a time, until nothing expired is left.
    private func tidy(
        _ list: ListStore, _ lists: [[[UInt8]]], _ result: PruneResult
    ) -> Step<PruneResult> {
        guard !lists.isEmpty else { return .done(result) }
        let commands = lists.map { keys in
            Command.eval(Script.prune, keys: keys, [.integer(list.unit), listLife])
        }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            let counts = try StoreError.wrapping { () throws(RedisError) in
                try replies.map { reply throws(RedisError) in try reply.integer() }
            }
            let rest = zip(lists, counts).filter { $0.1 >= Int64(Self.pageSize) }.map(\.0)
            return self.tidy(list, rest, result)
        }
    }
}
