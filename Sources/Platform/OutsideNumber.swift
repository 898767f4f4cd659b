// Numbers from outside: from a server, a token or a stored text.
//
// Redis answers PTTL with 9223372036854775807 where an application said PEXPIREAT with the largest
// number it had, and a token may carry any `iat`. What has passed one of these can be added to
// another, and multiplied by 1000, without overflow.

extension Int {
    /// The same number, or the limit nearest to it; see `Int64.bounded`.
    package var bounded: Int { Int(Int64(self).bounded) }
}

extension Int64 {
    private static let outsideLimit: Int64 = 1 << 48

    /// The same number, or the limit nearest to it: 2^48, which is beyond the year 9999 in
    /// milliseconds and more than any server counts. Not generic, since every number of every reply
    /// comes through here.
    package var bounded: Int64 {
        Swift.min(Swift.max(self, -Self.outsideLimit), Self.outsideLimit)
    }

    /// A time that somebody else wrote; nil for one beyond the limits, which is on no calendar.
    package init?(outside value: Int64) {
        guard value == value.bounded else { return nil }
        self = value
    }

    /// The second that a NumericDate falls in, or the next whole one; nil beyond the limits.
    package init?(outside value: Double, rounding rule: FloatingPointRoundingRule = .down) {
        guard let whole = Int64(exactly: value.rounded(rule)) else { return nil }
        self.init(outside: whole)
    }
}
