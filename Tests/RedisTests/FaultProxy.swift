import Foundation
import TestSupport

/// A proxy on a loopback port that breaks what the server says at one byte. It serves one
/// connection.
final class FaultProxy: Sendable {
    enum Fault: String, CaseIterable, Sendable {
        /// Both directions end.
        case close
        /// What the server says ends; what it is told does not.
        case halfClose
        /// Nothing more comes.
        case stall
        /// Something else comes.
        case garbage
    }

    let port: Int

    /// Passes `count` bytes of the server at `target` on before `fault`.
    init(to target: Int, fault: Fault, after count: Int) throws {
        signal(SIGPIPE, SIG_IGN)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0
                    ? getsockname(listener, $0, &size) : -1
            }
        }
        guard status == 0 else { throw TestSupportError("no listener: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            let client = accept(listener, nil, nil)
            close(listener)
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = Self.loopback(port: UInt16(target))
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if connected == 0 { Self.carry(client, server, fault, after: count) }
            close(client)
            close(server)
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func carry(_ client: CInt, _ server: CInt, _ fault: Fault, after count: Int) {
        var left = count
        var isMuted = false
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var polls = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, 2, 30_000) > 0 else { return }
            if polls[0].revents != 0 {
                let got = recv(client, &buffer, buffer.count, 0)
                if got <= 0 || send(server, buffer, got, Int32(MSG_NOSIGNAL)) != got { return }
            }
            guard polls[1].revents != 0 else { continue }
            var got = recv(server, &buffer, buffer.count, 0)
            if got <= 0 { return }
            if isMuted { continue }
            let whole = min(got, left)
            left -= whole
            if left == 0 {
                switch fault {
                case .close: got = whole
                case .halfClose, .stall:
                    got = whole
                    isMuted = true
                case .garbage: for index in whole..<got { buffer[index] ^= 0x5a }
                }
            }
            if send(client, buffer, got, Int32(MSG_NOSIGNAL)) != got { return }
            if left == 0, fault == .close { return }
            if left == 0, fault == .halfClose { shutdown(client, Int32(SHUT_WR)) }
        }
    }
}
