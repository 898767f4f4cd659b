internal import Platform

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

    /// A server that does not know HELLO.
    static func old(_ role: Role = .unknown) -> ServerInfo {
        ServerInfo(server: "redis", version: nil, mode: .unknown, role: role)
    }

    /// A copy with another role.
    func with(_ role: Role) -> ServerInfo {
        ServerInfo(server: server, version: version, mode: mode, role: role)
    }
}

extension ServerInfo {
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

/// The reply to INFO: names and values of all sections in it. Values are the server's text,
/// unchecked.
package struct InfoReport: Equatable, Sendable {
    private let fields: [String: String]

    /// Reads lines of `name:value` between headings that begin with `#`. Other lines are ignored.
    package init(_ text: [UInt8]) {
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
            guard line.first != UInt8(ascii: "#"),
                let colon = line.firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            fields[String(decoding: line[..<colon], as: UTF8.self)] =
                String(decoding: line[line.index(after: colon)...], as: UTF8.self)
        }
        self.fields = fields
    }

    /// The value of `name` as the server wrote it.
    package subscript(_ name: String) -> String? { fields[name] }

    /// The value of `name` if it is a whole number, limited so that sums cannot overflow.
    package func integer(_ name: String) -> Int64? { fields[name].flatMap(Self.integer) }

    private static func integer(_ text: some StringProtocol) -> Int64? { Int64(text)?.bounded }

    /// The value of `name` if it is a number, where only 0 is false.
    package func flag(_ name: String) -> Bool? { integer(name).map { $0 != 0 } }

    /// A replica as its primary sees it.
    package struct Replica: Equatable, Sendable {
        /// `host:port`, from the server.
        package let address: String
        package let isOnline: Bool
        /// The bytes of the replication stream that it has not confirmed yet.
        package let bytesBehind: Int64?
        /// The seconds since it last reported its offset (`lag`).
        package let silence: Int64?
    }

    /// The replicas, from lines such as
    /// `slave0:ip=127.0.0.1,port=7003,state=online,offset=14,lag=0`; at most 64 of them.
    package var replicas: [Replica] {
        let end = integer("master_repl_offset")
        return (0..<max(0, min(integer("connected_slaves") ?? 0, 64))).compactMap { number in
            guard let text = fields["slave\(number)"] else { return nil }
            var facts: [Substring: Substring] = [:]
            for part in text.split(separator: ",") {
                let pair = part.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { facts[pair[0]] = pair[1] }
            }
            let offset = facts["offset"].flatMap(Self.integer)
            return Replica(
                address: "\(facts["ip"] ?? "?"):\(facts["port"] ?? "?")",
                isOnline: facts["state"] == "online",
                bytesBehind: end.flatMap { end in offset.map { max(0, end - $0) } },
                silence: facts["lag"].flatMap(Self.integer))
        }
    }

    /// The policy by which keys are dropped at `maxmemory`; nil if no key is ever dropped, or if
    /// the server does not say.
    package var evictingPolicy: String? {
        guard let limit = integer("maxmemory"), limit > 0, let policy = fields["maxmemory_policy"]
        else { return nil }
        return policy == "noeviction" ? nil : policy
    }
}

/// Whether a server keeps acknowledged changes, as far as INFO says.
package enum Durability: Equatable, Sendable {
    /// No key is dropped, and the append-only file is written.
    case keeps
    /// Keys are dropped under this policy, in the server's words, when memory is short.
    case evicts(policy: String)
    /// There is no append-only file, so a crash loses acknowledged changes.
    case forgets
    /// The append-only file could not be written.
    case failing
    /// The server does not say; with the refusal if it gave one.
    case unknown(ServerError?)
}

extension Client {
    /// The eviction policy of the server that takes commands without a key; nil if it drops no keys
    /// or does not say. Costs one round trip. A member of a group that cannot be reached is not
    /// waited for, since the next write to it will do that.
    package func evictingPolicy() throws(RedisError) -> String? {
        guard let answer = try ask([Command("INFO", "memory")], .one).first,
            case .success(let report) = answer.report,
            case .string(let text)? = report.replies.first
        else { return nil }
        return InfoReport(text).evictingPolicy
    }

    /// The durability of each server that takes writes. Throws if one cannot be reached.
    package func durabilities() throws(RedisError) -> [(endpoint: Endpoint, Durability)] {
        let commands = [Command("INFO", "memory"), Command("INFO", "persistence")]
        return try ask(commands).map { answer throws(RedisError) in
            (answer.endpoint, Durability(try answer.report.get().replies))
        }
    }
}

extension Durability {
    /// Reads the replies to INFO for the sections `memory` and `persistence`.
    init(_ replies: [Reply]) {
        var reports: [InfoReport] = []
        for reply in replies {
            switch reply {
            case .string(let text): reports.append(InfoReport(text))
            case .error(let error):
                self = .unknown(error)
                return
            default: break
            }
        }
        guard reports.count == 2, reports[0].integer("maxmemory") != nil,
            reports[0]["maxmemory_policy"] != nil, let appends = reports[1].flag("aof_enabled")
        else {
            self = .unknown(nil)
            return
        }
        if let policy = reports[0].evictingPolicy {
            self = .evicts(policy: policy)
        } else if !appends {
            self = .forgets
        } else {
            self = reports[1]["aof_last_write_status"] == "err" ? .failing : .keeps
        }
    }
}
