internal import JSON

/// Reads the stores of a layout. The file of each store says what its members mean; here is what
/// several stores need, and what must be true of all of them together.
struct StoreReader {
    var layout: Layout
    var templates: TemplateReader
    /// The object of the index, for an error that is found only when all stores are known.
    private var indexNode: LayoutNode?

    init(layout: Layout, templates: TemplateReader) {
        self.layout = layout
        self.templates = templates
    }

    typealias Grammar = LayoutGrammar
    typealias Kind = LayoutGrammar.Kind

    /// Reads one store of the layout, and adds it to the others.
    mutating func read(_ node: LayoutNode) throws(LayoutNode.Failure) {
        let roleNode = try node.required("role")
        guard let role = try LayoutReader.choice(roleNode, Grammar.Role.self) else { return }
        switch role {
        case .deny: try read(node, roleNode, into: \.deny)
        case .allow: try allow(node, roleNode)
        case .index: try index(node, roleNode)
        case .notBefore: try notBefore(node, roleNode)
        case .version: try read(node, roleNode, into: \.version)
        case .userBan: try read(node, roleNode, into: \.ban)
        case .audit: try read(node, roleNode, into: \.audit)
        case .announce: try read(node, roleNode, into: \.announcement)
        case .variable:
            let variable = try KeptVariable(node, &self)
            layout.keptVariables.append(variable)
            layout.describedStores.append(variable)
        }
    }

    /// Reads a store that the layout may have once.
    private mutating func read<Store: SingleStore>(
        _ node: LayoutNode, _ role: LayoutNode, into place: WritableKeyPath<Layout, Store?>
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout[keyPath: place] == nil, role)
        keep(try Store(node, &self), in: place)
    }

    private mutating func keep<Store: LayoutStore>(
        _ store: Store, in place: WritableKeyPath<Layout, Store?>
    ) {
        layout[keyPath: place] = store
        layout.describedStores.append(store)
    }

    /// A key for each token, or a list for each user.
    private mutating func allow(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.allow == nil && layout.list?.isRequired != true, role)
        if try kind(node, [.string, .zset]) == .zset {
            try requireFirst(layout.list == nil, role)
            return keep(try ListStore(node, &self, isRequired: true), in: \.list)
        }
        keep(try AllowStore(node, &self), in: \.allow)
    }

    /// Reads a token list, or one of the kinds of index over session keys.
    private mutating func index(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.index == nil && layout.list == nil, role)
        let type = try kind(node, [.zset] + IndexStore.kinds.map(\.name))
        guard let known = IndexStore.kinds.first(where: { $0.name == type }) else {
            return keep(try ListStore(node, &self, isRequired: false), in: \.list)
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
        keep(store, in: \.index)
        indexNode = node
    }

    /// A cutoff for each user, or the one for all.
    private mutating func notBefore(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        let store = try CutoffStore(node, &self)
        let place = store.isGlobal ? \Layout.globalCutoff : \Layout.userCutoff
        try requireFirst(layout[keyPath: place] == nil, role)
        keep(store, in: place)
    }

    /// The layout, once every store was read; `node` is the array of stores.
    mutating func finish(_ node: LayoutNode) throws(LayoutNode.Failure) -> Layout {
        layout.naming = Naming(
            id: layout.naming.id, user: layout.naming.user, details: templates.details)
        if layout.deny == nil, layout.allow == nil, layout.list?.isRequired != true {
            throw node.failure(.lacks("stores", role: "deny or allow"))
        }
        // Taking a token off its list would leave its key, by which it is accepted.
        if layout.deny == nil, layout.allow != nil, layout.list != nil {
            throw node.failure(.lacks("session keys and token lists", role: "deny"))
        }
        if layout.index != nil, layout.allow == nil {
            throw node.failure(.lacks("index", role: "allow"))
        }
        if layout.index?.kind.readsTokens ?? false, !layout.naming.isByText {
            throw node.failure(.lacks("index of tokens", role: "allow with tokens as ids"))
        }
        // Through keys that lead to no token every logout would find nothing and report success.
        if let index = layout.index, let allow = layout.allow, let indexNode,
            !index.kind.leads(to: allow)
        {
            throw indexNode.failure(.uselessIndex)
        }
        return layout
    }

    /// Refuses a second store of the same role.
    private func requireFirst(
        _ isFirst: Bool, _ node: LayoutNode
    ) throws(LayoutNode.Failure) {
        guard isFirst else { throw node.failure(.duplicateRole(try node.text())) }
    }

    // MARK: what tells tokens apart

    /// A key or member that differs from token to token.
    mutating func tokenKey(
        _ node: LayoutNode, codec: Template.Codec = .raw
    ) throws(LayoutNode.Failure) -> Template {
        let template = try templates.key(node, .tokenKey, codec: codec)
        try requireToken(template, node)
        return template
    }

    /// Refuses a key that several tokens would share.
    func requireToken(
        _ template: Template, _ node: LayoutNode
    ) throws(LayoutNode.Failure) {
        guard namesToken(template) else {
            throw node.failure(.namesNoToken(hasUser: template.holes.contains(.user)))
        }
    }

    /// Whether two tokens of one user never have the same text.
    func namesToken(_ template: Template) -> Bool {
        template.holes.contains { hole in
            switch hole {
            case .id: return true
            case .detail(let index):
                switch templates.details[index] {
                case .token, .signature: return true
                case .composite(let template): return namesToken(template)
                case .words: return false
                case .claim(let path):
                    let source = Naming.Source.claim(path)
                    return !layout.naming.user.contains(source) && !Naming.Source.isShared(source)
                }
            default: return false
            }
        }
    }

    // MARK: words and numbers

    /// A text without placeholders, but for variables.
    func bytes(_ node: LayoutNode) throws(LayoutNode.Failure) -> [UInt8] {
        Array(try templates.plain(node).utf8)
    }

    /// A number of seconds, in digits only and below 10^10; nil for any other text.
    static func seconds(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), text.utf8.count <= 10 else { return nil }
        return Int64(text)
    }

    /// The margin at the end of a rule, in seconds: `+60`, or nothing for 0.
    static func margin(_ text: Substring) -> Int64? {
        text.isEmpty ? 0 : text.hasPrefix("+") ? seconds(text.dropFirst()) : nil
    }

    /// The word of a member, which may come from a variable. Throws for a word that is not in
    /// `known`; nil if the member is missing.
    func word(
        _ node: LayoutNode, _ name: String, _ known: [String]
    ) throws(LayoutNode.Failure) -> String? {
        guard let node = node[name] else { return nil }
        let text = try templates.plain(node)
        guard known.contains(text) else { throw node.failure(.notAmong(text, known)) }
        return text
    }

    /// The type of the store, one of those in `known`.
    func kind(
        _ node: LayoutNode, _ known: [Kind]
    ) throws(LayoutNode.Failure) -> Kind {
        let type = try node.required("type")
        let text = try type.text()
        guard let kind = known.first(where: { $0.rawValue == text }) else {
            throw type.failure(.notAmong(text, known.map(\.rawValue)))
        }
        return kind
    }
}
