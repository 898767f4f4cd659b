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
