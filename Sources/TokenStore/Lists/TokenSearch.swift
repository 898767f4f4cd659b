package import Layouts
internal import Redis

/// What a search for ids has found, and how much it has looked through.
package struct SearchPage: Equatable, Sendable {
    /// A token whose id was looked for.
    package struct Match: Hashable, Sendable {
        package let id: Identifier
        package let user: Identifier
    }

    package internal(set) var matches: [Match] = []
    /// Users whose tokens were looked through; for session keys nobody knows their number.
    package internal(set) var users = 0
    package internal(set) var tokens = 0
    /// Keys whose tokens could not be read.
    package internal(set) var unreadable = 0

    package init() {}

    /// Counts what another page has looked through. Its matches are not taken.
    package mutating func count(_ page: SearchPage) {
        users += page.users
        tokens += page.tokens
        unreadable += page.unreadable
    }
}

extension TokenStore {
    /// The blacklist entry of an id of which nothing else is known; nil also where a key of the
    /// layout says more than the id.
    package func denial(ofBareID id: Identifier) throws(StoreError) -> Denial? {
        guard layout.deny != nil, !layout.naming.isByText else { return nil }
        do throws(StoreError) {
            return try states(of: [StateQuery(id: id, user: nil)])[0].denial
        } catch {
            if case .unnamed = error { return nil }
            throw error
        }
    }

    /// Looks through the tokens of all users for ids that `isWanted` says yes to. `body` takes page
    /// after page and answers whether to go on; a token may come twice while Redis rehashes. At most
    /// a page is in memory.
    package func findTokens(
        where isWanted: @escaping (Identifier) -> Bool,
        _ body: @escaping (SearchPage) -> Bool
    ) throws(StoreError) {
        try userTokens.find(where: isWanted, body)
    }

    /// A token that a search has found, as its list has it, with the cutoffs that apply to it; nil
    /// where it has gone meanwhile.
    package func describe(_ match: SearchPage.Match) throws(StoreError) -> TokenList? {
        guard var token = try listedToken(match.id, of: match.user) else { return nil }
        let facts = try cutoffs(of: match.user)
        if layout.deny != nil {
            let state = try states(of: [StateQuery(id: match.id, user: match.user)])[0]
            token.isRevoked = token.isRevoked || state.denial != nil
        }
        return TokenList(
            tokens: [token], userCutoff: facts.user, globalCutoff: facts.global, time: facts.time)
    }
}

/// Looks through the sorted sets of a page of keys. Sets of more than a page of members are read on,
/// so no exchange asks for more than `width` pages.
struct MemberSearch: Question {
    /// How many sets are read with one exchange.
    private static let width = 64

    private let list: ListStore
    private let isWanted: (Identifier) -> Bool
    /// The sets that are not read to their end, with the rank from which to go on.
    private var waiting: [(key: [UInt8], user: Identifier, rank: Int)]
    private var asked: ArraySlice<(key: [UInt8], user: Identifier, rank: Int)> = []
    private(set) var outcome = SearchPage()

    init(_ list: ListStore, _ keys: [[UInt8]], where isWanted: @escaping (Identifier) -> Bool) {
        self.list = list
        self.isWanted = isWanted
        waiting = keys.compactMap { key in list.user(ofKey: key).map { (key, $0, 0) } }
        outcome.users = waiting.count
    }

    mutating func next() -> [Command]? {
        guard !waiting.isEmpty else { return nil }
        asked = waiting.suffix(Self.width)
        waiting.removeLast(asked.count)
        return asked.map { key, _, rank in
            Command(
                "ZRANGE", key: key, .integer(Int64(rank)),
                .integer(Int64(rank + TokenStore.pageSize - 1)))
        }
    }

    /// A key that is no sorted set, or whose members are not the layout's, is one user's problem.
    mutating func take(_ exchange: Exchange) throws(StoreError) {
        for (set, reply) in zip(asked, try exchange.all) {
            guard case .array(let members) = reply else {
                outcome.unreadable += 1
                continue
            }
            outcome.tokens += members.count
            for member in members {
                guard case .string(let bytes) = member, let stored = list.member.parse(bytes)?[.id]
                else {
                    outcome.unreadable += 1
                    break
                }
                let id = Identifier(stored: stored)
                if isWanted(id) { outcome.matches.append(.init(id: id, user: set.user)) }
            }
            if members.count == TokenStore.pageSize {
                waiting.append((set.key, set.user, set.rank + members.count))
            }
        }
        asked = []
    }
}
