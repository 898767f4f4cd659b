internal import OpenSSL
internal import Platform

/// The textual armour of RFC 7468, as far as keys use it. Offsets and ranges are those of the given
/// text.
enum PEM {
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    /// One armoured block with the range of its base64. It may be something that is not read, such
    /// as a key with the encryption headers of RFC 1421.
    struct Block {
        let label: String
        let body: Range<Int>
    }

    /// The label of the first block, damaged or not; nil if no armour begins in `text`.
    static func firstLabel(in text: Span<UInt8>) -> String? {
        guard let start = find(begin, in: text, from: 0) else { return nil }
        let labelStart = start + begin.count
        let labelEnd = find(dashes, in: text, from: labelStart) ?? labelStart
        return String(decoding: (labelStart..<labelEnd).map { text[$0] }, as: UTF8.self)
    }

    /// All blocks of `text`. Text around them is ignored (RFC 7468 section 5.2). Throws for a block
    /// that does not end as it began.
    static func blocks(in text: Span<UInt8>) throws(KeyError) -> [Block] {
        var blocks: [Block] = []
        var position = 0
        while let start = find(begin, in: text, from: position) {
            let labelStart = start + begin.count
            guard let labelEnd = find(dashes, in: text, from: labelStart) else {
                throw .invalidPEM
            }
            let label = String(
                decoding: (labelStart..<labelEnd).map { text[$0] }, as: UTF8.self)
            guard label.utf8.allSatisfy({ isLabel($0) }) else {
                throw .unsupportedFormat(.damagedPEM)
            }
            let bodyStart = labelEnd + dashes.count
            let closing = end + Array(label.utf8) + dashes
            guard let bodyEnd = find(end, in: text, from: bodyStart),
                find(closing, in: text, from: bodyEnd) == bodyEnd
            else { throw fault(label, after: labelEnd, in: text) }
            blocks.append(Block(label: label, body: bodyStart..<bodyEnd))
            position = bodyEnd + closing.count
        }
        return blocks
    }

    /// The fault of a block without its end: the line may be present, but lack dashes.
    private static func fault(
        _ label: String, after position: Int, in text: Span<UInt8>
    ) -> KeyError {
        let line = Array("END \(label)".utf8)
        return find(line, in: text, from: position) == nil
            ? .invalidPEM : .unsupportedFormat(.damagedPEM)
    }

    /// Whether `text` has a line that begins or ends armour with other dashes: word processors
    /// replace them, and people lose one.
    static func hasDamagedArmour(_ text: Span<UInt8>) -> Bool {
        ["BEGIN", "END"].contains { word in
            let word = Array(word.utf8)
            var position = 0
            while let start = find(word, in: text, from: position) {
                position = start + word.count
                var label: [UInt8] = []
                // No-break spaces and the like count as spaces.
                while position < text.count, isLabel(text[position]) || text[position] >= 0x80 {
                    label.append(text[position] >= 0x80 ? 0x20 : text[position])
                    position += 1
                }
                let name = label.split(separator: 0x20)
                    .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
                if name.hasSuffix("PUBLIC KEY") || name.hasSuffix("PRIVATE KEY")
                    || name.hasSuffix("CERTIFICATE")
                {
                    return true
                }
            }
            return false
        }
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        byte == 0x20 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Whether the block is encrypted by its headers (RFC 1421 section 4.6). Encryption inside of
    /// the structure does not show here.
    static func isEncrypted(_ block: Block, in text: Span<UInt8>) -> Bool {
        find(Array("Proc-Type:".utf8), in: text.extracting(block.body), from: 0) != nil
    }

    /// The decoded content of a block, in memory that is wiped.
    static func der(of block: Block, in text: Span<UInt8>) throws(KeyError) -> SecretBytes {
        let body = withoutEscapes(text.extracting(block.body))
        do throws(Base64Error) {
            return try body.withSpan { text throws(Base64Error) in
                try Base64.standard.decodePadded(text)
            }
        } catch {
            throw .invalidPEM
        }
    }

    /// The body without line ends in the form `\n` or `\r\n`, which environment variables and JSON
    /// have. Base64 has no backslash, so they cannot be anything else.
    private static func withoutEscapes(_ body: Span<UInt8>) -> SecretBytes {
        unsafe SecretBytes(capacity: body.count) { target in
            var count = 0
            var isEscape = false
            for position in 0..<body.count {
                let byte = body[position]
                let isEnd = byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r")
                if byte == UInt8(ascii: "\\") {
                    isEscape = true
                } else if isEscape, isEnd {
                    isEscape = false
                } else {
                    isEscape = false
                    unsafe target[count] = byte
                    count += 1
                }
            }
            return count
        }
    }

    /// The offset of the first `pattern` at or after `start`; nil if there is none.
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

extension PEM {
    /// `der` in armour with 64 characters to a line (RFC 7468 section 2), and a line feed at the
    /// end.
    static func text(of der: SecretBytes, label: String) -> SecretBytes {
        let base64 = unsafe der.withBytes { Base64.standard.encode(unsafe Array($0)) }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        let body = base64 + padding
        var text = Array("-----BEGIN \(label)-----\n".utf8)
        for start in stride(from: 0, to: body.count, by: 64) {
            text += body[start..<min(start + 64, body.count)]
            text.append(UInt8(ascii: "\n"))
        }
        return SecretBytes(copying: text + Array("-----END \(label)-----\n".utf8))
    }
}

/// The private keys of OpenSSH (PROTOCOL.key in its sources).
///
/// Only Ed25519 keys without a passphrase are read, since no program converts them. OpenSSH itself
/// converts the other kinds to PEM, and removes passphrases.
enum OpenSSHKey {
    private static let magic = Array("openssh-key-v1\0".utf8)

    /// The key. Throws `.unsupportedFormat(.sshPrivate)` for keys that the user has to convert with
    /// OpenSSH.
    static func read(_ content: SecretBytes) throws(KeyError) -> AsymmetricKey {
        guard let parts = content.withSpan({ edwards($0) }) else {
            throw .unsupportedFormat(.sshPrivate)
        }
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.edwards(.ed25519, publicKey: parts.publicKey, seed: parts.seed)
        }
    }

    /// The halves of an Ed25519 key that is not encrypted and alone in its file; nil for anything
    /// else.
    private static func edwards(
        _ content: Span<UInt8>
    ) -> (publicKey: [UInt8], seed: SecretBytes)? {
        guard content.count > magic.count,
            magic.indices.allSatisfy({ content[$0] == magic[$0] })
        else { return nil }
        var outer = Cursor(range: magic.count..<content.count)
        guard outer.isNext("none", content), outer.isNext("none", content),
            outer.string(content) != nil, outer.number(content) == 1,
            outer.string(content) != nil, let section = outer.string(content)
        else { return nil }
        var inner = Cursor(range: section)
        // Two equal numbers show that the passphrase was right. They are equal without one, too.
        guard let check = inner.number(content), inner.number(content) == check,
            inner.isNext("ssh-ed25519", content), let publicKey = inner.string(content),
            publicKey.count == 32, let pair = inner.string(content), pair.count == 64
        else { return nil }
        let seed = content.extracting(pair.lowerBound..<pair.lowerBound + 32)
        return (publicKey.map { content[$0] }, SecretBytes(copying: seed))
    }

    /// Reads the data types of RFC 4251 section 5, one after another. Each function returns nil
    /// where the data ends early.
    private struct Cursor {
        /// The bytes that have not been read.
        var range: Range<Int>

        /// A `uint32`.
        mutating func number(_ text: Span<UInt8>) -> Int? {
            guard range.count >= 4 else { return nil }
            let number = range.prefix(4).reduce(0) { $0 << 8 | Int(text[$1]) }
            range = range.dropFirst(4)
            return number
        }

        /// The range of a `string`.
        mutating func string(_ text: Span<UInt8>) -> Range<Int>? {
            guard let count = number(text), range.count >= count else { return nil }
            defer { range = range.dropFirst(count) }
            return range.prefix(count)
        }

        /// Whether the next item is this string.
        mutating func isNext(_ expected: StaticString, _ text: Span<UInt8>) -> Bool {
            guard let range = string(text) else { return false }
            return range.map { text[$0] } == Array(expected.description.utf8)
        }
    }
}
