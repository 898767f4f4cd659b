internal import Glibc

/// The terminal of the user, if there is one.
package struct Terminal: Sendable {
    /// The number of columns; 80 if it is unknown.
    package let columns: Int

    package init(columns: Int) {
        self.columns = columns
    }

    /// The width of the terminal of `descriptor`, or else `COLUMNS`, or else 80.
    package static func current(descriptor: CInt, environment: Environment) -> Terminal {
        Terminal(
            columns: columns(of: descriptor) ?? environment["COLUMNS"].flatMap { Int($0) } ?? 80)
    }

    /// The number of columns of the terminal of `descriptor`; nil if it is none, or does not say.
    static func columns(of descriptor: CInt) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Asks on the controlling terminal, and reads one line without echo. Standard input and output
    /// are not used. Throws if there is no terminal, and EINTR after a signal.
    ///
    /// The settings of the terminal are restored, even if a signal ends the question.
    package static func askSecret(_ prompt: String) throws(SystemError) -> SecretBytes {
        let device = try Descriptor.open(Array("/dev/tty".utf8), flags: O_RDWR | O_NOCTTY)
        var shown = termios()
        guard unsafe tcgetattr(device.number, &shown) == 0 else { throw SystemError.last }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        // Signals wait until the echo is back on. Then they end the program as usual.
        let blocked = SignalMask.block([SIGINT, SIGTERM, SIGTSTP])
        defer { blocked.restore() }
        guard unsafe tcsetattr(device.number, TCSAFLUSH, &hidden) == 0 else {
            throw SystemError.last
        }
        defer { _ = unsafe tcsetattr(device.number, TCSAFLUSH, &shown) }
        try show(prompt, on: device.number)
        // The newline of the user was not echoed.
        defer { try? show("\n", on: device.number) }
        return try readLine(from: device.number)
    }

    /// Writes a text to the terminal at once.
    private static func show(_ text: String, on descriptor: CInt) throws(SystemError) {
        let output = OutputStream(borrowing: descriptor)
        do throws(OutputError) {
            try output.write(text)
            try output.flush()
        } catch {
            throw error.cause
        }
    }

    /// Reads up to a newline or the end, byte by byte, so that no other buffer has the secret.
    private static func readLine(from descriptor: CInt) throws(SystemError) -> SecretBytes {
        try unsafe SecretBytes(capacity: 4096) { buffer throws(SystemError) in
            var count = 0
            while count < buffer.count {
                guard let base = buffer.baseAddress else { return 0 }
                try waitForKey(on: descriptor)
                let got = retryingOnInterrupt { unsafe read(descriptor, base + count, 1) }
                if got < 0 { throw SystemError.last }
                if got == 0 { break }
                if unsafe buffer[count] == UInt8(ascii: "\n") { break }
                count += 1
            }
            return count
        }
    }

    /// Returns once there is something to read. Blocked signals do not interrupt poll(2), so it
    /// looks for them 20 times a second: Ctrl-C must work without Return.
    private static func waitForKey(on descriptor: CInt) throws(SystemError) {
        while true {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&poller, 1, 50)
            if SignalMask.isPending([SIGINT, SIGTERM]) { throw SystemError(code: EINTR) }
            if ready != 0 { return }
        }
    }

    /// Asks on the controlling terminal, and reads one line with echo.
    package static func ask(_ prompt: String) throws(SystemError) -> [UInt8] {
        let device = try Descriptor.open(Array("/dev/tty".utf8), flags: O_RDWR | O_NOCTTY)
        try show(prompt, on: device.number)
        let input = InputStream(borrowing: device.number)
        do {
            if case .text(let line) = try input.readLine(limit: 4096) { return line }
            return []
        } catch {
            if case .system(let cause) = error { throw cause }
            return []
        }
    }
}
