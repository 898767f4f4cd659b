package import Platform

/// How the bytes of a secret are written in its file.
package enum SecretEncoding: String, CaseIterable, Sendable {
    /// The text itself; one newline at its end is the editor's, not the secret's.
    case text
    /// Every byte counts.
    case raw
    case base64
    case base64url
    case hex
}

/// Reads what `--secret` was given: an HMAC secret and nothing else.
package enum Secret {
    /// The secret as a key.
    ///
    /// Content that is a key of another kind is refused before anything is computed with it: a
    /// public key is known to everyone, and a token "signed" with it must not pass. The length is
    /// judged where the algorithm is known, by `Key.refusal`; only an empty secret is refused here.
    package static func parse(
        _ content: SecretBytes, encoding: SecretEncoding = .text
    ) throws(KeyError) -> Key {
        try checkIsNoKey(content)
        if encoding != .raw { try checkIsClear(content, encoding) }
        // One newline at the end is the editor's, in every encoding but `raw`.
        let content = encoding == .raw ? content : content.withoutFinalNewline()
        let secret = try unsafe content.withBytes { bytes throws(KeyError) in
            try decode(unsafe bytes.bindMemory(to: UInt8.self).span, encoding)
        }
        // Once more: a public key in base64 is a public key, and so is its base64 taken as text.
        try checkIsNoKey(secret)
        try checkIsNoEncodedKey(secret)
        return try Key(.secret(secret))
    }

    /// Throws for text that the service may read in another way. `raw` takes every byte as it is.
    private static func checkIsClear(
        _ content: SecretBytes, _ encoding: SecretEncoding
    ) throws(KeyError) {
        let doubt: KeyError.UnclearSecret? = unsafe content.withBytes { bytes in
            let text = unsafe bytes.bindMemory(to: UInt8.self).span
            if KeyContent.hasByteOrderMark(text) { return .byteOrderMark }
            let lines = text.indices.count { text[$0] == 0x0A && $0 < text.count - 1 }
            if lines > 0, text[0] == UInt8(ascii: "#") { return .comment }
            let isHexadecimal = encoding == .text && isPrefixedHex(text)
            return isHexadecimal ? .hexadecimal : nil
        }
        if let doubt { throw .unclearSecret(doubt) }
    }

    /// The fewest digits that are taken for hex: those of 64 bits.
    private static let fewestDigits = 16

    /// Whether the text is `0x` and whole bytes in hex, as Ethereum's clients have their secrets.
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

    /// Throws for what `--key` would read, or would know and refuse.
    private static func checkIsNoKey(_ content: SecretBytes) throws(KeyError) {
        let format = unsafe content.withBytes { bytes in
            let text = unsafe bytes.bindMemory(to: UInt8.self).span
            // DER that an editor has ended with a line feed; a CR before it may be DER's own.
            let endsWithNewline = text.count > 0 && text[text.count - 1] == 0x0A
            return KeySniffer.format(of: text)
                ?? (endsWithNewline
                    ? KeySniffer.format(of: text.extracting(..<(text.count - 1))) : nil)
        }
        if let format { throw .keyGivenAsSecret(format) }
    }

    /// Throws for a key in base64 or hex without armour, as some issuers publish theirs.
    private static func checkIsNoEncodedKey(_ secret: SecretBytes) throws(KeyError) {
        let decodings = unsafe secret.withBytes { bytes in
            let text = unsafe bytes.bindMemory(to: UInt8.self).span
            return KeyContent.decodings(of: text.extracting(KeyContent.core(of: text)))
        }
        for decoded in decodings { try checkIsNoKey(decoded) }
    }

    /// The secret that `content` spells.
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

    /// Where the digits start: behind `0x`, where it is there.
    private static func hexStart(_ text: Span<UInt8>) -> Int {
        let isPrefixed =
            text.count >= 2 && text[0] == UInt8(ascii: "0")
            && (text[1] == UInt8(ascii: "x") || text[1] == UInt8(ascii: "X"))
        return isPrefixed ? 2 : 0
    }

    /// Two digits a byte, of either case, nothing between them.
    private static func decodeHex(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        guard text.count % 2 == 0 else { throw .invalidLength }
        return try unsafe SecretBytes(capacity: text.count / 2) { target throws(Base64Error) in
            for position in 0..<text.count / 2 {
                let high = try hexValue(text, at: position * 2)
                unsafe target[position] = high << 4 | (try hexValue(text, at: position * 2 + 1))
            }
            return text.count / 2
        }
    }

    private static func hexValue(_ text: Span<UInt8>, at offset: Int) throws(Base64Error) -> UInt8 {
        guard let value = text[offset].hexDigitValue else {
            throw .invalidCharacter(offset: offset)
        }
        return value
    }
}
