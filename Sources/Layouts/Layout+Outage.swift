extension Layout {
    /// What the application does with tokens while it cannot reach Redis. A request that fails, or
    /// waits for Redis, does not get through, so that is `closed`.
    package enum Outage: String, CaseIterable, Sendable {
        /// It accepts them, revoked ones too.
        case open
        /// It refuses them.
        case closed
        /// It was not found out, or depends on how the application is set up.
        case unknown
    }
}

extension LayoutReader {
    /// What the application does while it cannot reach Redis, and where that was read. A source
    /// without it is an error.
    static func outage(
        _ root: LayoutNode
    ) throws(LayoutNode.Failure) -> (Layout.Outage, source: String?) {
        guard let node = root["on_outage_source"] else {
            return (try choice(root["on_outage"], Layout.Outage.self) ?? .unknown, nil)
        }
        let source = try node.text()
        guard !source.isEmpty else { throw node.failure(.emptyText) }
        let outage = try choice(try root.required("on_outage"), Layout.Outage.self)
        return (outage ?? .unknown, source)
    }
}
