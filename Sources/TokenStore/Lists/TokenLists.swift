internal import JSON
internal import Platform
internal import Redis

/// A token on a user's list.
package struct ListedToken: Equatable, Sendable {
    package let id: Identifier
    package let expiry: Expiry
    /// Unix seconds, nil where the list does not know.
    package fileprivate(set) var issuedAt: Int64?
    package fileprivate(set) var label: String?
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
        if let scan = SessionScan(self, user: user) { return try tokens(scan, user) }
        return try ask(TokenListJob(store: self, user: user))
    }

    /// The tokens of every user, or why they can't be told, a user at a time; one may come twice
    /// while Redis rehashes. `body` answers whether to go on.
    package func forEachTokenList(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        if let scan = SessionScan(self, user: nil, like: pattern) {
            return try forEachTokenList(scan, body)
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
        let runner = JobRunner<Identifier, TokenList>(
            self, window: Self.listWindow, changes: false
        ) { _ in
            guard isGoingOn, let user = waiting.popFirst() else { return .end }
            return .item((user, TokenListJob(store: self, user: user)))
        } deliver: { user, done in
            guard isGoingOn else { return }
            isGoingOn = try body(user, done.result)
        }
        if let failure = try runner.run() { throw failure }
        return isGoingOn
    }

    /// The tokens on a user's list as they are read, soonest expiry first: at most a page of them is
    /// in memory. `body` answers whether to go on.
    package func forEachTokenPage(
        of user: Identifier, _ body: (TokenList) throws -> Bool
    ) throws {
        if let scan = SessionScan(self, user: user) {
            _ = try body(try tokens(scan, user))
            return
        }
        let facts = try cutoffs(of: user)
        var pages = TokenPages()
        while true {
            let page = try ask(ListPageJob(self, user, from: pages.rank, .listing))
            let list = TokenList(
                tokens: pages.take(page), userCutoff: facts.user, globalCutoff: facts.global,
                time: facts.time)
            guard try body(list), page.count == Self.pageSize else { return }
        }
    }

    /// Redis' clock, and the cutoffs of a user's tokens.
    func cutoffs(of user: Identifier) throws(StoreError) -> UserCutoffs {
        let commands = try cutoffCommands(of: user)
        return try cutoffs(try ask(commands), to: commands)
    }

    typealias UserCutoffs = (time: Int64, user: Int64?, global: Int64?)

    private var cutoffStores: [CutoffStore] {
        [layout.userCutoff, layout.globalCutoff].compactMap(\.self)
    }

    fileprivate func cutoffCommands(of user: Identifier) throws(StoreError) -> [Command] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        var commands = [Command("TIME")]
        for store in cutoffStores { commands.append(store.reading(try store.key.render(values))) }
        return commands
    }

    fileprivate func cutoffs(
        _ replies: [Reply], to commands: [Command]
    ) throws(StoreError) -> UserCutoffs {
        var found: [Int64?] = []
        for (index, store) in cutoffStores.enumerated() {
            let key = commands[index + 1].key ?? []
            found.append(try cutoff(replies[index + 1], store, key: key))
        }
        return (
            try replies[0].asSeconds, layout.userCutoff == nil ? nil : found[0],
            layout.globalCutoff == nil ? nil : found[found.count - 1]
        )
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

/// The cutoffs of a user, and page by page all tokens on the list.
struct TokenListJob: Question {
    let store: TokenStore
    let user: Identifier
    var commands: [Command] = []
    var cutoffs: TokenStore.UserCutoffs?
    var pages = TokenPages()
    var tokens: [ListedToken] = []
    /// The page that is being read; nil before the cutoffs are known, and at the end.
    var page: ListPageJob?

    mutating func next() throws(StoreError) -> [Command]? {
        guard cutoffs != nil else {
            commands = try store.cutoffCommands(of: user)
            return commands
        }
        while page != nil {
            if let commands = try page?.next() { return commands }
            let read = page?.outcome ?? []
            tokens += pages.take(read)
            let isLast = read.count < TokenStore.pageSize
            page = isLast ? nil : ListPageJob(store, user, from: pages.rank, .listing)
        }
        return nil
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        guard page == nil else {
            try page?.take(exchange)
            return
        }
        cutoffs = try store.cutoffs(try store.replies(exchange, to: commands), to: commands)
        page = ListPageJob(store, user, from: 0, .listing)
    }

    var outcome: TokenList {
        TokenList(
            tokens: tokens, userCutoff: cutoffs?.user, globalCutoff: cutoffs?.global,
            time: cutoffs?.time ?? 0)
    }
}

/// Up to `pageSize` tokens of a user's list, from a rank on.
struct ListPageJob: Question {
    enum Purpose {
        /// A score that is no time, or of the other unit among scores of the right one, is an error;
        /// the blacklist is asked for each token.
        case listing
        /// A token with such a score has no end: it must not keep a logout from ending the others.
        case logout
    }

    private enum Phase {
        case range
        /// Counts the scores of the other unit: where all are, the layout is the wrong one.
        case unit
        case details
        case states
    }

    private let store: TokenStore
    private let user: Identifier
    private let rank: Int
    private let purpose: Purpose
    private var phase: Phase? = .range
    private var keys: [[UInt8]] = []
    private var commands: [Command] = []
    private var states: StatesJob?
    private(set) var outcome: [ListedToken] = []

    init(_ store: TokenStore, _ user: Identifier, from rank: Int, _ purpose: Purpose) {
        self.store = store
        self.user = user
        self.rank = rank
        self.purpose = purpose
    }

    mutating func next() throws(StoreError) -> [Command]? {
        guard let list = store.layout.list, let phase else { return nil }
        commands = []
        switch phase {
        case .range:
            keys = try list.keys(of: user)
            let last = Int64(rank + TokenStore.pageSize - 1)
            commands = [
                Command("ZRANGE", key: keys[0], .integer(Int64(rank)), .integer(last), "WITHSCORES")
            ]
        case .unit:
            commands = [Command("ZCARD", key: keys[0]), list.countingForeign(keys[0])]
        case .details where keys.count == 2 && !outcome.isEmpty:
            let ids = outcome.map { Argument.bytes($0.id.bytes) }
            commands = [Command(arguments: ["HMGET", .bytes(keys[1])] + ids, keyIndex: 1)]
        case .states where purpose == .listing && store.layout.deny != nil && !outcome.isEmpty:
            let subjects = outcome.map { TokenSubject(id: $0.id, user: nil) }
            states = StatesJob(store, subjects.map { StateQuery($0) })
            commands = states?.next() ?? []
        case .details, .states: break
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        guard let list = store.layout.list, let phase else { return }
        switch phase {
        case .range:
            let flat = try store.replies(exchange, to: commands)[0].asByteStrings
            try takeRange(flat, list)
        case .unit:
            self.phase = .details
            let counts = try store.replies(exchange, to: commands)
            guard counts[0] != counts[1] else { throw .otherUnit(key: keys[0]) }
        case .details:
            self.phase = .states
            if !commands.isEmpty {
                try takeDetails(try store.replies(exchange, to: commands)[0].asArray)
            }
        case .states:
            self.phase = nil
            try states?.take(exchange)
            for (index, state) in (states?.outcome ?? []).enumerated() {
                outcome[index].isRevoked = try state.get().denial != nil
            }
        }
    }

    private mutating func takeRange(_ flat: [[UInt8]], _ list: ListStore) throws(StoreError) {
        var fault: StoreError?
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            var expiry = Expiry.never
            do throws(StoreError) {
                expiry = try list.expiry(score: flat[index + 1], key: keys[0])
            } catch {
                fault = error
            }
            guard let stored = list.member.parse(flat[index])?[.id] else {
                throw .corrupt(key: keys[0])
            }
            let id = Identifier(stored: stored)
            let issuedAt = keys.count == 2 ? nil : store.issuedAt(id)
            outcome.append(ListedToken(id: id, expiry: expiry, issuedAt: issuedAt, label: nil))
        }
        if let fault, purpose == .listing { throw fault }
        phase = .details
        if case .otherUnit? = fault { phase = .unit }
    }

    private mutating func takeDetails(_ details: [Reply]) throws(StoreError) {
        guard details.count == outcome.count else { throw .corrupt(key: keys[1]) }
        for (index, detail) in details.enumerated() {
            (outcome[index].issuedAt, outcome[index].label) = store.read(detail)
        }
    }
}

/// The pages of one list. A token that arrives meanwhile shifts the others to a later page: those
/// of the last two pages are not told again.
struct TokenPages {
    /// Where the next page begins.
    private(set) var rank = 0
    private var last: Set<Identifier> = []
    private var secondLast: Set<Identifier> = []

    /// What is new on the next page.
    mutating func take(_ page: [ListedToken]) -> [ListedToken] {
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
        let replies = try ask(
            [score] + (details.map { [Command("HGET", key: $0, .bytes(id.bytes))] } ?? []))
        guard let found = try replies[0].asOptionalBytes else { return nil }
        let expiry = try list.expiry(score: found, key: key)
        let (issuedAt, label) = replies.count == 2 ? read(replies[1]) : (nil, nil)
        return ListedToken(id: id, expiry: expiry, issuedAt: issuedAt, label: label)
    }
}
