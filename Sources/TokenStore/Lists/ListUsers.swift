internal import Redis

/// A user with tokens.
package struct ListedUser: Equatable, Sendable {
    package let user: Identifier
    /// Tokens that have not expired.
    package let tokenCount: Int64
    package let latestExpiry: Expiry?
    /// The user's own cutoff, in unix seconds.
    package let cutoff: Int64?
    /// Why nothing of that is known.
    package var problem: StoreError?
}

extension TokenStore {
    /// Every user who has a list, page by page; a user may come twice while Redis rehashes. At most
    /// `pageLimit` pages of keys are looked through.
    package func forEachUser(
        like pattern: IdentifierPattern? = nil, pageLimit: Int = .max,
        _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        if let finder = TokenFinder(self, user: nil, like: pattern) {
            return try forEachUser(finder, pageLimit: pageLimit, body)
        }
        guard let list = layout.list else { return }
        let clock = try clock()
        var pages = 0
        try forEachPage(match: list.key.glob(like: pattern), type: "zset") {
            keys throws(StoreError) in
            let users = keys.compactMap(list.user(ofKey:))
            return try self.describe(list, users.filter { pattern?.matches($0) ?? true }, clock)
        } _: {
            pages += 1
            return try body($0) && pages < pageLimit
        }
    }

    private func describe(
        _ list: ListStore, _ users: [Identifier], _ clock: ServerClock
    ) throws(StoreError) -> Step<[ListedUser]> {
        let now = clock.now * list.unit
        let cutoffs = layout.userCutoff
        var commands: [Command] = []
        for user in users {
            let values = TemplateValues(TokenSubject(id: user, user: user))
            let key = try list.key.render(values)
            commands.append(Command("ZCOUNT", key: key, .text("(\(now)"), "+inf"))
            commands.append(Command("ZRANGE", key: key, -1, -1, "WITHSCORES"))
            guard let cutoffs else { continue }
            commands.append(cutoffs.reading(try cutoffs.key.render(values)))
        }
        let size = cutoffs == nil ? 2 : 3
        return .send(commands) { exchange throws(StoreError) in
            let replies = try StoreError.wrapping { () throws(RedisError) in
                try exchange.complete()
            }
            return .done(
                try users.indices.map { index throws(StoreError) in
                    let own = index * size..<(index + 1) * size
                    return try self.describe(
                        users[index], list, Array(zip(commands[own], replies[own])))
                })
        }
    }

    /// What is wrong under one user's keys is that user's own problem.
    private func describe(
        _ user: Identifier, _ list: ListStore, _ answers: [(command: Command, reply: Reply)]
    ) throws(StoreError) -> ListedUser {
        do throws(StoreError) {
            for (command, reply) in answers { _ = try check(reply, of: command) }
            let (count, top) = try StoreError.wrapping { () throws(RedisError) in
                (try answers[0].reply.integer(), try answers[1].reply.byteStrings())
            }
            var cutoff: Int64?
            if let store = layout.userCutoff {
                cutoff = try self.cutoff(
                    answers[2].reply, store, key: answers[2].command.key ?? [])
            }
            let expiry =
                top.count == 2
                ? try list.expiry(score: top[1], key: answers[1].command.key ?? []) : nil
            return ListedUser(
                user: user, tokenCount: count, latestExpiry: expiry, cutoff: cutoff)
        } catch {
            guard error.isAboutOneKey else { throw error }
            return ListedUser(
                user: user, tokenCount: 0, latestExpiry: nil, cutoff: nil, problem: error)
        }
    }
}
