internal import Layouts
internal import Redis

extension SortedSetTokens {
    /// Sets are described page by page as the scan finds them, so a user may come twice. To count
    /// active tokens, whole sets are read, and each user is a page.
    func forEachUser(
        _ query: UserQuery, _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        guard let list else { return }
        var isGoingOn = true
        if query.countsActive {
            try forEachSet(like: query.pattern) { user in
                TokenCountJob(store, user)
            } _: { user, counted in
                switch counted {
                case .success(let listed): isGoingOn = try body([listed])
                case .failure(let error):
                    isGoingOn = try body([try ListedUser(user, unreadable: error)])
                }
                return isGoingOn
            }
        } else {
            var pages = 0
            try describe(list.key, "zset", query) { keys in
                list.users(of: keys, like: query.pattern)
            } _: { users in
                pages += 1
                isGoingOn = try body(users) && query.goesOn(pages)
                return isGoingOn
            }
        }
        guard isGoingOn, query.includesCutoffs, store.layout.listsCutoffs,
            let cutoff = store.layout.userCutoff
        else { return }
        try describe(cutoff.key, "string", query) { keys in
            store.users(ofCutoffs: keys, like: query.pattern)
        } _: { users in
            // The others had their turn. Nothing is remembered, so that memory stays the same.
            try body(users.filter(\.hasOnlyCutoff))
        }
    }

    /// Describes the users that `users` finds in the keys of a template, page by page.
    private func describe(
        _ key: Template, _ type: String, _ query: UserQuery,
        users: @escaping ([[UInt8]]) -> [Identifier],
        _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        guard let list else { return }
        let clock = try store.clock()
        try store.forEachPage(match: key.glob(like: query.pattern), type: type) { keys in
            UserPageJob(store: store, list: list, users: users(keys), clock: clock)
        } _: {
            try body($0)
        }
    }
}

extension ListedUser {
    /// Whether there is a cutoff and no recorded token. A key that cannot be read counts, so that
    /// it is reported.
    fileprivate var hasOnlyCutoff: Bool {
        problem != nil || cutoff != nil && latestExpiry == nil
    }
}

/// Describes some users by their sets: how many tokens have not expired, and when the last one
/// does. Of a set only the last member is read, so long lists cost no more than short ones.
struct UserPageJob: Question {
    let store: TokenStore
    let list: ListStore
    let users: [Identifier]
    let clock: ServerClock
    var commands: [Command] = []
    var isDone = false
    /// One description for each user, in the order of `users`.
    var outcome: [ListedUser] = []

    /// Two or three commands for each user: a count, the last member, and the cutoff if the layout
    /// has one.
    mutating func next() throws(StoreError) -> [Command]? {
        guard !isDone else { return nil }
        let now = clock.now * list.unit
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

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        isDone = true
        let answers = Array(zip(commands, try exchange.all))
        let size = store.layout.userCutoff == nil ? 2 : 3
        for (user, own) in zip(users, answers.chunked(by: size)) {
            outcome.append(try describe(user, own))
        }
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
            return try ListedUser(user, unreadable: error)
        }
    }
}

/// Counts the tokens of a user by what they are worth. Only a page of them is in memory.
struct TokenCountJob: Question {
    private var job: TokenListJob
    private(set) var outcome: ListedUser

    init(_ store: TokenStore, _ user: Identifier) {
        job = TokenListJob(store: store, user: user)
        outcome = ListedUser(user: user, activeCount: 0)
    }

    mutating func next() throws(StoreError) -> [Command]? {
        let commands = try job.next()
        outcome.count(job.takeTokens())
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) { try job.take(exchange) }
}
