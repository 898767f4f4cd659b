internal import Redis

/// A string under a key of the token's own: the form of most blacklists. Applications ask EXISTS or
/// GET, and some of them compare the value.
struct DenyString: DenyShape {
    static let kind = LayoutGrammar.Kind.string
    static let members = [
        "role", "type", "key", "key_codec", "value", "value_codec", "match", "ttl", "no_exp",
    ]

    let value: Template
    let match: DenyMatch

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(Self.members)
        let codec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
        value = try reader.templates.template(try node.required("value"), .value, codec: codec)
        match = try LayoutReader.choice(node["match"], DenyMatch.self) ?? .exists
    }

    var scope: DenyScope { .token }
    var values: [Template] { [value] }

    // MARK: one entry

    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command] {
        let key = try key.render(values)
        return [Command("GET", key: key), Command("PTTL", key: key)]
    }

    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> TokenState.Denial? {
        guard let first = replies.first, let last = replies.last,
            let bytes = try first.asOptionalBytes,
            try match.accepts(bytes, value, of: subject, now: now)
        else { return nil }
        return TokenState.Denial(entry(bytes), left: try last.asInteger)
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

    /// One SET where any value does. Before Redis 6.2 it takes no second at which the key expires,
    /// only a number of seconds from a moment that the client cannot know: there, and where the
    /// version is unknown, a script does both.
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

    func removing(_ values: TemplateValues, at key: Template) throws(StoreError) -> Command {
        Command("DEL", key: try key.render(values))
    }

    // MARK: all entries

    /// MGET ignores keys that are no strings, so that SCAN need not look at types.
    func scan(_ listing: DenyListing) -> DenyScan {
        .keys(
            match: listing.deny.key.glob(like: listing.pattern),
            type: listing.isOneServer ? nil : "string")
    }

    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        let page = EntryPage(found, listing)
        return listing.isOneServer ? GatheredPage(page: page) : page
    }

    func sample(_ key: [UInt8]) -> Command { Command("GETRANGE", key: key, 0, 0) }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        if let probe = match.probe { return probe }
        // An application may keep a token that never expires for ever.
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

/// A page whose values are had with few commands: each costs a server more than a value does.
private struct GatheredPage: DenyPage {
    let page: EntryPage

    /// Values that one MGET fetches, so that its reply stays small.
    private static let valuesPerCommand = 100

    func commands() -> [Command] {
        let keys = page.found.map(\.key)
        var commands: [Command] = []
        commands.reserveCapacity(keys.count / Self.valuesPerCommand + 1 + keys.count)
        for chunk in keys.chunked(by: Self.valuesPerCommand) {
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
