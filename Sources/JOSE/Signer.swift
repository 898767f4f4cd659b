package import JSON
package import OpenSSL

/// Why no token was made.
package enum SigningError: Error, Equatable, Sendable {
    /// The key may not sign with the algorithm.
    case refused(KeyRefusal)
    /// The key may sign with none.
    case noAlgorithm
    /// A header member that no verifier of this program would accept.
    case unsupportedHeader(JSONString)
    /// The signature does not verify with the key's own public half: the halves do not belong
    /// together, or the computer erred. Such a signature can give an RSA key away.
    case selfCheckFailed
    case crypto(OpenSSLError)
}

/// Makes tokens with one key and one algorithm.
package struct Signer {
    package let algorithm: Algorithm
    private let key: Key

    /// Without `algorithm` it is the key's own, else HS256, RS256, or what the curve says.
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

    /// The token. The header starts with `alg`, `typ` (`JWT` unless `header` has another) and
    /// `kid` (the key's unless `header` has another); its other members follow.
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

    /// The signature, checked once with the public half before it leaves.
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
    /// What to sign with where nobody says.
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
