import Foundation
import TestSupport
import Testing

@testable import Redis

/// What a router does where nothing helps, and where a command must not be sent twice.
@Suite(.cluster) struct RouterTests {
    /// In a slot that no other test uses.
    private let key = Array("{router}:key".utf8)

    @Test func `nodes that point at each other end by the time-out`() throws {
        // A node that has a key of the slot keeps it, and other tests write keys of all slots: ids are
        // random.
        let cluster = try RedisCluster()
        let key = Array("{pointing}:key".utf8)
        let slot = try cluster.nodes[0].cli("CLUSTER", "KEYSLOT", "{pointing}")
        let owner = try cluster.owner(ofKey: "{pointing}")
        // On a busy machine a replica may have become a primary.
        let other = try #require(try cluster.primaries().first { $0 != owner })
        let client = Client(target: try RedisURL.parse(cluster.url), timeout: 600)
        #expect(try client.call(Command("GET", key: key)) == .null)
        var found: RedisError?
        let views = [(owner, other), (other, owner)].map {
            (path: cluster.nodes[$0].socketPath, id: cluster.id($1))
        }
        // The nodes talk to each other and settle it: they are told again, thousands of times a
        // second, until the call has ended.
        let telling = views.map { path, id in
            "yes CLUSTER SETSLOT \(slot) NODE \(id) | timeout 2 redis-cli -s '\(path)' > '\(path).told' &"
        }.joined(separator: "\n")
        for _ in 0..<10 where found == nil {
            for (path, _) in views {
                try? FileManager.default.removeItem(atPath: path + ".told")
            }
            let pointing = Background()
            pointing.start { _ = try ProcessRunner.run(["sh", "-c", telling + "\nwait"]) }
            let isTold = {
                views.allSatisfy { path, _ in
                    (try? String(contentsOfFile: path + ".told", encoding: .utf8))?
                        .hasPrefix("OK") ?? false
                }
            }
            let deadline = Date() + 10
            while !isTold(), Date() < deadline { usleep(1000) }
            let start = Date()
            do throws(RedisError) {
                _ = try client.call(Command("GET", key: key))
            } catch {
                found = error
            }
            #expect(Date().timeIntervalSince(start) < 2)
            try pointing.wait()
        }
        let error = found
        guard case .stalled(600, .server(let cause)?, _)? = error, case .moved = cause.kind
        else {
            let told = views.map { path, _ in
                (try? String(contentsOfFile: path + ".told", encoding: .utf8))?.prefix(80)
            }
            Issue.record("\(String(describing: error)); the nodes said \(told)")
            return
        }
        for node in try cluster.primaries().map({ cluster.nodes[$0] }) {
            try node.cli("CLUSTER", "SETSLOT", slot, "NODE", cluster.id(owner))
        }
        #expect(try client.call(Command("GET", key: key)) == .null)
    }

    /// The command has been sent, and has no answer, when the connection goes.
    private func losing(
        _ cluster: RedisCluster, _ body: (Client) throws -> Void
    ) throws {
        let node = cluster.nodes[try cluster.owner(ofKey: "{router}")]
        let client = Client(target: try RedisURL.parse(cluster.url))
        _ = try client.call(Command("SET", key: key, "1"))
        try node.cli("CLIENT", "PAUSE", "5000", "WRITE")
        let path = node.socketPath
        let killing = Background()
        killing.start {
            usleep(200_000)
            for words in [["CLIENT", "KILL", "TYPE", "normal"], ["CLIENT", "UNPAUSE"]] {
                _ = try ProcessRunner.run(["redis-cli", "-s", path] + words)
            }
        }
        try body(client)
        try killing.wait()
    }

    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(6, 2), "CLIENT PAUSE WRITE came with Redis 6.2"))
    func `what may be repeated is sent again when the connection breaks`() throws {
        try RedisCluster.shared { cluster in
            try losing(cluster) { client in
                let written = try client.call(Command("SET", key: key, "2"))
                #expect(written == .status("OK"))
                let read = try client.call(Command("GET", key: key))
                #expect(read == .string([0x32]))
            }
        }
    }

    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(6, 2), "CLIENT PAUSE WRITE came with Redis 6.2"))
    func `what must not be repeated is told as unknown`() throws {
        try RedisCluster.shared { cluster in
            let owner = try cluster.owner(ofKey: "{router}")
            let elsewhere = try #require(
                try ["a", "b", "c", "d", "e", "f"].first { try cluster.owner(ofKey: $0) != owner })
            try losing(cluster) { client in
                let other = Array(elsewhere.utf8)
                let exchange = client.collect([
                    Command("INCR", key: key).once(), Command("SET", key: other, "1"),
                ])
                #expect(exchange.replies == [nil, .status("OK")])
                #expect(exchange.uncertain == [0])
                #expect(exchange.failure?.mayHaveExecuted == true)
            }
        }
    }

    @Test func `a node that stands still ends the call, and says which`() throws {
        try RedisCluster.shared { cluster in
            let node = cluster.nodes[try cluster.owner(ofKey: "{router}")]
            let client = Client(target: try RedisURL.parse(cluster.url), timeout: 300)
            _ = try client.call(Command("SET", key: key, "1"))
            node.pause()
            defer { node.resume() }
            let start = Date()
            let error = #expect(throws: RedisError.self) {
                try client.call(Command("GET", key: key))
            }
            #expect(Date().timeIntervalSince(start) < 0.8)
            let address = "127.0.0.1:\(node.port)"
            guard case .stalled(_, .timeout(.reply, address: address, _, _)?, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `several addresses of servers by themselves are refused`() throws {
        let servers = [try RedisServer(.tcp), try RedisServer(.tcp)]
        let list = servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        let client = Client(target: try RedisURL.parse("redis://\(list)"))
        #expect(
            throws: RedisError.unsupported(
                .severalServers, address: "127.0.0.1:\(servers[0].port)")
        ) { try client.call(Command("PING")) }
    }

    @Test func `a seed that is down is passed over`() throws {
        try RedisCluster.shared { cluster in
            let dead = try RedisServer.freePort()
            let living = cluster.nodes[2].port
            let url = "redis://127.0.0.1:\(dead),127.0.0.1:\(living)"
            let client = Client(target: try RedisURL.parse(url))
            #expect(try client.call(Command("SET", key: key, "1")) == .status("OK"))
        }
    }
}
