internal import CommandKit
internal import JOSE
internal import JSON

struct IssueOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var issuer: String?
    var subject: String?
    var audiences: [String] = []
    var expiry: Moment?
    var lifetime: Int64?
    var notBefore: Moment?
    var issuedAt: Moment?
    var omitsIssuedAt = false
    var id: String?
    var type: String?
    var claims: [NamedValue] = []
    var claimsFile: Source?
    var headers: [NamedValue] = []
    var label: String?
    var isRecorded = true
    var actor: String?
    var count: Int?

    static let options: [Option<IssueOptions>] = [
        .text("sub", metavar: "USER", summary: "Whose token it is.", into: \.subject)
            .completing(.dynamic("users")),
        .text("iss", metavar: "ISSUER", summary: "Who issues it.", into: \.issuer),
        .repeated("aud", metavar: "AUDIENCE", summary: "For whom it is.", into: \.audiences),
        .value(
            "expires-in", metavar: "DURATION", summary: "How long it lives.", into: \.lifetime
        ) { text throws(InvalidValue) in try Duration.seconds(text) }.showingDefault("1h"),
        .value("exp", metavar: "TIME", summary: "When it expires.", into: \.expiry) {
            text throws(InvalidValue) in try Moment(text)
        },
        .value("nbf", metavar: "TIME", summary: "From when it is valid.", into: \.notBefore) {
            text throws(InvalidValue) in try Moment(text)
        },
        .value("iat", metavar: "TIME", summary: "When it was issued.", into: \.issuedAt) {
            text throws(InvalidValue) in try Moment(text)
        }.showingDefault("now"),
        .flag("no-iat", summary: "Leave the claim iat out.", into: \.omitsIssuedAt),
        .text("jti", metavar: "ID", summary: "Its id; 128 random bits by default.", into: \.id),
        .repeated(
            "claim", metavar: "NAME=TEXT",
            summary: "A claim; NAME:=JSON for one that is no string.",
            into: \.claims
        ) { text throws(InvalidValue) in try NamedValue(text) },
        .raw(
            "claims", metavar: "SOURCE",
            summary: "An object of claims, from a file or - for stdin.",
            into: \.claimsFile
        ) { bytes throws(InvalidValue) in try Source(bytes) }.completing(.file),
        .repeated(
            "header", metavar: "NAME=TEXT", summary: "A header member; NAME:=JSON if no string.",
            into: \.headers
        ) { text throws(InvalidValue) in try NamedValue(text) },
        .text("typ", metavar: "TYPE", summary: "Its media type.", into: \.type)
            .showingDefault("JWT"),
        .text("label", metavar: "TEXT", summary: "What the user's list calls it.", into: \.label),
        .value(
            "count", metavar: "N", summary: "Make N tokens, each with an id of its own.",
            into: \.count
        ) { text throws(InvalidValue) in try Self.count(text) },
        .flag(
            "record", negatable: true, summary: "Put it on the user's list in Redis.",
            into: \.isRecorded),
        .text("actor", metavar: "NAME", summary: "Who issues it, for the trail.", into: \.actor)
            .hidden(),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ]

    /// A whole number from one on, in digits alone: `Int` would read a sign too.
    private static func count(_ text: String) throws(InvalidValue) -> Int {
        guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let count = Int(text), count > 0
        else { throw .expected("a number of tokens; write 100") }
        return count
    }
}

/// `NAME=TEXT`, always a string, or `NAME:=JSON`.
struct NamedValue: Equatable, Sendable {
    let name: JSONString
    let value: JSONValue

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

let issueCommand = Command(
    name: "issue", summary: "Sign a token and record it.",
    discussion: [
        """
        Signs a token, puts it on its user's list in Redis and prints the token alone on standard \
        output. On a terminal a line on standard error tells how to revoke it.
        """,
        """
        A token whose iat does not pass a cutoff would be dead at birth: after a logout-all within \
        the same second, issue waits for the next second. An id is never given twice.
        """,
        """
        Registered claims come first, then the others as they were given, so that the same options \
        with the same --jti, --iat and --exp make the same bytes with every algorithm but ES* and \
        PS*, whose signatures are random. A claim is given once: by its own option, by --claim or \
        in --claims. Several --aud become an array. No token is made that verify would call \
        malformed.
        """,
        """
        --typ at+jwt makes an access token of RFC 9068, which must have iss, exp, aud, sub, \
        client_id, iat and jti; issue refuses to leave one out.
        """,
        """
        --count N prints N tokens, one a line, as they are made: an array with --json, an object a \
        line with -o jsonl. They are recorded in batches; a token is printed once it is recorded. \
        If the run breaks off, a message on standard error says how many were printed and how many \
        more may stand on the list.
        """,
    ],
    defaults: IssueOptions(), options: IssueOptions.options,
    examples: [
        Example(
            command: "jwtctl issue --sub alice --secret secret.txt",
            summary: "A token of one hour for alice."),
        Example(
            command:
                "jwtctl issue --sub alice --aud api --expires-in 30d --claim role=admin --key private.pem",
            summary: "Thirty days, for one audience, with a claim."),
        Example(
            command: "jwtctl issue --no-record --claim level:=3 --secret env:JWT_SECRET",
            summary: "Sign without Redis."),
        Example(
            command: "jwtctl issue --typ at+jwt --iss https://auth.example.com --aud api "
                + "--sub alice --claim client_id=web --claim scope=\"read write\" --key private.pem",
            summary: "An OAuth access token (RFC 9068)."),
        Example(
            command: "jwtctl issue --sub load-test --count 1000 --no-record > tokens.txt",
            summary: "A thousand tokens for a test, one a line."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .badSignature, .revoked, .unknown, .refused),
    environment: KeyOptions.environment + Session.environment,
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
