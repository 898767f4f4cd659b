/// Parses typical documents over and over and prints how many megabytes a second that is.
@main enum JSONSpeed {
    private static let claims =
        #"{"iss":"https://auth.example.com","sub":"0b1c8a52-9d0e-4f0c-9d53-6a8f3c1d2e4f","#
        + #""aud":["https://api.example.com","mobile"],"iat":1795238278,"exp":1795241878,"#
        + #""jti":"sh0SeL-F_e0tGahVXRvYuw","scope":"openid profile email orders:read","#
        + #""email":"alice@example.com","email_verified":true,"roles":["admin","support"]}"#

    private static func document(_ name: String) -> [UInt8] {
        switch name {
        case "claims": Array(claims.utf8)
        case "a set of claims":
            Array("[\(repeatElement(claims, count: 1000).joined(separator: ","))]".utf8)
        default:
            Array(
                "[\((0..<50_000).map { "\($0 * 7919 % 1_000_003).\($0 % 97)" }.joined(separator: ","))]"
                    .utf8)
        }
    }

    static func main() throws {
        for name in ["claims", "a set of claims", "numbers"] {
            let document = document(name)
            let repetitions = max(1, 20_000_000 / document.count)
            var rates: [Double] = []
            for _ in 0..<7 {
                let duration = try ContinuousClock().measure {
                    for _ in 0..<repetitions { _ = try JSONParser.parse(document) }
                }
                let seconds =
                    Double(duration.components.seconds) + Double(duration.components.attoseconds)
                    / 1e18
                rates.append(Double(document.count * repetitions) / 1e6 / seconds)
            }
            let median = Int(rates.sorted()[3])
            print("JSON, \(name) of \(document.count) bytes: \(median) MB/s (to reach: 200)")
        }
    }
}
