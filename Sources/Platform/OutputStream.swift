internal import Glibc

/// Output that could not be written, because of a full disk or a closed pipe.
package struct OutputError: Error, Equatable, Sendable {
    package let cause: SystemError

    /// Whether the reader is gone. The program then ends as SIGPIPE would end it.
    package var isBrokenPipe: Bool { cause == .brokenPipe }
}

/// A buffered writer that reports errors. Nothing counts as written before `flush` has returned.
package final class OutputStream {
    /// The descriptor that is written; nil for a stream in memory.
    private let descriptor: CInt?
    private let failurePolicy: FailurePolicy
    private var buffer: [UInt8] = []
    /// Called before bytes are written to the descriptor, and not for a stream in memory: what
    /// another stream shows on the same terminal has to make room for them.
    package var beforeWriting: (() -> Void)?

    /// The treatment of bytes that cannot be written.
    package enum FailurePolicy: Sendable {
        /// `flush` throws.
        case report
        /// They are dropped silently. For diagnostics: a full disk there must not stop the work.
        case drop
    }

    /// Writes to `descriptor`, which the caller closes.
    package init(borrowing descriptor: CInt, onFailure policy: FailurePolicy = .report) {
        self.descriptor = descriptor
        failurePolicy = policy
    }

    /// Keeps everything in memory; see `contents`.
    package init() {
        descriptor = nil
        failurePolicy = .report
    }

    /// The bytes that were written to a stream in memory.
    package var contents: [UInt8] { buffer }

    /// Whether the output is a terminal.
    package var isTerminal: Bool { descriptor.map { isatty($0) == 1 } ?? false }

    /// The number of columns of the terminal; nil if the output is none, or does not say.
    package var columns: Int? { descriptor.flatMap { Terminal.columns(of: $0) } }

    package func write(_ text: String) throws(OutputError) {
        buffer.append(contentsOf: text.utf8)
        try drainIfLarge()
    }

    /// Writes an array. The generic overload below does the same, but is not specialized for arrays
    /// in other modules.
    package func write(_ bytes: [UInt8]) throws(OutputError) {
        buffer.append(contentsOf: bytes)
        try drainIfLarge()
    }

    package func write(_ bytes: some Collection<UInt8>) throws(OutputError) {
        buffer.append(contentsOf: bytes)
        try drainIfLarge()
    }

    /// Writes the buffer to the system. After an error its content is lost.
    package func flush() throws(OutputError) {
        guard let descriptor, !buffer.isEmpty else { return }
        beforeWriting?()
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
                // Another program made a shared terminal or pipe non-blocking: wait for room.
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&poller, 1, -1)
            } else if failurePolicy == .drop {
                return
            } else {
                throw OutputError(cause: SystemError.last)
            }
        }
    }

    /// Flushes a buffer of 64 KiB or more.
    private func drainIfLarge() throws(OutputError) {
        if buffer.count >= 64 * 1024 { try flush() }
    }
}
