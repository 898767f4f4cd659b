internal import Platform

/// What editors, shells and other programs do to the text of a key.
enum KeyContent {
    /// The range of the text without what may be around it: a byte order mark, white space, and one
    /// pair of quotes.
    static func core(of content: Span<UInt8>) -> Range<Int> {
        var range = trimmed(0..<content.count, of: content)
        if hasByteOrderMark(content) { range = trimmed(3..<content.count, of: content) }
        guard range.count >= 2, let last = range.last, isQuote(content[range.lowerBound]),
            content[range.lowerBound] == content[last]
        else { return range }
        return trimmed(range.lowerBound + 1..<last, of: content)
    }

    /// Whether the text begins with the byte order mark of UTF-8.
    static func hasByteOrderMark(_ content: Span<UInt8>) -> Bool {
        content.count >= 3 && content[0] == 0xEF && content[1] == 0xBB && content[2] == 0xBF
    }

    /// Whether the content is text in UTF-16 of either byte order, as PowerShell's `>` writes it.
    static func isUTF16(_ content: Span<UInt8>) -> Bool {
        if PEM.find(wideMark, in: content, from: 0) != nil { return true }
        guard content.count >= 10, content.count % 2 == 0 else { return false }
        let isMarked =
            (content[0] == 0xFF && content[1] == 0xFE) || (content[0] == 0xFE && content[1] == 0xFF)
        let start = isMarked ? 2 : 0
        return [0, 1].contains { order in
            (start..<start + 8).allSatisfy { position in
                (position % 2 == order) == (content[position] == 0) && content[position] < 0x80
            }
        }
    }

    /// What the text spells in base64, base64url or hex; empty where it spells nothing.
    ///
    /// A text may be valid in several of them: the caller takes the one that makes sense.
    static func decodings(of text: Span<UInt8>) -> [SecretBytes] {
        [SecretEncoding.base64, .base64url, .hex].compactMap { encoding in
            do throws(KeyError) {
                return try Secret.decode(text, encoding)
            } catch {
                return nil
            }
        }
    }

    /// The armour of PEM in UTF-16, of either byte order.
    private static let wideMark: [UInt8] = "-----BEGIN".utf8.flatMap { [$0, 0] }.dropLast()

    private static func trimmed(_ range: Range<Int>, of content: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(content[start]) { start += 1 }
        while end > start, isSpace(content[end - 1]) { end -= 1 }
        return start..<end
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
}
