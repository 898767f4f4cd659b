internal import OpenSSL

extension AsymmetricKey {
    var isRSA: Bool { kind == .rsa || kind == .rsaPSS }

    /// The key for a person: `EC P-256 public key`.
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

    /// What makes an RSA key worthless at any size.
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
    /// The name in a JWK's `crv` (RFC 7518 section 6.2.1.1, RFC 8812 section 3.1).
    var joseName: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        case .secp256k1: "secp256k1"
        }
    }
}

/// The fingerprint of RSA moduli made by Infineon's library (CVE-2017-15361, "ROCA").
///
/// Their primes are k·M + (65537^a mod M), where M is a product of small primes, so the modulus is
/// a power of 65537 modulo each of those. By chance that happens once in 2^154.
private enum ROCA {
    private static let primes: [Int] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// Whether `modulus`, big-endian, is such a product for every prime of the list.
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
