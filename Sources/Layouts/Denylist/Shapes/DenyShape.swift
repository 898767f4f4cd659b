package import Redis

/// One form of blacklist entries: how a layout describes it, and everything that is done with it.
/// A store of this form has the key, and the rule by which entries expire.
///
/// `values` are those of the token that the entry is about; `key` is the template of the store.
/// Where both cannot be rendered, the claim that is missing is thrown.
protocol DenyShape: Sendable {
    /// The word for it in `type`.
    static var kind: LayoutGrammar.Kind { get }
    /// Every member that a store of this form may have.
    static var members: [String] { get }
    /// Whether a store of its type has this form.
    static func isForm(of node: LayoutNode) -> Bool

    /// Reads the members that belong to this form alone. Throws where `node` has unknown ones.
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure)

    /// Whose entries one key holds.
    var scope: DenyScope { get }
    /// The text that names a token within a key of several; nil where each token has a key.
    var member: Template? { get }
    /// The texts that entries hold besides keys and members.
    var values: [Template] { get }
    /// The member of another set that belongs to an entry; nil where there is none.
    var beside: DenyMember? { get }

    /// The commands that read an entry; see `denial`. Where the key is the token's own, the second
    /// is PTTL.
    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command]

    /// The entry that the replies to `reading` show, by the rule of the application that reads it;
    /// nil where that would not call the token revoked. `now` is Redis' clock in unix seconds.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Denial?

    /// Writes an entry where there is none, to expire at the unix second `end`, nil for never. The
    /// reply is null where an entry was found and `extending` has to look at it, 1 where one was
    /// written, 0 where one was found that suffices.
    ///
    /// `knowsEnds` is whether the server's SET takes the second at which a key expires (Redis 6.2).
    func writing(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?, knowsEnds: Bool
    ) throws(StoreError) -> Command

    /// Writes an entry, or extends one that may be there. It never makes an entry expire earlier,
    /// and keeps the first value if readers accept it. The reply is 1 for a new entry, else 0.
    func extending(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?
    ) throws(StoreError) -> Command

    /// Removes an entry; the reply is 0 where there was none.
    func removing(_ values: TemplateValues, at key: Template) throws(StoreError) -> Command

    /// The keys or members that `list revoked` has to look through.
    func scan(_ listing: DenyListing) -> DenyScan
    /// The question about a page of the keys, or members, that the scan has found.
    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage

    /// The command by which `doctor` finds out whether a key has the right type. It reads a byte,
    /// or as little as there is.
    func sample(_ key: [UInt8]) -> Command

    /// The rule by which `layout detect` recognizes values. `closed` is the store with its
    /// variables at their defaults; nil where one of them has none.
    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe

    /// Sentences for `layout show`: when a token is revoked, and what an entry holds.
    func sentences(in layout: Layout) -> [String]
}

extension DenyShape {
    static func isForm(of node: LayoutNode) -> Bool { true }

    var scope: DenyScope { .token }
    var member: Template? { nil }
    var values: [Template] { [] }
    var beside: DenyMember? { nil }

    func writing(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?, knowsEnds: Bool
    ) throws(StoreError) -> Command {
        try extending(values, at: key, until: end)
    }

    /// Deletes the key, where that is one token's own.
    func removing(_ values: TemplateValues, at key: Template) throws(StoreError) -> Command {
        Command("DEL", key: try key.render(values))
    }
}

/// Whose entries one key of the blacklist holds.
package enum DenyScope: Sendable {
    /// Those of one token: the key names it.
    case token
    /// Those of several tokens, such as all of a user.
    case several
    /// Those of all tokens. Redis lets keys expire, not members, so entries never expire.
    case everyone
}

/// A member of a set that some readers ask instead of the entry.
package struct DenyMember: Equatable, Sendable {
    let key: Template
    let member: Template

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.beside)
        key = try reader.templates.key(try node.required("set"), .tokenKey)
        member = try reader.tokenKey(try node.required("member"))
    }

    func reading(_ values: TemplateValues) throws(StoreError) -> Command {
        try command("SISMEMBER", values)
    }

    package func adding(_ values: TemplateValues) throws(StoreError) -> Command {
        try command("SADD", values)
    }

    package func removing(_ values: TemplateValues) throws(StoreError) -> Command {
        try command("SREM", values)
    }

    private func command(
        _ name: String, _ values: TemplateValues
    ) throws(StoreError) -> Command {
        Command(name, key: try key.render(values), .bytes(try member.render(values)))
    }
}
