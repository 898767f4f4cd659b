internal import Platform

/// How long to wait for a server that loads its data: until nothing has changed for the time-out.
struct LoadingPatience {
    private static let pauseMilliseconds: Int64 = 100

    private let timeout: Int
    private var deadline: Monotonic?
    private var loaded: Int64?

    init(timeout: Int) {
        self.timeout = timeout
    }

    /// Pauses, then returns true; false once loading has stood still for too long.
    mutating func waits(on connection: Connection) throws(RedisError) -> Bool {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        let now = try Self.loadedBytes(on: connection)
        if deadline == nil || now != loaded {
            deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
            loaded = now
        }
        guard let deadline, deadline.remainingMilliseconds > 0 else { return false }
        pause(milliseconds: min(Self.pauseMilliseconds, deadline.remainingMilliseconds))
        return true
    }

    /// How much is loaded; nil where the user may not read INFO, so that only the clock counts.
    private static func loadedBytes(on connection: Connection) throws(RedisError) -> Int64? {
        let reply = try connection.exchange([Command("INFO", "persistence")])[0]
        guard case .string(let bytes) = reply else { return nil }
        let name = "loading_loaded_bytes:"
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        where line.hasPrefix(name) {
            return Int64(line.dropFirst(name.count))
        }
        return nil
    }
}
