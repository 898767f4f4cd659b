internal import Redis

/// The text of a key, member or value, with places for what differs from token to token.
///
/// `Layout` reads them from data: `jwt:deny:${id|pct}` is a literal and a hole with a filter.
package struct Template: Equatable, Sendable {
    /// What a hole is filled with.
    package enum Hole: Hashable, Sendable {
        case id
        case user
        /// One of `Naming.details`, by its place there.
        case detail(Int)
        /// Redis' clock in unix seconds, and some seconds more or less.
        case now(Int64)
        /// The token's end in unix seconds.
        case expiry
        /// What a blacklist entry tells, as `DenyEntry` writes it.
        case entry
        /// Why the token was revoked.
        case reason
        /// What a key named by a link holds.
        case link
        /// What stands there and is nobody's business: never written, only read over.
        case any
        /// A variable that was left open, to find its value in keys; never rendered.
        case variable(String)

        var name: String {
            switch self {
            case .id: "id"
            case .user: "user"
            case .detail: "token"
            case .now: "now"
            case .expiry: "exp"
            case .entry: "entry"
            case .reason: "reason"
            case .link: "link"
            case .any: "any"
            case .variable(let name): name
            }
        }
    }

    enum Filter: String, CaseIterable, Sendable {
        case pct, hex, b64url, sha256, sha1, md5
    }

    enum Part: Equatable, Sendable {
        case literal([UInt8])
        case hole(Hole, [Filter])
    }

    /// How the whole text is written.
    enum Codec: String, CaseIterable, Sendable {
        case raw
        /// As Java's `ObjectOutputStream` writes a string.
        case jdk
        /// As a JSON string.
        case json
        /// As PHP's `serialize` writes a string.
        case php
    }

    let parts: [Part]
    let codec: Codec
    /// The text as the layout has it, for people; empty for templates that no layout wrote.
    let source: String
    /// The text before the only hole, where there is one that holds the id, percent-encoded: the
    /// shape of the keys of which millions are made.
    private let plainPrefix: [UInt8]?
    /// The text, where it has no holes.
    private let fixed: [UInt8]?
    /// Whether it is nothing but what an entry tells.
    private let isEntry: Bool

    init(_ parts: [Part], codec: Codec = .raw, source: String = "") {
        self.parts = parts
        self.codec = codec
        self.source = source
        let isPlain = codec == .raw && parts.count == 2 && parts[1] == .hole(.id, [.pct])
        plainPrefix = isPlain ? parts[0].literal : nil
        isEntry = codec == .raw && parts == [.hole(.entry, [])]
        let isFixed = parts.allSatisfy { $0.literal != nil }
        fixed = isFixed ? codec.encode(parts.flatMap { $0.literal ?? [] }) : nil
    }

    init(literal bytes: [UInt8], codec: Codec = .raw) {
        self.init(bytes.isEmpty ? [] : [.literal(bytes)], codec: codec)
    }

    /// Two templates are the same that make the same texts, however a layout spells them.
    package static func == (one: Template, other: Template) -> Bool {
        one.parts == other.parts && one.codec == other.codec
    }

    package var holes: [Hole] { parts.compactMap(\.hole) }

    /// The text without what fills the holes: the whole text of a template that has none.
    package var literal: [UInt8] { codec.encode(parts.flatMap { $0.literal ?? [] }) }

    /// Whether all texts have a part in common.
    var hasLiteral: Bool { parts.contains { $0.literal != nil } }

    /// The text before the first hole, without the codec.
    var beginning: [UInt8] { parts.first?.literal ?? [] }

    /// Throws where a hole has nothing, or nothing but emptiness, to be filled with: a key of
    /// `null` or of nothing would be shared by all tokens that lack the claim.
    package func render(_ values: borrowing TemplateValues) throws(StoreError) -> [UInt8] {
        if let plainPrefix {
            return PercentEncoding.encode(values.subject.id.bytes, after: plainPrefix)
        }
        if let fixed { return fixed }
        if isEntry { return values.entry?.value ?? DenyEntry.shortValue }
        var text: [UInt8] = []
        for part in parts {
            switch part {
            case .literal(let bytes): text += bytes
            case .hole(let hole, let filters):
                guard var value = values[hole], !value.isEmpty || hole == .reason else {
                    throw .unnamed(hole.name)
                }
                for filter in filters { value = try filter.apply(value) }
                text += value
            }
        }
        return codec.encode(text)
    }

    /// For SCAN MATCH: what matches every text of this template, and perhaps more; `parse` decides.
    /// The pattern is of what stands in the `named` holes.
    package func glob(
        user: Identifier? = nil, like pattern: IdentifierPattern? = nil,
        in named: Set<Hole> = [.id, .user]
    ) -> [UInt8] {
        var glob: [UInt8] = []
        for part in parts {
            switch part {
            case .literal(let bytes): glob += GlobPattern.escape(codec.spelling(bytes))
            case .hole(.user, let filters) where user != nil && Self.isReversible(filters):
                let bytes = filters == [.pct] ? PercentEncoding.encode(user?.bytes ?? []) : nil
                glob += GlobPattern.escape(bytes ?? codec.spelling(user?.bytes ?? []))
            case .hole(let hole, let filters):
                glob += named.contains(hole) ? pattern?.glob(filters) ?? Self.star : Self.star
            }
        }
        return codec == .raw ? glob : Self.star + glob
    }

    /// What the holes of `text` hold; nil where this template never writes that.
    ///
    /// Where two holes stand side by side with a separator, the last one does not hold it: user
    /// `a` with id `b:c` would otherwise be taken for user `a:b`.
    package func parse(_ text: [UInt8]) -> [Hole: [UInt8]]? {
        guard let values = Self.parse(text, parts, codec) else { return nil }
        return isAmbiguous(values, .any) ? nil : values
    }

    /// The same where nothing may stand in place of `${any}`.
    package func parseLoosely(_ text: [UInt8]) -> [Hole: [UInt8]]? {
        Self.parse(text, parts, codec, mayLackAny: true)
    }

    /// The same for a text of one user, whose name may hold separators. What could as well be
    /// another's, with a longer or a shorter name, is nobody's.
    package func parse(_ text: [UInt8], of user: Identifier) -> [Hole: [UInt8]]? {
        guard let own = parts(of: user), let values = Self.parse(text, own, codec) else {
            return nil
        }
        return values.keys.contains { isAmbiguous(values, $0) } ? nil : values
    }

    /// Whether a text may be one of this user, and as well another's: `parse` leaves it alone.
    func isAmbiguous(_ text: [UInt8], of user: Identifier) -> Bool {
        guard parse(text, of: user) == nil, let own = parts(of: user),
            let decoded = codec.decode(text)
        else { return false }
        return Self.mayBe(decoded[...], own[...])
    }

    /// The parts with the user's name in them; nil where it cannot be read out of a text.
    private func parts(of user: Identifier) -> [Part]? {
        var own = parts
        for (index, part) in parts.enumerated() {
            guard case .hole(.user, let filters) = part else { continue }
            guard Self.isReversible(filters) else { return nil }
            own[index] = .literal(
                filters == [.pct] ? PercentEncoding.encode(user.bytes) : user.bytes)
        }
        return own
    }

    /// Whether there is any way to read `text` as these parts.
    private static func mayBe(_ text: ArraySlice<UInt8>, _ parts: ArraySlice<Part>) -> Bool {
        switch parts.first {
        case nil: text.isEmpty
        case .literal(let bytes)?:
            text.starts(with: bytes) && mayBe(text.dropFirst(bytes.count), parts.dropFirst())
        case .hole(_, let filters)?:
            text.indices.contains { last in
                invert(filters, text[...last]) != nil
                    && mayBe(text[(last + 1)...], parts.dropFirst())
            }
        }
    }

    /// Whether there is nothing but an id after a prefix, in the spelling of keys.
    var isPlain: Bool { plainPrefix != nil }

    /// What `parse` finds in the hole of a plain template.
    func plainID(_ text: [UInt8]) -> [UInt8]? {
        guard let plainPrefix, text.count > plainPrefix.count, text.starts(with: plainPrefix) else {
            return nil
        }
        return PercentEncoding.decode(text[plainPrefix.count...])
    }

    /// Whether a hole holds the separator that follows it, so that it may end earlier.
    private func isAmbiguous(_ values: [Hole: [UInt8]], _ hole: Hole) -> Bool {
        guard let value = values[hole],
            let index = parts.firstIndex(where: { $0.hole == hole }), index + 1 < parts.count,
            let after = parts[index + 1].literal
        else { return false }
        return Self.last(after, in: value[...]) != nil
    }

    private static func parse(
        _ text: [UInt8], _ parts: [Part], _ codec: Codec, mayLackAny: Bool = false
    ) -> [Hole: [UInt8]]? {
        guard let decoded = codec.decode(text) else { return nil }
        var rest = decoded[...]
        var values: [Hole: [UInt8]] = [:]
        var index = parts.count - 1
        while index >= 0 {
            switch parts[index] {
            case .literal(let bytes):
                guard rest.count >= bytes.count, rest.suffix(bytes.count).elementsEqual(bytes)
                else { return nil }
                rest = rest.dropLast(bytes.count)
            case .hole(let hole, let filters):
                var start = rest.startIndex
                if index > 0 {
                    // Without a separator nobody can tell where the hole begins.
                    guard case .literal(let before) = parts[index - 1] else { return nil }
                    if index == 1 {
                        guard rest.starts(with: before) else { return nil }
                        start += before.count
                    } else if let found = last(before, in: rest) {
                        start = found + before.count
                    } else {
                        return nil
                    }
                }
                guard let value = invert(filters, rest[start...]),
                    !value.isEmpty || mayLackAny && hole == .any,
                    values.updateValue(value, forKey: hole) ?? value == value
                else { return nil }
                rest = rest[..<start]
            }
            index -= 1
        }
        return rest.isEmpty ? values : nil
    }

    /// Whether `parse` finds what `render` was given.
    package var isReversible: Bool {
        parts.allSatisfy { part in
            if case .hole(_, let filters) = part { Self.isReversible(filters) } else { true }
        }
    }

    private static func isReversible(_ filters: [Filter]) -> Bool {
        filters.isEmpty || filters == [.pct]
    }

    private static func invert(_ filters: [Filter], _ text: ArraySlice<UInt8>) -> [UInt8]? {
        switch filters {
        case []: Array(text)
        case [.pct]: PercentEncoding.decode(text)
        default: nil
        }
    }

    private static func last(_ needle: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= needle.count else { return nil }
        return (text.startIndex...text.endIndex - needle.count).last { start in
            text[start..<start + needle.count].elementsEqual(needle)
        }
    }

    private static let star = [UInt8(ascii: "*")]
}

extension Template.Part {
    var literal: [UInt8]? { if case .literal(let bytes) = self { bytes } else { nil } }
    var hole: Template.Hole? { if case .hole(let hole, _) = self { hole } else { nil } }
}

extension Template.Hole {
    var isVariable: Bool { if case .variable = self { true } else { false } }
}

/// What a template's holes are filled with.
package struct TemplateValues {
    package let subject: TokenSubject
    package var now: Int64 = 0
    package var expiry: Expiry?
    package var entry: DenyEntry?
    package var link: [UInt8]?

    package init(_ subject: TokenSubject) { self.subject = subject }

    package subscript(_ hole: Template.Hole) -> [UInt8]? {
        switch hole {
        case .id: subject.id.bytes
        case .user: subject.user?.bytes
        case .detail(let index):
            subject.details.indices.contains(index) ? subject.details[index] : nil
        case .now(let offset): Array(String(now + offset).utf8)
        case .expiry: expiry?.seconds.map { Array(String($0).utf8) }
        case .entry: entry?.value ?? DenyEntry.shortValue
        case .reason: Array((entry?.reason ?? "").utf8)
        case .link: link
        case .any, .variable: nil
        }
    }
}
