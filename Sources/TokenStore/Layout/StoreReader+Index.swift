internal import JSON

/// How the tokens of a user are found.
extension StoreReader {
    mutating func index(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.index == nil && layout.list == nil, role)
        let type = try kind(node, [.zset, .set, .keys, .values, .hashes, .tokens])
        guard type != .zset else { return try list(node, isRequired: false) }
        let known =
            switch type {
            case .set: Grammar.indexSet
            case .values: Grammar.indexValues
            case .hashes: Grammar.indexHashes
            case .tokens: Grammar.indexTokens
            default: Grammar.indexKeys
            }
        _ = try node.members(known)
        let kind: IndexStore.Kind =
            switch type {
            case .set: .set(key: try templates.key(try node.required("key"), .userKey))
            case .values: .values(path: try path(node))
            case .hashes:
                .hashes(
                    key: try templates.key(try node.required("key"), .found),
                    field: Array(try templates.plain(try node.required("field")).utf8))
            case .tokens:
                .tokens(
                    TokenIndex(
                        extraKeys: try keys(node["also"]),
                        userValueKeys: try node["objects"].map { node throws(LayoutNode.Failure) in
                            try templates.key(node, .found)
                        }, companionKeys: try keys(node["kin"])))
            default:
                .keys(
                    try indexKey(node), path: try path(node),
                    isTrace: try node["trace"]?.bool() ?? false)
            }
        let store = IndexStore(
            kind: kind, leaves: try node["leaves"]?.text(),
            leavesFor: try node["leaves_for"].map { node throws(LayoutNode.Failure) in
                let text = try templates.plain(node)
                guard let seconds = Self.seconds(text[...]) else {
                    throw node.failure(.badRule(text, expected: "a number of seconds"))
                }
                return seconds
            })
        layout.index = store
        layout.describedStores.append(store)
        indexNode = node
    }

    /// Refuses an index whose keys lead to no token whatever is in Redis: every logout would find
    /// nothing and report success.
    func requireUsableIndex() throws(LayoutNode.Failure) {
        guard let index = layout.index, let allow = layout.allow, let indexNode else { return }
        let isUsable: Bool
        switch index.kind {
        case .hashes: isUsable = true
        case .keys(let key, _, _) where allow.isShared: isUsable = key == allow.key
        case .keys(let key, _, _):
            isUsable = key.isReversible && (key.holes.contains(.id) || allow.key.mayRead(key))
        case .values, .set, .tokens:
            isUsable = allow.key.isReversible && allow.key.holes.contains(.id)
        }
        guard isUsable else { throw indexNode.failure(.uselessIndex) }
    }

    private mutating func indexKey(_ node: LayoutNode) throws(LayoutNode.Failure) -> Template {
        let own = try node["key"].map { node throws(LayoutNode.Failure) in
            try templates.key(node, .found)
        }
        guard let key = own ?? layout.allow?.key, key.holes.contains(.user) else {
            throw node.failure(.lacks("index of keys", role: "allow with ${user} in its key"))
        }
        return key
    }

    private func path(_ node: LayoutNode) throws(LayoutNode.Failure) -> [JSONString] {
        try node["path"]?.text().split(separator: ".").map { JSONString(String($0)) } ?? []
    }

    private mutating func keys(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> [Template] {
        var keys: [Template] = []
        for element in try node?.elements() ?? [] {
            keys.append(try templates.key(element, .tokenKey))
        }
        return keys
    }
}

extension Template {
    /// Whether a key of `other` can be one of these, with an id in it. Open variables may be anything.
    fileprivate func mayRead(_ other: Template) -> Bool {
        guard !(holes + other.holes).contains(where: \.isVariable) else { return true }
        let sample = other.parts.flatMap { part in
            if case .literal(let bytes) = part { bytes } else { [UInt8(ascii: "x")] }
        }
        return parse(codec.encode(sample))?[.id] != nil
    }
}
