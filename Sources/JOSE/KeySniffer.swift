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
        return isDERKey(content) ? .der : nil
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

    /// Whether the whole content is a DER SEQUENCE that starts with another one or with an
    /// INTEGER, as every key and certificate does and one random secret in millions.
    private static func isDERKey(_ content: Span<UInt8>) -> Bool {
        guard content.count >= minimumDERByteCount, content[0] == 0x30 else { return false }
        // X.690 section 8.1.3: lengths from 128 on say first how many bytes they have.
        let lengthByteCount = content[1] < 0x80 ? 0 : Int(content[1] & 0x7F)
        guard lengthByteCount <= 3 else { return false }
        var length = lengthByteCount == 0 ? Int(content[1]) : 0
        for position in 2..<2 + lengthByteCount {
            length = length << 8 | Int(content[position])
        }
        let start = 2 + lengthByteCount
        return start + length == content.count && (content[start] == 0x30 || content[start] == 0x02)
    }
}
