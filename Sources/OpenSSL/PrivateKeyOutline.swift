internal import Platform

/// The parts of a PKCS#8 PrivateKeyInfo (RFC 5958) that OpenSSL 3.0 does not look at.
struct PrivateKeyOutline {
    /// The bits of the public half, where the key states it (version 2).
    let publicHalf: [UInt8]?

    /// The same key in version 1: OpenSSL 3.0 cannot read the other.
    let firstVersion: SecretBytes

    /// Throws where the key does not fill its place, or contradicts itself about its curve.
    init(_ der: SecretBytes) throws(OpenSSLError) {
        let outline = try unsafe der.withBytes { bytes throws(OpenSSLError) in
            try Self.outline(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
        publicHalf = outline.publicHalf
        let key = unsafe der.withBytes {
            unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[outline.key]))
        }
        firstVersion = DEREnvelope.privateKeyInfo(outline.algorithm, key: key)
    }

    private static func outline(
        _ der: Span<UInt8>
    ) throws(OpenSSLError) -> (publicHalf: [UInt8]?, algorithm: [UInt8], key: Range<Int>) {
        guard KeyStructure.of(der) == .privateKeyInfo,
            let parts = DERElement.only(in: 0..<der.count, of: der)?.children(of: der),
            let type = parts[1].children(of: der), let identifier = type.first?.identifier(of: der),
            let key = DERElement.only(in: parts[2].content, of: der)
        else { throw .unreadableKey }
        if identifier == KeyIdentifier.ec, type.count == 2,
            let inner = curveParameters(of: key, der),
            inner != type[1].whole.map({ der[$0] })
        {
            // OpenSSL would take the curve within the key; another reader takes the one outside.
            throw inner.first == DERElement.objectIdentifier
                ? .inconsistentKey : .explicitCurveParameters
        }
        var publicHalf: [UInt8]?
        for part in parts.dropFirst(3) {
            switch part.tag {
            case 0xA0: break  // Attributes.
            case 0x81: publicHalf = part.content.map { der[$0] }
            case 0xA1:
                // Not what RFC 5958 says, and what the library "ring" has written for years.
                guard let bits = DERElement.only(in: part.content, of: der),
                    bits.tag == DERElement.bitString
                else { throw .unreadableKey }
                publicHalf = bits.content.map { der[$0] }
            default: throw .unreadableKey
            }
        }
        return (publicHalf, parts[1].whole.map { der[$0] }, parts[2].content)
    }

    /// The parameters within an ECPrivateKey (RFC 5915), one whole element; nil where there are
    /// none.
    static func curveParameters(of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        let der = unsafe bytes.bindMemory(to: UInt8.self).span
        return DERElement.only(in: 0..<der.count, of: der).flatMap { curveParameters(of: $0, der) }
    }

    private static func curveParameters(of key: DERElement, _ der: Span<UInt8>) -> [UInt8]? {
        guard let holder = key.children(of: der)?.first(where: { $0.tag == 0xA0 }),
            let parameters = DERElement.only(in: holder.content, of: der)
        else { return nil }
        return parameters.whole.map { der[$0] }
    }
}
