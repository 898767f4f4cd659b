internal import JSON
internal import OpenSSL
package import Platform

/// Reads what `--key` was given. Whatever the content, the result is never an HMAC secret unless a
/// JWK says `oct`: "no PEM" must not come to mean "a secret" (CVE-2023-48223, CVE-2026-34950).
package enum KeyParser {
    /// For content that may be private. `passphrase` opens an encrypted key and is left alone by
    /// others; without it such a key throws `.passphraseNeeded`.
    package static func parse(
        _ content: SecretBytes, passphrase: SecretBytes? = nil
    ) throws(KeyError) -> KeySet {
        try unsafe content.withBytes { bytes throws(KeyError) in
            try parse(unsafe bytes.bindMemory(to: UInt8.self).span, passphrase)
        }
    }

    /// For content that is public, or that the caller wipes.
    package static func parse(_ content: [UInt8]) throws(KeyError) -> KeySet {
        try parse(content.span, nil)
    }

    /// One look at the content settles how it is read. A form that fails is not tried as another.
    private static func parse(
        _ content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> KeySet {
        guard content.count > 0 else { throw .empty }
        if PEM.firstLabel(in: content) != nil { return try pem(content, passphrase) }
        guard let format = KeySniffer.format(of: content) else { throw .unrecognized }
        if format == .jwk || format == .jwks { return try json(content) }
        let der = SecretBytes(copying: content)
        return KeySet(try key(der, format, passphrase), encoding: .der)
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
        guard let members = object["keys"] else {
            return KeySet(try JWKReader.key(object), encoding: .jwk)
        }
        guard let members = members.arrayValue else { throw .invalidMember("keys") }
        return try JWKReader.set(members)
    }

    /// The one key of a PEM text: its private key, whatever certificates stand around it, or the
    /// first certificate of a chain, which is the holder's own.
    private static func pem(
        _ content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> KeySet {
        // The parameters that OpenSSL writes in front of an EC key say nothing that the key does not.
        let blocks = try PEM.blocks(in: content).filter { $0.label != "EC PARAMETERS" }
        let keys = blocks.filter { KeySniffer.format(ofLabel: $0.label) != .certificate }
        guard let block = keys.first ?? blocks.first else { throw .invalidPEM }
        guard keys.count <= 1 else { throw .severalKeys }
        guard !PEM.isEncrypted(block, in: content) else {
            throw .unsupportedFormat(.legacyEncrypted)
        }
        let key = try key(
            try PEM.der(of: block, in: content), KeySniffer.format(ofLabel: block.label), passphrase
        )
        return KeySet(key, encoding: .pem)
    }

    /// The key in a DER structure. A new form of key gets its door here.
    private static func key(
        _ der: SecretBytes, _ format: KeyFormat, _ passphrase: SecretBytes?
    ) throws(KeyError) -> Key {
        try Key(.asymmetric(try asymmetricKey(der, format, passphrase)))
    }

    private static func asymmetricKey(
        _ der: SecretBytes, _ format: KeyFormat, _ passphrase: SecretBytes?
    ) throws(KeyError) -> AsymmetricKey {
        if format == .encryptedPKCS8 {
            guard let passphrase else { throw .passphraseNeeded }
            let isDecent = unsafe der.withBytes { bytes in
                unsafe KeyDerivationCost.isDecent(bytes.bindMemory(to: UInt8.self).span)
            }
            guard isDecent else { throw .excessiveKeyDerivation }
            return try KeyError.translating { () throws(OpenSSLError) in
                try AsymmetricKey.encryptedPrivateKeyInfo(der, passphrase: passphrase)
            }
        }
        let reader: (SecretBytes) throws(OpenSSLError) -> AsymmetricKey
        switch format {
        case .spki: reader = AsymmetricKey.subjectPublicKeyInfo
        case .pkcs8: reader = AsymmetricKey.privateKeyInfo
        case .pkcs1Public: reader = AsymmetricKey.pkcs1PublicKey
        case .pkcs1Private: reader = AsymmetricKey.pkcs1PrivateKey
        case .sec1: reader = AsymmetricKey.sec1PrivateKey
        case .certificate: reader = AsymmetricKey.certificate
        default: throw .unsupportedFormat(format)
        }
        return try KeyError.translating { () throws(OpenSSLError) in try reader(der) }
    }
}
