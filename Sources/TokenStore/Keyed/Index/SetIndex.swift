internal import Redis

/// An index of sets, one for each user, whose members are the keys of the user's tokens.
struct SetIndex: SessionIndex {
    let key: Template

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexSet)
        key = try reader.templates.key(try node.required("key"), .userKey)
    }

    // MARK: in a layout

    var keys: [Template] { [key] }

    func ownProbes(
        _ allow: AllowStore, isByText: Bool
    ) -> [(role: DetectedLayout.Role, place: Int, probe: KeyProbe)] {
        [(.index, 0, .set(allow.key, isByText: isByText))]
    }

    // MARK: in a search

    /// The set of one user has a key that can be made. Those of all users are searched for.
    func places(of scan: SessionScan) -> [SessionPlace] {
        scan.user == nil ? [.keys(key, type: "set")] : [.members(ofSet: key)]
    }

    func meaning(of key: [UInt8], _ template: Template, in scan: SessionScan) -> KeyMeaning? {
        scan.parse(key, template).map { .candidate(SessionCandidate(key: key, user: $0.user)) }
    }

    func reading(_ candidate: SessionCandidate) -> Command {
        Command("SMEMBERS", key: candidate.key)
    }

    /// A member goes once the token's own key is gone. Members that are no keys of tokens stay.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in scan: SessionScan
    ) throws(StoreError) -> [FoundSession]? {
        guard let user = candidate.user else { return [] }
        return try value.asByteStrings.compactMap { member in
            guard let holes = scan.allow.key.parse(member),
                let subject = scan.store.layout.subject(of: holes)
            else { return nil }
            return FoundSession(
                user: user, subject: subject.of(user), name: member,
                traces: [Command("SREM", key: candidate.key, .bytes(member))])
        }
    }
}
