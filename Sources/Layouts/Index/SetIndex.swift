internal import Redis

/// An index of sets, one for each user, whose members are the keys of the user's tokens
/// (guardian_redis, `adapter.ex`). The sets have no end, so that some members are keys that have
/// expired.
struct SetIndex: SessionIndex {
    let key: Template

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexSet)
        key = try reader.templates.key(try node.required("key"), .userKey)
    }

    // MARK: in a layout

    var keys: [Template] { [key] }

    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe] {
        [(.index, 0, SetProbe(member: allow.key, isByText: isByText))]
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "index", type: "set", key: layout.words(forKey: key),
            sentences: ["The token list of a user. Its members are the keys of the tokens."])
    }

    // MARK: in a search

    /// The set of one user has a key that can be made. The sets of all users have to be searched
    /// for.
    func places(of search: SessionSearch) -> [SessionPlace] {
        search.user == nil ? [.keys(key, type: "set")] : [.members(ofSet: key)]
    }

    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning? {
        search.parse(key, template).map { .candidate(SessionCandidate(key: key, user: $0.user)) }
    }

    func reading(_ candidate: SessionCandidate) -> Command {
        Command("SMEMBERS", key: candidate.key)
    }

    /// A member goes once the token's own key is gone. Members that are no keys of tokens stay.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]? {
        guard let user = candidate.user else { return [] }
        return try value.asByteStrings.compactMap { member in
            guard let holes = search.allow.key.parse(member),
                let subject = search.layout.subject(of: holes)
            else { return nil }
            return FoundSession(
                user: user, subject: subject.of(user), name: member,
                traces: [Command("SREM", key: candidate.key, .bytes(member))])
        }
    }
}
