internal import Redis

/// The text of a key, member or value, with holes for what differs from token to token.
///
/// `TemplateReader` makes it from a layout's data: `jwt:deny:${id|pct}` is a literal and a hole
/// with a filter. Two directions are needed: `render` makes the text for a token, `parse` reads a
/// token out of a text that was found in Redis.
package struct Template: Equatable, Sendable {
    /// What a hole is filled with.
    package enum Hole: Hashable, Sendable {
        case id
        case user
        /// One of `Naming.details`, by its place there.
        case detail(Int)
        /// The time of Redis in unix seconds, plus this many seconds, which may be negative.
        case now(Int64)
        /// When the token expires, in unix seconds.
        case expiry
        /// Reason, actor and time of the revocation, in the form of `DenyEntry.value`.
        case entry
        /// Why the token was revoked; the only hole that may be filled with nothing.
        case reason
        /// The value of another key, which a link names as its `via`.
        case link
        /// Text that says nothing about the token. A search reads past it; a key with such a hole
        /// cannot be made.
        case any
        /// A variable without a value: detection finds the value in keys. Such a key cannot be
        /// made.
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

    /// A change to what fills a hole. Only `pct` can be undone when a key is read.
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
    /// The text before the only hole, if that is the percent-encoded id. A bulk revocation makes
    /// millions of such keys, so that they have a path of their own through `render`.
    private let plainPrefix: [UInt8]?
    /// The encoded text of a template without holes, made once.
    private let fixed: [UInt8]?
    /// Whether the only part is the hole `entry`: the value of the native blacklist.
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

    /// Two templates are equal if they make the same texts, however the layout writes them.
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

    /// The text for a token. Throws `.unnamed` if the value for a hole is missing or empty: all
    /// tokens that lack a claim would share one key, and revoking one of them would revoke all.
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

    /// A pattern for SCAN MATCH. It matches every text of this template and may match others, so
    /// that callers parse what the scan returns.
    ///
    /// `user` fills the hole of that name. `pattern` narrows the holes in `named`. With a codec
    /// that puts a length before the text, the pattern begins with a star.
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

    /// What fills the holes of `text`; nil if no token has this text.
    ///
    /// Two holes with a separator between them can be read in several ways if a value contains the
    /// separator: `a:b:c` may be user `a` with id `b:c`. The reading with the shortest last hole
    /// counts, here user `a:b`. If the hole in doubt is `${any}`, there is no reading.
    package func parse(_ text: [UInt8]) -> [Hole: [UInt8]]? {
        guard let values = Self.parse(text, parts, codec) else { return nil }
        return isAmbiguous(values, .any) ? nil : values
    }

    /// Like `parse`, but `${any}` may be empty, and may contain the separator.
    package func parseLoosely(_ text: [UInt8]) -> [Hole: [UInt8]]? {
        Self.parse(text, parts, codec, mayLackAny: true)
    }

    /// Like `parse`, but for a user who is known, and whose name may contain separators. nil also
    /// for a text that may belong to another user, with a longer or a shorter name: a logout must
    /// not touch it.
    package func parse(_ text: [UInt8], of user: Identifier) -> [Hole: [UInt8]]? {
        guard let own = parts(of: user), let values = Self.parse(text, own, codec) else {
            return nil
        }
        return values.keys.contains { isAmbiguous(values, $0) } ? nil : values
    }

    /// Whether a text may be of this user or of another one, which is why `parse` returns nil.
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

    /// Whether the text is a prefix and the percent-encoded id, and nothing else.
    var isPlain: Bool { plainPrefix != nil }

    /// The id in a text of a plain template. It is what `parse` finds, without a dictionary.
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

    /// Reads the parts from the last to the first, so that the last hole is the shortest.
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
                    // Without a separator the beginning of the hole is unknown.
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

    /// Whether `parse` finds what `render` was given, which it cannot with hashes.
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

/// What the holes of a template are filled with.
package struct TemplateValues {
    package let subject: TokenSubject
    /// The time of Redis in unix seconds.
    package var now: Int64 = 0
    package var expiry: Expiry?
    /// nil for the short value of bulk revocations.
    package var entry: DenyEntry?
    /// The value of the key that a link names as its `via`.
    package var link: [UInt8]?

    package init(_ subject: TokenSubject) { self.subject = subject }

    /// nil for what is not known about the token, and for holes that are never filled.
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
