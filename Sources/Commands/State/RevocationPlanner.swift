internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// An item to revoke, with what a report on it needs.
///
/// An object, since it waits in several queues until Redis has answered.
final class RevocationRequest: FedItem {
    /// What the store writes: the token as the layout names it, and its expiry.
    let revocation: Revocation
    /// Whether the token's signature was checked; nil for a bare id.
    let isVerified: Bool?
    /// The name that people see.
    let label: Identifier
    /// The token itself, where only that can be tried again.
    let text: [UInt8]?
    var number = 1
    let foundToken: String?

    init(
        _ revocation: Revocation, isVerified: Bool?, label: Identifier, text: [UInt8]?,
        foundToken: String? = nil
    ) {
        self.revocation = revocation
        self.isVerified = isVerified
        self.label = label
        self.text = text
        self.foundToken = foundToken
    }

    /// The token as the audit log names it.
    var auditSubject: AuditSubject { .token(label, user: revocation.user) }
}

/// Decides for each item what would be written: whether the token may be trusted, and when its
/// entry expires.
struct RevocationPlanner {
    private let options: RevokeOptions
    private let trust: TokenTrust
    private let user: Identifier?
    private let store: TokenStore
    /// Whether an entry has to have an end.
    private let needsExpiry: Bool
    private let resolver: TokenResolver
    /// Redis' clock.
    let clock: ServerClock
    /// The layout's names of tokens and users.
    var naming: Naming { resolver.naming }
    /// The time of this clock at the start, in seconds since 1970.
    let now: Int64

    init(
        _ options: RevokeOptions, _ trust: TokenTrust, backend: Backend, _ console: Console
    ) throws {
        self.options = options
        self.trust = trust
        user = try options.user.map { try parseUser($0) }
        store = backend.store
        needsExpiry = store.layout.needsExpiry
        resolver = try TokenResolver(
            backend, user: user, issuer: options.issuer, kind: options.items.kind, console)
        clock = try store.clock()
        now = clock.now
    }

    /// The request for an item. Throws if the item is not trusted, or if the expiry of its entry
    /// cannot be determined.
    func request(_ item: Item) throws -> RevocationRequest {
        let target = try target(item)
        if let token = target.token {
            return try request(token, target)
        }
        // An option comes first, then the line with the id. Without either, the store takes the
        // expiry from the user's list in the same step as it writes.
        var expiry = givenExpiry(target) ?? target.expiry ?? (needsExpiry ? nil : .never)
        if expiry == nil, target.user == nil || !store.layout.can(.listTokens) {
            guard let longest = store.maximumLifetime else {
                throw Failure.noLifetime(of: target.id)
            }
            // No token lives longer, whenever this one was issued.
            expiry = .at(now + longest)
            try resolver.tellAssumed(lifetime: longest)
        }
        return RevocationRequest(
            Revocation(target.subject, expiry: expiry), isVerified: nil, label: target.label,
            text: nil)
    }

    /// The item as the layout names it. A token without the claim that the layout blacklists by is
    /// refused: its entry would be a key that no service reads.
    private func target(_ item: Item) throws -> ResolvedItem {
        do {
            return try ResolvedItem(item, user: user, in: resolver)
        } catch NamingError.missing(claims: ["jti"]) where store.layout.hasBlacklist {
            throw Failure(
                .refused, "missing_claim",
                "the token has no 'jti', and the layout '\(store.layout.name)' blacklists tokens by it",
                hint: "use --id to revoke an id that you know from elsewhere")
        }
    }

    /// The request for a token. Its `exp` counts unless an option says otherwise.
    private func request(_ token: CompactToken, _ target: ResolvedItem) throws -> RevocationRequest
    {
        try trust.require(target)
        if !trust.isChecking, !options.skipsVerification, store.layout.deniesByBareID {
            // The sender of a forged token would choose which key is overwritten.
            throw Failure(
                .refused, "not_verified",
                "the layout's keys are bare ids: the token's signature must be checked",
                hint: "give --key SOURCE, or --no-verify to skip the check")
        }
        let expiry = try givenExpiry(target) ?? tokenExpiry(target)
        // No entry is written for an expired token. With a forged `exp` in the past an attacker
        // could make a revocation do nothing.
        if !trust.isChecking, givenExpiry(target) == nil, expiry.isPast(at: now) {
            throw Failure(
                .refused, Reason.expired.rawValue,
                "the token claims to have expired, but its signature was not checked",
                hint: "give --key SOURCE to check it, or set its expiry with --ttl DURATION")
        }
        var issuedAt: Int64?
        if case .at(let iat) = target.issued { issuedAt = Int64(outside: iat, rounding: .up) }
        return RevocationRequest(
            Revocation(target.subject, expiry: expiry, issuedAt: issuedAt),
            isVerified: trust.isChecking, label: target.label,
            // A line with `jti` and `sub` is enough for a retry where these are the names of the
            // layout. Other layouts may need more of the token, so the token is kept.
            text: resolver.naming.isStandard ? nil : token.bytes, foundToken: target.foundToken)
    }

    /// When the token expires by its own word, or by the rule of the layout for tokens without end.
    private func tokenExpiry(_ target: ResolvedItem) throws -> Expiry {
        if target.expiry == nil {
            // Services that ignore such an exp accept the token for ever.
            guard needsExpiry, !store.layout.keepsEndless else { return .never }
            throw Failure(
                .usage, "no_lifetime",
                "the token's exp is not a number: cannot tell how long services accept the token",
                hint: "set how long to keep the entry: --exp TIME, --ttl DURATION or --forever")
        }
        if let expiry = target.expiry, expiry != .never || !needsExpiry { return expiry }
        // The entry of a token without `exp` has no end where the application writes such entries,
        // or the time that the application gives to them.
        if store.layout.keepsEndless { return .never }
        if let life = store.layout.endlessLife { return .at(now + life) }
        throw Failure(
            .usage, "no_lifetime", "the token has no exp",
            hint: "set its expiry: --exp TIME, --ttl DURATION or --forever")
    }

    /// The expiry from the command line. It is never earlier than that of the token: services would
    /// accept the token again.
    private func givenExpiry(_ target: ResolvedItem) -> Expiry? {
        if options.isForever { return .never }
        let given = options.lifetime.map { now + $0 } ?? options.expiry.map { $0.seconds(now: now) }
        guard let given else { return nil }
        // An `exp` that is no number still has an end for services that read it as one.
        return .at(max(given, target.expiry?.seconds ?? target.leastExpiry ?? given))
    }

    /// The failure for a token that is not on its user's token list or, with a whitelist, has no
    /// key.
    func notFound(_ request: RevocationRequest) -> Failure {
        guard store.layout.hasBlacklist else {
            let id = VisibleText.escape(request.label.description, columns: 80)
            let layout = VisibleText.escape(store.layout.name, columns: 40)
            var extent = ""
            if case .notFound(let sample) = store.usage(), !sample.isWhole {
                extent = " among \(Count.words(sample.keys.count, "key", "keys"))"
            }
            return Failure(
                .someFailed, "not_found",
                "no key for the token '\(id)', and no other key of the layout '\(layout)'"
                    + extent,
                hint: "nothing was revoked; 'jwtctl layout detect' finds the layout of the keys")
        }
        let item = request.revocation
        let user = item.user.map { VisibleText.escape($0.description, columns: 60) } ?? ""
        let id = VisibleText.escape(item.id.description, columns: 60)
        return Failure(
            .usage, "not_found", "no token '\(id)' on \(user)'s list",
            hint: "set its expiry: --exp TIME, --ttl DURATION or --forever")
    }
}

extension Failure {
    /// The failure for a bare id without an expiry. Nothing is guessed.
    static func noLifetime(of id: Identifier) -> Failure {
        let shown = VisibleText.escape(id.description, columns: 60)
        // A cut id could not be pasted back.
        let line =
            shown == id.description
            ? "if such tokens live for a day: jwtctl revoke --ttl 24h -- "
                + "\(ShellText.quote(shown)); or " : ""
        return Failure(
            .usage, "no_lifetime", "cannot tell when token '\(shown)' expires",
            hint: line
                + "give the whole token, --user USER, --exp TIME, --ttl DURATION or --forever")
    }
}
