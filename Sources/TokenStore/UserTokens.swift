internal import JSON
package import Layouts
internal import Platform
internal import Redis

/// A token of a user, as the token list or a session key has it. Nothing checked its signature.
package struct ListedToken: Equatable, Sendable {
    package let id: Identifier
    package let expiry: Expiry
    /// The `iat` in unix seconds; nil if Redis does not have it.
    package internal(set) var issuedAt: Int64?
    /// The label that `issue` or `renew` gave it, such as the name of a device; nil for none.
    package internal(set) var label: String?
    /// Whether the token is on the blacklist. `TokenStore.listedToken` does not ask.
    package var isRevoked = false
}

/// The tokens of a user, and what revokes several of them at once.
package struct TokenList: Equatable, Sendable {
    package let tokens: [ListedToken]
    package let userCutoff: Int64?
    package let globalCutoff: Int64?
    /// The clock of Redis, in unix seconds.
    package let time: Int64

    /// The later of both cutoffs.
    package var cutoff: Int64? { [userCutoff, globalCutoff].compactMap(\.self).max() }

    /// What a token on the list is worth to the services; the raw values are those of JSON.
    package enum TokenStanding: String, CaseIterable, Sendable {
        case active, revoked
        case cutOff = "cut_off"
        case notYetValid = "not_yet_valid"
        case expired
    }

    /// The standing of a token of this list, by the rules of `TokenState.judgeCutoff`. A token whose
    /// issue time the list does not have is cut off by any cutoff.
    package func standing(of token: ListedToken) -> TokenStanding {
        if token.expiry.isPast(at: time) { return .expired }
        if token.isRevoked { return .revoked }
        guard let cutoff else { return .active }
        guard let issuedAt = token.issuedAt, issuedAt > cutoff else { return .cutOff }
        return issuedAt > time + TokenState.futureTolerance ? .notYetValid : .active
    }
}

/// A user with tokens, or with only a cutoff.
package struct ListedUser: Equatable, Sendable {
    package let user: Identifier
    /// The number of tokens that have not expired, revoked or not.
    package internal(set) var tokenCount: Int64 = 0
    /// The latest expiry of a recorded token, which may be past; nil without recorded tokens.
    package internal(set) var latestExpiry: Expiry?
    /// The user's own cutoff, in unix seconds.
    package internal(set) var cutoff: Int64?
    /// The number of active tokens; nil if they were not counted, as for a user with only a cutoff.
    package internal(set) var activeCount: Int64?
    /// The reason why the numbers are not known: a key of the user holds something else. nil if
    /// they are.
    package var problem: StoreError?
}

extension ListedUser {
    /// A user of whom a key holds something else. Any other error is thrown.
    init(_ user: Identifier, unreadable error: StoreError) throws(StoreError) {
        guard error.isAboutOneKey else { throw error }
        self.init(user: user, problem: error)
    }

    /// Adds tokens of the user, and takes over the cutoff.
    mutating func count(_ list: TokenList) {
        cutoff = list.userCutoff
        for token in list.tokens {
            let standing = list.standing(of: token)
            if standing != .expired { tokenCount += 1 }
            if standing == .active { activeCount = (activeCount ?? 0) + 1 }
            latestExpiry = max(latestExpiry ?? token.expiry, token.expiry)
        }
    }
}

/// Which users are listed, and what is counted of them.
package struct UserQuery {
    /// The users to list; nil for all.
    package var pattern: IdentifierPattern?
    /// Whether to read another page of keys, given the number of pages so far. It is asked after
    /// each: the users of session keys are told only after all keys were read.
    package var goesOn: (_ pageCount: Int) -> Bool
    /// Whether active tokens are counted, for which every token is read.
    package var countsActive: Bool
    /// Whether users are listed, too, who have a cutoff and no recorded tokens. It has no effect
    /// for a layout whose cutoffs cannot be listed (`Layout.listsCutoffs`).
    package var includesCutoffs: Bool

    package init(
        like pattern: IdentifierPattern? = nil, countsActive: Bool = false,
        includesCutoffs: Bool = false,
        while goesOn: @escaping (_ pageCount: Int) -> Bool = { _ in true }
    ) {
        self.pattern = pattern
        self.goesOn = goesOn
        self.countsActive = countsActive
        self.includesCutoffs = includesCutoffs
    }
}

/// The tokens of users, in one of two kinds: a sorted set for each user, or a key for each session.
///
/// `TokenStore.userTokens` and `logoutTokens` are the only places that choose. Every method is safe
/// to break off by a signal, and none changes anything but `logOut`.
protocol UserTokens {
    /// All tokens of a user, soonest expiry first.
    func tokens(of user: Identifier) throws(StoreError) -> TokenList

    /// One token of a user; nil where the user has no such token.
    func token(_ id: Identifier, of user: Identifier) throws(StoreError) -> ListedToken?

    /// The tokens of a user in as many parts as they are read in; `body` answers whether to go on.
    func forEachPage(of user: Identifier, _ body: (TokenList) throws -> Bool) throws

    /// The tokens of every user, or why they cannot be read; `body` answers whether to go on.
    func forEachList(
        like pattern: IdentifierPattern?,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws

    /// Every user with tokens, then those with only a cutoff if the query asks for them; `body`
    /// answers whether to go on.
    func forEachUser(
        _ query: UserQuery, _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws

    /// The tokens of all users whose ids are wanted; see `TokenStore.findTokens`.
    func find(
        where isWanted: @escaping (Identifier) -> Bool,
        _ body: @escaping (SearchPage) -> Bool
    ) throws(StoreError)

    /// The token that a search has found, with the cutoffs that apply to it; nil where it has gone.
    func describe(_ match: SearchPage.Match) throws(StoreError) -> TokenList?

    /// The command that records a token: on the user's list, or as a session key. The reply is for
    /// `TokenStore.recordOutcome`. Throws if only the application can make such a key. In a dry run
    /// the command has the same reply, and writes nothing.
    func recordCommand(_ token: TokenRecord, isDryRun: Bool) throws(StoreError) -> Command

    /// The job that revokes a batch where there is no blacklist: it removes what the application
    /// accepts tokens by.
    func removal(of items: [Revocation]) -> any Job<[RevocationOutcome]>

    /// Logs out user after user, without a recheck; see `TokenStore.logOut`.
    func logOut(
        _ request: LogoutRequest, next: @escaping (Pull) throws -> Supply<Identifier>,
        deliver: @escaping (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError?

    /// One round of the logouts of a batch of users, for those that did not fail before. The caller
    /// confirms the changes. Returns what broke the round off for all users.
    func logOut(
        _ users: inout [PendingLogout], _ round: LogoutRound, _ request: LogoutRequest
    ) throws -> StoreError?
}

extension TokenStore {
    /// The user tokens of the layout, in the kind that it has.
    var userTokens: any UserTokens { KeyedTokens(self) ?? SortedSetTokens(self) }

    /// The kind that logs users out. Without an index no session key can be found, so a logout
    /// raises only the cutoff and the version, as for a layout that keeps no tokens.
    var logoutTokens: any UserTokens {
        guard layout.index != nil else { return SortedSetTokens(self) }
        return userTokens
    }

    /// All tokens of a user, soonest expiry first.
    package func tokens(of user: Identifier) throws(StoreError) -> TokenList {
        try userTokens.tokens(of: user)
    }

    /// One token of a user; nil where the user has no such token.
    package func listedToken(
        _ id: Identifier, of user: Identifier
    ) throws(StoreError) -> ListedToken? {
        try userTokens.token(id, of: user)
    }

    /// The tokens of a user as they are read, soonest expiry first: of a sorted set at most a page
    /// is in memory. `body` answers whether to go on.
    package func forEachTokenPage(
        of user: Identifier, _ body: (TokenList) throws -> Bool
    ) throws {
        try userTokens.forEachPage(of: user, body)
    }

    /// The tokens of every user, or why they cannot be read, a user at a time; a user may come
    /// twice while Redis rehashes. `body` answers whether to go on.
    package func forEachTokenList(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping (Identifier, Result<TokenList, StoreError>) throws -> Bool
    ) throws {
        try userTokens.forEachList(like: pattern, body)
    }

    /// The users that the query asks for, page by page; a user may come twice while Redis rehashes.
    /// `body` answers whether to go on.
    package func forEachUser(
        _ query: UserQuery = UserQuery(), _ body: @escaping ([ListedUser]) throws -> Bool
    ) throws {
        try userTokens.forEachUser(query, body)
    }

    // MARK: what both kinds ask

    /// The clock of Redis and the cutoffs that apply to a user's tokens, all in unix seconds. A
    /// cutoff is nil if none is set, or if the layout has none of that kind.
    typealias UserCutoffs = (time: Int64, user: Int64?, global: Int64?)

    func cutoffs(of user: Identifier) throws(StoreError) -> UserCutoffs {
        let commands = try cutoffCommands(of: user)
        return try cutoffs(try ask(commands), to: commands)
    }

    private var cutoffStores: [CutoffStore] {
        [layout.userCutoff, layout.globalCutoff].compactMap(\.self)
    }

    /// The commands for `UserCutoffs`: the clock, then the user's cutoff, then that of all users.
    func cutoffCommands(of user: Identifier) throws(StoreError) -> [Command] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        var commands = [Command("TIME")]
        for store in cutoffStores { commands.append(store.reading(try store.key.render(values))) }
        return commands
    }

    /// Reads the replies to `cutoffCommands`.
    func cutoffs(
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

    /// The cutoff of all users, in unix seconds; nil if none is set, or if the layout has none.
    package func globalCutoff() throws(StoreError) -> Int64? {
        guard let store = layout.globalCutoff else { return nil }
        let key = store.key.literal
        return try cutoff(try ask(store.reading(key)), store, key: key)
    }

    /// The users whose own cutoffs are under `keys`. The key of the global cutoff may look like one
    /// of these.
    func users(
        ofCutoffs keys: [[UInt8]], like pattern: IdentifierPattern?
    ) -> [Identifier] {
        guard let cutoff = layout.userCutoff else { return [] }
        return keys.filter { $0 != layout.globalCutoff?.key.literal }
            .compactMap(cutoff.user(ofKey:)).filter { pattern?.matches($0) ?? true }
    }

    /// When a token was issued by its own `iat`, in whole unix seconds; nil where the id is not the
    /// token's text.
    func issuedAt(_ id: Identifier) -> Int64? {
        guard layout.naming.isByText, let number = claims(id.bytes)?["iat"]?.numberValue else {
            return nil
        }
        return Int64(outside: number.double)
    }
}
