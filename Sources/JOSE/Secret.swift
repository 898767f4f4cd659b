package import Platform

/// The encoding of a secret in its file.
package enum SecretEncoding: String, CaseIterable, Sendable {
    /// The text itself, without one newline at its end, which comes from the editor.
    case text
    /// All bytes, including a newline at the end.
    case raw
    case base64
    case base64url
    case hex
}

/// Reads the content of `--secret`: an HMAC secret, and nothing else.
package enum Secret {
    /// The secret as a key.
    ///
    /// Content that is a key of another kind is refused before anything is computed with it:
    /// everyone may know a public key, so a token "signed" with it must not pass. The length is
    /// judged by `Key.refusal`, which knows the algorithm; here only an empty secret is refused.
    package static func parse(
        _ content: SecretBytes, encoding: SecretEncoding = .text
    ) throws(KeyError) -> Key {
        try checkIsNoKey(content)
        if encoding != .raw { try checkIsClear(content, encoding) }
        // In every encoding but `raw`, one newline at the end comes from the editor.
        let content = encoding == .raw ? content : content.withoutFinalNewline()
        let secret = try content.withSpan { text throws(KeyError) in try decode(text, encoding) }
        // Checked again: a public key in base64 is still a public key, and so is its base64 taken
        // as text.
        try checkIsNoKey(secret)
        try checkIsNoEncodedKey(secret)
        return try Key(.secret(secret))
    }

    /// Throws for text that the service may read in another way. `raw` is not checked, since every
    /// byte counts.
    private static func checkIsClear(
        _ content: SecretBytes, _ encoding: SecretEncoding
    ) throws(KeyError) {
        let doubt: KeyError.UnclearSecret? = content.withSpan { text in
            if KeyContent.hasByteOrderMark(text) { return .byteOrderMark }
            let lines = text.indices.count { text[$0] == 0x0A && $0 < text.count - 1 }
            if lines > 0, text[0] == UInt8(ascii: "#") { return .comment }
            let isHexadecimal = encoding == .text && isPrefixedHex(text)
            return isHexadecimal ? .hexadecimal : nil
        }
        if let doubt { throw .unclearSecret(doubt) }
    }

    /// The fewest digits that are taken for hexadecimal: those of 64 bits.
    private static let fewestDigits = 16

    /// Whether the text is `0x` and whole bytes in hexadecimal, the form of secrets of Ethereum's
    /// clients.
    private static func isPrefixedHex(_ text: Span<UInt8>) -> Bool {
        let text = text.extracting(KeyContent.core(of: text))
        let digits = text.extracting(hexStart(text)...)
        guard digits.count < text.count, digits.count >= fewestDigits else { return false }
        do throws(Base64Error) {
            _ = try decodeHex(digits)
            return true
        } catch {
            return false
        }
    }

    /// Throws for content that `--key` would read, or would recognize and refuse.
    private static func checkIsNoKey(_ content: SecretBytes) throws(KeyError) {
        let format = content.withSpan { text in
            // DER to which an editor has added a line feed. A CR before it may belong to the DER.
            let endsWithNewline = text.count > 0 && text[text.count - 1] == 0x0A
            return KeySniffer.format(of: text)
                ?? (endsWithNewline
                    ? KeySniffer.format(of: text.extracting(..<(text.count - 1))) : nil)
        }
        if let format { throw .keyGivenAsSecret(format) }
    }

    /// Throws for a key in base64 or hex without armour, as some issuers publish theirs.
    private static func checkIsNoEncodedKey(_ secret: SecretBytes) throws(KeyError) {
        let decodings = secret.withSpan { text in
            KeyContent.decodings(of: text.extracting(KeyContent.core(of: text)))
        }
        for decoded in decodings { try checkIsNoKey(decoded) }
    }

    /// The bytes of the secret that `content` encodes.
    static func decode(
        _ content: Span<UInt8>, _ encoding: SecretEncoding
    ) throws(KeyError) -> SecretBytes {
        do throws(Base64Error) {
            switch encoding {
            case .text, .raw: return SecretBytes(copying: content)
            case .base64: return try Base64.standard.decodePadded(content)
            case .base64url: return try Base64.url.decodePadded(content)
            case .hex: return try decodeHex(content.extracting(hexStart(content)...))
            }
        } catch {
            throw .invalidSecretEncoding
        }
    }

    /// The offset of the digits: after `0x`, if it is there.
    private static func hexStart(_ text: Span<UInt8>) -> Int {
        let isPrefixed =
            text.count >= 2 && text[0] == UInt8(ascii: "0")
            && (text[1] == UInt8(ascii: "x") || text[1] == UInt8(ascii: "X"))
        return isPrefixed ? 2 : 0
    }

    /// Decodes two digits for each byte, in either case, with nothing between them.
    private static func decodeHex(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        guard text.count % 2 == 0 else { throw .invalidLength }
        return try unsafe SecretBytes(capacity: text.count / 2) { target throws(Base64Error) in
            for position in 0..<text.count / 2 {
                guard let high = text[position * 2].hexDigitValue,
                    let low = text[position * 2 + 1].hexDigitValue
                else { throw Base64Error.invalidCharacter(offset: position * 2) }
                unsafe target[position] = high << 4 | low
            }
            return text.count / 2
        }
    }
}
