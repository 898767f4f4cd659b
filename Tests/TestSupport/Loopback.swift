import Foundation

/// Sockets on the loopback, for proxies and for peers that are no Redis.
package enum Loopback {
    /// A listener on a free port.
    package static func listen() throws -> (descriptor: CInt, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && Foundation.listen(listener, 64) == 0
                    ? getsockname(listener, $0, &size) : -1
            }
        }
        guard status == 0 else { throw TestSupportError("no listener: \(errno)") }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Waits for the next connection to `listener`; nil once the listener was shut down.
    package static func accept(_ listener: CInt) -> CInt? {
        let client = Foundation.accept(listener, nil, nil)
        guard client >= 0 else { return nil }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        return client
    }

    /// Connects to a port; nil if no process listens there.
    package static func dial(_ port: Int) -> CInt? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = address(port: UInt16(port))
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// Ends a connection. To close the descriptor is not enough: a child of another test may have
    /// inherited a copy of it before it was marked close-on-exec.
    package static func end(_ descriptor: CInt) {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Sends all bytes of a sequence; false if the peer has closed the connection.
    package static func send(_ bytes: some Sequence<UInt8>, to sink: CInt) -> Bool {
        Array(bytes).withUnsafeBytes { send($0, to: sink) }
    }

    /// Sends all bytes of a buffer; false if the peer has closed the connection.
    static func send(_ bytes: UnsafeRawBufferPointer, to sink: CInt) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let part = Foundation.send(
                sink, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
                Int32(MSG_NOSIGNAL))
            if part <= 0 { return false }
            sent += part
        }
        return true
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
