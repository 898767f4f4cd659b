// Numbers from a server, a token or a stored text may be anything. Redis answers PTTL with
// 9223372036854775807 if an application called PEXPIREAT with the largest number it had, and a
// token may have any `iat`. Numbers that passed through one of the functions below can be added,
// and multiplied by 1000, without overflow.

extension Int {
    /// The number, or the nearest limit if it is outside of ±2^48; see `Int64.bounded`.
    package var bounded: Int { Int(Int64(self).bounded) }
}

extension Int64 {
    private static let outsideLimit: Int64 = 1 << 48

    /// The number, or the nearest limit if it is outside of ±2^48. That is after the year 9999 in
    /// milliseconds, and more than any server counts. Not generic, since every number of every reply
    /// passes through here.
    package var bounded: Int64 {
        Swift.min(Swift.max(self, -Self.outsideLimit), Self.outsideLimit)
    }

    /// A time from outside; nil if it is beyond the limits and therefore not a date.
    package init?(outside value: Int64) {
        guard value == value.bounded else { return nil }
        self = value
    }

    /// The second in which a NumericDate lies, or with `.up` the next one; nil beyond the limits.
    package init?(outside value: Double, rounding rule: FloatingPointRoundingRule = .down) {
        guard let whole = Int64(exactly: value.rounded(rule)) else { return nil }
        self.init(outside: whole)
    }
}
