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
