/// One argument of a command. Literals convert implicitly; variables name their case, so that a
/// reader sees which arguments come from elsewhere.
package enum Argument: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral
{
    /// Any bytes, such as a key or a value.
    case bytes([UInt8])
    /// Sent as UTF-8.
    case text(String)
    /// Sent in decimal digits.
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

/// A command with its arguments and the key that decides which node of a Cluster serves it.
///
/// Each argument is sent with its length (RESP), so no content can be taken for another command.
package struct Command: Equatable, Sendable {
    /// The name of the command, then its arguments.
    package let arguments: [Argument]
    /// The index of the first key in `arguments`; nil for a command without a key.
    private let keyIndex: Int?
    /// A key that is not among the arguments, but whose node is to serve the command.
    private var companion: [UInt8]?
    /// Whether it must not be sent a second time.
    private var isForOnce = false

    /// `keyIndex` is the index of the first key in `arguments`, where the name is at 0.
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

    /// A Lua script; in a Cluster its keys must share a slot. It is always sent whole with EVAL:
    /// EVALSHA may fail with NOSCRIPT in the middle of a pipeline, after a restart or a fail-over.
    package static func eval(_ script: String, keys: [[UInt8]], _ rest: [Argument]) -> Command {
        Command(
            arguments: ["EVAL", .text(script), .integer(Int64(keys.count))]
                + keys.map(Argument.bytes) + rest,
            keyIndex: keys.isEmpty ? nil : 3)
    }

    /// The name in upper case, as errors and the trace show it.
    package var name: String { String(decoding: arguments[0].bytes, as: UTF8.self).uppercased() }

    /// The first key; nil for a command without one.
    package var key: [UInt8]? { keyIndex.map { arguments[$0].bytes } }

    /// The key whose slot decides which node of a Cluster serves the command; nil if any node will
    /// do.
    var routingKey: [UInt8]? { key ?? companion }

    /// A copy that is sent to the node that holds `key`, such as a TIME that is to read that node's
    /// clock.
    package func beside(key: [UInt8]) -> Command {
        var copy = self
        copy.companion = key
        return copy
    }

    /// A copy that is never sent a second time after a broken connection, because a second run
    /// would reply differently or have another effect.
    package func once() -> Command {
        var copy = self
        copy.isForOnce = true
        return copy
    }

    /// Whether running it twice has the effect of running it once. XADD would append twice. Scripts
    /// are repeatable unless marked with `once()`.
    var isRepeatable: Bool { !isForOnce && name != "XADD" }

    /// Whether it changes nothing. Commands that are missing from the list are treated as changes,
    /// which at worst costs a confirmation.
    var isReadOnly: Bool { Self.readingNames.contains(name) }

    private static let readingNames: Set<String> = [
        "EXISTS", "GET", "HGET", "HMGET", "LRANGE", "MGET", "PING", "PTTL", "SCAN", "SISMEMBER",
        "SMEMBERS",
        "SSCAN", "TIME", "TTL", "TYPE", "XRANGE", "XREAD", "XREVRANGE", "ZCARD", "ZCOUNT", "ZRANGE",
        "ZSCORE",
    ]

    /// A copy for a trace. All arguments of commands that may contain a password are replaced.
    package var masked: Command {
        guard ["AUTH", "HELLO", "CONFIG", "ACL"].contains(name) else { return self }
        guard arguments.count > 1 else { return self }
        return Command(arguments: [arguments[0], "****"])
    }
}
