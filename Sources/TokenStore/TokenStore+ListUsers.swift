internal import Redis

/// A user with tokens.
package struct ListedUser: Equatable, Sendable {
    package let user: Identifier
    /// Tokens that have not expired.
    package let tokenCount: Int64
    package let latestExpiry: Expiry?
    /// The user's own cutoff, in unix seconds.
    package let cutoff: Int64?
}

extension TokenStore {
    /// Every user who has a list, page by page; a user may come twice while Redis rehashes.
    package func forEachUser(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        if let finder = TokenFinder(self, user: nil, like: pattern) {
            return try forEachUser(finder, body)
        }
        guard let list = layout.list else { return }
        let clock = try clock()
        try forEachPage(match: list.key.glob(like: pattern), type: "zset") {
            keys throws(StoreError) in
            let users = keys.compactMap(list.user(ofKey:))
            return try self.describe(list, users.filter { pattern?.matches($0) ?? true }, clock)
        } _: {
            try body($0)
        }
    }

    private func describe(
        _ list: ListStore, _ users: [Identifier], _ clock: ServerClock
    ) throws(StoreError) -> Step<[ListedUser]> {
        let now = clock.now * list.unit
        let cutoffs = layout.userCutoff
        var commands: [Command] = []
        var cutoffKeys: [[UInt8]] = []
        let keys = try users.map { user throws(StoreError) in try list.keys(of: user)[0] }
        for user in users {
            let values = TemplateValues(TokenSubject(id: user, user: user))
            let key = try list.key.render(values)
            commands.append(Command("ZCOUNT", key: key, .text("(\(now)"), "+inf"))
            commands.append(Command("ZRANGE", key: key, -1, -1, "WITHSCORES"))
            guard let cutoffs else { continue }
            cutoffKeys.append(try cutoffs.key.render(values))
            commands.append(cutoffs.reading(cutoffKeys[cutoffKeys.count - 1]))
        }
        let size = cutoffs == nil ? 2 : 3
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            var result: [ListedUser] = []
            result.reserveCapacity(users.count)
            for (index, user) in users.enumerated() {
                let (count, top) = try StoreError.wrapping { () throws(RedisError) in
                    (
                        try replies[index * size].integer(),
                        try replies[index * size + 1].byteStrings()
                    )
                }
                var cutoff: Int64?
                if let cutoffs {
                    cutoff = try self.cutoff(
                        replies[index * size + 2], cutoffs, key: cutoffKeys[index])
                }
                result.append(
                    ListedUser(
                        user: user, tokenCount: count,
                        latestExpiry: top.count == 2
                            ? try list.expiry(score: top[1], key: keys[index]) : nil,
                        cutoff: cutoff))
            }
            return .done(result)
        }
    }
}
