internal import CommandKit
internal import Redis

/// One line for what happens on the connection. Tokens are masked, long texts are cut.
enum TraceText {
    static func describe(_ event: TraceEvent) -> String {
        switch event {
        case .connected(let address, let info):
            "redis: connected to \(VisibleText.escape(address)), "
                + VisibleText.escape("\(info.server) \(info.version ?? "")")
        case .command(let command):
            "redis> " + command.masked.arguments.map { shown($0.bytes) }.joined(separator: " ")
        case .reply(let reply): "redis< " + describe(reply, depth: 0)
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
