internal import Redis

/// The audit log: a stream with one entry for each change.
struct AuditStore: SingleStore {
    /// One key for all tokens and users.
    let key: [UInt8]

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.audit)
        key = try reader.bytes(try node.required("key"))
    }

    var keyTemplates: [Template] { [Template(literal: key)] }

    /// Writing is part of every change, but a failure to write undoes none: so it is an operation
    /// of its own. `audit --follow` waits by XREAD.
    func commands(_ demand: Demand) -> [StoreCommand] {
        guard demand.operation == .audit else { return [] }
        return ["XADD", "XRANGE", "XREVRANGE", "XREAD"].on(Template(literal: key))
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        guard let key = closed?.auditKey else { return [] }
        let template = Template(literal: key)
        return [StoreSignature(.audit, template, template, StreamProbe())]
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "audit", type: "stream", key: String(decoding: key, as: UTF8.self),
            sentences: ["Receives an entry for each change."])
    }
}

/// Any stream.
private struct StreamProbe: ValueProbe {
    var isSelective: Bool { false }

    func look(at key: [UInt8]) -> Command? { Command("XRANGE", key: key, "-", "+", "COUNT", 1) }

    func judge(_ value: Reply) -> ProbeFinding {
        guard case .array = value else { return ProbeFinding(.differs) }
        return ProbeFinding(.fits(isTelling: false))
    }
}

/// The channel on which changes are published, for services that cache state.
struct AnnounceStore: SingleStore {
    let channel: [UInt8]
    /// Whether every change is published, in the form of `Layout.message`. If not, only the ids of
    /// revoked tokens are, since the listeners take every message for one.
    let tellsAll: Bool

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.announce)
        channel = try reader.bytes(try node.required("channel"))
        tellsAll = try reader.word(node, "changes", LayoutGrammar.announced) == "all"
    }

    var keyTemplates: [Template] { [Template(literal: channel)] }

    func commands(_ demand: Demand) -> [StoreCommand] {
        demand.operation == .audit ? [StoreCommand("PUBLISH", on: .channel(channel))] : []
    }

    /// None: a channel leaves nothing in Redis.
    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] { [] }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "announce", type: "channel", key: String(decoding: channel, as: UTF8.self),
            sentences: [
                tellsAll
                    ? "Publishes each change."
                    : "Publishes the id of each revoked token; restore publishes nothing."
            ])
    }
}
