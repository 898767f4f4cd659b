internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// The next step for a person after a failed check of the signature.
enum VerdictHint {
    /// The hint about a token; nil if the verdict needs none.
    static func of(_ verdict: Verdict, keys: KeySet, options: VerifyOptions) -> String? {
        guard let token = verdict.token else { return nil }
        let algorithm = VisibleText.escape(token.header.algorithmName.text, columns: 40)
        switch verdict.decisive?.reason {
        case .algorithmNotAllowed:
            guard let known = token.header.algorithm else {
                return algorithm == "none"
                    ? "an unsigned token proves nothing: services must reject it" : nil
            }
            if let demanded = options.keys.algorithm, demanded != known {
                return "--alg requires \(demanded); without it the key decides"
            }
            return unfit(known, keys) ?? (options.explains ? nil : explain)
        case .noKey where keys.isSet:
            return missing(token.header.keyID, keys) + (options.explains ? "" : "; " + explain)
        case .badSignature where TokenOddity.hint(signatureOf: token) != nil:
            return TokenOddity.hint(signatureOf: token)
        case .unsupportedHeader where token.header.object["zip"] != nil:
            return "only encrypted tokens may be compressed: RFC 7516 section 4.1.3"
        case .badSignature where !keys.isSet && keys.keys.allSatisfy(\.isSecret):
            return "is it the right secret, in the right encoding? see --secret-encoding"
        case .badSignature:
            return "another key signed it, or it was changed after signing"
        case .weakKey: return "pass --allow-weak-key to use the key anyway"
        default: return nil
        }
    }

    /// The hint about text that is no token. A token inside other text is not verified: the hint gives
    /// only its place.
    static func ofText(_ text: [UInt8], _ verdict: Verdict) -> String? {
        guard verdict.token == nil else { return nil }
        if InputStream.isUTF16(text) { return Diagnostics.utf16Hint }
        if let hint = TokenOddity.hint(TokenInspection(of: TokenOperand.token(in: text))) {
            return hint
        }
        guard
            let token = TokenScanner.sightings(in: text.prefix(CompactToken.maximumByteCount))
                .first(where: { $0.fault == nil }),
            TokenText.strip(text) != token.bytes
        else { return nil }
        return "there is a token at byte \(token.offset): pass only that"
    }

    private static let explain = "--explain shows the result for each key"

    /// The kind of key to give instead of keys that do not fit the token's algorithm.
    private static func unfit(_ algorithm: Algorithm, _ keys: KeySet) -> String? {
        let isMAC = [Algorithm.hs256, .hs384, .hs512].contains(algorithm)
        if isMAC, keys.keys.allSatisfy({ !$0.isSecret }) {
            return "\(algorithm) needs the HMAC secret: --secret FILE"
        }
        if !isMAC, keys.keys.allSatisfy(\.isSecret) {
            return "\(algorithm) needs the issuer's public key: --key FILE"
        }
        return nil
    }

    /// The `kid` that the set lacks, and those it has: they may show that it is another issuer's.
    private static func missing(_ keyID: JSONString?, _ keys: KeySet) -> String {
        let shown = 5
        let names = keys.keys.compactMap(\.keyID).prefix(shown + 1)
            .map { "'\(VisibleText.escape($0.text, columns: 40))'" }
        let list =
            names.count > shown
            ? names.prefix(shown).joined(separator: ", ") + ", …" : names.joined(separator: ", ")
        let wanted =
            keyID.map { "the token's kid is '\(VisibleText.escape($0.text, columns: 40))'" }
            ?? "the token has no kid"
        return wanted + (names.isEmpty ? "" : "; the set has \(list)")
    }
}

/// Forms of tokens that some issuers make and that no reader of JWTs expects.
enum TokenOddity {
    /// The hint about a payload that is no object; nil for an ordinary fault.
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

    /// The fault in the form of a signature; nil if its algorithm could have made it.
    static func hint(signatureOf token: CompactToken) -> String? {
        guard let algorithm = token.header.algorithm, let length = lengths[algorithm.rawValue],
            token.signature.count != length, isDER(token.signature)
        else { return nil }
        return
            "its signature is \(token.signature.count) bytes of DER; JWS requires r and s in "
            + "\(length) bytes"
    }

    /// Whether a signature may have been cut short.
    static func mayBeCut(_ token: CompactToken) -> Bool {
        guard let algorithm = token.header.algorithm else { return false }
        let (count, least) = (token.signature.count, algorithm.minimumSignatureByteCount)
        // RSA keys between 1024 and 2048 bits are not in use.
        return count < least || algorithm.isRSA && count > least && count < 256
    }

    /// Bytes of ECDSA signatures (RFC 7518 section 3.4).
    private static let lengths = ["ES256": 64, "ES384": 96, "ES512": 132, "ES256K": 64]

    /// Whether the bytes are exactly one SEQUENCE.
    private static func isDER(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 3, bytes[0] == 0x30 else { return false }
        return bytes[1] == 0x81
            ? Int(bytes[2]) == bytes.count - 3 : Int(bytes[1]) == bytes.count - 2
    }
}
