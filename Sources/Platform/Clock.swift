internal import Glibc

/// The time of this machine, or a fixed one in tests.
package struct Clock: Sendable {
    private let read: @Sendable () -> Instant

    /// A point in time: seconds since 1970-01-01T00:00:00Z, and nanoseconds within the second.
    package struct Instant: Sendable, Equatable {
        package let seconds: Int64
        package let nanoseconds: Int64

        package init(seconds: Int64, nanoseconds: Int64 = 0) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }

        /// Seconds with their fraction, as in a JWT (NumericDate, RFC 7519 section 2).
        package var numericDate: Double { Double(seconds) + Double(nanoseconds) / 1e9 }
    }

    package init(_ read: @escaping @Sendable () -> Instant) {
        self.read = read
    }

    package var now: Instant { read() }

    /// The current time in seconds since 1970.
    package var seconds: Int64 { read().seconds }

    /// The wall clock, which an administrator or NTP may set.
    package static let system = Clock {
        let time = clockReading(CLOCK_REALTIME)
        return Instant(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}

/// A time that never moves backwards, for deadlines and rates. It is not a date.
package struct Monotonic: Sendable {
    /// Nanoseconds since some moment before the program started.
    package let nanoseconds: Int64

    package static var now: Monotonic {
        let time = clockReading(CLOCK_MONOTONIC)
        return Monotonic(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package func advanced(byMilliseconds milliseconds: Int64) -> Monotonic {
        Monotonic(nanoseconds: nanoseconds + milliseconds * 1_000_000)
    }

    /// The milliseconds from now until this moment, rounded up; 0 once it has passed.
    package var remainingMilliseconds: Int64 {
        let left = nanoseconds - Monotonic.now.nanoseconds
        return left <= 0 ? 0 : (left + 999_999) / 1_000_000
    }
}

/// Sleeps for at least `milliseconds`, even if signals arrive.
package func pause(milliseconds: Int64) {
    let end = Monotonic.now.advanced(byMilliseconds: milliseconds)
    while end.remainingMilliseconds > 0 {
        _ = poll(nil, 0, CInt(clamping: end.remainingMilliseconds))
    }
}

private func clockReading(_ clock: clockid_t) -> timespec {
    var time = timespec()
    let status = unsafe clock_gettime(clock, &time)
    precondition(status == 0, "every Linux has this clock")
    return time
}

/// Spans of time for people.
package enum TimeSpan {
    private static let (minute, hour, day): (Int64, Int64, Int64) = (60, 3600, 86_400)
    /// A mean year of the Gregorian calendar.
    private static let year: Int64 = 31_556_952

    /// A number of seconds, in its two largest units and rounded to what matters in it: `2 h 5 min`,
    /// `14 min`, `3 days`, `73 years`.
    package static func words(_ seconds: Int64) -> String {
        guard seconds < 2 * year else {
            return "\(seconds / year + (seconds % year < year / 2 ? 0 : 1)) years"
        }
        let unit =
            switch seconds {
            case ..<(10 * minute): Int64(1)
            case ..<day: minute
            case ..<(10 * day): hour
            default: day
            }
        let span = (seconds + unit / 2) / unit * unit
        func words(_ large: String, _ rest: Int64, _ small: String) -> String {
            rest > 0 ? "\(large) \(rest) \(small)" : large
        }
        switch span {
        case ..<minute: return "\(span) s"
        case ..<hour: return words("\(span / minute) min", span % minute, "s")
        case ..<day: return words("\(span / hour) h", span % hour / minute, "min")
        default:
            let days = span / day
            return words("\(days) \(days == 1 ? "day" : "days")", span % day / hour, "h")
        }
    }
}
