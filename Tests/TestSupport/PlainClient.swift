import Foundation

/// A connection to a server's unix socket, for questions of the tests themselves.
///
/// It shares no code with the tool. redis-cli would need a process for each of the many thousand
/// questions of a run.
struct PlainClient: ~Copyable {
    private let descriptor: CInt
    private var pending: [UInt8] = []
    private var position = 0

    /// Connects to `path`; nil if no server listens there. `timeout` is the limit for each answer,
    /// in seconds.
    init?(_ path: String, timeout: Int) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_un>.size)
        withUnsafeBytes(of: sa_family_t(AF_UNIX)) { address.replaceSubrange(0..<2, with: $0) }
        address.replaceSubrange(2..<(2 + path.utf8.count), with: path.utf8)
        let status = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard status == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Sends PING and returns the first bytes of the answer, nil if there is none.
    mutating func ping() -> String? {
        guard send(["PING"]), fill() else { return nil }
        return String(decoding: pending, as: UTF8.self)
    }

    /// Runs a command and returns what redis-cli prints into a pipe, without the last newline; an
    /// empty text if the connection ends instead. Throws after the time-out.
    mutating func call(_ arguments: [String]) throws -> String {
        var output: [UInt8] = []
        guard send(arguments) else { return "" }
        do throws(Ending) {
            try readReply(into: &output)
        } catch .closed {
            return ""
        } catch .timedOut {
            throw TestSupportError("no answer to \(arguments)")
        }
        return String(decoding: output, as: UTF8.self)
    }

    private enum Ending: Error {
        case closed, timedOut
    }

    private func send(_ arguments: [String]) -> Bool {
        var bytes = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            bytes += Array("$\(argument.utf8.count)\r\n\(argument)\r\n".utf8)
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Appends a reply as redis-cli prints it: each part of an array on a line of its own, nothing
    /// for nil, and an empty line after an error.
    private mutating func readReply(into output: inout [UInt8]) throws(Ending) {
        let line = try readLine()
        let rest = line.dropFirst()
        let number = Int(String(decoding: rest, as: UTF8.self)) ?? 0
        switch line.first {
        case UInt8(ascii: "-"): output += rest + [UInt8(ascii: "\n")]
        case UInt8(ascii: "$"):
            guard number >= 0 else { return }
            while pending.count - position < number + 2 { try more() }
            output += pending[position..<(position + number)]
            position += number + 2
        case UInt8(ascii: "*"):
            for index in 0..<max(number, 0) {
                if index > 0 { output.append(UInt8(ascii: "\n")) }
                try readReply(into: &output)
            }
        default: output += rest
        }
    }

    /// Reads a line and returns it without its CRLF.
    private mutating func readLine() throws(Ending) -> [UInt8] {
        while true {
            if let end = pending[position...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                return Array(pending[position..<(end - 1)])
            }
            try more()
        }
    }

    private mutating func more() throws(Ending) {
        guard fill() else { throw errno == EAGAIN ? .timedOut : .closed }
    }

    /// Reads the bytes that have arrived; false after an error, and with `errno` 0 at the end.
    private mutating func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        errno = 0
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { pending += buffer[..<count] }
        return count > 0
    }
}
