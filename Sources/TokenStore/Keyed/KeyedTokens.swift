internal import JSON
internal import Platform
internal import Redis

/// Listing where tokens have a key of their own.
extension TokenStore {
    /// What the tokens' own keys tell of one, by its id.
    private typealias FoundTokens = [Identifier: (subject: TokenSubject, end: Expiry)]

    /// The user's tokens whose own keys are there, soonest expiry first.
    func tokens(
        _ scan: SessionScan, _ user: Identifier
    ) throws(StoreError) -> TokenList {
        try tokens(
            StoreError.only {
                var scan = scan
                scan.userValues = Set(try scan.index.userValues(for: scan).map(\.value))
                return try find(scan)[user] ?? [:]
            }, of: user)
    }

    /// The same for everybody. Nobody keeps lists, so that they can be told only when all keys were
    /// seen.
    func forEachTokenList(
        _ scan: SessionScan, _ body: (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        let found = try find(scan)
        for user in Self.sorted(found.keys) where Signals.pending == nil {
            let list = Result { () throws(StoreError) in
                try tokens(found[user] ?? [:], of: user)
            }
            guard try body(user, list) else { return }
        }
    }

    private func find(_ scan: SessionScan) throws -> [Identifier: FoundTokens] {
        var scan = scan
        scan.detail = .ends
        var found: [Identifier: FoundTokens] = [:]
        try scan.forEachPage { page in
            for session in page.sessions {
                if let subject = session.subject, let end = session.end {
                    found[session.user, default: [:]][subject.id] = (subject, end)
                }
            }
            return true
        }
        return found
    }

    private func tokens(
        _ found: FoundTokens, of user: Identifier
    ) throws(StoreError) -> TokenList {
        let (time, userCutoff, globalCutoff) = try cutoffs(of: user)
        let found = found.values.sorted { left, right in
            let ends = (left.end.seconds ?? .max, right.end.seconds ?? .max)
            return ends.0 == ends.1
                ? left.subject.id.bytes.lexicographicallyPrecedes(right.subject.id.bytes)
                : ends.0 < ends.1
        }
        var tokens: [ListedToken] = []
        tokens.reserveCapacity(found.count)
        for page in found.chunked(by: Self.pageSize) {
            let states = try states(of: page.map { StateQuery($0.subject) })
            for ((subject, end), state) in zip(page, states) {
                let isRevoked = state.denial != nil || state.listing == .notListed
                tokens.append(
                    ListedToken(
                        id: subject.id, expiry: end, issuedAt: issuedAt(subject.id), label: nil,
                        isRevoked: isRevoked))
            }
        }
        return TokenList(
            tokens: tokens, userCutoff: userCutoff, globalCutoff: globalCutoff, time: time)
    }

    private static func sorted(_ users: some Sequence<Identifier>) -> [Identifier] {
        users.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// When a token says that it was issued, in whole unix seconds, where its text is its name.
    func issuedAt(_ id: Identifier) -> Int64? {
        guard layout.naming.isByText else { return nil }
        guard let number = claims(id.bytes)?["iat"]?.numberValue else { return nil }
        return Int64(outside: number.double)
    }

    /// Every user of whom a token is found. Nobody keeps count of them, so that they can be told
    /// only when all keys were seen.
    func forEachUser(
        _ scan: SessionScan, pageLimit: Int, _ body: ([ListedUser]) throws -> Bool
    ) throws {
        var scan = scan
        scan.detail = .ends
        var pages = 0
        var users: [Identifier: (count: Int64, latest: Expiry?)] = [:]
        try scan.forEachPage { page in
            for session in page.sessions {
                var known = users[session.user] ?? (0, nil)
                if let end = session.end {
                    known.count += 1
                    let isLater = (end.seconds ?? .max) > (known.latest?.seconds ?? .max)
                    if known.latest == nil || isLater { known.latest = end }
                }
                users[session.user] = known
            }
            pages += 1
            return pages < pageLimit
        }
        let all = Self.sorted(users.keys)
        for page in all.chunked(by: Self.pageSize) {
            let cutoffs = try cutoffs(ofAll: page)
            let listed = page.enumerated().map { index, user in
                ListedUser(
                    user: user, tokenCount: users[user]?.count ?? 0,
                    latestExpiry: users[user]?.latest, cutoff: cutoffs[index])
            }
            guard try body(listed) else { return }
        }
    }

    private func cutoffs(ofAll users: [Identifier]) throws(StoreError) -> [Int64?] {
        guard let store = layout.userCutoff else { return users.map { _ in nil } }
        let keys = try users.map { user throws(StoreError) in
            try store.key.render(TemplateValues(TokenSubject(id: user, user: user)))
        }
        let replies = try ask(keys.map { store.reading($0) })
        return try zip(keys, replies).map { key, reply throws(StoreError) in
            try cutoff(reply, store, key: key)
        }
    }
}
