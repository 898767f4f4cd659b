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
        guard let format = KeySniffer.format(of: content) else { throw .unrecognized }
        if KeyStructure.of(content) == nil, PEM.firstLabel(in: content) != nil {
            return try pem(content, passphrase)
        }
        if format == .jwk || format == .jwks { return try json(content) }
        let der = SecretBytes(copying: content)
        return KeySet(
            try Key(.asymmetric(asymmetricKey(der, format, passphrase))), encoding: .der)
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
    /// first certificate of a chain, which is the holder's own. Of certificates beside a key one at
    /// least has to be the key's: else the file is a mistake, or somebody's trap.
    private static func pem(
        _ content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> KeySet {
        // The parameters that OpenSSL writes in front of an EC key say nothing that the key does not.
        let blocks = try PEM.blocks(in: content).filter { $0.label != "EC PARAMETERS" }
        let certificates = blocks.filter { KeySniffer.format(ofLabel: $0.label) == .certificate }
        let keys = blocks.filter { KeySniffer.format(ofLabel: $0.label) != .certificate }
        guard keys.count <= 1 else { throw .severalKeys }
        guard let block = keys.first ?? certificates.first else { throw .invalidPEM }
        let key = try asymmetricKey(block, in: content, passphrase)
        if !keys.isEmpty, !certificates.isEmpty {
            guard certificates.contains(where: { isCertificate($0, of: key, in: content) }) else {
                throw .severalKeys
            }
        }
        return KeySet(try Key(.asymmetric(key)), encoding: .pem)
    }

    /// A certificate that cannot be read is none of this key's: authorities may have kinds of keys
    /// that sign no tokens.
    private static func isCertificate(
        _ block: PEM.Block, of key: AsymmetricKey, in content: Span<UInt8>
    ) -> Bool {
        do throws(KeyError) {
            return key.hasSamePublicHalf(as: try asymmetricKey(block, in: content, nil))
        } catch {
            return false
        }
    }

    /// The key of one block, which has to hold what its label says.
    private static func asymmetricKey(
        _ block: PEM.Block, in content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> AsymmetricKey {
        guard !PEM.isEncrypted(block, in: content) else {
            throw .unsupportedFormat(.legacyEncrypted)
        }
        let label = KeySniffer.format(ofLabel: block.label)
        guard label != .ssh, label != .otherPEM else { throw .unsupportedFormat(label) }
        let der = try PEM.der(of: block, in: content)
        let structure = unsafe der.withBytes {
            KeyStructure.of(unsafe $0.bindMemory(to: UInt8.self).span)
        }
        guard let structure else { throw .crypto(.unreadableKey) }
        guard KeyFormat(structure) == label else {
            throw .mislabelled(label: label, content: KeyFormat(structure))
        }
        return try asymmetricKey(der, label, passphrase)
    }

    /// The key in a DER structure. A new form of key gets its door here.
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
