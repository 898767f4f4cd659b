import Foundation

/// Runs programs to their ends and collects their outputs.
package enum ProcessRunner {
    package enum Ending: Equatable, Sendable {
        case exit(Int)
        case signal(Int)
    }

    package struct Result: Sendable {
        package let output: [UInt8]
        package let error: [UInt8]
        package let ending: Ending

        /// Standard output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }
        /// Standard error as text.
        package var errorText: String { String(decoding: error, as: UTF8.self) }
        /// The exit status; nil if a signal ended the program.
        package var status: Int? { if case .exit(let status) = ending { status } else { nil } }
    }

    /// Runs `arguments[0]`, looked up in `PATH`. Input is written while both outputs are read, so
    /// no pipe can fill up. `environment` nil means that of the tests. After `timeout` seconds the
    /// program is killed and the call throws.
    package static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String]? = nil,
        directory: String? = nil, timeout: Double = 60
    ) throws -> Result {
        // Writing to a child that has closed its input must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        let child = try ChildProcess.start(
            arguments, environment: environment, directory: directory)
        let deadline = Date(timeIntervalSinceNow: timeout)
        _ = fcntl(child.input, F_SETFL, O_NONBLOCK)
        var outputs: [CInt: [UInt8]] = [child.output: [], child.error: []]
        var open: Set<CInt> = [child.input, child.output, child.error]
        func finish(_ descriptor: CInt) {
            if open.remove(descriptor) != nil { close(descriptor) }
        }
        var written = 0
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while open.contains(child.output) || open.contains(child.error) {
            if written == input.count { finish(child.input) }
            var polls = open.map { descriptor in
                pollfd(
                    fd: descriptor, events: Int16(descriptor == child.input ? POLLOUT : POLLIN),
                    revents: 0)
            }
            let left = deadline.timeIntervalSinceNow
            if left <= 0 { break }
            if poll(&polls, nfds_t(polls.count), CInt(min(left, 1000) * 1000) + 1) <= 0 { continue }
            for entry in polls where entry.revents != 0 {
                if entry.fd == child.input {
                    let count = input[written...].withUnsafeBytes {
                        write(entry.fd, $0.baseAddress, $0.count)
                    }
                    if count > 0 { written += count } else if errno != EAGAIN { finish(entry.fd) }
                } else {
                    let count = read(entry.fd, &buffer, buffer.count)
                    if count > 0 {
                        outputs[entry.fd, default: []] += buffer[..<count]
                    } else {
                        finish(entry.fd)
                    }
                }
            }
        }
        for descriptor in open { close(descriptor) }
        guard let status = wait(for: child.pid, until: deadline) else {
            kill(child.pid, SIGKILL)
            var ignored: CInt = 0
            waitpid(child.pid, &ignored, 0)
            throw TestSupportError("\(arguments) did not end within \(timeout) s")
        }
        return Result(
            output: outputs[child.output] ?? [], error: outputs[child.error] ?? [],
            ending: ending(status))
    }

    /// The status of `waitpid`; nil if the child still runs at `deadline`.
    static func wait(for pid: pid_t, until deadline: Date) -> CInt? {
        var status: CInt = 0
        while true {
            if waitpid(pid, &status, WNOHANG) == pid { return status }
            if deadline.timeIntervalSinceNow <= 0 { return nil }
            usleep(1000)
        }
    }

    static func ending(_ status: CInt) -> Ending {
        let signal = status & 0x7f
        return signal == 0 ? .exit(Int(status >> 8 & 0xff)) : .signal(Int(signal))
    }
}
