internal import CommandKit
internal import JSON

/// Whether Redis answers, and how soon.
enum ConnectionSymptom: Symptom {
    /// `roundTrip` is in microseconds.
    case answers(place: String, roundTrip: Int64)
    case unreachable(Failure)

    /// Microseconds from which on every check of a token is felt.
    private static let patience: Int64 = 50_000

    var finding: Finding {
        switch self {
        case .answers(let place, let roundTrip):
            let isSlow = roundTrip > Self.patience
            let tenths = (roundTrip + 50) / 100
            return Finding(
                .connection, isSlow ? "slow" : "answers", isSlow ? .note : .ok,
                "\(VisibleText.escape(place)) answers in \(tenths / 10).\(tenths % 10) ms",
                means: isSlow ? "Every token check takes this long, in every service." : nil,
                data: ["round_trip_us": .integer(roundTrip)])
        case .unreachable(let failure):
            return Finding(
                .connection, "unreachable", .error, failure.message,
                means: "Nothing can be revoked, and every token's state is unknown.",
                remedy: failure.hint, data: ["code": .string(failure.code)])
        }
    }
}
