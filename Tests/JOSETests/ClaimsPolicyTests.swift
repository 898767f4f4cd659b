import JOSE
import JSON
import Testing

struct ClaimsPolicyTests {
    private static let now = 1_800_000_000.0

    private func header(_ members: JSONObject = [:]) throws -> TokenHeader {
        var object: JSONObject = ["alg": "HS256"]
        for member in members.members { object.set(member.name, member.value) }
        return try TokenHeader(object)
    }

    private func failures(
        _ claims: String, header members: JSONObject = [:],
        _ configure: (inout ClaimsPolicy) -> Void = { _ in }
    ) throws -> [String: Reason] {
        var policy = ClaimsPolicy(now: Self.now)
        configure(&policy)
        let object = try #require(try JSONParser.parse(Array(claims.utf8)).objectValue)
        let checks = policy.checks(header: try header(members), claims: object)
        #expect(Set(checks.map(\.name)).count == checks.count)
        return Dictionary(
            uniqueKeysWithValues: checks.compactMap { check in
                check.reason.map { (check.name, $0) }
            })
    }

    @Test(
        arguments: [
            (#"{}"#, 0, [:]),
            (#"{"exp":1800000001}"#, 0, [:]),
            (#"{"exp":1800000000}"#, 0, ["exp": .expired]),
            (#"{"exp":1800000000.5}"#, 0, [:]),
            (#"{"exp":1799999999.5}"#, 0, ["exp": .expired]),
            (#"{"exp":1799999991}"#, 10, [:]),
            (#"{"exp":1799999990}"#, 10, ["exp": .expired]),
            (#"{"exp":1e300}"#, 0, [:]),
            (#"{"exp":-1e300}"#, 0, ["exp": .expired]),
            (#"{"exp":9223372036854775808}"#, 0, [:]),
            (#"{"exp":-9223372036854775809}"#, 0, ["exp": .expired]),
            (#"{"nbf":1800000000}"#, 0, [:]),
            (#"{"nbf":1800000000.5}"#, 0, ["nbf": .notYetValid]),
            (#"{"nbf":1800000010}"#, 10, [:]),
            (#"{"nbf":1800000011}"#, 10, ["nbf": .notYetValid]),
            (#"{"nbf":1e300}"#, 0, ["nbf": .notYetValid]),
            (#"{"iat":1900000000}"#, 0, [:]),
            (#"{"exp":1,"nbf":1900000000}"#, 0, ["exp": .expired, "nbf": .notYetValid]),
        ] as [(String, Double, [String: Reason])])
    func timesAreJudgedToTheFraction(
        claims: String, leeway: Double, expected: [String: Reason]
    ) throws {
        #expect(try failures(claims) { $0.leeway = leeway } == expected)
    }

    @Test(
        arguments: ["exp", "nbf", "iat"],
        ["null", "true", "\"4102444800\"", "[4102444800]", "{}"])
    func aTimeOfTheWrongTypeIsAFailureAndNeverAbsent(name: String, value: String) throws {
        #expect(try failures("{\"\(name)\":\(value)}") == [name: .invalidClaim])
    }

    @Test(
        arguments: ["iss", "sub", "jti"],
        ["null", "1", "[\"a\"]", "{}", "false", "7.0", "1e2", "-0", "9007199254740992"])
    func aNameOfTheWrongTypeIsAFailureAndNeverAbsent(name: String, value: String) throws {
        let claims = "{\"\(name)\":\(value)}"
        #expect(try failures(claims) { $0.isStrict = true } == [name: .invalidClaim])
        let required = try failures(claims) { $0.requiredClaims = [JSONString(name)] }
        #expect(required == [name: .invalidClaim])
        let isRead = value == "null" || value == "1" && name != "iss"
        #expect(try failures(claims) == (isRead ? [:] : [name: .invalidClaim]))
    }

    /// devise-jwt writes `"aud":null`, NestJS' documentation and tymon/jwt-auth 1 a numeric `sub`.
    @Test(
        arguments: [
            (#"{"sub":7}"#, "sub", "not a string: RFC 7519 section 4.1.2"),
            (#"{"jti":-9007199254740991}"#, "jti", "not a string: RFC 7519 section 4.1.7"),
            (#"{"sub":0}"#, "sub", "not a string: RFC 7519 section 4.1.2"),
            (#"{"aud":null}"#, "aud", "null, not a string: RFC 7519 section 4.1.3"),
            (#"{"iss":null}"#, "iss", "null, not a string: RFC 7519 section 4.1.1"),
        ])
    func whatLibrariesWriteIsReadWithARemark(
        _ claims: String, _ name: String, _ words: String
    ) throws {
        let object = try #require(try JSONParser.parse(Array(claims.utf8)).objectValue)
        let header = try header()
        let checks = ClaimsPolicy(now: 0).checks(header: header, claims: object)
        #expect(checks == [Check(name, .passed, detail: words)])
    }

    @Test func aWholeNumberCountsByItsDecimalText() throws {
        let object = try #require(
            try JSONParser.parse(Array(#"{"sub":7,"jti":-12,"aud":null}"#.utf8)).objectValue)
        let claims = RegisteredClaims(object)
        #expect(claims.subject == .value("7"))
        #expect(claims.identifier == .value("-12"))
        #expect(claims.audience == .absent)
    }

    @Test(arguments: [(#"{"sub":7}"#, "sub"), (#"{"iss":null}"#, "iss"), (#"{"aud":null}"#, "aud")])
    func whatAnOptionDemandsHasTheTypeOfTheRFC(_ claims: String, _ name: String) throws {
        let found = try failures(claims) {
            switch name {
            case "sub": $0.subject = "7"
            case "iss": $0.issuers = ["a"]
            default: $0.audiences = ["a"]
            }
        }
        #expect(found == [name: .invalidClaim])
    }

    @Test(arguments: ["null", "1", "[1]", "[\"a\",null]", "{\"a\":1}", "[[\"a\"]]"])
    func anAudienceIsAStringOrStrings(value: String) throws {
        let found = try failures("{\"aud\":\(value)}")
        #expect(found == (value == "null" ? [:] : ["aud": .invalidClaim]))
        #expect(
            try failures("{\"aud\":\(value)}") { $0.audiences = ["a"] } == ["aud": .invalidClaim])
    }

    @Test(
        arguments: [
            (#"{"aud":"a"}"#, nil), (#"{"aud":["x","b"]}"#, nil),
            (#"{"aud":"ab"}"#, .wrongAudience),
            (#"{"aud":"A"}"#, .wrongAudience), (#"{"aud":[]}"#, .wrongAudience),
            (#"{"aud":""}"#, .wrongAudience), (#"{}"#, .missingClaim),
        ] as [(String, Reason?)])
    func oneOfTheAudiencesSuffices(claims: String, reason: Reason?) throws {
        #expect(try failures(claims) { $0.audiences = ["a", "b"] }["aud"] == reason)
    }

    @Test(
        arguments: [
            (#"{"iss":"https://a/","sub":"alice"}"#, [:]),
            (#"{"iss":"https://a","sub":"ALICE"}"#, ["iss": .wrongIssuer, "sub": .wrongSubject]),
            (#"{}"#, ["iss": .missingClaim, "sub": .missingClaim]),
        ] as [(String, [String: Reason])])
    func issuerAndSubjectAreTheDemandedOnes(claims: String, expected: [String: Reason]) throws {
        let found = try failures(claims) {
            $0.issuers = ["https://b/", "https://a/"]
            $0.subject = "alice"
        }
        #expect(found == expected)
    }

    @Test func stringsAreComparedAsBytes() throws {
        let composed = JSONString("caf\u{e9}")
        let claims = "{\"iss\":\"cafe\u{301}\",\"sub\":\"cafe\u{301}\",\"aud\":\"cafe\u{301}\"}"
        let found = try failures(claims) {
            $0.issuers = [composed]
            $0.subject = composed
            $0.audiences = [composed]
        }
        #expect(found == ["iss": .wrongIssuer, "sub": .wrongSubject, "aud": .wrongAudience])
    }

    @Test(
        arguments: [
            (#"{"iat":1799999900}"#, nil), (#"{"iat":1799999899}"#, .tooOld),
            (#"{"iat":1900000000}"#, nil), (#"{}"#, .missingClaim),
            (#"{"iat":"x"}"#, .invalidClaim),
        ] as [(String, Reason?)])
    func aTokenMayBeTooOld(claims: String, reason: Reason?) throws {
        #expect(try failures(claims) { $0.maximumAge = 100 }["iat"] == reason)
    }

    @Test func requiredClaimsMustBeThere() throws {
        let found = try failures(#"{"exp":1900000000,"tenant":null}"#) {
            $0.requiredClaims = ["exp", "jti", "tenant", "scope"]
        }
        #expect(found == ["jti": .missingClaim, "scope": .missingClaim])
    }

    @Test(
        arguments: [
            ("at+jwt", "at+jwt", nil), ("AT+JWT", "at+jwt", nil),
            ("application/at+jwt", "at+jwt", nil), ("at+jwt", "Application/AT+jwt", nil),
            ("JWT", "at+jwt", .wrongType), ("text/at+jwt", "at+jwt", .wrongType),
            (nil, "JWT", .wrongType), ("", "JWT", .wrongType),
        ] as [(String?, JSONString, Reason?)])
    func aTypeIsAMediaType(type: String?, demanded: JSONString, reason: Reason?) throws {
        let members: JSONObject = type.map { ["typ": .string($0)] } ?? [:]
        #expect(try failures("{}", header: members) { $0.type = demanded }["typ"] == reason)
    }

    @Test func theCodesAreThoseOfTheManual() {
        #expect(
            Reason.allCases.map(\.rawValue) == [
                "malformed", "bad_signature", "no_key", "algorithm_not_allowed", "weak_key",
                "unsupported_header", "expired", "not_yet_valid", "too_old", "invalid_claim",
                "missing_claim", "wrong_issuer", "wrong_audience", "wrong_subject", "wrong_type",
                "revoked", "cut_off", "not_listed", "unknown",
            ])
    }
}
