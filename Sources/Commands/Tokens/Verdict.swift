internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// The one verdict on a token: signature, claims and state.
///
/// After a malformed token or a bad signature nothing else is judged. Unknown is never valid.
struct Verdict {
    private let examined: ExaminedToken
    private let answer: StateAnswer
    /// The moment by which the claims were judged, in unix seconds with their fraction.
    private let instant: Double
    let checks: [Check]
    /// The checks of the claims with the values they compared, those that no option asked for included;
    /// empty unless `--explain` asks for it.
    let explainedClaims: [ExplainedCheck]

    /// Judges the claims of a token whose signature is good, by `policy`, and its state by `answer`.
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
        // The policy may allow a claim that names no id; the state does not.
        if let check = examined.badIdentifier,
            !checks.contains(where: { $0.reason == .invalidClaim })
        {
            checks.append(check)
        }
        checks += answer.checks
        self.checks = checks
    }

    var token: CompactToken? { examined.token }
    var claims: RegisteredClaims? { examined.claims }
    var isSignatureVerified: Bool { examined.isVerified }
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

    private var isOffline: Bool {
        if case .offline = answer { return true }
        return false
    }

    /// What was accepted although it has not the RFC's type.
    private var departures: [Departure] {
        (claims?.departures ?? []).filter { departure in
            checks.contains { $0.name == departure.claim && $0.result == .passed }
        }
    }

    /// Signature and claims alone.
    var isValid: Bool {
        !checks.contains { check in
            guard let reason = check.reason else { return false }
            return Self.status(reason).rawValue <= ExitStatus.claims.rawValue
        } && token != nil
    }

    /// nil where the state was not asked, or could not be.
    var isActive: Bool? { isActive(decisiveReason) }

    private func isActive(_ reason: Reason?) -> Bool? {
        guard let reason else { return isOffline ? nil : true }
        return reason == .unknown ? nil : false
    }

    /// The check that decides: the one with the lowest status.
    var decisive: Check? {
        guard let reason = decisiveReason else { return nil }
        return checks.first { $0.reason == reason }
    }

    /// Of the reasons with the lowest status the first.
    private var decisiveReason: Reason? {
        var decisive: Reason?
        // By index: copying each check would show in a stream.
        for index in checks.indices {
            guard case .failed(let reason) = checks[index].result else { continue }
            let isLower = decisive.map {
                Self.status(reason).rawValue < Self.status($0).rawValue
            }
            if isLower ?? true { decisive = reason }
        }
        return decisive
    }

    var status: ExitStatus { Self.status(decisiveReason) }

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

extension Verdict {
    /// The object to print in `format`.
    func answer(in format: OutputFormat) -> JSONObject {
        format == .introspection ? introspection : json
    }

    var json: JSONObject {
        var builder = JSONBuilder()
        describe(to: &builder)
        return builder.result.objectValue ?? [:]
    }

    /// The verdict as a JSON object.
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
        json.member("verified", .bool(isSignatureVerified))
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
            ClaimTimes(claims).describe(to: &json, now: now)
        } else {
            json.value(.null)
        }
        json.endObject()
    }

    static func json(_ check: Check) -> JSONValue {
        var builder = JSONBuilder()
        describe(check, to: &builder)
        return builder.result
    }

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

    /// A response of RFC 7662 section 2.2. Whatever is not known to be active is inactive, and of
    /// that nothing else is said: neither why, nor whether the token ever existed.
    private var introspection: JSONObject {
        guard isActive == true, let registered = claims else { return ["active": false] }
        let claims = registered.object
        var response: JSONObject = ["active": true]
        func put(_ name: JSONString, _ value: JSONValue?) {
            if let value { response.set(name, value) }
        }
        func text(_ name: JSONString) -> JSONValue? {
            claims[name]?.stringValue.map { .string($0) }
        }
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
        // Only names that the RFC leaves open: no claim of the token speaks for the response.
        for member in claims.members where !Self.reservedNames.contains(member.name) {
            response.set(member.name, member.value)
        }
        return response
    }

    /// What the response itself says; a claim of the name never gets there by being a claim.
    private static let reservedNames: Set<JSONString> = [
        "active", "scope", "client_id", "username", "token_type", "exp", "iat", "nbf", "sub", "aud",
        "iss", "jti",
    ]

    /// `Bearer`, unless the token is bound to a key: then whoever presents it has to prove that
    /// they have it (RFC 9449; by certificate, RFC 8705, it is no type of its own).
    private static func tokenType(_ claims: JSONObject) -> JSONValue? {
        guard let confirmation = claims["cnf"] else { return "Bearer" }
        return confirmation.objectValue?["jkt"] == nil ? nil : "DPoP"
    }
}

extension Verdict {
    /// The verdict in words: one line, the checks below it, then the claims.
    func text(width: Int?, style: Style) -> String {
        var text = headline(style) + "\n"
        for check in checks {
            text += Self.line(check, saying: dateWords(check), width: width, style: style)
        }
        if let claims { text += ClaimTimes(claims).lines(now: now, prefix: "  ") }
        return text
    }

    /// One check: its mark, its name and its detail, or `words`, which are escaped already.
    static func line(
        _ check: Check, saying words: String? = nil, width: Int?, style: Style
    ) -> String {
        let mark: String
        switch check.result {
        case .passed: mark = style.green("ok     ")
        case .failed(.unknown): mark = style.yellow("UNKNOWN")
        case .failed: mark = style.red("FAILED ")
        case .notJudged: mark = style.dim("-      ")
        }
        let name = VisibleText.escape(check.name, columns: 60)
        let padding = String(repeating: " ", count: max(10 - name.count, 0))
        let told = check.detail ?? check.reason.map(Self.words) ?? ""
        let detail = TextWrapper.hanging(
            words ?? VisibleText.escape(told, columns: 200), indent: margin, width: width)
        var line = "  \(mark) \(name)\(padding) \(detail)"
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// The column in which the details of checks begin.
    static let margin = 21

    /// The reason why a date fails, in words; nil for any other check.
    func dateWords(_ check: Check) -> String? {
        func relative(_ claim: Claim<JSONNumber>?) -> String? {
            claim?.value.flatMap(TimeText.seconds).map { TimeText.relative($0, to: now) }
        }
        switch check.reason {
        case .expired: return relative(claims?.expiresAt).map { "expired \($0)" }
        case .notYetValid where check.name == "nbf":
            return relative(claims?.notBefore).map { "valid \($0)" }
        case .tooOld: return relative(claims?.issuedAt).map { "issued \($0)" }
        default: return nil
        }
    }

    /// The name to show for the token; nil for text that is no token.
    var label: String? {
        token.flatMap { DisplayToken.name(of: $0, claims ?? RegisteredClaims([:])) }
    }

    /// The warnings about claims that are accepted.
    var warnings: [String] {
        let expiry = claims?.expiresAt.value.flatMap(TimeText.seconds) ?? 0
        return departures.map(\.warning)
            + (expiry > TimeText.implausible ? [TimeText.millisecondsWarning] : [])
    }

    func headline(_ style: Style) -> String {
        guard let reason = decisiveReason else {
            return style.green(isOffline ? "valid (revocation not checked)" : "active")
        }
        return reason == .unknown
            ? style.yellow("unknown: Redis could not be asked about revocation")
            : style.red("not active: \(Self.words(reason))")
    }

    static func words(_ reason: Reason) -> String {
        reason.rawValue.spoken
    }
}
