package import Layouts
internal import Redis

/// What a search for ids has found, and how much it has looked through.
package struct SearchPage: Equatable, Sendable {
    /// A token whose id was looked for.
    package struct Match: Hashable, Sendable {
        /// The token as the layout names it.
        let subject: TokenSubject
        package let user: Identifier

        package var id: Identifier { subject.id }
    }

    package internal(set) var matches: [Match] = []
    /// Users whose lists were looked through. Of session keys this is not known, and 0.
    package internal(set) var users = 0
    package internal(set) var tokens = 0
    /// Keys and members that are not the layout's, so that a token may have been missed.
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
    /// Looks through the tokens of all users for ids that `isWanted` says yes to. `body` takes page
    /// after page and answers whether to go on; a token may come twice while Redis rehashes. Only
    /// pages are in memory.
    package func findTokens(
        where isWanted: @escaping (Identifier) -> Bool,
        _ body: @escaping (SearchPage) -> Bool
    ) throws(StoreError) {
        try userTokens.find(where: isWanted, body)
    }

    /// A token that a search has found, with the cutoffs that apply to it; nil where it has gone
    /// meanwhile.
    package func describe(_ match: SearchPage.Match) throws(StoreError) -> TokenList? {
        try userTokens.describe(match)
    }

    /// The blacklist entries of ids of which nothing else is known, in their order; nil also where
    /// the names of keys say more than the id.
    package func denials(ofBareIDs ids: [Identifier]) throws(StoreError) -> [Denial?] {
        guard layout.deny != nil, !layout.naming.isByText else { return ids.map { _ in nil } }
        var denials: [Denial?] = []
        for page in ids.chunked(by: Self.pageSize) {
            let states = try ask(StatesJob(self, page.map { StateQuery(id: $0, user: nil) }))
            for state in states {
                do throws(StoreError) {
                    denials.append(try state.get().denial)
                } catch {
                    guard case .unnamed = error else { throw error }
                    denials.append(nil)
                }
            }
        }
        return denials
    }
}

/// Looks through the sorted sets of a page of keys. Sets of more than a page of members are read on;
/// an exchange asks for a page of at most `width` sets.
struct MemberSearch: Question {
    private static let width = 64

    private let store: TokenStore
    private let list: ListStore
    private let isWanted: (Identifier) -> Bool
    /// The sets that are not read to their end, with the rank from which to go on.
    private var waiting: [(key: [UInt8], user: Identifier, rank: Int)]
    private var asked: [(key: [UInt8], user: Identifier, rank: Int)] = []
    private var commands: [Command] = []
    private(set) var outcome = SearchPage()

    init(
        _ store: TokenStore, _ list: ListStore, _ keys: [[UInt8]],
        where isWanted: @escaping (Identifier) -> Bool
    ) {
        self.store = store
        self.list = list
        self.isWanted = isWanted
        waiting = keys.compactMap { key in list.user(ofKey: key).map { (key, $0, 0) } }
        outcome.users = waiting.count
    }

    mutating func next() -> [Command]? {
        guard !waiting.isEmpty else { return nil }
        asked = waiting.suffix(Self.width)
        waiting.removeLast(asked.count)
        commands = asked.map { key, _, rank in
            Command(
                "ZRANGE", key: key, .integer(Int64(rank)),
                .integer(Int64(rank + TokenStore.pageSize - 1)))
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        for (index, reply) in try exchange.all.enumerated() {
            do throws(StoreError) {
                let members = try store.check(reply, of: commands[index]).asByteStrings
                take(members, of: asked[index])
            } catch {
                guard error.isAboutOneKey else { throw error }
                outcome.unreadable += 1
            }
        }
    }

    private mutating func take(
        _ members: [[UInt8]], of set: (key: [UInt8], user: Identifier, rank: Int)
    ) {
        outcome.tokens += members.count
        for member in members {
            guard let stored = list.member.parse(member)?[.id] else {
                outcome.unreadable += 1
                continue
            }
            let id = Identifier(stored: stored)
            guard isWanted(id) else { continue }
            let subject = TokenSubject(id: id, user: set.user)
            outcome.matches.append(.init(subject: subject, user: set.user))
        }
        if members.count == TokenStore.pageSize {
            waiting.append((set.key, set.user, set.rank + members.count))
        }
    }
}
