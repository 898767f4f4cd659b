internal import Platform

/// How long to wait for a server that loads its data: the time-out, from the first refusal on. How
/// far loading has come is not asked: it may take an hour, and nobody should hang that long.
struct LoadingPatience {
    private static let pauseMilliseconds: Int64 = 100

    private let timeout: Int
    private var deadline: Monotonic?

    init(timeout: Int) {
        self.timeout = timeout
    }

    /// Pauses, then returns true; false once the time is over.
    mutating func waits() throws(RedisError) -> Bool {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        let end = deadline ?? Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        deadline = end
        guard end.remainingMilliseconds > 0 else { return false }
        pause(milliseconds: min(Self.pauseMilliseconds, end.remainingMilliseconds))
        return true
    }
}
