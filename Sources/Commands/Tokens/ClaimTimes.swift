internal import CommandKit
internal import JOSE
internal import JSON

/// The dates among a token's claims, in a form that people can read. `decode` and `verify` show
/// them.
struct ClaimTimes {
    private let claims: RegisteredClaims

    /// The dates of claims that are not read yet.
    init(_ claims: JSONObject) {
        self.claims = RegisteredClaims(claims)
    }

    /// The dates of claims that are already read.
    init(_ claims: RegisteredClaims) {
        self.claims = claims
    }

    /// The names and unix seconds of the dates that the token has.
    private var dates: [(name: String, value: Int64)] {
        var dates: [(name: String, value: Int64)] = []
        forEachDate { dates.append(($0.description, $1)) }
        return dates
    }

    /// Calls `body` with each date that is a number, `exp` last. `verify --stream` relies on this
    /// creating no array.
    private func forEachDate(_ body: (StaticString, Int64) -> Void) {
        func visit(_ name: StaticString, _ claim: Claim<JSONNumber>) {
            if let seconds = claim.value.flatMap(TimeText.seconds) { body(name, seconds) }
        }
        visit("iat", claims.issuedAt)
        visit("nbf", claims.notBefore)
        visit("exp", claims.expiresAt)
    }

    /// The member `times` of JSON results: each date as RFC 3339 text, and the seconds until `exp`.
    /// `now` is in unix seconds.
    func json(now: Int64) -> JSONValue {
        var builder = JSONBuilder()
        describe(to: &builder, now: now)
        return builder.result
    }

    /// Writes that object to a sink.
    func describe(to json: inout some JSONSink, now: Int64) {
        json.beginObject()
        forEachDate { name, value in
            // The usual dates are written as bytes, without a string for each.
            if let text = CivilDate.bytes(value) {
                json.member(name, plainText: text.span)
            } else {
                json.member(name, .string(TimeText.rfc3339(value)))
            }
        }
        // `exp` is the last of the dates.
        if let expiry = claims.expiresAt.value.flatMap(TimeText.seconds) {
            json.member("expires_in", .integer(expiry - now))
        }
        json.endObject()
    }

    /// A line for each date: the number as written, the date, and its distance from `now`.
    func lines(now: Int64, prefix: String) -> String {
        dates.map { date in
            let relative = TimeText.relative(date.value, to: now)
            let words =
                switch date.name {
                case "iat": "issued \(relative)"
                case "nbf": date.value > now ? "valid \(relative)" : "valid since then"
                default: date.value > now ? "expires \(relative)" : "expired \(relative)"
                }
            return "\(prefix)\(date.name)  \(date.value)  \(TimeText.table(date.value))  \(words)\n"
        }.joined()
    }
}

/// The value that a check required, for `--explain`.
extension ClaimExpectation {
    /// The member `wanted` in the JSON of `--explain`.
    var json: JSONValue {
        switch self {
        case .presence: ["present": true]
        case .equal(let text): ["equal": .string(text)]
        case .oneOf(let names): ["one_of": .array(names.map { .string($0) })]
        case .after(let time): ["after": .integer(Self.whole(time))]
        case .notAfter(let time): ["not_after": .integer(Self.whole(time))]
        case .notBefore(let time): ["not_before": .integer(Self.whole(time))]
        }
    }

    /// The expectation in words. A time has its date and its distance from `now`.
    func words(now: Int64) -> String {
        switch self {
        case .presence: "present"
        case .equal(let text): Self.quoted(text)
        case .oneOf(let names): names.map(Self.quoted).joined(separator: " or ")
        case .after(let time): "later than " + Self.date(time, now: now)
        case .notAfter(let time): "no later than " + Self.date(time, now: now)
        case .notBefore(let time): "no earlier than " + Self.date(time, now: now)
        }
    }

    /// The text in quotes, escaped.
    private static func quoted(_ text: JSONString) -> String {
        JSONText.shown(.string(text))
    }

    /// The time in unix seconds with its date and its distance from `now`.
    private static func date(_ time: Double, now: Int64) -> String {
        let seconds = whole(time)
        return "\(seconds) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }

    /// The time in whole seconds. It was computed from this program's clock and options, so it
    /// fits.
    private static func whole(_ time: Double) -> Int64 { Int64(exactly: time.rounded(.down)) ?? 0 }
}

/// The value that a check found, for `--explain`.
extension JSONValue {
    /// The value as it was written, on one line. A time is followed by its date.
    func shown(now: Int64, name: String) -> String {
        guard ["exp", "nbf", "iat"].contains(name),
            let seconds = numberValue.flatMap(TimeText.seconds)
        else { return JSONText.shown(self) }
        return
            "\(JSONText.shown(self)) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }
}

/// The meaning of registered header members and claims, in a few words for a person.
///
/// They are those of the IANA registries "JSON Web Signature and Encryption Header Parameters" and
/// "JSON Web Token Claims", and some that OAuth servers add. The texts contain nothing of the
/// token, so they need no escaping.
enum MemberMeanings {
    /// Members of the header.
    static let header: [JSONString: String] = [
        "alg": "algorithm", "typ": "token type",
        "kid": "key id", "cty": "content type",
        "jku": "URL of a key set; never fetched",
        "jwk": "embedded key; never trusted",
        "x5u": "URL of a certificate; never fetched",
        "x5c": "embedded certificates; never trusted",
        "x5t": "SHA-1 thumbprint of a certificate",
        "x5t#S256": "SHA-256 thumbprint of a certificate",
        "crit": "required extensions; verify supports none and rejects the token",
        "b64": "unencoded payload; not allowed in a JWT", "enc": "content encryption",
        "zip": "compression; never decompressed",
        "epk": "ephemeral public key of the sender", "apu": "sender information",
        "apv": "recipient information", "p2c": "PBKDF2 iterations", "p2s": "PBKDF2 salt",
        "iv": "initialization vector of the key encryption",
        "tag": "authentication tag of the key encryption",
        "url": "URL that it was made for", "nonce": "protects against replay",
        "ppt": "PASSporT extension", "iss": "issuer, copied from the claims",
        "sub": "subject, copied from the claims", "aud": "audience, copied from the claims",
    ]

    /// The values of `alg` and `enc` that are not self-explanatory to everyone.
    static let algorithms: [JSONString: String] = [
        "none": "UNSIGNED: services must reject it",
        "HS256": "HMAC with SHA-256 (shared secret)",
        "HS384": "HMAC with SHA-384 (shared secret)",
        "HS512": "HMAC with SHA-512 (shared secret)", "RS256": "RSA PKCS#1 with SHA-256",
        "RS384": "RSA PKCS#1 with SHA-384", "RS512": "RSA PKCS#1 with SHA-512",
        "PS256": "RSA PSS with SHA-256", "PS384": "RSA PSS with SHA-384",
        "PS512": "RSA PSS with SHA-512", "ES256": "ECDSA on P-256", "ES384": "ECDSA on P-384",
        "ES512": "ECDSA on P-521", "ES256K": "ECDSA on secp256k1",
        "EdDSA": "Ed25519 or Ed448", "Ed25519": "EdDSA on Curve25519", "Ed448": "EdDSA on Curve448",
        "dir": "shared key, used directly",
        "RSA-OAEP": "key encrypted with RSA OAEP, SHA-1",
        "RSA-OAEP-256": "key encrypted with RSA OAEP, SHA-256",
        "RSA1_5": "key encrypted with RSA PKCS#1; insecure in practice",
        "A128KW": "key wrapped with AES-128", "A192KW": "key wrapped with AES-192",
        "A256KW": "key wrapped with AES-256", "A128GCMKW": "key encrypted with AES-128-GCM",
        "A192GCMKW": "key encrypted with AES-192-GCM",
        "A256GCMKW": "key encrypted with AES-256-GCM", "ECDH-ES": "key agreed on by ECDH",
        "ECDH-ES+A128KW": "ECDH, key wrapped with AES-128",
        "ECDH-ES+A192KW": "ECDH, key wrapped with AES-192",
        "ECDH-ES+A256KW": "ECDH, key wrapped with AES-256",
        "PBES2-HS256+A128KW": "key derived from a password",
        "PBES2-HS384+A192KW": "key derived from a password",
        "PBES2-HS512+A256KW": "key derived from a password",
    ]

    /// Claims, except for dates.
    static let claims: [JSONString: String] = [
        "iss": "issuer", "sub": "subject (user)",
        "aud": "audience", "jti": "token id",
        "azp": "client that it was issued to", "client_id": "client that requested it",
        "scope": "permissions", "scp": "permissions", "nonce": "binds it to one login",
        "acr": "strength of the login", "amr": "login methods",
        "sid": "login session", "at_hash": "hash of the access token",
        "c_hash": "hash of the authorization code", "s_hash": "hash of the state",
        "roles": "roles of the user", "groups": "groups of the user",
        "entitlements": "entitlements of the user", "permissions": "permissions",
        "realm_access": "roles in the realm (Keycloak)",
        "resource_access": "roles by client (Keycloak)", "act": "party acting for the subject",
        "may_act": "party that may act for the subject",
        "cnf": "key that the holder must prove to have", "name": "full name",
        "given_name": "first name", "family_name": "surname", "middle_name": "middle name",
        "nickname": "nickname", "preferred_username": "login name",
        "username": "login name", "profile": "profile page", "picture": "picture",
        "website": "web page", "email": "e-mail address",
        "email_verified": "whether the address was verified", "gender": "gender",
        "birthdate": "date of birth", "zoneinfo": "time zone", "locale": "language and country",
        "phone_number": "telephone number",
        "phone_number_verified": "whether the number was verified", "address": "postal address",
        "events": "security events (SET)", "toe": "time of the event", "txn": "transaction id",
        "tenant": "tenant", "tid": "tenant (Entra ID)", "oid": "user object id (Entra ID)",
        "upn": "user principal name", "ver": "token format version",
        "token_use": "purpose (Cognito)", "token_type": "token type, such as Bearer",
        "authorization_details": "permissions in detail (RFC 9396)", "vot": "vector of trust",
        "sub_jwk": "key of the subject", "_claim_names": "claims to fetch elsewhere",
        "_claim_sources": "where to fetch claims", "hd": "domain of the organisation (Google)",
    ]

    /// Claims whose number is a date, with the word before it for the past and the future.
    static let dates: [JSONString: (past: String, future: String)] = [
        "iat": ("issued", "issued"), "nbf": ("valid since", "NOT VALID before"),
        "exp": ("EXPIRED", "expires"), "auth_time": ("logged in", "logged in"),
        "updated_at": ("profile changed", "profile changed"), "toe": ("happened", "happens"),
        "rat": ("requested", "requested"),
    ]
}
