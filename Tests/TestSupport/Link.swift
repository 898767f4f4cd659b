import Foundation
import Synchronization

/// A loopback port that passes every connection on to a server, and that a test can cut and
/// restore.
package final class Link: Sendable {
    package enum State: Equatable, Sendable {
        case whole
        /// All bytes pass after so many milliseconds, as with a server on another continent.
        case slow(UInt32)
        /// No byte passes, and no connection is closed, as when a cable is pulled.
        case silent
        /// Every connection is closed and every new one refused, as when a machine goes down.
        case refused
    }

    package let port: Int
    /// A duplicate of the listener. The thread closes the listener itself, whose number another
    /// file may have from then on.
    private let handle: CInt
    private let condition: Condition

    private final class Condition: Sendable {
        let state = Mutex(State.whole)
        let isGone = Mutex(false)
        var current: State { state.withLock { $0 } }
    }

    package init(to target: Int) throws {
        signal(SIGPIPE, SIG_IGN)
        let (listener, port) = try Loopback.listen()
        self.port = port
        handle = fcntl(listener, F_DUPFD_CLOEXEC, 0)
        let condition = Condition()
        self.condition = condition
        Thread.detachNewThread {
            while let client = Loopback.accept(listener) {
                guard condition.current != .refused, let server = Loopback.dial(target) else {
                    Loopback.end(client)
                    continue
                }
                Thread.detachNewThread { Self.carry(client, server, condition) }
            }
            close(listener)
        }
    }

    deinit {
        condition.isGone.withLock { $0 = true }
        shutdown(handle, Int32(SHUT_RDWR))
        close(handle)
    }

    package func set(_ state: State) { condition.state.withLock { $0 = state } }

    private static func carry(_ client: CInt, _ server: CInt, _ condition: Condition) {
        defer { for end in [client, server] { Loopback.end(end) } }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while !condition.isGone.withLock({ $0 }) {
            switch condition.current {
            case .refused: return
            case .silent:
                usleep(5000)
                continue
            case .whole, .slow: break
            }
            var polls = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, 2, 20) > 0 else { continue }
            for (index, sink) in [server, client].enumerated() where polls[index].revents != 0 {
                let count = recv(polls[index].fd, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                if case .slow(let milliseconds) = condition.current { usleep(milliseconds * 1000) }
                // Bytes that were in transit when the link was cut are lost.
                guard condition.current != .silent, condition.current != .refused else { break }
                let isSent = buffer.withUnsafeBytes {
                    Loopback.send(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: sink)
                }
                guard isSent else { return }
            }
        }
    }
}
