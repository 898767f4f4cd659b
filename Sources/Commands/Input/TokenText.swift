internal import JOSE
internal import Platform

/// A token as it comes from a clipboard, a header or a log: what is around it falls away.
enum TokenText {
    /// Without white space, quotes, `Authorization:` and `Bearer ` around it.
    static func strip(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = trim(ArraySlice(bytes))
        // Nearly all texts are tokens and begin with the base64url of `{`.
        if text.first == UInt8(ascii: "e") { return Array(text) }
        text = trim(dropPrefix("authorization:", from: text))
        if let scheme = dropWord("bearer", from: text) { text = trim(scheme) }
        return Array(text)
    }

    /// Whether `text` is meant to be a token, well-formed or broken: it begins like one (`eyJ` is
    /// `{"` in base64url) or has its two dots. A token cut short by a log is never an id.
    static func looksLikeToken(_ text: [UInt8]) -> Bool {
        text.starts(with: "eyJ".utf8) || text.count { $0 == UInt8(ascii: ".") } == 2
    }

    /// Whether `text` is meant to be a token once what is around it has fallen away.
    static func mayHoldToken(_ text: ArraySlice<UInt8>) -> Bool {
        // Nearly all ids have neither mark of a token anywhere: spare them the rest.
        let bytes = text.span
        guard
            bytes.firstOffset(of: UInt8(ascii: "J")) != nil
                || bytes.firstOffset(of: UInt8(ascii: ".")) != nil
        else { return false }
        return looksLikeToken(strip(text))
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

    /// What follows a word and a blank.
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

/// Where the one token of `decode` and `verify` comes from.
enum TokenOperand: Sendable {
    /// More than any token with everything that may stand around it.
    private static let limit = CompactToken.maximumByteCount + 4096

    /// The token of an operand, of `@FILE`, or of standard input (no operand, or `-`).
    static func read(_ operand: [UInt8]?, system: System) throws -> [UInt8] {
        if let operand, operand != [UInt8(ascii: "-")] {
            guard operand.first == UInt8(ascii: "@") else { return TokenText.strip(operand) }
            return TokenText.strip(
                try read(Source.path(Array(operand.dropFirst())), system: system))
        }
        try system.takeInput()
        if system.input.isTerminal {
            try system.diagnostics.write("jwtctl: reading a token; end it with Ctrl-D\n")
            try system.diagnostics.flush()
        }
        let text = try system.input.readPrefix(limit: limit)
        // What is cut off here is unread: as it is it is too long to be a token, and is judged so.
        return text.count > limit ? text : TokenText.strip(text)
    }

    private static func read(_ source: Source, system: System) throws -> [UInt8] {
        try unsafe source.read(limit: limit, system: system).withBytes { unsafe Array($0) }
    }
}
