/// When a token ends.
package enum Expiry: Comparable, Sendable {
    /// Unix seconds; a token is dead from this second on.
    case at(Int64)
    /// The token has no `exp`. It is later than every moment.
    case never

    /// The last second of the year 9999: what is later is stored as this, since Redis counts
    /// milliseconds in 64 bits and scores are doubles.
    package static let latest: Int64 = 253_402_300_799

    /// From a NumericDate, which may have a fraction and any size: rounded up, so that nothing
    /// stored for a token dies before it.
    package init(numericDate: Double) {
        guard numericDate < Double(Self.latest) else {
            self = .at(Self.latest)
            return
        }
        self = .at(Int64(max(numericDate.rounded(.up), 0)))
    }

    /// Unix seconds, nil for a token without end.
    package var seconds: Int64? {
        if case .at(let seconds) = self { return seconds }
        return nil
    }

    package func isPast(at now: Int64) -> Bool {
        if case .at(let seconds) = self { return seconds <= now }
        return false
    }

    /// The same moment `margin` seconds later, within the latest that Redis is given.
    package func extended(by margin: Int64) -> Expiry {
        switch self {
        case .at(let seconds): .at(min(seconds, Self.latest - margin) + margin)
        case .never: .never
        }
    }
}
