package import Redis

/// The lowest number that a user's tokens may carry. Those with a lower number are revoked, and so
/// are those without one.
package struct VersionStore: SingleStore {
    package let key: Template
    /// The claim with the token's number.
    package let number: Template

    /// The reply is the lowest number that is accepted, or null where none was set.
    package func reading(_ values: TemplateValues) throws(StoreError) -> Command {
        Command("GET", key: try key.render(values))
    }

    /// Raises the number by one. Each execution raises it again, so that the command is never
    /// repeated by itself.
    package func raising(_ values: TemplateValues) throws(StoreError) -> Command {
        .eval(Script.raiseVersion, keys: [try key.render(values)], []).once()
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] }

    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand] {
        var sent: [Command] = []
        if demand.judgesTokens { sent.append(try reading(demand.stranger)) }
        if demand.operation == .logoutAll { sent.append(try raising(demand.stranger)) }
        return sent.on(key)
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        [StoreSignature(.version, key, closed?.version?.key, NumberProbe(field: nil))]
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "version", type: "string", key: layout.words(forKey: key),
            sentences: [
                "A token is revoked if its \(layout.words(for: number)) is lower than this.",
                "logout-all adds one.",
            ])
    }

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.version)
        key = try reader.templates.key(try node.required("key"), .userKey)
        number = try reader.templates.key(try node.required("number"), .tokenKey)
    }
}

/// Users whose tokens are all rejected, whenever they were issued. It is only read: banning users
/// is the application's business.
package struct BanStore: SingleStore {
    let key: Template
    /// A member of a set; nil where the key alone bans its user.
    let member: Template?

    /// The reply is 1 for a user who is banned.
    package func reading(_ values: TemplateValues) throws(StoreError) -> Command {
        let key = try key.render(values)
        guard let member = try member?.render(values) else { return Command("EXISTS", key: key) }
        return Command("SISMEMBER", key: key, .bytes(member))
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] }

    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand] {
        demand.judgesTokens ? [try reading(demand.stranger)].on(key) : []
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let probe: any ValueProbe =
            member.map { SetProbe(member: $0, isByText: false) } ?? AnyProbe()
        return [StoreSignature(.ban, key, closed?.ban?.key, probe)]
    }

    func description(in layout: Layout) -> StoreDescription {
        let condition = member.map { "the set contains \(layout.words(for: $0))" }
        return StoreDescription(
            role: "user_ban", type: member == nil ? "key" : "set", key: layout.words(forKey: key),
            sentences: [
                "All tokens of the user are rejected while \(condition ?? "the key exists")."
            ])
    }

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.userBan)
        key = try reader.templates.key(try node.required("key"), .userKey)
        member = try reader.templates.optionalKey(node["member"], .userKey)
    }
}
