internal import Redis

extension ListStore {
    /// A token's end as a score.
    func score(_ expiry: Expiry) -> String {
        expiry.seconds.map { String($0 * unit) } ?? "+inf"
    }

    /// Reads a score under `key`. Throws for what is no time, such as `-inf` or text, and for what
    /// can only be a time in the other unit: read in the wrong one a token would be long over, or
    /// never end.
    func expiry(score: [UInt8], key: [UInt8]) throws(StoreError) -> Expiry {
        switch String(decoding: score, as: UTF8.self) {
        case "inf", "+inf": return .never
        case let text:
            guard let value = Double(text), value.isFinite, value >= 0 else {
                throw .corrupt(key: key)
            }
            let isForeign =
                unit == 1
                ? value > Self.latest && value <= Self.latest * 1000
                : value > 0 && value < Self.earliest
            guard !isForeign else { throw .otherUnit(key: key) }
            return Expiry(numericDate: value / Double(unit))
        }
    }

    /// Seconds that are more are milliseconds; milliseconds that are fewer are seconds.
    private static let latest = Double(Expiry.latest)
    private static let earliest = 1e11

    /// Counts the members whose scores are in the other unit.
    func countingForeign(_ key: [UInt8]) -> Command {
        unit == 1
            ? Command(
                "ZCOUNT", key: key, .text("(\(Expiry.latest)"), .integer(Expiry.latest * 1000))
            : Command("ZCOUNT", key: key, "(0", "(100000000000")
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
