internal import Platform
internal import Redis

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

    /// A name that is in Redis already. It is taken as it is, even if it is empty or not UTF-8: it
    /// must be possible to revoke and remove it.
    package init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A name in a key or member of an application; nil for bytes that no application writes as
    /// one.
    package init?(found bytes: [UInt8]) {
        guard !bytes.isEmpty, Self.isUTF8(bytes) else { return nil }
        self.bytes = bytes
    }

    /// A name from the command line or from a claim.
    package init(_ text: String) throws(Refusal) {
        try Self.check(text)
        bytes = [UInt8](copying: text.utf8Span.span)
    }

    /// Throws if `text` is not an id. A Swift string is always UTF-8.
    package static func check(_ text: String) throws(Refusal) {
        guard !text.utf8.isEmpty else { throw .empty }
        guard text.utf8.count <= maximumByteCount else { throw .tooLong }
    }

    /// The text; hostile, so it is escaped wherever a person will see it.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension Identifier {
    /// A name in the source code.
    package init(literal text: StaticString) {
        self.init(stored: Array(text.description.utf8))
    }
}

/// A pattern of ids or users from the command line: `*` matches any text, everything else only
/// itself.
package struct IdentifierPattern: Equatable, Sendable {
    /// The texts before, between and after the stars. One alone means that there is no star.
    private let literals: [ArraySlice<UInt8>]

    package init(_ text: [UInt8]) {
        literals = text.split(separator: Self.star, omittingEmptySubsequences: false)
    }

    /// The pattern for SCAN MATCH, given the filters of the hole. It may match more than `matches`
    /// does, since a star may match half of an escape.
    func glob(_ filters: [Template.Filter]) -> [UInt8] {
        switch filters {
        case []: spelled { Array($0) }
        case [.pct]: spelled { PercentEncoding.encode(Array($0)) }
        // The hash of a part says nothing about the hash of the whole.
        default: [Self.star]
        }
    }

    private func spelled(_ spell: (ArraySlice<UInt8>) -> [UInt8]) -> [UInt8] {
        Array(literals.map { GlobPattern.escape(spell($0)) }.joined(separator: [Self.star]))
    }

    package func matches(_ id: Identifier) -> Bool {
        guard let first = literals.first, let last = literals.last, literals.count > 1 else {
            return id.bytes.elementsEqual(literals.first ?? [])
        }
        guard id.bytes.count >= first.count + last.count, id.bytes.starts(with: first),
            id.bytes.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = id.bytes[first.count..<(id.bytes.count - last.count)]
        // The earliest place for each text leaves most for those that follow.
        for literal in literals.dropFirst().dropLast() {
            while !rest.starts(with: literal) {
                guard rest.popFirst() != nil else { return false }
            }
            rest.removeFirst(literal.count)
        }
        return true
    }

    private static let star = UInt8(ascii: "*")
}
