internal import Redis

/// Which ids are meant: `*` stands for any text, everything else for itself.
package struct IdentifierPattern: Equatable, Sendable {
    /// What stands before, between and after the stars.
    private let literals: [ArraySlice<UInt8>]

    package init(_ text: [UInt8]) {
        literals = text.split(separator: Self.star, omittingEmptySubsequences: false)
    }

    /// For SCAN MATCH, of ids as keys spell them. It may match more than `matches` does, since a
    /// star may stand for half of an escape.
    func glob(_ filters: [Template.Filter]) -> [UInt8] {
        switch filters {
        case []: spelled { Array($0) }
        case [.pct]: spelled { PercentEncoding.encode(Array($0)) }
        // Nobody can tell what a hash of a part would be.
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
        // The earliest place for each leaves most for those that follow.
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
