internal import JSON
internal import OpenSSL
internal import Platform

/// Writes JWKs (RFC 7517, RFC 7518 section 6, RFC 8037 section 2), the mirror of `JWKReader`.
enum JWKWriter {
    /// The key with all that it knows. What a private half looks like in base64url passes through
    /// JSON strings, which nobody wipes: for keys that are about to be written to a file.
    static func jwk(_ key: Key) throws(KeyError) -> JSONObject {
        var jwk = try KeyError.translating { () throws(OpenSSLError) in try material(of: key) }
        if let keyID = key.keyID { jwk.set("kid", .string(keyID)) }
        if let use = key.restrictions.use { jwk.set("use", .string(use)) }
        if let operations = key.restrictions.operations {
            jwk.set("key_ops", .array(operations.map { .string($0) }))
        }
        if let algorithm = key.restrictions.algorithm { jwk.set("alg", .string(algorithm)) }
        return jwk
    }

    /// The members that make the public half, or the secret, and nothing else: what a thumbprint
    /// is computed over.
    static func identity(of key: Key) throws(OpenSSLError) -> JSONObject {
        switch key.material {
        case .secret(let secret): ["kty": "oct", "k": text(secret)]
        case .asymmetric(let key): try publicMembers(of: key)
        }
    }

    /// `kty` and all numbers.
    private static func material(of key: Key) throws(OpenSSLError) -> JSONObject {
        var jwk = try identity(of: key)
        guard case .asymmetric(let key) = key.material, key.hasPrivateHalf else { return jwk }
        switch key.kind {
        case .rsa, .rsaPSS:
            let components = try key.rsaComponents()
            jwk.set("d", text(components.privateExponent))
            let names: [JSONString] = ["p", "q", "dp", "dq", "qi"]
            for (name, value) in zip(names, components.chineseRemainder) {
                jwk.set(name, text(value))
            }
        case .ec(let curve): jwk.set("d", text(try key.ecComponents(on: curve).privateScalar))
        case .ed25519, .ed448: jwk.set("d", text(try key.edwardsComponents().seed))
        }
        return jwk
    }

    private static func publicMembers(of key: AsymmetricKey) throws(OpenSSLError) -> JSONObject {
        switch key.kind {
        case .rsa, .rsaPSS:
            let components = try key.rsaComponents()
            return [
                "kty": "RSA", "n": text(components.modulus), "e": text(components.publicExponent),
            ]
        case .ec(let curve):
            let point = try key.ecComponents(on: curve)
            return [
                "kty": "EC", "crv": .string(curve.joseName), "x": text(point.x), "y": text(point.y),
            ]
        case .ed25519, .ed448:
            return [
                "kty": "OKP", "crv": .string(key.kind == .ed448 ? "Ed448" : "Ed25519"),
                "x": text(try key.edwardsComponents().publicKey),
            ]
        }
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue {
        .string(String(decoding: Base64URL.encode(bytes), as: UTF8.self))
    }

    /// `null` stands for nothing: callers ask only for what the key has.
    private static func text(_ secret: SecretBytes?) -> JSONValue {
        guard let secret else { preconditionFailure("the key has a private half") }
        return unsafe secret.withBytes { text(unsafe Array($0)) }
    }
}
