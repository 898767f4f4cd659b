internal import Redis

/// A member of one set for all tokens. Kong's jwt-blacklist plugin (`handler.lua`) looks tokens up
/// with SISMEMBER. The members of a set do not expire, so that the set only grows.
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

    /// An entry that never expires.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) -> Denial? {
        replies.first == .integer(1)
            ? Denial(entry: DenyEntry(), timeToLive: nil) : nil
    }

    /// Adds the member. Neither `end` nor an existing member makes a difference.
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

    /// Looks up a member that no layout writes: SISMEMBER fails for a key of any other type.
    func sample(_ key: [UInt8]) -> Command { Command("SISMEMBER", key: key, "") }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        SetProbe(member: text, isByText: naming.isByText)
    }

    func sentences(in layout: Layout) -> [String] {
        ["A token is revoked while the set contains \(layout.words(for: text))."]
    }
}

/// The entries that a page of members is. Nothing has to be asked about them.
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
