internal import JOSE
internal import JSON

/// The dates among a token's claims, beside which people need words.
struct ClaimTimes {
    private let claims: RegisteredClaims

    init(_ claims: JSONObject) {
        self.claims = RegisteredClaims(claims)
    }

    private var dates: [(name: String, value: Int64)] {
        [("iat", claims.issuedAt), ("nbf", claims.notBefore), ("exp", claims.expiresAt)]
            .compactMap { name, claim in
                claim.value.flatMap(TimeText.seconds).map { (name, $0) }
            }
    }

    /// The member `times`: RFC 3339 for each date, and the seconds until `exp`.
    func json(now: Int64) -> JSONValue {
        var builder = JSONBuilder()
        describe(to: &builder, now: now)
        return builder.result
    }

    func describe(to json: inout some JSONSink, now: Int64) {
        json.beginObject()
        for date in dates {
            json.member(JSONString(date.name), .string(TimeText.rfc3339(date.value)))
            if date.name == "exp" { json.member("expires_in", .integer(date.value - now)) }
        }
        json.endObject()
    }

    /// A line for each date: the number as written, the date, and how far away it is.
    func lines(now: Int64, prefix: String) -> String {
        dates.map { date in
            let relative = TimeText.relative(date.value, to: now)
            let words =
                switch date.name {
                case "iat": "issued \(relative)"
                case "nbf": date.value > now ? "valid \(relative)" : "valid since then"
                default: date.value > now ? "expires \(relative)" : "expired \(relative)"
                }
            return "\(prefix)\(date.name)  \(date.value)  \(TimeText.table(date.value))  \(words)\n"
        }.joined()
    }
}
