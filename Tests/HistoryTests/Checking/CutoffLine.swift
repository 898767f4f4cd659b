/// All that bears on one user's cutoff: a number that only rises.
struct CutoffLine {
    struct Raise {
        let span: Span
        /// What may stand after it.
        let values: ClosedRange<Int>
        let operation: Int
    }

    struct Reading {
        let span: Span
        /// nil where there was none.
        let value: Int?
        let operation: Int
    }

    /// Something that has shown on which side of the cutoff an `iat` is.
    struct Comparison {
        let span: Span
        let issuedAt: Int
        let operation: Int
        let kind: Violation.Kind
    }

    var raises: [Raise] = []
    /// Those of acknowledged raises too.
    var readings: [Reading] = []
    /// An `iat` that passed.
    var passed: [Comparison] = []
    /// An `iat` that did not pass.
    var stopped: [Comparison] = []

    /// What is known to stand from the end of each reading on: only growing values.
    private var floors: [Reading] = []

    mutating func prepare() {
        raises.sort { $0.span.start.nanoseconds < $1.span.start.nanoseconds }
        floors = []
        for reading in readings.sorted(by: { $0.span.end.nanoseconds < $1.span.end.nanoseconds }) {
            guard let value = reading.value, value > floors.last?.value ?? Int.min else { continue }
            floors.append(reading)
        }
    }

    /// The reading that was over before `span` and saw most; call `prepare` before.
    func floor(before span: Span) -> Reading? {
        var low = 0
        var high = floors.count
        while low < high {
            let middle = (low + high) / 2
            if floors[middle].span.isBefore(span) { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? floors[low - 1] : nil
    }

    /// Whether an `iat` may have been at or before the cutoff at a moment of `span`.
    func mayStop(_ issuedAt: Int, in span: Span) -> Bool {
        raises.contains { $0.span.mayPrecede(span) && $0.values.upperBound >= issuedAt }
    }

    func violations(of user: String) -> [Violation] {
        readings.compactMap { violation(in: $0, user) }
            + passed.compactMap { comparison in
                guard let floor = floor(before: comparison.span), let value = floor.value,
                    value >= comparison.issuedAt
                else { return nil }
                return Violation(
                    kind: comparison.kind, operations: [comparison.operation, floor.operation],
                    text: "the cutoff \(value) of \(user) stood against iat \(comparison.issuedAt)")
            }
            + stopped.filter { !mayStop($0.issuedAt, in: $0.span) }.map {
                Violation(
                    kind: $0.kind, operations: [$0.operation],
                    text: "nobody raised the cutoff of \(user) to iat \($0.issuedAt)")
            }
    }

    private func violation(in reading: Reading, _ user: String) -> Violation? {
        let shown = reading.value.map(String.init) ?? "none"
        if let floor = floor(before: reading.span), let value = floor.value,
            reading.value ?? Int.min < value
        {
            return Violation(
                kind: .cutoffLost, operations: [reading.operation, floor.operation],
                text: "the cutoff of \(user) was \(shown) after \(value)")
        }
        guard let value = reading.value else { return nil }
        let isKnown = raises.contains {
            $0.span.mayPrecede(reading.span) && $0.values.contains(value)
        }
        return isKnown
            ? nil
            : Violation(
                kind: .cutoffByNobody, operations: [reading.operation],
                text: "nobody raised the cutoff of \(user) to \(shown)")
    }
}
