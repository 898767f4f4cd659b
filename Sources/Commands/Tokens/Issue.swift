internal import CommandKit
internal import JOSE
internal import JSON
internal import OpenSSL
internal import Platform
internal import TokenStore

/// `issue`: sign, record, print.
func runIssue(_ options: IssueOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let keys = try options.keys.require(system: system) { try console.note($0) }
    guard let key = keys.keys.first, keys.keys.count == 1 else {
        throw Failure(
            .failure, "key", "the set has \(keys.keys.count) keys",
            hint: "give the one to sign with")
    }
    let signer = try Signer(
        key: key, algorithm: options.keys.algorithm, allowWeak: options.keys.allowsWeakKey)
    let session = options.isRecorded ? try Session(console, actor: options.actor) : nil
    let draft = try TokenDraft(options, system: system)
    let header = try draft.header()
    if draft.user == nil, options.isRecorded {
        throw Failure(
            .usage, "usage", "missing option '--sub'",
            hint: "--no-record signs a token that belongs to nobody's list")
    }

    var now = system.clock.seconds
    var claims = try draft.claims(now: now)
    var facts = try TokenFacts(draft: claims)
    // Signed before it is recorded: a list must not name a token that was never made.
    var token = try signer.sign(header: header, claims: claims)
    if let session {
        try session.requirePrimary()
        var waits = 0
        while let cutoff = try draft.record(facts, in: session.store, label: options.label) {
            // The login came in the very second of a logout: the next second is alive.
            guard options.issuedAt == nil, !options.omitsIssuedAt, waits < 3 else {
                throw Failure(
                    .revoked, Reason.cutOff.rawValue,
                    "the token would be dead at birth: a cutoff stands at \(TimeText.rfc3339(cutoff))",
                    hint: options.issuedAt == nil
                        ? "is this machine's clock right?" : "give a later --iat")
            }
            waits += 1
            let start = now
            while system.clock.seconds == start { pause(milliseconds: 20) }
            now = system.clock.seconds
            claims = try draft.claims(now: now)
            facts = try TokenFacts(draft: claims)
            token = try signer.sign(header: header, claims: claims)
        }
    }

    let text = String(decoding: token, as: UTF8.self)
    try console.result(
        [
            "token": .string(text), "id": .string(facts.id.description),
            "sub": facts.user.map { .string($0.description) } ?? .null,
            "iat": facts.issuedAt.map { .integer($0) } ?? .null,
            "exp": facts.expiry.seconds.map { .integer($0) } ?? .null,
            "recorded": .bool(session != nil),
        ], id: facts.id.description
    ) { text + "\n" }
    if system.diagnostics.isTerminal {
        try system.output.flush()
        try console.note("revoke with: \(facts.revokeCommand(isRecorded: session != nil))")
    }
    return .success
}

/// The claims and header that a command line asks for.
private struct TokenDraft {
    private let options: IssueOptions
    private let given: JSONObject
    private let id: String

    init(_ options: IssueOptions, system: System) throws {
        self.options = options
        given = try Self.givenClaims(options, system)
        let claimed = given["jti"]
        if claimed != nil, options.id != nil { throw Self.isGivenTwice("jti") }
        if let claimed, claimed.stringValue == nil {
            throw Failure(.usage, "usage", "the claim 'jti' is not a string")
        }
        id = try options.id ?? claimed?.stringValue?.text ?? Self.randomID()
    }

    var user: JSONString? {
        options.subject.map { JSONString($0) } ?? given["sub"]?.stringValue
    }

    /// 128 random bits in base64url, never with a dash in front: ids are pasted as operands.
    private static func randomID() throws -> String {
        while true {
            let id = Base64URL.encode(try randomBytes(16))
            if id.first != UInt8(ascii: "-") { return String(decoding: id, as: UTF8.self) }
        }
    }

    private static func givenClaims(
        _ options: IssueOptions, _ system: System
    ) throws -> JSONObject {
        var claims = JSONObject()
        if let source = options.claimsFile {
            let content = try unsafe source.read(limit: 192 * 1024, system: system)
                .withBytes { unsafe Array($0) }
            let value: JSONValue
            do throws(JSONError) {
                value = try JSONParser.parse(content)
            } catch {
                throw Failure(.failure, "claims", "\(source.title) is not JSON: \(error)")
            }
            guard let object = value.objectValue else {
                throw Failure(.failure, "claims", "\(source.title) is no JSON object")
            }
            claims = object
        }
        for claim in options.claims {
            guard claims[claim.name] == nil || options.claimsFile != nil else {
                throw Failure(
                    .usage, "usage",
                    "the claim '\(VisibleText.escape(claim.name.text))' is given more than once")
            }
            claims.set(claim.name, claim.value)
        }
        return claims
    }

    /// Registered claims first, each from its own option, else from the claims that were given.
    func claims(now: Int64) throws -> JSONObject {
        var claims = JSONObject()
        func put(_ name: JSONString, _ value: JSONValue?) throws {
            if value != nil, given[name] != nil { throw Self.isGivenTwice(name) }
            if let value = value ?? given[name] { claims.set(name, value) }
        }
        try put("iss", options.issuer.map { .string($0) })
        try put("sub", options.subject.map { .string($0) })
        try put("aud", audience)
        let issuedAt = options.issuedAt?.seconds(now: now) ?? now
        try put(
            "iat",
            options.omitsIssuedAt || (given["iat"] != nil && options.issuedAt == nil)
                ? nil : .integer(issuedAt))
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
            .usage, "usage", "the claim '\(name)' is given twice",
            hint: "use either its own option or --claim")
    }

    private var audience: JSONValue? {
        switch options.audiences.count {
        case 0: nil
        case 1: .string(options.audiences[0])
        default: .array(options.audiences.map { .string($0) })
        }
    }

    func header() throws -> JSONObject {
        var header = JSONObject()
        if let type = options.type { header.set("typ", .string(type)) }
        for member in options.headers {
            guard header[member.name] == nil, member.name != "alg" else {
                throw Failure(
                    .usage, "usage",
                    "the header '\(VisibleText.escape(member.name.text))' has its own option")
            }
            header.set(member.name, member.value)
        }
        return header
    }

    /// Puts the token on its user's list; nil once it is there, else the cutoff that it does not
    /// pass.
    func record(
        _ facts: TokenFacts, in store: TokenStore, label: String?
    ) throws -> Int64? {
        guard let user = facts.user else { return nil }
        let record = TokenRecord(
            id: facts.id, user: user, issuedAt: facts.issuedAt, expiry: facts.expiry, label: label)
        switch try store.record(record) {
        case .recorded: return nil
        case .cutOff(let cutoff): return cutoff
        case .alreadyRecorded:
            throw Failure(
                .refused, "already_recorded",
                "the id '\(VisibleText.escape(id))' is already in use",
                hint: "an id is never given twice; leave --jti out for a random one")
        case .alreadyRevoked:
            throw Failure(
                .refused, "already_revoked", "the id '\(VisibleText.escape(id))' is revoked",
                hint: "an id is never given twice; leave --jti out for a random one")
        case .expired:
            throw Failure(
                .refused, "expired", "the token would have expired by Redis' clock",
                hint: "--no-record signs it all the same")
        }
    }
}
