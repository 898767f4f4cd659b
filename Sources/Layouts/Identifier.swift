internal import Platform

/// A `jti` or a user id as it becomes part of a key: bytes, never empty, never normalised.
///
/// Two ids that Swift's `String` calls equal (NFC and NFD) are two ids here, as they are in Redis.
package struct Identifier: Hashable, Sendable, CustomStringConvertible {
    /// The longest id, in bytes.
    package static let maximumByteCount = 8 * 1024

    package let bytes: [UInt8]

    package enum Refusal: Error, Equatable, Sendable {
        case empty
        case tooLong
        case notUTF8
    }

    package init(_ bytes: [UInt8]) throws(Refusal) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.maximumByteCount else { throw .tooLong }
        guard Self.isUTF8(bytes) else { throw .notUTF8 }
        self.bytes = bytes
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return true
        } catch {
            return false
        }
    }

    /// What already stands in Redis, whoever wrote it: it must be possible to revoke and remove it.
    package init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// What a key or member of an application tells: nil for what no application of ours writes.
    package init?(found bytes: [UInt8]) {
        guard !bytes.isEmpty, Self.isUTF8(bytes) else { return nil }
        self.bytes = bytes
    }

    package init(_ text: String) throws(Refusal) {
        try Self.check(text)
        bytes = [UInt8](copying: text.utf8Span.span)
    }

    /// Throws where `text` is no id.
    package static func check(_ text: String) throws(Refusal) {
        guard !text.utf8.isEmpty else { throw .empty }
        guard text.utf8.count <= maximumByteCount else { throw .tooLong }
    }

    /// The text; hostile, so it is escaped wherever a person will see it.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension Identifier {
    /// A word of our own.
    package init(literal text: StaticString) {
        self.init(stored: Array(text.description.utf8))
    }
}
