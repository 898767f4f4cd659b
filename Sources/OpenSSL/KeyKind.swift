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

/// What sort of key an `AsymmetricKey` holds.
package enum KeyKind: Sendable, Hashable {
    case rsa
    /// RSA, restricted by its own type to PSS (RFC 4055).
    case rsaPSS
    case ec(Curve)
    case ed25519
    case ed448
}
