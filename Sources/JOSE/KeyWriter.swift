internal import JSON
internal import OpenSSL
package import Platform

/// The forms in which keys are written.
package enum KeyEncoding: String, CaseIterable, Sendable {
    /// The textual armour of RFC 7468 around the structures of `der`.
    case pem
    /// SubjectPublicKeyInfo for a public key, PKCS#8 for a private one.
    case der
    case jwk
    /// A set, of one key or of several.
    case jwks
}

/// Why a key cannot be written in a form.
package enum KeyEncodingError: Error, Equatable, Sendable {
    /// Of PEM, DER and JWK there is one key a file.
    case severalKeys(count: Int)
    /// An HMAC secret has no form but a JWK's.
    case secret
    /// PKCS#8 holds the primes of an RSA key, which this one's JWK left out.
    case primesUnknown
    case key(KeyError)
}

/// Writes keys, with their private halves where they have them.
package enum KeyWriter {
    /// The content of a key file: text that ends with a line feed, or DER.
    ///
    /// What is not in a form is lost: PEM and DER have neither `kid` nor `alg`, and members of a
    /// JWK that this program does not know are not carried over.
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
