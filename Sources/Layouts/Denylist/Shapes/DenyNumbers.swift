internal import Redis

/// A number in a comma-separated list, in a field of a user's hash.
///
/// express-jwt-blacklist (`lib/index.js`) keeps the `iat` of each revoked token in this form, in
/// the field `revoke`. The hash has the numbers of all tokens of a user, so that it is kept until
/// the last of them has expired. Numbers of tokens that have expired stay in the list until then.
struct DenyNumbers: DenyShape {
    static let kind = LayoutGrammar.Kind.hash
    static let members = ["role", "type", "key", "list", "number", "ttl", "no_exp"]

    static func isForm(of node: LayoutNode) -> Bool { node["list"] != nil }

    /// The name of the field.
    let field: [UInt8]
    /// The number of a token in the list.
    let number: Template

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(Self.members)
        field = try reader.bytes(try node.required("list"))
        number = try reader.tokenKey(try node.required("number"))
    }

    var scope: DenyScope { .several }
    var member: Template? { number }

    /// The numbers as texts, without empty ones.
    fileprivate static func numbers(_ list: [UInt8]) -> [[UInt8]] {
        list.split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    // MARK: one entry

    func reading(_ values: TemplateValues, at key: Template) throws(StoreError) -> [Command] {
        reading(try key.render(values))
    }

    fileprivate func reading(_ key: [UInt8]) -> [Command] {
        [Command("HMGET", key: key, .bytes(field)), Command("PTTL", key: key)]
    }

    /// Finds the token's number in the list. The entry's time to live is that of the whole hash.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Denial? {
        guard let first = replies.first, let last = replies.last else { return nil }
        let wanted = try number.render(TemplateValues(subject))
        guard let list = try first.asArray.asOptionalBytes.first ?? nil,
            Self.numbers(list).contains(wanted)
        else { return nil }
        return Denial(left: try last.asInteger)
    }

    func extending(
        _ values: borrowing TemplateValues, at key: Template, until end: Int64?
    ) throws(StoreError) -> Command {
        let key = try key.render(values)
        let end = Argument.text(end.map(String.init) ?? "")
        return .eval(
            Script.denyNumber, keys: [key],
            [.bytes(field), .bytes(try number.render(values)), end])
    }

    /// Takes the number out of the list, by a script, so that no other client writes the list
    /// between a read and a write.
    func removing(_ values: TemplateValues, at key: Template) throws(StoreError) -> Command {
        .eval(
            Script.allowNumber, keys: [try key.render(values)],
            [.bytes(field), .bytes(try number.render(values))])
    }

    // MARK: all entries

    /// Scans all keys of the layout. They name users, so that a pattern of ids cannot narrow them.
    func scan(_ listing: DenyListing) -> DenyScan {
        .keys(match: listing.deny.key.glob(), type: "hash")
    }

    func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        NumberPage(
            listing: listing, shape: self,
            users: found.compactMap { key in
                listing.deny.key.parse(key)?[.user].map { (key, Identifier(stored: $0)) }
            })
    }

    func sample(_ key: [UInt8]) -> Command { Command("HMGET", key: key, .bytes(field)) }

    // MARK: a layout

    func probe(of store: DenyStore, closed: DenyStore?, _ naming: Naming) -> any ValueProbe {
        NumberListProbe(field: field)
    }

    func sentences(in layout: Layout) -> [String] {
        [
            "A token is revoked while the field \(String(decoding: field, as: UTF8.self)), a list "
                + "of numbers separated by commas, contains \(layout.words(for: number))."
        ]
    }
}

/// The entries in the lists of some users.
private struct NumberPage: DenyPage {
    let listing: DenyListing
    let shape: DenyNumbers
    let users: [(key: [UInt8], user: Identifier)]

    func commands() -> [Command] { users.flatMap { key, _ in shape.reading(key) } }

    func entries(_ replies: [Reply], at now: Int64) throws(StoreError) -> [ListedDenial] {
        var page: [ListedDenial] = []
        for (index, (_, user)) in users.enumerated() {
            let left = try replies[index * 2 + 1].asInteger
            guard let list = try replies[index * 2].asArray.first?.asOptionalBytes else { continue }
            for number in DenyNumbers.numbers(list) {
                let id = Identifier(stored: number)
                guard listing.wants(id) else { continue }
                page.append(
                    ListedDenial(
                        id: id, user: user,
                        denial: Denial(DenyEntry(user: user), left: left),
                        expiry: listing.expiry(left, at: now)))
            }
        }
        return page
    }
}

/// Recognizes lists of numbers. A hash without the field is no evidence against them, since the
/// same hash may have a cutoff alone.
private struct NumberListProbe: ValueProbe {
    let field: [UInt8]

    var isSelective: Bool { false }

    func look(at key: [UInt8]) -> Command? { Command("HMGET", key: key, .bytes(field)) }

    func judge(_ value: Reply) -> ProbeFinding {
        guard case .array(let fields) = value else { return ProbeFinding(.differs) }
        guard case .string(let list)? = fields.first else { return ProbeFinding(.neutral) }
        let isList = DenyNumbers.numbers(list).allSatisfy(NumberProbe.isNumber)
        return ProbeFinding(isList ? .fits(isTelling: true) : .mistyped)
    }
}
