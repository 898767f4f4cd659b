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
