internal import JSON

/// Stores of what is alive, and how it is found.
extension StoreReader {
    mutating func allow(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.allow == nil && layout.list?.isRequired != true, role)
        if try kind(node, [.string, .zset]) == .zset {
            try requireFirst(layout.list == nil, role)
            return layout.list = try list(node, isRequired: true)
        }
        _ = try node.members(Grammar.allow)
        let codec = try LayoutReader.choice(node["key_codec"], Template.Codec.self) ?? .raw
        let keyNode = try node.required("key")
        let key = try templates.key(keyNode, .tokenKey, codec: codec)
        let valueCodec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
        let value = try node["value"].map { node throws(LayoutNode.Failure) in
            try templates.template(node, .value, codec: valueCodec)
        }
        let match = try allowMatch(node["match"], value, valueCodec)
        // One token for each user: the value says which.
        let isShared: Bool
        if case .equals(let value) = match, namesToken(value), !namesToken(key) {
            isShared = true
        } else {
            isShared = false
            try requireToken(key, keyNode)
        }
        var links: [Link] = []
        for link in try node["links"]?.elements() ?? [] { links.append(try self.link(link)) }
        layout.allow = AllowStore(
            key: key, isShared: isShared, match: match, valueCodec: valueCodec,
            removal: try removal(node["on_revoke"], valueCodec), value: value, links: links,
            secondLook: try node["look_again"].map { node throws(LayoutNode.Failure) in
                try pauseSeconds(node)
            } ?? 0)
    }

    private mutating func allowMatch(
        _ node: LayoutNode?, _ value: Template?, _ codec: Template.Codec
    ) throws(LayoutNode.Failure) -> AllowStore.Match {
        guard let node else { return .exists }
        if node.value.arrayValue != nil {
            let texts = try node.elements().map { element throws(LayoutNode.Failure) in
                Array(try templates.plain(element).utf8)
            }
            // A number may be written as one, without the quotes of a text.
            return .noneOf(
                codec == .json ? texts.map(codec.encode) + texts : texts.map(codec.encode))
        }
        switch try node.text() {
        case "exists": return .exists
        case "equals":
            guard let value else { throw node.failure(.missingMember("value")) }
            return .equals(value)
        case let other: throw node.failure(.notAmong(other, Grammar.allowMatches))
        }
    }

    private func removal(
        _ node: LayoutNode?, _ codec: Template.Codec
    ) throws(LayoutNode.Failure) -> AllowStore.Removal {
        guard let node else { return .delete }
        if node.value.stringValue?.text == "delete" { return .delete }
        _ = try node.members(Grammar.removal)
        let text = Array(try templates.plain(try node.required("rewrite")).utf8)
        return .rewrite(codec.encode(text))
    }

    /// Longer than that nobody waits for an answer.
    private func pauseSeconds(_ node: LayoutNode) throws(LayoutNode.Failure) -> Int64 {
        let seconds = try node.seconds()
        guard seconds <= 60 else { throw node.failure(.outOfRange(String(seconds))) }
        return seconds
    }

    private mutating func link(_ node: LayoutNode) throws(LayoutNode.Failure) -> Link {
        _ = try node.members(Grammar.link)
        let via = try node["via"].map { node throws(LayoutNode.Failure) in
            try templates.key(node, .tokenKey)
        }
        let action: Link.Action
        var types = ["string"]
        switch try node["remove"]?.text() ?? "key" {
        case "key":
            action = .delete
            if node["type"] != nil { types = [try kind(node, [.string, .hash, .set]).rawValue] }
        case "value":
            action = .removeValue
            types = ["set", "list", "zset"]
        case "same":
            action = .deleteHolder(
                text: try node["holding"].map { node throws(LayoutNode.Failure) in
                    try templates.key(node, .tokenKey)
                })
        case let other:
            throw try node.required("remove").failure(.notAmong(other, Grammar.linkRemovals))
        }
        guard case .deleteHolder = action else {
            for name in ["holding", action == .delete ? "" : "search"] {
                if let node = node[name] { throw node.failure(.lacks(name, role: "same")) }
            }
            let keyNode = try node.required("key")
            let key = try templates.key(keyNode, via == nil ? .tokenKey : .link)
            // What is deleted unseen has to be the token's own.
            if action == .delete, !key.holes.contains(.link) { try requireToken(key, keyNode) }
            return Link(
                key: key, action: action, types: types, via: via, search: nil,
                wild: try wildLink(node))
        }
        let search = try node["search"].map { node throws(LayoutNode.Failure) in
            Array(try templates.plain(node).utf8)
        }
        let key = search == nil ? try node.required("key") : node["key"]
        return Link(
            key: try key.map { node throws(LayoutNode.Failure) in
                try templates.key(node, via == nil ? .tokenKey : .link)
            }, action: action, types: types, via: via, search: search)
    }

    private mutating func wildLink(_ node: LayoutNode) throws(LayoutNode.Failure) -> WildLink? {
        guard let search = node["search"] else { return nil }
        let key = try templates.key(search, .found)
        let named = key.holes.filter { $0 != .any && !$0.isVariable }
        guard named.count == 1, key.isReversible else {
            throw search.failure(.namesNoToken(hasUser: false))
        }
        try requireToken(key, search)
        return WildLink(
            key: key, hole: named[0],
            field: try node["field"].map { node throws(LayoutNode.Failure) in
                Array(try templates.plain(node).utf8)
            })
    }

    private mutating func list(
        _ node: LayoutNode, isRequired: Bool
    ) throws(LayoutNode.Failure) -> ListStore {
        _ = try node.members(Grammar.list)
        let unit: Int64
        let score = try node["score"].map { node throws(LayoutNode.Failure) in
            try templates.plain(node)
        }
        switch score ?? "exp_s" {
        case "exp_s": unit = 1
        case "exp_ms": unit = 1000
        case let other:
            throw try node.required("score").failure(.notAmong(other, Grammar.scores))
        }
        return ListStore(
            key: try templates.key(try node.required("key"), .userKey),
            member: try tokenKey(try node.required("member")), unit: unit,
            details: try node["details"].map { node throws(LayoutNode.Failure) in
                try templates.key(node, .userKey)
            }, isRequired: isRequired, margin: try keyLife(node["key_ttl"]))
    }

    /// `none`, `max_score` or `max_score+60`.
    private func keyLife(_ node: LayoutNode?) throws(LayoutNode.Failure) -> Int64? {
        guard let node else { return nil }
        let text = try node.text()
        if text == "none" { return nil }
        let rest = text.dropFirst("max_score".count)
        guard text.hasPrefix("max_score"),
            let margin = rest.isEmpty
                ? 0 : rest.hasPrefix("+") ? Self.seconds(rest.dropFirst()) : nil
        else { throw node.failure(.badRule(text, expected: Grammar.keyLives)) }
        return margin
    }

    mutating func index(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.index == nil && layout.list == nil, role)
        let type = try kind(node, [.zset] + IndexStore.kinds.map(\.name))
        guard let known = IndexStore.kinds.first(where: { $0.name == type }) else {
            return layout.list = try list(node, isRequired: false)
        }
        layout.index = IndexStore(
            kind: try known.type.init(node, &self), leaves: try node["leaves"]?.text(),
            leavesFor: try node["leaves_for"].map { node throws(LayoutNode.Failure) in
                let text = try templates.plain(node)
                guard let seconds = Self.seconds(text[...]) else {
                    throw node.failure(.badRule(text, expected: "a number of seconds"))
                }
                return seconds
            })
        indexNode = node
    }

    /// Refuses an index whose keys lead to no token whatever is in Redis: every logout would find
    /// nothing and report success.
    func requireUsableIndex() throws(LayoutNode.Failure) {
        guard let index = layout.index, let allow = layout.allow, let indexNode else { return }
        guard index.kind.leads(to: allow) else { throw indexNode.failure(.uselessIndex) }
    }
}
