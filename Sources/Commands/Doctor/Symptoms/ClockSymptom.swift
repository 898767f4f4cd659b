internal import JSON

/// Whether this machine's clock and Redis' agree; times are in seconds.
enum ClockSymptom: Symptom {
    case agrees
    case differs(by: Int64, margin: Int64)

    var finding: Finding {
        switch self {
        case .agrees: return Finding(.clock, "agrees", .ok, "this machine and Redis agree")
        case .differs(let seconds, let margin):
            let isDangerous = abs(seconds) > margin
            return Finding(
                .clock, "clock_differs", isDangerous ? .error : .warning,
                "this machine is \(Duration.words(abs(seconds))) "
                    + "\(seconds > 0 ? "ahead of" : "behind") Redis",
                means: isDangerous
                    ? "A service whose clock is this far behind accepts a token after its "
                        + "blacklist entry has expired. One of the two clocks is wrong."
                    : "Tokens expire earlier or later for services than for Redis.",
                remedy: "chronyc tracking", data: ["seconds": .integer(seconds)])
        }
    }
}
