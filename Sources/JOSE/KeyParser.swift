internal import JSON
internal import OpenSSL
package import Platform

/// Reads the content of `--key` in any format: PEM, DER, JWK, JWK set, or base64 or hex of one.
///
/// `KeySniffer` decides about the format, then the reader of that format takes over: `JWKReader`,
/// `PEM`, `OpenSSHKey`, or OpenSSL by way of `AsymmetricKey`. The result is never an HMAC secret
/// unless a JWK says `oct`: "not PEM" must not come out as "a secret" (CVE-2023-48223,
/// CVE-2026-34950).
package enum KeyParser {
    /// Reads content that may be private. `passphrase` decrypts an encrypted key and is ignored for
    /// others; without it an encrypted key throws `.passphraseNeeded`.
    package static func parse(
        _ content: SecretBytes, passphrase: SecretBytes? = nil
    ) throws(KeyError) -> KeySet {
        try content.withSpan { text throws(KeyError) in try parse(text, passphrase) }
    }

    /// Reads content that is public, or that the caller wipes.
    package static func parse(_ content: [UInt8]) throws(KeyError) -> KeySet {
        try parse(content.span, nil)
    }

    /// The origin of bytes that are parsed.
    private enum Origin {
        /// The content of the file.
        case file
        /// Decoded from base64 or hex, which is not done a second time.
        case decoded
    }

    /// Decides once, by its content, in which format the key is. If it turns out to be damaged, no
    /// other format is tried.
    private static func parse(
        _ content: Span<UInt8>, _ passphrase: SecretBytes?, origin: Origin = .file
    ) throws(KeyError) -> KeySet {
        let text = content.extracting(KeyContent.core(of: content))
        guard text.count > 0 else { throw .empty }
        guard let format = KeySniffer.format(of: content) else {
            guard origin == .file, let keys = try spelled(text, passphrase) else {
                throw unreadable(text)
            }
            return keys
        }
        guard KeyStructure.of(content) == nil else {
            let der = SecretBytes(copying: content)
            return KeySet(
                try Key(.asymmetric(asymmetricKey(der, format, passphrase))), encoding: .der)
        }
        switch format {
        case .jwk, .jwks, .keyMap, .discovery: return try json(text)
        case .ssh, .damagedPEM, .otherDER, .serviceAccount, .token, .utf16, .html, .xml, .otherJSON:
            throw .unsupportedFormat(format)
        default: return try pem(text, passphrase)
        }
    }

    /// The keys in a text that is base64 or hex of a key without armour, as some issuers publish
    /// theirs; nil for any other text.
    private static func spelled(
        _ text: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> KeySet? {
        for decoded in KeyContent.decodings(of: text) {
            let keys = try decoded.withSpan { content throws(KeyError) -> KeySet? in
                guard KeySniffer.format(of: content) != nil else { return nil }
                return try parse(content, passphrase, origin: .decoded)
            }
            if let keys { return keys }
        }
        return nil
    }

    /// The error for a text of no known format. One that begins like a JSON object is damaged JSON.
    private static func unreadable(_ text: Span<UInt8>) -> KeyError {
        guard text.count >= 2, text[0] == UInt8(ascii: "{"),
            text[1] == UInt8(ascii: "\"") || KeyContent.isSpace(text[1])
        else { return .unrecognized }
        do throws(JSONError) {
            _ = try JSONParser.parse(text)
            return .unrecognized
        } catch {
            return .invalidJSON(error)
        }
    }

    /// Reads a JWK set, which has `keys`, a single JWK, or a map of names to PEM texts.
    private static func json(_ content: Span<UInt8>) throws(KeyError) -> KeySet {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(content)
        } catch {
            throw .invalidJSON(error)
        }
        guard let object = value.objectValue else { throw .unrecognized }
        if let members = object["keys"] {
            guard let members = members.arrayValue else { throw .invalidMember("keys") }
            return try JWKReader.set(members)
        }
        if object["kty"] != nil || object["x5c"] != nil {
            return KeySet(try JWKReader.key(object), encoding: .jwk)
        }
        if let place = object["jwks_uri"] { throw .discoveryDocument(place.stringValue) }
        return try map(object)
    }

    /// Reads an object of certificates or public keys by `kid`. Members that cannot be used are
    /// skipped and reported; throws if none is left.
    private static func map(_ object: JSONObject) throws(KeyError) -> KeySet {
        var keys: [Key] = []
        var skipped: [KeySet.Skipped] = []
        for (index, member) in object.members.enumerated() {
            do throws(KeyError) {
                guard let text = member.value.stringValue else { throw .unrecognized }
                for key in try pem(text.utf8.span, nil).keys {
                    keys.append(try key.named(member.name))
                }
            } catch {
                skipped.append(
                    KeySet.Skipped(
                        index: index, keyID: member.name, reason: JSONString(error.description)))
            }
        }
        guard !keys.isEmpty else { throw .noUsableKey(skipped) }
        return KeySet(members: keys, skipped: skipped)
    }

    /// Reads a PEM text: its only private or public key, or else the keys of its certificates. If
    /// there are certificates next to a key, at least one must be for that key. Otherwise the file
    /// is a mistake, or an attempt to pass one key off as another.
    private static func pem(
        _ content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> KeySet {
        // The parameters that OpenSSL writes before an EC key repeat what is in the key.
        let blocks = try PEM.blocks(in: content).filter { $0.label != "EC PARAMETERS" }
        let certificates = blocks.filter { KeySniffer.format(ofLabel: $0.label) == .certificate }
        let keys = blocks.filter { KeySniffer.format(ofLabel: $0.label) != .certificate }
        guard keys.count <= 1 else { throw .severalKeys }
        guard let block = keys.first else { return try holders(of: certificates, in: content) }
        let key = try asymmetricKey(block, in: content, passphrase)
        if !certificates.isEmpty {
            guard certificates.contains(where: { isCertificate($0, of: key, in: content) }) else {
                throw .severalKeys
            }
        }
        return KeySet(try Key(.asymmetric(key)), encoding: .pem)
    }

    /// The keys of the holders of these certificates, each once. The keys of authorities, which
    /// have signed other certificates of the file, are left out: they belong to the chain and sign
    /// no tokens.
    private static func holders(
        of certificates: [PEM.Block], in content: Span<UInt8>
    ) throws(KeyError) -> KeySet {
        guard let first = certificates.first else { throw .invalidPEM }
        guard certificates.count > 1 else {
            return KeySet(
                try Key(.asymmetric(asymmetricKey(first, in: content, nil))), encoding: .pem)
        }
        var ders: [SecretBytes] = []
        var keys: [AsymmetricKey] = []
        var fault: KeyError?
        for block in certificates {
            ders.append(try PEM.der(of: block, in: content))
            do throws(KeyError) {
                let key = try asymmetricKey(block, in: content, nil)
                if !keys.contains(where: { $0.hasSamePublicHalf(as: key) }) { keys.append(key) }
            } catch {
                // An authority may have a key of a kind that cannot sign tokens.
                fault = fault ?? error
            }
        }
        let holders = keys.filter { key in !ders.contains { key.hasSigned(certificate: $0) } }
        guard let only = holders.first ?? (fault == nil ? keys.first : nil) else {
            throw fault ?? .invalidPEM
        }
        guard holders.count > 1 else {
            return KeySet(try Key(.asymmetric(only)), encoding: .pem)
        }
        var members: [Key] = []
        for key in holders { members.append(try Key(.asymmetric(key))) }
        return KeySet(members: members, skipped: [])
    }

    /// Whether a certificate is for `key`. One that cannot be read is not, since authorities may
    /// have kinds of keys that cannot sign tokens.
    private static func isCertificate(
        _ block: PEM.Block, of key: AsymmetricKey, in content: Span<UInt8>
    ) -> Bool {
        do throws(KeyError) {
            return key.hasSamePublicHalf(as: try asymmetricKey(block, in: content, nil))
        } catch {
            return false
        }
    }

    /// The key of one block, whose content has to be of the format that its label names.
    private static func asymmetricKey(
        _ block: PEM.Block, in content: Span<UInt8>, _ passphrase: SecretBytes?
    ) throws(KeyError) -> AsymmetricKey {
        guard !PEM.isEncrypted(block, in: content) else {
            throw .unsupportedFormat(.legacyEncrypted)
        }
        let label = KeySniffer.format(ofLabel: block.label)
        guard label != .otherPEM else { throw .unsupportedFormat(label) }
        let der = try PEM.der(of: block, in: content)
        if label == .sshPrivate { return try OpenSSHKey.read(der) }
        guard let structure = der.withSpan({ KeyStructure.of($0) }) else {
            throw .crypto(.unreadableKey)
        }
        guard KeyFormat(structure) == label else {
            throw .mislabelled(label: label, content: KeyFormat(structure))
        }
        return try asymmetricKey(der, label, passphrase)
    }

    /// The key in a DER structure. To support another structure, add it here and to `KeyStructure`.
    private static func asymmetricKey(
        _ der: SecretBytes, _ format: KeyFormat, _ passphrase: SecretBytes?
    ) throws(KeyError) -> AsymmetricKey {
        if format == .encryptedPKCS8 {
            guard let passphrase else { throw .passphraseNeeded }
            guard der.withSpan({ KeyDerivationCost.isAcceptable($0) }) else {
                throw .excessiveKeyDerivation
            }
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
