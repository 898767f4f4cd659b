internal import JSON
internal import Redis

/// An index without keys of its own: the value of a token's key names the user, so that a search
/// reads the keys of all tokens. It costs a scan of the database for each logout.
struct ValueIndex: SessionIndex {
    /// The names that lead to the user in a JSON value; if there are none, the value is the user.
    let path: [JSONString]

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexValues)
        path = try reader.path(node)
    }

    // MARK: in a layout

    var keys: [Template] { [] }
    var searchesTokenKeys: Bool { true }

    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe] { [] }

    /// A value that is nothing but the user is recognized only if it is JSON.
    func tokenProbe(_ allow: AllowStore) -> (any ValueProbe)? {
        guard path.isEmpty, allow.valueCodec == .json else { return JSONProbe(path: path) }
        return StringProbe(
            closed: nil, open: Template([.hole(.any, [])], codec: .json), requiresEnd: false)
    }

    func description(in layout: Layout) -> StoreDescription {
        let place = path.isEmpty ? "is the user." : "has the user at \(layout.words(for: path))."
        return .search(["the value " + place], type: .values)
    }

    // MARK: in a search

    func places(of search: SessionSearch) -> [SessionPlace] {
        [.keys(search.allow.key, type: "string")]
    }

    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning? {
        template.parse(key).flatMap(search.layout.subject(of:)).map {
            .candidate(SessionCandidate(key: key, subject: $0))
        }
    }

    /// A key whose value marks the token as revoked names no user any more, and is passed over.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]? {
        guard let value = try value.asOptionalBytes, let subject = candidate.subject,
            !search.allow.isEnded(value)
        else { return [] }
        let isJSON = !path.isEmpty || search.allow.valueCodec == .json
        let name = isJSON ? LooseJSON.text(of: value, at: path) : value
        guard let owner = name.flatMap(Identifier.init(found:)) else { return nil }
        return search.admits(owner) ? [FoundSession(subject, of: owner)] : []
    }
}

extension AllowStore {
    /// Whether a value marks a token that was revoked without removing its key.
    fileprivate func isEnded(_ value: [UInt8]) -> Bool {
        if case .noneOf(let values) = match { values.contains(value) } else { false }
    }
}
