package import Redis

/// A cutoff, for one user or for all: tokens with an `iat` up to this time are revoked.
package struct CutoffStore: LayoutStore {
    package let key: Template
    /// The field of a hash; nil for a string.
    package let field: [UInt8]?
    /// The number of units in a second of a value: 1, or 1000 for milliseconds.
    package let unit: Int64
    /// Whether only an `iat` before the value revokes. A token that was issued in the very second
    /// of a logout is then accepted, so that values are written one higher.
    let isExclusive: Bool
    /// The longest lifetime of a token in seconds; nil if the layout does not say.
    package let life: Int64?

    /// Whether the value is the last second that is revoked, as the script that records reads it.
    package var isPlain: Bool { field == nil && unit == 1 && !isExclusive }

    /// What is added to a value so that tokens of its own second are revoked.
    package var beyond: Int64 { isExclusive ? 1 : 0 }

    /// Whether there is one key for all users.
    var isGlobal: Bool { key.holes.allSatisfy(\.isVariable) }

    /// Whether users can be found by the keys of their cutoffs. The key of a hash does not say
    /// whether the hash has the field.
    var canBeListed: Bool { field == nil && !isGlobal && key.isReversible && key.hasLiteral }

    /// The user whose cutoff is under `key`; nil if the key is not that of a cutoff.
    package func user(ofKey key: [UInt8]) -> Identifier? {
        self.key.parse(key)?[.user].flatMap(Identifier.init(found:))
    }

    /// The second up to which tokens are revoked, from a value in Redis.
    package func second(of value: Int64) -> Int64 {
        let number = value - beyond
        return number >= 0 ? number / unit : (number - unit + 1) / unit
    }

    /// Reads the value: of a string as it is, of a hash as an array with one element.
    package func reading(_ key: [UInt8]) -> Command {
        field.map { Command("HMGET", key: key, .bytes($0)) } ?? Command("GET", key: key)
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] }

    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand] {
        var found: [StoreCommand] = []
        // Before a token is recorded, it is judged without its user.
        if demand.judgesTokens || demand.listsTokens || demand.recordsTokens && isGlobal {
            found = [reading(try key.render(demand.stranger))].on(key)
        }
        // Then the script of a list sees the user's cutoff, if one slot has the keys of both.
        if demand.recordsTokens, !isGlobal, isPlain, demand.layout.list?.details != nil {
            found += Script.commands(of: Script.record, on: "cut").on(key)
        }
        if demand.operation == .logoutAll {
            // SET gives a string its life. A hash gets its own from a second command.
            let others = field == nil ? ["HGET", "HSET", "EXPIREAT", "PERSIST"] : ["GET", "SET"]
            found += Script.commands(of: Script.raiseCutoff, on: "KEYS[1]")
                .filter { !others.contains($0) }.on(key)
        }
        return found
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let own = isGlobal ? closed?.globalCutoff : closed?.userCutoff
        return [StoreSignature(.cutoff, key, own?.key, NumberProbe(field: field))]
    }

    func description(in layout: Layout) -> StoreDescription {
        let field = field.map { ", field \(String(decoding: $0, as: UTF8.self))" } ?? ""
        return StoreDescription(
            role: "not_before", type: field.isEmpty ? "string" : "hash",
            key: layout.words(forKey: key) + field,
            sentences: [
                "A cutoff in \(unit == 1 ? "seconds" : "milliseconds"): "
                    + (isGlobal ? "all tokens" : "all tokens of the user") + " with an iat "
                    + "\(isExclusive ? "before" : "at or before") it are revoked.",
                "It is never lowered.",
            ])
    }
}

extension CutoffStore {
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.notBefore)
        let isHash = try reader.kind(node, [.string, .hash]) == .hash
        let unit = try reader.word(node, "unit", LayoutGrammar.units) ?? "s"
        let compare = try reader.word(node, "compare", LayoutGrammar.comparisons) ?? "le"
        let scope = try reader.word(node, "scope", LayoutGrammar.scopes)
        key = try reader.templates.key(try node.required("key"), .userKey)
        field = isHash ? try reader.bytes(try node.required("field")) : nil
        self.unit = unit == "s" ? 1 : 1000
        isExclusive = compare == "lt"
        life = try node["ttl"]?.seconds()
        guard isGlobal == (scope == "everyone") else {
            throw try node.required("key").failure(
                .misplaced("user", where: isGlobal ? "another key" : "the cutoff for everyone"))
        }
    }
}
