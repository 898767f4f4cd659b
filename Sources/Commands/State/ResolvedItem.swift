internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// An item as the layout identifies it, with everything that its token says.
struct ResolvedItem: FedItem {
    /// The token as the layout names it.
    let subject: TokenSubject
    /// The name that people see.
    let label: Identifier
    /// The issue time; unknown for a bare id.
    let issued: IssuedAt
    /// nil if it is not given, or if services read it differently.
    let expiry: Expiry?
    /// The end that some services read in an `exp` that is no number, in seconds since 1970.
    let leastExpiry: Int64?
    /// The token, if the item is one; its signature was not checked.
    let token: CompactToken?
    /// The place of the token in the input.
    let place: TokenPlace
    var number = 1

    var id: Identifier { subject.id }
    /// The user of the token; nil if unknown.
    var user: Identifier? { subject.user }

    /// `user` is what the command line said about a bare id. Claims of a wrong type are left out
    /// unless the reading is strict: the token can be revoked by its id all the same.
    init(
        _ item: Item, user: Identifier?, in resolver: TokenResolver,
        _ reading: TokenFacts.Reading = .lenient
    ) throws {
        let naming = resolver.naming
        switch try resolver.resolve(item, user: user) {
        case .token(let token, let claims, let place):
            self.place = place
            let facts = try TokenFacts(token, claims: claims, naming: naming, reading)
            try resolver.check(facts)
            // The user of the command line fills a gap. It never replaces the one in the token,
            // whose list has the token.
            subject = user == nil || facts.user != nil ? facts.subject : facts.subject.of(user)
            label = facts.label
            issued = facts.issued
            expiry = facts.hasUnclearExpiry ? nil : facts.expiry
            leastExpiry = facts.leastExpiry
            self.token = token
        case .opaque: preconditionFailure("the resolver has resolved it")
        case .id(let id, let expiry, let owner, let isNamed):
            try resolver.check(id, isNamed: isNamed)
            place = .itself
            // The user in the line of the id comes before that of the command line, which is for
            // lines without one.
            subject = TokenSubject(id: id, user: owner ?? user)
            label = naming.isByText ? DisplayToken.label(ofText: id.bytes) : id
            issued = .notSaid
            self.expiry = expiry
            leastExpiry = nil
            token = nil
        }
    }
}

extension ResolvedItem {
    /// The user and the expiry, for a person who did not pass the token alone.
    var description: String {
        let id = VisibleText.escape(label.description, columns: 60)
        let owner = user.map { ", user \(VisibleText.escape($0.description, columns: 60))" } ?? ""
        let end = expiry?.seconds.map { ", expires \(TimeText.table($0))" } ?? ""
        return "id \(id)\(owner)\(end)"
    }

    var foundToken: String? { place == .itself ? nil : description }
}

/// Decides whether a token may determine what is changed. An attacker who passes a forged token to
/// an operator would otherwise choose the `jti`.
struct TokenTrust {
    /// nil where no key was given, or none is to be used.
    private let verifier: SignatureVerifier?
    private let skipsVerification: Bool
    private let badSignatureHint: String?

    /// Whether signatures are checked.
    var isChecking: Bool { verifier != nil }

    /// `badSignatureHint` is what a person can do all the same.
    init(
        _ options: KeyOptions, skipsVerification: Bool = false, badSignatureHint: String? = nil,
        _ console: Console
    ) throws {
        self.skipsVerification = skipsVerification
        self.badSignatureHint = badSignatureHint
        verifier =
            skipsVerification
            ? nil
            : try options.load(console).map(options.verifier)
    }

    /// Throws where the signature is bad, and where it is not checked and the token was found in
    /// text that an attacker may have written.
    func require(_ target: ResolvedItem) throws(Failure) {
        guard let token = target.token else { return }
        if let verifier {
            guard case .failed(let failure) = verifier.verify(token) else { return }
            throw Failure(
                .badSignature, failure.reason.rawValue,
                "the token is not trusted: \(VisibleText.escape(failure.detail, columns: 120))",
                hint: TokenOddity.hint(signatureOf: token) ?? badSignatureHint)
        }
        // A token that was passed alone is one that a person chose. One in a log line may be that
        // of an attacker, who also wrote the line.
        guard !skipsVerification, target.place == .text else { return }
        throw Failure(
            .refused, "not_verified",
            "the token is part of other text, and its signature was not checked: "
                + target.description,
            hint: "give --key SOURCE to check it, or pass the token alone")
    }
}

/// Finds the tokens behind ids where the layout knows a token by its text alone: a log shows the
/// `jti`, and the user's own list has the whole token.
///
/// An object, since it is asked for every line of a file.
final class TokenResolver {
    /// The layout's names of tokens and users.
    let naming: Naming
    /// The issuer whose tokens are in this Redis; tokens of others are refused. nil if none is
    /// named.
    private let issuer: JSONString?
    /// Whether the layout has lists on which ids can be looked up.
    private let canSearch: Bool
    /// The keys of the layout, which are not ids.
    private let keys: LayoutKeys
    /// Whether ids are meant as they are: where the layout knows a token by its text, as that.
    private let takesText: Bool
    private let console: Console
    /// The claims with a warning so far. Each is named once.
    private var warned: Set<String> = []
    /// The user whose token list was read; nil if none was given.
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
        var tokens: [Identifier: [UInt8]] = [:]
        if let user, naming.isByText, canSearch {
            for token in try backend.store.tokens(of: user).tokens {
                tokens[DisplayToken.label(of: token.id, naming)] = token.id.bytes
            }
        }
        self.tokens = tokens
    }

    /// Refuses a key of the layout unless an object or `--id` says that it is an id. Warns of an id
    /// that is a token: an object names it so, where the token was meant.
    func check(_ id: Identifier, isNamed: Bool) throws {
        if !isNamed, !takesText { try requireNoKey(id.bytes) }
        guard !naming.isByText, !takesText, PastedText.isWholeToken(id.bytes),
            warned.insert("id").inserted
        else { return }
        try console.warn("the id is a token itself: write {\"token\":…} to use the token's own id")
    }

    /// Notes once that ids get the longest lifetime of the settings, in seconds.
    func tellAssumed(lifetime: Int64) throws(OutputError) {
        guard warned.insert("lifetime").inserted else { return }
        try console.note(
            "ids do not say when they expire: blacklisted for \(Duration.words(lifetime)) "
                + "(max-lifetime)")
    }

    /// Refuses a text that is a key of the layout, with the id in it for the hint.
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

    /// The token with an id, if the layout needs the token. `--id` takes a text for the token
    /// itself, unless the user's list has a token of that id: opaque tokens have no other name.
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
        // Only the list of `--user` was read: an id with another owner in its line is not looked
        // up.
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
        // A listed token may be opaque as well.
        return PastedText.isToken(text)
            ? try Item(operand: text, as: .token)
            : .id(try Identifier(text), expiry: expiry, user: user)
    }
}

/// The name of a token for people, where its whole text is in Redis: the `jti`, or a hash. A whole
/// token is a secret.
enum DisplayToken {
    /// The name of what the layout calls `id`, which is shown as it is where it is no token.
    static func label(of id: Identifier, _ naming: Naming) -> Identifier {
        guard naming.isByText else { return id }
        do {
            let token = try CompactToken(parsing: id.bytes)
            return try TokenFacts(token, claims: try token.claims(), naming: naming).label
        } catch {
            // An opaque token, or a JWT without the claims of the layout.
            return label(ofText: id.bytes)
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
    static func label(ofText text: [UInt8]) -> Identifier {
        do {
            return try Identifier(CompactToken.contentIdentifier(of: text))
        } catch {
            return Identifier(literal: "(unreadable)")
        }
    }
}
