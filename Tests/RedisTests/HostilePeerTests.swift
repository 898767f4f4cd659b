import Foundation
import TestSupport
import Testing

@testable import Redis

@Suite struct HostilePeerTests {
    static let strangers: [(String, RedisError.Peer)] = [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", .http),
        ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{a}", .tls),
        ("%3\r\n+server\r\n", .resp3),
        ("SSH-2.0-x\r\n", .unknown(UInt8(ascii: "S"))),
        ("*x\r\n", .malformed),
    ]

    @Test(arguments: strangers)
    func `a peer that is no Redis is told by its first bytes`(
        _ text: String, _ wanted: RedisError.Peer
    ) throws {
        let peer = try RawPeer([.text(text), .silence])
        guard case .protocolError(let got, _, _) = try peer.failure() else {
            Issue.record("another error")
            return
        }
        #expect(got == wanted)
    }

    @Test func `an answer that is no HELLO is refused`() throws {
        let peer = try RawPeer([.text("*0\r\n"), .silence])
        #expect(
            try peer.failure()
                == .unexpectedReply(expected: "a valid reply to HELLO", got: "an array of 0"))
    }

    @Test func `silence ends with the deadline`() throws {
        let peer = try RawPeer([.silence])
        let start = Date()
        let error = try peer.failure()
        let elapsed = Date().timeIntervalSince(start)
        guard case .timeout(.handshake, _, 300, let progress) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(progress.stage == .plainGreeting)
        #expect(progress.unknown == 1)
        #expect(elapsed >= 0.3 && elapsed < 0.8)
    }

    @Test func `bytes that trickle are no progress`() throws {
        let peer = try RawPeer([.text(RawPeer.hello), .text("+"), .trickle(0x61, milliseconds: 20)])
        let start = Date()
        guard case .timeout(.reply, _, _, _) = try peer.failure() else {
            Issue.record("not a time-out")
            return
        }
        #expect(Date().timeIntervalSince(start) < 0.8)
    }

    @Test func `a hang-up at any byte of a reply is reported as unknown outcome`() throws {
        let reply = Array("*2\r\n$3\r\nabc\r\n:1\r\n".utf8)
        for length in 0..<reply.count {
            let get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".utf8.count
            let peer = try RawPeer([
                .expect(RawPeer.helloRequest), .text(RawPeer.hello),
                .expect(RawPeer.helloRequest + get), .send(Array(reply[..<length])),
            ])
            // Long enough for a peer that has to wait for a processor.
            let error = try peer.failure(timeout: 5000)
            guard case .closed(_, _, let progress) = error else {
                Issue.record("\(length): \(error)")
                continue
            }
            #expect(progress == ExchangeProgress(accepted: 1, sent: 1, acknowledged: 0))
            #expect(error.mayHaveExecuted)
        }
    }

    /// What was answered was sent, although not all of it had been written.
    @Test func `an answer to half a command and a hang-up leave nothing unknown`() throws {
        let peer = try RawPeer([
            .expect(RawPeer.helloRequest), .text(RawPeer.hello),
            .expect(RawPeer.helloRequest + 1000), .text("+OK\r\n"),
            // Bytes that the peer has not read end the connection with a reset, which would overtake
            // an answer that is not read yet.
            .pause(milliseconds: 2000),
        ])
        let connection = try Connection(to: try RedisURL.parse(peer.url), timeout: 5000)
        // More than the sockets take, so that not even the first command is written whole.
        let value = [UInt8](repeating: 0x61, count: 16 << 20)
        let commands = (0..<2).map { _ in Command("SET", key: [0x6b], .bytes(value)) }
        let exchange = connection.collect(commands)
        #expect(exchange.replies[0] == .status("OK") && exchange.replies[1] == nil)
        #expect(exchange.uncertain.isEmpty)
        guard case .closed(_, _, let progress)? = exchange.failure else {
            Issue.record("\(String(describing: exchange.failure))")
            return
        }
        #expect(progress.acknowledged == 1 && progress.sent == 1 && progress.unknown == 0)
    }

    @Test func `an endless array is refused`() throws {
        let peer = try RawPeer([
            .text(RawPeer.hello), .text("*4000000\r\n"),
            .sendForEver(
                Array(
                    repeatElement(Array("$20\r\nabcdefghijklmnopqrst\r\n".utf8), count: 1000)
                        .joined())),
        ])
        guard case .replyTooLarge(let limit, _) = try peer.failure(timeout: 5000) else {
            Issue.record("not refused")
            return
        }
        #expect(limit == 64 << 20)
    }

    @Test func `a huge announced array costs nothing`() throws {
        let peer = try RawPeer([.text(RawPeer.hello), .text("*2000000000\r\n"), .silence])
        guard case .replyTooLarge = try peer.failure() else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `a reply that nobody asked for is refused`() throws {
        let peer = try RawPeer([.text(RawPeer.hello + "+OK\r\n+OK\r\n"), .silence])
        guard case .protocolError(.malformed, _, _) = try peer.failure() else {
            Issue.record("believed")
            return
        }
    }

    @Test func `a connection that failed is never used again`() throws {
        let peer = try RawPeer([
            .expect(RawPeer.helloRequest), .text(RawPeer.hello), .silence,
        ])
        let connection = try Connection(to: RedisURL.parse(peer.url), timeout: 100)
        #expect(throws: RedisError.self) { try connection.call(Command("GET", key: [1])) }
        #expect(connection.isBroken)
        let error = #expect(throws: RedisError.self) { try connection.call(Command("PING")) }
        guard case .closed(_, _, let progress)? = error else {
            Issue.record("another error")
            return
        }
        #expect(progress.sent == 0)
    }

    @Test func `a peer that does not read is not waited for beyond the deadline`() throws {
        let peer = try RawPeer([
            .expect(RawPeer.helloRequest), .text(RawPeer.hello), .trickle(0x2b, milliseconds: 5000),
        ])
        let connection = try Connection(to: RedisURL.parse(peer.url), timeout: 300)
        let value = [UInt8](repeating: 0x78, count: 32 << 20)
        let error = #expect(throws: RedisError.self) {
            try connection.call(Command("SET", key: [1], .bytes(value)))
        }
        guard case .timeout(.reply, _, _, let progress)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Half a command was written: the server cannot have run it.
        #expect(progress == ExchangeProgress(accepted: 1, sent: 0, acknowledged: 0))
        #expect(error?.mayHaveExecuted == false)
    }
}
