import Foundation
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import Redis

/// Many bytes over TLS, and connections that break while they pass.
@Suite(.redis) struct TLSStreamTests {
    private func connect(
        _ server: TLSRedisServer, port: Int? = nil, timeout: Int = 5000
    ) throws -> Connection {
        var target = try RedisURL.parse(server.url())
        if let port { target = target.node(.tcp(host: "localhost", port: UInt16(port))) }
        target.tls?.authorities = [Array(server.authority.certificate.utf8)]
        return try Connection(to: target, timeout: timeout)
    }

    private func key(_ number: Int) -> [UInt8] { Array("k:\(number)".utf8) }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `100,000 commands stream in order`(_ version: String) throws {
        let server = try TLSRedisServer(protocols: version)
        let connection = try connect(server)
        let total = 100_000
        let padding = String(repeating: "x", count: 100)
        var taken = 0
        var answered = 0
        var mixedUp: [Int] = []
        let end = connection.stream {
            guard taken < total else { return nil }
            taken += 1
            return Command("ECHO", .text("\(taken - 1) \(padding)"))
        } onReply: { index, reply in
            if reply != .string(Array("\(answered) \(padding)".utf8)) { mixedUp.append(index) }
            answered += 1
        }
        #expect(end.failure == nil)
        #expect(answered == total)
        #expect(mixedUp.isEmpty)
    }

    /// Far more than a socket's buffers and a record of TLS hold: writes are taken in parts and
    /// repeated from a buffer that has moved.
    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `a reply and a command of 20 MB pass`(_ version: String) throws {
        let server = try TLSRedisServer(protocols: version)
        let connection = try connect(server)
        let part = (0..<(64 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var value: [UInt8] = []
        while value.count < 20 << 20 { value += part }
        try connection.call(Command("SET", key: key(1), .bytes(value))).ok()
        #expect(try connection.call(Command("GET", key: key(1))).bytes() == value)
    }

    /// One record holds the whole answer: after its first byte `poll` has nothing more to tell.
    @Test func `what is decrypted already is not waited for`() throws {
        let server = try TLSRedisServer()
        let transport = try Transport.connect(
            to: .tcp(host: "localhost", port: UInt16(server.port)),
            tls: TLSSettings(authorities: [Array(server.authority.certificate.utf8)]),
            milliseconds: 5000)
        let request = Array("PING\r\n".utf8)
        guard case .bytes(request.count) = request.withUnsafeBytes({ transport.write($0) }) else {
            Issue.record("not written")
            return
        }
        let start = Date()
        var answer: [UInt8] = []
        while answer.count < 7, Date().timeIntervalSince(start) < 5 {
            guard try transport.wait(wantsToWrite: false, milliseconds: 1000).read else { continue }
            var byte: UInt8 = 0
            let outcome = withUnsafeMutableBytes(of: &byte) { transport.read(into: $0) }
            if case .bytes(1) = outcome { answer.append(byte) }
        }
        #expect(answer == Array("+PONG\r\n".utf8))
        #expect(Date().timeIntervalSince(start) < 0.9)
    }

    @Test(arguments: ["kill -9", "CLIENT KILL"])
    func `a death in mid-stream tells acknowledged from unknown`(_ manner: String) throws {
        let server = try TLSRedisServer(configuration: ["appendonly yes", "appendfsync no"])
        _ = try #require(
            try deathInMidStream(try connect(server), to: server.redis, by: manner))
    }

    @Test func `a stopped server times out within the deadline`() throws {
        let server = try TLSRedisServer()
        let connection = try connect(server, timeout: 500)
        server.redis.pause()
        defer { server.redis.resume() }
        let start = Date()
        let error = #expect(throws: RedisError.self) { try connection.call(Command("PING")) }
        let elapsed = Date().timeIntervalSince(start)
        guard case .timeout(.reply, _, 500, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(elapsed >= 0.5 && elapsed < 1)
    }

    /// Wherever the line breaks, in the handshake or after it, a command either succeeds and has
    /// its effect, or fails in time as the connection's error.
    @Test(arguments: FaultProxy.Fault.allCases)
    func `a line that breaks at any place is an error`(_ fault: FaultProxy.Fault) throws {
        let server = try TLSRedisServer()
        var successes = 0
        var failures = 0
        for count in stride(from: 0, to: 2600, by: fault == .stall ? 173 : 37) {
            let proxy = try FaultProxy(to: server.port, fault: fault, after: count)
            let start = Date()
            do {
                let connection = try connect(server, port: proxy.port, timeout: 200)
                let reply = try connection.call(Command("SET", key: key(count), "1"))
                #expect(reply == .status("OK"))
                #expect(try server.redis.cli("EXISTS", "k:\(count)") == "1")
                successes += 1
            } catch let error as RedisError {
                failures += 1
                switch error {
                case .tls, .timeout, .closed: break
                default: Issue.record("\(count): \(error)")
                }
            }
            #expect(Date().timeIntervalSince(start) < 0.9, "\(count)")
        }
        #expect(successes > 0)
        #expect(failures > 0)
    }
}
