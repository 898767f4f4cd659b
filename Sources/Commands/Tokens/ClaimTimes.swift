internal import JOSE
internal import JSON

/// The dates among a token's claims, which people read better in words.
struct ClaimTimes {
    private let claims: RegisteredClaims

    init(_ claims: JSONObject) {
        self.claims = RegisteredClaims(claims)
    }

    /// The dates of claims that are already read.
    init(_ claims: RegisteredClaims) {
        self.claims = claims
    }

    private var dates: [(name: String, value: Int64)] {
        var dates: [(name: String, value: Int64)] = []
        forEachDate { dates.append(($0.description, $1)) }
        return dates
    }

    private func forEachDate(_ body: (StaticString, Int64) -> Void) {
        func visit(_ name: StaticString, _ claim: Claim<JSONNumber>) {
            if let seconds = claim.value.flatMap(TimeText.seconds) { body(name, seconds) }
        }
        visit("iat", claims.issuedAt)
        visit("nbf", claims.notBefore)
        visit("exp", claims.expiresAt)
    }

    /// The member `times`: RFC 3339 for each date, and the seconds until `exp`.
    func json(now: Int64) -> JSONValue {
        var builder = JSONBuilder()
        describe(to: &builder, now: now)
        return builder.result
    }

    func describe(to json: inout some JSONSink, now: Int64) {
        json.beginObject()
        forEachDate { name, value in
            if let text = CivilDate.bytes(value) {
                json.member(name, plainText: text.span)
            } else {
                json.member(name, .string(TimeText.rfc3339(value)))
            }
        }
        // `exp` is the last of the dates.
        if let expiry = claims.expiresAt.value.flatMap(TimeText.seconds) {
            json.member("expires_in", .integer(expiry - now))
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
