internal import JSON
internal import OpenSSL
package import Platform

/// Reads what `--key` was given. Whatever the content, the result is never an HMAC secret unless a
/// JWK says `oct`: "no PEM" must not come to mean "a secret" (CVE-2023-48223, CVE-2026-34950).
package enum KeyParser {
    /// For content that may be private.
    package static func parse(_ content: SecretBytes) throws(KeyError) -> KeySet {
        try unsafe content.withBytes { bytes throws(KeyError) in
            try parse(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
    }

    /// For content that is public, or that the caller wipes.
    package static func parse(_ content: [UInt8]) throws(KeyError) -> KeySet {
        try parse(content.span)
    }

    /// One look at the content settles how it is read. A form that fails is not tried as another.
    private static func parse(_ content: Span<UInt8>) throws(KeyError) -> KeySet {
        guard content.count > 0 else { throw .empty }
        switch KeySniffer.format(of: content) {
        case nil: throw .unrecognized
        case .jwk?, .jwks?: return try json(content)
        case .ssh?: throw .unsupportedFormat(.ssh)
        case .der?: throw .unsupportedFormat(.der)
        case .some: return KeySet(try pem(content))
        }
    }

    /// A JWKS, recognized by its `keys`, or one JWK.
    private static func json(_ content: Span<UInt8>) throws(KeyError) -> KeySet {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(content)
        } catch {
            throw .invalidJSON(error)
        }
        guard let object = value.objectValue else { throw .unrecognized }
        guard let members = object["keys"] else { return KeySet(try JWKReader.key(object)) }
        guard let members = members.arrayValue else { throw .invalidMember("keys") }
        return try JWKReader.set(members)
    }

    /// The one key of a PEM text. A new form of key gets its door here.
    private static func pem(_ content: Span<UInt8>) throws(KeyError) -> Key {
        // The parameters that OpenSSL writes in front of an EC key say nothing that the key does not.
        let blocks = try PEM.blocks(in: content).filter { $0.label != "EC PARAMETERS" }
        guard let block = blocks.first else { throw .invalidPEM }
        guard blocks.count == 1 else { throw .severalKeys }
        let format = KeySniffer.format(ofLabel: block.label)
        guard format == .spki || format == .pkcs8 else { throw .unsupportedFormat(format) }
        let der = try PEM.der(of: block, in: content)
        let key = try KeyError.translating { () throws(OpenSSLError) in
            format == .spki
                ? try AsymmetricKey.subjectPublicKeyInfo(der) : try .privateKeyInfo(der)
        }
        return try Key(.asymmetric(key))
    }
}
