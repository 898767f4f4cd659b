import Glibc
import Platform

/// Both ends of a pipe; each is closed with its owner.
final class Pipe {
    let reader: CInt
    private(set) var writer: CInt

    init() {
        var ends: [CInt] = [-1, -1]
        precondition(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        closeWriter()
    }

    func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }

    /// Writes what fits into a pipe at once.
    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        precondition(bytes.count <= 65_536 && write(writer, bytes, bytes.count) == bytes.count)
    }
}

/// A file that goes away with its owner.
final class TestFile {
    let path: String

    init(_ content: [UInt8]) {
        var template = Array("/tmp/jwtctl-platform-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        precondition(descriptor >= 0)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var done = 0
        while done < content.count {
            let count = content[done...].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            precondition(count > 0)
            done += count
        }
        close(descriptor)
    }

    deinit {
        unlink(path)
    }
}
