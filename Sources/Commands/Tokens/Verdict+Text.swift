internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// The verdict for a person.
extension Verdict {
    /// The verdict in words: one line, then the checks, then the times. `width` nil does not wrap.
    func text(width: Int?, style: Style) -> String {
        var text = headline(style) + "\n"
        for check in checks {
            text += Self.line(check, saying: dateWords(check), width: width, style: style)
        }
        if let claims { text += ClaimTimes(claims: claims).lines(now: now) }
        return text
    }

    /// One check: its mark, its name and its detail, or `words`, which must be escaped already.
    static func line(
        _ check: Check, saying words: String? = nil, width: Int?, style: Style
    ) -> String {
        let mark: String
        switch check.result {
        case .passed: mark = style.green("ok     ")
        case .failed(.unknown): mark = style.yellow("UNKNOWN")
        case .failed: mark = style.red("FAILED ")
        case .notJudged: mark = style.dim("-      ")
        }
        let name = VisibleText.escape(check.name, columns: 60)
        let padding = String(repeating: " ", count: max(10 - name.count, 0))
        let plain = check.detail ?? check.reason?.rawValue.spoken ?? ""
        let detail = TextWrapper.hanging(
            words ?? VisibleText.escape(plain, columns: 200), indent: margin, width: width)
        var line = "  \(mark) \(name)\(padding) \(detail)"
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// The column in which the details of checks begin: two columns of indent, seven of the mark and
    /// ten of the name, with a blank between each.
    static let margin = 21

    /// The reason why a date fails, in words; nil for any other check.
    func dateWords(_ check: Check) -> String? {
        func relative(_ claim: Claim<JSONNumber>?) -> String? {
            claim?.value.flatMap(TimeText.seconds).map { TimeText.relative($0, to: now) }
        }
        switch check.reason {
        case .expired: return relative(claims?.expiresAt).map { "expired \($0)" }
        case .notYetValid where check.name == "nbf":
            return relative(claims?.notBefore).map { "valid \($0)" }
        case .tooOld: return relative(claims?.issuedAt).map { "issued \($0)" }
        default: return nil
        }
    }

    /// The name to show for the token; nil for text that is no token.
    var label: String? {
        token.flatMap { DisplayToken.name(of: $0, claims ?? RegisteredClaims([:])) }
    }

    /// The warnings about claims that are accepted. An `exp` in milliseconds never expires in
    /// practice, but is a valid number, so that no check fails.
    var warnings: [String] {
        let expiry = claims?.expiresAt.value.flatMap(TimeText.seconds) ?? 0
        return departures.map(\.warning)
            + (expiry > TimeText.implausible ? [TimeText.millisecondsWarning] : [])
    }

    /// The first line: the verdict, and the reason against the token.
    func headline(_ style: Style) -> String {
        guard let reason = decisiveReason else {
            return style.green(isOffline ? "valid (revocation not checked)" : "active")
        }
        return reason == .unknown
            ? style.yellow("unknown: Redis could not be asked about revocation")
            : style.red("not active: \(reason.rawValue.spoken)")
    }
}

/// The dates among a token's claims, in a form that people can read. `decode` and `verify` show
/// them.
struct ClaimTimes {
    let claims: RegisteredClaims

    /// Calls `body` with each date that is a number, `exp` last. `verify --stream` relies on this
    /// creating no array.
    private func forEachDate(_ body: (StaticString, Int64) -> Void) {
        func visit(_ name: StaticString, _ claim: Claim<JSONNumber>) {
            if let seconds = claim.value.flatMap(TimeText.seconds) { body(name, seconds) }
        }
        visit("iat", claims.issuedAt)
        visit("nbf", claims.notBefore)
        visit("exp", claims.expiresAt)
    }

    /// The member `times` of JSON results: each date as RFC 3339 text, and the seconds until `exp`.
    /// `now` is in unix seconds.
    func json(now: Int64) -> JSONValue {
        var builder = JSONBuilder()
        describe(to: &builder, now: now)
        return builder.result
    }

    /// Writes that object to a sink.
    func describe(to json: inout some JSONSink, now: Int64) {
        json.beginObject()
        forEachDate { name, value in
            // The usual dates are written as bytes, without a string for each.
            if let text = CivilDate.bytes(value) {
                json.member(name, plainText: text.span)
            } else {
                json.member(name, .string(TimeText.rfc3339(value)))
            }
        }
        // `exp` is the last of the dates.
        if let expiry = claims.expiresAt.value.flatMap(TimeText.seconds) {
            json.member("expires_in", .integer(expiry - now))
        }
        json.endObject()
    }

    /// A line for each date: the number as written, the date, and its distance from `now`.
    func lines(now: Int64) -> String {
        var lines = ""
        forEachDate { name, value in
            let relative = TimeText.relative(value, to: now)
            let words =
                switch name.description {
                case "iat": "issued \(relative)"
                case "nbf": value > now ? "valid \(relative)" : "valid since then"
                default: value > now ? "expires \(relative)" : "expired \(relative)"
                }
            lines += "  \(name)  \(value)  \(TimeText.table(value))  \(words)\n"
        }
        return lines
    }
}

/// The next step for a person after a failed check of the signature or the form.
enum VerdictHint {
    /// The hint about a token; nil if the verdict needs none. The cases go from the certain to the
    /// likely: what the token itself shows comes before guesses about the key.
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

    /// The hint about text that is no token. A token inside other text is not verified; the hint
    /// only gives its place.
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

    /// The advice to look at each key.
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

    /// The `kid` that the set lacks, and those that it has: they may show that it is another
    /// issuer's.
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

/// Malformations that some issuers produce, for hints in `verify` and `decode`.
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

    /// Whether the bytes begin with a token.
    private static func isToken(_ bytes: [UInt8]) -> Bool {
        TokenScanner.sightings(in: bytes[...]).contains { $0.offset == 0 }
    }

    /// The fault in the form of a signature; nil if its algorithm could have produced it. Some
    /// libraries write ECDSA signatures in DER, while JWS requires r and s side by side (RFC 7518,
    /// section 3.4).
    static func hint(signatureOf token: CompactToken) -> String? {
        guard let algorithm = token.header.algorithm, let length = lengths[algorithm.rawValue],
            token.signature.count != length, isDER(token.signature)
        else { return nil }
        return
            "its signature is \(token.signature.count) bytes of DER; JWS requires r and s in "
            + "\(length) bytes"
    }

    /// Whether the signature may be truncated.
    static func mayBeCut(_ token: CompactToken) -> Bool {
        guard let algorithm = token.header.algorithm else { return false }
        let (count, least) = (token.signature.count, algorithm.minimumSignatureByteCount)
        // RSA keys between 1024 and 2048 bits are not in use.
        return count < least || algorithm.isRSA && count > least && count < 256
    }

    /// Bytes of ECDSA signatures (RFC 7518, section 3.4; RFC 8812 for ES256K).
    private static let lengths = ["ES256": 64, "ES384": 96, "ES512": 132, "ES256K": 64]

    /// Whether the bytes are exactly one DER SEQUENCE.
    private static func isDER(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 3, bytes[0] == 0x30 else { return false }
        return bytes[1] == 0x81
            ? Int(bytes[2]) == bytes.count - 3 : Int(bytes[1]) == bytes.count - 2
    }
}
