import Foundation
import Glibc

/// A program that runs while the test goes on, which can talk with it, signal it and kill it.
package final class RunningProcess {
    package let pid: pid_t
    private let child: ChildProcess
    private var inputIsOpen = true
    private var pending: [UInt8] = []
    private var ended = false

    package init(
        _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil
    ) throws {
        Glibc.signal(SIGPIPE, SIG_IGN)
        child = try ChildProcess.start(
            arguments, environment: environment, directory: directory)
        pid = child.pid
    }

    deinit {
        closeInput()
        close(child.output)
        close(child.error)
        guard !ended else { return }
        kill(pid, SIGKILL)
        var status: CInt = 0
        waitpid(pid, &status, 0)
    }

    /// Writes `text` to the standard input; blocks while the pipe is full.
    package func send(_ text: String) {
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { write(child.input, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            left = left.dropFirst(count)
        }
    }

    package func closeInput() {
        guard inputIsOpen else { return }
        inputIsOpen = false
        close(child.input)
    }

    /// Waits for the next line of standard output and returns it without its newline; nil at the
    /// end and after `timeout` seconds.
    package func line(timeout: Double = 10) -> String? {
        let deadline = Date(timeIntervalSinceNow: timeout)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                return line
            }
            let left = deadline.timeIntervalSinceNow
            var entry = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&entry, 1, CInt(left * 1000) + 1) > 0 else { return nil }
            let count = read(child.output, &buffer, buffer.count)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }

    /// Waits until there is text on standard error, which is not read, or the program has ended.
    package func awaitMessage(timeout: Double = 10) {
        var entry = pollfd(fd: child.error, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, CInt(timeout * 1000))
    }

    package func signal(_ number: CInt) {
        kill(pid, number)
    }

    /// Closes the input, reads both outputs to their ends and waits for the program; throws if it
    /// has not ended after `timeout` seconds.
    package func finish(timeout: Double = 30) throws -> ProcessRunner.Result {
        closeInput()
        let deadline = Date(timeIntervalSinceNow: timeout)
        var outputs: [CInt: [UInt8]] = [child.output: pending, child.error: []]
        var open: Set<CInt> = [child.output, child.error]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !open.isEmpty, deadline.timeIntervalSinceNow > 0 {
            var polls = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&polls, nfds_t(polls.count), 100) <= 0 { continue }
            for entry in polls where entry.revents != 0 {
                let count = read(entry.fd, &buffer, buffer.count)
                if count > 0 {
                    outputs[entry.fd, default: []] += buffer[..<count]
                } else {
                    open.remove(entry.fd)
                }
            }
        }
        guard let status = ProcessRunner.wait(for: pid, until: deadline) else {
            throw TestSupportError("process \(pid) did not end within \(timeout) s")
        }
        ended = true
        return ProcessRunner.Result(
            output: outputs[child.output] ?? [], error: outputs[child.error] ?? [],
            ending: ProcessRunner.ending(status))
    }
}
