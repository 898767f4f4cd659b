internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// Options of `renew`.
struct RenewOptions: CommandOptions {
    var global = GlobalOptions()
    /// The key that verifies the old token and signs the new one. It must be a private key or a
    /// secret, and the only one.
    var keys = KeyOptions()
    /// The operand: a token, `@FILE` or `-`; nil for standard input.
    var token: [UInt8]?
    /// The lifetime of the new token in seconds; nil for that of the old one.
    var lifetime: Int64?
    /// The label of the new token; nil for that of the old one.
    var label: String?
    /// The reason for revoking the old token.
    var reason: String?
    /// The name for the audit log; nil for that of the settings or the login name.
    var actor: String?
    /// The path of an audit log in a file; nil for that of the settings.
    var auditLog: [UInt8]?
    var isDryRun = false
}

/// `renew`: records a new token with the same claims, then revokes the old one.
let renewCommand = Command(
    name: "renew", summary: "Replace a token with a new one.",
    discussion: [
        """
        Checks the token as verify does, signs a new one with the same claims in the same order \
        but a new jti, iat and exp, records it, and only then revokes the old one. The new token \
        has the lifetime of the old one, from its iat to its exp, unless --expires-in is given.
        """,
        """
        Expired, revoked and unverified tokens are refused. If it is interrupted, both tokens are \
        valid; at least one always is. If the old token is revoked or its user is logged out in \
        the meantime, the new one is revoked too.
        """,
    ],
    defaults: RenewOptions(),
    options: [
        .duration("expires-in", summary: "Lifetime of the new token.", into: \.lifetime),
        .text(
            "label", metavar: "TEXT", summary: "Label shown in 'list tokens' (default: as before).",
            into: \.label),
        .text(
            "reason", short: "r", metavar: "TEXT",
            summary: "Reason, stored with the entry and in the audit log.",
            into: \.reason),
        .text(
            "actor", metavar: "NAME",
            summary: "Name recorded in the audit log (default: login name).",
            into: \.actor),
        .auditLog(into: \.auditLog),
        .dryRun(into: \.isDryRun).detail(
            "It checks the token, the key and whether the new token could be recorded. It prints "
                + "no token."),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [TokenOperand.operand(at: \.token, summary: "The token, @FILE, or - for stdin.")],
    examples: [
        Example(command: "jwtctl renew \"$TOKEN\"", summary: "Replace a token."),
        Example(
            command: "jwtctl renew --dry-run \"$TOKEN\"",
            summary: "See whether it would be replaced."),
        Example(
            command: "jwtctl renew --expires-in 8h \"$TOKEN\" | jwtctl decode --field payload",
            summary: "Replace it with one that is valid for 8 hours, and see its claims.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                #"{"sub":"ci","iat":1796059315,"exp":1796088115,"jti":"058-nkOxkPeSrlajtyL7qA"}"#,
            ]),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .revoked, .notListed, .unknown, .refused),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["issue", "verify", "revoke"],
    check: { options throws(UsageError) in
        if let lifetime = options.lifetime, lifetime <= 0 {
            throw .other("'--expires-in' must be greater than zero")
        }
    }, run: runRenew)

/// Checks the token, signs the new one and exchanges them in Redis.
///
/// The key, the server's role, the old token and the layout are checked before the exchange, which
/// records the new token before it revokes the old one. A refusal of the exchange leaves the old
/// token as it was.
///
/// The new token is printed even if the revocation of the old one is in doubt: the user might be
/// left without any token otherwise.
private func runRenew(_ options: RenewOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .changes)
    let keys = try options.keys.require(console)
    let signer = try options.keys.signer(keys, hint: "give the key that signed the token")
    let text = try TokenOperand.readOne(options.token, console)
    let backend = try Backend(console, actor: options.actor, auditLog: options.auditLog)
    try backend.requirePrimary(comparingClocks: console)
    // The same checks as in `verify`, by the same clock and settings.
    let (token, claims) = try active(text, keys, options, backend, console)

    let naming = backend.layout.naming
    let old = try TokenFacts(token, claims: claims, naming: naming)
    // The new `iat` is never before the old one, whose issuer's clock may be ahead.
    let new = try mint(
        replacing: old, token, claims, naming, signer, lifetime: options.lifetime,
        now: max(system.clock.seconds, old.issuedAt ?? 0))
    let record = try record(new, replacing: old, options, backend)
    // A dry run warns of what the real run asks about.
    try backend.requireLayout(isConfirmed: options.isDryRun, console)
    try backend.announce(console, isDryRun: options.isDryRun, change: "change")
    let outcome = try backend.store.renew(
        Revocation(old.subject, expiry: old.expiry, issuedAt: old.issuedAt), issued: old.issued,
        as: record, entry: DenyEntry(reason: options.reason, actor: backend.store.actor),
        isDryRun: options.isDryRun)
    let isRecorded = record != nil
    switch outcome {
    case .renewed where options.isDryRun:
        try showPlan(new, old, backend, console)
        return .success
    case .renewed:
        let isAudited = backend.audit(
            "renew", .token(old.label, user: old.user), count: 1, reason: options.reason, console)
        try show(new, old, isRecorded, isAudited, console)
        return .success
    case .refused(let refusal): throw failure(refusal)
    case .overtaken:
        throw Failure(
            .revoked, Reason.revoked.rawValue,
            "the token was revoked in the meantime; nothing was renewed")
    case .inDoubt(let error):
        // Without the new token its user might be left with none.
        try show(new, old, isRecorded, false, console)
        let failure = Diagnostics.failure(for: error)
        throw Failure(
            .unknown, failure.code,
            "the new token is valid; the old one may be too: \(failure.message)",
            hint: "revoke the old one: jwtctl revoke TOKEN")
    }
}

/// The token and its claims, if `verify` would accept it. Otherwise throws with the status that
/// `verify` would have.
private func active(
    _ text: [UInt8], _ keys: KeySet, _ options: RenewOptions, _ backend: Backend,
    _ console: Console
) throws -> (CompactToken, RegisteredClaims) {
    let demands = try TokenDemands(VerifyOptions(global: options.global), console.settings())
    let judge = TokenJudge(
        demands: demands, verifier: options.keys.verifier(keys), clock: console.system.clock,
        backend: backend)
    let verdict = judge.verdict(on: text)
    guard verdict.status == .success, let token = verdict.token, let claims = verdict.claims else {
        let check = verdict.decisive
        let reason = check?.reason ?? .unknown
        let detail = check?.detail.map { ": \(VisibleText.escape($0, columns: 200))" } ?? ""
        throw Failure(
            verdict.status, reason.rawValue, "not renewed: \(reason.rawValue.spoken)\(detail)")
    }
    return (token, claims)
}

/// The entry for the user's token list; nil if the layout has none. The label of the old entry is
/// only asked for if no other is given, which spares a round trip.
private func record(
    _ new: TokenMinter.Minted, replacing old: TokenFacts, _ options: RenewOptions,
    _ backend: Backend
) throws -> TokenRecord? {
    guard backend.layout.can(.record) else { return nil }
    guard let user = old.user else {
        throw Failure(
            .refused, "unnamed", "the token names no user",
            hint: "a token without a user cannot be recorded")
    }
    let listed = try options.label == nil ? backend.store.listedToken(old.id, of: user) : nil
    return new.record(label: options.label ?? listed?.label)
}

/// Prints the new token, and hands it over at once: what comes after it may fail or be interrupted.
private func show(
    _ new: TokenMinter.Minted, _ old: TokenFacts, _ isRecorded: Bool, _ isAudited: Bool,
    _ console: Console
) throws {
    var json = new.json(isRecorded: isRecorded)
    json.set("replaced", .string(old.label.description))
    json.set("audited", .bool(isAudited))
    try console.result(json, id: new.facts.label.description) {
        String(decoding: new.text, as: UTF8.self) + "\n"
    }
    try console.system.output.flush()
}

/// Says what would be done. The new token itself is not shown: it is not recorded, so no logout
/// would find it.
private func showPlan(
    _ new: TokenMinter.Minted, _ old: TokenFacts, _ backend: Backend, _ console: Console
) throws {
    try console.result(
        [
            "id": .string(old.label.description), "sub": .string(orNull: new.facts.user),
            "iat": TimeText.number(new.facts.issuedAt),
            "exp": TimeText.number(new.facts.expiry.seconds), "dry_run": true,
            "target": backend.json,
        ], id: old.label.description
    ) {
        let end = new.facts.expiry.seconds.map { "expire at \(TimeText.table($0))" }
        return "would renew \(VisibleText.escape(old.label.description, columns: 80)): "
            + "the new token would \(end ?? "never expire")\n"
    }
    try console.noteDryRun()
}

/// The failure for a new token that could not be recorded. The old one is then unchanged.
private func failure(_ outcome: RecordOutcome) -> Failure {
    switch outcome {
    case .cutOff(let cutoff):
        Failure(
            .revoked, Reason.cutOff.rawValue,
            "not renewed: a cutoff is set at \(TimeText.rfc3339(cutoff))")
    case .expired:
        Failure(
            .claims, Reason.expired.rawValue,
            "not renewed: it would already be expired by Redis' clock")
    case .displaced:
        Failure(
            .refused, "other_token", "not renewed: the layout keeps only one token per user")
    case .recorded, .alreadyRecorded, .alreadyRevoked:
        Failure(.refused, "already_recorded", "not renewed: the new id is in use; run it again")
    }
}

/// Signs the new token: the same claims in the same order, with a new id and new times. The key
/// chooses `alg`. `old` has the facts of `token`, whose claims were verified. `lifetime` is in
/// seconds, nil for that of the old token; `now` is in unix seconds.
private func mint(
    replacing old: TokenFacts, _ token: CompactToken, _ claims: RegisteredClaims, _ naming: Naming,
    _ signer: Signer, lifetime: Int64?, now: Int64
) throws -> TokenMinter.Minted {
    var object = claims.object
    object.set("jti", .string(try TokenDraft.randomID()))
    // Under a layout that names tokens by another claim, that one must be new as well.
    if let name = naming.ownClaim, name != "jti", object[name] != nil {
        object.set(name, .string(try TokenDraft.randomID()))
    }
    object.set("iat", .integer(now))
    // A token that never expires keeps that. Without `iat` its lifetime is unknown: an hour.
    let previous = old.expiry.seconds.map { end in old.issuedAt.map { max(end - $0, 1) } ?? 3600 }
    if let span = lifetime ?? previous { object.set("exp", .integer(now + span)) }
    var header = JSONObject()
    // The signer adds `alg`, which depends on the key and may have changed since.
    for member in token.header.object.members where member.name != "alg" {
        header.set(member.name, member.value)
    }
    let text = try signer.sign(header: header, claims: object)
    let facts = try TokenFacts(try CompactToken(parsing: text), claims: object, naming: naming)
    return TokenMinter.Minted(text: text, facts: facts)
}
