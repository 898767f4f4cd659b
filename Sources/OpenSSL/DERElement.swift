internal import Platform

/// One element of DER (X.690) within a text: its ranges, not its meaning.
///
/// Lengths have to be definite and in their shortest form, as DER demands, so that two readers
/// cannot disagree about where an element ends.
package struct DERElement: Equatable, Sendable {
    package static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let objectIdentifier: UInt8 = 0x06
    package static let sequence: UInt8 = 0x30

    package let tag: UInt8
    /// The range of tag, length and content.
    let whole: Range<Int>
    /// The range of the content alone.
    package let content: Range<Int>

    /// The element at the beginning of `range`, which it must not exceed; nil for malformed DER.
    static func first(in range: Range<Int>, of der: Span<UInt8>) -> DERElement? {
        guard range.count >= 2 else { return nil }
        let tag = der[range.lowerBound]
        // Tags above 30 take more bytes (X.690 section 8.1.2.4); keys do not use them.
        guard tag & 0x1F != 0x1F else { return nil }
        var start = range.lowerBound + 2
        var length = Int(der[range.lowerBound + 1])
        if length >= 0x80 {
            let byteCount = length & 0x7F
            guard (1...4).contains(byteCount), range.upperBound - start >= byteCount else {
                return nil
            }
            length = (start..<start + byteCount).reduce(0) { $0 << 8 | Int(der[$1]) }
            guard length >= 0x80, length >> (8 * (byteCount - 1)) != 0 else { return nil }
            start += byteCount
        }
        guard range.upperBound - start >= length else { return nil }
        return DERElement(
            tag: tag, whole: range.lowerBound..<start + length, content: start..<start + length)
    }

    /// The element that takes up all of `range`; nil if anything follows it.
    package static func only(in range: Range<Int>, of der: Span<UInt8>) -> DERElement? {
        guard let element = first(in: range, of: der), element.whole == range else { return nil }
        return element
    }

    /// The elements of the content; nil if it is malformed or has more than `limit` of them.
    package func children(of der: Span<UInt8>, atMost limit: Int = 16) -> [DERElement]? {
        var children: [DERElement] = []
        var position = content.lowerBound
        while position < content.upperBound {
            guard children.count < limit,
                let child = Self.first(in: position..<content.upperBound, of: der)
            else { return nil }
            children.append(child)
            position = child.whole.upperBound
        }
        return children
    }

    /// The value of an INTEGER from 0 to 2^31 - 1; nil for anything else.
    package func smallInteger(of der: Span<UInt8>) -> Int? {
        guard tag == Self.integer, (1...4).contains(content.count), der[content.lowerBound] < 0x80
        else { return nil }
        return content.reduce(0) { $0 << 8 | Int(der[$1]) }
    }

    /// The content of an OBJECT IDENTIFIER; nil for anything else.
    package func identifier(of der: Span<UInt8>) -> [UInt8]? {
        tag == Self.objectIdentifier ? content.map { der[$0] } : nil
    }

    /// Tag and length of an element whose content has `count` bytes.
    static func header(tag: UInt8, count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [tag, UInt8(count)] }
        var length: [UInt8] = []
        var rest = count
        while rest > 0 {
            length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length
    }
}

/// Wraps a bare key in the structure that names its kind, so that each kind has a single reader.
enum DEREnvelope {
    /// The AlgorithmIdentifier of RSA (RFC 8017 appendix A.1), whose parameters are NULL.
    static let rsa = algorithm(KeyIdentifier.rsa, parameters: [0x05, 0x00])

    /// An AlgorithmIdentifier (RFC 5280 section 4.1.1.2). `parameters` is one whole element.
    static func algorithm(_ identifier: [UInt8], parameters: [UInt8]) -> [UInt8] {
        let name = DERElement.header(tag: DERElement.objectIdentifier, count: identifier.count)
        let content = name + identifier + parameters
        return DERElement.header(tag: DERElement.sequence, count: content.count) + content
    }

    /// A PrivateKeyInfo (RFC 5208) around `key`.
    static func privateKeyInfo(_ algorithm: [UInt8], key: SecretBytes) -> SecretBytes {
        let version: [UInt8] = [DERElement.integer, 1, 0]
        let octets = DERElement.header(tag: DERElement.octetString, count: key.count)
        return sequence(version + algorithm + octets, key)
    }

    /// A SubjectPublicKeyInfo (RFC 5280 section 4.1) around `key`.
    static func publicKeyInfo(_ algorithm: [UInt8], key: SecretBytes) -> SecretBytes {
        // The first byte of a BIT STRING is the number of unused bits in its last one.
        let bits = DERElement.header(tag: DERElement.bitString, count: key.count + 1) + [0]
        return sequence(algorithm + bits, key)
    }

    /// A SEQUENCE with the content `prefix` and `rest`.
    private static func sequence(_ prefix: [UInt8], _ rest: SecretBytes) -> SecretBytes {
        let header = DERElement.header(tag: DERElement.sequence, count: prefix.count + rest.count)
        let front = header + prefix
        return unsafe SecretBytes(capacity: front.count + rest.count) { target in
            unsafe target.copyBytes(from: front)
            unsafe rest.withBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[front.count...])
                    .copyMemory(from: $0)
            }
            return target.count
        }
    }
}

/// The DER structures of keys, distinguished by their outline alone.
///
/// The outline is the sequence of tags. Nothing is decoded, and nothing is tried: content with the
/// outline of a structure is read as that structure, or not at all.
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

    /// The structure whose outline all of `der` has; nil for any other content.
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

    /// The structure by the tags of its elements, of which the first is a SEQUENCE.
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
            // Certificate requests and revocation lists have the same last elements.
            let fields = innerFirst == 0xA0 ? inner.dropFirst() : inner[...]
            return fields.starts(with: [0x02, 0x30, 0x30, 0x30, 0x30, 0x30]) ? .certificate : nil
        default: return nil
        }
    }

    /// The structure by its version `number`, and by the tags of its elements. In `rsaPublicKey`
    /// the first number is the modulus, which is too large to be a version.
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

/// The parts of a PKCS#8 PrivateKeyInfo (RFC 5958) that OpenSSL 3.0 ignores.
struct PrivateKeyOutline {
    /// The bits of the public half; nil unless the key states it, as version 2 may.
    let publicHalf: [UInt8]?

    /// The key as version 1, since OpenSSL 3.0 cannot read version 2.
    let firstVersion: SecretBytes

    /// Throws if anything follows the key inside of the structure, or if the structure and the key
    /// name different curves.
    init(_ der: SecretBytes) throws(OpenSSLError) {
        let outline = try der.withSpan { der throws(OpenSSLError) in try Self.outline(der) }
        publicHalf = outline.publicHalf
        let key = unsafe der.withBytes {
            unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[outline.key]))
        }
        firstVersion = DEREnvelope.privateKeyInfo(outline.algorithm, key: key)
    }

    /// The parts of the structure; `key` is the range of the inner key.
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
            // OpenSSL would use the curve inside of the key, another reader the one outside.
            throw inner.first == DERElement.objectIdentifier
                ? .inconsistentKey : .explicitCurveParameters
        }
        var publicHalf: [UInt8]?
        for part in parts.dropFirst(3) {
            switch part.tag {
            case 0xA0: break  // Attributes.
            case 0x81: publicHalf = part.content.map { der[$0] }
            case 0xA1:
                // RFC 5958 has another form. This is what the library "ring" has written for years.
                guard let bits = DERElement.only(in: part.content, of: der),
                    bits.tag == DERElement.bitString
                else { throw .unreadableKey }
                publicHalf = bits.content.map { der[$0] }
            default: throw .unreadableKey
            }
        }
        return (publicHalf, parts[1].whole.map { der[$0] }, parts[2].content)
    }

    /// The parameters in an ECPrivateKey (RFC 5915), as one whole element; nil if there are none.
    static func curveParameters(of der: Span<UInt8>) -> [UInt8]? {
        DERElement.only(in: 0..<der.count, of: der).flatMap { curveParameters(of: $0, der) }
    }

    private static func curveParameters(of key: DERElement, _ der: Span<UInt8>) -> [UInt8]? {
        guard let holder = key.children(of: der)?.first(where: { $0.tag == 0xA0 }),
            let parameters = DERElement.only(in: holder.content, of: der)
        else { return nil }
        return parameters.whole.map { der[$0] }
    }
}
