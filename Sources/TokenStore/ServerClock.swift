internal import Platform

/// Redis' clock, read once and carried on by one of ours that no operator can set.
package struct ServerClock: Sendable {
    private let start: Monotonic
    private let startMilliseconds: Int64

    init(milliseconds: Int64) {
        startMilliseconds = milliseconds
        start = .now
    }

    /// Since 1970.
    var milliseconds: Int64 {
        startMilliseconds + (Monotonic.now.nanoseconds - start.nanoseconds) / 1_000_000
    }

    /// Unix seconds.
    package var now: Int64 { milliseconds / 1000 }
}
