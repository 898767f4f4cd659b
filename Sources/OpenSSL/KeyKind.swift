/// The kind of key that an `AsymmetricKey` holds.
package enum KeyKind: Sendable, Hashable {
    case rsa
    /// RSA, restricted by its own type to PSS (RFC 4055).
    case rsaPSS
    case ec(Curve)
    case ed25519
    case ed448
}

/// An elliptic curve that a token may be signed on.
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

/// A way to sign, without the name that JOSE gives it.
package enum SignatureScheme: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5.
    case rsaPKCS1(Digest)
    /// RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash, as RFC 7518
    /// section 3.5 wants it; no other salt verifies.
    case rsaPSS(Digest)
    /// ECDSA, the signature being r and s side by side (RFC 7518 section 3.4), never DER.
    case ecdsa(Digest, Curve)
    /// EdDSA on the curve of the key, which hashes for itself (RFC 8032).
    case edDSA

    /// The hash that OpenSSL applies first.
    var digest: Digest? {
        switch self {
        case .rsaPKCS1(let digest), .rsaPSS(let digest), .ecdsa(let digest, _): digest
        case .edDSA: nil
        }
    }

    /// Whether a key of this kind can follow the scheme.
    package func fits(_ kind: KeyKind) -> Bool {
        switch (self, kind) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.rsaPSS, .rsaPSS): true
        case (.ecdsa(_, let curve), .ec(let other)): curve == other
        case (.edDSA, .ed25519), (.edDSA, .ed448): true
        default: false
        }
    }
}

/// The object identifiers of the kinds of keys, as DER content.
enum KeyIdentifier {
    static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    static let rsaPSS: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]
    static let ec: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
}
