internal import CommandKit
internal import Redis

/// One line for what happens on the connection. Tokens are masked, long texts are cut.
enum TraceText {
    static func describe(_ event: TraceEvent) -> String {
        describe(event, at: "redis")
    }

    /// `place` is the node, where there are several.
    private static func describe(_ event: TraceEvent, at place: String) -> String {
        switch event {
        case .node(let address, let event): describe(event, at: VisibleText.escape(address))
        case .lost(let address, let error):
            "redis: lost \(VisibleText.escape(address)): \(Diagnostics.redis(error).message)"
        case .connected(let address, let info):
            "redis: connected to \(VisibleText.escape(address)), "
                + VisibleText.escape("\(info.server) \(info.version ?? "")")
        case .command(let command):
            "\(place)> " + command.masked.arguments.map { shown($0.bytes) }.joined(separator: " ")
        case .reply(let reply): "\(place)< " + describe(reply, depth: 0)
        }
    }

    private static func describe(_ reply: Reply, depth: Int) -> String {
        switch reply {
        case .status(let text): VisibleText.escape(text, columns: 80)
        case .string(let bytes): shown(bytes)
        case .integer(let number): String(number)
        case .null: "(nil)"
        case .error(let error): "(error) " + VisibleText.escape(error.text, columns: 120)
        case .array(let items):
            items.count > 8 || depth > 1
                ? "(\(items.count) items)"
                : "[" + items.map { describe($0, depth: depth + 1) }.joined(separator: ", ") + "]"
        }
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: "eyJ".utf8) { return "<token>" }
        return VisibleText.escape(bytes, columns: 60)
    }
}
