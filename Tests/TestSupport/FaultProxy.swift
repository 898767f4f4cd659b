import Foundation
import Synchronization

/// A proxy on a loopback port that breaks one direction of its first connection at one byte.
package final class FaultProxy: Sendable {
    package enum Fault: String, CaseIterable, Sendable {
        /// Both directions end.
        case close
        /// Only the broken direction ends.
        case halfClose
        /// No more bytes are passed on.
        case stall
        /// Other bytes are passed on.
        case garbage
    }

    package enum Direction: String, CaseIterable, Sendable {
        case fromServer, toServer
    }

    /// What the proxy does with connections after the first.
    package enum Later: String, Sendable {
        case refused, passed
    }

    /// How many bytes of the first connection reached the proxy.
    package struct Traffic: Sendable {
        package fileprivate(set) var total = 0
        /// The size of the last read: a reply, or the replies to a pipeline.
        package fileprivate(set) var last = 0
    }

    package let port: Int
    /// A duplicate of the listener. The thread closes the listener itself, whose number another
    /// file may have from then on.
    private let handle: CInt
    private let seen = Mutex<[Direction: Traffic]>([:])
    private let struck = Mutex(false)

    /// Passes `count` bytes of the broken direction on before `fault`, or all of them with nil.
    package init(
        to target: Int, fault: Fault, in direction: Direction = .fromServer, after count: Int?,
        later: Later = .refused
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        let (listener, port) = try Loopback.listen()
        self.port = port
        handle = fcntl(listener, F_DUPFD_CLOEXEC, 0)
        Thread.detachNewThread { [weak self] in
            var isFirst = true
            while let client = Loopback.accept(listener) {
                if later == .refused { shutdown(listener, Int32(SHUT_RDWR)) }
                let server = Loopback.dial(target)
                if let server {
                    var line = Line(
                        client: client, server: server, fault: fault, broken: direction,
                        left: isFirst ? count : nil
                    ) { [weak self] in self?.struck.withLock { $0 = true } }
                    line.carry()
                    if isFirst { self?.note(line.traffic) }
                }
                for end in [client, server].compactMap(\.self) { Loopback.end(end) }
                isFirst = false
            }
            close(listener)
        }
    }

    deinit {
        // This wakes the thread.
        shutdown(handle, Int32(SHUT_RDWR))
        close(handle)
    }

    /// Waits for the end of the first connection and returns what it carried.
    package func traffic(_ direction: Direction) throws -> Traffic {
        let deadline = Date(timeIntervalSinceNow: 10)
        while deadline.timeIntervalSinceNow > 0 {
            let traffic = seen.withLock { $0 }
            if !traffic.isEmpty { return traffic[direction] ?? Traffic() }
            usleep(500)
        }
        throw TestSupportError("the connection does not end")
    }

    /// Waits until the fault has occurred, or the first connection has ended without it.
    package func awaitFault() throws {
        try waitUntil("the fault") {
            struck.withLock { $0 } || !seen.withLock { $0.isEmpty }
        }
    }

    private func note(_ traffic: [Direction: Traffic]) { seen.withLock { $0 = traffic } }
}

/// One connection through the proxy.
private struct Line {
    let client: CInt
    let server: CInt
    let fault: FaultProxy.Fault
    let broken: FaultProxy.Direction
    /// How many bytes still pass in the broken direction; nil if it is not to break.
    var left: Int?
    /// Called when the fault occurs.
    let strike: @Sendable () -> Void
    var traffic: [FaultProxy.Direction: FaultProxy.Traffic] = [:]
    private var isMuted = false
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)

    init(
        client: CInt, server: CInt, fault: FaultProxy.Fault, broken: FaultProxy.Direction,
        left: Int?, strike: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.server = server
        self.fault = fault
        self.broken = broken
        self.left = left
        self.strike = strike
    }

    /// Passes bytes on until either side has ended, or the fault ends both.
    mutating func carry() {
        while true {
            var polls = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, 2, 30_000) > 0 else { return }
            if polls[0].revents != 0, !pass(.toServer, from: client, to: server) { return }
            if polls[1].revents != 0, !pass(.fromServer, from: server, to: client) { return }
        }
    }

    /// Passes on what was received; false at the end of the connection.
    private mutating func pass(
        _ direction: FaultProxy.Direction, from source: CInt, to sink: CInt
    ) -> Bool {
        var count = recv(source, &buffer, buffer.count, 0)
        if count <= 0 { return false }
        traffic[direction, default: .init()].add(count)
        guard direction == broken, let room = left else { return send(count, to: sink) }
        if isMuted { return true }
        let whole = min(count, room)
        left = room - whole
        guard whole == room else { return send(count, to: sink) }
        defer { strike() }
        switch fault {
        case .close, .halfClose, .stall: count = whole
        case .garbage: for index in whole..<count { buffer[index] ^= 0x5a }
        }
        guard send(count, to: sink) else { return false }
        isMuted = fault == .halfClose || fault == .stall
        if fault == .halfClose { shutdown(sink, Int32(SHUT_WR)) }
        return fault != .close
    }

    private func send(_ count: Int, to sink: CInt) -> Bool {
        buffer.withUnsafeBytes {
            Loopback.send(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: sink)
        }
    }
}

extension FaultProxy.Traffic {
    fileprivate mutating func add(_ count: Int) {
        total += count
        last = count
    }
}
