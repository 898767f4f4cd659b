internal import Layouts
internal import Platform
internal import Redis

/// Tokens that have a key of their own, one for each session.
///
/// Such a layout keeps no token lists, so the tokens of a user are found by scanning, and results
/// are complete only after a full scan.
struct KeyedTokens: UserTokens {
    private let store: TokenStore
    let allow: AllowStore

    /// The tokens of one user whose own keys are there, by their ids, with the time at which the
    /// keys expire.
    private typealias FoundTokens = [Identifier: (subject: TokenSubject, end: Expiry)]

    /// nil for a layout without session keys, or with token lists besides them.
    init?(_ store: TokenStore) {
        guard let allow = store.layout.allow, store.layout.list == nil else { return nil }
        self.store = store
        self.allow = allow
    }

    /// Reads the values of the user's sets first: the scan compares tokens that name no user with
    /// them.
    func tokens(of user: Identifier) throws(StoreError) -> TokenList {
        guard var scan = SessionScan(store, user: user) else { return try tokens([:], of: user) }
        scan.search.userValues = Set(try scan.userValues().map(\.value))
        return try tokens(try find(scan)[user] ?? [:], of: user)
    }

    func token(_ id: Identifier, of user: Identifier) throws(StoreError) -> ListedToken? {
        try tokens(of: user).tokens.first { $0.id == id }
    }

    /// All tokens are in one page, since only the end of the scan shows which one expires first.
    func forEachPage(of user: Identifier, _ body: (TokenList) throws -> Bool) throws {
        _ = try body(try tokens(of: user))
    }

    /// Scans once for all users, and keeps their tokens in memory. Users come in the order of their
    /// names.
    func forEachList(
        like pattern: IdentifierPattern?,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        guard let scan = SessionScan(store, user: nil, like: pattern) else { return }
        let found = try find(scan)
        for user in Self.sorted(found.keys) where Signals.pending == nil {
            let list = Result { () throws(StoreError) in
                try tokens(found[user] ?? [:], of: user)
            }
            guard try body(user, list) else { return }
        }
    }

    /// Every user comes once, after the scan, in the order of their names; users with only a cutoff
    /// come last.
    func forEachUser(
        _ query: UserQuery, _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        guard let scan = SessionScan(store, user: nil, like: query.pattern) else { return }
        let known =
            try query.countsActive
            ? forEachCounted(scan, body) : forEachFound(scan, query, body)
        guard let known, query.includesCutoffs, store.layout.listsCutoffs else { return }
        let others = try usersWithCutoffs(like: query.pattern).subtracting(known)
        for page in Self.sorted(others).chunked(by: TokenStore.pageSize) {
            let users = zip(page, try userCutoffs(of: page)).compactMap { user, cutoff in
                cutoff.map { ListedUser(user: user, cutoff: $0) }
            }
            guard try body(users) else { return }
        }
    }

    /// Counts the tokens of each user during the scan: Redis has no key with their number. Returns
    /// the users, or nil where `body` has enough.
    private func forEachFound(
        _ scan: SessionScan, _ query: UserQuery, _ body: ([ListedUser]) throws -> Bool
    ) throws -> Set<Identifier>? {
        var scan = scan
        scan.detail = .ends
        var pages = 0
        var users: [Identifier: (count: Int64, latest: Expiry?)] = [:]
        try scan.forEachPage { page in
            for session in page.sessions {
                var known = users[session.user] ?? (0, nil)
                if let end = session.end {
                    known.count += 1
                    known.latest = max(known.latest ?? end, end)
                }
                users[session.user] = known
            }
            pages += 1
            return query.goesOn(pages)
        }
        for page in Self.sorted(users.keys).chunked(by: TokenStore.pageSize) {
            let cutoffs = try userCutoffs(of: page)
            let listed = page.enumerated().map { index, user in
                ListedUser(
                    user: user, tokenCount: users[user]?.count ?? 0,
                    latestExpiry: users[user]?.latest, cutoff: cutoffs[index])
            }
            guard try body(listed) else { return nil }
        }
        return Set(users.keys)
    }

    /// Asks for the state of every token; all tokens are in memory. Returns what `forEachFound`
    /// does.
    private func forEachCounted(
        _ scan: SessionScan, _ body: ([ListedUser]) throws -> Bool
    ) throws -> Set<Identifier>? {
        let found = try find(scan)
        for user in Self.sorted(found.keys) where Signals.pending == nil {
            var listed = ListedUser(user: user, activeCount: 0)
            do throws(StoreError) {
                listed.count(try tokens(found[user] ?? [:], of: user))
            } catch {
                listed = try ListedUser(user, unreadable: error)
            }
            guard try body([listed]) else { return nil }
        }
        return Set(found.keys)
    }

    /// The users who have a cutoff, with and without tokens.
    private func usersWithCutoffs(
        like pattern: IdentifierPattern?
    ) throws -> Set<Identifier> {
        guard let cutoff = store.layout.userCutoff else { return [] }
        var users: Set<Identifier> = []
        try store.forEachPage(match: cutoff.key.glob(like: pattern), type: "string") { keys in
            KnownPage(outcome: keys)
        } _: { keys in
            users.formUnion(store.users(ofCutoffs: keys, like: pattern))
            return true
        }
        return users
    }

    func find(
        where isWanted: @escaping (Identifier) -> Bool,
        _ body: @escaping (SearchPage) -> Bool
    ) throws(StoreError) {
        guard var scan = SessionScan(store, user: nil) else { return }
        scan.mayRepeat = true
        try scan.forEachPage { sessions in
            var page = SearchPage()
            page.unreadable = sessions.unreadable
            for session in sessions.sessions {
                guard let subject = session.subject else { continue }
                page.tokens += 1
                if isWanted(subject.id) {
                    page.matches.append(.init(subject: subject, user: session.user))
                }
            }
            return body(page)
        }
    }

    /// Asks about the token's own key, without another scan.
    func describe(_ match: SearchPage.Match) throws(StoreError) -> TokenList? {
        guard var scan = SessionScan(store, user: match.user) else { return nil }
        scan.detail = .ends
        var page = SessionPage()
        page.sessions = [FoundSession(match.subject, of: match.user)]
        let found = try store.ask(SessionPageJob(scan, page)).sessions
        guard let end = found.first?.end else { return nil }
        return try tokens([match.id: (match.subject, end)], of: match.user)
    }

    // MARK: what a search found

    /// The tokens whose own keys are there, by their users. A token that the scan meets twice
    /// counts once. A user of whom only leftover keys are there has none.
    private func find(_ scan: SessionScan) throws(StoreError) -> [Identifier: FoundTokens] {
        var scan = scan
        scan.detail = .ends
        var found: [Identifier: FoundTokens] = [:]
        try scan.forEachPage { page in
            for session in page.sessions {
                if let subject = session.subject, let end = session.end {
                    found[session.user, default: [:]][subject.id] = (subject, end)
                } else if found[session.user] == nil {
                    found[session.user] = [:]
                }
            }
            return true
        }
        return found
    }

    /// Sorts the tokens, soonest expiry first, and asks for the state of each. A token is revoked
    /// if it is on the blacklist, or if its key has a value that the application does not accept.
    private func tokens(
        _ found: FoundTokens, of user: Identifier
    ) throws(StoreError) -> TokenList {
        let (time, userCutoff, globalCutoff) = try store.cutoffs(of: user)
        let found = found.values.sorted { left, right in
            let ends = (left.end.seconds ?? .max, right.end.seconds ?? .max)
            return ends.0 == ends.1
                ? left.subject.id.bytes.lexicographicallyPrecedes(right.subject.id.bytes)
                : ends.0 < ends.1
        }
        var tokens: [ListedToken] = []
        tokens.reserveCapacity(found.count)
        for page in found.chunked(by: TokenStore.pageSize) {
            let states = try store.states(of: page.map { StateQuery($0.subject) })
            for ((subject, end), state) in zip(page, states) {
                let isRevoked = state.denial != nil || state.listing == .notListed
                tokens.append(
                    ListedToken(
                        id: subject.id, expiry: end, issuedAt: store.issuedAt(subject.id),
                        label: nil, isRevoked: isRevoked))
            }
        }
        return TokenList(
            tokens: tokens, userCutoff: userCutoff, globalCutoff: globalCutoff, time: time)
    }

    private static func sorted(_ users: some Sequence<Identifier>) -> [Identifier] {
        users.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// The cutoffs of some users, in one round trip.
    private func userCutoffs(of users: [Identifier]) throws(StoreError) -> [Int64?] {
        guard let cutoff = store.layout.userCutoff else { return users.map { _ in nil } }
        let keys = try users.map { user throws(StoreError) in
            try cutoff.key.render(TemplateValues(TokenSubject(id: user, user: user)))
        }
        let replies = try store.ask(keys.map { cutoff.reading($0) })
        return try zip(keys, replies).map { key, reply throws(StoreError) in
            try store.cutoff(reply, cutoff, key: key)
        }
    }

    // MARK: changes

    /// Writes the key that the application would have written, unless one is there. Layouts of
    /// which only the application knows the values cannot record.
    func recordCommand(
        _ token: TokenRecord, isDryRun: Bool
    ) throws(StoreError) -> Command {
        var values = TemplateValues(token.subject)
        values.expiry = token.expiry
        guard let value = try allow.value?.render(values) else { throw .unnamed("list") }
        // Sent twice, the second would be answered with LISTED because of the first.
        return .eval(
            Script.recordAlone, keys: [try allow.key.render(values)],
            [
                .bytes(value), .text(token.expiry.seconds.map(String.init) ?? ""),
                .text(isDryRun ? "dry" : ""),
            ]
        ).once()
    }

    func removal(of items: [Revocation]) -> any Job<[RevocationOutcome]> {
        RemoveSessionsJob(store, allow, items)
    }

    /// Users are logged out one after the other, since most take scans of all keys; a batch of them
    /// is confirmed together.
    func logOut(
        _ request: LogoutRequest, next: @escaping (Pull) throws -> Supply<Identifier>,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        let logout = RecheckedLogout(
            store: store, tokens: self, request: request, recheckDelay: 0)
        return try logout.run(next: next, deliver: deliver)
    }

    func logOut(
        _ users: inout [PendingLogout], _ round: LogoutRound, _ request: LogoutRequest
    ) throws -> StoreError? {
        for index in users.indices where users[index].cause == nil {
            guard Signals.pending == nil else {
                users[index].interrupt()
                continue
            }
            let logout = KeyedLogout(store, users[index].user, round, request)
            let cause = logout.run()
            users[index].take(logout.result, cause, round)
            // A connection that failed for one user would fail for the others. What Redis refuses
            // of one user's keys is no reason to leave the others logged in.
            if case .store(.redis(let error))? = cause { return .redis(error) }
        }
        return nil
    }
}
