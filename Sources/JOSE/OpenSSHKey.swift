internal import OpenSSL
internal import Platform

/// The private keys of OpenSSH (PROTOCOL.key of its sources).
///
/// Only Ed25519 without a passphrase is read: no program converts it. OpenSSH itself converts the
/// others, and drops passphrases.
enum OpenSSHKey {
    private static let magic = Array("openssh-key-v1\0".utf8)

    /// The key; throws `.unsupportedFormat(.sshPrivate)` for what OpenSSH has to convert.
    static func read(_ content: SecretBytes) throws(KeyError) -> AsymmetricKey {
        let parts = unsafe content.withBytes { bytes in
            edwards(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
        guard let parts else { throw .unsupportedFormat(.sshPrivate) }
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.edwards(.ed25519, publicKey: parts.publicKey, seed: parts.seed)
        }
    }

    /// The halves of an Ed25519 key that is not encrypted and alone in its file.
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
        // The two numbers tell whether a passphrase was right; without one they are equal too.
        guard let check = inner.number(content), inner.number(content) == check,
            inner.isNext("ssh-ed25519", content), let publicKey = inner.string(content),
            publicKey.count == 32, let pair = inner.string(content), pair.count == 64
        else { return nil }
        let seed = content.extracting(pair.lowerBound..<pair.lowerBound + 32)
        return (publicKey.map { content[$0] }, SecretBytes(copying: seed))
    }

    /// Reads the data types of RFC 4251 section 5 one after another.
    private struct Cursor {
        var range: Range<Int>

        mutating func number(_ text: Span<UInt8>) -> Int? {
            guard range.count >= 4 else { return nil }
            let number = range.prefix(4).reduce(0) { $0 << 8 | Int(text[$1]) }
            range = range.dropFirst(4)
            return number
        }

        /// The place of a string.
        mutating func string(_ text: Span<UInt8>) -> Range<Int>? {
            guard let count = number(text), range.count >= count else { return nil }
            defer { range = range.dropFirst(count) }
            return range.prefix(count)
        }

        /// Whether a string comes next and is this one.
        mutating func isNext(_ expected: StaticString, _ text: Span<UInt8>) -> Bool {
            guard let range = string(text) else { return false }
            return range.map { text[$0] } == Array(expected.description.utf8)
        }
    }
}
