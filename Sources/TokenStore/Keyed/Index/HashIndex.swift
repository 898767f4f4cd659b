internal import Redis

/// An index of hashes whose keys name the user, with the id of a token in one field: refresh tokens
/// that know their access token.
struct HashIndex: SessionIndex {
    let key: Template
    let field: [UInt8]

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexHashes)
        key = try reader.templates.key(try node.required("key"), .found)
        field = Array(try reader.templates.plain(try node.required("field")).utf8)
    }

    // MARK: in a layout

    var keys: [Template] { [key] }

    /// A key leads to a token by its field, whatever is in its name.
    func leads(to allow: AllowStore) -> Bool { true }

    func ownProbes(
        _ allow: AllowStore, isByText: Bool
    ) -> [(role: DetectedLayout.Role, place: Int, probe: KeyProbe)] {
        [(.index, 0, .hash([(field, Template([.hole(.id, [])]))]))]
    }

    // MARK: in a search

    func places(of scan: SessionScan) -> [SessionPlace] { [.keys(key, type: nil)] }

    func meaning(of key: [UInt8], _ template: Template, in scan: SessionScan) -> KeyMeaning? {
        guard let owner = scan.parse(key, template)?.user else {
            return scan.isAmbiguous(key, template) ? .ambiguous : nil
        }
        return .candidate(SessionCandidate(key: key, user: owner))
    }

    func reading(_ candidate: SessionCandidate) -> Command {
        Command("HGET", key: candidate.key, .bytes(field))
    }

    /// A hash without a token is found as well: the application can still make a token from it. It
    /// is deleted only if the field has not changed since.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in scan: SessionScan
    ) throws(StoreError) -> [FoundSession]? {
        let name = try value.asOptionalBytes ?? []
        guard let user = candidate.user else { return [] }
        let trace = Command.eval(
            Script.deleteIfField, keys: [candidate.key], [.bytes(field), .bytes(name)])
        let subject = Identifier(found: name).map { TokenSubject(id: $0, user: user) }
        return [FoundSession(user: user, subject: subject, name: name, traces: [trace])]
    }
}
