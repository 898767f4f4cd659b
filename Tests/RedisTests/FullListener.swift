import Foundation
import TestSupport

/// A listening socket whose queue is full and that nobody empties: to connect takes for ever.
final class FullListener {
    let url: String
    private let directory: TemporaryDirectory
    private var descriptors: [CInt] = []

    init(_ kind: RedisServer.Listener) throws {
        directory = try TemporaryDirectory()
        let isUnix = kind == .unixSocket
        let family = isUnix ? AF_UNIX : AF_INET
        var bytes: [UInt8]
        if isUnix {
            let path = directory.file("full.sock")
            bytes = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + Array(path.utf8) + [0]
            url = "unix://\(path)"
        } else {
            let port = try RedisServer.freePort()
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            address.sin_port = UInt16(port).bigEndian
            bytes = withUnsafeBytes(of: address) { Array($0) }
            url = "redis://127.0.0.1:\(port)"
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        for index in 0..<6 {
            let descriptor = socket(family, type, 0)
            descriptors.append(descriptor)
            bytes.withUnsafeBytes { content in
                content.withMemoryRebound(to: sockaddr.self) { address in
                    let size = socklen_t(content.count)
                    if index == 0 {
                        _ = bind(descriptor, address.baseAddress, size)
                        _ = listen(descriptor, 0)
                    } else {
                        _ = connect(descriptor, address.baseAddress, size)
                    }
                }
            }
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
