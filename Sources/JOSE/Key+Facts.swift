package import JSON
internal import OpenSSL
internal import Platform

extension Key {
    /// The facts about a key by which `doctor` judges it.
    package struct Facts: Sendable {
        /// The `kty` (RFC 7518 section 6.1).
        package let type: String
        /// The `crv`; nil for RSA keys and secrets.
        package let curve: String?
        /// The size of the modulus, of the curve's field, or of the secret.
        package let bits: Int
        /// The work of the best known attack, as a power of two: by NIST SP 800-57 part 1, table 2,
        /// and by RFC 7748 for the Edwards curves. For a secret it is the length, which is right
        /// only if the secret is random.
        package let strength: Int
    }

    package var facts: Facts {
        switch material {
        case .secret(let secret):
            Facts(type: "oct", curve: nil, bits: secret.count * 8, strength: secret.count * 8)
        case .asymmetric(let key):
            switch key.kind {
            case .rsa, .rsaPSS:
                Facts(
                    type: "RSA", curve: nil, bits: key.bits,
                    strength: Self.strength(ofModulusBits: key.bits))
            case .ec(let curve):
                Facts(
                    type: "EC", curve: curve.joseName, bits: key.bits,
                    strength: min(key.bits / 2, 256))
            case .ed25519: Facts(type: "OKP", curve: "Ed25519", bits: 256, strength: 128)
            case .ed448: Facts(type: "OKP", curve: "Ed448", bits: 456, strength: 224)
            }
        }
    }

    /// The `use` in its JWK: `sig`, or something else that does not sign tokens.
    package var declaredUse: JSONString? { restrictions.use }

    /// The `alg` in its JWK, as it is written there.
    package var declaredAlgorithm: JSONString? { restrictions.algorithm }

    /// Whether it is a private key. False for a secret, which has no halves.
    package var hasPrivateHalf: Bool {
        guard case .asymmetric(let key) = material else { return false }
        return key.hasPrivateHalf
    }

    /// Whether the public half verifies a signature of the private half; false for a public key and
    /// for a secret.
    package func halvesMatch() throws(KeyError) -> Bool {
        guard case .asymmetric(let key) = material, key.hasPrivateHalf,
            let algorithm = Algorithm.allCases.first(where: { $0.fits(key.kind) }),
            case .signature(let scheme) = algorithm.operation
        else { return false }
        return try KeyError.translating { () throws(OpenSSLError) in
            let message = Array("do the halves match?".utf8)
            let signature = try key.sign(message, scheme: scheme)
            return try key.isSignature(signature, of: message, scheme: scheme)
        }
    }

    /// The strength by the steps of NIST's table; a size between two steps counts as the lower one.
    private static func strength(ofModulusBits bits: Int) -> Int {
        switch bits {
        case ..<1024: 0
        case ..<2048: 80
        case ..<3072: 112
        case ..<7680: 128
        case ..<15360: 192
        default: 256
        }
    }
}

extension AsymmetricKey {
    /// The key in words, such as `EC P-256 public key`.
    var title: String {
        let half = hasPrivateHalf ? "private key" : "public key"
        return switch kind {
        case .rsa: "RSA \(bits)-bit \(half)"
        case .rsaPSS: "RSA-PSS \(bits)-bit \(half)"
        case .ec(let curve): "EC \(curve.joseName) \(half)"
        case .ed25519: "Ed25519 \(half)"
        case .ed448: "Ed448 \(half)"
        }
    }

    /// The fault that makes an RSA key worthless at any size; nil for a sound key. The exponent
    /// must be odd and not 1, and the modulus must not come from the generator of CVE-2017-15361.
    var defect: KeyError.UnsafeKey? {
        guard isRSA else { return nil }
        guard let exponent = publicExponent, let last = exponent.last, last & 1 == 1,
            exponent != [1]
        else { return .publicExponent }
        guard let modulus, !ROCA.isFingerprint(modulus) else { return .roca }
        return nil
    }
}

extension Curve {
    /// The name in the `crv` of a JWK (RFC 7518 section 6.2.1.1, RFC 8812 section 3.1).
    var joseName: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        case .secp256k1: "secp256k1"
        }
    }
}

/// The fingerprint of RSA moduli that were made by Infineon's library (CVE-2017-15361, "ROCA").
///
/// Their primes are k·M + (65537^a mod M), where M is a product of small primes, so the modulus is
/// a power of 65537 modulo each of those primes. By chance that happens once in 2^154.
private enum ROCA {
    /// The odd primes of M for the smallest keys.
    private static let primes: [Int] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// Whether `modulus`, big-endian, is a power of 65537 modulo every prime of the list.
    static func isFingerprint(_ modulus: [UInt8]) -> Bool {
        primes.allSatisfy { prime in
            let residue = modulus.reduce(0) { ($0 * 256 + Int($1)) % prime }
            var power = 1
            repeat {
                if power == residue { return true }
                power = power * 65537 % prime
            } while power != 1
            return false
        }
    }
}
