package import JSON
package import OpenSSL

/// Why no token was made.
package enum SigningError: Error, Equatable, Sendable {
    /// The key may not sign with this algorithm.
    case refused(KeyRefusal)
    /// The key may not sign with any algorithm.
    case noAlgorithm
    /// The header has a member that no verifier of this program would accept.
    case unsupportedHeader(JSONString)
    /// The signature does not verify with the key's own public half: the halves do not belong
    /// together, or the computer made an error. A faulty RSA signature can reveal the key, so it is
    /// not returned.
    case selfCheckFailed
    case crypto(OpenSSLError)
}

/// Makes tokens with one key and one algorithm.
package struct Signer {
    package let algorithm: Algorithm
    private let key: Key

    /// A signer. Without `algorithm` it uses the `alg` of the key's JWK, else HS256, RS256, or the
    /// algorithm of the key's curve. Throws if the key may not sign with it.
    package init(
        key: Key, algorithm: Algorithm? = nil, allowWeak: Bool = false
    ) throws(SigningError) {
        guard let algorithm = algorithm ?? key.defaultAlgorithm else { throw .noAlgorithm }
        if let refusal = key.refusal(for: algorithm, to: .sign, allowWeak: allowWeak) {
            throw .refused(refusal)
        }
        self.algorithm = algorithm
        self.key = key
    }

    /// A token with these claims. Its header begins with `alg`, `typ` (`JWT` unless `header` has
    /// another one) and `kid` (that of the key unless `header` has another one). The other members
    /// of `header` follow, except an `alg`.
    package func sign(header: JSONObject, claims: JSONObject) throws(SigningError) -> [UInt8] {
        var complete: JSONObject = ["alg": .string(algorithm.rawValue)]
        complete.set("typ", header["typ"] ?? "JWT")
        if let keyID = header["kid"] ?? key.keyID.map({ .string($0) }) {
            complete.set("kid", keyID)
        }
        for member in header.members where member.name != "alg" {
            complete.set(member.name, member.value)
        }
        if let member = TokenHeader.unsupportedMember(of: complete) {
            throw .unsupportedHeader(member)
        }
        let signingInput =
            Base64URL.encode(complete.encoded()) + [UInt8(ascii: ".")]
            + Base64URL.encode(claims.encoded())
        let signature = try signature(of: signingInput)
        return signingInput + [UInt8(ascii: ".")] + Base64URL.encode(signature)
    }

    /// The signature, verified once with the public half before it is returned.
    private func signature(of message: [UInt8]) throws(SigningError) -> [UInt8] {
        do throws(OpenSSLError) {
            switch (key.material, algorithm.operation) {
            case (.secret(let secret), .mac(let digest)):
                return try MessageAuthenticator.make(secret: secret, digest: digest)
                    .code(for: message)
            case (.asymmetric(let key), .signature(let scheme)):
                let signature = try key.sign(message, scheme: scheme)
                guard try key.isSignature(signature, of: message, scheme: scheme) else { break }
                return signature
            default:
                preconditionFailure("the key was found to fit")
            }
        } catch {
            throw .crypto(error)
        }
        throw .selfCheckFailed
    }
}

extension Key {
    /// The algorithm to sign with if the caller names none; nil if the key's `alg` names none.
    var defaultAlgorithm: Algorithm? {
        if let name = restrictions.algorithm { return Algorithm(name: name) }
        guard case .asymmetric(let key) = material else { return .hs256 }
        return switch key.kind {
        case .rsa: .rs256
        case .rsaPSS: .ps256
        case .ec(.p256): .es256
        case .ec(.p384): .es384
        case .ec(.p521): .es512
        case .ec(.secp256k1): .es256k
        case .ed25519, .ed448: .edDSA
        }
    }
}
