internal import JSON
internal import Redis

/// A token on a user's list.
package struct ListedToken: Equatable, Sendable {
    package let id: Identifier
    package let expiry: Expiry
    /// Unix seconds, nil where the list does not know.
    package let issuedAt: Int64?
    package let label: String?
    /// Whether a blacklist entry stands against it; only `tokens(of:)` asks.
    package var isRevoked = false
}

/// A user with tokens.
package struct ListedUser: Equatable, Sendable {
    package let user: Identifier
    /// Tokens that have not expired.
    package let tokenCount: Int64
    package let latestExpiry: Expiry?
    /// The user's own cutoff, in unix seconds.
    package let cutoff: Int64?
}

/// What the lists of tokens say about a user.
package struct TokenList: Equatable, Sendable {
    package let tokens: [ListedToken]
    package let userCutoff: Int64?
    package let globalCutoff: Int64?
    /// Redis' clock, in unix seconds.
    package let time: Int64

    /// The strictest cutoff.
    package var cutoff: Int64? { [userCutoff, globalCutoff].compactMap(\.self).max() }
}

extension TokenStore {
    /// Everything on a user's list, soonest expiry first.
    package func tokens(of user: Identifier) throws(StoreError) -> TokenList {
        if let finder = TokenFinder(self, user: user) { return try tokens(finder, user) }
        let (time, userCutoff, globalCutoff) = try cutoffs(of: user)
        var tokens: [ListedToken] = []
        var known: Set<Identifier> = []
        while true {
            var page = try resolve(page(of: user, from: tokens.count))
            guard !page.isEmpty else { break }
            if layout.deny != nil {
                let queries = page.map { StateQuery(TokenSubject(id: $0.id, user: nil)) }
                for (index, state) in try resolve(try reading(queries)).enumerated() {
                    page[index].isRevoked = try state.get().denial != nil
                }
            }
            // A token that arrives while we read shifts the others: each is shown once.
            tokens += page.filter { known.insert($0.id).inserted }
            if page.count < Self.pageSize { break }
        }
        return TokenList(
            tokens: tokens, userCutoff: userCutoff, globalCutoff: globalCutoff, time: time)
    }

    /// Redis' clock, and the cutoffs that stand against a user's tokens.
    func cutoffs(
        of user: Identifier
    ) throws(StoreError) -> (time: Int64, user: Int64?, global: Int64?) {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        let stores = [layout.userCutoff, layout.globalCutoff].compactMap(\.self)
        let keys = try stores.map { store throws(StoreError) in try store.key.render(values) }
        let facts = try pipeline(
            [Command("TIME")] + zip(stores, keys).map { $0.reading($1) })
        var found: [Int64?] = []
        for (index, store) in stores.enumerated() {
            found.append(try cutoff(facts[index + 1], store, key: keys[index]))
        }
        return (
            try seconds(facts[0]), layout.userCutoff == nil ? nil : found[0],
            layout.globalCutoff == nil ? nil : found[found.count - 1]
        )
    }

    /// Up to `pageSize` tokens of a user's list, from a rank on.
    func page(of user: Identifier, from rank: Int) throws(StoreError) -> Step<[ListedToken]> {
        guard let list = layout.list else { return .done([]) }
        let keys = try list.keys(of: user)
        let command = Command(
            "ZRANGE", key: keys[0], .integer(Int64(rank)),
            .integer(Int64(rank + Self.pageSize - 1)), "WITHSCORES")
        return .send([command]) { exchange throws(StoreError) in
            let range = try self.replies(exchange, to: [command])[0]
            let flat = try StoreError.wrapping { () throws(RedisError) in try range.byteStrings() }
            let members = try stride(from: 0, to: flat.count - 1, by: 2).map {
                index throws(StoreError) in
                let expiry = try list.expiry(score: flat[index + 1], key: keys[0])
                guard let id = list.member.parse(flat[index])?[.id] else {
                    throw .corrupt(key: keys[0])
                }
                return (id: Identifier(stored: id), expiry: expiry)
            }
            guard keys.count == 2 else {
                return .done(
                    members.map {
                        ListedToken(
                            id: $0.id, expiry: $0.expiry, issuedAt: self.issuedAt($0.id),
                            label: nil)
                    })
            }
            return self.details(of: members, under: keys[1])
        }
    }

    private func details(
        of members: [(id: Identifier, expiry: Expiry)], under key: [UInt8]
    ) -> Step<[ListedToken]> {
        guard !members.isEmpty else { return .done([]) }
        let command = Command(
            arguments: ["HMGET", .bytes(key)] + members.map { .bytes($0.id.bytes) }, keyIndex: 1)
        return .send([command]) { exchange throws(StoreError) in
            let reply = try self.replies(exchange, to: [command])[0]
            let details = try StoreError.wrapping { () throws(RedisError) in try reply.array() }
            guard details.count == members.count else { throw .corrupt(key: key) }
            return .done(
                zip(members, details).map { member, detail in
                    let (issuedAt, label) = self.read(detail)
                    return ListedToken(
                        id: member.id, expiry: member.expiry, issuedAt: issuedAt, label: label)
                })
        }
    }

    /// The details of a token; what is not understood is as good as absent.
    func read(_ reply: Reply) -> (issuedAt: Int64?, label: String?) {
        guard case .string(let bytes) = reply else { return (nil, nil) }
        do throws(JSONError) {
            guard let object = try JSONParser.parse(bytes).objectValue else { return (nil, nil) }
            return (object["iat"]?.numberValue?.integer, object["label"]?.stringValue?.text)
        } catch {
            return (nil, nil)
        }
    }

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

extension TokenStore {
    /// What a user's list knows about one token; nil where it is not on it.
    package func listedToken(
        _ id: Identifier, of user: Identifier
    ) throws(StoreError) -> ListedToken? {
        guard let list = layout.list else {
            return try tokens(of: user).tokens.first { $0.id == id }
        }
        let values = TemplateValues(TokenSubject(id: id, user: user))
        let key = try list.key.render(values)
        let score = Command("ZSCORE", key: key, .bytes(try list.member.render(values)))
        let details = try list.details?.render(values)
        let replies = try pipeline(
            [score] + (details.map { [Command("HGET", key: $0, .bytes(id.bytes))] } ?? []))
        let found = try StoreError.wrapping { () throws(RedisError) in
            try replies[0].optionalBytes()
        }
        guard let found else { return nil }
        let expiry = try list.expiry(score: found, key: key)
        let (issuedAt, label) = replies.count == 2 ? read(replies[1]) : (nil, nil)
        return ListedToken(id: id, expiry: expiry, issuedAt: issuedAt, label: label)
    }
}
