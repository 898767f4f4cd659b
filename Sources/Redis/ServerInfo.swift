/// A server as it describes itself in its reply to HELLO. Unchecked: escape texts before they reach
/// a terminal.
package struct ServerInfo: Equatable, Sendable {
    /// The role in replication; unknown behind some proxies.
    package enum Role: Equatable, Sendable {
        case primary, replica, unknown

        /// Reads the word that HELLO, ROLE and INFO use.
        init(_ word: String?) {
            switch word {
            case "master", "primary": self = .primary
            case "slave", "replica": self = .replica
            default: self = .unknown
            }
        }
    }

    /// The kind of server: one with data, a node of a Cluster, or a Sentinel.
    package enum Mode: Equatable, Sendable {
        case standalone, cluster, sentinel, unknown
    }

    /// `redis`, or the name that Valkey and others report.
    package let server: String
    /// nil if the server does not know HELLO (before Redis 6).
    package let version: String?
    package let mode: Mode
    package let role: Role

    init(server: String, version: String?, mode: Mode, role: Role) {
        self.server = server
        self.version = version
        self.mode = mode
        self.role = role
    }

    /// A server that does not know HELLO.
    static func old(_ role: Role = .unknown) -> ServerInfo {
        ServerInfo(server: "redis", version: nil, mode: .unknown, role: role)
    }

    /// A copy with another role.
    func with(_ role: Role) -> ServerInfo {
        ServerInfo(server: server, version: version, mode: mode, role: role)
    }

    /// Reads the alternating names and values that HELLO 2 returns. Throws `.unexpectedReply` if it
    /// does not even name the server.
    init(hello reply: Reply) throws(RedisError) {
        let items = try reply.array()
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            if case .string(let value) = items[index + 1] {
                fields[try items[index].text()] = String(decoding: value, as: UTF8.self)
            }
        }
        guard let server = fields["server"] else {
            throw .unexpectedReply(expected: "a valid reply to HELLO", got: reply.shape)
        }
        self.server = server
        version = fields["version"]
        switch fields["mode"] {
        case "standalone": mode = .standalone
        case "cluster": mode = .cluster
        case "sentinel": mode = .sentinel
        default: mode = .unknown
        }
        role = Role(fields["role"])
    }
}

/// A feature that some supported servers lack.
package enum ServerFeature: Sendable {
    /// SET with EXAT, an expiry given as a time.
    case absoluteExpiry

    /// The version of Redis that introduced it. Valkey began with 7.2 and counts on from there.
    var since: (major: Int, minor: Int) {
        switch self {
        case .absoluteExpiry: (6, 2)
        }
    }
}

extension ServerInfo {
    /// Whether this version is known to have `feature`; false if the version is unknown.
    func has(_ feature: ServerFeature) -> Bool {
        let numbers = (version ?? "").utf8.split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false
        ).map { Int(Substring($0)) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else {
            return false
        }
        return (major, minor) >= feature.since
    }
}
