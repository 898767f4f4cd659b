internal import JSON

/// Reads the stores of a layout: what each role needs is said here and nowhere else.
struct StoreReader {
    private var layout: Layout
    private var templates: TemplateReader

    init(layout: Layout, templates: TemplateReader) {
        self.layout = layout
        self.templates = templates
    }

    private typealias Grammar = LayoutGrammar
    private typealias Kind = LayoutGrammar.Kind

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
        case .announce:
            try requireFirst(layout.channel == nil, roleNode)
            _ = try node.members(Grammar.announce)
            layout.channel = Array(try templates.plain(try node.required("channel")).utf8)
        }
    }

    /// The whole, once every store was read; `node` is that of all stores.
    mutating func finish(_ node: LayoutNode) throws(LayoutNode.Failure) -> Layout {
        layout.naming = Naming(
            id: layout.naming.id, user: layout.naming.user, details: templates.details)
        if layout.deny == nil, layout.allow == nil, layout.list?.isRequired != true {
            throw node.failure(.lacks("stores", role: "deny or allow"))
        }
        if layout.index != nil, layout.allow == nil {
            throw node.failure(.lacks("index", role: "allow"))
        }
        if case .tokens? = layout.index?.kind, !layout.naming.isByText {
            throw node.failure(.lacks("index of tokens", role: "allow with tokens as ids"))
        }
        return layout
    }

    private func requireFirst(
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

    private static func seconds(_ text: Substring) -> Int64? {
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

    // MARK: allow and index

    private mutating func allow(
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
        let value = try node["value"].map { node throws(LayoutNode.Failure) in
            try templates.template(node, .value)
        }
        let match = try allowMatch(node["match"], value)
        // One session for each user: the value says which.
        if case .equals(let value) = match, namesToken(value) {
        } else {
            try requireToken(key, keyNode)
        }
        var links: [Link] = []
        for link in try node["links"]?.elements() ?? [] { links.append(try self.link(link)) }
        layout.allow = AllowStore(
            key: key, match: match,
            removal: try removal(node["on_revoke"]), value: value, links: links,
            secondLook: try node["look_again"].map { node throws(LayoutNode.Failure) in
                try pauseSeconds(node)
            } ?? 0)
    }

    private mutating func allowMatch(
        _ node: LayoutNode?, _ value: Template?
    ) throws(LayoutNode.Failure) -> AllowStore.Match {
        guard let node else { return .exists }
        if node.value.arrayValue != nil {
            return .noneOf(
                try node.elements().map { element throws(LayoutNode.Failure) in
                    Array(try templates.plain(element).utf8)
                })
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
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> AllowStore.Removal {
        guard let node else { return .delete }
        if node.value.stringValue?.text == "delete" { return .delete }
        _ = try node.members(Grammar.removal)
        return .rewrite(Array(try templates.plain(try node.required("rewrite")).utf8))
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
        let search = try node["search"].map { node throws(LayoutNode.Failure) in
            Array(try templates.plain(node).utf8)
        }
        guard case .deleteHolder = action else {
            for name in ["holding", "search"] {
                if let node = node[name] { throw node.failure(.lacks(name, role: "same")) }
            }
            let keyNode = try node.required("key")
            let key = try templates.key(keyNode, via == nil ? .tokenKey : .link)
            // What is deleted unseen has to be the token's own.
            if action == .delete, !key.holes.contains(.link) { try requireToken(key, keyNode) }
            return Link(key: key, action: action, types: types, via: via, search: nil)
        }
        let key = search == nil ? try node.required("key") : node["key"]
        return Link(
            key: try key.map { node throws(LayoutNode.Failure) in
                try templates.key(node, via == nil ? .tokenKey : .link)
            }, action: action, types: types, via: via, search: search)
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

    private mutating func index(
        _ node: LayoutNode, _ role: LayoutNode
    ) throws(LayoutNode.Failure) {
        try requireFirst(layout.index == nil && layout.list == nil, role)
        let type = try kind(node, [.zset, .set, .keys, .values, .hashes, .tokens])
        guard type != .zset else { return layout.list = try list(node, isRequired: false) }
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
                        also: try keys(node["also"]),
                        objects: try node["objects"].map { node throws(LayoutNode.Failure) in
                            try templates.key(node, .found)
                        }, kin: try keys(node["kin"])))
            default:
                .keys(
                    try indexKey(node), path: try path(node),
                    isTrace: try node["trace"]?.bool() ?? false)
            }
        layout.index = IndexStore(kind: kind, leaves: try node["leaves"]?.text())
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

    // MARK: what tells tokens apart

    /// A key or member that differs from token to token.
    private mutating func tokenKey(
        _ node: LayoutNode, codec: Template.Codec = .raw
    ) throws(LayoutNode.Failure) -> Template {
        let template = try templates.key(node, .tokenKey, codec: codec)
        try requireToken(template, node)
        return template
    }

    private func requireToken(
        _ template: Template, _ node: LayoutNode
    ) throws(LayoutNode.Failure) {
        guard namesToken(template) else {
            throw node.failure(.namesNoToken(hasUser: template.holes.contains(.user)))
        }
    }

    private func namesToken(_ template: Template) -> Bool {
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
                .misplaced("user", where: isGlobal ? "everybody's cutoff" : "another key"))
        }
        if isGlobal {
            try requireFirst(layout.globalCutoff == nil, role)
            layout.globalCutoff = store
        } else {
            try requireFirst(layout.userCutoff == nil, role)
            layout.userCutoff = store
        }
    }

    private func word(
        _ node: LayoutNode, _ name: String, _ known: [String]
    ) throws(LayoutNode.Failure) -> String? {
        guard let node = node[name] else { return nil }
        let text = try templates.plain(node)
        guard known.contains(text) else { throw node.failure(.notAmong(text, known)) }
        return text
    }

    private func kind(
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
