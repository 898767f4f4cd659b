internal import Redis

/// An index without keys of its own: the ids are whole tokens, whose claims name the user, so that
/// a search goes through the keys of all tokens. Only the opaque ones among them need more.
struct TokenIndex: SessionIndex {
    /// Keys that name tokens whose own key may be gone.
    let extraKeys: [Template]
    /// Sets or lists of a user, with values of token keys: for tokens whose text names no user.
    let userValueKeys: Template?
    /// Keys of another kind of token, which are removed together; the first is looked for.
    let companionKeys: [Template]

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.indexTokens)
        extraKeys = try reader.tokenKeys(node["also"])
        userValueKeys = try reader.templates.optionalKey(node["objects"], .found)
        companionKeys = try reader.tokenKeys(node["kin"])
    }

    // MARK: in a layout

    var keys: [Template] { extraKeys + companionKeys + [userValueKeys].compactMap(\.self) }
    var searchesTokenKeys: Bool { true }
    var readsTokens: Bool { true }

    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe] {
        let none: any ValueProbe = AnyProbe()
        var probes: [OwnProbe] = []
        if userValueKeys != nil { probes.append((.index, keys.count - 1, none)) }
        return probes + companionKeys.indices.map { (.link, extraKeys.count + $0, none) }
    }

    func description(in layout: Layout) -> StoreDescription {
        func names(_ keys: [Template]) -> String { keys.map(\.source).joined(separator: ", ") }
        var sentences = ["their claims name the user."]
        if !extraKeys.isEmpty {
            sentences.append("Tokens named by keys like \(names(extraKeys)) are found, too.")
        }
        if let userValueKeys {
            sentences.append(
                "Tokens that do not name a user are found through "
                    + "\(layout.words(for: userValueKeys)).")
        }
        if !companionKeys.isEmpty {
            sentences.append("logout-all also deletes \(names(companionKeys)).")
        }
        return .search(sentences, type: .tokens)
    }

    // MARK: in a search

    /// Leftover keys of tokens matter only to the logout of one user, so that a list of all users
    /// does not look for them.
    func places(of search: SessionSearch) -> [SessionPlace] {
        let others = search.user == nil ? [] : extraKeys + companionKeys.prefix(1)
        return ([search.allow.key] + others).map { .keys($0, type: "string") }
    }

    /// A token names its user in its own claims. They are not verified: only the application writes
    /// such keys.
    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning? {
        guard let id = template.parse(key)?[.id].flatMap(Identifier.init(found:)) else {
            return nil
        }
        let subject = search.token(id.bytes)
        if let subject, let owner = subject.user {
            guard search.admits(owner) else { return nil }
            let isCompanion = companionKeys.first == template
            return .session(
                FoundSession(
                    user: owner, subject: isCompanion ? nil : subject, name: id.bytes,
                    traces: isCompanion ? companionTraces(id, owner) : []))
        }
        // A token whose claims name no user is the user's if its value is.
        guard let user = search.user, template == search.allow.key, !search.userValues.isEmpty
        else {
            return nil
        }
        return .candidate(
            SessionCandidate(
                key: key, user: user, subject: subject ?? TokenSubject(id: id, user: nil)))
    }

    /// Only tokens without a user in their claims are read.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]? {
        guard let value = try value.asOptionalBytes, search.userValues.contains(value),
            let user = candidate.user, let subject = candidate.subject
        else { return [] }
        return [FoundSession(subject, of: user)]
    }

    // MARK: other keys of a token

    /// Removes all keys of a token of another kind, and last the one by which it is found. None
    /// where a key cannot be made.
    private func companionTraces(_ id: Identifier, _ owner: Identifier) -> [Command] {
        let values = TemplateValues(TokenSubject(id: id, user: owner))
        do throws(StoreError) {
            return try companionKeys.reversed().map { key throws(StoreError) in
                .eval(Script.deleteString, keys: [try key.render(values)], [])
            }
        } catch {
            return []
        }
    }

    /// Reads the refresh tokens of access tokens, say: a logout must not remove those of kept ones.
    func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command] {
        var commands: [Command] = []
        for subject in kept {
            let values = TemplateValues(subject)
            for key in extraKeys { commands.append(Command("GET", key: try key.render(values))) }
        }
        return commands
    }
}

extension StoreReader {
    /// The keys of an array, named after tokens.
    fileprivate mutating func tokenKeys(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> [Template] {
        var keys: [Template] = []
        for element in try node?.elements() ?? [] {
            keys.append(try templates.key(element, .tokenKey))
        }
        return keys
    }
}
