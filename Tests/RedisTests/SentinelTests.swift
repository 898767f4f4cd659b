import Foundation
import Platform
import TestSupport
import Testing

@testable import Redis

/// A primary that Sentinels name.
@Suite(.slow) struct SentinelTests {
    private func client(_ url: String, timeout: Int = 5000) throws -> Client {
        Client(target: try RedisURL.parse(url), timeout: timeout)
    }

    @Test func `commands go to the primary that any Sentinel names`() throws {
        try SentinelGroup.shared { group in
            let primary = try group.primary()
            for sentinel in group.sentinels {
                let url = "redis+sentinel://127.0.0.1:\(sentinel.port)/mymaster/3"
                let command = Command("SET", key: [0x61], .integer(Int64(sentinel.port)))
                try client(url).call(command).ok()
                #expect(try primary.cli("-n", "3", "GET", "a") == "\(sentinel.port)")
            }
        }
    }

    @Test func `a Sentinel that is down is passed over`() throws {
        try SentinelGroup.shared { group in
            let dead = try RedisServer.freePort()
            let living = group.sentinels[0].port
            let url = "redis+sentinel://127.0.0.1:\(dead),127.0.0.1:\(living)/mymaster"
            #expect(try client(url).call(Command("PING")) == .status("PONG"))
        }
    }

    /// A Sentinel that was cut off from the others goes on naming the primary of its time.
    @Test func `of the Sentinels that answer the latest decision counts`() throws {
        try SentinelGroup.shared { group in
            try group.failOver()
            try group.awaitHealth()
            let former = try RedisServer(.tcp)
            let stale = try RedisServer(
                .tcp, kind: .sentinel,
                configuration: ["sentinel monitor mymaster 127.0.0.1 \(former.port) 2"])
            let url = group.url.replacingOccurrences(
                of: "://", with: "://127.0.0.1:\(stale.port),")
            let client = try client(url)
            try client.call(Command("SET", key: [0x61], "here")).ok()
            #expect(try group.primary().cli("GET", "a") == "here")
            #expect(try client.call(Command("GET", key: [0x61])) == .string(Array("here".utf8)))
            #expect(try former.cli("EXISTS", "a") == "0")
        }
    }

    /// The others may have agreed on another primary.
    @Test func `one Sentinel of three is believed only where a replica follows the primary`() throws
    {
        try SentinelGroup.shared { group in
            let dead = try (0..<2).map { _ in "127.0.0.1:\(try RedisServer.freePort())" }
                .joined(separator: ",")
            let lonely = try RedisServer(.tcp)
            let watching = try RedisServer(
                .tcp, kind: .sentinel,
                configuration: ["sentinel monitor mymaster 127.0.0.1 \(lonely.port) 1"])
            for command in [Command("GET", key: [0x61]), Command("SET", key: [0x61], "1")] {
                let error = #expect(throws: RedisError.self) {
                    try client("redis+sentinel://\(dead),127.0.0.1:\(watching.port)/mymaster")
                        .call(command)
                }
                guard case .node(_, _, .isolatedPrimary(_, sentinels: 3))? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            #expect(try lonely.cli("EXISTS", "a") == "0")
            let followed = try client(
                "redis+sentinel://\(dead),127.0.0.1:\(group.sentinels[0].port)/mymaster")
            let mark = try followed.checkpoint(.standard)
            try followed.call(Command("SET", key: [0x61], "1")).ok()
            #expect(try followed.confirm(since: mark, .standard) == .intact)
        }
    }

    @Test func `an unknown name is told with the known ones`() throws {
        try SentinelGroup.shared { group in
            let url = group.url.replacingOccurrences(of: "/mymaster", with: "/other")
            #expect(throws: RedisError.unknownPrimaryName("other", known: ["mymaster"])) {
                try client(url).call(Command("PING"))
            }
        }
    }

    @Test func `a server with data is no Sentinel`() throws {
        let server = try RedisServer(.tcp)
        #expect(
            throws: RedisError.unsupported(.notSentinel, address: "127.0.0.1:\(server.port)")
        ) {
            try client("redis+sentinel://127.0.0.1:\(server.port)/mymaster").call(Command("PING"))
        }
    }

    @Test(
        .enabled(if: ServerVersion.current >= .redis(6, 2), "sentinel-pass came with Redis 6.2"))
    func `Sentinels have credentials of their own`() throws {
        let group = try SentinelGroup(
            serverConfiguration: ["requirepass data", "masterauth data"],
            sentinelConfiguration: [
                "requirepass watch", "sentinel auth-pass mymaster data",
                "sentinel sentinel-pass watch",
            ])
        let good = group.url.replacingOccurrences(of: "://", with: "://:data@")
        let both = good + "?sentinel_password=watch"
        try client(both).call(Command("SET", key: [0x61], "1")).ok()
        let error = #expect(throws: RedisError.self) { try client(good).call(Command("PING")) }
        guard case .authentication(_, let login)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(login.isSentinel && !login.hasPassword)
    }

    @Test func `a primary that was replaced has not kept what it acknowledged`() throws {
        try SentinelGroup.shared { group in
            let client = try client(group.url, timeout: 15_000)
            let mark = try client.checkpoint(.standard)
            try client.call(Command("SET", key: [0x61], "before")).ok()
            #expect(try client.confirm(since: mark, .standard) == .intact)

            // The connection to the old primary stays open, and it goes on saying OK.
            let second = try client.checkpoint(.standard)
            try client.call(Command("SET", key: [0x61], "during")).ok()
            try group.failOver()
            try client.call(Command("SET", key: [0x62], "late")).ok()
            #expect(try client.confirm(since: second, .standard) == .inDoubt)
            let third = try client.checkpoint(.standard)
            try client.call(Command("SET", key: [0x61], "again")).ok()
            #expect(try client.confirm(since: third, .standard) == .intact)
            try waitUntil("the new primary") { try group.primary().cli("GET", "a") == "again" }
        }
    }
}
