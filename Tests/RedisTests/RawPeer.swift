import Foundation
import Redis
import TestSupport

/// A peer on a loopback port that says what a Redis never would. It serves one connection.
final class RawPeer: Sendable {
    enum Step: Sendable {
        case send([UInt8])
        /// Sends the same again and again until the other side hangs up.
        case sendForEver([UInt8])
        /// Sends one byte about every `milliseconds` until the other side hangs up.
        case trickle(UInt8, milliseconds: UInt32)
        case pause(milliseconds: UInt32)
        /// Waits until this many bytes have been received in all.
        case expect(Int)
        /// Holds the connection open until the other side hangs up.
        case silence

        static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    let port: Int
    var url: String { "redis://127.0.0.1:\(port)" }

    /// The answer to HELLO of an ordinary server.
    static let hello =
        "*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n"
        + "$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n"
        + "$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
    /// The bytes of our HELLO without a password.
    static let helloRequest = "*4\r\n$5\r\nHELLO\r\n$1\r\n2\r\n$7\r\nSETNAME\r\n$6\r\njwtctl\r\n"
        .utf8.count

    init(_ steps: [Step]) throws {
        signal(SIGPIPE, SIG_IGN)
        let (listener, port) = try Loopback.listen()
        self.port = port
        Thread.detachNewThread {
            defer { close(listener) }
            guard let peer = Loopback.accept(listener) else { return }
            var received = 0
            for step in steps { Self.run(step, on: peer, received: &received) }
            Loopback.end(peer)
        }
    }

    /// The error of connecting to the peer and asking it for a key.
    func failure(timeout: Int = 300) throws -> RedisError {
        let target = try RedisURL.parse(url)
        do {
            _ = try Connection(to: target, timeout: timeout).call(Command("GET", key: [0x6b]))
        } catch {
            return error
        }
        throw TestSupportError("the peer was believed")
    }

    private static func run(_ step: Step, on peer: CInt, received: inout Int) {
        switch step {
        case .send(let bytes): _ = Loopback.send(bytes, to: peer)
        case .sendForEver(let bytes): while Loopback.send(bytes, to: peer) {}
        case .trickle(let byte, let milliseconds):
            while Loopback.send([byte], to: peer) { usleep(milliseconds * 1000) }
        case .expect(let count):
            while received < count, let more = receive(on: peer) { received += more }
        case .pause(let milliseconds): usleep(milliseconds * 1000)
        case .silence: while receive(on: peer) != nil {}
        }
    }

    private static func receive(on peer: CInt) -> Int? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(peer, &buffer, buffer.count, 0)
        return count > 0 ? count : nil
    }
}
