internal import Redis

/// A member of one set for all tokens, which Kong's jwt-blacklist plugin asks by SISMEMBER
/// (`handler.lua`). Members of a set do not expire, so it only grows.
struct DenySet: DenyShape {
    static let kind = LayoutGrammar.Kind.set
    static let members = ["role", "type", "key", "member"]

    /// The template of members.
    private let text: Template

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(Self.members)
        text = try reader.tokenKey(try node.required("member"))
    }

    var scope: DenyScope { .everyone }
    var member: Template? { text }

    // MARK: one entry

    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command] {
        [try command("SISMEMBER", values, key)]
    }

    /// An entry without a time to live: a member has none.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) -> Denial? {
        replies.first == .integer(1)
            ? Denial(entry: DenyEntry(), timeToLive: nil) : nil
    }

    func extending(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?
    ) throws(StoreError) -> Command {
        try command("SADD", values, key)
    }

    func removing(_ values: TemplateValues, at key: Template) throws(StoreError) -> Command {
        try command("SREM", values, key)
    }

    private func command(
        _ name: String, _ values: borrowing TemplateValues, _ key: Template
    ) throws(StoreError) -> Command {
        Command(name, key: try key.render(values), .bytes(try text.render(values)))
    }

    // MARK: all entries

    func scan(_ listing: DenyListing) -> DenyScan { .members(key: listing.deny.key.literal) }

    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        MemberPage(listing: listing, member: text, found: found)
    }

    /// Asks for a member that no layout writes: SISMEMBER fails for any other type.
    func sample(_ key: [UInt8]) -> Command { Command("SISMEMBER", key: key, "") }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        SetProbe(member: text, isByText: naming.isByText)
    }

    func sentences(in layout: Layout) -> [String] {
        ["A token is revoked while the set contains \(layout.words(for: text))."]
    }
}

/// The entries that some members are: the scan has told everything.
private struct MemberPage: DenyPage {
    let listing: DenyListing
    let member: Template
    let found: [[UInt8]]

    func commands() -> [Command] { [] }

    func entries(_ replies: [Reply], at now: Int64) -> [ListedDenial] {
        found.compactMap { bytes in
            guard let id = member.parse(bytes)?[.id].map(Identifier.init(stored:)),
                listing.wants(id)
            else { return nil }
            let denial = Denial(entry: DenyEntry(), timeToLive: nil)
            return ListedDenial(id: id, user: nil, denial: denial, expiry: .never)
        }
    }
}
