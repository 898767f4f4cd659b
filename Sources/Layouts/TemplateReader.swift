internal import JSON

/// Reads the texts of a layout's data: variables take their values, holes are given a meaning.
struct TemplateReader {
    /// Values of the layout's variables.
    let variables: [String: String]
    /// Whether variables are holes, so that their values can be found in keys.
    private var leavesOpen: Bool
    /// Variables that are never holes: their values are not found in keys.
    private let closed: Set<String>
    /// Texts that stand for others: the names of `define`, and what they are made of.
    var definitions: [String: [Template.Part]] = [:]
    /// Claims and other details that templates name, in the order in which they are first met.
    private(set) var details: [Naming.Detail] = []

    init(
        variables: [String: String], leavingOpen leavesOpen: Bool = false,
        except closed: Set<String> = []
    ) {
        self.variables = variables
        self.closed = closed
        self.leavesOpen = leavesOpen
    }

    /// Which holes a text may have.
    enum Use {
        case userKey, tokenKey, value, link
        /// A key that is looked for and never made.
        case found

        fileprivate func allows(_ hole: Template.Hole) -> Bool {
            switch (self, hole) {
            case (_, .user), (_, .variable): true
            case (.found, .any), (.found, .id), (.found, .detail): true
            case (_, .any), (.found, _): false
            case (.userKey, _): false
            case (.link, .link): true
            case (.tokenKey, .id), (.tokenKey, .detail), (.link, .id), (.link, .detail): true
            case (.value, .link): false
            case (.value, _): true
            default: false
            }
        }

        fileprivate var words: String {
            switch self {
            case .userKey: "a key or member of a user"
            case .tokenKey, .link, .found: "a key or member"
            case .value: "a value"
            }
        }
    }

    mutating func template(
        _ node: LayoutNode, _ use: Use, codec: Template.Codec = .raw
    ) throws(LayoutNode.Failure) -> Template {
        let text = try node.text()
        return Template(try parts(text, node, use), codec: codec, source: text)
    }

    /// A key: never empty.
    mutating func key(
        _ node: LayoutNode, _ use: Use, codec: Template.Codec = .raw
    ) throws(LayoutNode.Failure) -> Template {
        let template = try template(node, use, codec: codec)
        guard !template.parts.isEmpty else { throw node.failure(.emptyText) }
        for (one, next) in zip(template.parts, template.parts.dropFirst()) {
            if one.isOfAnyLength, next.isOfAnyLength { throw node.failure(.adjacentPlaceholders) }
        }
        return template
    }

    /// A key that a layout may leave out.
    mutating func optionalKey(
        _ node: LayoutNode?, _ use: Use
    ) throws(LayoutNode.Failure) -> Template? {
        guard let node else { return nil }
        return try key(node, use)
    }

    /// A text without holes, but for variables.
    func plain(_ node: LayoutNode) throws(LayoutNode.Failure) -> String {
        var copy = self
        copy.leavesOpen = false
        let template = try copy.template(node, .value)
        guard template.holes.isEmpty else {
            throw node.failure(.misplaced("${…}", where: "this text"))
        }
        return String(decoding: template.literal, as: UTF8.self)
    }

    private mutating func parts(
        _ text: String, _ node: LayoutNode, _ use: Use
    ) throws(LayoutNode.Failure) -> [Template.Part] {
        var parts: [Template.Part] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "{") else {
                literal.append(byte)
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                throw node.failure(.unclosedHole)
            }
            let inside = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            for part in try hole(inside, node, use) {
                if case .literal(let bytes) = part {
                    literal += bytes
                } else {
                    if !literal.isEmpty { parts.append(.literal(literal)) }
                    literal = []
                    parts.append(part)
                }
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    /// `name` or `name|filter|filter`.
    private mutating func hole(
        _ text: String, _ node: LayoutNode, _ use: Use
    ) throws(LayoutNode.Failure) -> [Template.Part] {
        var words = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let name = words.removeFirst()
        if let value = variables[name] {
            guard words.isEmpty else { throw node.failure(.filteredVariable(name)) }
            if leavesOpen, !closed.contains(name) { return [.hole(.variable(name), [])] }
            return value.utf8.isEmpty ? [] : [.literal(Array(value.utf8))]
        }
        let isWordList = words.first == "words"
        if isWordList { words.removeFirst() }
        var filters: [Template.Filter] = []
        for word in words {
            guard let filter = Template.Filter(rawValue: word) else {
                throw node.failure(
                    .unknownFilter(word, known: LayoutGrammar.filters))
            }
            filters.append(filter)
        }
        if let definition = definitions[name] {
            return filters.isEmpty ? definition : [.hole(composite(definition), filters)]
        }
        guard let hole = meaning(of: name, isWordList: isWordList) else {
            throw node.failure(
                .unknownPlaceholder(
                    name, known: LayoutGrammar.placeholders + variables.keys.sorted()))
        }
        guard use.allows(hole) else {
            throw node.failure(.misplaced(name, where: use.words))
        }
        return [.hole(hole, filters)]
    }

    private mutating func composite(_ parts: [Template.Part]) -> Template.Hole {
        detail(.composite(Template(parts)))
    }

    private mutating func meaning(of name: String, isWordList: Bool) -> Template.Hole? {
        switch name {
        case "id": return .id
        case "user": return .user
        case "now": return .now(0)
        case "exp": return .expiry
        case "entry": return .entry
        case "reason": return .reason
        case "link": return .link
        case "any": return .any
        case "token": return detail(.token)
        case "sig": return detail(.signature)
        case "iss", "aud", "iat": return detail(.claim([JSONString(name)]))
        default: break
        }
        for (prefix, sign) in [("now-", Int64(-1)), ("now+", 1)] where name.hasPrefix(prefix) {
            guard let offset = Int64(name.dropFirst(prefix.count)),
                LayoutNode.durations.contains(offset)
            else { return nil }
            return .now(sign * offset)
        }
        guard name.hasPrefix("claim.") else { return nil }
        let path = name.dropFirst("claim.".count)
            .split(separator: ".", omittingEmptySubsequences: false)
        guard !path.contains(where: \.isEmpty) else { return nil }
        let names = path.map { JSONString(String($0)) }
        return detail(isWordList ? .words(names) : .claim(names))
    }

    private mutating func detail(_ detail: Naming.Detail) -> Template.Hole {
        let index = details.firstIndex(of: detail) ?? details.count
        if index == details.count { details.append(detail) }
        return .detail(index)
    }

    /// Takes the texts that stand for others.
    mutating func define(_ node: LayoutNode) throws(LayoutNode.Failure) {
        for name in try node.object().names {
            guard let text = node[name.text] else { continue }
            guard variables[name.text] == nil, meaning(of: name.text, isWordList: false) == nil
            else { throw text.nameFailure(.takenName(name.text)) }
            definitions[name.text] = try template(text, .tokenKey).parts
        }
    }
}

extension Template.Part {
    /// Whether nobody can tell where it ends.
    fileprivate var isOfAnyLength: Bool {
        guard case .hole(let hole, let filters) = self, !hole.isVariable else { return false }
        return !filters.contains { $0 == .sha256 || $0 == .sha1 || $0 == .md5 }
    }
}
