internal import JSON
internal import Platform
internal import Redis

/// The whitelist: a key for each token that is accepted.
package struct AllowStore: LayoutStore {
    /// The values of a key with which an application accepts its token.
    package enum Match: Equatable, Sendable {
        case exists
        case equals(Template)
        /// Any value but these. They are encoded as the application does; for JSON they come a
        /// second time without quotes, since a number may also be written as one.
        case noneOf([[UInt8]])
    }

    /// What revoking a token does to its key.
    package enum Removal: Equatable, Sendable {
        case delete
        /// Writes another value and keeps the end of the key. Sa-Token writes `-5`: the user reads
        /// "kicked out", not "unknown token".
        case rewrite([UInt8])
    }

    package let key: Template
    /// Whether a user has one key, whose value is or names the only token that is accepted.
    /// Revoking an older token must then leave the key alone.
    let isShared: Bool
    package let match: Match
    /// How the application encodes values.
    let valueCodec: Template.Codec
    package let removal: Removal
    /// The value that the application writes; nil if it contains more than the layout knows. Such a
    /// token cannot be recorded or restored.
    package let value: Template?
    /// Keys that have to be removed as well, in this order, before the token's own key.
    package let links: [Link]
    /// Seconds after which a removed token is looked up again: a request that was being served may
    /// have written it back. 0 for applications that never do.
    package let secondLook: Int64

    /// Whether the application accepts a token of which this is the value.
    package func admits(_ value: [UInt8], _ subject: TokenSubject) throws(StoreError) -> Bool {
        switch match {
        case .exists: true
        case .equals(let template): try template.render(TemplateValues(subject)) == value
        case .noneOf(let values): !values.contains(value)
        }
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] + links.flatMap(\.keyTemplates) }

    func commands(_ demand: Demand) -> [StoreCommand] {
        let layout = demand.layout
        var found: [StoreCommand] = []
        if demand.judgesTokens || demand.listsTokens { found += ["GET"].on(key) }
        // A search asks when sessions end: for the list, and for their entries on the blacklist.
        let asksEnds = demand.listsTokens || demand.operation == .logoutAll && layout.deny != nil
        if layout.index != nil, asksEnds { found += ["PTTL"].on(key) }
        // With a blacklist, revoking leaves the keys of tokens alone.
        if demand.revokesTokens, layout.deny == nil {
            found += Script.commands(of: Script.disallow).on(key)
            found += links.flatMap { $0.commands(for: demand.operation) }
        }
        if demand.recordsTokens, layout.list == nil {
            found += Script.commands(of: Script.recordAlone).on(key)
        }
        return found
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let own = closed?.allow
        let links = links.enumerated().compactMap { number, link in
            link.key.map { StoreSignature(.link, $0, own?.links[number].key, AnyProbe()) }
        }
        return [StoreSignature(.allow, key, own?.key, probe(own, layout.index))] + links
    }

    private func probe(_ closed: AllowStore?, _ index: IndexStore?) -> any ValueProbe {
        if case .equals(let value)? = closed?.match, value.holes.isEmpty {
            return AllowedProbe(value: value.literal)
        }
        return index?.kind.tokenProbe(self) ?? AllowedProbe(value: nil)
    }

    func description(in layout: Layout) -> StoreDescription {
        var sentences: [String] = []
        switch match {
        case .exists: sentences.append("A token is active only while the key exists.")
        case .equals(let value):
            sentences.append(
                "A token is active only while the value is exactly "
                    + "\(layout.words(forValue: value)).")
        case .noneOf(let values):
            let own = values.prefix(valueCodec == .json ? values.count / 2 : values.count)
            let words = own.map { text($0) }.joined(separator: ", ")
            sentences.append(
                "A token is active only while the key exists and its value is none of \(words).")
        }
        switch removal {
        case .delete: sentences.append("Revoking deletes the key.")
        case .rewrite(let value):
            sentences.append("Revoking sets it to '\(text(value))' and keeps its expiry.")
        }
        sentences += links.map { $0.sentence(in: layout) }
        if secondLook > 0 {
            sentences.append(
                "Revoking checks again after \(TimeSpan.words(secondLook)): the application may "
                    + "have written the key back.")
        }
        return StoreDescription(
            role: "allow", type: "string", key: layout.words(forKey: key), sentences: sentences)
    }

    /// A value as the layout's author wrote it, before it was encoded.
    private func text(_ value: [UInt8]) -> String {
        String(decoding: valueCodec.decode(value) ?? value, as: UTF8.self)
    }

    // MARK: reading

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.allow)
        let codec = try LayoutReader.choice(node["key_codec"], Template.Codec.self) ?? .raw
        let keyNode = try node.required("key")
        key = try reader.templates.key(keyNode, .tokenKey, codec: codec)
        let valueCodec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
        self.valueCodec = valueCodec
        if let node = node["value"] {
            value = try reader.templates.template(node, .value, codec: valueCodec)
        } else {
            value = nil
        }
        match = try Self.match(node["match"], value, valueCodec, reader)
        // With one token for each user, the value says which token that is.
        if case .equals(let value) = match, reader.namesToken(value), !reader.namesToken(key) {
            isShared = true
        } else {
            isShared = false
            try reader.requireToken(key, keyNode)
        }
        var links: [Link] = []
        for node in try node["links"]?.elements() ?? [] { links.append(try Link(node, &reader)) }
        self.links = links
        removal = try Self.removal(node["on_revoke"], valueCodec, reader)
        secondLook = try node["look_again"]?.seconds() ?? 0
        // A command waits that long before it answers.
        guard secondLook <= 60 else {
            throw try node.required("look_again").failure(.outOfRange(String(secondLook)))
        }
    }

    private static func match(
        _ node: LayoutNode?, _ value: Template?, _ codec: Template.Codec, _ reader: StoreReader
    ) throws(LayoutNode.Failure) -> Match {
        guard let node else { return .exists }
        if node.value.arrayValue != nil {
            let texts = try node.elements().map { element throws(LayoutNode.Failure) in
                try reader.bytes(element)
            }
            return .noneOf(
                codec == .json ? texts.map(codec.encode) + texts : texts.map(codec.encode))
        }
        switch try node.text() {
        case "exists": return .exists
        case "equals":
            guard let value else { throw node.failure(.missingMember("value")) }
            return .equals(value)
        case let other: throw node.failure(.notAmong(other, LayoutGrammar.allowMatches))
        }
    }

    private static func removal(
        _ node: LayoutNode?, _ codec: Template.Codec, _ reader: StoreReader
    ) throws(LayoutNode.Failure) -> Removal {
        guard let node else { return .delete }
        if node.value.stringValue?.text == "delete" { return .delete }
        _ = try node.members(LayoutGrammar.removal)
        return .rewrite(codec.encode(try reader.bytes(try node.required("rewrite"))))
    }
}

// MARK: recognizing

/// Recognizes the only value with which tokens are accepted.
private struct AllowedProbe: TextProbe {
    /// nil if any value will do, so that a value proves nothing.
    let value: [UInt8]?

    var isSelective: Bool { value != nil }

    func judge(text: [UInt8]) -> ProbeFinding {
        guard let value else { return ProbeFinding(.neutral) }
        return ProbeFinding(text == value ? .fits(isTelling: text.count >= 4) : .differs)
    }
}
