import Foundation

/// How much a suite of faults does: little in a run of all tests, and as much as
/// `JWTCTL_FAULT_ROUNDS` says in `make faults`.
package enum FaultRounds {
    private static let wanted = ProcessInfo.processInfo.environment["JWTCTL_FAULT_ROUNDS"]
        .flatMap(Int.init)

    /// Whether `make faults` asks for everything.
    package static var areLong: Bool { wanted != nil }

    /// How many times something is killed.
    package static func count(short: Int) -> Int { wanted ?? short }
}
