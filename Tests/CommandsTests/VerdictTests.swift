import Glibc
import JSON
import TestSupport
import Testing

@testable import Commands

struct VerdictTests {
    /// One case of the table: the token, the options, and what they lead to.
    struct Case: Sendable, CustomTestStringConvertible {
        let reason: String
        let status: Int32
        let token: String
        var options: [String] = []
        var environment: [String: String] = [:]

        var testDescription: String { "\(reason) \(options)" }
    }

    private static let good = TestToken.signed([
        "iss": "me", "sub": "alice", "aud": ["a", "b"], "jti": "id-1",
        "iat": .integer(TestTool.now - 100), "exp": .integer(TestTool.now + 100),
    ])

    private static func key(_ id: String) -> String {
        #"{"kty":"oct","kid":"\#(id)","k":"\#(String(repeating: "A", count: 43))"}"#
    }

    private static let cases: [Case] = [
        Case(reason: "malformed", status: 3, token: "abc"),
        Case(reason: "malformed", status: 3, token: ""),
        Case(reason: "malformed", status: 3, token: good + ".x"),
        Case(reason: "malformed", status: 3, token: good + "="),
        Case(
            reason: "malformed", status: 3,
            token: TestToken.unsigned(header: #"{"alg":"HS256"}"#, payload: "[1]")),
        Case(reason: "malformed", status: 3, token: TestToken.unsigned(header: #"{"typ":"JWT"}"#)),
        Case(
            reason: "bad_signature", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"HS256"}"#)),
        Case(
            reason: "bad_signature", status: 4,
            token: TestToken.signed([:], secret: "another secret, also long enough for it")),
        Case(
            reason: "no_key", status: 4, token: TestToken.signed([:], header: ["kid": "z"]),
            options: ["--key", "env:SET"],
            environment: ["SET": #"{"keys":[\#(key("a")),\#(key("b"))]}"#]),
        Case(
            reason: "algorithm_not_allowed", status: 4, token: good, options: ["--alg", "HS512"]),
        Case(
            reason: "algorithm_not_allowed", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"none"}"#)),
        Case(
            reason: "algorithm_not_allowed", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"RS256"}"#)),
        Case(
            reason: "algorithm_not_allowed", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"hs256"}"#)),
        Case(
            reason: "weak_key", status: 4, token: TestToken.signed([:], secret: "short"),
            environment: ["SECRET": "short"]),
        Case(
            reason: "unsupported_header", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"HS256","crit":["x"],"x":1}"#)),
        Case(
            reason: "unsupported_header", status: 4,
            token: TestToken.unsigned(header: #"{"alg":"HS256","b64":false}"#)),
        Case(
            reason: "expired", status: 5, token: TestToken.signed(["exp": .integer(TestTool.now)])),
        Case(
            reason: "expired", status: 5,
            token: TestToken.signed(["exp": .integer(TestTool.now - 30)]),
            options: ["--leeway", "30s"]),
        Case(reason: "expired", status: 5, token: good, options: ["--at", "+2h"]),
        Case(
            reason: "not_yet_valid", status: 5,
            token: TestToken.signed(["nbf": .integer(TestTool.now + 1)])),
        Case(
            reason: "too_old", status: 5,
            token: TestToken.signed(["iat": .integer(TestTool.now - 61)]),
            options: ["--max-age", "1m"]),
        Case(reason: "invalid_claim", status: 5, token: TestToken.signed(["exp": "soon"])),
        Case(reason: "invalid_claim", status: 5, token: TestToken.signed(["exp": nil])),
        Case(reason: "invalid_claim", status: 5, token: TestToken.signed(["sub": true])),
        Case(
            reason: "invalid_claim", status: 5, token: TestToken.signed(["sub": 7]),
            options: ["--strict"]),
        Case(
            reason: "invalid_claim", status: 5, token: TestToken.signed(["sub": 7]),
            options: ["--sub", "7"]),
        Case(
            reason: "invalid_claim", status: 5, token: TestToken.signed(["aud": nil]),
            options: ["--aud", "a"]),
        Case(reason: "invalid_claim", status: 5, token: TestToken.signed(["jti": [:]])),
        Case(reason: "invalid_claim", status: 5, token: TestToken.signed(["jti": ""])),
        Case(
            reason: "missing_claim", status: 5, token: TestToken.signed([:]),
            options: ["--aud", "a"]),
        Case(
            reason: "missing_claim", status: 5, token: TestToken.signed([:]),
            options: ["--require", "exp"]),
        Case(
            reason: "missing_claim", status: 5, token: good, options: ["--require", "role"]),
        Case(
            reason: "missing_claim", status: 5, token: TestToken.signed([:]),
            options: ["--max-age", "1m"]),
        Case(reason: "wrong_issuer", status: 5, token: good, options: ["--iss", "you"]),
        Case(reason: "wrong_audience", status: 5, token: good, options: ["--aud", "c"]),
        Case(reason: "wrong_subject", status: 5, token: good, options: ["--sub", "Alice"]),
        Case(
            reason: "wrong_type", status: 5, token: TestToken.signed([:], header: ["typ": "JWT"]),
            options: ["--typ", "at+jwt"]),
    ]

    @Test("Each refusal has its reason and status", arguments: cases)
    func refusals(_ case: Case) throws {
        let result = TestTool.standalone.run(
            ["verify", "--offline", "--json"] + `case`.options + [`case`.token],
            environment: `case`.options.contains("--key")
                ? `case`.environment.merging(["JWTCTL_SECRET": ""]) { $1 } : `case`.environment)
        #expect(result.status == `case`.status, "\(result.errors)")
        let object = try result.object()
        #expect(object["reason"]?.stringValue?.text == `case`.reason)
        #expect(object["active"] == false)
        #expect(object["valid"] == false)
        let codes = object["checks"]?.arrayValue?.compactMap { $0.objectValue?["code"] }
        #expect(codes?.contains(.string(`case`.reason)) == true)
    }

    @Test(
        "What holds is valid; offline nobody can say whether it is active",
        arguments: [
            [], ["--iss", "you", "--iss", "me"], ["--aud", "c", "--aud", "b"], ["--sub", "alice"],
            ["--require", "exp"], ["--max-age", "100s"], ["--at", "+99s"], ["--alg", "HS256"],
            ["--at", "-1h"], ["--at", "+2h", "--leeway", "2h"],
        ])
    func accepts(options: [String]) throws {
        let result = TestTool.standalone.run(
            ["verify", "--offline", "--json"] + options + [Self.good])
        #expect(result.status == 0, "\(result.output)")
        let object = try result.object()
        #expect(
            object.names == [
                "active", "valid", "reason", "header", "payload", "verified", "checks", "state",
                "times",
            ])
        #expect(object["active"] == .null)
        #expect(object["valid"] == true)
        #expect(object["reason"] == .null)
        #expect(object["verified"] == true)
        #expect(object["state"] == .null)
        let checks = object["checks"]?.arrayValue ?? []
        #expect(checks.allSatisfy { $0.objectValue?["ok"] == true })
        #expect(checks.first?.objectValue?["check"] == "signature")
    }

    @Test(
        "The type may stand with or without application/",
        arguments: [
            "at+jwt", "application/at+jwt", "AT+JWT",
        ])
    func types(type: String) {
        let token = TestToken.signed([:], header: ["typ": "at+jwt"])
        #expect(TestTool.standalone.run(["verify", "--offline", "--typ", type, token]).status == 0)
    }

    @Test("Every failed check is reported, and the first decides")
    func everyFailure() throws {
        let token = TestToken.signed([
            "exp": .integer(TestTool.now - 1), "nbf": .integer(TestTool.now + 9), "iss": "me",
            "sub": true,
            "aud": "a",
        ])
        let result = TestTool.standalone.run([
            "verify", "--offline", "--json", "--iss", "you", "--aud", "b", "--require", "role",
            "--typ", "x", token,
        ])
        #expect(result.status == 5)
        let object = try result.object()
        #expect(object["reason"] == "expired")
        #expect(object["verified"] == true)
        #expect(
            Self.codes(object) == [
                "exp": "expired", "nbf": "not_yet_valid", "iss": "wrong_issuer",
                "sub": "invalid_claim", "aud": "wrong_audience", "role": "missing_claim",
                "typ": "wrong_type",
            ])
    }

    /// The codes of the checks that failed.
    private static func codes(_ verdict: JSONObject) -> [String: String] {
        var codes: [String: String] = [:]
        for check in verdict["checks"]?.arrayValue ?? [] {
            guard let check = check.objectValue, check["ok"] != true,
                let name = check["check"]?.stringValue, let code = check["code"]?.stringValue
            else { continue }
            codes[name.text] = code.text
        }
        return codes
    }

    @Test(
        "After a bad signature or a malformed token nothing else is judged",
        arguments: [
            TestToken.signed(
                ["exp": 1, "sub": 7], secret: "another secret, also long enough for it"),
            "a.b.c",
        ])
    func notJudged(token: String) throws {
        for options in [["--offline"], []] {
            let object = try TestTool.standalone.run(
                ["verify", "--json", "--aud", "x"] + options + [token]
            )
            .object()
            #expect(object["verified"] == false)
            #expect(object["state"] == .null)
            let checks = object["checks"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(checks.first?["ok"] == false)
            #expect(checks.count > 1)
            #expect(checks.dropFirst().allSatisfy { $0["ok"] == .null && $0["code"] == nil })
            let names = checks.compactMap { $0["check"]?.stringValue?.text }
            #expect(names.contains("claims"))
            #expect(names.contains("blacklist") == options.isEmpty)
            #expect(names.contains("cutoff") == options.isEmpty)
        }
    }

    @Test("Redis is not asked about a token whose signature is bad")
    func doesNotAsk() throws {
        let listener = try Listener()
        let bad = TestToken.signed([:], secret: "another secret, also long enough for it")
        let options = ["verify", "--redis", listener.url, "--timeout", "200ms"]
        for (token, status) in [(bad, 4), ("abc", 3)] as [(String, Int32)] {
            #expect(TestTool.standalone.run(options + [token]).status == status)
            #expect(!listener.wasAsked)
        }
        // The listener does notice: a good token is asked about, and nobody answers.
        #expect(TestTool.standalone.run(options + [Self.good]).status == 8)
        #expect(listener.wasAsked)
    }

    @Test("Unknown is never valid: without Redis a good token has status 8")
    func unknown() throws {
        let result = TestTool.standalone.run(["verify", "--json", Self.good])
        #expect(result.status == 8)
        let object = try result.object()
        #expect(object["active"] == .null)
        #expect(object["valid"] == true)
        #expect(object["reason"] == "unknown")
        #expect(Self.codes(object) == ["blacklist": "unknown"])
        #expect(result.errors.contains("error: "))
        #expect(!TestTool.standalone.run(["verify", Self.good]).output.hasPrefix("active"))
    }

    @Test("The lowest status wins: expired and unknown is expired, and both are told")
    func lowestWins() throws {
        let result = TestTool.standalone.run(["verify", "--json", "--aud", "c", "--", Self.good])
        #expect(result.status == 5)
        let object = try result.object()
        #expect(object["active"] == false)
        #expect(object["valid"] == false)
        #expect(object["reason"] == "wrong_audience")
        #expect(Self.codes(object) == ["aud": "wrong_audience", "blacklist": "unknown"])
    }

    @Test("A stream answers one line for each line of input, blank and over-long ones too")
    func stream() throws {
        let long = String(repeating: "x", count: 300_000)
        let input = [Self.good, "", "Bearer \(Self.good)\r", long, "a.b.c", Self.good]
            .joined(separator: "\n")
        let result = TestTool.standalone.run(["verify", "--offline", "--stream"], input: input)
        #expect(result.status == 0)
        let reasons = try result.output.split(separator: "\n").map { line in
            try JSONParser.parse(Array(line.utf8)).objectValue?["reason"] ?? .null
        }
        #expect(reasons == [nil, "malformed", nil, "malformed", "malformed", nil])
        #expect(TestTool.standalone.run(["verify", "--offline", "--stream"]).output.isEmpty)
    }

    @Test("A stream without Redis is unknown where it would be valid, and ends with 8")
    func streamUnknown() {
        let result = TestTool.standalone.run(["verify", "--stream"], input: "abc\n\(Self.good)\n")
        #expect(result.status == 8)
        #expect(result.output.split(separator: "\n").count == 2)
        #expect(TestTool.standalone.run(["verify", "--stream"], input: "abc\n").status == 0)
    }

    @Test(
        "What Redis cannot answer is not asked for",
        arguments: [
            ["--at", "now"], ["--leeway", "61s"], ["--stream"],
        ])
    func conflicts(options: [String]) {
        #expect(TestTool.standalone.run(["verify"] + options + [Self.good]).status == 2)
    }

    @Test("Without a key there is no verdict")
    func noKey() {
        let result = TestTool.standalone.run(
            ["verify", "--offline", Self.good], environment: ["JWTCTL_SECRET": ""])
        #expect(result.status == 2)
        #expect(result.errors.contains("hint: give --key FILE"))
    }
}

/// A loopback port on which connections arrive and are never answered.
private final class Listener {
    private let descriptor: CInt
    let url: String

    init() throws {
        let port: Int
        (descriptor, port) = try Loopback.listen()
        url = "redis://127.0.0.1:\(port)"
    }

    deinit {
        close(descriptor)
    }

    /// Whether somebody has connected.
    var wasAsked: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
