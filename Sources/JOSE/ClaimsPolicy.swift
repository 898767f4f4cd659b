package import JSON

/// The expectations of a token's claims. It applies only to tokens whose signature is verified.
package struct ClaimsPolicy: Sendable {
    /// The time to judge by, in seconds since 1970.
    package var now: Double
    /// The clock of the server that drops blacklist entries, in seconds since 1970. It judges `exp`
    /// where it is ahead of `now`: a token that has expired there may have lost its entry.
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

    private static let registeredNames: [JSONString] = [
        "exp", "nbf", "iat", "iss", "sub", "aud", "jti",
    ]

    // The bounds of the times, in seconds since 1970. A check compares with them, and an expectation
    // shows them.

    private var serverOrNow: Double { max(now, serverNow ?? now) }
    private var latestExpired: Double { serverOrNow - leeway }
    private var latestBegin: Double { now + leeway }
    private var earliestIssue: Double? { maximumAge.map { now - $0 - leeway } }

    /// One check for each claim that is present or required, failed ones and passed ones.
    package func checks(header: TokenHeader, claims: JSONObject) -> [Check] {
        checks(header: header, claims: RegisteredClaims(claims))
    }

    /// One check for each claim that is present or required, after that of the signature: in one array,
    /// since this is done for every token of a stream.
    package func checks(
        after signature: Check? = nil, header: TokenHeader, claims: RegisteredClaims
    ) -> [Check] {
        var checks: [Check] = []
        checks.reserveCapacity(Self.registeredNames.count + requiredClaims.count + 3)
        if let signature { checks.append(signature) }
        judge("exp", claims.expiresAt, of: claims, &checks) { exp in
            exp.double <= latestExpired
                ? (.expired, "\(Self.seconds(serverOrNow - exp.double)) ago") : nil
        }
        judge("nbf", claims.notBefore, of: claims, &checks) { nbf in
            nbf.double > latestBegin
                ? (.notYetValid, "valid in \(Self.seconds(nbf.double - now))") : nil
        }
        judge("iat", claims.issuedAt, of: claims, isRequired: maximumAge != nil, &checks) { iat in
            guard let earliestIssue, iat.double < earliestIssue else { return nil }
            return (.tooOld, "issued \(Self.seconds(now - iat.double)) ago")
        }
        judge("iss", claims.issuer, of: claims, isRequired: !issuers.isEmpty, &checks) { issuer in
            issuers.isEmpty || issuers.contains(issuer)
                ? nil : (.wrongIssuer, "it is '\(issuer)'")
        }
        judge("sub", claims.subject, of: claims, isRequired: subject != nil, &checks) { subject in
            self.subject == nil || subject == self.subject
                ? nil : (.wrongSubject, "it is '\(subject)'")
        }
        judge("aud", claims.audience, of: claims, isRequired: !audiences.isEmpty, &checks) { aud in
            audiences.isEmpty || aud.contains(where: audiences.contains)
                ? nil
                : (.wrongAudience, "it is " + aud.map { "'\($0)'" }.joined(separator: ", "))
        }
        judge("jti", claims.identifier, of: claims, &checks) { _ in nil }
        for name in requiredClaims where !Self.registeredNames.contains(name) {
            checks.append(
                Check(name.text, claims.object[name] == nil ? .failed(.missingClaim) : .passed))
        }
        if let type {
            checks.append(Self.judge(type: header.type, demanded: type))
        }
        return checks
    }

    /// Adds the check of one registered claim; none where it is neither there nor demanded.
    private func judge<Value>(
        _ name: String, _ claim: Claim<Value>, of claims: RegisteredClaims,
        isRequired: Bool = false, _ checks: inout [Check], fault: (Value) -> (Reason, String?)?
    ) {
        if let departure = claims.departures.first(where: { $0.claim == name }) {
            // A claim that is demanded has to have the RFC's type.
            let isRequired = isRequired || requiredClaims.contains(JSONString(name))
            checks.append(
                isStrict || isRequired
                    ? Check(name, .failed(.invalidClaim), detail: "wrong type")
                    : Check(name, .passed, detail: departure.words))
            return
        }
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

extension ClaimsPolicy {
    /// The checks of claims that this policy has made, with the values that they compared. Claims that
    /// are neither present nor required are included: a reader must see what was not checked.
    package func explain(
        _ made: some Collection<Check>, header: TokenHeader, claims: JSONObject
    ) -> [ExplainedCheck] {
        func explained(_ name: String, found: JSONValue?) -> ExplainedCheck {
            ExplainedCheck(
                made.first { $0.name == name } ?? Check(name, .notJudged), found: found,
                wanted: expectation(of: name))
        }
        let registered = Self.registeredNames.map(\.text)
        let others = made.map(\.name).filter { !registered.contains($0) && $0 != "typ" }
        return (registered + others).map { explained($0, found: claims[JSONString($0)]) }
            + [explained("typ", found: header.object["typ"])]
    }

    /// The expectation of the claim of this name.
    private func expectation(of name: String) -> ClaimExpectation? {
        let expectation: ClaimExpectation? =
            switch name {
            case "exp": .after(latestExpired)
            case "nbf": .notAfter(latestBegin)
            case "iat": earliestIssue.map { .notBefore($0) }
            case "iss": issuers.isEmpty ? nil : .oneOf(issuers)
            case "aud": audiences.isEmpty ? nil : .oneOf(audiences)
            case "sub": subject.map { .equal($0) }
            case "typ": type.map { .equal($0) }
            default: nil
            }
        guard expectation == nil, name != "typ" else { return expectation }
        return requiredClaims.contains(JSONString(name)) ? .presence : nil
    }
}

/// The value of `typ` or `cty` in a comparable form: RFC 7515 section 4.1.9 allows `application/` to
/// be left out where no other slash follows, and RFC 2045 ignores case.
package struct MediaType: Equatable, Sendable {
    private let bytes: [UInt8]

    package init(_ name: JSONString) {
        let lower = name.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        bytes = lower.contains(UInt8(ascii: "/")) ? lower : Array("application/".utf8) + lower
    }
}
