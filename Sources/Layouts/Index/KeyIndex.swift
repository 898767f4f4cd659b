internal import JSON
internal import Redis

/// An index of keys that name the user: the tokens' own keys, or others that name the token as
/// well.
struct KeyIndex: SessionIndex {
    let key: Template
    /// The names that lead to the id in the JSON under a key. If there are any, a key without its
    /// own id there belongs to something else.
    let path: [JSONString]
    /// Whether the key is removed once the token's own key is gone.
    let isTrace: Bool

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexKeys)
        let own = try reader.templates.optionalKey(node["key"], .found)
        guard let key = own ?? reader.layout.allow?.key, key.holes.contains(.user) else {
            throw node.failure(.lacks("index of keys", role: "allow with ${user} in its key"))
        }
        self.key = key
        path = try reader.path(node)
        isTrace = try node["trace"]?.bool() ?? false
    }

    // MARK: in a layout

    var keys: [Template] { [key] }

    /// A key leads to a token by an id in its name, or by being the token's own key.
    func leads(to allow: AllowStore) -> Bool {
        guard !allow.isShared else { return key == allow.key }
        return key.isReversible && (key.holes.contains(.id) || allow.key.mayRead(key))
    }

    /// None if the token's own key is the index, or if only the value proves a key: `tokenProbe`
    /// looks at it then.
    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe] {
        key != allow.key && path.isEmpty ? [(.index, 0, AnyProbe())] : []
    }

    func tokenProbe(_ allow: AllowStore) -> (any ValueProbe)? {
        path.isEmpty ? nil : JSONProbe(path: path)
    }

    func description(in layout: Layout) -> StoreDescription {
        var sentences = ["A user's tokens are found by their keys, which contain the user."]
        if !path.isEmpty {
            sentences.append("Only keys whose JSON has the id at \(layout.words(for: path)) count.")
        }
        if isTrace { sentences.append("logout-all deletes these keys, too.") }
        return StoreDescription(
            role: "index", type: "keys", key: layout.words(forKey: key), sentences: sentences)
    }

    // MARK: in a search

    /// Leaves out keys of other types if names alone do not tell the application's keys from
    /// others.
    func places(of search: SessionSearch) -> [SessionPlace] {
        [.keys(key, type: search.allow.isShared || !path.isEmpty ? "string" : nil)]
    }

    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning? {
        guard let (owner, holes) = search.parse(key, template) else {
            return !search.allow.isShared && search.isAmbiguous(key, template) ? .ambiguous : nil
        }
        // The value of a user's only key says which token it is.
        guard !search.allow.isShared else {
            return .candidate(SessionCandidate(key: key, user: owner))
        }
        guard let known = holes[.id] == nil ? search.allow.key.parse(key) : holes,
            let subject = search.layout.subject(of: known)
        else { return nil }
        return path.isEmpty
            ? .session(session(subject, of: owner, key))
            : .candidate(SessionCandidate(key: key, user: owner, subject: subject))
    }

    /// A key that is shared by the user's tokens is read for the last of them; any other is read to
    /// confirm its name.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]? {
        guard let value = try value.asOptionalBytes, let user = candidate.user else { return [] }
        guard !search.allow.isShared else {
            return search.subject(ofValue: value).map { [FoundSession($0, of: user)] }
        }
        guard let subject = candidate.subject,
            LooseJSON.text(of: value, at: path) == subject.id.bytes
        else { return [] }
        return [session(subject, of: user, candidate.key)]
    }

    private func session(
        _ subject: TokenSubject, of user: Identifier, _ key: [UInt8]
    ) -> FoundSession {
        let traces: [Command] = isTrace ? [.eval(Script.deleteString, keys: [key], [])] : []
        return FoundSession(subject, of: user, traces: traces)
    }
}

extension Template {
    /// Whether a key of `other` can be one of these, with an id in it. Variables that have no value
    /// yet may be anything.
    fileprivate func mayRead(_ other: Template) -> Bool {
        guard !(holes + other.holes).contains(where: \.isVariable) else { return true }
        let sample = other.parts.flatMap { part in
            if case .literal(let bytes) = part { bytes } else { [UInt8(ascii: "x")] }
        }
        return parse(codec.encode(sample))?[.id] != nil
    }
}
