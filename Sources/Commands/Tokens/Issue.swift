internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import OpenSSL
internal import Platform
internal import TokenStore

/// The options of `issue`: what the token says, who signs it, and whether it is recorded.
struct IssueOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    /// The claim `iss`; nil leaves it to `--claims` and `--claim`.
    var issuer: String?
    /// The claim `sub`, on whose list the token is recorded.
    var subject: String?
    /// The claim `aud`: one is written as a string, several as an array.
    var audiences: [String] = []
    /// The claim `exp`. Relative times count from the moment of signing.
    var expiry: Moment?
    /// The seconds between `iat` and `exp`; not together with `expiry`.
    var lifetime: Int64?
    /// The claim `nbf`.
    var notBefore: Moment?
    /// The claim `iat`; nil is the moment of signing.
    var issuedAt: Moment?
    /// Whether the token has no `iat`. Under a cutoff, such a token is rejected.
    var omitsIssuedAt = false
    /// The claim `jti`; nil makes a random one of 128 bits for each token.
    var id: String?
    /// The media type in the header; nil leaves the choice to `--header` and the signer.
    var type: String?
    /// Further claims, in the order given.
    var claims: [NamedValue] = []
    /// An object with further claims.
    var claimsFile: Source?
    /// Further members of the header, in the order given; never `alg`, which the key decides.
    var headers: [NamedValue] = []
    /// The label in the token list, such as a device.
    var label: String?
    /// Whether the token is recorded in Redis. If not, Redis is not needed at all.
    var isRecorded = true
    /// The name for the audit log; nil for that of the settings or the login name.
    var actor: String?
    /// The number of tokens; nil is one, which is reported as a single result.
    var count: Int?

    /// The options in the order in which help, manual and completions show them.
    static let options: [Option<IssueOptions>] = [
        .text("sub", metavar: "USER", summary: "Subject (the user).", into: \.subject)
            .completing(.dynamic("users")),
        .text("iss", metavar: "ISSUER", summary: "Issuer.", into: \.issuer),
        .repeated("aud", metavar: "AUDIENCE", summary: "Audience.", into: \.audiences),
        .duration("expires-in", summary: "Lifetime.", into: \.lifetime).showingDefault("1h"),
        .moment("exp", summary: "Expiry time.", into: \.expiry),
        .moment("nbf", summary: "Time from which it is valid.", into: \.notBefore),
        .moment("iat", summary: "Issue time.", into: \.issuedAt).showingDefault("now"),
        .flag("no-iat", summary: "Omit the iat claim.", into: \.omitsIssuedAt),
        .text("jti", metavar: "ID", summary: "Token id (default: 128 random bits).", into: \.id),
        .repeated(
            "claim", metavar: "NAME=TEXT",
            summary: "Claim; NAME:=JSON if it is not a string.",
            into: \.claims
        ) { text throws(InvalidValue) in try NamedValue(text) },
        .source(
            "claims", summary: "JSON object of claims, from a file or - for stdin.",
            into: \.claimsFile),
        .repeated(
            "header", metavar: "NAME=TEXT",
            summary: "Header member; NAME:=JSON if it is not a string.",
            into: \.headers
        ) { text throws(InvalidValue) in try NamedValue(text) },
        .text("typ", metavar: "TYPE", summary: "Media type (typ).", into: \.type)
            .showingDefault("JWT"),
        .text("label", metavar: "TEXT", summary: "Label shown in 'list tokens'.", into: \.label),
        .value(
            "count", metavar: "N", summary: "Issue N tokens, each with its own id.",
            into: \.count
        ) { text throws(InvalidValue) in
            Int(
                try Count.parse(
                    text, in: 1...Int64.max, expected: "a number of tokens; write 100"))
        },
        .flag(
            "record", negatable: true, summary: "Record it in the user's token list in Redis.",
            into: \.isRecorded),
        .text("actor", metavar: "NAME", summary: "Name recorded in the audit log.", into: \.actor)
            .hidden(),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ]
}

/// A claim or a header member from the command line: `NAME=TEXT`, always a string, or `NAME:=JSON`.
struct NamedValue: Equatable, Sendable {
    let name: JSONString
    let value: JSONValue

    /// Splits at the first `=`, so a text may have more of them. A colon before it asks for JSON: a
    /// number or a list is never guessed from a text that only looks like one.
    init(_ text: String) throws(InvalidValue) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")), equals != text.startIndex
        else { throw .expected("a claim; write name=text or name:=JSON") }
        let rest = text[text.utf8.index(after: equals)...]
        let head = text[..<equals]
        guard head.utf8.last == UInt8(ascii: ":") else {
            name = JSONString(String(head))
            value = .string(String(rest))
            return
        }
        name = JSONString(String(head.unicodeScalars.dropLast()))
        do throws(JSONError) {
            value = try JSONParser.parse(Array(rest.utf8))
        } catch {
            throw .message(
                "the value of '\(VisibleText.escape(name.text, columns: 40))' is not JSON: \(error)"
            )
        }
        guard !name.isEmpty else { throw .expected("a claim; write name=text or name:=JSON") }
    }
}

/// `issue`: signs tokens, and records them where `logout-all` will find them.
let issueCommand = Command(
    name: "issue", summary: "Sign a token and record it.",
    discussion: [
        """
        Signs a token, records it in the user's token list in Redis and prints only the token to \
        standard output. On a terminal, a line on standard error shows how to revoke it.
        """,
        """
        A token whose iat is not after the cutoff would be rejected immediately: after a \
        logout-all in the same second, issue waits for the next second. An id is never used twice.
        """,
        """
        Registered claims come first, then the others in the order given. The same options with \
        the same --jti, --iat and --exp therefore produce the same bytes, except with ES* and PS*, \
        whose signatures are random. Give each claim once: by its own option, with --claim or in \
        --claims. Several --aud become an array. issue never makes a token that verify would call \
        malformed.
        """,
        """
        --typ at+jwt makes an RFC 9068 access token, which must have iss, exp, aud, sub, \
        client_id, iat and jti; if one is missing, issue fails.
        """,
        """
        --count N prints N tokens, one per line, as they are made: an array with --json, one \
        object per line with -o jsonl. Tokens are recorded in batches, and each is printed once it \
        is recorded. If the run is interrupted, a message on standard error says how many tokens \
        were printed and how many more may be recorded.
        """,
    ],
    defaults: IssueOptions(), options: IssueOptions.options,
    examples: [
        Example(
            command: "jwtctl issue --sub alice --secret secret.txt",
            summary: "Issue a one-hour token for alice."),
        Example(
            command:
                "jwtctl issue --sub alice --aud api --expires-in 30d --claim role=admin",
            summary: "Thirty days, one audience, an extra claim."),
        Example(
            command: "jwtctl issue --no-record --sub ci | jwtctl decode --field payload",
            summary: "See the claims that every token gets.",
            output: [
                #"{"sub":"ci","iat":1796059315,"exp":1796062915,"jti":"txWqMCg7kBmqn1A-toHC5Q"}"#
            ]),
        Example(
            command: "jwtctl issue --no-record --claim level:=3 --secret env:JWT_SECRET",
            summary: "Sign without Redis."),
        Example(
            command: "jwtctl issue --typ at+jwt --iss https://auth.example.com --aud api "
                + "--sub alice --claim client_id=web --claim scope=\"read write\" --key private.pem",
            summary: "An OAuth access token (RFC 9068)."),
        Example(
            command: "jwtctl issue --sub load-test --count 1000 --no-record > tokens.txt",
            summary: "A thousand tokens for a test, one per line."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .badSignature, .revoked, .unknown, .refused),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["verify", "revoke", "list", "keys"],
    check: { options throws(UsageError) in
        if options.expiry != nil, options.lifetime != nil {
            throw .conflicting("--exp", "--expires-in")
        }
        if options.issuedAt != nil, options.omitsIssuedAt {
            throw .conflicting("--iat", "--no-iat")
        }
        if options.label != nil, !options.isRecorded {
            throw .conflicting("--label", "--no-record")
        }
        if options.id != nil, let count = options.count, count > 1 {
            throw .conflicting("--jti", "--count")
        }
    }, run: runIssue)

/// Makes one token or many. Key, claims and Redis are checked before the first is signed: what can
/// be refused is refused before anything exists that could be used.
func runIssue(_ options: IssueOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .changes)
    let keys = try options.keys.require(console)
    let signer = try options.keys.signer(keys, hint: "give the key to sign with")
    let backend = options.isRecorded ? try Backend(console, actor: options.actor) : nil
    let minter = TokenMinter(
        draft: try TokenDraft(options, system: system), signer: signer, label: options.label,
        naming: backend?.layout.naming ?? Naming())
    try backend?.require(.record)
    if options.isRecorded { try requireUser(minter, now: system.clock.seconds) }
    try minter.validate(now: system.clock.seconds)
    try backend?.requirePrimary(comparingClocks: console)
    if let count = options.count {
        var series = TokenSeries(minter: minter, backend: backend, console: console, total: count)
        return try series.issue()
    }
    return try issueOne(minter, backend, console)
}

/// A token without a user cannot be recorded. Layouts may find the user in another claim than `sub`.
private func requireUser(_ minter: TokenMinter, now: Int64) throws {
    let isKnown =
        try minter.naming.isStandard
        ? minter.draft.user != nil : minter.mint(now: now).facts.user != nil
    guard !isKnown else { return }
    let claims = minter.naming.userClaims
    throw Failure(
        .usage, "usage",
        claims.contains("sub")
            ? "missing option '--sub'" : "missing option '--claim \(claims.first ?? "sub")=USER'",
        hint: "--no-record signs a token without recording it")
}

/// Issues one token. It is signed, then recorded, then printed: a token that is not recorded is
/// never printed.
private func issueOne(
    _ minter: TokenMinter, _ backend: Backend?, _ console: Console
) throws -> ExitStatus {
    let system = console.system
    let minted = try minter.issue(in: backend, system.clock)
    let list = TokenSeries.writer(console, of: .one, isRecorded: backend != nil)
    try list.append(minted)
    try list.finishOnly()
    if system.diagnostics.isTerminal {
        try system.output.flush()
        try console.note("revoke with: \(minted.facts.revokeCommand(isRecorded: backend != nil))")
    }
    return .success
}
