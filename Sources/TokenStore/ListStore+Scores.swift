internal import Redis

extension ListStore {
    /// A token's end as a score.
    func score(_ expiry: Expiry) -> String {
        expiry.seconds.map { String($0 * unit) } ?? "+inf"
    }

    /// Reads a score; nil for what is no time, such as `-inf` or text.
    func expiry(score: [UInt8]) -> Expiry? {
        switch String(decoding: score, as: UTF8.self) {
        case "inf", "+inf": return .never
        case let text:
            guard let value = Double(text), value.isFinite, value >= 0 else { return nil }
            return Expiry(numericDate: value / Double(unit))
        }
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
