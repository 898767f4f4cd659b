internal import OpenSSL

/// The work that an encrypted key demands before its passphrase can be tried.
///
/// The file itself sets it, so a file of a few hundred bytes could keep a processor busy for years
/// (CVE-2023-50967 did that with a JWE). OpenSSL limits the memory of scrypt, but no time.
enum KeyDerivationCost {
    /// The rounds of PBKDF2, which take a few seconds. OpenSSL's own files have 2048.
    private static let maximumRounds = 10_000_000
    /// The product N·r·p of scrypt: 128 times that of OpenSSL's files.
    private static let maximumBlocks = 1 << 24
    /// The bytes of memory for scrypt. OpenSSL has this limit too, but its error looks like that of
    /// a wrong passphrase.
    private static let maximumMemory = 32 * 1024 * 1024

    /// The object identifier 1.2.840.113549.1.5.12 (RFC 8018), in DER.
    private static let pbkdf2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C]
    /// The object identifier 1.3.6.1.4.1.11591.4.11 (RFC 7914), in DER.
    private static let scrypt: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B]

    /// Whether the work that an EncryptedPrivateKeyInfo (RFC 5958) demands is within the limits.
    /// False for one that cannot be read.
    static func isAcceptable(_ der: Span<UInt8>) -> Bool {
        guard
            let algorithm = DERElement.only(in: 0..<der.count, of: der)?.children(of: der)?.first,
            let parts = members(of: algorithm, in: der), parts.count == 2,
            let parameters = members(of: parts[1], in: der), let first = parameters.first
        else { return false }
        // PBES2 (RFC 8018) names its key derivation function first. PBES1 and PKCS#12 have salt and
        // rounds.
        guard first.tag == DERElement.sequence else {
            return parameters.count == 2 && areAcceptableRounds(parameters[1], in: der)
        }
        guard let function = members(of: first, in: der), function.count == 2,
            let settings = members(of: function[1], in: der)
        else { return false }
        switch function[0].identifier(of: der) {
        case pbkdf2: return settings.count > 1 && areAcceptableRounds(settings[1], in: der)
        case scrypt: return settings.count > 3 && isAcceptableScrypt(settings[1...3], in: der)
        default: return false
        }
    }

    private static func areAcceptableRounds(_ element: DERElement, in der: Span<UInt8>) -> Bool {
        guard let rounds = element.smallInteger(of: der) else { return false }
        return (1...maximumRounds).contains(rounds)
    }

    /// Judges N, r and p (RFC 7914 section 7.1).
    private static func isAcceptableScrypt(
        _ settings: ArraySlice<DERElement>, in der: Span<UInt8>
    ) -> Bool {
        // Each factor is limited by the limit of the product, so no product below overflows.
        let numbers = settings.compactMap { $0.smallInteger(of: der) }.filter {
            (1...maximumBlocks).contains($0)
        }
        guard numbers.count == 3 else { return false }
        let (cost, blockSize, lanes) = (numbers[0], numbers[1], numbers[2])
        guard 128 * blockSize * (lanes + cost + 2) <= maximumMemory else { return false }
        return cost * blockSize * lanes <= maximumBlocks
    }

    /// The elements of a SEQUENCE; nil for anything else.
    private static func members(
        of element: DERElement, in der: Span<UInt8>
    ) -> [DERElement]? {
        element.tag == DERElement.sequence ? element.children(of: der) : nil
    }
}
