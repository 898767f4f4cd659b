internal import CommandKit
internal import JOSE
internal import Platform

/// Takes a token out of the quotes and words that a clipboard, a header or a log puts around it.
enum TokenText {
    /// The text without white space, quotes, `Authorization:` and `Bearer ` around it.
    static func strip(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = trim(ArraySlice(bytes))
        // Nearly all texts are tokens and begin with the base64url of `{`.
        if text.first == UInt8(ascii: "e") { return Array(text) }
        text = trim(dropPrefix("authorization:", from: text))
        if let scheme = dropWord("bearer", from: text) { text = trim(scheme) }
        return Array(text)
    }

    /// The text without white space and quotes around it.
    static func withoutQuotes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Array(trim(ArraySlice(bytes)))
    }

    /// Whether only one end has a quote: the text is a piece of another.
    static func hasUnpairedQuotes(_ bytes: [UInt8]) -> Bool {
        let text = trim(bytes[...])
        func quotes(_ part: ArraySlice<UInt8>) -> Int {
            part.count { "\"'`".utf8.contains($0) }
        }
        return quotes(bytes[..<text.startIndex]) != quotes(bytes[text.endIndex...])
    }

    /// The rest of a line after `NAME:` at its beginning.
    static func value(ofHeaders names: [StaticString], in line: [UInt8]) -> ArraySlice<UInt8>? {
        for name in names {
            let rest = dropPrefix(name, from: line[...])
            if rest.count < line.count, rest.first == UInt8(ascii: ":") { return rest.dropFirst() }
        }
        return nil
    }

    /// The text after `NAME=` or `NAME:`, if the name could be that of a variable or a member; `export`
    /// may come before it.
    static func assigned(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let text = trim(dropWord("export", from: trim(piece)) ?? trim(piece))
        guard let sign = text.firstIndex(where: { "=:".utf8.contains($0) }), sign > text.startIndex
        else { return nil }
        let name = trim(text[..<sign])
        return name.allSatisfy(TokenScanner.isLetter) ? text[(sign + 1)...] : nil
    }

    /// The value of a field whose name ends in `token` or `jwt`, such as `access_token=…`.
    static func tokenField(_ text: [UInt8]) -> [UInt8]? {
        guard let value = assigned(text[...]) else { return nil }
        let name = text[..<value.startIndex].dropLast().map(lowercased)
        let isToken = ["token", "jwt"].contains {
            trim(name[...]).suffix($0.utf8.count).elementsEqual($0.utf8)
        }
        return isToken ? Array(trim(value)) : nil
    }

    /// The text without white space and quotes at its ends.
    private static func trim(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let first = text.first, isAround(first) { text.removeFirst() }
        while let last = text.last, isAround(last) { text.removeLast() }
        return text
    }

    private static func isAround(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): true
        default: false
        }
    }

    /// The text without a prefix, in any case of letters; the whole text if it does not have the
    /// prefix.
    private static func dropPrefix(
        _ prefix: StaticString, from text: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8> {
        let prefix = Array(prefix.description.utf8)
        let head = text.prefix(prefix.count).map(lowercased)
        return head == prefix ? text.dropFirst(prefix.count) : text
    }

    /// The text after a word and a blank.
    private static func dropWord(
        _ word: StaticString, from text: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8>? {
        let rest = dropPrefix(word, from: text)
        guard rest.count < text.count, let next = rest.first, next == 0x20 || next == 0x09 else {
            return nil
        }
        return rest
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// Reads the one token of `decode`, `verify` and `renew`: an operand, a file or standard input.
enum TokenOperand: Sendable {
    /// More than any token with everything that may surround it, in bytes.
    private static let limit = CompactToken.maximumByteCount + 4096

    /// The operand TOKEN. `path` leads to its place in the options of the command.
    static func operand<Options>(
        at path: @autoclosure @escaping PropertyPath<Options, [UInt8]?>,
        summary: String = "The token, @FILE, or - for standard input."
    ) -> Operand<Options> {
        .raw("TOKEN", .optional, summary: summary) { options, bytes throws(InvalidValue) in
            options[keyPath: path()] = bytes
        }
        .completing(.fileAfterAt)
    }

    /// The text without what may surround a token. `verify` judges exactly this, and searches no
    /// other text for a token: what it accepts must be what a service would get.
    static func token(in text: [UInt8]) -> [UInt8] {
        // A longer text was not read to its end. It is too long for a token, and is judged as it is.
        text.count > limit ? text : TokenText.strip(text)
    }

    /// The one token in a text of any kind, such as a line of a log. If there is other text, a note
    /// gives the token's place.
    static func readOne(_ operand: [UInt8]?, _ console: Console) throws -> [UInt8] {
        let text = try readText(operand, system: console.system)
        try requireUTF8(text)
        let stripped = token(in: text)
        guard stripped.count <= limit else { return stripped }
        if let joined = PastedText.joined(stripped) {
            try console.note("joined the lines of the token")
            return joined
        }
        let sightings = TokenScanner.sightings(in: text[...])
        let whole = sightings.filter { $0.fault == nil }
        guard whole.count <= 1 else {
            throw Failure(
                .usage, "several_tokens",
                "\(whole.count) tokens in the text, at bytes "
                    + whole.map { String($0.offset) }.joined(separator: ", "),
                hint: "pass only the one you mean")
        }
        guard let only = whole.first ?? (sightings.count == 1 ? sightings[0] : nil) else {
            return stripped
        }
        if only.bytes == stripped { return stripped }
        // A character that no token has is a fault in the token, and does not end it.
        let isCut = only.fault != nil || only.bytes.last == UInt8(ascii: ".")
        if isCut, stripped.starts(with: only.bytes) { return stripped }
        try console.note("using the token at byte \(only.offset) of the text")
        return only.bytes
    }

    /// The text of an operand, of `@FILE`, or of standard input (no operand, or `-`), unchanged.
    static func readText(_ operand: [UInt8]?, system: System) throws -> [UInt8] {
        if let operand, operand != [UInt8(ascii: "-")] {
            guard operand.first == UInt8(ascii: "@") else { return operand }
            return try unsafe Source.path(Array(operand.dropFirst()))
                .read(limit: limit, system: system).withBytes { unsafe Array($0) }
        }
        try system.takeInput()
        if system.input.isTerminal {
            try system.diagnostics.write("jwtctl: reading a token; press Ctrl-D when done\n")
            try system.diagnostics.flush()
        }
        return try system.input.readPrefix(limit: limit)
    }

    /// Refuses UTF-16, in which every second byte is no part of a token.
    static func requireUTF8(_ text: [UInt8]) throws(Failure) {
        guard InputStream.isUTF16(text) else { return }
        throw Failure(
            .malformed, "utf16", "malformed token: the text is UTF-16, not UTF-8",
            hint: Diagnostics.utf16Hint)
    }
}

/// Texts in base64 or hex. A token in such a text would be taken for an id.
enum EncodedText {
    /// In bytes; no token in hex or base64 is shorter.
    private static let shortest = 40
    /// The number of encodings that are undone, one after the other. People encode twice by
    /// mistake.
    private static let mostTimes = 3

    /// Whether a text decodes to a token, or to text with one in it. Most ids are recognized by their
    /// first 12 bytes, which do not decode to text.
    static func holdsToken(_ bytes: [UInt8], times: Int = 1) -> Bool {
        guard bytes.count >= shortest, times <= mostTimes,
            decodings(of: Array(bytes.prefix(12))).contains(where: isPlain)
        else { return false }
        return decodings(of: bytes).contains { text in
            isPlain(text)
                && (!TokenScanner.sightings(in: text[...]).isEmpty
                    || holdsToken(text, times: times + 1))
        }
    }

    /// Whether all bytes are printable ASCII or ends of lines.
    private static func isPlain(_ text: [UInt8]) -> Bool {
        text.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x0D }
    }

    /// The decoded text, for each encoding whose form it has.
    private static func decodings(of bytes: [UInt8]) -> [[UInt8]] {
        [hex(bytes), base64(bytes)].compactMap(\.self)
    }

    /// Takes digits in either case, without separators.
    private static func hex(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        var text: [UInt8] = []
        for index in stride(from: 0, to: bytes.count, by: 2) {
            guard let high = bytes[index].hexDigitValue, let low = bytes[index + 1].hexDigitValue
            else { return nil }
            text.append(high << 4 | low)
        }
        return text
    }

    /// Takes either alphabet, with or without padding.
    private static func base64(_ bytes: [UInt8]) -> [UInt8]? {
        let core = bytes.prefix { $0 != UInt8(ascii: "=") }
        guard bytes.count - core.count <= 2, core.count % 4 != 1 else { return nil }
        let letters = core.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        do throws(Base64Error) {
            return try Base64URL.decode(letters)
        } catch {
            return nil
        }
    }
}

/// Invisible characters, which change an id or break a token. They come with text that was copied
/// from web pages and chats.
enum InvisibleText {
    /// The first one in a text, by its code point and its place.
    static func first(in text: [UInt8]) -> (name: String, offset: Int)? {
        guard text.contains(where: { $0 >= 0x7F || $0 < 0x20 }) else { return nil }
        var offset = 0
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if isInvisible(scalar) { return (name(scalar), offset) }
            offset += scalar.utf8.count
        }
        return nil
    }

    /// The one that begins at a byte; nil where another character does.
    static func name(in text: [UInt8], at offset: Int) -> String? {
        guard text.indices.contains(offset),
            let scalar = String(decoding: text[offset...].prefix(4), as: UTF8.self).unicodeScalars
                .first, isInvisible(scalar)
        else { return nil }
        return name(scalar)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Spaces that do not look like one, or are none.
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000, 0x115F, 0x1160, 0x3164, 0xFFA0,
            0xFE00...0xFE0F:
            true
        default: VisibleText.isHostile(scalar)
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
}
