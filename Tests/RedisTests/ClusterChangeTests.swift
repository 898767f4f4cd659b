import Foundation
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Redis

/// A Cluster that changes while it is written to. One after the other, on a Cluster of their own.
@Suite struct ClusterChangeTests {
    /// Runs `change` beside a stream of SETs, from the moment that a fifth of them is answered.
    private func load(
        _ cluster: RedisCluster, _ name: String, count: Int, timeout: Int = 15_000,
        during change: @escaping @Sendable () throws -> Void
    ) throws -> (answered: Int, lost: Int) {
        var lost = 0
        let client = Client(
            target: try RedisURL.parse(cluster.nodes[4].url), timeout: timeout,
            trace: { if case .lost = $0 { lost += 1 } })
        let changing = Background()
        var sent = 0
        var answered = [Bool](repeating: false, count: count)
        var failures: [Reply] = []
        _ = try client.stream {
            if sent == count { return nil }
            if sent == count / 5 { changing.start(change) }
            sent += 1
            return Command("SET", key: Array("\(name):\(sent - 1)".utf8), "1", "EX", 1000)
        } onReply: { index, reply in
            if reply != .status("OK") { failures.append(reply) }
            #expect(!answered[index])
            answered[index] = true
        }
        try changing.wait()
        #expect(failures.isEmpty, "\(failures.prefix(3))")
        return (answered.count { $0 }, lost)
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
        let count = 100_000

        // A slot on the move: some of its keys here, some there.
        try halfMigrated(cluster)

        let first = try load(
            cluster, "moved", count: count, during: cluster.resharding(600, from: 0, to: 1))
        #expect(first.answered == count)
        #expect(try cluster.keyCount() == count)
        #expect(try scanned(cluster, "moved") == count)

        let replica = cluster.nodes[5].socketPath
        let second = try load(cluster, "failover", count: count) {
            _ = try ProcessRunner.run(["redis-cli", "-s", replica, "CLUSTER", "FAILOVER"])
        }
        #expect(second.answered == count)
        try cluster.awaitHealth()
        #expect(try cluster.keyCount() == 2 * count)

        let victim = cluster.nodes[1].pid
        let third = try load(cluster, "killed", count: count) { kill(victim, SIGKILL) }
        #expect(third.answered == count)
        #expect(third.lost >= 1)
        try waitUntil("the fail-over") { try cluster.primaries().contains(4) }
        try cluster.awaitHealth()
        #expect(try scanned(cluster, "killed") == count)
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
        let transaction = try watched.transaction([
            Command("SET", key: keys[2], "newer"), Command("GET", key: keys[2]),
        ])
        #expect(transaction == [.status("OK"), .string(Array("newer".utf8))])
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
