package import JSON

/// The expectations that a token's claims have to meet. Its checks mean something only for tokens
/// whose signature is verified.
///
/// The same policy makes the checks (`checks`) and shows what they compared (`explain`), from the
/// same bounds, so that an explanation cannot differ from the verdict.
package struct ClaimsPolicy: Sendable {
    /// The time to judge by, in seconds since 1970. It is a parameter, so that tests choose it.
    package var now: Double
    /// The clock of the server that drops blacklist entries, in seconds since 1970; nil for none.
    /// If it is ahead of `now` it judges `exp`: the blacklist entry of a token that has expired
    /// there may be gone.
    package var serverNow: Double?
    /// The clock skew in seconds that `exp`, `nbf` and the maximum age allow for.
    package var leeway: Double = 0
    /// The accepted issuers. Empty accepts any issuer, and a token without one.
    package var issuers: [JSONString] = []
    /// The accepted audiences, of which the token must name at least one. Empty accepts any, and
    /// none.
    package var audiences: [JSONString] = []
    /// The only accepted subject; nil accepts any, and none.
    package var subject: JSONString?
    /// The media type that `typ` must have, with or without `application/`; nil accepts any, and
    /// none.
    package var type: JSONString?
    /// The claims that must be present, with any value.
    package var requiredClaims: [JSONString] = []
    /// The most seconds that may have passed since `iat`, which is then required; nil for no limit.
    package var maximumAge: Double?
    /// Whether a claim of another type than the RFC's is refused even if nothing is expected of it;
    /// see `Departure`.
    package var isStrict = false

    /// A policy that checks only the times in the token, `exp` and `nbf`, against `now`.
    package init(now: Double) {
        self.now = now
    }

    private static let registeredNames: [JSONString] = [
        "exp", "nbf", "iat", "iss", "sub", "aud", "jti",
    ]

    // MARK: Bounds in seconds since 1970, with which checks compare, and which expectations show

    /// The later of both clocks.
    private var serverOrNow: Double { max(now, serverNow ?? now) }
    /// The latest `exp` of an expired token.
    private var latestExpired: Double { serverOrNow - leeway }
    /// The latest `nbf` of a token that is valid already.
    private var latestBegin: Double { now + leeway }
    /// The earliest `iat` of a token that is not too old.
    private var earliestIssue: Double? { maximumAge.map { now - $0 - leeway } }

    /// The checks of all claims that are present or required, passed and failed ones.
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

    /// Appends the check of one registered claim; nothing if it is neither present nor required.
    /// `fault` is called with a value of the right type, and returns why it is refused.
    private func judge<Value>(
        _ name: String, _ claim: Claim<Value>, of claims: RegisteredClaims,
        isRequired: Bool = false, _ checks: inout [Check], fault: (Value) -> (Reason, String?)?
    ) {
        if let departure = claims.departures.first(where: { $0.claim == name }) {
            // A claim that is required must have the RFC's type.
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

    /// The check of `typ`, which guards against tokens that were made for another purpose (RFC 8725
    /// section 3.11). Only made if the caller asks for it: most tokens say `JWT` or nothing.
    private static func judge(type: JSONString?, demanded: JSONString) -> Check {
        guard let type else {
            return Check("typ", .failed(.wrongType), detail: "the token has no typ")
        }
        guard MediaType(type) == MediaType(demanded) else {
            return Check("typ", .failed(.wrongType), detail: "it is '\(type)'")
        }
        return Check("typ", .passed)
    }

    /// A time span in words. An `exp` may be 1e300, which does not fit into an `Int64`.
    private static func seconds(_ span: Double) -> String {
        Int64(exactly: span.rounded()).map { "\($0) s" } ?? "\(span) s"
    }
}

extension ClaimsPolicy {
    /// The claim checks that this policy has `made`, with the values that they compared. Claims
    /// that are neither present nor required are included, because a reader must see what was not
    /// checked.
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

    /// The expectation for the claim `name`; nil if any value will do.
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

/// The value of `typ` or `cty` in a comparable form. RFC 7515 section 4.1.9 allows `application/`
/// to be left out if there is no other slash, and media types ignore case (RFC 2045 section 5.1).
package struct MediaType: Equatable, Sendable {
    private let bytes: [UInt8]

    package init(_ name: JSONString) {
        let lower = name.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        bytes = lower.contains(UInt8(ascii: "/")) ? lower : Array("application/".utf8) + lower
    }
}
