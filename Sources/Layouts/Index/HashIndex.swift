internal import Redis

/// An index of hashes whose keys name the user, with the id of a token in one field. jwt_sessions
/// has such hashes for refresh tokens, each of which knows its access token.
struct HashIndex: SessionIndex {
    let key: Template
    let field: [UInt8]

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexHashes)
        key = try reader.templates.key(try node.required("key"), .found)
        field = try reader.bytes(try node.required("field"))
    }

    // MARK: in a layout

    var keys: [Template] { [key] }

    /// A key leads to a token by its field, whatever is in its name.
    func leads(to allow: AllowStore) -> Bool { true }

    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe] {
        [(.index, 0, HashProbe(fields: [(field, Template([.hole(.id, [])]))]))]
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "index", type: "hash", key: layout.words(forKey: key),
            sentences: [
                "A user's tokens are found through these keys: the field "
                    + "\(String(decoding: field, as: UTF8.self)) holds the token's id."
            ])
    }

    // MARK: in a search

    func places(of search: SessionSearch) -> [SessionPlace] { [.keys(key, type: nil)] }

    /// Every hash of the user is read, since the name of its key says nothing about the access
    /// token.
    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning? {
        guard let owner = search.parse(key, template)?.user else {
            return search.isAmbiguous(key, template) ? .ambiguous : nil
        }
        return .candidate(SessionCandidate(key: key, user: owner))
    }

    func reading(_ candidate: SessionCandidate) -> Command {
        Command("HGET", key: candidate.key, .bytes(field))
    }

    /// A hash without a token is found as well: the application can still make a token from it. It
    /// is deleted only if the field has not changed since.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]? {
        let name = try value.asOptionalBytes ?? []
        guard let user = candidate.user else { return [] }
        let trace = Command.eval(
            Script.deleteIfField, keys: [candidate.key], [.bytes(field), .bytes(name)])
        let subject = Identifier(found: name).map { TokenSubject(id: $0, user: user) }
        return [FoundSession(user: user, subject: subject, name: name, traces: [trace])]
    }
}
