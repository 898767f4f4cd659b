import Foundation
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import Redis

/// TLS with peers that speak something else, say nothing, or break off.
@Suite(.redis) struct TLSPeerTests {
    private func failure(port: Int, host: String = "127.0.0.1", timeout: Int = 300) -> RedisError? {
        let target = RedisTarget(
            endpoint: .tcp(host: host, port: UInt16(port)), tls: TLSSettings())
        do throws(RedisError) {
            _ = try Connection(to: target, timeout: timeout)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        RawPeer.Step.text("-ERR unknown command\r\n"),
        .text("HTTP/1.1 400 Bad Request\r\n\r\n"), .text("SSH-2.0-OpenSSH_9.2\r\n"),
        .send([UInt8](repeating: 0, count: 64)), .send([UInt8](repeating: 0xff, count: 64)),
        .sendForEver([0x41]),
    ])
    func `what does not speak TLS is told`(_ step: RawPeer.Step) throws {
        let peer = try RawPeer([step, .silence])
        let error = failure(port: peer.port)
        #expect(error == .tls(.notTLS, address: "127.0.0.1:\(peer.port)", ExchangeProgress()))
    }

    @Test(arguments: [[], [RawPeer.Step.send([0x16, 0x03, 0x03, 0x00, 0x7a, 0x02])]])
    func `a peer that hangs up in the handshake is told`(_ steps: [RawPeer.Step]) throws {
        let peer = try RawPeer([.expect(100)] + steps)
        guard case .closed(_, _, let progress)? = failure(port: peer.port) else {
            Issue.record("another error")
            return
        }
        #expect(progress.stage == .secureHandshake)
    }

    @Test(arguments: [
        [RawPeer.Step.silence], [.send([0x16, 0x03, 0x03, 0x00, 0x7a]), .silence],
        [.send([0x16, 0x03, 0x03, 0x3f, 0xff]), .trickle(0x02, milliseconds: 20)],
    ])
    func `a handshake that stalls ends with the deadline`(_ steps: [RawPeer.Step]) throws {
        let peer = try RawPeer(steps)
        let start = Date()
        let error = failure(port: peer.port)
        let elapsed = Date().timeIntervalSince(start)
        #expect(
            error
                == .timeout(
                    .tls, address: "127.0.0.1:\(peer.port)", milliseconds: 300, ExchangeProgress()))
        #expect(elapsed >= 0.3 && elapsed < 0.8)
    }

    @Test func `a plain Redis stalls and a TLS port hangs up on plain text`() throws {
        let plain = try RedisServer(.tcp)
        switch failure(port: plain.port) {
        case .timeout(.tls, _, _, _), .tls(.notTLS, _, _): break
        case let error: Issue.record("\(String(describing: error))")
        }
        let secure = try TLSRedisServer()
        let target = RedisTarget(endpoint: .tcp(host: "127.0.0.1", port: UInt16(secure.port)))
        let error = #expect(throws: RedisError.self) { try Connection(to: target) }
        switch error {
        case .closed(_, _, let progress)?: #expect(progress.stage == .plainGreeting)
        case .protocolError(.tls, _, _)?: break
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test func `names are told to the server, addresses are not`() throws {
        for (host, isTold) in [("localhost", true), ("127.0.0.1", false)] {
            let listener = try Listener()
            _ = failure(port: listener.port, host: host)
            let hello = listener.firstBytes()
            #expect(hello.first == 0x16)
            let needle = Data(host.utf8)
            #expect((Data(hello).range(of: needle) != nil) == isTold, "\(host)")
        }
    }

    /// Takes one connection and keeps what arrives first.
    private final class Listener {
        let port: Int
        private let socket: CInt

        init() throws {
            (socket, port) = try Loopback.listen()
        }

        deinit { close(socket) }

        func firstBytes() -> [UInt8] {
            guard let peer = Loopback.accept(socket) else { return [] }
            defer { Loopback.end(peer) }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(peer, &buffer, buffer.count, 0)
            return Array(buffer[..<max(count, 0)])
        }
    }
}
