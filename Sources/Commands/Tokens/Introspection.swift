internal import JOSE
internal import JSON

extension Verdict {
    /// The object to print in `format`.
    func answer(in format: OutputFormat) -> JSONObject {
        format == .introspection ? introspection : json
    }

    /// A response of RFC 7662 section 2.2. Whatever is not known to be active is inactive, and of
    /// that nothing else is said: neither why, nor whether the token ever existed.
    private var introspection: JSONObject {
        guard isActive == true, let claims else { return ["active": false] }
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
        let registered = RegisteredClaims(claims)
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
