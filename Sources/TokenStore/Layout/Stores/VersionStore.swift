internal import Redis

/// A number that the user's tokens carry: those with a lower one are revoked.
struct VersionStore: SingleStore {
    let key: Template
    /// The claim with the token's number.
    let number: Template

    func reading(_ values: TemplateValues) throws(StoreError) -> Command {
        Command("GET", key: try key.render(values))
    }

    /// Raises the number by one. Every reply is another raise, so that it is sent once.
    func raising(_ values: TemplateValues) throws(StoreError) -> Command {
        .eval(Script.raiseVersion, keys: [try key.render(values)], []).once()
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] }

    func commands(
        for operation: Operation, of stranger: TemplateValues, in layout: Layout
    ) throws(StoreError) -> [StoreCommand] {
        switch operation {
        case .verify: [try reading(stranger)].on(key)
        case .logoutAll: [try raising(stranger)].on(key)
        default: []
        }
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
}

extension VersionStore {
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.version)
        key = try reader.templates.key(try node.required("key"), .userKey)
        number = try reader.templates.key(try node.required("number"), .tokenKey)
    }
}
