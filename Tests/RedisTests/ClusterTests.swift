import Foundation
import Platform
import TestSupport
import Testing

@testable import Redis

/// Commands on a quiet Cluster.
@Suite(.cluster) struct ClusterTests {
    private func client(_ url: String, timeout: Int = 5000) throws -> Client {
        Client(target: try RedisURL.parse(url), timeout: timeout)
    }

    @Test func `keys go to the nodes that serve their slots, from any seed`() throws {
        try RedisCluster.shared { cluster in
            try cluster.flush()
            for (number, node) in cluster.nodes.enumerated() {
                let client = try client(node.url)
                let keys = (0..<50).map { Array("seed:\(number):\($0)".utf8) }
                let replies = try client.pipeline(keys.map { Command("SET", key: $0, "1") })
                #expect(replies == Array(repeating: .status("OK"), count: 50))
            }
            #expect(try cluster.keyCount() == 300)
        }
    }

    @Test func `replies stand in the order of the commands`() throws {
        try RedisCluster.shared { cluster in
            let client = try client(cluster.url)
            let numbers = 0..<5000
            _ = try client.pipeline(
                numbers.map { Command("SET", key: Array("o:\($0)".utf8), .integer(Int64($0))) })
            let replies = try client.pipeline(
                numbers.map { Command("GET", key: Array("o:\($0)".utf8)) })
            #expect(replies == numbers.map { .string(Array(String($0).utf8)) })
        }
    }

    @Test func `a scan visits every primary`() throws {
        try RedisCluster.shared { cluster in
            try cluster.flush()
            let client = try client(cluster.url)
            _ = try client.pipeline(
                (0..<3000).map { Command("SET", key: Array("s:\($0)".utf8), "1") })
            var scan = client.scan(match: Array("s:*".utf8), count: 100)
            var found: Set<[UInt8]> = []
            while let page = try scan.nextPage() { found.formUnion(page) }
            #expect(found.count == 3000)
        }
    }

    @Test func `keys that move to a primary behind the scan are found all the same`() throws {
        try RedisCluster.shared { cluster in
            try cluster.flush()
            let client = try client(cluster.url)
            var scan = try #require(try client.groupScan())
            let ports = scan.open.map { node in
                cluster.nodes.firstIndex { "127.0.0.1:\($0.port)" == node.description } ?? 0
            }
            // A tag whose slot lies on the primary that is scanned last.
            let tag = try #require(
                try (0..<100).map { "{t\($0)}" }.first {
                    try cluster.owner(ofKey: $0) == ports[2]
                })
            let keys = (0..<20).map { Array("\(tag):\($0)".utf8) }
            _ = try client.pipeline(keys.map { Command("SET", key: $0, "1") })
            var found: Set<[UInt8]> = []
            func page() throws -> Bool {
                let page = try scan.nextPage { cursor in
                    Command("SCAN", .bytes(cursor), "COUNT", 1000)
                }
                found.formUnion(page ?? [])
                return page != nil
            }
            while scan.open.count > 1 { _ = try page() }
            #expect(found.isEmpty)
            try cluster.moveSlot(ofKey: tag, to: ports[0])
            while try page() {}
            #expect(found == Set(keys))
            try cluster.moveSlot(ofKey: tag, to: ports[2])
        }
    }

    @Test func `a database other than 0 is refused`() throws {
        try RedisCluster.shared { cluster in
            let error = #expect(throws: RedisError.self) {
                try client(cluster.url + "/1").call(Command("PING"))
            }
            guard case .unsupported(.clusterDatabase, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
