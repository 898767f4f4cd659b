internal import CommandKit
internal import JOSE
internal import JSON

struct VerifyOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var token: [UInt8]?
    var issuers: [String] = []
    var audiences: [String] = []
    var subject: String?
    var type: String?
    var leeway: Int64 = 0
    var requiredClaims: [String] = []
    var maximumAge: Int64?
    var isOffline = false
    var time: Moment?
    var isStream = false
    var requiresListing = false
    var explains = false
    var isStrict = false

    /// What the claims have to be, `now` in seconds since 1970.
    func policy(now: Double) -> ClaimsPolicy {
        var policy = ClaimsPolicy(now: time.map { Double($0.seconds(now: Int64(now))) } ?? now)
        policy.leeway = Double(leeway)
        policy.issuers = issuers.map { JSONString($0) }
        policy.audiences = audiences.map { JSONString($0) }
        policy.subject = subject.map { JSONString($0) }
        policy.type = type.map { JSONString($0) }
        policy.requiredClaims = requiredClaims.map { JSONString($0) }
        policy.isStrict = isStrict
        policy.maximumAge = maximumAge.map { Double($0) }
        return policy
    }

    static let options: [Option<VerifyOptions>] = [
        .repeated("iss", metavar: "ISSUER", summary: "Demand this issuer.", into: \.issuers),
        .repeated(
            "aud", metavar: "AUDIENCE", summary: "Demand this audience, or another one given.",
            into: \.audiences),
        .text("sub", metavar: "SUBJECT", summary: "Demand this subject.", into: \.subject),
        .text("typ", metavar: "TYPE", summary: "Demand this type, such as at+jwt.", into: \.type),
        .value(
            "leeway", metavar: "DURATION", summary: "How far exp and nbf are stretched.",
            into: \.leeway
        ) { text throws(InvalidValue) in try Duration.seconds(text) }.showingDefault("0s"),
        .repeated(
            "require", metavar: "CLAIM", summary: "Demand that this claim is there.",
            into: \.requiredClaims),
        .value(
            "max-age", metavar: "DURATION", summary: "Refuse tokens issued longer ago.",
            into: \.maximumAge
        ) { text throws(InvalidValue) in try Duration.seconds(text) },
        .flag(
            "require-listed", summary: "Refuse tokens that are not on their user's list.",
            into: \.requiresListing),
        .flag(
            "strict", summary: "Accept claims of RFC 7519's types only.", into: \.isStrict),
        .flag("offline", summary: "Do not ask Redis.", into: \.isOffline),
        .value(
            "at", metavar: "TIME", summary: "Judge as of this time; only with --offline.",
            into: \.time
        ) { text throws(InvalidValue) in try Moment(text) },
        .flag(
            "stream", summary: "Answer one JSON line for each line of standard input.",
            into: \.isStream),
        .flag(
            "explain", summary: "Show what each check found and wanted, and each key.",
            into: \.explains),
        .group(KeyOptions.group, at: \.keys),
        .group(GlobalOptions.group(formats: OutputFormat.common + [.introspection]), at: \.global),
    ]
}

let verifyCommand = Command(
    name: "verify", summary: "Judge a token: signature, claims and revocation.",
    discussion: [
        """
        Gives one verdict. The signature comes first: after a malformed token or a bad signature \
        nothing else is judged and Redis is not asked. Then every check of claims and state that \
        fails is reported, and the status is that of the first kind that failed. If all else holds \
        and Redis cannot be asked, the status is 8, never 0.
        """,
        """
        RFC 7519 wants strings for iss, sub, aud and jti. Libraries in wide use write null for a \
        name that a token does not have (devise-jwt), or a user's number as sub (NestJS, \
        tymon/jwt-auth 1), and their services accept these tokens. So null counts as absent, and a \
        whole number under sub or jti counts by its decimal text, with a warning: for the verdict, \
        for cutoffs, lists and revocation alike. Other types fail, and so do numbers that services \
        render differently: 7.0, 1e2, -0 and those from 2^53 on. --strict accepts the RFC's types \
        only; where an option or a profile demands the claim, its type has to be right too. Up to \
        0.1.0 all of these tokens failed with status 5.
        """,
        """
        With --stream, each line of standard input is a token, and each is answered by one line of \
        JSON, in order and at once: for a gateway or a log pipeline. The status is then 0 if each \
        line got a known verdict, else 8.
        """,
        """
        --explain answers "why?": for each check what the token holds and what was wanted, for each \
        key whether it was tried and why it did not fit, which keys of Redis were asked and what \
        they said, and also what nobody asked for and so was not looked at.
        """,
        """
        -o introspection prints a response of RFC 7662: {"active":false} and nothing else for a \
        token that is not active, or whose state is unknown (the status tells, 8); for an active \
        one its claims. It needs Redis.
        """,
    ],
    defaults: VerifyOptions(), options: VerifyOptions.options,
    operands: [
        .raw("TOKEN", .optional, summary: "The token, @FILE, or - for standard input.") {
            options, bytes throws(InvalidValue) in options.token = bytes
        }
    ],
    examples: [
        Example(
            command: "jwtctl verify --key public.pem \"$TOKEN\"",
            summary: "Signature, claims and revocation."),
        Example(
            command: "jwtctl verify --secret secret.txt --aud api --offline \"$TOKEN\"",
            summary: "Without Redis, for one audience."),
        Example(
            command: "jwtctl verify --key public.pem --aud api --explain \"$TOKEN\"",
            summary: "Why is it refused, or accepted?"),
        Example(
            command: "jwtctl verify --key public.pem -o introspection \"$TOKEN\"",
            summary: "As an OAuth introspection endpoint would answer."),
        Example(
            command: "jwtctl verify --key public.pem --stream < tokens.txt",
            summary: "One line of JSON for each token."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .revoked, .notListed, .unknown),
    environment: KeyOptions.environment + Session.environment,
    seeAlso: ["decode", "status", "revoke", "exit-status", "keys"],
    check: { options throws(UsageError) in
        if options.time != nil, !options.isOffline {
            throw .other("'--at' needs '--offline': Redis only knows the present")
        }
        if options.isStream, options.token != nil {
            throw .other("'--stream' reads standard input and takes no operand")
        }
        try checkOutput(options)
    }, run: runVerify)

/// Combinations of which one part would silently be ignored.
private func checkOutput(_ options: VerifyOptions) throws(UsageError) {
    if options.global.format == .introspection, options.isOffline {
        throw .other(
            "'-o introspection' needs Redis: without it nobody knows whether a token is active")
    }
    if options.explains, options.global.format == .introspection {
        throw .conflicting("--explain", "-o introspection")
    }
    guard options.isStream else { return }
    if options.explains { throw .conflicting("--stream", "--explain") }
    if options.global.field != nil { throw .conflicting("--stream", "--field") }
    if [.csv, .id].contains(options.global.format) {
        throw .other("'--stream' answers lines of JSON, not '\(options.global.format.rawValue)'")
    }
}
