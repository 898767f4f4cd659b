internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// Finds the tokens behind ids where the layout knows a token by its text alone: a log shows the
/// `jti`, and the user's own list has the whole token.
///
/// An object, since it is asked for every line of a file.
final class TokenBook {
    let naming: Naming
    /// Tokens of another issuer are not this Redis' business; nil where nobody said whose are.
    private let issuer: JSONString?
    private let canSearch: Bool
    private let console: Console
    /// What was warned of: each claim is named once.
    private var warned: Set<String> = []
    private let user: Identifier?
    /// The tokens of `user`, by what people call them.
    private let tokens: [Identifier: [UInt8]]

    /// Reads the list of `user`, once, where ids may have to be looked up on it.
    init(
        _ session: Session, user: Identifier?, issuer: String? = nil, _ console: Console
    ) throws {
        self.console = console
        self.issuer = (issuer ?? session.issuer).map { JSONString($0) }
        canSearch = session.layout.can(.listTokens)
        naming = session.layout.naming
        self.user = user
        guard let user, naming.isByText, canSearch else {
            tokens = [:]
            return
        }
        var tokens: [Identifier: [UInt8]] = [:]
        for token in try session.store.tokens(of: user).tokens {
            tokens[ShownToken(token.id, naming).label] = token.id.bytes
        }
        self.tokens = tokens
    }

    /// Refuses a token of another issuer, and names claims that have not the RFC's type.
    func check(_ facts: TokenFacts) throws {
        if let issuer, facts.issuer != issuer {
            throw Failure(.claims, Reason.wrongIssuer.rawValue, "the token is of another issuer")
        }
        for departure in facts.departures where warned.insert(departure.claim).inserted {
            try console.warn(departure.warning)
        }
    }

    /// The token that an id stands for, where the layout needs the token.
    func resolve(_ item: Item, user owner: Identifier?) throws -> Item {
        guard naming.isByText, case .id(let id, _, let named) = item else { return item }
        guard canSearch else {
            throw Failure(
                .usage, "unnamed", "the layout knows a token by its text alone",
                hint: "give the token itself")
        }
        guard let user, named ?? owner == user else {
            throw Failure(
                .usage, "unnamed", "the layout knows a token by its text alone",
                hint: "give the token itself, or --user USER whose list has it")
        }
        guard let text = tokens[id] else {
            throw Failure(
                .usage, "not_found",
                "the list of '\(VisibleText.escape(user.description, columns: 60))' has no token "
                    + "with the id '\(VisibleText.escape(id.description, columns: 60))'",
                hint: "'jwtctl list tokens USER' shows the ids")
        }
        return try Item(operand: text, as: .token)
    }
}

/// What is told of a token that stands in Redis by its text.
struct ShownToken {
    /// The `jti`, or a hash: a whole token is shown to nobody.
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
            // Whatever it is, it may be a secret.
            label = Self.unreadable
        }
    }

    private static let unreadable = Identifier(literal: "(unreadable)")
}
