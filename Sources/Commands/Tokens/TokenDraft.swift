internal import CommandKit
internal import JOSE
internal import JSON
internal import OpenSSL
internal import Platform

/// The header and claims that the options of `issue` ask for: the common part of all tokens of a
/// run. `TokenMinter` signs tokens of it.
struct TokenDraft {
    /// The header without `alg`, which the signer adds.
    let header: JSONObject
    private let options: IssueOptions
    /// The claims of `--claims` and `--claim`; no name occurs twice.
    private let given: JSONObject
    /// The `jti` that the user chose; nil for a random one in each token.
    let fixedID: String?

    /// Reads the claims and checks that nothing is given twice. The draft of an access token must
    /// have the claims that its profile requires. Mistakes are usage errors (status 2).
    init(_ options: IssueOptions, system: System) throws {
        self.options = options
        header = try Self.header(options)
        given = try Self.givenClaims(options, system)
        let claimed = given["jti"]
        if claimed != nil, options.id != nil { throw Self.isGivenTwice("jti") }
        if let claimed, claimed.stringValue == nil {
            throw Failure(.usage, "usage", "the claim 'jti' is not a string")
        }
        fixedID = options.id ?? claimed?.stringValue?.text
        if fixedID != nil, let count = options.count, count > 1 {
            throw Failure(
                .usage, "usage", "\(count) tokens cannot share one jti",
                hint: "omit it: each token gets 128 random bits")
        }
        if options.omitsIssuedAt, given["iat"] != nil {
            throw UsageError.conflicting("--no-iat", "--claim iat")
        }
        try AccessTokenProfile.require(header: header, claims: claims(now: 0, id: ""))
    }

    /// The user of the tokens; nil if they name none.
    var user: JSONString? {
        options.subject.map { JSONString($0) } ?? given["sub"]?.stringValue
    }

    /// Whether `iat` is the time of signing.
    var isIssuedNow: Bool {
        options.issuedAt == nil && given["iat"] == nil && !options.omitsIssuedAt
    }

    /// 128 random bits in base64url. An id never begins with a dash, because it would be read as an
    /// option on a command line, and has nothing in it that could be taken for the beginning of a
    /// token.
    static func randomID() throws -> String {
        while true {
            let id = Base64URL.encode(try randomBytes(16))
            if id.first != UInt8(ascii: "-"), !TokenScanner.mayHoldToken(id[...]) {
                return String(decoding: id, as: UTF8.self)
            }
        }
    }

    /// The claims of the file, followed by those of the options.
    private static func givenClaims(
        _ options: IssueOptions, _ system: System
    ) throws -> JSONObject {
        var claims = try options.claimsFile.map { try read($0, system) } ?? JSONObject()
        for claim in options.claims {
            guard claims[claim.name] == nil else { throw isGivenTwice(claim.name) }
            claims.set(claim.name, claim.value)
        }
        return claims
    }

    /// The largest file of claims, in bytes: what fits into a token.
    private static let claimsLimit = 192 * 1024

    /// The object in the file of `--claims`. Syntax errors are reported with line and column.
    private static func read(_ source: Source, _ system: System) throws -> JSONObject {
        let role = SourceRole("claims", option: "--claims")
        let content = try unsafe source.read(role, limit: claimsLimit, system: system)
            .withBytes { unsafe Array($0) }
        guard !content.isEmpty else { throw source.emptiness(role.what) }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(content)
        } catch {
            let place = error.position(in: content)
            throw Failure(
                .failure, "claims",
                "\(source.title) is not JSON: \(error), line \(place.line), column \(place.column)")
        }
        guard let object = value.objectValue else {
            throw Failure(.failure, "claims", "\(source.title) is not a JSON object")
        }
        return object
    }

    /// The claims of one token, with `now` in unix seconds.
    ///
    /// Registered claims come first, each from its own option or else from the given claims, then
    /// the others as they were given. The order does not depend on the order of the options.
    /// Without an option, a token expires after an hour.
    func claims(now: Int64, id: String) throws -> JSONObject {
        var claims = JSONObject()
        func put(_ name: JSONString, _ value: JSONValue?) throws {
            if value != nil, given[name] != nil { throw Self.isGivenTwice(name) }
            if let value = value ?? given[name] { claims.set(name, value) }
        }
        try put("iss", options.issuer.map { .string($0) })
        try put("sub", options.subject.map { .string($0) })
        try put("aud", audience)
        let issuedAt = options.issuedAt?.seconds(now: now)
        try put("iat", issuedAt.map { .integer($0) } ?? (isIssuedNow ? .integer(now) : nil))
        try put("nbf", options.notBefore.map { .integer($0.seconds(now: now)) })
        let end = options.expiry?.seconds(now: now) ?? now + (options.lifetime ?? 3600)
        let isExpiryGiven = options.expiry != nil || options.lifetime != nil
        try put("exp", given["exp"] != nil && !isExpiryGiven ? nil : .integer(end))
        claims.set("jti", .string(id))
        for member in given.members where claims[member.name] == nil {
            claims.set(member.name, member.value)
        }
        return claims
    }

    /// The error about a claim that is given by two options, of which one would be ignored.
    private static func isGivenTwice(_ name: JSONString) -> Failure {
        Failure(
            .usage, "usage", "the claim '\(VisibleText.escape(name.text))' is given twice",
            hint: "give it once: by its own option, by --claim, or in --claims")
    }

    /// One audience is a string, several are an array (RFC 7519 section 4.1.3).
    private var audience: JSONValue? {
        switch options.audiences.count {
        case 0: nil
        case 1: .string(options.audiences[0])
        default: .array(options.audiences.map { .string($0) })
        }
    }

    /// The header without `alg`, which the key and `--alg` decide.
    private static func header(_ options: IssueOptions) throws -> JSONObject {
        var header = JSONObject()
        if let type = options.type { header.set("typ", .string(type)) }
        for member in options.headers {
            let name = VisibleText.escape(member.name.text)
            guard member.name != "alg" else {
                throw Failure(.usage, "usage", "set the header 'alg' with its own option, --alg")
            }
            guard header[member.name] == nil else {
                throw Failure(.usage, "usage", "the header '\(name)' is given twice")
            }
            header.set(member.name, member.value)
        }
        return header
    }
}

/// The requirements of RFC 9068 for a JWT whose `typ` says that it is an access token.
enum AccessTokenProfile {
    /// The claims that section 2.2 requires, each with the option that supplies it.
    private static let required: [(name: JSONString, remedy: String)] = [
        ("iss", "--iss ISSUER"), ("exp", "--expires-in DURATION"), ("aud", "--aud AUDIENCE"),
        ("sub", "--sub USER"), ("client_id", "--claim client_id=ID"),
        ("iat", "--iat TIME instead of --no-iat"), ("jti", "--jti ID"),
    ]

    /// Refuses to make an access token that resource servers must reject. A token of another type,
    /// or without a type, passes.
    static func require(header: JSONObject, claims: JSONObject) throws {
        // Media types are compared as such: `AT+JWT` and `application/at+jwt` are the same one.
        guard let type = header["typ"]?.stringValue, MediaType(type) == MediaType("at+jwt") else {
            return
        }
        let missing = required.filter { claims[$0.name] == nil }
        if !missing.isEmpty {
            throw Failure(
                .usage, Reason.missingClaim.rawValue,
                "an access token (at+jwt) must have \(list(missing.map(\.name.text))) "
                    + "(RFC 9068 section 2.2)",
                hint: "give " + missing.map(\.remedy).joined(separator: ", "))
        }
        if claims["client_id"]?.stringValue == nil {
            throw Failure(
                .usage, Reason.invalidClaim.rawValue, "the claim 'client_id' is not a string")
        }
    }

    /// The names as a phrase, such as `iss, aud and client_id`.
    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
