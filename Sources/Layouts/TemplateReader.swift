internal import JSON

/// Reads the texts of a layout's data: puts in the values of variables, and finds the meaning of
/// each hole. One reader serves all stores of a layout, since it numbers the claims that they name.
struct TemplateReader {
    /// Values of the layout's variables.
    let variables: [String: String]
    /// Whether variables become holes, so that detection can find their values in keys.
    private var leavesOpen: Bool
    /// Variables that never become holes, since their values are read from keys of their own.
    private let closed: Set<String>
    /// The texts of `define`, by their names.
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

    /// What a text is used for, which decides what it may contain. A key of a user, for example,
    /// must not contain an id: a logout could not make it.
    enum Use {
        case userKey, tokenKey, value, link
        /// A key that is only searched for.
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

    /// Any text. An empty one is possible for values: some applications write none.
    mutating func template(
        _ node: LayoutNode, _ use: Use, codec: Template.Codec = .raw
    ) throws(LayoutNode.Failure) -> Template {
        let text = try node.text()
        return Template(try parts(text, node, use), codec: codec, source: text)
    }

    /// A key or member. It must not be empty, and two holes of any length must not be neighbours.
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

    /// Splits a text into literals and holes. The values of variables join the literals around
    /// them.
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

    /// The parts for `${name}` or `${name|filter|filter}`, given the text in the braces. Variables
    /// come first, then definitions, then the placeholders of every layout.
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

    /// A definition under a filter: the filter is for the whole of it, so that it is one hole.
    private mutating func composite(_ parts: [Template.Part]) -> Template.Hole {
        detail(.composite(Template(parts)))
    }

    /// The hole that a placeholder stands for; nil if there is no such placeholder.
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

    /// The hole for a claim or another part of a token. Each has one number, wherever it is named.
    private mutating func detail(_ detail: Naming.Detail) -> Template.Hole {
        let index = details.firstIndex(of: detail) ?? details.count
        if index == details.count { details.append(detail) }
        return .detail(index)
    }

    /// Reads `define`. A later text may use an earlier one, and none may hide a placeholder or a
    /// variable.
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
    /// Whether the end of the part depends on the token. A hash has a fixed length.
    fileprivate var isOfAnyLength: Bool {
        guard case .hole(let hole, let filters) = self, !hole.isVariable else { return false }
        return !filters.contains { $0 == .sha256 || $0 == .sha1 || $0 == .md5 }
    }
}
