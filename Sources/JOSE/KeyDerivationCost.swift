/// How much work an encrypted key asks for before its passphrase can be tried.
///
/// The file says so itself: one of a few hundred bytes could keep a processor busy for years
/// (CVE-2023-50967 did the same with a JWE). OpenSSL bounds the memory of scrypt, and no time.
enum KeyDerivationCost {
    /// PBKDF2 with 10 million rounds takes a few seconds; OpenSSL's own files have 2048.
    private static let maximumRounds = 10_000_000
    /// N·r·p of scrypt: 128 times what OpenSSL writes.
    private static let maximumBlocks = 1 << 24

    private static let pbkdf2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C]
    private static let scrypt: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B]

    /// Whether an EncryptedPrivateKeyInfo (RFC 5958) asks for no more than is decent. What cannot
    /// be read asks for too much.
    static func isDecent(_ der: Span<UInt8>) -> Bool {
        guard let algorithm = DERReader.sequence(der)?.first,
            let parts = members(of: algorithm, in: der), parts.count == 2,
            let parameters = members(of: parts[1], in: der), let first = parameters.first
        else { return false }
        // PBES2 (RFC 8018) names its function first; PBES1 and PKCS#12 have salt and rounds.
        guard first.tag == DERReader.Tag.sequence else {
            return parameters.count == 2 && isAtMost(maximumRounds, [parameters[1]], in: der)
        }
        guard let function = members(of: first, in: der), function.count == 2,
            let settings = members(of: function[1], in: der)
        else { return false }
        switch bytes(of: function[0], in: der) {
        case pbkdf2:
            return settings.count > 1 && isAtMost(maximumRounds, [settings[1]], in: der)
        case scrypt:
            return settings.count > 3 && isAtMost(maximumBlocks, Array(settings[1...3]), in: der)
        default: return false
        }
    }

    /// Whether the product of these INTEGERs is positive and no more than `limit`.
    private static func isAtMost(
        _ limit: Int, _ factors: [DERReader.Element], in der: Span<UInt8>
    ) -> Bool {
        var product = 1
        for factor in factors {
            guard factor.tag == DERReader.Tag.integer, factor.content.count <= 4 else {
                return false
            }
            product *= bytes(of: factor, in: der).reduce(0) { $0 << 8 | Int($1) }
            guard (1...limit).contains(product) else { return false }
        }
        return true
    }

    private static func members(
        of element: DERReader.Element, in der: Span<UInt8>
    ) -> [DERReader.Element]? {
        guard element.tag == DERReader.Tag.sequence else { return nil }
        var reader = DERReader(element.content)
        return reader.all(in: der)
    }

    private static func bytes(of element: DERReader.Element, in der: Span<UInt8>) -> [UInt8] {
        element.content.map { der[$0] }
    }
}
