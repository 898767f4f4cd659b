import Foundation

/// How often a suite causes a fault: a few times in a run of all tests, `JWTCTL_FAULT_ROUNDS` times
/// in `make faults`.
package enum FaultRounds {
    private static let wanted = ProcessInfo.processInfo.environment["JWTCTL_FAULT_ROUNDS"]
        .flatMap(Int.init)

    /// Whether this is a run of `make faults`.
    package static var areLong: Bool { wanted != nil }

    /// The number of rounds; `short` in a run of all tests.
    package static func count(short: Int) -> Int { wanted ?? short }
}
