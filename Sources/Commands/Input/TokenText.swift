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
            part.count {
                $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "`")
            }
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
        guard
            let sign = text.firstIndex(where: {
                [UInt8(ascii: "="), UInt8(ascii: ":")].contains($0)
            }),
            sign > text.startIndex
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

/// Reads the one token of `decode`, `verify` and `renew`.
enum TokenOperand: Sendable {
    /// More than any token with everything that may surround it, in bytes.
    private static let limit = CompactToken.maximumByteCount + 4096

    /// The text without what may surround a token.
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

    /// The text of an operand, of `@FILE`, or of standard input (no operand, or `-`), as it is.
    static func readText(_ operand: [UInt8]?, system: System) throws -> [UInt8] {
        if let operand, operand != [UInt8(ascii: "-")] {
            guard operand.first == UInt8(ascii: "@") else { return operand }
            return try read(Source.path(Array(operand.dropFirst())), system: system)
        }
        try system.takeInput()
        if system.input.isTerminal {
            try system.diagnostics.write("jwtctl: reading a token; press Ctrl-D when done\n")
            try system.diagnostics.flush()
        }
        return try system.input.readPrefix(limit: limit)
    }

    private static func read(_ source: Source, system: System) throws -> [UInt8] {
        try unsafe source.read(limit: limit, system: system).withBytes { unsafe Array($0) }
    }

    /// Refuses UTF-16, in which every second byte is no part of a token.
    static func requireUTF8(_ text: [UInt8]) throws(Failure) {
        guard InputStream.isUTF16(text) else { return }
        throw Failure(
            .malformed, "utf16", "malformed token: the text is UTF-16, not UTF-8",
            hint: Diagnostics.utf16Hint)
    }
}
