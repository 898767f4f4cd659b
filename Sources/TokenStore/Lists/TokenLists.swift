internal import JSON
internal import Platform
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
        return try resolve(readTokens(of: user))
    }

    /// The tokens of every user, or why they can't be told, a user at a time; one may come twice
    /// while Redis rehashes. `body` answers whether to go on.
    package func forEachTokenList(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        if let finder = TokenFinder(self, user: nil, like: pattern) {
            return try forEachTokenList(finder, body)
        }
        guard let list = layout.list else { return }
        var scan = client.scan(match: list.key.glob(like: pattern), type: "zset")
        while let keys = try scan.nextPage(), Signals.pending == nil {
            let users = keys.compactMap(list.user(ofKey:)).filter { pattern?.matches($0) ?? true }
            guard try readTokens(ofAll: users, body) else { return }
        }
    }

    /// How many users' lists are read at the same time.
    private static let listWindow = 64

    /// The lists of some users in one pipeline; false where `body` had enough.
    private func readTokens(
        ofAll users: [Identifier],
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws -> Bool {
        var waiting = users[...]
        var isGoingOn = true
        let run = BulkRun<Identifier, TokenList>(self, window: Self.listWindow, changes: false) {
            _ in
            guard isGoingOn, let user = waiting.popFirst() else { return nil }
            return (user, { _ throws(StoreError) in try self.readTokens(of: user) })
        } deliver: { user, delivery in
            guard isGoingOn else { return }
            isGoingOn = try body(user, delivery.result)
        }
        if let failure = try run.run() { throw failure }
        return isGoingOn
    }

    private func readTokens(of user: Identifier) throws(StoreError) -> Step<TokenList> {
        let commands = try cutoffCommands(of: user)
        return .send(commands) { exchange throws(StoreError) in
            let facts = try self.cutoffs(
                of: user, try self.replies(exchange, to: commands), asked: commands)
            return try self.readTokens(of: user, into: TokenPages()).then { tokens in
                .done(
                    TokenList(
                        tokens: tokens, userCutoff: facts.user, globalCutoff: facts.global,
                        time: facts.time))
            }
        }
    }

    /// Goes on with what follows the pages that were read.
    private func readTokens(
        of user: Identifier, into pages: TokenPages
    ) throws(StoreError) -> Step<[ListedToken]> {
        try judgedPage(of: user, from: pages.rank).then { page throws(StoreError) in
            pages.tokens += pages.take(page)
            guard page.count == Self.pageSize else { return .done(pages.tokens) }
            return try self.readTokens(of: user, into: pages)
        }
    }

    /// The tokens on a user's list as they are read, soonest expiry first: at most a page of them is
    /// in memory. `body` answers whether to go on.
    package func forEachTokenPage(
        of user: Identifier, _ body: (TokenList) throws -> Bool
    ) throws {
        if let finder = TokenFinder(self, user: user) {
            _ = try body(try tokens(finder, user))
            return
        }
        let facts = try cutoffs(of: user)
        let pages = TokenPages()
        while true {
            let page = try resolve(judgedPage(of: user, from: pages.rank))
            let list = TokenList(
                tokens: pages.take(page), userCutoff: facts.user, globalCutoff: facts.global,
                time: facts.time)
            guard try body(list), page.count == Self.pageSize else { return }
        }
    }

    private func judgedPage(
        of user: Identifier, from rank: Int
    ) throws(StoreError) -> Step<[ListedToken]> {
        try page(of: user, from: rank, isStrict: true).then { page throws(StoreError) in
            page.isEmpty ? .done(page) : try self.judged(page)
        }
    }

    /// The same tokens, each with whether it is revoked.
    private func judged(_ page: [ListedToken]) throws(StoreError) -> Step<[ListedToken]> {
        guard layout.deny != nil else { return .done(page) }
        let queries = page.map { StateQuery(TokenSubject(id: $0.id, user: nil)) }
        return try reading(queries).then { states throws(StoreError) in
            var page = page
            for (index, state) in states.enumerated() {
                page[index].isRevoked = try state.get().denial != nil
            }
            return .done(page)
        }
    }

    /// Redis' clock, and the cutoffs that stand against a user's tokens.
    func cutoffs(
        of user: Identifier
    ) throws(StoreError) -> (time: Int64, user: Int64?, global: Int64?) {
        let commands = try cutoffCommands(of: user)
        return try cutoffs(of: user, try pipeline(commands), asked: commands)
    }

    private var cutoffStores: [CutoffStore] {
        [layout.userCutoff, layout.globalCutoff].compactMap(\.self)
    }

    private func cutoffCommands(of user: Identifier) throws(StoreError) -> [Command] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return [Command("TIME")]
            + (try cutoffStores.map { store throws(StoreError) in
                store.reading(try store.key.render(values))
            })
    }

    private func cutoffs(
        of user: Identifier, _ facts: [Reply], asked commands: [Command]
    ) throws(StoreError) -> (time: Int64, user: Int64?, global: Int64?) {
        var found: [Int64?] = []
        for (index, store) in cutoffStores.enumerated() {
            found.append(
                try cutoff(facts[index + 1], store, key: commands[index + 1].key ?? []))
        }
        return (
            try seconds(facts[0]), layout.userCutoff == nil ? nil : found[0],
            layout.globalCutoff == nil ? nil : found[found.count - 1]
        )
    }

    /// Up to `pageSize` tokens of a user's list, from a rank on. A score that is no time, or one of
    /// the other unit among scores of the right one, is an error where it `isStrict`. Else its token
    /// has no end: it must not keep a logout from ending the others.
    func page(
        of user: Identifier, from rank: Int, isStrict: Bool = false
    ) throws(StoreError) -> Step<[ListedToken]> {
        guard let list = layout.list else { return .done([]) }
        let keys = try list.keys(of: user)
        let command = Command(
            "ZRANGE", key: keys[0], .integer(Int64(rank)),
            .integer(Int64(rank + Self.pageSize - 1)), "WITHSCORES")
        return .send([command]) { exchange throws(StoreError) in
            let range = try self.replies(exchange, to: [command])[0]
            let flat = try StoreError.wrapping { () throws(RedisError) in try range.byteStrings() }
            var fault: StoreError?
            let members = try stride(from: 0, to: flat.count - 1, by: 2).map {
                index throws(StoreError) in
                var expiry = Expiry.never
                do throws(StoreError) {
                    expiry = try list.expiry(score: flat[index + 1], key: keys[0])
                } catch {
                    fault = error
                }
                guard let id = list.member.parse(flat[index])?[.id] else {
                    throw .corrupt(key: keys[0])
                }
                return (id: Identifier(stored: id), expiry: expiry)
            }
            if let fault, isStrict { throw fault }
            let tokens =
                keys.count == 2
                ? self.details(of: members, under: keys[1])
                : .done(
                    members.map {
                        ListedToken(
                            id: $0.id, expiry: $0.expiry, issuedAt: self.issuedAt($0.id),
                            label: nil)
                    })
            guard case .otherUnit? = fault else { return tokens }
            return try self.requireOwnUnit(list, keys[0]).then { _ in tokens }
        }
    }

    /// Throws where every score of a list is of the other unit: the layout is the wrong one then.
    private func requireOwnUnit(_ list: ListStore, _ key: [UInt8]) -> Step<Void> {
        let commands = [Command("ZCARD", key: key), list.countingForeign(key)]
        return .send(commands) { exchange throws(StoreError) in
            let replies = try self.replies(exchange, to: commands)
            guard replies[0] != replies[1] else { throw .otherUnit(key: key) }
            return .done(())
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
            return (
                object["iat"]?.numberValue?.integer.flatMap { Int64(outside: $0) },
                object["label"]?.stringValue?.text
            )
        } catch {
            return (nil, nil)
        }
    }
}

/// The pages of one list. A token that arrives meanwhile shifts the others to a later page: those
/// of the last two pages are not told again.
private final class TokenPages {
    /// Where the next page begins.
    private(set) var rank = 0
    var tokens: [ListedToken] = []
    private var last: Set<Identifier> = []
    private var secondLast: Set<Identifier> = []

    /// What is new on the next page.
    func take(_ page: [ListedToken]) -> [ListedToken] {
        rank += page.count
        let fresh = page.filter { !last.contains($0.id) && !secondLast.contains($0.id) }
        secondLast = last
        last = Set(page.map(\.id))
        return fresh
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
