import Foundation
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Redis

/// A Cluster that changes while it is written to. One after the other, on a Cluster of their own.
@Suite(.cluster) struct ClusterChangeTests {
    /// What a stream of SETs met.
    private struct Load {
        var answered = 0
        var lost = 0
        var redirected = 0
    }

    /// Runs `change` beside a stream of SETs that begins before it and goes on until it is over.
    private func load(
        _ cluster: RedisCluster, _ name: String, atLeast count: Int,
        during change: @escaping @Sendable () throws -> Void
    ) throws -> Load {
        var load = Load()
        let client = Client(
            target: try RedisURL.parse(cluster.nodes[4].url), timeout: 15_000,
            trace: { event in
                switch event {
                case .lost: load.lost += 1
                case .node(_, .reply(.error(let error))):
                    if error.isMove { load.redirected += 1 }
                default: break
                }
            })
        let changing = Background()
        var sent = 0
        var answered: [Bool] = []
        var failures: [Reply] = []
        let end = client.stream {
            if sent == count / 5 { changing.start(change) }
            if sent >= count {
                if !changing.isRunning { return nil }
                usleep(20)
            }
            sent += 1
            answered.append(false)
            return Command("SET", key: Array("\(name):\(sent - 1)".utf8), "1", "EX", 1000)
        } onReply: { index, reply in
            if reply != .status("OK") { failures.append(reply) }
            #expect(!answered[index])
            answered[index] = true
        }
        try changing.wait()
        #expect(end.failure == nil)
        #expect(failures.isEmpty, "\(failures.prefix(3))")
        #expect(!answered.contains(false))
        load.answered = sent
        return load
    }

    private func scanned(_ cluster: RedisCluster, _ name: String) throws -> Int {
        let client = Client(target: try RedisURL.parse(cluster.url), timeout: 15_000)
        var scan = client.scan(match: Array("\(name):*".utf8))
        var found: Set<[UInt8]> = []
        while let page = try scan.nextPage() { found.formUnion(page) }
        return found.count
    }

    @Test func `every command is answered, whatever moves or dies`() throws {
        let cluster = try RedisCluster()
        let given = ProcessInfo.processInfo.environment["JWTCTL_SOAK_ITEMS"]
        let count = given.flatMap { Int($0) } ?? 40_000

        // A slot on the move: some of its keys here, some there.
        try halfMigrated(cluster)

        let first = try load(
            cluster, "moved", atLeast: count, during: cluster.resharding(600, from: 0, to: 1))
        #expect(first.redirected > 0)
        #expect(try cluster.keyCount() == first.answered)
        #expect(try scanned(cluster, "moved") == first.answered)

        let replica = try cluster.nodes[roles(cluster, 2, 5).replica].socketPath
        let second = try load(cluster, "failover", atLeast: count) {
            _ = try ProcessRunner.run(["redis-cli", "-s", replica, "CLUSTER", "FAILOVER"])
            try waitUntil("the new role") {
                try ProcessRunner.run(["redis-cli", "-s", replica, "ROLE"]).text
                    .hasPrefix("master")
            }
        }
        #expect(second.redirected > 0)
        try cluster.awaitHealth()
        #expect(try cluster.keyCount() == first.answered + second.answered)

        let (primary, successor) = try roles(cluster, 1, 4)
        let victim = cluster.nodes[primary].pid
        let third = try load(cluster, "killed", atLeast: count) { kill(victim, SIGKILL) }
        #expect(third.lost == 1)
        try waitUntil("the fail-over") { try cluster.primaries().contains(successor) }
        try cluster.awaitHealth()
        #expect(try scanned(cluster, "killed") == third.answered)
    }

    /// Who of two nodes with the same data is the primary: on a busy machine the replica may have
    /// taken over on its own.
    private func roles(
        _ cluster: RedisCluster, _ one: Int, _ other: Int
    ) throws -> (primary: Int, replica: Int) {
        try cluster.primaries().contains(one) ? (one, other) : (other, one)
    }

    /// IMPORTING and MIGRATING, and one of two keys gone over: every kind of command arrives.
    private func halfMigrated(_ cluster: RedisCluster) throws {
        let (from, to) = (cluster.nodes[0], cluster.nodes[1])
        let slot = try from.cli("CLUSTER", "KEYSLOT", "{b}")
        #expect(try cluster.owner(ofKey: "{b}") == 0)
        let client = Client(target: try RedisURL.parse(cluster.url))
        let keys = ["{b}1", "{b}2", "{b}3"].map { Array($0.utf8) }
        _ = try client.pipeline(keys[..<2].map { Command("SET", key: $0, "old") })
        try to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(0))
        try from.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id(1))
        try from.cli("MIGRATE", "127.0.0.1", String(to.port), "{b}2", "0", "5000")

        var asked: Set<String> = []
        let watched = Client(
            target: try RedisURL.parse(cluster.url),
            trace: { event in
                if case .node(let address, .command(let command)) = event,
                    command.name == "ASKING"
                {
                    asked.insert(address)
                }
            })
        let old = Reply.string(Array("old".utf8))
        let reads = try watched.pipeline(keys.map { Command("GET", key: $0) })
        #expect(reads == [old, old, .null])
        #expect(asked == ["127.0.0.1:\(to.port)"])
        // A new key is born where the slot goes to.
        #expect(try watched.call(Command("SET", key: keys[2], "new")) == .status("OK"))
        let script = Command.eval("return redis.call('GET', KEYS[1])", keys: [keys[1]], [])
        #expect(try watched.call(script) == old)

        // Keys on both sides: TRYAGAIN until the first has come over too.
        let finishing = Background()
        let arguments = [
            "redis-cli", "-s", from.socketPath, "MIGRATE", "127.0.0.1", String(to.port), "{b}1",
            "0", "5000",
        ]
        finishing.start {
            usleep(300_000)
            _ = try ProcessRunner.run(arguments)
        }
        let both = Command(arguments: ["DEL", .bytes(keys[0]), .bytes(keys[1])], keyIndex: 1)
        #expect(try watched.call(both) == .integer(2))
        try finishing.wait()
        try to.cli("CLUSTER", "SETSLOT", slot, "NODE", cluster.id(1))
        try from.cli("CLUSTER", "SETSLOT", slot, "NODE", cluster.id(1))
        #expect(try client.call(Command("DEL", key: keys[2])) == .integer(1))
    }
}

extension ServerError {
    fileprivate var isMove: Bool {
        switch kind {
        case .moved, .ask: true
        default: false
        }
    }
}
