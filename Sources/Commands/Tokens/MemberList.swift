internal import CommandKit
internal import JSON

/// The members of a header or of claims, one on each line: the name, the value as it was written,
/// and in a dimmer colour its meaning. `DecodeText` fills it.
struct MemberList {
    /// The judgement that the words about a member contain, which decides their colour.
    enum Tone { case plain, good, bad, doubtful }

    /// A member in the form in which it is printed, already escaped.
    private struct Row {
        let name: String
        /// The value; several lines for a long object or array.
        let value: [String]
        /// The words about the member; empty for none.
        let note: String
        let tone: Tone
    }

    private var rows: [Row] = []

    /// Adds a complete member.
    mutating func append(
        _ name: JSONString, _ value: JSONValue, note: String = "", tone: Tone = .plain
    ) {
        let line = JSONText.shown(value)
        let isLong = DisplayWidth.of(line) > Self.longest
        let isContainer = value.objectValue != nil || value.arrayValue != nil
        // As UTF-8: a combining mark after a line feed makes one Character of both.
        let lines =
            isLong && isContainer
            ? JSONText.shown(value, .pretty).utf8.split(separator: UInt8(ascii: "\n"))
                .map { String(Substring($0)) } : [line]
        rows.append(Row(name: Self.shown(name), value: lines, note: note, tone: tone))
    }

    /// Adds the rest of a member that is cut off.
    mutating func append(broken name: JSONString, _ rest: [UInt8]) {
        rows.append(
            Row(
                name: Self.shown(name), value: [VisibleText.escape(rest) + "…"],
                note: "cut off here", tone: .bad))
    }

    /// The width above which a value with parts gets several lines, in columns. A long text or
    /// number stays on one line, which a terminal wraps.
    private static let longest = 60

    /// The name, in quotes if it could be taken for something else.
    private static func shown(_ name: JSONString) -> String {
        let isPlain = !name.isEmpty && name.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? name.text : JSONText.shown(.string(name))
    }

    /// The lines; `width` nil means no limit.
    func text(width: Int?, style: Style) -> String {
        // A very long name or value must not push the columns of all others aside. What comes
        // after it moves aside on its own line only.
        let names = rows.map { DisplayWidth.of($0.name) }.filter { $0 <= 24 }.max() ?? 0
        let values =
            rows.filter { !$0.note.isEmpty && $0.value.count == 1 }.compactMap(\.value.first)
            .map { DisplayWidth.of($0) }.filter { $0 <= 28 }.max() ?? 0
        return rows.map { line($0, names, values, width, style) }.joined()
    }

    /// A member. The note is in the column of the notes if there is room, else right after the
    /// value, else on a line of its own.
    private func line(
        _ row: Row, _ names: Int, _ values: Int, _ width: Int?, _ style: Style
    ) -> String {
        let indent = "  " + String(repeating: " ", count: names) + "  "
        let padding = String(repeating: " ", count: max(names - DisplayWidth.of(row.name), 0))
        var text = "  " + style.bold(row.name) + padding + "  "
        text += row.value.joined(separator: "\n" + indent)
        guard !row.note.isEmpty else { return text + "\n" }
        let note = painted(row, style)
        let last = DisplayWidth.of(row.value.last ?? "")
        // In its column, else right after the value, else on a line of its own.
        let column = [max(values, last), last].first { column in
            row.value.count == 1
                && width.map { indent.count + column + 2 + DisplayWidth.of(row.note) <= $0 } ?? true
        }
        guard let column else { return text + "\n" + indent + note + "\n" }
        return text + String(repeating: " ", count: column - last + 2) + note + "\n"
    }

    /// The note in the colour of its tone.
    private func painted(_ row: Row, _ style: Style) -> String {
        switch row.tone {
        case .plain: style.dim(row.note)
        case .good: style.green(row.note)
        case .bad: style.red(row.note)
        case .doubtful: style.yellow(row.note)
        }
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

    /// Claims, except for dates. A name in parentheses is the product or the specification that adds
    /// the claim.
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
