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

/// A blacklist entry.
package struct ListedDenial: Equatable, Sendable {
    package let id: Identifier
    package let denial: TokenState.Denial
    /// When the token it stands for ends: the entry's end less the margin; nil for never.
    package let expiry: Expiry
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
        let keys = layout.keys(of: user)
        let facts = try pipeline([
            Command("TIME"), Command("GET", key: keys.cutoff),
            Command("GET", key: layout.globalCutoffKey),
        ])
        var tokens: [ListedToken] = []
        var known: Set<Identifier> = []
        while true {
            var page = try resolve(page(of: user, from: tokens.count))
            guard !page.isEmpty else { break }
            let denials = try pipeline(page.map { Command("EXISTS", key: layout.denyKey($0.id)) })
            for (index, reply) in denials.enumerated() {
                page[index].isRevoked = reply == .integer(1)
            }
            // A token that arrives while we read shifts the others: each is shown once.
            tokens += page.filter { known.insert($0.id).inserted }
            if page.count < Self.pageSize { break }
        }
        return TokenList(
            tokens: tokens, userCutoff: try cutoff(facts[1], key: keys.cutoff),
            globalCutoff: try cutoff(facts[2], key: layout.globalCutoffKey),
            time: try seconds(facts[0]))
    }

    /// Up to `pageSize` tokens of a user's list, from a rank on.
    func page(of user: Identifier, from rank: Int) -> Step<[ListedToken]> {
        let keys = layout.keys(of: user)
        let command = Command(
            "ZRANGE", key: keys.tokens, .integer(Int64(rank)),
            .integer(Int64(rank + Self.pageSize - 1)), "WITHSCORES")
        return .send([command]) { exchange throws(StoreError) in
            let range = try self.replies(exchange, to: [command])[0]
            let flat = try StoreError.wrapping { () throws(RedisError) in try range.byteStrings() }
            let members = try stride(from: 0, to: flat.count - 1, by: 2).map {
                index throws(StoreError) in
                guard let expiry = Expiry(score: flat[index + 1]) else {
                    throw .corrupt(key: keys.tokens)
                }
                return (id: Identifier(stored: flat[index]), expiry: expiry)
            }
            return self.details(of: members, under: keys.meta)
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
        let clock = try clock()
        try forEachPage(match: layout.tokensPattern(pattern), type: "zset") { keys in
            let users = keys.compactMap(self.layout.user(ofTokensKey:))
            return self.describe(users.filter { pattern?.matches($0) ?? true }, clock)
        } _: {
            try body($0)
        }
    }

    private func describe(_ users: [Identifier], _ clock: ServerClock) -> Step<[ListedUser]> {
        let now = clock.now
        let lists = users.map(layout.keys(of:))
        let commands = lists.flatMap { keys in
            [
                Command("ZCOUNT", key: keys.tokens, .text("(\(now)"), "+inf"),
                Command("ZRANGE", key: keys.tokens, -1, -1, "WITHSCORES"),
                Command("GET", key: keys.cutoff),
            ]
        }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            var result: [ListedUser] = []
            result.reserveCapacity(users.count)
            for (index, user) in users.enumerated() {
                let part = replies[index * 3..<index * 3 + 3]
                let (count, top) = try StoreError.wrapping { () throws(RedisError) in
                    (try part[index * 3].integer(), try part[index * 3 + 1].byteStrings())
                }
                result.append(
                    ListedUser(
                        user: user, tokenCount: count,
                        latestExpiry: top.count == 2 ? Expiry(score: top[1]) : nil,
                        cutoff: try self.cutoff(part[index * 3 + 2], key: lists[index].cutoff)))
            }
            return .done(result)
        }
    }

    /// Every blacklist entry, page by page; one may come twice while Redis rehashes.
    package func forEachDenial(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping ([ListedDenial]) throws -> Bool
    ) throws {
        let clock = try clock()
        try forEachPage(match: layout.denyPattern(pattern), type: "string") { keys in
            self.describe(denyKeys: keys, like: pattern, clock)
        } _: {
            try body($0)
        }
    }

    /// Reads the entries under these keys.
    private func describe(
        denyKeys keys: [[UInt8]], like pattern: IdentifierPattern?, _ clock: ServerClock
    ) -> Step<[ListedDenial]> {
        var ids: [Identifier] = []
        var commands: [Command] = []
        ids.reserveCapacity(keys.count)
        commands.reserveCapacity(keys.count * 2)
        for key in keys {
            guard let id = layout.identifier(ofDenyKey: key), pattern?.matches(id) ?? true else {
                continue
            }
            ids.append(id)
            commands.append(Command("GET", key: key))
            commands.append(Command("PTTL", key: key))
        }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            return try StoreError.wrapping { () throws(RedisError) in
                let now = clock.milliseconds
                var page: [ListedDenial] = []
                page.reserveCapacity(ids.count)
                for (index, id) in ids.enumerated() {
                    let left = replies[index * 2 + 1]
                    guard
                        let denial = try self.denial(value: replies[index * 2], milliseconds: left)
                    else { continue }
                    page.append(
                        ListedDenial(
                            id: id, denial: denial,
                            expiry: self.expiry(try left.integer(), at: now)))
                }
                return .done(page)
            }
        }
    }

    /// The end of the token for which an entry stands that has this much left: a whole second.
    private func expiry(_ milliseconds: Int64, at now: Int64) -> Expiry {
        milliseconds < 0 ? .never : .at((now + milliseconds + 500) / 1000 - margin)
    }
}

extension TokenStore {
    /// What a user's list knows about one token; nil where it is not on it.
    package func listedToken(
        _ id: Identifier, of user: Identifier
    ) throws(StoreError) -> ListedToken? {
        let keys = layout.keys(of: user)
        let replies = try pipeline([
            Command("ZSCORE", key: keys.tokens, .bytes(id.bytes)),
            Command("HGET", key: keys.meta, .bytes(id.bytes)),
        ])
        let score = try StoreError.wrapping { () throws(RedisError) in
            try replies[0].optionalBytes()
        }
        guard let score else { return nil }
        guard let expiry = Expiry(score: score) else { throw .corrupt(key: keys.tokens) }
        let (issuedAt, label) = read(replies[1])
        return ListedToken(id: id, expiry: expiry, issuedAt: issuedAt, label: label)
    }
}
