internal import Glibc

/// Why input cannot be used.
package enum InputError: Error, Equatable, Sendable {
    case system(SystemError)
    /// There are more than `limit` bytes.
    case tooLarge(limit: Int)
    /// Nothing arrived within the time that the caller allowed.
    case timedOut
    /// The text is UTF-16, which some editors and shells of Windows write.
    case utf16
}

/// Bytes from a descriptor, or from memory in tests, read in blocks.
package final class InputStream {
    /// The descriptor that is read; nil for bytes in memory.
    private let descriptor: CInt?
    /// Bytes that were read; those before `position` are consumed.
    private var buffer: [UInt8]
    /// The buffer for system calls.
    private lazy var block = [UInt8](repeating: 0, count: Self.blockSize)
    private var position = 0
    /// The number of bytes that were consumed and are not in the buffer any more.
    private var droppedCount = 0
    private var reachedEnd = false
    /// Whether a caller has taken the input for itself.
    private var isTaken = false
    /// Whether `skipByteOrderMark` has examined the first bytes.
    private var isBegun = false
    /// Whether a carriage return ends a line, as in files of old editors. Off if each line gets an
    /// answer: one who writes a single token could otherwise add answers for others.
    package var endsLinesAtCarriageReturn = false

    /// Reads from `descriptor`, which the caller closes.
    package init(borrowing descriptor: CInt) {
        self.descriptor = descriptor
        buffer = []
    }

    /// Reads `bytes`, then the end.
    package init(bytes: [UInt8]) {
        descriptor = nil
        buffer = bytes
        reachedEnd = true
    }

    /// Whether the input is a terminal.
    package var isTerminal: Bool { descriptor.map { isatty($0) == 1 } ?? false }

    /// The number of bytes that were consumed. Bytes that are read ahead do not count.
    package var consumedCount: Int { droppedCount + position }

    /// Whether the caller is the first to claim the whole of this input. Two options must not both
    /// read standard input.
    package func take() -> Bool {
        defer { isTaken = true }
        return !isTaken
    }

    /// Everything up to the end, but at most `limit + 1` bytes. The caller recognizes a text that
    /// is too long by the extra byte.
    package func readPrefix(limit: Int) throws(InputError) -> [UInt8] {
        while !reachedEnd, buffer.count - position <= limit {
            try fill(atMost: limit + 1 - (buffer.count - position))
        }
        defer { consume(through: buffer.count) }
        return Array(buffer[position...].prefix(limit + 1))
    }

    /// Skips the byte order mark with which some programs begin a text, and throws for UTF-16. It
    /// is for text that people write, and must be called before anything is read.
    package func skipByteOrderMark() throws(InputError) {
        guard !isBegun else { return }
        isBegun = true
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        while !reachedEnd,
            buffer.count < 2 || mark.starts(with: buffer) && buffer.count < 3
                || buffer.count < 4 && buffer.contains(0)
        {
            try fill(atMost: Self.blockSize)
        }
        if buffer.starts(with: mark) { return consume(through: mark.count) }
        if Self.isUTF16(buffer) { throw .utf16 }
    }

    /// Whether a text begins with the byte order mark of UTF-16, or with ASCII letters in UTF-16.
    package static func isUTF16(_ text: [UInt8]) -> Bool {
        let first = Array(text.prefix(4))
        if first.starts(with: [0xFE, 0xFF]) || first.starts(with: [0xFF, 0xFE]) { return true }
        func areLetters(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { (1..<0x80).contains($0) } }
        guard first.count == 4 else { return false }
        let (even, odd) = ([first[0], first[2]], [first[1], first[3]])
        return even == [0, 0] && areLetters(odd) || odd == [0, 0] && areLetters(even)
    }

    /// One line of input.
    package enum Line: Equatable, Sendable {
        /// The bytes without the final LF or CRLF.
        case text([UInt8])
        /// A line above the limit, which was skipped.
        case tooLong
    }

    /// Whether a line is within the limit.
    package enum LineLength: Sendable {
        case whole, tooLong
    }

    /// The next line of at most `limit` bytes; nil at the end of the input.
    package func readLine(limit: Int) throws(InputError) -> Line? {
        var bytes: [UInt8] = []
        switch try appendLine(to: &bytes, limit: limit) {
        case .whole: return .text(bytes)
        case .tooLong: return .tooLong
        case nil: return nil
        }
    }

    /// Appends the next line to `bytes`, for callers that collect many. A line above `limit` is
    /// skipped, and nothing appended. nil at the end of the input.
    package func appendLine(
        to bytes: inout [UInt8], limit: Int
    ) throws(InputError) -> LineLength? {
        var searched = position
        while true {
            if let end = newline(from: searched) {
                return takeLine(upTo: end, next: end + 1, limit: limit, &bytes)
            }
            if reachedEnd {
                guard position < buffer.count else { return nil }
                return takeLine(upTo: buffer.count, next: buffer.count, limit: limit, &bytes)
            }
            if buffer.count - position > limit + 1 {
                try skipLine()
                return .tooLong
            }
            // The last byte may be the first half of a line end.
            searched = max(buffer.count - position - 1, 0)
            try fill(atMost: Self.blockSize)
            searched += position
        }
    }

    /// Whether a whole line can be read without waiting.
    package var hasBufferedLine: Bool {
        newline(from: position) != nil
    }

    /// Whether the next line, or the end of the input, can be read without waiting. Reads what has
    /// arrived.
    package func isLineReady() throws(InputError) -> Bool {
        while true {
            if reachedEnd || hasBufferedLine { return true }
            guard let descriptor else { return true }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&poller, 1, 0) > 0 else { return false }
            try fill(atMost: Self.blockSize)
        }
    }

    /// Waits for input or for `event`. Returns true after reading one block of input, in which
    /// there may be a line; false after the event, and at the end of the input.
    package func receive(unless event: borrowing Semaphore) throws(InputError) -> Bool {
        guard !reachedEnd, let descriptor else { return false }
        var pollers = [
            pollfd(fd: event.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let status = retryingOnInterrupt { unsafe poll(&pollers, 2, -1) }
        guard status > 0, pollers[0].revents == 0 else { return false }
        try fill(atMost: Self.blockSize)
        return true
    }

    /// Appends the line up to `end` unless it is too long, and consumes the input up to `next`.
    private func takeLine(
        upTo end: Int, next: Int, limit: Int, _ bytes: inout [UInt8]
    ) -> LineLength {
        var last = end
        if last > position, next > end, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
        let length: LineLength = last - position <= limit ? .whole : .tooLong
        if length == .whole { bytes.append(contentsOf: buffer[position..<last]) }
        consume(through: next)
        return length
    }

    /// Consumes the input up to the end of the line.
    private func skipLine() throws(InputError) {
        while true {
            if let end = newline(from: position) {
                return consume(through: end + 1)
            }
            consume(through: buffer.count)
            if reachedEnd { return }
            try fill(atMost: Self.blockSize)
        }
    }

    /// The end of the next line: a line feed, or a carriage return without a line feed after it if
    /// `endsLinesAtCarriageReturn`.
    private func newline(from start: Int) -> Int? {
        let bytes = buffer
        let feed = bytes.span.firstOffset(of: 0x0A, from: start)
        guard endsLinesAtCarriageReturn else { return feed }
        let end = feed ?? bytes.count
        guard let carriage = bytes.span.extracting(..<end).firstOffset(of: 0x0D, from: start),
            // At the end of what was read, a line feed may still follow.
            carriage + 1 < end || feed == nil && reachedEnd
        else { return feed }
        return carriage
    }

    /// Marks the buffer up to `end` as consumed.
    private func consume(through end: Int) {
        position = end
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            dropConsumed()
        }
    }

    /// Called once the consumed bytes are not in the buffer any more.
    private func dropConsumed() {
        droppedCount += position
        position = 0
    }

    /// The bytes read at a time.
    private static let blockSize = 64 * 1024

    /// Waits until there is input on a descriptor that another program made non-blocking, such as a
    /// shared terminal or pipe. Returns false if a signal asks the program to stop.
    private static func waitForInput(_ descriptor: CInt) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return retryingOnInterrupt { unsafe poll(&poller, 1, -1) } >= 0
    }

    /// Appends up to one block to the buffer; at the end of the input sets `reachedEnd`.
    private func fill(atMost limit: Int) throws(InputError) {
        guard let descriptor else {
            reachedEnd = true
            return
        }
        if position > 0 {
            buffer.removeFirst(position)
            dropConsumed()
        }
        let wanted = min(limit, Self.blockSize)
        var got = 0
        var failure: CInt = 0
        repeat {
            got = unsafe block.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return retryingOnInterrupt { unsafe read(descriptor, base, wanted) }
            }
            failure = errno
        } while got < 0 && failure == EAGAIN && Self.waitForInput(descriptor)
        unsafe block.withUnsafeBufferPointer { bytes in
            unsafe buffer.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[..<max(got, 0)]))
        }
        if got < 0 { throw .system(SystemError(code: failure)) }
        if got == 0 { reachedEnd = true }
    }
}
