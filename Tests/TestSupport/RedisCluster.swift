import Foundation

/// A real Cluster of three primaries with a replica each, on the loopback. It ends with the object.
package final class RedisCluster {
    /// All nodes. The first three start as primaries, the others as their replicas in the same
    /// order.
    package let nodes: [RedisServer]
    private let ids: [String]
    /// The first node's port for TLS; nil without TLS.
    private let securePort: Int?

    /// Starts the nodes and waits until every slot is served. `configuration` are further lines of
    /// each node's redis.conf. With an authority the nodes also accept TLS, use it among
    /// themselves, and announce their TLS ports.
    package init(configuration: [String] = [], authority: TestAuthority? = nil) throws {
        let identity = try authority?.issue("node", for: "IP:127.0.0.1")
        var securePorts: [Int] = []
        let nodes = try (0..<6).map { _ in
            var configuration = configuration
            if let authority, let identity {
                securePorts.append(try RedisServer.freePort())
                configuration += [
                    "tls-port \(securePorts[securePorts.count - 1])", "tls-cluster yes",
                    "tls-replication yes", "tls-cert-file \(identity.certificate)",
                    "tls-key-file \(identity.key)", "tls-ca-cert-file \(authority.certificate)",
                    "tls-auth-clients no",
                ]
            }
            return try RedisServer(
                .tcp,
                configuration: RedisServer.busConfiguration() + [
                    "cluster-enabled yes", "cluster-node-timeout 1000",
                    "cluster-replica-validity-factor 0",
                    "repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
                ] + configuration)
        }
        self.nodes = nodes
        securePort = securePorts.first
        ids = try nodes.map { try $0.cli("CLUSTER", "MYID") }
        let ranges = [0...5460, 5461...10922, 10923...16383]
        for (index, node) in nodes.enumerated() {
            try node.cli("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1))
            if index < ranges.count {
                try node.cli(["CLUSTER", "ADDSLOTS"] + ranges[index].map(String.init))
            }
            if index > 0 { try meet(node) }
        }
        try wait("the nodes to know each other") {
            try nodes.allSatisfy { try $0.cli("CLUSTER", "INFO").contains("known_nodes:6") }
        }
        for index in 3..<6 {
            try wait("a node to become a replica") {
                try nodes[index].cli("CLUSTER", "REPLICATE", ids[index - 3]) == "OK"
            }
        }
        try awaitHealth()
    }

    /// Runs `body` on a Cluster that all tests share that move and kill nothing, one test at a
    /// time.
    package static func shared<Result: Sendable>(
        _ body: (RedisCluster) throws -> Result
    ) throws -> Result {
        try common.use(body)
    }

    private static let common = Shared { try RedisCluster() }

    /// Makes a node known to the first one. Before Redis 7.0 the port of the bus follows from the
    /// port that the nodes use among themselves.
    private func meet(_ node: RedisServer) throws {
        var first = ["127.0.0.1", String(nodes[0].port)]
        if ServerVersion.current < .redis(7, 0) {
            first[1] = String(securePort ?? nodes[0].port)
        } else {
            let bus = try nodes[0].cli("CONFIG", "GET", "cluster-port").split(separator: "\n")[1]
            first.append(String(bus))
        }
        try node.cli(["CLUSTER", "MEET"] + first)
    }

    /// The URL of the first node.
    package var url: String { securePort.map { "rediss://127.0.0.1:\($0)" } ?? nodes[0].url }

    /// The node's id in the Cluster.
    package func id(_ index: Int) -> String { ids[index] }

    /// Waits until every slot is served and every running replica is in sync, by its own report and
    /// by that of its primary, which counts a replica from its first acknowledgement on.
    package func awaitHealth() throws {
        try wait("the Cluster to be whole") {
            try nodes.allSatisfy { node in
                let info = try node.cli("CLUSTER", "INFO")
                if info.isEmpty || info.contains("Could not connect") { return true }
                let role = try node.cli("INFO", "replication")
                return info.contains("cluster_state:ok") && info.contains("slots_ok:16384")
                    && (role.contains("role:master") || role.contains("master_link_status:up"))
                    && role.matches(of: /state=(\w+)/).allSatisfy { $0.1 == "online" }
            }
        }
    }

    /// The indices in `nodes` of the running primaries.
    package func primaries() throws -> [Int] {
        try nodes.indices.filter { try nodes[$0].cli("ROLE").hasPrefix("master") }
    }

    /// The index in `nodes` of the primary that serves the slot of `key`.
    package func owner(ofKey key: String) throws -> Int {
        let slot = try nodes[1].cli("CLUSTER", "KEYSLOT", key)
        let lines = try nodes[1].cli("CLUSTER", "SLOTS").split(separator: "\n").map(String.init)
        var index = 0
        // A range has two lines, and each of its nodes four: host, port, id, and empty metadata.
        while index + 4 < lines.count {
            guard let first = Int(lines[index]), let last = Int(lines[index + 1]) else {
                index += 1
                continue
            }
            if (first...max(first, last)).contains(Int(slot) ?? -1), lines[index + 4].count == 40 {
                return ids.firstIndex(of: lines[index + 4]) ?? 0
            }
            index += 2
        }
        throw TestSupportError("nobody serves \(key)")
    }

    /// The number of keys on all primaries.
    package func keyCount() throws -> Int {
        try primaries().reduce(0) { $0 + (Int(try nodes[$1].cli("DBSIZE")) ?? 0) }
    }

    /// Removes all keys.
    package func flush() throws {
        for index in try primaries() { try nodes[index].cli("FLUSHALL") }
    }

    /// Work that moves `count` slots from one node to another with redis-cli, on any thread.
    package func resharding(
        _ count: Int, from: Int, to: Int
    ) -> @Sendable () throws -> Void {
        let arguments = [
            "redis-cli", "--cluster", "reshard", "127.0.0.1:\(nodes[0].port)", "--cluster-from",
            ids[from], "--cluster-to", ids[to], "--cluster-slots", String(count), "--cluster-yes",
        ]
        return {
            // Not all nodes may have heard of an earlier move.
            try waitUntil("the nodes to agree") {
                let result = try ProcessRunner.run(arguments, timeout: 120)
                if result.text.contains("Nodes don't agree") { return false }
                guard result.status == 0 else { throw TestSupportError(result.text) }
                return true
            }
        }
    }

    /// Moves the slot of `key` with its keys; afterwards both nodes agree on its owner.
    package func moveSlot(ofKey key: String, to: Int) throws {
        let from = try owner(ofKey: key)
        let slot = try nodes[0].cli("CLUSTER", "KEYSLOT", key)
        try nodes[to].cli("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from])
        try nodes[from].cli("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to])
        let keys = try nodes[from].cli("CLUSTER", "GETKEYSINSLOT", slot, "1000")
        for key in keys.split(separator: "\n") {
            try nodes[from].cli(
                "MIGRATE", "127.0.0.1", String(nodes[to].port), String(key), "0", "5000")
        }
        for index in [to, from] {
            try nodes[index].cli("CLUSTER", "SETSLOT", slot, "NODE", ids[to])
        }
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) throws {
        try waitUntil("\(what): \(nodes[0].log.suffix(400))", condition)
    }
}

/// Waits until `condition` is met, and throws after `seconds`.
package func waitUntil(
    _ what: @autoclosure () -> String = "it", seconds: Double = 60, _ condition: () throws -> Bool
) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while deadline.timeIntervalSinceNow > 0 {
        if try condition() { return }
        usleep(20_000)
    }
    throw TestSupportError("waited in vain for \(what())")
}
