internal import OpenSSL

/// How much work an encrypted key asks for before its passphrase can be tried.
///
/// The file says so itself: one of a few hundred bytes could keep a processor busy for years
/// (CVE-2023-50967 did the same with a JWE). OpenSSL bounds the memory of scrypt, and no time.
enum KeyDerivationCost {
    /// PBKDF2 with 10 million rounds takes a few seconds; OpenSSL's own files have 2048.
    private static let maximumRounds = 10_000_000
    /// N·r·p of scrypt: 128 times what OpenSSL writes.
    private static let maximumBlocks = 1 << 24
    /// Where OpenSSL itself stops scrypt, with an error that looks like a wrong passphrase.
    private static let maximumMemory = 32 * 1024 * 1024

    private static let pbkdf2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C]
    private static let scrypt: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B]

    /// Whether an EncryptedPrivateKeyInfo (RFC 5958) asks for no more than is decent. What cannot
    /// be read asks for too much.
    static func isDecent(_ der: Span<UInt8>) -> Bool {
        guard
            let algorithm = DERElement.only(in: 0..<der.count, of: der)?.children(of: der)?.first,
            let parts = members(of: algorithm, in: der), parts.count == 2,
            let parameters = members(of: parts[1], in: der), let first = parameters.first
        else { return false }
        // PBES2 (RFC 8018) names its function first; PBES1 and PKCS#12 have salt and rounds.
        guard first.tag == DERElement.sequence else {
            return parameters.count == 2 && areDecentRounds(parameters[1], in: der)
        }
        guard let function = members(of: first, in: der), function.count == 2,
            let settings = members(of: function[1], in: der)
        else { return false }
        switch function[0].identifier(of: der) {
        case pbkdf2: return settings.count > 1 && areDecentRounds(settings[1], in: der)
        case scrypt: return settings.count > 3 && isDecentScrypt(settings[1...3], in: der)
        default: return false
        }
    }

    private static func areDecentRounds(_ element: DERElement, in der: Span<UInt8>) -> Bool {
        guard let rounds = element.smallInteger(of: der) else { return false }
        return (1...maximumRounds).contains(rounds)
    }

    /// N, r and p (RFC 7914 section 7.1).
    private static func isDecentScrypt(
        _ settings: ArraySlice<DERElement>, in der: Span<UInt8>
    ) -> Bool {
        // Each below the limit of their product, so that no product below leaves 64 bits.
        let numbers = settings.compactMap { $0.smallInteger(of: der) }.filter {
            (1...maximumBlocks).contains($0)
        }
        guard numbers.count == 3 else { return false }
        let (cost, blockSize, lanes) = (numbers[0], numbers[1], numbers[2])
        guard 128 * blockSize * (lanes + cost + 2) <= maximumMemory else { return false }
        return cost * blockSize * lanes <= maximumBlocks
    }

    private static func members(
        of element: DERElement, in der: Span<UInt8>
    ) -> [DERElement]? {
        element.tag == DERElement.sequence ? element.children(of: der) : nil
    }
}
