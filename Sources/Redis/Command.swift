/// One argument of a command. Literals convert by themselves; variables name their case.
package enum Argument: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral
{
    case bytes([UInt8])
    case text(String)
    case integer(Int64)

    package init(stringLiteral value: String) {
        self = .text(value)
    }

    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    /// The bytes as they go over the wire.
    package var bytes: [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .text(let text): Array(text.utf8)
        case .integer(let number): Array(String(number).utf8)
        }
    }
}

/// A command with its arguments, and the key that decides which node of a Cluster serves it.
///
/// Arguments are bytes with a length on the wire, so that no content can become another command.
package struct Command: Equatable, Sendable {
    package let arguments: [Argument]
    private let keyIndex: Int?
    /// A key that is not among the arguments, but whose node serves the command.
    private var companion: [UInt8]?
    private var isForOnce = false

    /// `keyIndex` is the place of the first key among `arguments`, the command's name included.
    package init(arguments: [Argument], keyIndex: Int? = nil) {
        precondition(!arguments.isEmpty, "a command has a name")
        precondition(keyIndex.map(arguments.indices.contains) ?? true)
        self.arguments = arguments
        self.keyIndex = keyIndex
    }

    /// A command without a key, such as `Command("SCAN", 0, "COUNT", 1000)`.
    package init(_ name: String, _ rest: Argument...) {
        self.init(arguments: [.text(name)] + rest)
    }

    /// A command whose first argument is its key: `Command("SET", key: k, .bytes(v), "EX", 60)`.
    package init(_ name: String, key: [UInt8], _ rest: Argument...) {
        var arguments: [Argument] = []
        arguments.reserveCapacity(rest.count + 2)
        arguments.append(.text(name))
        arguments.append(.bytes(key))
        arguments.append(contentsOf: rest)
        self.init(arguments: arguments, keyIndex: 1)
    }

    /// A script; `keys` have to share a slot. Always EVAL, since NOSCRIPT can hit EVALSHA in the
    /// middle of a pipeline.
    package static func eval(_ script: String, keys: [[UInt8]], _ rest: [Argument]) -> Command {
        Command(
            arguments: ["EVAL", .text(script), .integer(Int64(keys.count))]
                + keys.map(Argument.bytes) + rest,
            keyIndex: keys.isEmpty ? nil : 3)
    }

    /// The name in capitals, as errors and the trace show it.
    package var name: String { String(decoding: arguments[0].bytes, as: UTF8.self).uppercased() }

    /// The first key, nil for a command without one.
    package var key: [UInt8]? { keyIndex.map { arguments[$0].bytes } }

    /// The key whose slot says which node of a Cluster serves the command; nil where any does.
    var routingKey: [UInt8]? { key ?? companion }

    /// A copy for the node that holds `key`, such as TIME by that node's clock.
    package func beside(key: [UInt8]) -> Command {
        var copy = self
        copy.companion = key
        return copy
    }

    /// A copy that is never sent a second time if no answer came: the second answer would differ.
    package func once() -> Command {
        var copy = self
        copy.isForOnce = true
        return copy
    }

    /// Whether doing it twice is as good as once. Scripts are, unless `once()` says otherwise.
    var isRepeatable: Bool { !isForOnce && name != "XADD" }

    /// Whether it leaves everything as it was.
    var isReadOnly: Bool { Self.readingNames.contains(name) }

    private static let readingNames: Set<String> = [
        "EXISTS", "GET", "HGET", "HMGET", "LRANGE", "MGET", "PING", "PTTL", "SCAN", "SISMEMBER",
        "SMEMBERS",
        "SSCAN", "TIME", "TTL", "TYPE", "XRANGE", "XREAD", "XREVRANGE", "ZCARD", "ZCOUNT", "ZRANGE",
        "ZSCORE",
    ]

    /// A copy without its secrets, for a trace.
    package var masked: Command {
        guard ["AUTH", "HELLO", "CONFIG", "ACL"].contains(name) else { return self }
        guard arguments.count > 1 else { return self }
        return Command(arguments: [arguments[0], "****"])
    }
}
