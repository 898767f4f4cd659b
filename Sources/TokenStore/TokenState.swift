package import Layouts
internal import Platform
internal import Redis

/// Everything that Redis knows about one token, read in one round trip. It says nothing about the
/// token's signature or claims.
package struct TokenState: Equatable, Sendable {
    /// Whether the user's token list or the whitelist has the token.
    package enum Listing: Equatable, Sendable {
        /// With the end that the list has; nil for a whitelist, which has none.
        case listed(Expiry?)
        case notListed
        /// The user is not known, so no list could be asked, or the layout has none.
        case notAsked
    }

    /// What a cutoff means for a token.
    package enum CutoffVerdict: Equatable, Sendable {
        /// There is no cutoff, or the token was issued after it.
        case passes
        /// Issued at or before this cutoff (unix seconds), or without `iat`.
        case cutOff(Int64)
        /// There is a cutoff, and the `iat` (unix seconds) is in the future. Its issuer's clock is
        /// wrong, so the token may have been issued before the cutoff.
        case notYetIssued(Double)
        /// There is a cutoff (unix seconds), and only the token's id is known, not its `iat`.
        case unknown(Int64)
    }

    /// The blacklist entry; nil for a token without one.
    package internal(set) var denial: Denial?
    package internal(set) var listing = Listing.notAsked
    /// The user's cutoff in unix seconds; nil without one, or without a known user.
    package internal(set) var userCutoff: Int64?
    package let globalCutoff: Int64?
    /// Whether the query named the user, so that the user's own state was asked for.
    package internal(set) var isUserKnown = false
    /// The `iat` that the user's list has, in unix seconds; nil unless `StateQuery.asksIssue`.
    package internal(set) var listedIssuedAt: Int64?
    /// Whether the application bans the user, so that no token of theirs is accepted.
    package internal(set) var isBanned = false
    /// The lowest version number that the user's tokens may carry; nil if none is set.
    package internal(set) var version: Int64?
    /// The version number that the token carries; nil for a token without one.
    package internal(set) var tokenVersion: Int64?
    /// Redis' clock, in unix seconds, when it answered.
    package let time: Int64

    init(time: Int64, globalCutoff: Int64?) {
        self.time = time
        self.globalCutoff = globalCutoff
    }

    /// Whether the version of the token is too low. A token without a version is outdated as soon
    /// as the user has one.
    package var isOutdated: Bool {
        guard let version else { return false }
        return tokenVersion.map { $0 < version } ?? true
    }

    /// The later of both cutoffs, since either one revokes the token. Keycloak once ignored one of
    /// two, and accepted revoked tokens (CVE-2026-8922).
    package var cutoff: Int64? {
        [userCutoff, globalCutoff].compactMap(\.self).max()
    }

    /// The seconds by which an `iat` may be ahead of Redis' clock while there is a cutoff. A logout
    /// raises the cutoff to the present, so a token with a later `iat` would survive it.
    package static let futureTolerance: Int64 = 60

    /// Compares the token's `iat` with the cutoff: a token issued at or before the cutoff is
    /// revoked.
    package func judgeCutoff(_ issued: IssuedAt) -> CutoffVerdict {
        guard let cutoff else { return .passes }
        switch issued {
        case .notSaid: return .unknown(cutoff)
        case .missing: return .cutOff(cutoff)
        case .at(let iat):
            // A cutoff includes its whole second, so the fraction of `iat` does not count.
            if iat.rounded(.down) <= Double(cutoff) { return .cutOff(cutoff) }
            return iat > Double(time + Self.futureTolerance) ? .notYetIssued(iat) : .passes
        }
    }
}

/// The time at which a token says that it was issued (RFC 7519, section 4.1.6).
package enum IssuedAt: Equatable, Sendable {
    /// The `iat` claim, in unix seconds with its fraction.
    case at(Double)
    /// The token has no `iat`.
    case missing
    /// Only an id is known, not the token.
    case notSaid

    /// The unix second in which it was issued; nil if that is unknown, or does not fit an `Int64`.
    package var wholeSeconds: Int64? {
        if case .at(let seconds) = self { return Int64(outside: seconds) }
        return nil
    }
}

/// A question for the state of one token.
package struct StateQuery: Equatable, Sendable {
    /// The token. If it has a user, their list, cutoff, version and ban are asked for, too.
    package let subject: TokenSubject
    /// Whether to ask the user's list for the token's `iat`; for callers that know only an id.
    let asksIssue: Bool
    /// Whether to ask the whitelist. A token that is about to be recorded is not on it yet.
    let asksAllow: Bool
    /// Whether to ask about the token itself, not only about its user.
    let asksToken: Bool

    package init(_ subject: TokenSubject, asksIssue: Bool = false, asksAllow: Bool = true) {
        self.subject = subject
        self.asksIssue = asksIssue
        self.asksAllow = asksAllow
        asksToken = true
    }

    /// Asks what applies to every token of a user: cutoffs, a ban, the lowest version.
    package init(everyTokenOf user: Identifier) {
        subject = TokenSubject(id: user, user: user)
        asksIssue = false
        asksAllow = false
        asksToken = false
    }

    package init(id: Identifier, user: Identifier?, asksIssue: Bool = false) {
        self.init(TokenSubject(id: id, user: user), asksIssue: asksIssue)
    }
}

extension TokenStore {
    /// The number of batches that may be under way.
    private static let stateWindow = 8

    /// The state of each token, in the order of `queries`, all in one round trip.
    package func states(of queries: [StateQuery]) throws(StoreError) -> [TokenState] {
        guard !queries.isEmpty else { return [] }
        return try ask(StatesJob(self, queries)).map { state throws(StoreError) in try state.get() }
    }

    /// Asks about the batches that `next` gives, all in one pipeline, and delivers the state of
    /// each item in their order. A state that cannot be read is a failure of its item; what breaks
    /// the connection is returned, as by `revoke`.
    package func states<Item>(
        query: @escaping (Item) -> StateQuery,
        next: @escaping (Pull) throws -> Supply<[Item]>,
        deliver: @escaping (Item, Result<TokenState, StoreError>) throws -> Void
    ) throws -> StoreError? {
        let runner = JobRunner<[Item], [Result<TokenState, StoreError>]>(
            self, window: Self.stateWindow, changes: false
        ) { pull in
            try next(pull).map { batch in (batch, StatesJob(self, batch.map(query))) }
        } deliver: { batch, done in
            for (item, state) in zip(batch, try done.result.get()) { try deliver(item, state) }
        }
        return try runner.run()
    }
}

/// Asks for the states of a batch of tokens in one exchange. If the key of one token holds
/// something else, only the state of that token is a failure.
struct StatesJob: Question {
    private let store: TokenStore
    private let queries: [StateQuery]
    private var questions: [Result<StateQuestion, StoreError>] = []
    /// The commands that are sent once for the whole batch, before the others: for Redis' clock and
    /// the cutoff of all users.
    private var shared: [Command] = []
    private var isDone = false
    /// The states, in the order of the queries.
    private(set) var outcome: [Result<TokenState, StoreError>] = []

    init(_ store: TokenStore, _ queries: [StateQuery]) {
        self.store = store
        self.queries = queries
    }

    /// A token that the layout cannot name fails here, and sends nothing.
    mutating func next() -> [Command]? {
        guard !isDone else { return nil }
        shared = [Command("TIME")]
        if let cutoff = store.layout.globalCutoff {
            shared.append(cutoff.reading(cutoff.key.literal))
        }
        var commands = shared
        questions.reserveCapacity(queries.count)
        for query in queries {
            do throws(StoreError) {
                var question = try StateQuestion(query, layout: store.layout)
                question.start = commands.count
                commands += question.commands
                questions.append(.success(question))
            } catch {
                questions.append(.failure(error))
            }
        }
        return commands
    }

    /// Throws for all tokens if the exchange broke, or if the clock or the cutoff of all users
    /// cannot be read: without these no token can be judged.
    mutating func take(_ exchange: Exchange) throws(StoreError) {
        isDone = true
        let replies = try exchange.all
        for index in shared.indices { _ = try store.check(replies[index], of: shared[index]) }
        let time = try replies[0].asSeconds
        var cutoff: Int64?
        if let global = store.layout.globalCutoff {
            cutoff = try store.cutoff(replies[1], global, key: global.key.literal)
        }
        outcome = questions.map { question in
            Result { () throws(StoreError) in
                try state(try question.get(), replies, global: cutoff, time: time)
            }
        }
    }

    /// Reads the replies to the commands of one question. Any error among them fails the whole
    /// state: a part of it could make a revoked token look valid.
    private func state(
        _ question: StateQuestion, _ replies: [Reply], global: Int64?, time: Int64
    ) throws(StoreError) -> TokenState {
        let layout = store.layout
        let subject = question.query.subject
        let own = replies[question.start..<question.start + question.commands.count]
        for (command, reply) in zip(question.commands, own) {
            _ = try store.check(reply, of: command)
        }
        func one(_ index: Int?) -> Reply? { index.map { replies[question.start + $0] } }
        var state = TokenState(time: time, globalCutoff: global)
        state.isUserKnown = subject.user != nil
        if let deny = layout.deny {
            state.denial = try deny.denial(own.prefix(question.denyCount), of: subject, now: time)
        }
        if let cutoff = layout.userCutoff, let reply = one(question.cutoff) {
            state.userCutoff = try store.cutoff(reply, cutoff, key: question.userKey ?? [])
        }
        if let list = layout.list, let reply = one(question.score) {
            state.listing = .notListed
            if let score = try reply.asOptionalBytes {
                let expiry = try list.expiry(score: score, key: question.listKey ?? [])
                if !expiry.isPast(at: time) { state.listing = .listed(expiry) }
            }
        }
        if let allow = layout.allow, let reply = one(question.allow) {
            state.listing = .notListed
            if let value = try reply.asOptionalBytes, try allow.admits(value, subject) {
                state.listing = .listed(nil)
            }
        }
        if let reply = one(question.details) {
            state.listedIssuedAt = try reply.asArray.first.flatMap { store.read($0).issuedAt }
        }
        if let reply = one(question.ban) { state.isBanned = reply == .integer(1) }
        if let reply = one(question.version), let version = layout.version {
            if let bytes = try reply.asOptionalBytes {
                guard let number = Int64(String(decoding: bytes, as: UTF8.self)) else {
                    throw .corrupt(key: question.userKey ?? [])
                }
                state.version = number
            }
            // The token's own number is in its claims; a token without it has none.
            let values = TemplateValues(subject)
            if version.number.holes.allSatisfy({ !(values[$0]?.isEmpty ?? true) }) {
                state.tokenVersion = Int64(
                    String(decoding: try version.number.render(values), as: UTF8.self))
            }
        }
        return state
    }
}

/// The commands about one token, and the place of each reply among the replies to them.
///
/// A token without a user is only looked up on the blacklist and the whitelist: all other keys are
/// named after the user.
private struct StateQuestion {
    let query: StateQuery
    private(set) var commands: [Command] = []
    /// The place of its first command among the commands of the batch.
    var start = 0
    /// How many commands at the beginning are about the blacklist.
    private(set) var denyCount = 0
    /// The places of the other commands, from 0; nil for what is not asked.
    private(set) var cutoff: Int?
    private(set) var score: Int?
    private(set) var details: Int?
    private(set) var allow: Int?
    private(set) var version: Int?
    private(set) var ban: Int?
    /// The key of the user's list.
    private(set) var listKey: [UInt8]?
    /// The key that an error about the user's cutoff or version names.
    private(set) var userKey: [UInt8]?

    init(_ query: StateQuery, layout: Layout) throws(StoreError) {
        self.query = query
        let subject = query.subject
        let values = TemplateValues(subject)
        if let store = layout.deny, query.asksToken {
            commands = try store.reading(subject)
            denyCount = commands.count
        }
        if let store = layout.allow, query.asksAllow {
            allow = add(Command("GET", key: try store.key.render(values)))
        }
        guard subject.user != nil else { return }
        if let store = layout.userCutoff {
            let key = try store.key.render(values)
            userKey = key
            cutoff = add(store.reading(key))
        }
        if let list = layout.list, query.asksToken {
            let key = try list.key.render(values)
            listKey = key
            userKey = userKey ?? key
            let member = try list.member.render(values)
            score = add(Command("ZSCORE", key: key, .bytes(member)))
            if query.asksIssue, let meta = try list.details?.render(values) {
                details = add(Command("HMGET", key: meta, .bytes(subject.id.bytes)))
            }
        }
        if let store = layout.version {
            let key = try store.key.render(values)
            userKey = userKey ?? key
            version = add(try store.reading(values))
        }
        if let store = layout.ban { ban = add(try store.reading(values)) }
    }

    private mutating func add(_ command: Command) -> Int {
        commands.append(command)
        return commands.count - 1
    }
}
