internal import CommandKit
internal import Redis
internal import TokenStore

/// Keys of Redis, and what a server says of them, as people see them.
///
/// What a layout knows of a token's text in a key, `Layout.shown` has masked. Keys that no layout
/// of ours made, and a server's own words, may hold tokens too: what has their shape is masked
/// here.
enum KeyText {
    static let mask = Array("<token>".utf8)

    static func shown(_ key: [UInt8]) -> String { VisibleText.escape(masked(key)) }

    static func shown(_ key: [UInt8], columns: Int) -> String {
        VisibleText.escape(masked(key), columns: columns)
    }

    static func shown(_ text: String, columns: Int) -> String {
        shown(Array(text.utf8), columns: columns)
    }

    /// The same bytes with a mask in place of each run that begins like the header of a token.
    static func masked(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= shortest else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index...].starts(with: header) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let end = bytes[index...].firstIndex { !isOfToken($0) } ?? bytes.count
            result += end - index >= shortest ? mask : Array(bytes[index..<end])
            index = end
        }
        return result
    }

    /// `{"` in base64url.
    private static let header = Array("eyJ".utf8)
    /// No header of a token is shorter: `{"alg":"HS256"}`.
    private static let shortest = 20

    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

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
