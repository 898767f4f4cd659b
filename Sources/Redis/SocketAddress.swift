internal import Glibc
internal import Platform
internal import Synchronization

/// One address to connect to, as the `sockaddr` bytes that `connect(2)` takes.
struct SocketAddress: Sendable {
    /// AF_INET, AF_INET6 or AF_UNIX.
    let family: CInt
    /// A `sockaddr` of this family.
    let bytes: [UInt8]

    /// The address of a unix socket; nil if the path is too long for it.
    static func unix(path: String) -> SocketAddress? {
        guard path.utf8.count <= RedisURL.unixPathLimit else { return nil }
        var family = sa_family_t(AF_UNIX)
        let head = unsafe withUnsafeBytes(of: &family) { unsafe Array($0) }
        return SocketAddress(family: AF_UNIX, bytes: head + Array(path.utf8) + [0])
    }

    /// All addresses of `host`, IPv6 and IPv4, in the order that the system prefers. Throws
    /// `.resolve`.
    ///
    /// Literals and `localhost` are resolved here. For other names the system's name service is
    /// asked on a thread of its own. A name with a NUL is refused, because for C it would end
    /// there.
    static func resolve(
        host: String, port: UInt16, deadline: Monotonic
    ) throws(RedisError) -> [SocketAddress] {
        guard !host.utf8.contains(0) else {
            throw .resolve(host: host, reason: "the name contains a NUL byte")
        }
        if ["localhost", "localhost."].contains(host.lowercased()) {
            return try lookUp("127.0.0.1", port: port, flags: AI_NUMERICHOST, named: host)
                + lookUp("::1", port: port, flags: AI_NUMERICHOST, named: host)
        }
        do throws(RedisError) {
            return try lookUp(host, port: port, flags: AI_NUMERICHOST, named: host)
        } catch {
            return try NameLookup.run(host: host, deadline: deadline) { () throws(RedisError) in
                try lookUp(host, port: port, flags: AI_ADDRCONFIG, named: host)
            }
        }
    }

    /// The addresses that `getaddrinfo` finds. `host` is the name for errors.
    private static func lookUp(
        _ text: String, port: UInt16, flags: CInt, named host: String
    ) throws(RedisError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(text, String(port), &hints, &list)
        guard status == 0 else {
            let reason = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? ""
            throw .resolve(host: host, reason: reason)
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            let content = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            let family = unsafe entry.pointee.ai_family
            unsafe found.append(SocketAddress(family: family, bytes: Array(content)))
            unsafe next = entry.pointee.ai_next
        }
        return found
    }

    /// Starts to connect a non-blocking socket. Returns nil if it is connected at once, EINPROGRESS
    /// if it will be.
    func connect(_ socket: CInt) -> SystemError? {
        let status = unsafe bytes.withUnsafeBytes { content in
            guard let base = content.baseAddress else { return CInt(-1) }
            return unsafe Glibc.connect(
                socket, base.assumingMemoryBound(to: sockaddr.self), socklen_t(content.count))
        }
        return status == 0 ? nil : SystemError.last
    }
}

/// A query to the system's name service on a thread of its own: `getaddrinfo` has its own time
/// limits, of 20 s and more, and cannot be stopped.
///
/// If no answer comes in time the thread is abandoned; it ends with the process.
final class NameLookup: Sendable {
    /// The answer, nil until there is one.
    private let result = Mutex<Result<[SocketAddress], RedisError>?>(nil)
    /// Signalled once there is an answer.
    private let isDone: Platform.Semaphore

    private init() throws(SystemError) { isDone = try Platform.Semaphore() }

    /// The answer to `question`. Throws `.resolve` if there is none by `deadline`, and
    /// `.interrupted` after a signal.
    static func run(
        host: String, deadline: Monotonic,
        _ question: @escaping @Sendable () throws(RedisError) -> [SocketAddress]
    ) throws(RedisError) -> [SocketAddress] {
        let lookup: NameLookup
        do throws(SystemError) {
            lookup = try begin(question)
        } catch {
            throw .resolve(host: host, reason: error.message)
        }
        return try lookup.wait(host, deadline).get()
    }

    /// Starts the thread.
    private static func begin(
        _ question: @escaping @Sendable () throws(RedisError) -> [SocketAddress]
    ) throws(SystemError) -> NameLookup {
        NameService.prepare()
        let lookup = try NameLookup()
        let thread = try Thread {
            let answer = Result { () throws(RedisError) in try question() }
            lookup.result.withLock { $0 = answer }
            lookup.isDone.signal()
        }
        thread.detach()
        return lookup
    }

    private func wait(
        _ host: String, _ deadline: Monotonic
    ) -> Result<[SocketAddress], RedisError> {
        // The wait is cut into slices, because a signal may interrupt the other thread instead of
        // this one.
        while !isDone.wait(milliseconds: min(deadline.remainingMilliseconds, Self.slice)) {
            if let signal = Signals.pending { return .failure(.interrupted(signal: signal)) }
            guard deadline.remainingMilliseconds > 0 else {
                return .failure(
                    .resolve(host: host, reason: "the name service did not answer in time"))
            }
        }
        let failure = RedisError.resolve(host: host, reason: "")
        return result.withLock { $0 } ?? .failure(failure)
    }

    /// The milliseconds between two looks for a signal.
    private static let slice: Int64 = 50
}
