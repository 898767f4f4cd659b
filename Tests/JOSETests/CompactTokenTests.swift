import JOSE
import JSON
import Testing

struct CompactTokenTests {
    // RFC 7515 appendix A.1.
    private static let example =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    @Test func theExampleOfRFC7515IsTakenApart() throws {
        let token = try token(Self.example)
        #expect(token.header.algorithm == .hs256)
        #expect(token.header.type == "JWT")
        #expect(token.header.keyID == nil)
        #expect(token.header.object.names == ["typ", "alg"])
        #expect(token.signature.count == 32)
        #expect(token.bytes == Array(Self.example.utf8))
        #expect(token.signingInput == Array(Self.example.utf8.prefix(Self.example.utf8.count - 44)))
        let claims = try token.claims()
        #expect(claims.names == ["iss", "exp", "http://example.com/is_root"])
        #expect(claims["exp"] == 1_300_819_380)
    }

    @Test(
        arguments: [
            ("", .token, .empty),
            ("eyJhbGciOiJIUzI1NiJ9", .token, .segmentCount(1)),
            ("a.b", .token, .segmentCount(2)),
            ("a.b.c.d", .token, .segmentCount(4)),
            ("a.b.c.d.e", .token, .encrypted),
            ("a.b.c.d.e.f.g", .token, .segmentCount(7)),
            ("..", .header, .json(JSONError(.unexpectedEnd, at: 0))),
            ("e30=.e30.", .header, .base64(.invalidCharacter(offset: 3))),
            ("e30.e30.", .header, .missingMember("alg")),
            ("eyJhbGciOiJIUzI1NiJ9.e3.", .payload, .base64(.nonZeroTailBits)),
            ("eyJhbGciOiJIUzI1NiJ9.e30.A", .signature, .base64(.invalidLength)),
            ("eyJhbGciOiJIUzI1NiJ9 .e30.", .header, .base64(.invalidLength)),
        ] as [(String, MalformedToken.Segment, MalformedToken.Fault)])
    func faultsAreNamed(
        text: String, segment: MalformedToken.Segment, fault: MalformedToken.Fault
    ) {
        #expect(throws: MalformedToken(segment, fault)) { try token(text) }
    }

    @Test(
        arguments: [
            ("[]", .notAnObject), (#""alg""#, .notAnObject), ("{}", .missingMember("alg")),
            (#"{"alg":1}"#, .notAString("alg")), (#"{"alg":null}"#, .notAString("alg")),
            (#"{"alg":["HS256"]}"#, .notAString("alg")),
            (#"{"alg":"HS256","kid":1}"#, .notAString("kid")),
            (#"{"alg":"HS256","typ":null}"#, .notAString("typ")),
            (#"{"alg":"none","alg":"HS256"}"#, .json(JSONError(.duplicateName("alg"), at: 14))),
        ] as [(String, MalformedToken.Fault)])
    func aHeaderIsAnObjectWithAnAlgorithm(header: String, fault: MalformedToken.Fault) {
        #expect(throws: MalformedToken(.header, fault)) { try token(unsigned(header: header)) }
    }

    @Test(arguments: ["", "[]", "\"x\"", "1", "null", "{\"a\":1,\"a\":1}", "{}x"])
    func aPayloadOfClaimsIsOneObject(payload: String) throws {
        let token = try token(unsigned(header: #"{"alg":"HS256"}"#, payload: payload))
        #expect(token.payload == Array(payload.utf8))
        #expect(throws: MalformedToken.self) { try token.claims() }
    }

    @Test func sizesAreLimited() throws {
        func padded(header: Int, payload: Int) -> String {
            unsigned(
                header: #"{"alg":"HS256"\#(String(repeating: " ", count: header - 15))}"#,
                payload: String(repeating: " ", count: payload))
        }
        #expect(throws: Never.self) { try token(padded(header: 8192, payload: 2)) }
        #expect(throws: MalformedToken(.header, .tooLarge(limit: 8192))) {
            try token(padded(header: 8193, payload: 2))
        }
        #expect(throws: Never.self) { try token(padded(header: 20, payload: 190_000)) }
        #expect(throws: MalformedToken(.token, .tooLarge(limit: 262_144))) {
            try token(padded(header: 20, payload: 200_000))
        }
        #expect(throws: MalformedToken(.token, .segmentCount(262_145))) {
            try token(String(repeating: ".", count: 262_144))
        }
    }

    @Test func dotsAreFoundAsBytes() {
        // As characters, a dot with an accent is no dot.
        #expect(throws: MalformedToken(.token, .segmentCount(4))) { try token("a.\u{301}b.c.d") }
    }

    @Test func aTokenWithoutJTIIsNamedByWhatWasSigned() throws {
        // printf %s 'eyJhbGciOiJIUzI1NiJ9.e30' | sha256sum
        let name = "sha256:3978d6887f72c32fa2961bbea936b5d162739a4afa4e7352c68267a8d646ceca"
        #expect(try token("eyJhbGciOiJIUzI1NiJ9.e30.AAAA").contentIdentifier() == name)
        #expect(try token("eyJhbGciOiJIUzI1NiJ9.e30.").contentIdentifier() == name)
        #expect(try token("eyJhbGciOiJIUzI1NiJ9.e30g.").contentIdentifier() != name)
    }
}
