import Foundation
import TestSupport
import Testing

@testable import Redis

@Suite(.redis) struct PipelineTests {
    private func connect(_ server: RedisServer, timeout: Int = 5000) throws -> Connection {
        try Connection(to: RedisURL.parse(server.url), timeout: timeout)
    }

    private func key(_ number: Int) -> [UInt8] { Array("k:\(number)".utf8) }

    @Test func `an error in a pipeline is a value in its place`() throws {
        let server = try RedisServer()
        let replies = try connect(server).pipeline([
            Command("SET", key: key(1), "x"), Command("ZADD", key: key(1), 1, "m"),
            Command("GET", key: key(1)),
        ])
        #expect(replies.count == 3)
        guard case .error(let error) = replies[1] else {
            Issue.record("\(replies[1])")
            return
        }
        #expect(error.kind == .wrongType)
        #expect(replies[2] == .string([0x78]))
        #expect(try connect(server).pipeline([]).isEmpty)
    }

    @Test func `200,000 commands stream in order within the bound`() throws {
        let server = try RedisServer()
        let connection = try connect(server)
        let total = 200_000
        var taken = 0
        var answered = 0
        var widest = 0
        var mixedUp: [Int] = []
        let end = connection.stream(maxInFlight: 1000) {
            guard taken < total else { return nil }
            taken += 1
            widest = max(widest, taken - answered)
            return Command("ECHO", .integer(Int64(taken - 1)))
        } onReply: { index, reply in
            #expect(index == answered)
            if reply != .string(Array(String(index).utf8)) { mixedUp.append(index) }
            answered += 1
        }
        #expect(answered == total)
        #expect(mixedUp.isEmpty)
        #expect(end.failure == nil && end.uncertain.isEmpty)
        #expect(widest == 1000)
        #expect(!connection.isBroken)
    }

    @Test func `what waits to be written stays bounded in bytes`() throws {
        let server = try RedisServer()
        let connection = try connect(server)
        let value = [UInt8](repeating: 0x78, count: 10_000)
        var taken = 0
        var largest = 0
        let end = connection.stream(maxInFlight: PipelineLoop.standardInFlight) {
            guard taken < 3000 else { return nil }
            taken += 1
            largest = max(largest, connection.output.count)
            return Command("SET", key: key(taken), .bytes(value))
        } onReply: { _, reply in
            #expect(reply == .status("OK"))
        }
        #expect(end.failure == nil)
        #expect(largest <= PipelineLoop.outputLimit)
        #expect(try connection.call(Command("DBSIZE")) == .integer(3000))
    }

    @Test func `a reply and a command of 20 MB pass`() throws {
        let server = try RedisServer()
        let connection = try connect(server)
        let value = [UInt8](repeating: 0x78, count: 20 << 20)
        try connection.call(Command("SET", key: key(1), .bytes(value))).ok()
        let loaded = try connection.call(Command("GET", key: key(1))).bytes()
        #expect(loaded == value)
    }

    @Test func `replies lead to further commands`() throws {
        let server = try RedisServer()
        let connection = try connect(server)
        var waiting = [100]
        var values: [Int] = []
        let end = connection.stream(maxInFlight: 10) {
            waiting.popLast().map { Command("ECHO", .integer(Int64($0))) }
        } onReply: { _, reply in
            guard case .string(let bytes) = reply,
                let value = Int(String(decoding: bytes, as: UTF8.self))
            else { return }
            values.append(value)
            if value > 0 { waiting.append(value - 1) }
        }
        #expect(end.failure == nil)
        #expect(values == Array((0...100).reversed()))
    }

    @Test func `a stopped server times out within the deadline`() throws {
        let server = try RedisServer()
        let connection = try connect(server, timeout: 500)
        server.pause()
        defer { server.resume() }
        let start = Date()
        let error = #expect(throws: RedisError.self) { try connection.call(Command("PING")) }
        let elapsed = Date().timeIntervalSince(start)
        #expect(
            error
                == .timeout(
                    .reply, address: server.socketPath, milliseconds: 500,
                    ExchangeProgress(accepted: 1, sent: 1, acknowledged: 0)))
        #expect(elapsed >= 0.5 && elapsed < 1.0)
        #expect(connection.isBroken)
    }

    @Test func `a late reply never answers the next command`() throws {
        let server = try RedisServer()
        let client = Client(target: try RedisURL.parse(server.url), timeout: 300)
        try client.call(Command("SET", key: key(1), "one")).ok()
        server.pause()
        #expect(throws: RedisError.self) { try client.call(Command("GET", key: key(1))) }
        server.resume()
        #expect(try client.call(Command("GET", key: key(2))) == .null)
    }

    @Test func `a server that sleeps longer than the deadline is not waited for`() throws {
        let server = try RedisServer()
        let connection = try connect(server, timeout: 300)
        let start = Date()
        #expect(throws: RedisError.self) { try connection.call(Command("DEBUG", "SLEEP", 2)) }
        #expect(Date().timeIntervalSince(start) < 0.8)
    }

    @Test func `the deadline is for each gap, not for all`() throws {
        var steps = [RawPeer.Step.expect(RawPeer.helloRequest), .text(RawPeer.hello)]
        for _ in 0..<6 { steps += [.pause(milliseconds: 150), .text("+PONG\r\n")] }
        let peer = try RawPeer(steps + [.silence])
        let connection = try Connection(to: RedisURL.parse(peer.url), timeout: 500)
        let start = Date()
        let replies = try connection.pipeline(Array(repeating: Command("PING"), count: 6))
        #expect(replies.count == 6)
        #expect(Date().timeIntervalSince(start) > 0.6)
    }

    @Test(arguments: ["kill -9", "CLIENT KILL"])
    func `a death in mid-stream tells acknowledged from unknown`(_ manner: String) throws {
        let server = try RedisServer(configuration: ["appendonly yes", "appendfsync no"])
        let (progress, uncertain) = try #require(
            try deathInMidStream(try connect(server), to: server, by: manner))
        #expect(uncertain == Set(progress.acknowledged..<progress.sent))
        #expect(progress.unknown <= 5000)
    }

    @Test func `a scan with an escaped pattern finds exactly its key`() throws {
        let server = try RedisServer()
        let client = Client(target: try RedisURL.parse(server.url))
        let names = ["*", "?", "[ab]*", "a*", "x\\*", "ab", "b", "^", "a-b", "[a-b]", ""]
        for name in names { try client.call(Command("SET", key: Array(name.utf8), "1")).ok() }
        for name in names {
            var found: Set<[UInt8]> = []
            var scan = client.scan(match: GlobPattern.escape(name.utf8), count: 3)
            while let page = try scan.nextPage() { found.formUnion(page) }
            #expect(found == [Array(name.utf8)])
        }
    }

    @Test func `a scan pages through everything of a type`() throws {
        let server = try RedisServer()
        let client = Client(target: try RedisURL.parse(server.url))
        try server.cli("DEBUG", "POPULATE", "5000")
        try server.cli("ZADD", "z", "1", "m")
        var keys: Set<[UInt8]> = []
        var pages = 0
        var scan = client.scan(count: 100)
        while let page = try scan.nextPage() {
            keys.formUnion(page)
            pages += 1
        }
        #expect(keys.count == 5001)
        #expect(pages > 10)
        var sets: [[UInt8]] = []
        var typed = client.scan(type: "zset")
        while let page = try typed.nextPage() { sets += page }
        #expect(sets == [[0x7a]])
    }

    @Test func `the client reconnects after its connection has died`() throws {
        let server = try RedisServer()
        let client = Client(target: try RedisURL.parse(server.url))
        #expect(try client.call(Command("PING")) == .status("PONG"))
        try server.restart()
        #expect(throws: RedisError.self) { try client.call(Command("PING")) }
        #expect(try client.call(Command("PING")) == .status("PONG"))
    }

    @Test func `server time is the server's`() throws {
        let server = try RedisServer()
        let time = try Client(target: RedisURL.parse(server.url)).serverTime()
        #expect(abs(Double(time.seconds) - Date().timeIntervalSince1970) < 5)
        #expect((0..<1_000_000).contains(time.microseconds))
    }

    @Test func `a trace shows commands and replies but no password`() throws {
        let server = try RedisServer(configuration: ["requirepass hunter2"])
        let url = server.url.replacingOccurrences(of: "://", with: "://:hunter2@")
        var lines: [String] = []
        let client = Client(target: try RedisURL.parse(url)) { lines.append("\($0)") }
        _ = try client.call(Command("GET", key: key(1)))
        _ = try client.pipeline([Command("AUTH", "hunter2")])
        #expect(lines.contains { $0.contains("connected") })
        #expect(lines.contains { $0.contains("GET") })
        #expect(lines.contains { $0.contains("null") })
        #expect(!lines.contains { $0.contains("hunter2") })
    }
}
