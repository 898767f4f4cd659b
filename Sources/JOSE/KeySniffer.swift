internal import JSON

/// Tells what form of key a content is, from the content alone.
enum KeySniffer {
    /// The form, or `nil` for what looks like no key.
    static func format(of content: Span<UInt8>) -> KeyFormat? {
        if let label = PEM.firstLabel(in: content) { return format(ofLabel: label) }
        var start = 0
        while start < content.count, [0x20, 0x09, 0x0A, 0x0D].contains(content[start]) {
            start += 1
        }
        let text = content.extracting(start...)
        guard text.count > 0 else { return nil }
        if text[0] == UInt8(ascii: "{") { return jsonFormat(of: text) }
        if sshMarks.contains(where: { PEM.find($0, in: text, from: 0) != nil }) { return .ssh }
        return derFormat(of: content)
    }

    /// What PEM armour with this label holds (RFC 7468); unknown labels hold a key of some kind
    /// too.
    static func format(ofLabel label: String) -> KeyFormat {
        switch label {
        case "PUBLIC KEY": .spki
        case "PRIVATE KEY": .pkcs8
        case "ENCRYPTED PRIVATE KEY": .encryptedPKCS8
        case "RSA PUBLIC KEY": .pkcs1Public
        case "RSA PRIVATE KEY": .pkcs1Private
        case "EC PRIVATE KEY", "EC PARAMETERS": .sec1
        case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE": .certificate
        case "OPENSSH PRIVATE KEY": .ssh
        default: .otherPEM
        }
    }

    /// Anywhere, since options may stand in front of the key in `authorized_keys`.
    private static let sshMarks = [
        "ssh-rsa", "ssh-dss", "ssh-ed25519", "ssh-ed448", "ecdsa-sha2-", "---- BEGIN SSH2",
    ].map { Array($0.utf8) }

    /// A JSON object that has the members of a JWK or JWKS. One that does not parse counts as a
    /// JWK: it is nearer to a damaged key than to anything else.
    private static func jsonFormat(of text: Span<UInt8>) -> KeyFormat? {
        do throws(JSONError) {
            guard let object = try JSONParser.parse(text).objectValue else { return nil }
            if object["keys"] != nil { return .jwks }
            return object["kty"] != nil ? .jwk : nil
        } catch {
            return .jwk
        }
    }

    /// Shorter than the shortest public key, the one of Ed25519 (RFC 8410).
    private static let minimumDERByteCount = 44

    /// What a DER structure is, from the kinds of its members; `nil` for what is no DER, or could
    /// be a random secret: of those one in millions is a SEQUENCE of its own length.
    private static func derFormat(of content: Span<UInt8>) -> KeyFormat? {
        guard content.count >= minimumDERByteCount, let members = DERReader.sequence(content),
            let first = members.first
        else { return nil }
        let tags = members.map(\.tag)
        typealias Tag = DERReader.Tag
        switch tags {
        case [Tag.sequence, Tag.bitString]: return .spki
        case [Tag.sequence, Tag.octetString]: return .encryptedPKCS8
        case [Tag.sequence, Tag.sequence, Tag.bitString]: return .certificate
        case [Tag.integer, Tag.integer]: return .pkcs1Public
        case [Tag.integer, Tag.sequence], [Tag.integer, Tag.sequence, Tag.sequence]:
            return .pkcs12
        default: break
        }
        switch tags.prefix(3) {
        case [Tag.integer, Tag.sequence, Tag.octetString]: return .pkcs8
        case [Tag.integer, Tag.integer, Tag.integer]:
            return tags.count == 9 ? .pkcs1Private : .otherDER
        default: break
        }
        if tags.prefix(2) == [Tag.integer, Tag.octetString] { return .sec1 }
        return first.tag == Tag.sequence || first.tag == Tag.integer ? .otherDER : nil
    }
}
