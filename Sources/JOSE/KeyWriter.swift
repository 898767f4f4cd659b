internal import JSON
internal import OpenSSL
package import Platform

/// The formats in which keys are written.
package enum KeyEncoding: String, CaseIterable, Sendable {
    /// The structures of `der` in textual armour (RFC 7468).
    case pem
    /// SubjectPublicKeyInfo for a public key, PKCS#8 for a private one.
    case der
    case jwk
    /// A JWK set of one or more keys.
    case jwks
}

/// Why a key cannot be written in a format.
package enum KeyEncodingError: Error, Equatable, Sendable {
    /// A file in PEM, DER or JWK format holds a single key.
    case severalKeys(count: Int)
    /// An HMAC secret has no format other than a JWK.
    case secret
    /// PKCS#8 needs the primes of an RSA key, and the JWK did not have them.
    case primesUnknown
    case key(KeyError)
}

/// Writes keys, with their private halves if they have them.
package enum KeyWriter {
    /// The content of a key file: text that ends with a line feed, or DER.
    ///
    /// Members that a format cannot hold are lost: PEM and DER have neither `kid` nor `alg`, and
    /// unknown members of a JWK are not written.
    package static func encode(
        _ keys: [Key], as encoding: KeyEncoding
    ) throws(KeyEncodingError) -> SecretBytes {
        if encoding == .jwks {
            var members: [JSONValue] = []
            for key in keys { members.append(.object(try jwk(key))) }
            return text(["keys": .array(members)])
        }
        guard let key = keys.first, keys.count == 1 else {
            throw .severalKeys(count: keys.count)
        }
        if encoding == .jwk { return text(try jwk(key)) }
        guard case .asymmetric(let key) = key.material else { throw .secret }
        let der = try der(key)
        guard encoding == .pem else { return der }
        return PEM.text(of: der, label: key.hasPrivateHalf ? "PRIVATE KEY" : "PUBLIC KEY")
    }

    private static func jwk(_ key: Key) throws(KeyEncodingError) -> JSONObject {
        do throws(KeyError) {
            return try JWKWriter.jwk(key)
        } catch {
            throw .key(error)
        }
    }

    private static func text(_ object: JSONObject) -> SecretBytes {
        SecretBytes(copying: object.encoded(.pretty, escaping: .visible) + [UInt8(ascii: "\n")])
    }

    private static func der(_ key: AsymmetricKey) throws(KeyEncodingError) -> SecretBytes {
        do throws(OpenSSLError) {
            return key.hasPrivateHalf
                ? try key.privateKeyInfo()
                : SecretBytes(copying: try key.subjectPublicKeyInfo())
        } catch {
            throw error == .wrongKey ? .primesUnknown : .key(.crypto(error))
        }
    }
}

/// Writes JWKs (RFC 7517, RFC 7518 section 6, RFC 8037 section 2); the counterpart of `JWKReader`.
enum JWKWriter {
    /// The key with all its members. The base64url of a private half passes through JSON strings,
    /// which are not wiped: use this only for keys that are about to be written to a file.
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

    /// The members of the public half, or of the secret, and no others: the input of a thumbprint
    /// (RFC 7638 section 3.2).
    static func identity(of key: Key) throws(OpenSSLError) -> JSONObject {
        switch key.material {
        case .secret(let secret): ["kty": "oct", "k": text(secret)]
        case .asymmetric(let key): try publicMembers(of: key)
        }
    }

    /// `kty` and all numbers, including those of the private half.
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

    /// The member for a number of a private half, which the caller knows to be present.
    private static func text(_ secret: SecretBytes?) -> JSONValue {
        guard let secret else { preconditionFailure("the key has a private half") }
        return unsafe secret.withBytes { text(unsafe Array($0)) }
    }
}
