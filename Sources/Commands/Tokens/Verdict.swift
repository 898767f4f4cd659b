internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import TokenStore

/// The verdict on one token: signature, claims and state.
///
/// After a malformed token or a bad signature nothing else is judged. An unknown state is never
/// valid.
struct Verdict {
    private let examined: ExaminedToken
    /// Redis' answer about the state.
    private let answer: StateAnswer
    /// The moment by which the claims were judged, in unix seconds with a fraction.
    private let instant: Double
    /// The checks in the order of the report: form or signature, claims, state.
    let checks: [Check]
    /// The checks of the claims with the values that they compared, also those that no option
    /// required; empty unless `--explain` asks for them.
    let explainedClaims: [ExplainedCheck]

    /// Judges the claims of a token whose signature is good by `policy`, and its state by `answer`.
    init(_ examined: ExaminedToken, _ answer: StateAnswer, by policy: ClaimsPolicy) {
        self.examined = examined
        self.answer = answer
        instant = policy.now
        guard examined.isVerified, let token = examined.token, let claims = examined.claims else {
            let skipped = examined.token == nil ? ["signature", "claims"] : ["claims"]
            checks = [examined.check] + skipped.map { Check($0, .notJudged) } + answer.checks
            explainedClaims = []
            return
        }
        var checks = policy.checks(after: examined.check, header: token.header, claims: claims)
        explainedClaims =
            examined.trials == nil
            ? []
            : policy.explain(checks.dropFirst(), header: token.header, claims: claims.object)
        // The policy may accept a claim that is no id, but Redis cannot be asked about it.
        if let check = examined.badIdentifier,
            !checks.contains(where: { $0.reason == .invalidClaim })
        {
            checks.append(check)
        }
        checks += answer.checks
        self.checks = checks
    }

    /// The token; nil for text that is no token.
    var token: CompactToken? { examined.token }
    /// The claims; nil for text that is no token.
    var claims: RegisteredClaims? { examined.claims }
    /// The result of each key; empty unless `--explain` asks for it.
    var trials: [KeyTrial] { examined.trials ?? [] }
    /// The moment by which the claims were judged, in whole unix seconds.
    var now: Int64 { Int64(instant) }

    /// Redis' clock when it was asked, in unix seconds.
    var stateTime: Int64? { answer.time }

    /// The state that Redis gave; nil if it was not asked, or could not be.
    var report: StateReport? { answer.report }

    /// The question that Redis answered.
    var query: StateQuery? { report == nil ? nil : examined.facts?.query }

    /// Whether Redis is not asked at all.
    var isOffline: Bool {
        if case .offline = answer { return true }
        return false
    }

    /// Claims that were accepted although they do not have the type that RFC 7519 requires.
    var departures: [Departure] {
        (claims?.departures ?? []).filter { departure in
            checks.contains { $0.name == departure.claim && $0.result == .passed }
        }
    }

    /// Whether signature and claims are good, whatever the state.
    var isValid: Bool {
        !checks.contains { check in
            guard let reason = check.reason else { return false }
            return Self.status(reason).rawValue <= ExitStatus.claims.rawValue
        } && token != nil
    }

    /// Whether the token is accepted, given the reason that decides; nil if the state was not asked,
    /// or could not be. The caller finds the reason, which costs a walk over the checks.
    private func isActive(_ reason: Reason?) -> Bool? {
        guard let reason else { return isOffline ? nil : true }
        return reason == .unknown ? nil : false
    }

    /// The check that decides: the one with the lowest status; nil if none failed.
    var decisive: Check? {
        guard let reason = decisiveReason else { return nil }
        return checks.first { $0.reason == reason }
    }

    /// The first of the reasons with the lowest status; nil if no check failed.
    var decisiveReason: Reason? {
        var decisive: Reason?
        // By index: copying each check costs measurable time in `verify --stream`.
        for index in checks.indices {
            guard case .failed(let reason) = checks[index].result else { continue }
            let isLower = decisive.map { Self.status(reason).rawValue < Self.status($0).rawValue }
            if isLower ?? true { decisive = reason }
        }
        return decisive
    }

    /// The exit status of `verify`.
    var status: ExitStatus { Self.status(decisiveReason) }

    /// The exit status of a reason.
    private static func status(_ reason: Reason?) -> ExitStatus {
        switch reason {
        case nil: .success
        case .malformed: .malformed
        case .badSignature, .noKey, .algorithmNotAllowed, .weakKey, .unsupportedHeader:
            .badSignature
        case .expired, .notYetValid, .tooOld, .invalidClaim, .missingClaim, .wrongIssuer,
            .wrongAudience, .wrongSubject, .wrongType:
            .claims
        case .revoked, .cutOff: .revoked
        case .notListed: .notListed
        case .unknown: .unknown
        }
    }
}

/// The verdict as JSON.
extension Verdict {
    /// The object to print in `format`.
    func answer(in format: OutputFormat) -> JSONObject {
        format == .introspection ? introspection : json
    }

    /// The object of the verdict.
    var json: JSONObject {
        var builder = JSONBuilder()
        describe(to: &builder)
        return builder.result.objectValue ?? [:]
    }

    /// Writes the verdict as a JSON object. `passed` has the text of checks that all passed, which
    /// `verify --stream` writes again and again.
    func describe(to json: inout some JSONSink, passed: PassedChecksCache? = nil) {
        json.beginObject()
        let reason = decisiveReason
        json.member("active", isActive(reason).map { .bool($0) } ?? .null)
        json.member("valid", .bool(reason == nil || isValid))
        json.member("reason", reason.map { .string($0.rawValue) } ?? .null)
        json.name("header")
        json.value(token?.header.document)
        json.name("payload")
        json.value(claims?.document)
        json.member("verified", .bool(examined.isVerified))
        json.name("checks")
        if reason == nil, let passed {
            json.value({ checks.map(Self.json) }, compactText: passed.text(of: checks))
        } else {
            json.beginArray()
            for check in checks { Self.describe(check, to: &json) }
            json.endArray()
        }
        json.member("state", report?.json ?? .null)
        json.name("times")
        if let claims {
            ClaimTimes(claims: claims).describe(to: &json, now: now)
        } else {
            json.value(.null)
        }
        json.endObject()
    }

    /// A check as a JSON object.
    static func json(_ check: Check) -> JSONValue {
        var builder = JSONBuilder()
        describe(check, to: &builder)
        return builder.result
    }

    /// Writes a check as a JSON object. `ok` is null if the check was not made or its result is
    /// unknown.
    private static func describe(_ check: Check, to json: inout some JSONSink) {
        json.beginObject()
        json.member("check", .string(check.name))
        switch check.result {
        case .passed: json.member("ok", true)
        case .failed(.unknown):
            json.member("ok", .null)
            json.member("code", .string(Reason.unknown.rawValue))
        case .failed(let reason):
            json.member("ok", false)
            json.member("code", .string(reason.rawValue))
        case .notJudged: json.member("ok", .null)
        }
        if let detail = check.detail { json.member("detail", .string(detail)) }
        json.endObject()
    }

    /// The response of RFC 7662, section 2.2. A token that is not known to be active is inactive,
    /// and nothing else is said about it, neither why nor whether it ever existed.
    private var introspection: JSONObject {
        guard isActive(decisiveReason) == true, let registered = claims else {
            return ["active": false]
        }
        let claims = registered.object
        var response: JSONObject = ["active": true]
        func put(_ name: JSONString, _ value: JSONValue?) {
            if let value { response.set(name, value) }
        }
        func text(_ name: JSONString) -> JSONValue? {
            claims[name]?.stringValue.map { .string($0) }
        }
        // In the order of the list in the RFC.
        put("scope", text("scope"))
        put("client_id", text("client_id"))
        put("username", text("username") ?? text("preferred_username"))
        put("token_type", Self.tokenType(claims))
        for name in ["exp", "iat", "nbf"] as [JSONString] {
            put(name, claims[name]?.numberValue.flatMap(TimeText.seconds).map { .integer($0) })
        }
        put("sub", registered.subject.value.map { .string($0) })
        put("aud", registered.audience.value == nil ? nil : claims["aud"])
        put("iss", text("iss"))
        put("jti", registered.identifier.value.map { .string($0) })
        // Only names that the RFC leaves open: a claim must not replace a member of the response.
        for member in claims.members where !Self.reservedNames.contains(member.name) {
            response.set(member.name, member.value)
        }
        return response
    }

    /// The members that the response defines. A claim of such a name is not copied.
    private static let reservedNames: Set<JSONString> = [
        "active", "scope", "client_id", "username", "token_type", "exp", "iat", "nbf", "sub", "aud",
        "iss", "jti",
    ]

    /// `Bearer`, unless the token is bound to a key: whoever presents it must then prove possession
    /// of that key (RFC 9449; binding to a certificate, RFC 8705, is no type of its own).
    private static func tokenType(_ claims: JSONObject) -> JSONValue? {
        guard let confirmation = claims["cnf"] else { return "Bearer" }
        return confirmation.objectValue?["jkt"] == nil ? nil : "DPoP"
    }
}
