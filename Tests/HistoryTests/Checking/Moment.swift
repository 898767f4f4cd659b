import Foundation

/// A point in time, by two clocks of this machine: one that orders, and one that tokens carry.
struct Moment: Equatable, Sendable {
    /// Since the machine started; no operator can set it.
    let nanoseconds: Int64
    /// Unix time.
    let second: Int

    static var now: Moment {
        Moment(
            nanoseconds: nanoseconds(of: CLOCK_MONOTONIC),
            second: Int(nanoseconds(of: CLOCK_REALTIME) / 1_000_000_000))
    }

    private static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The time in which something happened at one moment that nobody knows more exactly.
struct Span: Equatable, Sendable {
    let start: Moment
    let end: Moment

    /// Whether all of it was over when the other began.
    func isBefore(_ other: Span) -> Bool { end.nanoseconds < other.start.nanoseconds }

    /// Whether some of it may have been before some of the other.
    func mayPrecede(_ other: Span) -> Bool { !other.isBefore(self) }

    func overlaps(_ other: Span) -> Bool { !isBefore(other) && !other.isBefore(self) }
}
