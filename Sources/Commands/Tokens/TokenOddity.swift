internal import JOSE
internal import JSON

/// What some issuers do to tokens that no reader of JWTs expects.
enum TokenOddity {
    /// What a person can do about a payload that is no object; nil for an ordinary fault.
    static func hint(_ inspection: TokenInspection) -> String? {
        guard let payload = inspection.payload, payload.object == nil else { return nil }
        if isToken(payload.bytes) {
            return
                "the payload is itself a token: decode the second segment with base64 -d, then "
                + "run 'jwtctl decode' on that"
        }
        if inspection.header?.object?["zip"] != nil {
            return "the header has 'zip': the payload is compressed"
        }
        return nil
    }

    private static func isToken(_ bytes: [UInt8]) -> Bool {
        TokenScanner.sightings(in: bytes[...]).contains { $0.offset == 0 }
    }

    /// What is wrong with the form of a signature; nil where it may be one of its algorithm.
    static func hint(signatureOf token: CompactToken) -> String? {
        guard let algorithm = token.header.algorithm, let length = lengths[algorithm.rawValue],
            token.signature.count != length, isDER(token.signature)
        else { return nil }
        return
            "its signature is \(token.signature.count) bytes of DER; JWS requires r and s in "
            + "\(length) bytes"
    }

    /// Whether a signature may be the beginning of one of its algorithm.
    static func mayBeCut(_ token: CompactToken) -> Bool {
        guard let algorithm = token.header.algorithm else { return false }
        let (count, least) = (token.signature.count, algorithm.minimumSignatureByteCount)
        // Between RSA keys of 1024 and of 2048 bits there is none that is in use.
        return count < least || algorithm.isRSA && count > least && count < 256
    }

    /// Bytes of ECDSA signatures (RFC 7518 section 3.4).
    private static let lengths = ["ES256": 64, "ES384": 96, "ES512": 132, "ES256K": 64]

    /// Whether the bytes are one SEQUENCE, as a whole.
    private static func isDER(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 3, bytes[0] == 0x30 else { return false }
        return bytes[1] == 0x81
            ? Int(bytes[2]) == bytes.count - 3 : Int(bytes[1]) == bytes.count - 2
    }
}
