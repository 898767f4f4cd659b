import TestSupport
import Testing

@testable import Redis

/// Which slot a key lies in, and who serves it.
@Suite(.cluster) struct SlotTests {
    @Test func `the checksum is CRC-16 XMODEM`() {
        #expect(KeySlot.crc16(Array("123456789".utf8)[...]) == 0x31C3)
        #expect(KeySlot.crc16([][...]) == 0)
    }

    /// What stands between the first `{` and the next `}` counts, unless that is nothing.
    @Test(arguments: [
        "a", "{user1000}.following", "{user1000}.followers", "foo{}{bar}", "foo{{bar}}zap",
        "foo{bar}{zap}", "{}", "{", "}", "}{", "a{b", "a}b{c}", "jwt:{alice}:tokens",
        "jwt:deny:%7Bx%7D", "\u{e9}", "x{\u{1f600}}",
    ])
    func `a key's slot is the one that Redis computes`(_ key: String) throws {
        try RedisCluster.shared { cluster in
            let slot = try cluster.nodes[0].cli("CLUSTER", "KEYSLOT", key)
            #expect(String(KeySlot.of(Array(key.utf8))) == slot)
        }
    }

    private let asked = Endpoint.tcp(host: "seed", port: 7000)

    private func map(_ ranges: [Reply]) throws -> SlotMap {
        try SlotMap(.array(ranges), asked: asked) { $0 }
    }

    private func range(_ first: Int64, _ last: Int64, _ host: Reply, _ port: Int64) -> Reply {
        .array([
            .integer(first), .integer(last),
            .array([host, .integer(port), .string(Array("id".utf8))]),
        ])
    }

    private func text(_ text: String) -> Reply { .string(Array(text.utf8)) }

    @Test func `ranges are read, and gaps have no owner`() throws {
        let map = try map([
            range(0, 100, text("a"), 1), range(102, 16383, text("::1"), 2),
            range(101, 101, text("a"), 1),
        ])
        #expect(map[0] == .tcp(host: "a", port: 1))
        #expect(map[101] == .tcp(host: "a", port: 1))
        #expect(map[16383] == .tcp(host: "::1", port: 2))
        #expect(map.primaries.count == 2)
        let partial = try self.map([range(0, 1, text("a"), 1)])
        #expect(partial[2] == nil)
    }

    /// NULL and an empty host mean the one that was asked; `?` is a name that nobody has set.
    @Test(arguments: [Reply.null, .string([]), .string(Array("?".utf8))])
    func `a host that is not told is the one that was asked`(_ host: Reply) throws {
        let map = try map([range(0, 1, host, 9)])
        #expect(map[0] == .tcp(host: "seed", port: 9))
    }

    @Test func `a map that breaks its own rules is refused`() {
        let broken: [[Reply]] = [
            [range(-1, 5, text("a"), 1)], [range(0, 16384, text("a"), 1)],
            [range(5, 4, text("a"), 1)], [range(0, 1, text("a"), 70_000)], [.integer(1)],
            [.array([.integer(0), .integer(1)])], [],
        ]
        for ranges in broken {
            #expect(throws: RedisError.self) { try map(ranges) }
        }
    }

    @Test(arguments: [
        ("10.0.0.1:7001", "10.0.0.1", 7001), ("::1:7001", "::1", 7001),
        ("[::1]:7001", "::1", 7001), (":7001", "seed", 7001), ("?:7001", "seed", 7001),
        ("node-1.example:1", "node-1.example", 1),
    ])
    func `the last colon of a redirection counts`(_ text: String, _ host: String, _ port: UInt16) {
        #expect(
            SlotMap.endpoint(redirection: text, asked: asked) == .tcp(host: host, port: port))
    }

    @Test(arguments: ["", "a", "a:", "a:b", "a:0", "a:65536", "a:-1"])
    func `what is no address is none`(_ text: String) {
        #expect(SlotMap.endpoint(redirection: text, asked: asked) == nil)
    }
}

/// Addresses that servers announce, and where they are reached.
@Suite struct AddressMapTests {
    private func reach(_ rules: [String], _ host: String, _ port: UInt16) throws -> String {
        let map = AddressMap(try rules.map { try AddressMap.Rule($0) })
        return map.reach(.tcp(host: host, port: port)).description
    }

    @Test func `the first rule that fits is taken`() throws {
        let rules = ["10.0.0.1:6379=a:1", "10.0.0.1=b", "[fd00::1]:6379=[::1]:7", "x=[::2]"]
        #expect(try reach(rules, "10.0.0.1", 6379) == "a:1")
        #expect(try reach(rules, "10.0.0.1", 6380) == "b:6380")
        #expect(try reach(rules, "fd00::1", 6379) == "[::1]:7")
        #expect(try reach(rules, "fd00::1", 1) == "[fd00::1]:1")
        #expect(try reach(rules, "x", 5) == "[::2]:5")
        #expect(try reach(rules, "y", 5) == "y:5")
    }

    @Test(arguments: [
        "", "a", "a=", "=b", "a:1=b", "a=b:1", "a:0=b:1", "a:x=b:1", "a:+1=b:1", "::1=a", "a=b=c",
        "[::1=a", "[a]=b", "a:65536=b:1", "[::1]x=a",
    ])
    func `what is no rule is refused`(_ text: String) {
        #expect(throws: AddressMap.InvalidRule.self) { try AddressMap.Rule(text) }
    }
}
