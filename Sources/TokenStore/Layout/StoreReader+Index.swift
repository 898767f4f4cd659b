internal import JSON

/// How the tokens of a user are found.
extension StoreReader {
    /// Reads a token list, or one of the kinds of index over session keys.
    mutating func index(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.index == nil && layout.list == nil, role)
        let type = try kind(node, [.zset] + IndexStore.kinds.map(\.name))
        guard let known = IndexStore.kinds.first(where: { $0.name == type }) else {
            return try list(node, isRequired: false)
        }
        let store = IndexStore(
            kind: try known.type.init(node, &self), leaves: try node["leaves"]?.text(),
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
        guard index.kind.leads(to: allow) else { throw indexNode.failure(.uselessIndex) }
    }
}
