internal import JSON
package import Redis

/// A token list: a sorted set for each user, in which a token's score is its expiry.
package struct ListStore: LayoutStore {
    package let key: Template
    package let member: Template
    /// The number of units in a second of a score: 1, or 1000 for milliseconds.
    package let unit: Int64
    /// The variable that says which; nil if the layout itself does.
    package let unitVariable: String?
    /// A hash with more about each token.
    package let details: Template?
    /// Whether only tokens on the list are accepted, so that it is the layout's whitelist.
    package let isRequired: Bool
    /// Seconds that the key stays after its last token has expired; nil if the application gives
    /// the key no end. Then nothing may give it one: a later login would be lost with it.
    package let margin: Int64?

    // MARK: the layout

    var keyTemplates: [Template] { [key] + [details].compactMap(\.self) }

    func commands(_ demand: Demand) -> [StoreCommand] {
        let scan = [StoreCommand("SCAN")]
        switch demand.operation {
        // `status --user` asks for the details, too.
        case .verify: return on(["ZSCORE"], details: ["HMGET"])
        // With a blacklist, a token leaves its list together with others of its user.
        case .revoke where demand.layout.deny == nil: return ["ZSCORE", "ZREM"].on(key)
        case .revoke: return ["ZSCORE"].on(key) + script(Script.unlist)
        case .restore: return ["ZSCORE"].on(key) + script(Script.record)
        // `renew` takes over the label of the old token.
        case .issue: return on(["ZSCORE"], details: ["HMGET"]) + script(Script.record)
        // `find` looks up what it has found.
        case .list: return on(["ZRANGE", "ZCOUNT", "ZSCORE"], details: ["HMGET"]) + scan
        case .prune: return ["ZCOUNT", "PTTL"].on(key) + script(Script.prune) + scan
        // `--keep` looks the kept token up.
        case .logoutAll:
            return on(["ZRANGE", "ZSCORE"], details: ["HMGET"]) + script(Script.unlist)
        case .audit: return []
        }
    }

    private func on(_ names: [String], details own: [String]) -> [StoreCommand] {
        names.on(key) + (details.map(own.on) ?? [])
    }

    /// The commands of a script on each of the two keys, by the names that it gives to them.
    private func script(_ text: String) -> [StoreCommand] {
        on(
            Script.commands(of: text, on: "KEYS[1]"),
            details: Script.commands(of: text, on: "meta"))
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let own = closed?.list
        let probe = SortedSetProbe(member: member, isByText: layout.naming.isByText)
        return [StoreSignature(.list, key, own?.key, probe)]
            + (details.map { [StoreSignature(.details, $0, own?.details, AnyProbe())] } ?? [])
    }

    func description(in layout: Layout) -> StoreDescription {
        let member = layout.words(for: member)
        var sentences = [
            isRequired
                ? "A token is active only while the set contains \(member)."
                : "The token list of a user. Its members are \(member).",
            "Scores are expiry times in \(unit == 1 ? "seconds" : "milliseconds").",
        ]
        if let details {
            sentences.append("The hash \(layout.words(for: details)) holds details of each token.")
        }
        sentences.append(
            margin == nil ? "The key never expires." : "The key expires with its last member.")
        return StoreDescription(
            role: isRequired ? "allow" : "index", type: "zset", key: layout.words(forKey: key),
            sentences: sentences)
    }

    // MARK: reading

    init(
        _ node: LayoutNode, _ reader: inout StoreReader, isRequired: Bool
    ) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.list)
        let score = try node["score"].map { node throws(LayoutNode.Failure) in
            try reader.templates.plain(node)
        }
        switch score ?? "exp_s" {
        case "exp_s": unit = 1
        case "exp_ms": unit = 1000
        case let other:
            throw try node.required("score").failure(.notAmong(other, LayoutGrammar.scores))
        }
        unitVariable = node["score"]?.variableName
        key = try reader.templates.key(try node.required("key"), .userKey)
        member = try reader.tokenKey(try node.required("member"))
        details = try reader.templates.optionalKey(node["details"], .userKey)
        self.isRequired = isRequired
        margin = try Self.margin(node["key_ttl"])
    }

    /// `none`, `max_score` or `max_score+60`.
    private static func margin(_ node: LayoutNode?) throws(LayoutNode.Failure) -> Int64? {
        guard let node else { return nil }
        let text = try node.text()
        if text == "none" { return nil }
        guard text.hasPrefix("max_score"),
            let margin = StoreReader.margin(text.dropFirst("max_score".count))
        else { throw node.failure(.badRule(text, expected: LayoutGrammar.keyLives)) }
        return margin
    }
}

extension LayoutNode {
    /// The name in a text that is nothing but `${NAME}`.
    fileprivate var variableName: String? {
        guard let text = value.stringValue?.text, text.hasPrefix("${"), text.hasSuffix("}") else {
            return nil
        }
        return String(text.dropFirst(2).dropLast())
    }
}

extension ListStore {
    /// The score of a token that expires then.
    package func score(_ expiry: Expiry) -> String {
        expiry.seconds.map { String($0 * unit) } ?? "+inf"
    }

    /// Reads a score under `key`. Throws `corrupt` for a score that is not a time, such as `-inf`,
    /// and `otherUnit` for one that can only be a time in the other unit: read in the wrong unit, a
    /// token would have expired long ago, or would never expire.
    package func expiry(score: [UInt8], key: [UInt8]) throws(StoreError) -> Expiry {
        switch String(decoding: score, as: UTF8.self) {
        case "inf", "+inf": return .never
        case let text:
            guard let value = Double(text), value.isFinite, value >= 0 else {
                throw .corrupt(key: key)
            }
            let isForeign =
                unit == 1
                ? value > Self.latest && value <= Self.latest * 1000
                : value > 0 && value < Self.earliest
            guard !isForeign else { throw .otherUnit(key: key) }
            return Expiry(numericDate: value / Double(unit))
        }
    }

    /// Scores in seconds that are above the first number can only be milliseconds; scores in
    /// milliseconds that are below the second one (1973) can only be seconds.
    private static let latest = Double(Expiry.latest)
    private static let earliest = 1e11

    /// The command that counts the members whose scores are in the other unit.
    package func countingForeign(_ key: [UInt8]) -> Command {
        unit == 1
            ? Command(
                "ZCOUNT", key: key, .text("(\(Expiry.latest)"), .integer(Expiry.latest * 1000))
            : Command("ZCOUNT", key: key, "(0", "(100000000000")
    }

    /// The user whose list is under `key`; nil if the key is not that of a list.
    package func user(ofKey key: [UInt8]) -> Identifier? {
        key.isEmpty ? nil : self.key.parse(key)?[.user].flatMap(Identifier.init(found:))
    }

    /// The keys of a user's list, for scripts: the sorted set, and the hash of details if the
    /// layout has one.
    package func keys(of user: Identifier) throws(StoreError) -> [[UInt8]] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        let tokens = try key.render(values)
        return try details.map { details throws(StoreError) in
            [tokens, try details.render(values)]
        } ?? [tokens]
    }
}

// MARK: recognizing

/// Sorted sets of tokens, scored by expiry.
private struct SortedSetProbe: ValueProbe {
    let member: Template
    /// Whether members are whole tokens.
    let isByText: Bool

    var isSelective: Bool { true }

    func look(at key: [UInt8]) -> Command? { Command("ZRANGE", key: key, 0, 4, "WITHSCORES") }

    /// Seconds have ten digits until the year 2286, milliseconds 13.
    func judge(_ value: Reply) -> ProbeFinding {
        guard case .array(let pairs) = value else { return ProbeFinding(.differs) }
        var units: Set<Int64> = []
        for index in stride(from: 1, to: pairs.count, by: 2) {
            guard case .string(let bytes) = pairs[index],
                let score = Double(String(decoding: bytes, as: UTF8.self))
            else { return ProbeFinding(.mistyped) }
            if score.isFinite { units.insert(score > 1e11 ? 1000 : 1) }
            guard case .string(let id) = pairs[index - 1], let holes = member.parse(id)
            else { return ProbeFinding(.mistyped) }
            if isByText, !NameShape.isToken(holes[.id] ?? []) { return ProbeFinding(.mistyped) }
        }
        guard !pairs.isEmpty else { return ProbeFinding(.gone) }
        var finding = ProbeFinding(.fits(isTelling: isByText))
        finding.unit = units.count == 1 ? units.first : units.isEmpty ? nil : 0
        return finding
    }
}
