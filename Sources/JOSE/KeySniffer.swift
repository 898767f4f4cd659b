internal import JSON
internal import OpenSSL

/// Tells what form of key a content is, from the content alone.
enum KeySniffer {
    /// The form, or `nil` for what looks like no key.
    ///
    /// DER is looked for first: it is DER from the first byte to the last, and armour within it is
    /// what somebody had written into a certificate.
    static func format(of content: Span<UInt8>) -> KeyFormat? {
        if let structure = KeyStructure.of(content) { return KeyFormat(structure) }
        if let label = PEM.firstLabel(in: content) { return format(ofLabel: label) }
        if PEM.find(wideMark, in: content, from: 0) != nil { return .otherPEM }
        let text = content.extracting(textStart(of: content)...)
        guard text.count > 0 else { return nil }
        if text[0] == UInt8(ascii: "{") { return jsonFormat(of: text) }
        if sshMarks.contains(where: { PEM.find($0, in: text, from: 0) != nil }) { return .ssh }
        return resemblesDERKey(content) ? .otherDER : nil
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
        case "CERTIFICATE", "X509 CERTIFICATE": .certificate
        case "OPENSSH PRIVATE KEY": .ssh
        default: .otherPEM
        }
    }

    /// Where the text begins: after a byte order mark and white space.
    private static func textStart(of content: Span<UInt8>) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var start = 0
        if content.count >= 3, mark.indices.allSatisfy({ content[$0] == mark[$0] }) { start = 3 }
        while start < content.count, [0x20, 0x09, 0x0A, 0x0D].contains(content[start]) {
            start += 1
        }
        return start
    }

    /// PEM armour in UTF-16, as PowerShell's `>` writes it, of either byte order.
    private static let wideMark: [UInt8] = "-----BEGIN".utf8.flatMap { [$0, 0] }.dropLast()

    /// Anywhere, since options may stand in front of the key in `authorized_keys`.
    private static let sshMarks = [
        "ssh-rsa", "ssh-dss", "ssh-ed25519", "ssh-ed448", "ecdsa-sha2-", "---- BEGIN SSH2",
    ].map { Array($0.utf8) }

    private static let keyTypeName = Array("\"kty\"".utf8)

    /// A JSON object that has the members of a JWK or JWKS. One that does not parse counts as a
    /// damaged JWK if it names a key type: one random secret in 256 begins with a brace, too.
    private static func jsonFormat(of text: Span<UInt8>) -> KeyFormat? {
        do throws(JSONError) {
            guard let object = try JSONParser.parse(text).objectValue else { return nil }
            if object["keys"] != nil { return .jwks }
            return object["kty"] != nil ? .jwk : nil
        } catch {
            return PEM.find(keyTypeName, in: text, from: 0) == nil ? nil : .jwk
        }
    }

    /// Shorter than the shortest public key, the one of Ed25519 (RFC 8410).
    private static let minimumDERByteCount = 44

    /// Whether the whole content is a DER SEQUENCE that starts with another one or with an INTEGER,
    /// as every key and certificate does and one random secret in millions.
    private static func resemblesDERKey(_ content: Span<UInt8>) -> Bool {
        guard content.count >= minimumDERByteCount,
            let whole = DERElement.only(in: 0..<content.count, of: content),
            whole.tag == DERElement.sequence,
            let first = whole.children(of: content)?.first
        else { return false }
        return first.tag == DERElement.sequence || first.tag == DERElement.integer
    }
}
