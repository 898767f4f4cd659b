internal import Redis

extension ListStore {
    /// A token's end as a score.
    func score(_ expiry: Expiry) -> String {
        expiry.seconds.map { String($0 * unit) } ?? "+inf"
    }

    /// Reads a score; nil for what is no time, such as `-inf` or text, or a time in another unit.
    func expiry(score: [UInt8]) -> Expiry? {
        switch String(decoding: score, as: UTF8.self) {
        case "inf", "+inf": return .never
        case let text:
            guard let value = Double(text), value.isFinite, value >= 0,
                value <= foreign.above || value >= foreign.below
            else { return nil }
            return Expiry(numericDate: value / Double(unit))
        }
    }

    /// Scores that are a time in the other unit alone: seconds later than the year 9999, or
    /// milliseconds before the spring of 1973.
    private var foreign: (above: Double, below: Double) {
        unit == 1 ? (Double(Expiry.latest), Double(Expiry.latest) * 1000 + 1) : (0, 1e11)
    }

    /// The same for ZCOUNT.
    var foreignScores: (from: Argument, till: Argument) {
        unit == 1 ? ("(253402300799", "253402300799000") : ("(0", "(100000000000")
    }

    /// The user whose list lies under `key`, nil if that is no such key.
    func user(ofKey key: [UInt8]) -> Identifier? {
        key.isEmpty ? nil : self.key.parse(key)?[.user].flatMap(Identifier.init(found:))
    }

    /// The keys of a user's list, for scripts.
    func keys(of user: Identifier) throws(StoreError) -> [[UInt8]] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        let tokens = try key.render(values)
        return try details.map { details throws(StoreError) in
            [tokens, try details.render(values)]
        } ?? [tokens]
    }
}
