internal import Platform

/// The textual armour of RFC 7468.
enum PEM {
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    /// One armoured block and where its base64 is; it may be something that is not read here, such
    /// as a key with the encryption headers of RFC 1421.
    struct Block {
        let label: String
        let body: Range<Int>
    }

    /// The label of the first block, damaged or not; `nil` where no armour begins in `text`.
    static func firstLabel(in text: Span<UInt8>) -> String? {
        guard let start = find(begin, in: text, from: 0) else { return nil }
        let labelStart = start + begin.count
        let labelEnd = find(dashes, in: text, from: labelStart) ?? labelStart
        return String(decoding: (labelStart..<labelEnd).map { text[$0] }, as: UTF8.self)
    }

    /// The blocks of `text`, what stands around them being comment (RFC 7468 section 5.2).
    static func blocks(in text: Span<UInt8>) throws(KeyError) -> [Block] {
        var blocks: [Block] = []
        var position = 0
        while let start = find(begin, in: text, from: position) {
            let labelStart = start + begin.count
            guard let labelEnd = find(dashes, in: text, from: labelStart),
                let bodyEnd = find(end, in: text, from: labelEnd + dashes.count)
            else { throw .invalidPEM }
            let label = String(
                decoding: (labelStart..<labelEnd).map { text[$0] }, as: UTF8.self)
            let closing = end + Array(label.utf8) + dashes
            guard find(closing, in: text, from: bodyEnd) == bodyEnd else { throw .invalidPEM }
            blocks.append(Block(label: label, body: labelEnd + dashes.count..<bodyEnd))
            position = bodyEnd + closing.count
        }
        return blocks
    }

    /// Whether the block is encrypted by its headers (RFC 1421 section 4.6), not by what it holds.
    static func isEncrypted(_ block: Block, in text: Span<UInt8>) -> Bool {
        find(Array("Proc-Type:".utf8), in: text.extracting(block.body), from: 0) != nil
    }

    /// What the block of `text` holds.
    static func der(of block: Block, in text: Span<UInt8>) throws(KeyError) -> SecretBytes {
        do throws(Base64Error) {
            return try Base64.standard.decodePadded(text.extracting(block.body))
        } catch {
            throw .invalidPEM
        }
    }

    /// Where `pattern` next occurs, from `start` on.
    static func find(
        _ pattern: [UInt8], in text: Span<UInt8>, from start: Int
    ) -> Int? {
        guard start + pattern.count <= text.count else { return nil }
        search: for position in start...(text.count - pattern.count) {
            for offset in pattern.indices where text[position + offset] != pattern[offset] {
                continue search
            }
            return position
        }
        return nil
    }
}
