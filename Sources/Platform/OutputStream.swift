internal import Glibc

/// Output that could not be written: a full disk, a closed pipe.
package struct OutputError: Error, Equatable, Sendable {
    package let cause: SystemError

    /// Whether the reader has gone away, which ends the program as SIGPIPE would.
    package var isBrokenPipe: Bool { cause == .brokenPipe }
}

/// A buffered, checked writer: nothing counts as written before `flush` has returned.
package final class OutputStream {
    private enum Target {
        case borrowed(CInt)
        case memory
    }

    private let target: Target
    private let isExpendable: Bool
    private var buffer: [UInt8] = []

    /// Writes to `descriptor`, which stays the caller's to close. What cannot be written to an
    /// `expendable` stream is dropped: a full disk under the diagnostics must not stop the work.
    package init(borrowing descriptor: CInt, expendable: Bool = false) {
        target = .borrowed(descriptor)
        isExpendable = expendable
    }

    /// Keeps everything in memory; see `contents`.
    package init() {
        target = .memory
        isExpendable = false
    }

    /// What a stream in memory has taken so far.
    package var contents: [UInt8] { buffer }

    /// Whether a person looks at the other end.
    package var isTerminal: Bool {
        if case .borrowed(let descriptor) = target { return isatty(descriptor) == 1 }
        return false
    }

    package func write(_ text: String) throws(OutputError) {
        buffer.append(contentsOf: text.utf8)
        try drainIfLarge()
    }

    /// The usual case of the next one, which is not specialized for it in another module.
    package func write(_ bytes: [UInt8]) throws(OutputError) {
        buffer.append(contentsOf: bytes)
        try drainIfLarge()
    }

    package func write(_ bytes: some Collection<UInt8>) throws(OutputError) {
        buffer.append(contentsOf: bytes)
        try drainIfLarge()
    }

    /// Hands everything to the system.
    package func flush() throws(OutputError) {
        guard case .borrowed(let descriptor) = target, !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        var done = 0
        while done < buffer.count {
            let wrote = unsafe buffer.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return retryingOnInterrupt {
                    unsafe Glibc.write(descriptor, base + done, bytes.count - done)
                }
            }
            if wrote >= 0 {
                done += wrote
            } else if errno == EAGAIN {
                // Somebody made a shared terminal or pipe non-blocking: wait for room.
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&poller, 1, -1)
            } else if isExpendable {
                return
            } else {
                throw OutputError(cause: SystemError.last)
            }
        }
    }

    private func drainIfLarge() throws(OutputError) {
        if buffer.count >= 64 * 1024 { try flush() }
    }
}
