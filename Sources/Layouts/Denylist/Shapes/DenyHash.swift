internal import JSON
internal import Redis

/// A hash under a key of the token's own, and in some layouts a member of a set beside it.
///
/// .NET's `RedisCache` writes its entries so (`absexp`, `sldexp`, `data`), and Spring Data's
/// `@RedisHash`, which adds the id to the set of its keyspace and asks that for `existsById`.
struct DenyHash: DenyShape {
    static let kind = LayoutGrammar.Kind.hash
    static let members = ["role", "type", "key", "key_codec", "fields", "also", "ttl", "no_exp"]

    /// A field with the text that it holds.
    struct Field: Equatable, Sendable {
        let name: [UInt8]
        let value: Template
    }

    /// At least one, in the order of the layout.
    let fields: [Field]
    /// The set with the ids of all entries. Spring Data answers `existsById` from it.
    let beside: DenyMember?

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(Self.members)
        fields = try Self.fields(try node.required("fields"), &reader)
        if let node = node["also"] {
            beside = try DenyMember(node, &reader)
        } else {
            beside = nil
        }
    }

    private static func fields(
        _ node: LayoutNode, _ reader: inout StoreReader
    ) throws(LayoutNode.Failure) -> [Field] {
        let names = try node.object().names
        guard !names.isEmpty else { throw node.failure(.emptyText) }
        var fields: [Field] = []
        for name in names {
            guard let value = node[name.text] else { continue }
            fields.append(
                Field(
                    name: try reader.bytes(LayoutNode(.string(name), value.path)),
                    value: try reader.templates.template(value, .value)))
        }
        return fields
    }

    var values: [Template] { fields.map(\.value) }

    // MARK: one entry

    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command] {
        let key = try key.render(values)
        let names = fields.map { Argument.bytes($0.name) }
        let hash = [
            Command(arguments: ["HMGET", .bytes(key)] + names, keyIndex: 1),
            Command("PTTL", key: key),
        ]
        guard let beside else { return hash }
        return hash + [try beside.reading(values)]
    }

    /// Requires every field, since it is unknown which of them the application reads.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Denial? {
        guard let first = replies.first, let last = replies.last else { return nil }
        let found = try first.asArray.asOptionalBytes
        guard found.count == fields.count, found.allSatisfy({ $0 != nil }) else { return nil }
        if beside != nil, last != .integer(1) { return nil }
        return Denial(left: try replies[replies.startIndex + 1].asInteger)
    }

    /// Adds the fields that are missing. Those that exist keep their values.
    func extending(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?
    ) throws(StoreError) -> Command {
        let key = try key.render(values)
        var arguments = [Argument.text(end.map(String.init) ?? "")]
        for field in fields {
            arguments += [.bytes(field.name), .bytes(try field.value.render(values))]
        }
        return .eval(Script.denyHash, keys: [key], arguments)
    }

    // MARK: all entries

    func scan(_ listing: DenyListing) -> DenyScan {
        .keys(match: listing.deny.key.glob(like: listing.pattern), type: "hash")
    }

    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        EntryPage(found, listing)
    }

    /// Reads one field: HMGET fails for a key of any other type.
    func sample(_ key: [UInt8]) -> Command {
        Command("HMGET", key: key, .bytes(fields.first?.name ?? []))
    }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        HashProbe(fields: fields.map { ($0.name, $0.value) })
    }

    func sentences(in layout: Layout) -> [String] {
        let words = fields.map { field in
            "\(String(decoding: field.name, as: UTF8.self)) '\(layout.words(for: field.value))'"
        }
        var sentences = [
            "A token is revoked while the key exists.", "Fields: \(words.joined(separator: ", ")).",
        ]
        if let beside {
            sentences.append(
                "The set \(layout.words(for: beside.key)) must contain "
                    + "\(layout.words(for: beside.member)), too.")
        }
        return sentences
    }
}
