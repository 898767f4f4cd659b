internal import OpenSSL
internal import Platform

/// The private keys of OpenSSH (PROTOCOL.key in its sources).
///
/// Only Ed25519 keys without a passphrase are read, since no program converts them. OpenSSH itself
/// converts the other kinds to PEM, and removes passphrases.
enum OpenSSHKey {
    private static let magic = Array("openssh-key-v1\0".utf8)

    /// The key. Throws `.unsupportedFormat(.sshPrivate)` for keys that the user has to convert with
    /// OpenSSH.
    static func read(_ content: SecretBytes) throws(KeyError) -> AsymmetricKey {
        let parts = unsafe content.withBytes { bytes in
            edwards(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
        guard let parts else { throw .unsupportedFormat(.sshPrivate) }
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
