import Foundation

/// A primary with two replicas, and three Sentinels that monitor them. All end with the object.
package final class SentinelGroup {
    package static let name = "mymaster"

    /// The data servers. The first starts as the primary.
    package let servers: [RedisServer]
    package let sentinels: [RedisServer]
    /// The link by which replicas and Sentinels reach the first server; nil if they reach it
    /// directly.
    package let link: Link?

    /// Starts all servers and waits until they are in sync. The lines are added to the
    /// configuration of each data server and of each Sentinel. If `isLinked`, replicas and
    /// Sentinels know the first server by the port of `link`.
    package init(
        serverConfiguration: [String] = [], sentinelConfiguration: [String] = [],
        isLinked: Bool = false
    ) throws {
        let common =
            ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1"] + serverConfiguration
        let primary = try RedisServer(.tcp, configuration: common)
        let link = isLinked ? try Link(to: primary.port) : nil
        self.link = link
        let port = link?.port ?? primary.port
        let replicas = try (0..<2).map { _ in
            try RedisServer(.tcp, configuration: common + ["replicaof 127.0.0.1 \(port)"])
        }
        servers = [primary] + replicas
        sentinels = try (0..<3).map { _ in
            try RedisServer(
                .tcp, kind: .sentinel,
                configuration: [
                    "sentinel monitor \(Self.name) 127.0.0.1 \(port) 2",
                    "sentinel down-after-milliseconds \(Self.name) 1000",
                    "sentinel failover-timeout \(Self.name) 5000",
                    "sentinel parallel-syncs \(Self.name) 2",
                ] + sentinelConfiguration)
        }
        try awaitHealth()
    }

    /// The URL with all Sentinels.
    package var url: String {
        let list = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return "redis+sentinel://\(list)/\(Self.name)"
    }

    /// The option that has the tool reach the first server even if the link is cut.
    package var straightOptions: [String] {
        link.map { ["--redis-nat", "127.0.0.1:\($0.port)=127.0.0.1:\(servers[0].port)"] } ?? []
    }

    /// Runs `body` on a group that all tests share that kill nothing, one test at a time.
    package static func shared<Result: Sendable>(
        _ body: (SentinelGroup) throws -> Result
    ) throws -> Result {
        try common.use { group in
            // An earlier test may have replaced the primary, and not all may have heard of it.
            try group.awaitHealth()
            return try body(group)
        }
    }

    private static let common = Shared {
        // A busy machine must not cause a fail-over.
        try SentinelGroup(
            sentinelConfiguration: ["sentinel down-after-milliseconds \(name) 30000"])
    }

    /// The server that the Sentinels name.
    package func primary() throws -> RedisServer {
        let port = try sentinels[0].cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", Self.name)
            .split(separator: "\n").last.map(String.init)
        if let link, port == String(link.port) { return servers[0] }
        guard let server = servers.first(where: { String($0.port) == port }) else {
            throw TestSupportError("the Sentinels name nobody")
        }
        return server
    }

    /// Waits until the Sentinels know each other, name the same primary and know both of its
    /// replicas, and the replicas are in sync.
    package func awaitHealth() throws {
        // Sentinels wait ten seconds before they make a returning primary a replica.
        try waitUntil("the Sentinels: \(sentinels[0].log.suffix(400))", seconds: 60) {
            let primary = try primary()
            let port = String(primary === servers[0] ? link?.port ?? primary.port : primary.port)
            return try sentinels.allSatisfy { sentinel in
                let lines = try sentinel.cli("SENTINEL", "MASTER", Self.name)
                    .split(separator: "\n").map(String.init)
                return Self.field("port", lines) == port
                    && Self.field("num-slaves", lines) == "2"
                    && Self.field("num-other-sentinels", lines) == "2"
                    && Self.field("flags", lines) == "master"
            }
        }
        try waitUntil("the replicas") {
            try primary().cli("INFO", "replication").components(separatedBy: "state=online").count
                == 3
        }
    }

    /// Has the Sentinels promote another server, and waits until they name it.
    package func failOver() throws {
        let before = try primary().port
        try sentinels[0].cli("SENTINEL", "FAILOVER", Self.name)
        try waitUntil("the fail-over") { try primary().port != before }
    }

    private static func field(_ name: String, _ lines: [String]) -> String? {
        lines.firstIndex(of: name).flatMap { lines.indices.contains($0 + 1) ? lines[$0 + 1] : nil }
    }
}
