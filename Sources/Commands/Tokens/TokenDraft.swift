internal import CommandKit
internal import JOSE
internal import JSON
internal import OpenSSL
internal import Platform

/// The claims and header that a command line asks for: what is common to all tokens of a run.
struct TokenDraft {
    let header: JSONObject
    private let options: IssueOptions
    private let given: JSONObject
    private let fixedID: String?

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

    /// Whose token it is.
    var user: JSONString? {
        options.subject.map { JSONString($0) } ?? given["sub"]?.stringValue
    }

    /// Whether the time of issue is the moment of signing.
    var isIssuedNow: Bool {
        options.issuedAt == nil && given["iat"] == nil && !options.omitsIssuedAt
    }

    /// The id that was asked for, else 128 random bits in base64url.
    func newID() throws -> String {
        try fixedID ?? Self.randomID()
    }

    /// 128 random bits, never with a dash in front, which would make an operand an option, and never
    /// with the beginning of a token.
    static func randomID() throws -> String {
        while true {
            let id = Base64URL.encode(try randomBytes(16))
            if id.first != UInt8(ascii: "-"), !id.starts(with: "eyJ".utf8) {
                return String(decoding: id, as: UTF8.self)
            }
        }
    }

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

    /// The largest file of claims: what fits into a token.
    private static let claimsLimit = 192 * 1024

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

    /// Registered claims first, each from its own option, else from the claims that were given;
    /// then the others as they were given. The order never depends on the order of options.
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
