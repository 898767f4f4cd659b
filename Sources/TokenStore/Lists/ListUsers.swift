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
        if let scan = SessionScan(self, user: nil, like: pattern) {
            return try forEachUser(scan, pageLimit: pageLimit, body)
        }
        guard let list = layout.list else { return }
        let clock = try clock()
        var pages = 0
        try forEachPage(match: list.key.glob(like: pattern), type: "zset") { keys in
            let users = keys.compactMap(list.user(ofKey:)).filter { pattern?.matches($0) ?? true }
            return Asking(UserPage(store: self, list: list, users: users, clock: clock))
        } _: {
            pages += 1
            return try body($0) && pages < pageLimit
        }
    }
}

/// Describes some users by their lists.
private struct UserPage: Inquiry {
    let store: TokenStore
    let list: ListStore
    let users: [Identifier]
    let clock: ServerClock

    func commands() throws(StoreError) -> [Command] {
        let now = clock.now * list.unit
        var commands: [Command] = []
        for user in users {
            let values = TemplateValues(TokenSubject(id: user, user: user))
            let key = try list.key.render(values)
            commands.append(Command("ZCOUNT", key: key, .text("(\(now)"), "+inf"))
            commands.append(Command("ZRANGE", key: key, -1, -1, "WITHSCORES"))
            guard let cutoff = store.layout.userCutoff else { continue }
            commands.append(cutoff.reading(try cutoff.key.render(values)))
        }
        return commands
    }

    func read(_ exchange: Exchange, _ commands: [Command]) throws(StoreError) -> [ListedUser] {
        let answers = Array(zip(commands, try exchange.all))
        let size = store.layout.userCutoff == nil ? 2 : 3
        var listed: [ListedUser] = []
        for (user, own) in zip(users, answers.chunked(by: size)) {
            listed.append(try describe(user, own))
        }
        return listed
    }

    /// What is wrong under one user's keys is that user's own problem.
    private func describe(
        _ user: Identifier, _ answers: [(command: Command, reply: Reply)]
    ) throws(StoreError) -> ListedUser {
        do throws(StoreError) {
            for (command, reply) in answers { _ = try store.check(reply, of: command) }
            let count = try answers[0].reply.asInteger
            let top = try answers[1].reply.asByteStrings
            var cutoff: Int64?
            if let userCutoff = store.layout.userCutoff {
                cutoff = try store.cutoff(
                    answers[2].reply, userCutoff, key: answers[2].command.key ?? [])
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
