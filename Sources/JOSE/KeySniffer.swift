internal import JSON
internal import OpenSSL
internal import Platform

/// Recognizes the format of a key by its content alone. File names and options play no part.
enum KeySniffer {
    /// The format; nil for content that resembles no key. Some formats are not keys but what people
    /// get instead of one, such as an error page. They must never be taken for a secret.
    ///
    /// DER is tried first: it has to be DER from the first byte to the last, and armour inside it
    /// is text in a certificate. JSON is next, because its strings may contain armour.
    static func format(of content: Span<UInt8>) -> KeyFormat? {
        if let structure = KeyStructure.of(content) { return KeyFormat(structure) }
        if KeyContent.isUTF16(content) { return .utf16 }
        let text = content.extracting(KeyContent.core(of: content))
        guard text.count > 0 else { return nil }
        if let value = json(text), let format = jsonFormat(of: value) { return format }
        if let label = PEM.firstLabel(in: text) { return format(ofLabel: label) }
        if sshMarks.contains(where: { PEM.find($0, in: text, from: 0) != nil }) { return .ssh }
        if PEM.hasDamagedArmour(text) { return .damagedPEM }
        if isToken(text) { return .token }
        if let format = markupFormat(of: text) { return format }
        // A damaged JWK, or one with comments. One random secret in 256 begins with a brace, but
        // none contains the name of a key type.
        if keyTypeNames.contains(where: { PEM.find($0, in: text, from: 0) != nil }) { return .jwk }
        return resemblesDERKey(content) ? .otherDER : nil
    }

    /// The format of a key in PEM armour with this label (RFC 7468). Unknown labels are taken for
    /// some kind of key.
    static func format(ofLabel label: String) -> KeyFormat {
        switch label {
        case "PUBLIC KEY": .spki
        case "PRIVATE KEY": .pkcs8
        case "ENCRYPTED PRIVATE KEY": .encryptedPKCS8
        case "RSA PUBLIC KEY": .pkcs1Public
        case "RSA PRIVATE KEY": .pkcs1Private
        case "EC PRIVATE KEY", "EC PARAMETERS": .sec1
        case "CERTIFICATE", "X509 CERTIFICATE": .certificate
        case "OPENSSH PRIVATE KEY": .sshPrivate
        default: .otherPEM
        }
    }

    /// The value, if the text is a JSON object or array. `text` must not be empty.
    static func json(_ text: Span<UInt8>) -> JSONValue? {
        guard text[0] == UInt8(ascii: "{") || text[0] == UInt8(ascii: "[") else { return nil }
        do throws(JSONError) {
            return try JSONParser.parse(text)
        } catch {
            return nil
        }
    }

    /// Words that mark a public SSH key. They are searched anywhere, because in `authorized_keys`
    /// options may come before the key.
    private static let sshMarks = [
        "ssh-rsa", "ssh-dss", "ssh-ed25519", "ssh-ed448", "ecdsa-sha2-", "---- BEGIN SSH2",
    ].map { Array($0.utf8) }

    /// The name of a key type as JSON writes it, and as Python prints it.
    private static let keyTypeNames = ["\"kty\"", "'kty'"].map { Array($0.utf8) }

    /// Whether the text has two dots and the beginning of a header. No secret is generated like
    /// that.
    private static func isToken(_ text: Span<UInt8>) -> Bool {
        guard text.count > 3, text[0] == UInt8(ascii: "e"), text[1] == UInt8(ascii: "y"),
            text[2] == UInt8(ascii: "J")
        else { return false }
        let dots = (0..<text.count).count { text[$0] == UInt8(ascii: ".") }
        return dots == 2 && (0..<text.count).allSatisfy { TokenScanner.isLetter(text[$0]) }
    }

    /// The format of a JSON document.
    private static func jsonFormat(of value: JSONValue) -> KeyFormat? {
        guard let object = value.objectValue else { return .otherJSON }
        if object["keys"] != nil { return .jwks }
        if object["kty"] != nil || object["x5c"] != nil { return .jwk }
        if object["jwks_uri"] != nil { return .discovery }
        if let text = object["private_key"]?.stringValue, label(in: text) != nil {
            return .serviceAccount
        }
        let labels = object.members.map { member in
            member.value.stringValue.flatMap { label(in: $0) }.map { format(ofLabel: $0) }
        }
        let isMap = !labels.isEmpty && labels.allSatisfy { $0?.isPublicPEM ?? false }
        return isMap ? .keyMap : .otherJSON
    }

    /// The label of PEM armour in a JSON string.
    private static func label(in text: JSONString) -> String? {
        PEM.firstLabel(in: text.utf8.span)
    }

    /// An HTML page, which is what a wrong URL returns, or a key in XML, as .NET writes it.
    private static func markupFormat(of text: Span<UInt8>) -> KeyFormat? {
        guard text[0] == UInt8(ascii: "<") else { return nil }
        let pages: [StaticString] = ["<!doctype", "<html", "<head", "<body"]
        if pages.contains(where: { begins(text, with: $0) }) { return .html }
        let isClosed = PEM.find(Array("</".utf8), in: text, from: 0) != nil
        return begins(text, with: "<?xml") || isClosed && text[text.count - 1] == UInt8(ascii: ">")
            ? .xml : nil
    }

    /// Whether the text begins with `word`, which is in lower case. The case of the text does not
    /// matter.
    private static func begins(_ text: Span<UInt8>, with word: StaticString) -> Bool {
        let word = Array(word.description.utf8)
        guard text.count >= word.count else { return false }
        return word.indices.allSatisfy { index in
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(text[index])
            return word[index] == (isUpper ? text[index] | 0x20 : text[index])
        }
    }

    /// The length in bytes of the shortest public key, that of Ed25519 (RFC 8410).
    private static let minimumDERByteCount = 44

    /// Whether the whole content is a DER SEQUENCE that begins with another SEQUENCE or an INTEGER,
    /// as every key and certificate does, and one random secret in millions.
    private static func resemblesDERKey(_ content: Span<UInt8>) -> Bool {
        guard content.count >= minimumDERByteCount,
            let whole = DERElement.only(in: 0..<content.count, of: content),
            whole.tag == DERElement.sequence,
            let first = whole.children(of: content)?.first
        else { return false }
        return first.tag == DERElement.sequence || first.tag == DERElement.integer
    }
}

extension KeyFormat {
    /// Whether armour of this format contains nothing secret.
    fileprivate var isPublicPEM: Bool {
        switch self {
        case .certificate, .spki, .pkcs1Public: true
        default: false
        }
    }
}

/// The text of a key without the traces of editors, shells and other programs.
enum KeyContent {
    /// The range of the text without a byte order mark, white space and one pair of quotes around
    /// it.
    static func core(of content: Span<UInt8>) -> Range<Int> {
        var range = trimmed(0..<content.count, of: content)
        if hasByteOrderMark(content) { range = trimmed(3..<content.count, of: content) }
        guard range.count >= 2, let last = range.last, isQuote(content[range.lowerBound]),
            content[range.lowerBound] == content[last]
        else { return range }
        return trimmed(range.lowerBound + 1..<last, of: content)
    }

    /// Whether the text begins with the byte order mark of UTF-8.
    static func hasByteOrderMark(_ content: Span<UInt8>) -> Bool {
        content.count >= 3 && content[0] == 0xEF && content[1] == 0xBB && content[2] == 0xBF
    }

    /// Whether the content is text in UTF-16 of either byte order, which PowerShell's `>` writes.
    static func isUTF16(_ content: Span<UInt8>) -> Bool {
        if PEM.find(wideMark, in: content, from: 0) != nil { return true }
        guard content.count >= 10, content.count % 2 == 0 else { return false }
        let isMarked =
            (content[0] == 0xFF && content[1] == 0xFE) || (content[0] == 0xFE && content[1] == 0xFF)
        let start = isMarked ? 2 : 0
        return [0, 1].contains { order in
            (start..<start + 8).allSatisfy { position in
                (position % 2 == order) == (content[position] == 0) && content[position] < 0x80
            }
        }
    }

    /// The bytes that the text encodes in base64, base64url or hex; empty if it is none of them.
    ///
    /// A text may be valid in several encodings. The caller takes the one whose bytes make sense.
    static func decodings(of text: Span<UInt8>) -> [SecretBytes] {
        [SecretEncoding.base64, .base64url, .hex].compactMap { encoding in
            do throws(KeyError) {
                return try Secret.decode(text, encoding)
            } catch {
                return nil
            }
        }
    }

    /// The beginning of PEM armour in UTF-16. Without the last zero it is found in either byte
    /// order.
    private static let wideMark: [UInt8] = "-----BEGIN".utf8.flatMap { [$0, 0] }.dropLast()

    /// The range without white space at both ends.
    private static func trimmed(_ range: Range<Int>, of content: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(content[start]) { start += 1 }
        while end > start, isSpace(content[end - 1]) { end -= 1 }
        return start..<end
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
}
