internal import Layouts
internal import Redis

/// Describes some users by their sets: how many tokens have not expired, and when the last one does.
struct UserPage: Inquiry {
    let store: TokenStore
    let list: ListStore
    let users: [Identifier]
    let clock: ServerClock

    /// Two or three commands for each user: a count, the last member, and the cutoff if the layout has
    /// one.
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

    /// One description for each user, in the order of `users`.
    func read(_ exchange: Exchange, _ commands: [Command]) throws(StoreError) -> [ListedUser] {
        let answers = Array(zip(commands, try exchange.all))
        let size = store.layout.userCutoff == nil ? 2 : 3
        var listed: [ListedUser] = []
        for (user, own) in zip(users, answers.chunked(by: size)) {
            listed.append(try describe(user, own))
        }
        return listed
    }

    /// A key of one user that is not what the layout puts there is a problem of that user alone.
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
