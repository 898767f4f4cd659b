internal import Layouts
internal import Platform
internal import Redis

/// Tokens in sorted sets, one for each user, scored by when they expire.
///
/// A layout that keeps neither sets nor session keys has no tokens to list; a logout then raises
/// the user's cutoff and version and finds nothing more.
struct SortedSetTokens: UserTokens {
    let store: TokenStore
    /// nil where the layout keeps no sets.
    let list: ListStore?

    /// How many users' sets are read at the same time.
    private static let readWindow = 64
    /// How many users' logouts may be under way.
    private static let logoutWindow = 16

    init(_ store: TokenStore) {
        self.store = store
        list = store.layout.list
    }

    func tokens(of user: Identifier) throws(StoreError) -> TokenList {
        try store.ask(TokenListJob(store: store, user: user))
    }

    /// Reads one score and one hash field, not the whole set.
    func token(_ id: Identifier, of user: Identifier) throws(StoreError) -> ListedToken? {
        guard let list else { return try tokens(of: user).tokens.first { $0.id == id } }
        let values = TemplateValues(TokenSubject(id: id, user: user))
        let key = try list.key.render(values)
        let score = Command("ZSCORE", key: key, .bytes(try list.member.render(values)))
        let details = try list.details?.render(values)
        let replies = try store.ask(
            [score] + (details.map { [Command("HMGET", key: $0, .bytes(id.bytes))] } ?? []))
        guard let found = try replies[0].asOptionalBytes else { return nil }
        let expiry = try list.expiry(score: found, key: key)
        guard replies.count == 2 else {
            return ListedToken(id: id, expiry: expiry, issuedAt: store.issuedAt(id), label: nil)
        }
        let (issuedAt, label) = store.read(try replies[1].asArray.first ?? .null)
        return ListedToken(id: id, expiry: expiry, issuedAt: issuedAt, label: label)
    }

    /// Reads the cutoffs once, then page after page. A token that is added meanwhile may be missed.
    func forEachPage(of user: Identifier, _ body: (TokenList) throws -> Bool) throws {
        let facts = try store.cutoffs(of: user)
        var pages = TokenPages()
        while true {
            let page = try store.ask(ListPageJob(store, user, from: pages.rank, .listing))
            let list = TokenList(
                tokens: pages.take(page), userCutoff: facts.user, globalCutoff: facts.global,
                time: facts.time)
            guard try body(list), page.count == TokenStore.pageSize else { return }
        }
    }

    /// A set that cannot be read is a failure of its user alone.
    func forEachList(
        like pattern: IdentifierPattern?,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        try forEachSet(
            like: pattern, job: { user in TokenListJob(store: store, user: user) }, body)
    }

    /// Runs a job for each user whose set a scan finds, up to `readWindow` at a time; a user may
    /// come twice. `body` answers whether to go on.
    func forEachSet<Outcome>(
        like pattern: IdentifierPattern?, job: @escaping (Identifier) -> any Job<Outcome>,
        _ body: @escaping (Identifier, Result<Outcome, StoreError>) throws -> Bool
    ) throws {
        guard let list else { return }
        var scan = store.client.scan(match: list.key.glob(like: pattern), type: "zset")
        var isGoingOn = true
        store.scanMeter?.begin()
        while isGoingOn, let keys = try scan.nextPage(), Signals.pending == nil {
            store.scanMeter?.add(scan.count)
            var waiting = list.users(of: keys, like: pattern)[...]
            let runner = JobRunner<Identifier, Outcome>(
                store, window: Self.readWindow, changes: false
            ) { _ in
                guard isGoingOn, let user = waiting.popFirst() else { return .end }
                return .item((user, job(user)))
            } deliver: { user, done in
                guard isGoingOn else { return }
                isGoingOn = try body(user, done.result)
            }
            if let failure = try runner.run() { throw failure }
        }
    }

    func describe(_ match: SearchPage.Match) throws(StoreError) -> TokenList? {
        guard var token = try token(match.id, of: match.user) else { return nil }
        let facts = try store.cutoffs(of: match.user)
        if store.layout.deny != nil {
            token.isRevoked = try store.states(of: [StateQuery(match.subject)])[0].denial != nil
        }
        return TokenList(
            tokens: [token], userCutoff: facts.user, globalCutoff: facts.global, time: facts.time)
    }

    func find(
        where isWanted: @escaping (Identifier) -> Bool,
        _ body: @escaping (SearchPage) -> Bool
    ) throws(StoreError) {
        guard let list else { return }
        try StoreError.only {
            try store.forEachPage(match: list.key.glob(), type: "zset") { keys in
                MemberSearch(store, list, keys, where: isWanted)
            } _: {
                body($0)
            }
        }
    }

    // MARK: changes

    /// Puts the token into the user's set, in one step with a look at the user's cutoff where both
    /// are in one slot.
    func recordCommand(
        _ token: TokenRecord, isDryRun: Bool
    ) throws(StoreError) -> Command {
        guard let list else { throw .unnamed("list") }
        var values = TemplateValues(token.subject)
        values.expiry = token.expiry
        var keys = try list.keys(of: token.user)
        let meta: Int64 = keys.count == 2 ? 2 : 0
        // A script sees no cutoff in another slot.
        var cutoff: Int64 = 0
        if let store = store.layout.userCutoff, meta > 0, store.isPlain {
            keys.append(try store.key.render(values))
            cutoff = 3
        }
        // Sent twice, the second would be answered with LISTED because of the first.
        return .eval(
            Script.record, keys: keys,
            [
                .integer(meta), .integer(cutoff), .integer(list.unit), store.listLife,
                .bytes(try list.member.render(values)), .text(list.score(token.expiry)),
                .text(token.issued.wholeSeconds.map(String.init) ?? ""), .bytes(token.details),
                .integer(TokenState.futureTolerance), .text(isDryRun ? "dry" : ""),
            ]
        ).once()
    }

    /// Removes the tokens from the lists, for layouts whose services accept only listed tokens.
    func removal(of items: [Revocation]) -> any Job<[RevocationOutcome]> {
        UnlistJob(store, items)
    }

    // MARK: logout

    func logOut(
        _ request: LogoutRequest, next: @escaping (Pull) throws -> Supply<Identifier>,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        try logOut(.first, request, confirmedBy: .callee, next: next, deliver: deliver)
    }

    /// A user whose logout did not begin before a signal stays as it was; one whose recheck did not
    /// begin is incomplete.
    func logOut(
        _ users: inout [PendingLogout], _ round: LogoutRound, _ request: LogoutRequest
    ) throws -> StoreError? {
        let open = users.indices.filter { users[$0].cause == nil }
        var waiting = open.map { users[$0].user }[...]
        var ended: [(LogoutResult, LogoutInterruption.Cause?)] = []
        let failure = try logOut(
            round, request, confirmedBy: .caller,
            next: { _ in waiting.popFirst().map { .item($0) } ?? .end }
        ) { _, result, cause in
            ended.append((result, cause))
        }
        // Results are delivered in the order of the users.
        for (index, (result, cause)) in zip(open, ended) { users[index].take(result, cause, round) }
        if round == .recheck {
            for index in open.dropFirst(ended.count) { users[index].interrupt() }
        }
        return failure
    }

    /// Runs the logouts in one pipeline, each a job.
    private func logOut(
        _ round: LogoutRound, _ request: LogoutRequest, confirmedBy: Finisher,
        next: @escaping (Pull) throws -> Supply<Identifier>,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let clock = try store.clock()
        let runner = JobRunner<Identifier, LogoutJob.Outcome>(
            store, window: Self.logoutWindow, changes: !request.isDryRun,
            confirmedBy: confirmedBy
        ) { pull in
            try next(pull).map { user in
                (user, LogoutJob(store, user, round, request, clock: clock))
            }
        } deliver: { user, done in
            switch done.result {
            case .success(let (result, cause)):
                try deliver(user, result, cause ?? done.doubt.map { .store($0) })
            case .failure(let error): try deliver(user, LogoutResult(), .store(error))
            }
        }
        return try runner.run()
    }
}

extension ListStore {
    /// The users whose sets are among the keys.
    func users(of keys: [[UInt8]], like pattern: IdentifierPattern?) -> [Identifier] {
        keys.compactMap(user(ofKey:)).filter { pattern?.matches($0) ?? true }
    }
}

/// Revokes a batch by taking the tokens off the lists of their users, for layouts whose services
/// accept only listed tokens. It is safe to repeat.
struct UnlistJob: Job {
    private enum Phase: CaseIterable {
        /// Removes each token from the sorted set of its user.
        case unlist
        /// Publishes the ids, for layouts whose services listen for nothing else.
        case announce
    }

    private let store: TokenStore
    private let items: [Revocation]

    private var phases = Phase.allCases[...]
    private var outcomes: [RevocationOutcome]
    private var sent = ItemCommands()
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RevocationOutcome]?

    init(_ store: TokenStore, _ items: [Revocation]) {
        self.store = store
        self.items = items
        outcomes = Array(repeating: .notAttempted, count: items.count)
    }

    var outcome: [RevocationOutcome] { outcomes.shown(in: store.layout, after: previous) }

    mutating func restart(after outcome: [RevocationOutcome]?) {
        previous = outcome ?? previous
        phases = Phase.allCases[...]
        outcomes = Array(repeating: .notAttempted, count: items.count)
    }

    mutating func next() -> [Command]? {
        sent = ItemCommands()
        switch phases.first {
        case .unlist: for index in items.indices { add(index) }
        case .announce: sent.add(store.announcements(of: items, outcomes), of: 0)
        case nil: return nil
        }
        return sent.commands
    }

    /// Adds the command of one item; an item for which none can be made fails.
    private mutating func add(_ index: Int) {
        guard let list = store.layout.list else { return }
        let values = TemplateValues(items[index].subject)
        do throws(StoreError) {
            let member = try list.member.render(values)
            sent.add(
                Command("ZREM", key: try list.key.render(values), .bytes(member)), of: index)
        } catch {
            outcomes[index] = .failed(error)
        }
    }

    mutating func take(_ exchange: Exchange) {
        switch phases.removeFirst() {
        case .unlist:
            for answer in sent.answers(in: exchange, &outcomes) {
                outcomes[answer.item] = store.removed(items[answer.item], answer.reply)
            }
        case .announce: store.noteAnnounced(exchange, sent.commands)
        }
    }
}

extension TokenStore {
    /// Seconds that a list outlives its last token, as an argument of scripts; empty for a list
    /// that never expires.
    var listLife: Argument { .text(listMargin.map(String.init) ?? "") }

    /// The command that takes tokens off a user's list, with their details, and lets the list
    /// expire with its last token. nil for layouts without lists.
    func unlistCommand(
        _ tokens: [TokenSubject], of user: Identifier
    ) throws(StoreError) -> Command? {
        guard let list = layout.list else { return nil }
        var members: [Argument] = []
        members.reserveCapacity(tokens.count)
        for token in tokens {
            members.append(.bytes(try list.member.render(TemplateValues(token))))
        }
        return .eval(
            Script.unlist, keys: try list.keys(of: user),
            [.integer(list.unit), listLife] + members)
    }
}
