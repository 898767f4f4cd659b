package import JSON
internal import OpenSSL

/// The signature algorithms of JOSE, with the names that RFC 7518, 8037, 8812 and 9864 register.
///
/// There is no case for `none`: a token that names it can be read, but never verified.
package enum Algorithm: String, CaseIterable, Sendable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case es256k = "ES256K"
    case edDSA = "EdDSA"
    case ed25519 = "Ed25519"
    case ed448 = "Ed448"

    /// The algorithm with exactly this name, in the registered case; nil for any other name.
    ///
    /// Names are compared as bytes: to Swift's `==`, "ES256K" with a Kelvin sign is the same
    /// string.
    package init?(name: JSONString) {
        guard let match = Self.allCases.first(where: { JSONString($0.rawValue) == name }) else {
            return nil
        }
        self = match
    }

    /// The operation that the algorithm applies to a message.
    enum Operation {
        /// An HMAC with this hash (RFC 7518 section 3.2).
        case mac(Digest)
        /// A digital signature.
        case signature(SignatureScheme)
    }

    /// The operation and its parameters.
    var operation: Operation {
        switch self {
        case .hs256: .mac(.sha256)
        case .hs384: .mac(.sha384)
        case .hs512: .mac(.sha512)
        case .rs256: .signature(.rsaPKCS1(.sha256))
        case .rs384: .signature(.rsaPKCS1(.sha384))
        case .rs512: .signature(.rsaPKCS1(.sha512))
        case .ps256: .signature(.rsaPSS(.sha256))
        case .ps384: .signature(.rsaPSS(.sha384))
        case .ps512: .signature(.rsaPSS(.sha512))
        case .es256: .signature(.ecdsa(.sha256, .p256))
        case .es384: .signature(.ecdsa(.sha384, .p384))
        case .es512: .signature(.ecdsa(.sha512, .p521))
        case .es256k: .signature(.ecdsa(.sha256, .secp256k1))
        case .edDSA, .ed25519, .ed448: .signature(.edDSA)
        }
    }

    /// Whether an asymmetric key of this kind can serve the algorithm. `EdDSA` (RFC 8037) takes
    /// either Edwards curve; `Ed25519` and `Ed448` (RFC 9864) each take one.
    func fits(_ kind: KeyKind) -> Bool {
        guard case .signature(let scheme) = operation else { return false }
        return switch self {
        case .ed25519: kind == .ed25519
        case .ed448: kind == .ed448
        default: scheme.fits(kind)
        }
    }
}

extension Algorithm: CustomStringConvertible {
    package var description: String { rawValue }
}
