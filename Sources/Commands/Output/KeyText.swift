internal import CommandKit
internal import Layouts
internal import Redis

/// Keys of Redis, and what a server says of them, as people see them.
///
/// `Layout.shown` masks the tokens in keys of a layout. Other keys, and a server's messages, may
/// contain tokens too: any text with the shape of a token is masked here.
enum KeyText {
    /// The text that replaces a token.
    static let mask = Array("<token>".utf8)

    /// A key for a message: masked, and harmless to look at.
    static func shown(_ key: [UInt8]) -> String { VisibleText.escape(masked(key)) }

    static func shown(_ key: [UInt8], columns: Int) -> String {
        VisibleText.escape(masked(key), columns: columns)
    }

    static func shown(_ text: String, columns: Int) -> String {
        shown(Array(text.utf8), columns: columns)
    }

    /// The bytes, with a mask for each run that begins like the header of a token.
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

    /// Whether a byte may be part of a token: base64url, or the dot between two segments.
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
    /// The layout, which tells keys that contain tokens; nil if it is not known yet.
    let layout: Layout?

    /// The line for an event. `place` is the node, where there are several.
    func describe(_ event: TraceEvent, at place: String = "redis") -> String {
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

    /// A reply, in which long arrays and deep ones are only counted.
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

    /// The arguments of a command, each masked and cut.
    private func words(of command: Redis.Command) -> [String] {
        let arguments = command.arguments
        guard let layout, let key = command.key else { return arguments.map { shown($0.bytes) } }
        return arguments.map { argument in
            argument.bytes == key
                ? KeyText.shown(layout.shown(key), columns: 60) : shown(argument.bytes)
        }
    }

    /// An argument or a value. Where values are tokens, only its length is shown.
    private func shown(_ bytes: [UInt8]) -> String {
        if let layout, layout.holdsTokens, bytes.count >= Self.shortestToken {
            return "(\(bytes.count) bytes)"
        }
        return KeyText.shown(bytes, columns: 60)
    }

    /// In bytes: no opaque token is shorter.
    private static let shortestToken = 16
}

/// Passwords inside Redis URLs: before the host, and that of Sentinels among the parameters.
enum URLPassword {
    /// The URL with stars instead of each password.
    static func masked(_ url: String) -> String {
        let bytes = Array(url.utf8)
        var result: [UInt8] = []
        var index = 0
        for range in places(in: bytes) {
            guard range.upperBound >= index else { continue }
            if range.lowerBound >= index {
                result += bytes[index..<range.lowerBound] + Array("***".utf8)
            }
            index = range.upperBound
        }
        return String(decoding: result + bytes[index...], as: UTF8.self)
    }

    /// Whether the URL contains a password.
    static func isIn(_ url: String) -> Bool { !places(in: Array(url.utf8)).isEmpty }

    /// The ranges of the passwords, in ascending order.
    private static func places(in bytes: [UInt8]) -> [Range<Int>] {
        [beforeHost(bytes), foreignParameter(bytes) ?? parameter(bytes)].compactMap(\.self)
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    /// The rest of the URL after `password=`, a form of other clients that is refused.
    private static func foreignParameter(_ bytes: [UInt8]) -> Range<Int>? {
        let words = bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        let start = words.indices.first { index in
            words[index...].starts(with: "password=".utf8)
                && !words[..<index].suffix(9).elementsEqual("sentinel_".utf8)
        }
        return start.map { ($0 + 9)..<bytes.count }
    }

    /// The text between the colon after the user name and the last `@`.
    private static func beforeHost(_ bytes: [UInt8]) -> Range<Int>? {
        let start = bytes.firstIndex(of: UInt8(ascii: "/")) ?? 0
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), start < at,
            let colon = bytes[start..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return (colon + 1)..<at
    }

    /// The text from `sentinel_password=` to the next known parameter: a password that is not
    /// encoded may contain an `&`.
    private static func parameter(_ bytes: [UInt8]) -> Range<Int>? {
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: name) }) else {
            return nil
        }
        let value = start + name.count
        let end = bytes[value...].indices.first { index in
            bytes[index] == UInt8(ascii: "#")
                || followers.contains { bytes[index...].starts(with: $0) }
        }
        return value..<(end ?? bytes.count)
    }

    private static let name = Array("sentinel_password=".utf8)
    /// The parameters that may come after the password.
    private static let followers = ["&db=", "&sentinelMasterId=", "&sentinel_username="].map {
        Array($0.utf8)
    }
}
