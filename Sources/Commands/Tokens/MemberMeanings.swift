internal import JSON

/// What registered header members and claims mean, in a few words for a person.
///
/// From the IANA registries "JSON Web Signature and Encryption Header Parameters" and "JSON Web
/// Token Claims", and what OAuth servers commonly add. Words of this table only: nothing of the
/// token gets into them.
enum MemberMeanings {
    static let header: [JSONString: String] = [
        "alg": "how it is signed", "typ": "what kind of token it says it is",
        "kid": "the name of the key", "cty": "what kind of content it has",
        "jku": "where a key set is said to be; never fetched",
        "jwk": "a key that came along; never trusted",
        "x5u": "where a certificate is said to be; never fetched",
        "x5c": "certificates that came along; never trusted",
        "x5t": "SHA-1 thumbprint of a certificate",
        "x5t#S256": "SHA-256 thumbprint of a certificate",
        "crit": "extensions that must be understood; verify knows none and refuses",
        "b64": "unencoded payload; forbidden in a JWT", "enc": "how the content is encrypted",
        "zip": "how the content is compressed; never inflated",
        "epk": "the sender's ephemeral public key", "apu": "about the sender",
        "apv": "about the recipient", "p2c": "rounds of PBKDF2", "p2s": "salt of PBKDF2",
        "iv": "of the key's encryption", "tag": "of the key's encryption",
        "url": "the address that it was made for", "nonce": "against replays",
        "ppt": "extension of a call's passport", "iss": "issuer, copied from the claims",
        "sub": "subject, copied from the claims", "aud": "audience, copied from the claims",
    ]

    /// The values of `alg` and `enc` that are not self-explanatory to everyone.
    static let algorithms: [JSONString: String] = [
        "none": "UNSIGNED: no service may accept it",
        "HS256": "HMAC with SHA-256: a shared secret",
        "HS384": "HMAC with SHA-384: a shared secret",
        "HS512": "HMAC with SHA-512: a shared secret", "RS256": "RSA PKCS#1 with SHA-256",
        "RS384": "RSA PKCS#1 with SHA-384", "RS512": "RSA PKCS#1 with SHA-512",
        "PS256": "RSA PSS with SHA-256", "PS384": "RSA PSS with SHA-384",
        "PS512": "RSA PSS with SHA-512", "ES256": "ECDSA on P-256", "ES384": "ECDSA on P-384",
        "ES512": "ECDSA on P-521", "ES256K": "ECDSA on secp256k1",
        "EdDSA": "Ed25519 or Ed448", "Ed25519": "EdDSA on Curve25519", "Ed448": "EdDSA on Curve448",
        "dir": "the content's key is a shared one",
        "RSA-OAEP": "key encrypted with RSA OAEP, SHA-1",
        "RSA-OAEP-256": "key encrypted with RSA OAEP, SHA-256",
        "RSA1_5": "key encrypted with RSA PKCS#1; broken in practice",
        "A128KW": "key wrapped with AES-128", "A192KW": "key wrapped with AES-192",
        "A256KW": "key wrapped with AES-256", "A128GCMKW": "key encrypted with AES-128-GCM",
        "A192GCMKW": "key encrypted with AES-192-GCM",
        "A256GCMKW": "key encrypted with AES-256-GCM", "ECDH-ES": "key agreed on by ECDH",
        "ECDH-ES+A128KW": "ECDH, key wrapped with AES-128",
        "ECDH-ES+A192KW": "ECDH, key wrapped with AES-192",
        "ECDH-ES+A256KW": "ECDH, key wrapped with AES-256",
        "PBES2-HS256+A128KW": "key from a password", "PBES2-HS384+A192KW": "key from a password",
        "PBES2-HS512+A256KW": "key from a password",
    ]

    static let claims: [JSONString: String] = [
        "iss": "issuer: who made it", "sub": "subject: whom it is about",
        "aud": "audience: for whom it is", "jti": "its id, by which it is revoked",
        "azp": "the client that it was issued to", "client_id": "the client that asked for it",
        "scope": "what it permits", "scp": "what it permits", "nonce": "ties it to one login",
        "acr": "how strong the login was", "amr": "by which means the user logged in",
        "sid": "the login session", "at_hash": "hash of the access token",
        "c_hash": "hash of the authorization code", "s_hash": "hash of the state",
        "roles": "roles of the user", "groups": "groups of the user",
        "entitlements": "what the user may use", "permissions": "what it permits",
        "realm_access": "roles in the realm (Keycloak)",
        "resource_access": "roles by client (Keycloak)", "act": "who acts for the subject",
        "may_act": "who may act for the subject",
        "cnf": "the key that its user has to prove to have", "name": "full name",
        "given_name": "first name", "family_name": "surname", "middle_name": "middle name",
        "nickname": "nickname", "preferred_username": "login name",
        "username": "login name", "profile": "profile page", "picture": "picture",
        "website": "web page", "email": "e-mail address",
        "email_verified": "whether the address was checked", "gender": "gender",
        "birthdate": "date of birth", "zoneinfo": "time zone", "locale": "language and country",
        "phone_number": "telephone number",
        "phone_number_verified": "whether the number was checked", "address": "postal address",
        "events": "security events (SET)", "toe": "time of the event", "txn": "transaction id",
        "tenant": "tenant", "tid": "tenant (Entra ID)", "oid": "the user's object (Entra ID)",
        "upn": "the user's principal name", "ver": "version of the token's format",
        "token_use": "what it is for (Cognito)", "token_type": "how it is presented",
        "authorization_details": "what it permits (RFC 9396)", "vot": "vector of trust",
        "sub_jwk": "the subject's key", "_claim_names": "claims to be fetched elsewhere",
        "_claim_sources": "where to fetch claims", "hd": "the organisation's domain (Google)",
    ]

    /// Claims whose number is a date, with the word before it for the past and the future.
    static let dates: [JSONString: (past: String, future: String)] = [
        "iat": ("issued", "issued"), "nbf": ("valid since", "NOT VALID before"),
        "exp": ("EXPIRED", "expires"), "auth_time": ("logged in", "logged in"),
        "updated_at": ("profile changed", "profile changed"), "toe": ("happened", "happens"),
        "rat": ("requested", "requested"),
    ]
}
