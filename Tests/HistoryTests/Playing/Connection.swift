import Foundation
import TestSupport

/// One connection to a Redis, that waits for each reply. It shares nothing with the tool.
final class Connection {
    enum Address: Hashable, Sendable {
        case socket(String)
        /// Of the loopback.
        case port(Int)
    }

    indirect enum Reply {
        case text(String)
        case failure(String)
        case number(Int)
        case absent
        case list([Reply])
    }

    private let descriptor: CInt
    private var pending: [UInt8] = []
    private var place = 0

    init(_ address: Address) throws {
        signal(SIGPIPE, SIG_IGN)
        let family = if case .socket = address { AF_UNIX } else { AF_INET }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(family, kind, 0)
        var bytes: [UInt8]
        switch address {
        case .socket(let path):
            bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_un>.size)
            bytes.replaceSubrange(2..<2 + path.utf8.count, with: path.utf8)
        case .port(let port):
            bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_in>.size)
            bytes.replaceSubrange(
                2..<8, with: [UInt8(port >> 8), UInt8(port & 0xff), 127, 0, 0, 1])
        }
        withUnsafeBytes(of: sa_family_t(family)) { bytes.replaceSubrange(0..<2, with: $0) }
        let status = bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) {
                connect(descriptor, $0.baseAddress, socklen_t(raw.count))
            }
        }
        // All is set by now: what throws here is closed by `deinit`.
        guard status == 0 else {
            throw TestSupportError("cannot connect to \(address): \(errno)")
        }
    }

    deinit { close(descriptor) }

    func ask(_ words: [String]) throws -> Reply {
        let text =
            "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        guard send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else {
            throw TestSupportError("the connection is gone")
        }
        return try reply()
    }

    private func reply() throws -> Reply {
        let line = try line()
        let rest = String(line.dropFirst())
        switch line.first {
        case "+": return .text(rest)
        case "-": return .failure(rest)
        case ":": return .number(Int(rest) ?? 0)
        case "$":
            guard let count = Int(rest), count >= 0 else { return .absent }
            while pending.count - place < count + 2 { try fill() }
            defer { place += count + 2 }
            return .text(String(decoding: pending[place..<place + count], as: UTF8.self))
        case "*":
            let count = Int(rest) ?? 0
            return .list(try (0..<max(count, 0)).map { _ in try reply() })
        default: throw TestSupportError("no reply: \(line)")
        }
    }

    private func line() throws -> String {
        while true {
            if let end = pending[place...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { place = end + 1 }
                return String(decoding: pending[place..<end - 1], as: UTF8.self)
            }
            try fill()
        }
    }

    private func fill() throws {
        if place > 1 << 16 {
            pending.removeFirst(place)
            place = 0
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw TestSupportError("the connection ended") }
        pending += buffer[..<count]
    }
}
