package import JSON

/// The expectations of a token's claims. It applies only to tokens whose signature is verified.
package struct ClaimsPolicy: Sendable {
    /// The time to judge by, in seconds since 1970.
    package var now: Double
    /// Another clock that judges `exp` where it is ahead of `now`, in seconds since 1970: that of the
    /// server that drops blacklist entries.
    package var serverNow: Double?
    /// By how much `exp` and `nbf` are stretched, in seconds.
    package var leeway: Double = 0
    /// Issuers of which the token must name one; empty accepts any, and none.
    package var issuers: [JSONString] = []
    /// Audiences of which the token must name one at least.
    package var audiences: [JSONString] = []
    package var subject: JSONString?
    /// The media type that `typ` must have, with or without `application/`.
    package var type: JSONString?
    /// Claims that must be there, whatever their value.
    package var requiredClaims: [JSONString] = []
    /// The most seconds that may have passed since `iat`.
    package var maximumAge: Double?
    /// Whether a claim must have the RFC's type even where nothing is demanded of it.
    package var isStrict = false

    /// Demands nothing but what the token says of itself: its times, by the clock of the caller.
    package init(now: Double) {
        self.now = now
    }

    /// One check for each claim that is there or demanded, failed ones and passed ones.
    package func checks(header: TokenHeader, claims: JSONObject) -> [Check] {
        checks(header: header, claims: RegisteredClaims(claims))
    }

    /// One check for each claim that is there or demanded, of claims that are already read.
    package func checks(header: TokenHeader, claims: RegisteredClaims) -> [Check] {
        // Appended one by one: this is done for every token of a stream.
        var checks: [Check] = []
        checks.reserveCapacity(Self.registeredNames.count + requiredClaims.count + 2)
        func judge<Value>(
            _ name: String, _ claim: Claim<Value>, isRequired: Bool = false,
            _ checks: inout [Check], fault: (Value) -> (Reason, String?)?
        ) {
            guard let departure = claims.departures.first(where: { $0.claim == name }) else {
                return self.judge(name, claim, isRequired: isRequired, &checks, fault: fault)
            }
            // What is demanded has to be there as the RFC has it.
            let isRequired = isRequired || requiredClaims.contains(JSONString(name))
            checks.append(
                isStrict || isRequired
                    ? Check(name, .failed(.invalidClaim), detail: "wrong type")
                    : Check(name, .passed, detail: departure.words))
        }
        judgeExpiry(of: claims, &checks)
        judge("nbf", claims.notBefore, &checks) { nbf in
            now < nbf.double - leeway
                ? (.notYetValid, "valid in \(Self.seconds(nbf.double - now))") : nil
        }
        judge("iat", claims.issuedAt, isRequired: maximumAge != nil, &checks) { iat in
            guard let maximumAge, now - iat.double > maximumAge + leeway else { return nil }
            return (.tooOld, "issued \(Self.seconds(now - iat.double)) ago")
        }
        judge("iss", claims.issuer, isRequired: !issuers.isEmpty, &checks) { issuer in
            issuers.isEmpty || issuers.contains(issuer)
                ? nil : (.wrongIssuer, "it is '\(issuer)'")
        }
        judge("sub", claims.subject, isRequired: subject != nil, &checks) { subject in
            self.subject == nil || subject == self.subject
                ? nil : (.wrongSubject, "it is '\(subject)'")
        }
        judge("aud", claims.audience, isRequired: !audiences.isEmpty, &checks) { audience in
            audiences.isEmpty || audience.contains(where: audiences.contains)
                ? nil
                : (
                    .wrongAudience,
                    "it is " + audience.map { "'\($0)'" }.joined(separator: ", ")
                )
        }
        judge("jti", claims.identifier, &checks) { _ in nil }
        for name in requiredClaims where !Self.registeredNames.contains(name) {
            checks.append(
                Check(name.text, claims.object[name] == nil ? .failed(.missingClaim) : .passed))
        }
        if let type {
            checks.append(Self.judge(type: header.type, demanded: type))
        }
        return checks
    }

    private var laterNow: Double { max(now, serverNow ?? now) }

    /// The check of `exp` alone; nil where it is neither there nor demanded.
    package func expiryCheck(of claims: RegisteredClaims) -> Check? {
        var checks: [Check] = []
        judgeExpiry(of: claims, &checks)
        return checks.first
    }

    private func judgeExpiry(of claims: RegisteredClaims, _ checks: inout [Check]) {
        judge("exp", claims.expiresAt, &checks) { exp in
            laterNow >= exp.double + leeway
                ? (.expired, "\(Self.seconds(laterNow - exp.double)) ago") : nil
        }
    }

    private static let registeredNames: [JSONString] = [
        "exp", "nbf", "iat", "iss", "sub", "aud", "jti",
    ]

    /// All checks with the values they compared. Claims that are neither there nor demanded are
    /// included: a reader must see what was not checked.
    package func explainedChecks(header: TokenHeader, claims: JSONObject) -> [ExplainedCheck] {
        let made = checks(header: header, claims: claims)
        let others = made.filter { check in
            !Self.registeredNames.contains(JSONString(check.name)) && check.name != "typ"
        }
        let names = Self.registeredNames.map(\.text) + others.map(\.name) + ["typ"]
        return names.map { name in
            ExplainedCheck(
                made.first { $0.name == name } ?? Check(name, .notJudged),
                found: name == "typ" ? header.object["typ"] : claims[JSONString(name)],
                wanted: expectation(of: name))
        }
    }

    /// The expectation of the claim of this name.
    private func expectation(of name: String) -> ClaimExpectation? {
        switch name {
        case "exp": return .after(laterNow - leeway)
        case "nbf": return .notAfter(now + leeway)
        case "iat":
            if let maximumAge { return .notBefore(now - maximumAge - leeway) }
        case "iss":
            if !issuers.isEmpty { return .oneOf(issuers) }
        case "aud":
            if !audiences.isEmpty { return .oneOf(audiences) }
        case "sub":
            if let subject { return .equal(subject) }
        case "typ": return type.map { .equal($0) }
        default: break
        }
        return requiredClaims.contains(JSONString(name)) ? .presence : nil
    }

    /// Adds the check of one registered claim; none where it is neither there nor demanded.
    private func judge<Value>(
        _ name: String, _ claim: Claim<Value>, isRequired: Bool = false, _ checks: inout [Check],
        fault: (Value) -> (Reason, String?)?
    ) {
        switch claim {
        case .absent:
            guard isRequired || requiredClaims.contains(JSONString(name)) else { return }
            checks.append(Check(name, .failed(.missingClaim)))
        case .wrongType:
            checks.append(Check(name, .failed(.invalidClaim), detail: "wrong type"))
        case .value(let value):
            guard let (reason, detail) = fault(value) else {
                checks.append(Check(name, .passed))
                return
            }
            checks.append(Check(name, .failed(reason), detail: detail))
        }
    }

    /// The check of `typ`, which guards against tokens made for another purpose (RFC 8725 section
    /// 3.11). It is asked for by the caller only: most tokens say `JWT` or nothing.
    private static func judge(type: JSONString?, demanded: JSONString) -> Check {
        guard let type else {
            return Check("typ", .failed(.wrongType), detail: "the token has no typ")
        }
        guard MediaType(type) == MediaType(demanded) else {
            return Check("typ", .failed(.wrongType), detail: "it is '\(type)'")
        }
        return Check("typ", .passed)
    }

    /// A span of time in words; `exp` may be 1e300, which no `Int` holds.
    private static func seconds(_ span: Double) -> String {
        Int64(exactly: span.rounded()).map { "\($0) s" } ?? "\(span) s"
    }
}
