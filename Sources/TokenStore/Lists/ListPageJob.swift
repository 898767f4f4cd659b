internal import JSON
internal import Layouts
internal import Platform
internal import Redis

/// Reads the cutoffs of a user, then the tokens page by page. The whole list is in memory at the
/// end.
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

    /// The tokens that were read since the last call. The job does not keep them, so that only a
    /// page is in memory.
    mutating func takeTokens() -> TokenList {
        let read = outcome
        tokens = []
        return read
    }
}

/// Reads up to `pageSize` tokens of a user's list, from a rank on.
struct ListPageJob: Question {
    /// What the page is read for.
    enum Purpose {
        /// A score that is not a time, or is in the other unit, is an error. The blacklist is asked
        /// about each token.
        case listing
        /// A token with such a score counts as one that never expires: it must not keep a logout
        /// from revoking the others.
        case logout
    }

    /// The steps, in this order; a step that the layout or the purpose does not need sends nothing.
    private enum Phase {
        /// Reads members with their scores.
        case range
        /// Counts the scores in the other unit. If all are, the layout is the wrong one.
        case unit
        /// Reads what the hash has about each token.
        case details
        /// Asks the blacklist about each token.
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
            commands = [
                Command("ZCOUNT", key: keys[0], "-inf", "+inf"), list.countingForeign(keys[0]),
            ]
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

    /// Reads the members of a page and their scores, which follow each other in the reply.
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

    /// Adds the details, in the order in which they were asked for.
    private mutating func takeDetails(_ details: [Reply]) throws(StoreError) {
        guard details.count == outcome.count else { throw .corrupt(key: keys[1]) }
        for (index, detail) in details.enumerated() {
            (outcome[index].issuedAt, outcome[index].label) = store.read(detail)
        }
    }
}

/// The pages of one list. A token that is added meanwhile moves others to a later page, so tokens
/// of the last two pages are left out of the next one.
struct TokenPages {
    /// The rank at which the next page begins.
    private(set) var rank = 0
    private var last: Set<Identifier> = []
    private var secondLast: Set<Identifier> = []

    /// The tokens of the next page that were not on the last two.
    mutating func take(_ page: [ListedToken]) -> [ListedToken] {
        rank += page.count
        let fresh = page.filter { !last.contains($0.id) && !secondLast.contains($0.id) }
        secondLast = last
        last = Set(page.map(\.id))
        return fresh
    }
}

extension TokenStore {
    /// The details of a token, from the reply to a read of its hash field. Details that cannot be
    /// parsed count as missing.
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
