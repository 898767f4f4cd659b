package import Redis

extension ListStore {
    /// The score of a token that expires then.
    package func score(_ expiry: Expiry) -> String {
        expiry.seconds.map { String($0 * unit) } ?? "+inf"
    }

    /// Reads a score under `key`. Throws `corrupt` for a score that is not a time, such as `-inf`, and
    /// `otherUnit` for one that can only be a time in the other unit: read in the wrong unit, a token
    /// would have expired long ago, or would never expire.
    package func expiry(score: [UInt8], key: [UInt8]) throws(StoreError) -> Expiry {
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

    /// Seconds above the first number are milliseconds; milliseconds below the second are seconds.
    private static let latest = Double(Expiry.latest)
    private static let earliest = 1e11

    /// The command that counts the members whose scores are in the other unit.
    package func countingForeign(_ key: [UInt8]) -> Command {
        unit == 1
            ? Command(
                "ZCOUNT", key: key, .text("(\(Expiry.latest)"), .integer(Expiry.latest * 1000))
            : Command("ZCOUNT", key: key, "(0", "(100000000000")
    }

    /// The user whose list is under `key`; nil if the key is not that of a list.
    package func user(ofKey key: [UInt8]) -> Identifier? {
        key.isEmpty ? nil : self.key.parse(key)?[.user].flatMap(Identifier.init(found:))
    }

    /// The keys of a user's list, for scripts: the sorted set, and the hash of details if the layout has
    /// one.
    package func keys(of user: Identifier) throws(StoreError) -> [[UInt8]] {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        let tokens = try key.render(values)
        return try details.map { details throws(StoreError) in
            [tokens, try details.render(values)]
        } ?? [tokens]
    }
}
