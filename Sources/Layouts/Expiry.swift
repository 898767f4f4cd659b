/// When a token expires.
package enum Expiry: Comparable, Sendable {
    /// Unix seconds. The token is expired from this second on.
    case at(Int64)
    /// The token has no `exp`.
    case never

    /// The last second of the year 9999. A later time is stored as this one, since Redis counts
    /// milliseconds in 64 bits, and scores are doubles.
    package static let latest: Int64 = 253_402_300_799

    /// Takes a NumericDate, which may have a fraction and any size. It is rounded up, so that
    /// nothing that is stored for a token expires before the token does.
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
