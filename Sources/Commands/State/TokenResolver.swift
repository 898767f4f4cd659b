internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// Finds the tokens behind ids where the layout knows a token by its text alone: a log shows the
/// `jti`, and the user's own list has the whole token.
///
/// An object, since it is asked for every line of a file.
final class TokenResolver {
    let naming: Naming
    /// The issuer whose tokens are in this Redis; tokens of others are refused. nil if none is named.
    private let issuer: JSONString?
    private let canSearch: Bool
    private let keys: LayoutKeys
    /// Whether ids are meant as they are: where the layout knows a token by its text, as that.
    private let takesText: Bool
    private let console: Console
    /// What was warned of: each claim is named once.
    private var warned: Set<String> = []
    private let user: Identifier?
    /// The tokens of `user`, by what people call them.
    private let tokens: [Identifier: [UInt8]]

    /// Reads the list of `user`, once, where ids may have to be looked up on it.
    init(
        _ backend: Backend, user: Identifier?, issuer: String? = nil,
        kind: Item.Kind = .guess, _ console: Console
    ) throws {
        self.console = console
        takesText = kind == .id
        self.issuer = (issuer ?? backend.issuer).map { JSONString($0) }
        canSearch = backend.layout.can(.listTokens)
        keys = backend.keys
        naming = backend.layout.naming
        self.user = user
        guard let user, naming.isByText, canSearch else {
            tokens = [:]
            return
        }
        var tokens: [Identifier: [UInt8]] = [:]
        for token in try backend.store.tokens(of: user).tokens {
            tokens[DisplayToken(token.id, naming).label] = token.id.bytes
        }
        self.tokens = tokens
    }

    /// Refuses a key in place of an id, unless an object or `--id` says that it is one. Warns of an id
    /// that is a token: an object names it so, where the token was meant.
    func check(_ id: Identifier, isNamed: Bool) throws {
        if !isNamed, !takesText { try requireNoKey(id.bytes) }
        guard !naming.isByText, !takesText, PastedText.isWholeToken(id.bytes),
            warned.insert("id").inserted
        else { return }
        try console.warn("the id is a token itself: write {\"token\":…} to use the token's own id")
    }

    private func requireNoKey(_ text: [UInt8]) throws {
        guard keys.contain(text) else { return }
        let id = keys.id(in: text).map { ", '\(VisibleText.escape($0, columns: 60))'," }
        throw Failure(
            .usage, "unclear_id", "this is not clearly an id: it is a key of the layout",
            hint: "pass the id alone\(id ?? ",") or use --id to treat the whole text as an id")
    }

    /// Refuses a token of another issuer, and names claims that have not the RFC's type.
    func check(_ facts: TokenFacts) throws {
        if let issuer, facts.issuer != issuer {
            throw Failure(.claims, Reason.wrongIssuer.rawValue, "the token is from another issuer")
        }
        for departure in facts.departures where warned.insert(departure.claim).inserted {
            try console.warn(departure.warning)
        }
        if facts.expiry.seconds ?? 0 > TimeText.implausible, warned.insert("exp").inserted {
            try console.warn(TimeText.millisecondsWarning)
        }
        for claim in facts.unclear where warned.insert(claim.name).inserted {
            try console.warn(claim.warning)
        }
    }

    /// The token that an id stands for, where the layout needs the token. `--id` takes a text for the
    /// token itself, unless the user's list has a token of that id: opaque tokens have no other name.
    func resolve(_ item: Item, user owner: Identifier?) throws -> Item {
        if case .opaque(let id, let text) = item {
            guard !naming.isByText else { return .id(id, expiry: nil, user: owner) }
            try requireNoKey(text)
            throw Failure(
                .usage, "opaque_token", "this is an opaque token, which has no claims",
                hint: "pass the token alone, with --id, to treat it as an id")
        }
        guard naming.isByText, case .id(let id, let expiry, let named, _) = item else {
            return item
        }
        let isListed = user != nil && named ?? owner == user
        let text = isListed ? tokens[id] : nil
        if takesText, text == nil { return item }
        guard isListed, canSearch, let user else {
            throw Failure(
                .usage, "unnamed", "the layout identifies a token by its text alone",
                hint: "give the token itself, with --id if it is opaque"
                    + (canSearch ? ", or --user USER if it is on that user's list" : ""))
        }
        guard let text else {
            throw Failure(
                .usage, "not_found",
                "no token '\(VisibleText.escape(id.description, columns: 60))' on "
                    + "\(VisibleText.escape(user.description, columns: 60))'s list",
                hint: "'jwtctl list tokens USER' shows the ids")
        }
        // What is listed may be opaque as well.
        return PastedText.isToken(text)
            ? try Item(operand: text, as: .token)
            : .id(try Identifier(text), expiry: expiry, user: user)
    }
}

/// What people see of a token whose whole text is in Redis.
struct DisplayToken {
    /// The `jti`, or a hash: a whole token is a secret.
    let label: Identifier

    /// `id` is shown as it is where it is no token.
    init(_ id: Identifier, _ naming: Naming) {
        guard naming.isByText else {
            label = id
            return
        }
        do {
            let token = try CompactToken(parsing: id.bytes)
            let facts = try TokenFacts(token, claims: try token.claims(), naming: naming)
            label = facts.label
        } catch {
            label = Self.label(ofText: id)
        }
    }

    /// The `jti` of a token, or the hash of what was signed.
    static func name(of token: CompactToken, _ claims: RegisteredClaims) -> String? {
        if let id = claims.identifier.value { return id.text }
        do {
            return try token.contentIdentifier()
        } catch {
            return nil
        }
    }

    /// The label of an opaque token: a hash, since the token is a secret.
    static func label(ofText text: Identifier) -> Identifier { label(ofText: text.bytes) }

    static func label(ofText text: [UInt8]) -> Identifier {
        do {
            return try Identifier(CompactToken.contentIdentifier(of: text))
        } catch {
            return Identifier(literal: "(unreadable)")
        }
    }
}
