internal import JSON

/// Reads the stores of a layout: what each role needs is said here and nowhere else.
struct StoreReader {
    var layout: Layout
    var templates: TemplateReader
    /// Where the index is described.
    var indexNode: LayoutNode?

    init(layout: Layout, templates: TemplateReader) {
        self.layout = layout
        self.templates = templates
    }

    typealias Grammar = LayoutGrammar
    typealias Kind = LayoutGrammar.Kind

    mutating func read(_ node: LayoutNode) throws(LayoutNode.Failure) {
        let roleNode = try node.required("role")
        guard let role = try LayoutReader.choice(roleNode, Grammar.Role.self) else { return }
        switch role {
        case .deny:
            try requireFirst(layout.deny == nil, roleNode)
            layout.deny = try deny(node)
        case .allow: try allow(node, roleNode)
        case .index: try index(node, roleNode)
        case .notBefore: try notBefore(node, roleNode)
        case .version:
            try requireFirst(layout.version == nil, roleNode)
            _ = try node.members(Grammar.version)
            layout.version = VersionStore(
                key: try templates.key(try node.required("key"), .userKey),
                number: try templates.key(try node.required("number"), .tokenKey))
        case .userBan:
            try requireFirst(layout.ban == nil, roleNode)
            _ = try node.members(Grammar.userBan)
            let isSet = node["member"] != nil
            layout.ban = BanStore(
                key: try templates.key(try node.required("key"), .userKey),
                member: isSet ? try templates.key(try node.required("member"), .userKey) : nil)
        case .audit:
            try requireFirst(layout.auditKey == nil, roleNode)
            _ = try node.members(Grammar.audit)
            layout.auditKey = Array(try templates.plain(try node.required("key")).utf8)
        case .variable: layout.keptVariables.append(try keptVariable(node))
        case .announce:
            try requireFirst(layout.channel == nil, roleNode)
            _ = try node.members(Grammar.announce)
            layout.channel = Array(try templates.plain(try node.required("channel")).utf8)
            layout.announcesAll = try word(node, "changes", Grammar.announced) == "all"
        }
    }

    private mutating func keptVariable(
        _ node: LayoutNode
    ) throws(LayoutNode.Failure) -> KeptVariable {
        _ = try node.members(Grammar.variable)
        let name = try node.required("name").text()
        guard layout.variable(name) != nil else {
            throw try node.required("name").failure(
                .unknownVariable(name, known: layout.variables.map(\.name)))
        }
        let key = try templates.key(try node.required("key"), .userKey)
        guard key.holes.allSatisfy(\.isVariable) else {
            throw try node.required("key").failure(.misplaced("user", where: "this key"))
        }
        return KeptVariable(
            name: name, key: key,
            codec: try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw,
            filter: try LayoutReader.choice(node["filter"], Template.Filter.self))
    }

    /// The whole, once every store was read; `node` is that of all stores.
    mutating func finish(_ node: LayoutNode) throws(LayoutNode.Failure) -> Layout {
        layout.naming = Naming(
            id: layout.naming.id, user: layout.naming.user, details: templates.details)
        if layout.deny == nil, layout.allow == nil, layout.list?.isRequired != true {
            throw node.failure(.lacks("stores", role: "deny or allow"))
        }
        // To take a token off its list would leave its key, by which it is accepted.
        if layout.deny == nil, layout.allow != nil, layout.list != nil {
            throw node.failure(.lacks("session keys and token lists", role: "deny"))
        }
        if layout.index != nil, layout.allow == nil {
            throw node.failure(.lacks("index", role: "allow"))
        }
        if layout.index?.kind.readsTokens ?? false, !layout.naming.isByText {
            throw node.failure(.lacks("index of tokens", role: "allow with tokens as ids"))
        }
        try requireUsableIndex()
        return layout
    }

    func requireFirst(
        _ isFirst: Bool, _ node: LayoutNode
    ) throws(LayoutNode.Failure) {
        guard isFirst else { throw node.failure(.duplicateRole(try node.text())) }
    }

    // MARK: deny

    private mutating func deny(_ node: LayoutNode) throws(LayoutNode.Failure) -> DenyStore {
        let kind = try kind(node, [.string, .hash, .set])
        let shape: DenyStore.Shape
        var isLasting = false
        switch kind {
        case .set:
            _ = try node.members(Grammar.denySet)
            shape = .set(member: try tokenKey(try node.required("member")))
            isLasting = true
        case .hash where node["list"] != nil:
            _ = try node.members(Grammar.denyNumbers)
            shape = .numbers(
                field: Array(try templates.plain(try node.required("list")).utf8),
                number: try tokenKey(try node.required("number")))
        case .hash:
            _ = try node.members(Grammar.denyHash)
            shape = .hash(
                fields: try fields(try node.required("fields")), beside: try beside(node["also"]))
        default:
            _ = try node.members(Grammar.denyString)
            let codec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
            shape = .string(
                value: try templates.template(try node.required("value"), .value, codec: codec),
                match: try match(node["match"]))
        }
        let codec = try LayoutReader.choice(node["key_codec"], Template.Codec.self) ?? .raw
        let (life, margin) = try life(node["ttl"])
        let isShared =
            switch shape {
            case .set, .numbers: true
            case .string, .hash: false
            }
        let keyNode = try node.required("key")
        return DenyStore(
            key: isShared
                ? try templates.key(keyNode, .tokenKey) : try tokenKey(keyNode, codec: codec),
            shape: shape, life: isLasting ? .none : life,
            withoutExpiry: try withoutExpiry(node["no_exp"]), margin: margin)
    }

    private mutating func fields(
        _ node: LayoutNode
    ) throws(LayoutNode.Failure) -> [DenyStore.Field] {
        let names = try node.object().names
        guard !names.isEmpty else { throw node.failure(.emptyText) }
        var fields: [DenyStore.Field] = []
        for name in names {
            guard let value = node[name.text] else { continue }
            fields.append(
                DenyStore.Field(
                    name: Array(
                        try templates.plain(LayoutNode(.string(name), value.path)).utf8),
                    value: try templates.template(value, .value)))
        }
        return fields
    }

    private mutating func beside(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> DenyStore.Member? {
        guard let node else { return nil }
        _ = try node.members(Grammar.beside)
        return DenyStore.Member(
            key: try templates.key(try node.required("set"), .tokenKey),
            member: try tokenKey(try node.required("member")))
    }

    private func match(_ node: LayoutNode?) throws(LayoutNode.Failure) -> DenyStore.Match {
        switch try node?.text() ?? "exists" {
        case "exists": return .exists
        case "equals": return .equals
        case "php_valid_until": return .phpValidUntil
        case "rails_entry": return .railsEntry
        case let other:
            throw node?.failure(.notAmong(other, Grammar.denyMatches))
                ?? LayoutNode(.null).failure(.emptyText)
        }
    }

    /// `remaining`, `remaining+60`, `max(exp, iat+1209600)+60` or `none`.
    private func life(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> (life: Life, margin: Int64) {
        guard let node else { return (.remaining, Self.standardMargin) }
        let text = try templates.plain(node)
        if text == "none" { return (.none, 0) }
        var rest = text[...]
        var life: Life?
        if rest.hasPrefix("remaining") {
            rest = rest.dropFirst("remaining".count)
            life = .remaining
        } else if rest.hasPrefix("max(exp, iat+"), let end = rest.firstIndex(of: ")"),
            let span = Self.seconds(rest[..<end].dropFirst("max(exp, iat+".count))
        {
            rest = rest[rest.index(after: end)...]
            life = .refreshable(span)
        }
        guard let life,
            let margin = rest.isEmpty
                ? 0 : rest.hasPrefix("+") ? Self.seconds(rest.dropFirst()) : nil
        else {
            throw node.failure(
                .badRule(text, expected: Grammar.lives))
        }
        // Readers may grant leeway whatever the application itself writes.
        return (life, max(margin, Self.standardMargin))
    }

    private static let standardMargin: Int64 = 60

    static func seconds(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), text.utf8.count <= 10 else { return nil }
        return Int64(text)
    }

    private func withoutExpiry(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> WithoutExpiry {
        guard let node else { return .ask }
        let text = try node.text()
        if text == "refuse" { return .ask }
        if text == "persist" { return .persist }
        guard text.hasPrefix("fixed:"), let span = Self.seconds(text.dropFirst("fixed:".count))
        else { throw node.failure(.badRule(text, expected: Grammar.withoutExpiry)) }
        return .fixed(span)
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

    func requireToken(
        _ template: Template, _ node: LayoutNode
    ) throws(LayoutNode.Failure) {
        guard namesToken(template) else {
            throw node.failure(.namesNoToken(hasUser: template.holes.contains(.user)))
        }
    }

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

    // MARK: cutoffs

    private mutating func notBefore(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        _ = try node.members(Grammar.notBefore)
        let isHash = try kind(node, [.string, .hash]) == .hash
        let unit = try word(node, "unit", Grammar.units) ?? "s"
        let compare = try word(node, "compare", Grammar.comparisons) ?? "le"
        let isGlobal = try word(node, "scope", Grammar.scopes) == "everyone"
        let store = CutoffStore(
            key: try templates.key(try node.required("key"), .userKey),
            field: isHash ? Array(try templates.plain(try node.required("field")).utf8) : nil,
            unit: unit == "s" ? 1 : 1000, isExclusive: compare == "lt",
            life: try node["ttl"].map { node throws(LayoutNode.Failure) in try node.seconds() })
        guard store.key.holes.allSatisfy(\.isVariable) == isGlobal else {
            throw try node.required("key").failure(
                .misplaced("user", where: isGlobal ? "the cutoff for everyone" : "another key"))
        }
        if isGlobal {
            try requireFirst(layout.globalCutoff == nil, role)
            layout.globalCutoff = store
        } else {
            try requireFirst(layout.userCutoff == nil, role)
            layout.userCutoff = store
        }
    }

    func word(
        _ node: LayoutNode, _ name: String, _ known: [String]
    ) throws(LayoutNode.Failure) -> String? {
        guard let node = node[name] else { return nil }
        let text = try templates.plain(node)
        guard known.contains(text) else { throw node.failure(.notAmong(text, known)) }
        return text
    }

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
