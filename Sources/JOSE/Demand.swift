package import JSON

/// What was wanted of a claim or header member, as data. Times are seconds since 1970.
package enum Demand: Equatable, Sendable {
    /// It has to be there, whatever it holds.
    case presence
    case equal(JSONString)
    case oneOf([JSONString])
    /// `exp` has to be later than this.
    case after(Double)
    /// `nbf` has to be no later than this.
    case notAfter(Double)
    /// `iat` has to be no earlier than this.
    case notBefore(Double)
}
