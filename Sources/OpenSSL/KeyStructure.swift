/// The structures in which DER holds a key, told apart by their outline alone.
///
/// Nothing is decoded to find out, and nothing is tried: a file that is one of them is read as
/// that or not at all.
package enum KeyStructure: Sendable, CaseIterable {
    /// SubjectPublicKeyInfo (RFC 5280 section 4.1).
    case subjectPublicKeyInfo
    /// PrivateKeyInfo or OneAsymmetricKey (RFC 5208, RFC 5958), "PKCS#8".
    case privateKeyInfo
    /// EncryptedPrivateKeyInfo (RFC 5958 section 3).
    case encryptedPrivateKeyInfo
    /// RSAPublicKey (RFC 8017 appendix A.1.1), "PKCS#1".
    case rsaPublicKey
    /// RSAPrivateKey (RFC 8017 appendix A.1.2), "PKCS#1".
    case rsaPrivateKey
    /// ECPrivateKey (RFC 5915), "SEC1".
    case ecPrivateKey
    /// Certificate (RFC 5280 section 4.1).
    case certificate
    /// PFX (RFC 7292), which holds keys and certificates.
    case pkcs12

    /// The structure that the whole of `der` has the outline of.
    package static func of(_ der: Span<UInt8>) -> KeyStructure? {
        guard let whole = DERElement.only(in: 0..<der.count, of: der),
            whole.tag == DERElement.sequence, let parts = whole.children(of: der),
            let first = parts.first
        else { return nil }
        let tags = parts.map(\.tag)
        switch first.tag {
        case DERElement.sequence: return beginningWithSequence(first, tags, der)
        case DERElement.integer: return beginningWithNumber(first.smallInteger(of: der), tags)
        default: return nil
        }
    }

    private static func beginningWithSequence(
        _ first: DERElement, _ tags: [UInt8], _ der: Span<UInt8>
    ) -> KeyStructure? {
        guard let inner = first.children(of: der)?.map(\.tag), let innerFirst = inner.first else {
            return nil
        }
        let isAlgorithm = innerFirst == DERElement.objectIdentifier && inner.count <= 2
        switch tags {
        case [0x30, 0x03]: return isAlgorithm ? .subjectPublicKeyInfo : nil
        case [0x30, 0x04]: return isAlgorithm ? .encryptedPrivateKeyInfo : nil
        case [0x30, 0x30, 0x03]:
            // Certificate requests and revocation lists end in the same way.
            let fields = innerFirst == 0xA0 ? inner.dropFirst() : inner[...]
            return fields.starts(with: [0x02, 0x30, 0x30, 0x30, 0x30, 0x30]) ? .certificate : nil
        default: return nil
        }
    }

    /// `number` is the version, but for the modulus of `rsaPublicKey`, too large to be one.
    private static func beginningWithNumber(_ number: Int?, _ tags: [UInt8]) -> KeyStructure? {
        switch (number, tags) {
        case (_, [0x02, 0x02]): .rsaPublicKey
        case (0?, _) where tags.starts(with: [0x02, 0x30, 0x04]): .privateKeyInfo
        case (1?, _) where tags.starts(with: [0x02, 0x30, 0x04]): .privateKeyInfo
        case (1?, _) where tags.starts(with: [0x02, 0x04]): .ecPrivateKey
        case (0?, [UInt8](repeating: 0x02, count: 9)): .rsaPrivateKey
        case (1?, [UInt8](repeating: 0x02, count: 9) + [0x30]): .rsaPrivateKey
        case (3?, [0x02, 0x30]), (3?, [0x02, 0x30, 0x30]): .pkcs12
        default: nil
        }
    }
}
