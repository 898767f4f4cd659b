internal import Redis

/// A string under a key of the token's own: the form of most blacklists. Applications ask EXISTS or
/// GET, and some of them compare the value.
struct DenyString: DenyShape {
    static let kind = LayoutGrammar.Kind.string
    static let members = [
        "role", "type", "key", "key_codec", "value", "value_codec", "match", "ttl", "no_exp",
    ]

    /// The value that the application writes.
    let value: Template
    let match: DenyMatch

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(Self.members)
        let codec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
        value = try reader.templates.template(try node.required("value"), .value, codec: codec)
        match = try LayoutReader.choice(node["match"], DenyMatch.self) ?? .exists
    }

    var values: [Template] { [value] }

    // MARK: one entry

    /// GET rather than EXISTS: the value tells reason and actor, or is compared.
    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command] {
        let key = try key.render(values)
        return [Command("GET", key: key), Command("PTTL", key: key)]
    }

    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Denial? {
        guard let first = replies.first, let last = replies.last,
            let bytes = try first.asOptionalBytes,
            try match.accepts(bytes, value, of: subject, now: now)
        else { return nil }
        return Denial(entry(bytes), left: try last.asInteger)
    }

    /// What the value tells about the revocation, in layouts that store it there.
    private func entry(_ bytes: [UInt8]) -> DenyEntry {
        switch value.parts {
        case [.hole(.entry, [])]: DenyEntry(value: bytes)
        case [.hole(.reason, [])] where !bytes.isEmpty:
            DenyEntry(reason: String(decoding: bytes, as: UTF8.self))
        default: DenyEntry()
        }
    }

    /// One SET, if any value will do. Before Redis 6.2, SET has no EXAT, and with EX the entry
    /// would expire that many seconds after a moment that the client cannot know. For such servers,
    /// and if the version is unknown, a script sets value and end together.
    func writing(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?, knowsEnds: Bool
    ) throws(StoreError) -> Command {
        guard match == .exists else { return try extending(values, at: key, until: end) }
        let value = try value.render(values)
        let key = try key.render(values)
        guard let end else { return Command("SET", key: key, .bytes(value), "NX") }
        return knowsEnds
            ? Command(
                arguments: ["SET", .bytes(key), .bytes(value), "EXAT", .integer(end), "NX"],
                keyIndex: 1)
            : .eval(Script.deny, keys: [key], [.bytes(value), .integer(end)])
    }

    func extending(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?
    ) throws(StoreError) -> Command {
        let key = try key.render(values)
        let end = Argument.text(end.map(String.init) ?? "")
        let value = Argument.bytes(try value.render(values))
        return match == .exists
            ? .eval(Script.extendDenial, keys: [key], [value, end])
            : .eval(Script.denyCompared, keys: [key], [value, end, .text(match.scriptWord)])
    }

    // MARK: all entries

    /// On one server, MGET returns null for a key that is not a string, so that SCAN need not look
    /// up types.
    func scan(_ listing: DenyListing) -> DenyScan {
        .keys(
            match: listing.deny.key.glob(like: listing.pattern),
            type: listing.isOneServer ? nil : "string")
    }

    /// The values of many keys at once where one server has them all.
    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        let page = EntryPage(found, listing)
        return listing.isOneServer ? GatheredPage(page: page) : page
    }

    func sample(_ key: [UInt8]) -> Command { Command("GETRANGE", key: key, 0, 0) }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        if let probe = match.probe { return probe }
        // If entries of tokens without exp never expire, a key without an end can be one.
        let requiresEnd = store.life != .none && store.withoutExpiry != .persist
        if value.holes.contains(where: naming.isToken) {
            return WholeTokenProbe(requiresEnd: requiresEnd)
        }
        return StringProbe(
            closed: (closed?.shape as? DenyString)?.value, open: value, requiresEnd: requiresEnd)
    }

    func sentences(in layout: Layout) -> [String] {
        let value = layout.words(forValue: value)
        let rule = "A token is revoked while \(match.words(value))."
        return match == .equals || match == .railsEntry ? [rule] : [rule, "Value: \(value)."]
    }
}

/// A page that is read with few commands, since a command costs the server more than a value does.
private struct GatheredPage: DenyPage {
    let page: EntryPage

    /// The number of values that one MGET reads, so that its reply stays small.
    private static let valuesPerCommand = 100

    func commands() -> [Command] {
        let keys = page.found.map(\.key)
        var commands: [Command] = []
        commands.reserveCapacity(keys.count / Self.valuesPerCommand + 1 + keys.count)
        for start in stride(from: 0, to: keys.count, by: Self.valuesPerCommand) {
            let chunk = keys[start..<min(start + Self.valuesPerCommand, keys.count)]
            commands.append(
                Command(arguments: ["MGET"] + chunk.map(Argument.bytes), keyIndex: 1))
        }
        for key in keys { commands.append(Command("PTTL", key: key)) }
        return commands
    }

    func entries(_ replies: [Reply], at now: Int64) throws(StoreError) -> [ListedDenial] {
        try page.entries(try inOrder(replies), at: now)
    }

    /// The replies in the order of those to `DenyString.reading`.
    private func inOrder(_ replies: [Reply]) throws(StoreError) -> [Reply] {
        let count = page.found.count
        var ordered: [Reply] = []
        ordered.reserveCapacity(count * 2)
        for chunk in replies.prefix(replies.count - count) {
            for value in try chunk.asArray where ordered.count < count * 2 {
                ordered.append(value)
                ordered.append(replies[replies.count - count + ordered.count / 2])
            }
        }
        guard ordered.count == count * 2 else {
            throw .redis(
                .unexpectedReply(
                    expected: "a valid reply to MGET", got: "an array of \(ordered.count / 2)"))
        }
        return ordered
    }
}

/// The rule by which an application takes the value of a key for a revocation.
enum DenyMatch: String, CaseIterable, Sendable {
    /// Any value.
    case exists
    /// Exactly the value that the layout writes.
    case equals
    /// A PHP array whose `valid_until` has passed, or `forever`: tymon/jwt-auth, `Blacklist.php`.
    case phpValidUntil = "php_valid_until"
    /// An entry of Rails' cache, which misses, or raises an error on, anything else
    /// (`ActiveSupport::Cache::RedisCacheStore`).
    case railsEntry = "rails_entry"

    /// Whether the application takes `bytes` for a revocation at the unix second `now`. `value` is
    /// the template of the layout's own values.
    func accepts(
        _ bytes: [UInt8], _ value: Template, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Bool {
        switch self {
        case .exists: return true
        case .equals:
            var values = TemplateValues(subject)
            values.now = now
            return try value.render(values) == bytes
        case .phpValidUntil: return PHPBlock(bytes)?.isInForce(at: now) ?? false
        case .railsEntry: return RailsProbe.isEntry(bytes)
        }
    }

    /// The third argument of `Script.denyCompared`, which has the same rules.
    var scriptWord: String {
        switch self {
        case .exists, .equals: "equals"
        case .phpValidUntil: "php"
        case .railsEntry: "rails"
        }
    }

    /// What `layout detect` goes by; nil where that is the layout's own value.
    var probe: (any ValueProbe)? {
        switch self {
        case .exists, .equals: nil
        case .phpValidUntil: PHPProbe()
        case .railsEntry: RailsProbe()
        }
    }

    /// The condition in words; `value` is the layout's own value.
    func words(_ value: String) -> String {
        switch self {
        case .exists: "the key exists, whatever its value"
        case .equals: "the value is exactly \(value)"
        case .phpValidUntil:
            "the value is 'forever', or a PHP array whose valid_until has passed"
        case .railsEntry: "the value is an entry of Rails.cache"
        }
    }
}

/// The values of tymon/jwt-auth, as PHP serializes them: `s:7:"forever";`, or an array with
/// `valid_until` in unix seconds.
struct PHPBlock {
    /// nil for ever.
    private let validUntil: Int64?

    /// nil for bytes that the library does not write.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "s:7:\"forever\";" {
            validUntil = nil
            return
        }
        let head = "a:1:{s:11:\"valid_until\";i:"
        guard text.hasPrefix(head), text.hasSuffix(";}"),
            let seconds = Int64(text.dropFirst(head.count).dropLast(2))
        else { return nil }
        validUntil = seconds
    }

    /// Whether the entry revokes its token at `now`. The application's grace period may put that
    /// moment into the future.
    func isInForce(at now: Int64) -> Bool { validUntil.map { $0 <= now } ?? true }
}

/// Recognizes values of tymon/jwt-auth.
private struct PHPProbe: TextProbe {
    var isSelective: Bool { true }

    func judge(text: [UInt8]) -> ProbeFinding {
        ProbeFinding(PHPBlock(text) == nil ? .differs : .fits(isTelling: true))
    }
}

/// Recognizes entries of Rails' cache.
private struct RailsProbe: TextProbe {
    var isSelective: Bool { true }

    func judge(text: [UInt8]) -> ProbeFinding {
        ProbeFinding(Self.isEntry(text) ? .fits(isTelling: true) : .differs)
    }

    /// Whether ActiveSupport reads the bytes as an entry: Marshal's format since 6.1, with a mark
    /// before it in 7.0, or the format of 7.1.
    static func isEntry(_ bytes: [UInt8]) -> Bool {
        [[0x04, 0x08], [0x00, 0x04], [0x00, 0x11]].contains(Array(bytes.prefix(2)))
    }
}
