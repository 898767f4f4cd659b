internal import Platform
internal import Synchronization

/// A question to the system's name service on a thread of its own: `getaddrinfo` has its own time
/// limits, of 20 s and more, and cannot be told to stop.
///
/// Where no answer comes in time the thread is left to itself, and ends with the process.
final class NameLookup: Sendable {
    private let result = Mutex<Result<[SocketAddress], RedisError>?>(nil)
    private let isDone: Semaphore

    private init() throws(SystemError) { isDone = try Semaphore() }

    /// What `question` answers; throws where that takes until `deadline`.
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
        // In slices: a signal may interrupt the other thread instead of this one.
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

    private static let slice: Int64 = 50
}
