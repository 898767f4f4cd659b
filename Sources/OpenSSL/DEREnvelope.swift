internal import Platform

/// Puts a bare key into the structure that says of what kind it is, so that each kind has one
/// reader.
enum DEREnvelope {
    /// The AlgorithmIdentifier of RSA (RFC 8017 appendix A.1), whose parameters are NULL.
    static let rsa = algorithm(KeyIdentifier.rsa, parameters: [0x05, 0x00])

    /// An AlgorithmIdentifier (RFC 5280 section 4.1.1.2); `parameters` is one whole element.
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
        // The first byte of a BIT STRING says how many bits of the last one are unused.
        let bits = DERElement.header(tag: DERElement.bitString, count: key.count + 1) + [0]
        return sequence(algorithm + bits, key)
    }

    /// A SEQUENCE of what is in `prefix` and then `rest`.
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
