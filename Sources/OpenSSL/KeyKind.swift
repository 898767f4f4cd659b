/// The kind of an `AsymmetricKey`.
package enum KeyKind: Sendable, Hashable {
    case rsa
    /// An RSA key that its own type restricts to PSS (RFC 4055).
    case rsaPSS
    case ec(Curve)
    case ed25519
    case ed448

    /// OpenSSL's name of the type, which for EC says nothing about the curve.
    var typeName: String {
        switch self {
        case .rsa: "RSA"
        case .rsaPSS: "RSA-PSS"
        case .ec: "EC"
        case .ed25519: "ED25519"
        case .ed448: "ED448"
        }
    }
}

/// An elliptic curve on which tokens may be signed.
package enum Curve: Sendable, Hashable, CaseIterable {
    case p256
    case p384
    case p521
    case secp256k1

    /// OpenSSL's name of the group.
    var groupName: String {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .secp256k1: "secp256k1"
        }
    }

    /// The length in bytes of a coordinate, and of each half of a signature (RFC 7518 section 3.4).
    package var coordinateByteCount: Int {
        switch self {
        case .p256, .secp256k1: 32
        case .p384: 48
        case .p521: 66
        }
    }
}

/// A way to sign, without its name in JOSE.
package enum SignatureScheme: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    case rsaPKCS1(Digest)
    /// RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash, as RFC 7518 section
    /// 3.5 demands. No other salt verifies.
    case rsaPSS(Digest)
    /// ECDSA. The signature is r and s one after the other (RFC 7518 section 3.4), never DER.
    case ecdsa(Digest, Curve)
    /// EdDSA (RFC 8032) on the curve of the key. It includes its own hashing.
    case edDSA

    /// The hash that OpenSSL applies before signing; nil for EdDSA.
    var digest: Digest? {
        switch self {
        case .rsaPKCS1(let digest), .rsaPSS(let digest), .ecdsa(let digest, _): digest
        case .edDSA: nil
        }
    }

    /// Whether a key of this kind can be used with the scheme.
    package func fits(_ kind: KeyKind) -> Bool {
        switch (self, kind) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.rsaPSS, .rsaPSS): true
        case (.ecdsa(_, let curve), .ec(let other)): curve == other
        case (.edDSA, .ed25519), (.edDSA, .ed448): true
        default: false
        }
    }
}

/// The object identifiers of the kinds of keys, as content of a DER element: rsaEncryption and
/// id-RSASSA-PSS (RFC 8017 appendix A), id-ecPublicKey (RFC 5480 section 2.1.1).
enum KeyIdentifier {
    static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    static let rsaPSS: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]
    static let ec: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
}
