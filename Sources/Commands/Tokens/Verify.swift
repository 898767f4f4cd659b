internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// Options of `verify`. `renew` uses their defaults for the same checks.
struct VerifyOptions: CommandOptions {
    var global = GlobalOptions()
    /// The keys that may have signed the token.
    var keys = KeyOptions()
    /// The operand: a token, `@FILE` or `-`; nil for standard input.
    var token: [UInt8]?
    /// Accepted issuers; empty for those of the settings, or all.
    var issuers: [String] = []
    /// Accepted audiences, one of which the token must have; empty for all.
    var audiences: [String] = []
    /// The `sub` that the token must have; nil for any.
    var subject: String?
    /// The type that the header must have, compared as a media type.
    var type: String?
    /// Clock skew for `exp` and `nbf`, in seconds.
    var leeway: Int64 = 0
    /// Claims that the token must have, whatever their value.
    var requiredClaims: [String] = []
    /// The highest age by `iat`, in seconds; nil for any.
    var maximumAge: Int64?
    /// Whether Redis is not asked.
    var isOffline = false
    /// The moment to check for instead of now; only offline, since Redis has only the current
    /// state.
    var time: Moment?
    /// Whether each line of standard input is a token.
    var isStream = false
    /// Whether a token must be on its user's token list.
    var requiresListing = false
    /// Whether each check and key is shown with its reasons.
    var explains = false
    /// Whether claims must have the types of RFC 7519.
    var isStrict = false

    /// The options in the order of help.
    static let options: [Option<VerifyOptions>] = [
        .repeated(
            "iss", metavar: "ISSUER", summary: "Require this issuer (repeat to allow several).",
            into: \.issuers),
        .repeated(
            "aud", metavar: "AUDIENCE", summary: "Require this audience (repeat to allow several).",
            into: \.audiences),
        .text("sub", metavar: "SUBJECT", summary: "Require this subject.", into: \.subject),
        .text("typ", metavar: "TYPE", summary: "Require this type, such as at+jwt.", into: \.type),
        .value(
            "leeway", metavar: "DURATION", summary: "Clock skew to allow for exp and nbf.",
            into: \.leeway
        ) { text throws(InvalidValue) in try Duration.seconds(text) }.showingDefault("0s"),
        .repeated(
            "require", metavar: "CLAIM", summary: "Require this claim to be present.",
            into: \.requiredClaims
        ).completing(.dynamic("claims")),
        .duration(
            "max-age", summary: "Reject tokens issued longer ago than this.", into: \.maximumAge),
        .flag(
            "require-listed", summary: "Reject tokens that are not in their user's token list.",
            into: \.requiresListing),
        .flag("strict", summary: "Accept only the claim types of RFC 7519.", into: \.isStrict),
        .flag("offline", summary: "Do not connect to Redis.", into: \.isOffline),
        .moment("at", summary: "Check as of this time; only with --offline.", into: \.time),
        .flag(
            "stream", summary: "Print one line of JSON for each line of standard input.",
            into: \.isStream),
        .flag(
            "explain", summary: "Show what each check found and expected, and each key.",
            into: \.explains),
        .group(KeyOptions.group, at: \.keys),
        .group(GlobalOptions.group(formats: OutputFormat.common + [.introspection]), at: \.global),
    ]
}

/// `verify`: the verdict on one token, or on a stream of them.
let verifyCommand = Command(
    name: "verify", summary: "Check a token's signature, claims and revocation.",
    discussion: [
        """
        Gives one verdict. The signature is checked first: if the token is malformed or the \
        signature is bad, nothing else is checked and Redis is not asked. Otherwise every failed \
        check of claims and state is reported, and the status is that of the first kind that \
        failed. If all other checks pass but Redis cannot be asked, the status is 8, never 0.
        """,
        """
        RFC 7519 requires strings for iss, sub, aud and jti. Widely used libraries write null for \
        a claim that a token does not have (devise-jwt), or a user's number as sub (NestJS, \
        tymon/jwt-auth 1), and their services accept these tokens. jwtctl therefore treats null as \
        absent and a whole number in sub or jti as its decimal text, with a warning: for the \
        verdict, cutoffs, token lists and revocation alike. Other types fail, as do numbers that \
        services write in different ways: 7.0, 1e2, -0 and those from 2^53 on. --strict accepts \
        only the RFC's types; if an option or a profile requires the claim, its type must be right \
        too. Up to 0.1.0, all of these tokens failed with status 5.
        """,
        """
        With --stream, each line of standard input is a token and is answered with one line of \
        JSON, in order and at once: for a gateway or a log pipeline. The status is then 0 if every \
        line got a known verdict, else 8.
        """,
        """
        --explain shows the reasons: for each check, what the token contains and what was \
        expected; for each key, whether it was tried and why it did not fit; which keys in Redis \
        were read and what they contained; and what was not checked because no option requires it.
        """,
        """
        -o introspection prints an RFC 7662 response: {"active":false} and nothing else for a \
        token that is not active or whose state is unknown (then the status is 8); for an active \
        token, its claims. It needs Redis.
        """,
    ],
    defaults: VerifyOptions(), options: VerifyOptions.options,
    operands: [TokenOperand.operand(at: \.token)],
    otherForms: ["--stream"],
    examples: [
        Example(
            command: "jwtctl verify --key public.pem \"$TOKEN\"",
            summary: "Check signature, claims and revocation.",
            output: [
                "not active: revoked",
                "  ok      signature  EdDSA, Ed25519 public key",
                "  ok      exp",
                "  ok      iat",
                "  ok      sub",
                "  ok      jti",
                "  FAILED  blacklist  revoked by ops 12 min ago: found in a log",
                "  ok      cutoff",
                "  iat  1796058115  2026-11-30 17:01:55Z  issued 20 min ago",
                "  exp  1796061715  2026-11-30 18:01:55Z  expires in 40 min",
            ]),
        Example(
            command: "jwtctl verify --secret secret.txt --aud api --offline \"$TOKEN\"",
            summary: "Without Redis, for one audience."),
        Example(
            command: "jwtctl verify --key public.pem --aud api --explain \"$TOKEN\"",
            summary: "Show why it is rejected or accepted."),
        Example(
            command: "jwtctl verify --key public.pem -o introspection \"$TOKEN\"",
            summary: "Answer like an OAuth introspection endpoint.",
            output: [#"{"active":false}"#]),
        Example(
            command: "jwtctl verify --key public.pem --stream < tokens.txt",
            summary: "One line of JSON for each token."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .revoked, .notListed, .unknown,
        success: "The token is valid and not revoked."),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["decode", "status", "revoke", "exit-status", "keys"],
    check: { options throws(UsageError) in
        if options.time != nil, !options.isOffline {
            throw .other("'--at' needs '--offline': Redis has only the current state")
        }
        if options.isStream, options.token != nil {
            throw .other("'--stream' reads standard input and takes no operand")
        }
        try checkOutput(options)
    }, run: runVerify)

/// Refuses combinations of which one part would silently be ignored.
private func checkOutput(_ options: VerifyOptions) throws(UsageError) {
    if options.global.format == .introspection, options.isOffline {
        throw .other("'-o introspection' needs Redis to tell whether a token is active")
    }
    if options.explains, options.global.format == .introspection {
        throw .conflicting("--explain", "-o introspection")
    }
    guard options.isStream else { return }
    if options.explains { throw .conflicting("--stream", "--explain") }
    if options.global.field != nil { throw .conflicting("--stream", "--field") }
    if [.csv, .id].contains(options.global.format) {
        throw .other("'--stream' prints lines of JSON, not '\(options.global.format.rawValue)'")
    }
}

/// Judges the token and prints the verdict. The status is that of the verdict.
///
/// Errors of the key and of the settings come first: they do not depend on the token, and a script
/// must not take them for a verdict. Warnings come before the verdict, an error of Redis and hints
/// after it, where a person looks for the next step.
///
/// With `--stream` the work continues in `VerifyStream`.
private func runVerify(_ options: VerifyOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let keys = try options.keys.require(console)
    if options.leeway > 0 { try console.note("leeway \(Duration.words(options.leeway))") }
    let demands = try TokenDemands(options, console.settings())
    let backend = options.isOffline ? nil : try Backend(console)
    // Before the token is read: the refusal does not depend on it.
    try requireMargin(backend, for: options.leeway)
    let judge = TokenJudge(
        demands: demands, verifier: options.keys.verifier(keys), clock: system.clock,
        backend: backend)
    if options.isStream {
        return try VerifyStream(judge: judge, backend: backend, console: console).run()
    }

    let text = try TokenOperand.readText(options.token, system: system)
    let verdict = judge.verdict(on: TokenOperand.token(in: text))
    for warning in verdict.warnings { try console.warn(warning) }
    // Only a state has a time: without an answer of Redis there is nothing to compare.
    if let backend, let time = verdict.stateTime { try backend.warnAboutClock(time, console) }
    try show(verdict, skipped: keys.skipped, backend, options, console)
    if verdict.status == .unknown, let detail = verdict.decisive?.detail {
        try system.output.flush()
        try console.error(VisibleText.escape(detail))
    }
    // A hint is for a person; scripts read the reason in JSON.
    let hint = VerdictHint.of(verdict, keys: keys, options: options)
    if console.isForPerson, let hint = hint ?? VerdictHint.ofText(text, verdict) {
        try system.output.flush()
        try console.note("hint: \(hint)")
    }
    return verdict.status
}

/// Refuses a leeway that would accept a token after its blacklist entry has expired.
private func requireMargin(_ backend: Backend?, for leeway: Int64) throws(Failure) {
    guard let margin = backend?.store.margin, leeway > margin else { return }
    throw Failure(
        .usage, "usage",
        "a leeway above \(margin)s would accept tokens whose blacklist entry has expired "
            + "(deny-margin)",
        hint: "use it with '--offline'")
}

/// Prints the verdict, with its reasons if the user asked for them. `skipped` are the members of the
/// key set that are no usable keys: the key that is missed may be among them.
private func show(
    _ verdict: Verdict, skipped: [KeySet.Skipped], _ backend: Backend?, _ options: VerifyOptions,
    _ console: Console
) throws {
    guard options.explains else {
        return try console.result(verdict.answer(in: options.global.format), id: verdict.label) {
            verdict.text(width: console.tableWidth, style: console.style)
        }
    }
    let explanation = Explanation(of: verdict, skipped: skipped, layout: backend?.store.layout)
    try console.result(explanation.json, id: verdict.label) {
        explanation.text(width: console.tableWidth, style: console.style)
    }
}
