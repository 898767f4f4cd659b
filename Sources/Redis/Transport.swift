internal import Glibc
internal import OpenSSL
internal import Platform

/// A non-blocking byte stream to the server: a socket, with or without a TLS session on it.
///
/// It owns both. On release the TLS session is closed before the socket.
struct Transport: ~Copyable {
    /// The result of one read or write.
    enum Outcome {
        /// This many bytes were moved.
        case bytes(Int)
        /// Not possible now: wait with `poll(2)`, then try again.
        case wouldBlock
        /// The peer has ended its side in an orderly way.
        case end
        /// The system reports an error.
        case failed(SystemError)
        /// TLS has ended the connection.
        case broken(TLSError)
    }

    private let socket: Descriptor
    /// nil without TLS.
    private let secure: SecureStream?

    private init(owning socket: consuming Descriptor, _ secure: SecureStream? = nil) {
        self.socket = socket
        self.secure = secure
    }

    deinit {
        secure?.session.close()
    }

    /// Connects to the first address that answers and, with `tls`, verifies the server's
    /// certificate.
    ///
    /// `milliseconds` covers all of it. Each address gets an equal share of the remaining time, so
    /// one that drops packets does not take the time of the next. `serverName` is the name in the
    /// certificate if it is not the host of the endpoint. TLS files are read first: if they are
    /// unusable, nothing is sent.
    static func connect(
        to endpoint: Endpoint, tls: TLSSettings?, serverName: String? = nil, milliseconds: Int
    ) throws(RedisError) -> Transport {
        let context: TLSContext?
        do throws(TLSSetupError) {
            context = try tls.map { settings throws(TLSSetupError) in try TLSContext(settings) }
        } catch {
            throw .tlsSetup(error)
        }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(milliseconds))
        let socket = try connect(to: endpoint, milliseconds: milliseconds, deadline)
        guard let context, case .tcp(let host, _) = endpoint else {
            return Transport(owning: socket)
        }
        let stream: SecureStream
        do throws(TLSSetupError) {
            stream = SecureStream(
                try TLSSession(context, socket: socket.number, host: serverName ?? host))
        } catch {
            throw .tlsSetup(error)
        }
        let transport = Transport(owning: socket, stream)
        try transport.shakeHands(
            address: endpoint.description, milliseconds: milliseconds, deadline)
        return transport
    }

    /// A socket connected to the first address that answers. Throws the failure of the last
    /// address.
    private static func connect(
        to endpoint: Endpoint, milliseconds: Int, _ deadline: Monotonic
    ) throws(RedisError) -> Descriptor {
        let addresses = try Self.addresses(of: endpoint, deadline)
        var failure = RedisError.connect(
            address: endpoint.description, SystemError(code: EADDRNOTAVAIL))
        for (index, address) in addresses.enumerated() {
            let share = deadline.remainingMilliseconds / Int64(addresses.count - index)
            do throws(SystemError) {
                return try connect(to: address, milliseconds: share)
            } catch {
                if let signal = Signals.pending { throw .interrupted(signal: signal) }
                failure =
                    error == .timedOut
                    ? .timeout(
                        .connect, address: endpoint.description, milliseconds: milliseconds,
                        ExchangeProgress())
                    : .connect(address: endpoint.description, error)
            }
        }
        throw failure
    }

    /// Performs the TLS handshake, which verifies the certificate and its name. Does nothing
    /// without TLS.
    private borrowing func shakeHands(
        address: String, milliseconds: Int, _ deadline: Monotonic
    ) throws(RedisError) {
        guard let secure else { return }
        let progress = ExchangeProgress(stage: .secureHandshake)
        while true {
            switch secure.handshake() {
            case .bytes: return
            case .wouldBlock: break
            case .end: throw .closed(address: address, nil, progress)
            case .failed(let error): throw .closed(address: address, error, progress)
            case .broken(let error): throw .tls(error, address: address, ExchangeProgress())
            }
            do throws(SystemError) {
                _ = try wait(
                    wantsToWrite: secure.wantsToWrite,
                    milliseconds: deadline.remainingMilliseconds)
            } catch {
                throw .closed(address: address, error, progress)
            }
            if let signal = Signals.pending { throw .interrupted(signal: signal) }
            guard deadline.remainingMilliseconds > 0 else {
                throw .timeout(
                    .tls, address: address, milliseconds: milliseconds, ExchangeProgress())
            }
        }
    }

    /// The addresses to try, in order. The path of a unix socket is one of them.
    private static func addresses(
        of endpoint: Endpoint, _ deadline: Monotonic
    ) throws(RedisError) -> [SocketAddress] {
        switch endpoint {
        case .tcp(let host, let port):
            return try SocketAddress.resolve(host: host, port: port, deadline: deadline)
        case .unix(let path):
            guard let address = SocketAddress.unix(path: path) else {
                throw .connect(address: path, SystemError(code: ENAMETOOLONG))
            }
            return [address]
        }
    }

    /// A socket connected to one address, within its share of the time.
    private static func connect(
        to address: SocketAddress, milliseconds: Int64
    ) throws(SystemError) -> Descriptor {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(address.family, kind, 0)
        guard number >= 0 else { throw SystemError.last }
        let descriptor = Descriptor(owning: number)
        if address.family != AF_UNIX {
            var on: CInt = 1
            // Commands are small and wait for a reply: Nagle's algorithm would only add latency.
            _ = unsafe setsockopt(
                number, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        let deadline = Monotonic.now.advanced(byMilliseconds: milliseconds)
        while let error = address.connect(number) {
            switch error.code {
            case EINPROGRESS:
                try awaitConnection(number, deadline: deadline)
                return descriptor
            case EAGAIN:
                // A unix socket with a full queue reports EAGAIN and cannot be polled for room
                // (connect(2)).
                guard deadline.remainingMilliseconds > 0, Signals.pending == nil else {
                    throw .timedOut
                }
                pause(milliseconds: 10)
            default: throw error
            }
        }
        return descriptor
    }

    /// Waits until a connection under way is made, and throws its error if it failed.
    private static func awaitConnection(
        _ number: CInt, deadline: Monotonic
    ) throws(SystemError) {
        var poller = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        while true {
            let left = CInt(clamping: deadline.remainingMilliseconds)
            let ready = unsafe poll(&poller, 1, left)
            if ready > 0 { break }
            if ready < 0, errno != EINTR { throw SystemError.last }
            if Signals.pending != nil { throw SystemError(code: EINTR) }
            if deadline.remainingMilliseconds == 0 { throw .timedOut }
        }
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else {
            throw SystemError.last
        }
        if code != 0 { throw SystemError(code: code) }
    }

    /// Sleeps until the transport can be read, can be written (if `wantsToWrite`), or the time is
    /// over.
    ///
    /// Returns which of both to try; neither after a time-out or a signal.
    borrowing func wait(
        wantsToWrite: Bool, milliseconds: Int64
    ) throws(SystemError) -> (read: Bool, write: Bool) {
        var poller = interest(wantsToWrite: wantsToWrite)
        let ready = unsafe poll(&poller, 1, hasPending ? 0 : CInt(clamping: milliseconds))
        guard ready >= 0 else {
            if errno == EINTR { return (false, false) }
            throw SystemError.last
        }
        return readiness(poller)
    }

    /// Whether there is something to read that `poll(2)` does not see, because TLS has decrypted it
    /// already.
    var hasPending: Bool { secure?.session.hasPending ?? false }

    /// The events to wait for. TLS may have to read before it can write, and the other way round.
    borrowing func interest(wantsToWrite: Bool) -> pollfd {
        var events = POLLIN
        if wantsToWrite, secure?.readsToWrite != true { events |= POLLOUT }
        if secure?.writesToRead == true { events |= POLLOUT }
        return pollfd(fd: socket.number, events: Int16(events), revents: 0)
    }

    /// The directions to try after `poll(2)` has filled in `poller`.
    borrowing func readiness(_ poller: pollfd) -> (read: Bool, write: Bool) {
        let happened = CInt(poller.revents)
        // The next read reports an error or a hang-up.
        let isReadable = happened & ~POLLOUT != 0
        let isWritable = happened & POLLOUT != 0
        return (
            isReadable || hasPending || isWritable && secure?.writesToRead == true,
            isWritable || isReadable && secure?.readsToWrite == true
        )
    }

    /// Reads what is there into `buffer`, at most its size.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        if let secure { return unsafe secure.read(into: buffer) }
        let got = retryingOnInterrupt {
            unsafe recv(socket.number, buffer.baseAddress, buffer.count, 0)
        }
        return got == 0 ? .end : Self.outcome(of: got)
    }

    /// Writes as many of `bytes` as the system takes. MSG_NOSIGNAL turns a broken pipe into an
    /// error; otherwise SIGPIPE would end the process.
    borrowing func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if let secure { return unsafe secure.write(bytes) }
        let put = retryingOnInterrupt {
            unsafe send(socket.number, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
        }
        return Self.outcome(of: put)
    }

    /// The facts of the TLS session; nil without TLS.
    var tlsFacts: TLSFacts? { secure?.session.facts }

    /// The stage that errors of the greeting report.
    var greetingStage: ExchangeProgress.Stage {
        secure.map { .secureGreeting(lacksCertificate: $0.session.lacksCertificate) }
            ?? .plainGreeting
    }

    /// The outcome of recv(2) or send(2) by its result, which is -1 for an error.
    private static func outcome(of count: Int) -> Outcome {
        if count >= 0 { return .bytes(count) }
        let error = SystemError.last
        return error.code == EAGAIN || error.code == EINTR ? .wouldBlock : .failed(error)
    }
}

/// A TLS session as `Transport` uses it. TLS may have to read in order to write, and to write in
/// order to read, so it remembers what the last step of each direction is waiting for.
final class SecureStream {
    let session: TLSSession
    /// Whether a write waits until something can be read.
    private(set) var readsToWrite = false
    /// Whether a read waits until something can be written.
    private(set) var writesToRead = false
    /// Whether the handshake waits until something can be written.
    private(set) var wantsToWrite = false

    init(_ session: TLSSession) {
        self.session = session
    }

    /// Advances the handshake; `.bytes` means that it is complete.
    func handshake() -> Transport.Outcome {
        let step = session.handshake()
        wantsToWrite = step == .wantsToWrite
        return Self.outcome(of: step)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        let step = unsafe session.read(into: buffer)
        writesToRead = step == .wantsToWrite
        // The bytes that a write waited for may have just been read.
        readsToWrite = false
        return Self.outcome(of: step)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        let step = unsafe session.write(bytes)
        readsToWrite = step == .wantsToRead
        writesToRead = false
        return Self.outcome(of: step)
    }

    private static func outcome(of step: TLSSession.Step) -> Transport.Outcome {
        switch step {
        case .done(let count): .bytes(count)
        case .wantsToRead, .wantsToWrite: .wouldBlock
        case .end: .end
        case .lost(let error): .failed(error)
        case .failed(let error): .broken(error)
        }
    }
}
