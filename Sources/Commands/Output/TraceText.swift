internal import CommandKit
internal import Redis
internal import TokenStore

/// One line for what happens on the connection. Tokens are masked, long texts are cut. Where keys
/// and values hold whole tokens, texts are not shown at all.
struct TraceText {
    private let layout: Layout?

    init(_ layout: Layout?) { self.layout = layout }

    func describe(_ event: TraceEvent) -> String {
        describe(event, at: "redis")
    }

    /// `place` is the node, where there are several.
    private func describe(_ event: TraceEvent, at place: String) -> String {
        switch event {
        case .node(let address, let event): describe(event, at: VisibleText.escape(address))
        case .lost(let address, let error):
            "redis: lost \(VisibleText.escape(address)): \(Diagnostics.redis(error).message)"
        case .connected(let address, let info):
            "redis: connected to \(VisibleText.escape(address)), "
                + VisibleText.escape("\(info.server) \(info.version ?? "")")
        case .command(let command):
            "\(place)> " + words(of: command.masked).joined(separator: " ")
        case .reply(let reply): "\(place)< " + describe(reply, depth: 0)
        }
    }

    private func describe(_ reply: Reply, depth: Int) -> String {
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

    private func words(of command: Redis.Command) -> [String] {
        let arguments = command.arguments
        guard let layout, let key = command.key else { return arguments.map { shown($0.bytes) } }
        return arguments.map { argument in
            argument.bytes == key
                ? KeyText.shown(layout.shown(key), columns: 60) : shown(argument.bytes)
        }
    }

    private func shown(_ bytes: [UInt8]) -> String {
        if let layout, layout.holdsTokens, bytes.count >= Self.shortestToken {
            return "(\(bytes.count) bytes)"
        }
        return KeyText.shown(bytes, columns: 60)
    }

    /// Opaque tokens are no shorter.
    private static let shortestToken = 16
}
