import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// The verdict of `verify`: order, statuses, and what unknown means.
@Suite(.redis) struct StateVerdictTests {
    private static let now: Int64 = 1_767_225_600

    /// No Redis is there: who asks it gets "unknown".
    private func nowhere(_ more: [String: String] = [:]) -> TestTool {
        var environment = [
            "JWTCTL_REDIS_URL": "unix:///nonexistent/redis.sock", "S": Sandbox.secret,
            "JWTCTL_SECRET": "env:S",
        ]
        environment.merge(more) { _, new in new }
        return TestTool(environment: environment, clock: .fixed(Self.now))
    }

    private func checks(_ result: TestTool.Result) throws -> [String: JSONObject] {
        var checks: [String: JSONObject] = [:]
        for check in try #require(try result.object()["checks"]?.arrayValue) {
            let object = try #require(check.objectValue)
            let name = try #require(object["check"]?.stringValue?.text)
            #expect(checks[name] == nil, "\(name) stands twice")
            checks[name] = object
        }
        return checks
    }

    @Test(arguments: ["", "x", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.W10.AA", "eyJhbGciOiJIUzI1NiJ9.e30"])
    func nothingElseIsJudgedAfterAMalformedToken(_ token: String) throws {
        let result = nowhere()("verify", "--json", "--", token)
        #expect(result.status == 3)
        let verdict = try result.object()
        #expect(verdict["active"] == false)
        #expect(verdict["valid"] == false)
        #expect(verdict["verified"] == false)
        #expect(verdict["reason"] == "malformed")
        for name in ["header", "payload", "state", "times"] {
            #expect(verdict[JSONString(name)] == .null)
        }
        let checks = try checks(result)
        #expect(checks["format"]?["ok"] == false)
        for name in ["signature", "claims", "blacklist", "cutoff"] {
            #expect(checks[name]?["ok"] == .null, "\(name)")
        }
    }

    @Test func nothingElseIsJudgedAfterABadSignature() throws {
        let token = handmade(
            #"{"sub":"alice","exp":1}"#, secret: Sandbox.otherSecret)
        let result = nowhere()("verify", "--json", token)
        #expect(result.status == 4)
        let verdict = try result.object()
        #expect(verdict["active"] == false)
        #expect(verdict["valid"] == false)
        #expect(verdict["reason"] == "bad_signature")
        let checks = try checks(result)
        #expect(checks["signature"]?["ok"] == false)
        #expect(checks["exp"] == nil)
        for name in ["claims", "blacklist", "cutoff"] { #expect(checks[name]?["ok"] == .null) }
    }

    @Test func unknownIsNeverValid() throws {
        let token = handmade(#"{"sub":"alice","jti":"a","exp":1767229200}"#)
        let result = nowhere()("verify", "--json", token)
        #expect(result.status == 8)
        let verdict = try result.object()
        #expect(verdict["active"] == .null)
        #expect(verdict["valid"] == true)
        #expect(verdict["reason"] == "unknown")
        #expect(verdict["state"] == .null)
        let checks = try checks(result)
        #expect(checks["blacklist"]?["ok"] == .null)
        #expect(checks["blacklist"]?["code"] == "unknown")
        #expect(nowhere()("verify", token).output.contains("UNKNOWN blacklist"))
        #expect(checks["cutoff"]?["ok"] == .null)
        #expect(result.errors.contains("cannot connect"))
        let text = nowhere()("verify", token)
        #expect(text.output.hasPrefix("unknown: "))
        #expect(!text.output.contains("active\n"))
    }

    /// A claim that fails is worse than a state that nobody knows.
    @Test func aFailedClaimGoesBeforeUnknown() throws {
        let token = handmade(#"{"sub":"alice","exp":1767225600}"#)
        let result = nowhere()("verify", "--json", token)
        #expect(result.status == 5)
        #expect(try result.object()["active"] == false)
        #expect(try result.object()["reason"] == "expired")
        #expect(try checks(result)["blacklist"]?["code"] == "unknown")
    }

    @Test func everyFailedCheckIsReportedAndTheLowestStatusWins() throws {
        let sandbox = try Sandbox()
        let end = Int(Date().timeIntervalSince1970)
        let token = handmade(
            #"{"iss":"x","sub":"alice","aud":"y","jti":"dead","iat":\#(end - 100),"exp":\#(end - 1)}"#
        )
        sandbox.jwtctl("revoke", "--ttl", "1h", "dead")
        sandbox.jwtctl("logout-all", "alice")
        let result = sandbox.jwtctl(
            "verify", "--json", "--iss", "i", "--aud", "a", "--sub", "s", "--typ", "at+jwt",
            "--require", "tenant", "--max-age", "1s", "--require-listed", token)
        #expect(result.status == 5)
        let failed = try checks(result).filter { $0.value["ok"] == false }
        let codes = Set(failed.values.compactMap { $0["code"]?.stringValue?.text })
        #expect(
            codes == [
                "expired", "wrong_issuer", "wrong_audience", "wrong_subject", "wrong_type",
                "missing_claim", "too_old", "revoked", "cut_off", "not_listed",
            ])
        #expect(try result.object()["state"]?.objectValue?["revoked"] == true)
    }

    @Test(arguments: [
        (["--leeway", "0s"], 1_767_225_600, 5), (["--leeway", "1s"], 1_767_225_600, 0),
        (["--leeway", "60s"], 1_767_225_541, 0), (["--leeway", "60s"], 1_767_225_540, 5),
        ([], 1_767_225_601, 0), ([], 1_767_225_600, 5),
        (["--at", "2026-01-01T01:00:00Z"], 1_767_229_200, 5),
        (["--at", "@1767225599"], 1_767_225_600, 0), (["--at", "-1h"], 1_767_225_600, 0),
        (["--leeway", "1h"], 1_767_222_001, 0),
    ])
    func expiry(_ options: [String], _ exp: Int, _ status: Int32) throws {
        let token = handmade(#"{"exp":\#(exp)}"#)
        let result = nowhere().run(["verify", "--offline"] + options + [token])
        #expect(result.status == status, "\(result.output)")
        let isStretched = options.first == "--leeway" && options[1] != "0s"
        #expect(result.errors.contains("leeway") == isStretched)
    }

    @Test(
        arguments: [
            (#"{"nbf":1767225601}"#, [], "not_yet_valid"), (#"{"nbf":1767225600}"#, [], nil),
            (#"{"nbf":1767225605}"#, ["--leeway", "5s"], nil),
            (#"{"exp":"1767225601"}"#, [], "invalid_claim"),
            (#"{"exp":null}"#, [], "invalid_claim"),
            (#"{"iat":"x"}"#, [], "invalid_claim"), (#"{"jti":7.0}"#, [], "invalid_claim"),
            (#"{"jti":7}"#, [], nil), (#"{"jti":7}"#, ["--strict"], "invalid_claim"),
            (#"{"sub":null}"#, [], nil), (#"{"sub":null}"#, ["--strict"], "invalid_claim"),
            (#"{}"#, ["--require", "sub"], "missing_claim"),
            (#"{"sub":"a"}"#, ["--require", "sub"], nil),
            (#"{}"#, ["--iss", "a"], "missing_claim"),
            (#"{"iss":"A"}"#, ["--iss", "a"], "wrong_issuer"),
            (#"{"iss":"b"}"#, ["--iss", "a", "--iss", "b"], nil),
            (#"{"aud":["x","b"]}"#, ["--aud", "a", "--aud", "b"], nil),
            (#"{"aud":[]}"#, ["--aud", "a"], "wrong_audience"),
            (#"{"iat":1767225500}"#, ["--max-age", "100s"], nil),
            (#"{"iat":1767225499}"#, ["--max-age", "100s"], "too_old"),
            (#"{}"#, ["--max-age", "100s"], "missing_claim"), (#"{"jti":""}"#, [], "invalid_claim"),
        ] as [(String, [String], String?)])
    func claims(_ payload: String, _ options: [String], _ reason: String?) throws {
        let result = nowhere().run(
            ["verify", "--offline", "--json"] + options + [handmade(payload)])
        #expect(try result.object()["reason"] == reason.map { .string($0) } ?? .null)
        #expect(result.status == (reason == nil ? 0 : 5))
        #expect(try result.object()["active"] == (reason == nil ? .null : false))
        #expect(try result.object()["valid"] == .bool(reason == nil))
    }

    @Test(arguments: [
        (#"{"alg":"none"}"#, 4), (#"{"alg":"HS512"}"#, 4), (#"{"alg":"hs256"}"#, 4),
        (#"{"alg":"RS256"}"#, 4), (#"{"typ":"JWT"}"#, 3),
        (#"{"alg":"HS256","crit":["exp"]}"#, 4), (#"{"alg":"HS256","crit":[]}"#, 4),
        (#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, 4), (#"{"alg":"HS256","zip":"DEF"}"#, 4),
        (#"{"alg":"HS256","jku":"https://evil"}"#, 0), (#"{"alg":"HS256","kid":"other"}"#, 0),
        (#"{"alg":"HS256","typ":7}"#, 3),
    ])
    func headers(_ header: String, _ status: Int32) throws {
        let result = nowhere()("verify", "--offline", handmade(header: header, "{}"))
        #expect(result.status == status, "\(result.output)\(result.errors)")
    }

    @Test(arguments: [
        ("at+jwt", "at+jwt", 0), ("application/at+jwt", "at+jwt", 0),
        ("at+jwt", "application/at+jwt", 0), ("JWT", "at+jwt", 5),
    ])
    func types(_ typ: String, _ wanted: String, _ status: Int32) throws {
        let token = handmade(header: #"{"alg":"HS256","typ":"\#(typ)"}"#, "{}")
        #expect(nowhere()("verify", "--offline", "--typ", wanted, token).status == status)
    }

    @Test func anOptionGoesBeforeItsVariable() throws {
        let token = handmade("{}", secret: Sandbox.otherSecret)
        let jwtctl = nowhere(["OTHER": Sandbox.otherSecret])
        #expect(jwtctl("verify", "--offline", token).status == 4)
        #expect(jwtctl("verify", "--offline", "--secret", "env:OTHER", token).status == 0)
        #expect(jwtctl("verify", "--offline", "--alg", "HS512", token).status == 4)
        // An option for a key silences the variable for a secret, and the other way round.
        #expect(jwtctl("verify", "--offline", "--key", "/nonexistent", token).status == 1)
        var both = jwtctl
        both.environment["JWTCTL_KEY"] = "/nonexistent"
        #expect(both("verify", "--offline", token).status == 2)
        #expect(both("verify", "--offline", "--secret", "env:OTHER", token).status == 0)
        var none = jwtctl
        none.environment["JWTCTL_SECRET"] = nil
        #expect(none("verify", "--offline", token).status == 2)
    }

    @Test func aWeakSecretIsRefusedUnlessAllowed() throws {
        let token = handmade("{}", secret: "short")
        let jwtctl = nowhere(["WEAK": "short"])
        #expect(jwtctl("verify", "--offline", "--secret", "env:WEAK", token).status == 4)
        let line = ["verify", "--offline", "--allow-weak-key", "--secret", "env:WEAK", token]
        #expect(jwtctl.run(line).status == 0)
    }

    /// A list that is demanded is never passed by a token that names no user.
    @Test func aTokenWithoutUserIsOnNoList() throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":"nobody"}"#)
        for command in [["verify"], ["status"]] {
            let result = sandbox.jwtctl.run(command + ["--require-listed", "--json", token])
            #expect(result.status == 7, "\(result.output)")
            #expect(try result.object()["active"] == false)
        }
        #expect(sandbox.jwtctl("verify", token).status == 0)
    }

    /// An id alone cannot be judged against a list, and unknown is never valid.
    @Test func aBareIDIsNotSaidToBeListed() throws {
        let sandbox = try Sandbox()
        let result = sandbox.jwtctl("status", "--require-listed", "--json", "x")
        #expect(result.status == 2)
        #expect(sandbox.jwtctl("status", "--require-listed", "--user", "alice", "x").status == 7)
    }

    @Test func tokensComeFromOperandsFilesAndStandardInput() throws {
        let directory = try TemporaryDirectory()
        let token = handmade("{}")
        let path = try directory.write("token", "Authorization: Bearer \(token)\n")
        let jwtctl = nowhere()
        for line in [[token], ["@\(path)"], ["Bearer \(token)"]] {
            #expect(jwtctl.run(["verify", "--offline"] + line).status == 0)
        }
        for line in [[], ["-"]] {
            #expect(
                jwtctl.run(["verify", "--offline"] + line, input: "\n \(token)\r\n").status == 0)
        }
        #expect(jwtctl("verify", "--offline", "@/nonexistent").status == 1)
        let large = String(repeating: "a", count: 300_000)
        #expect(jwtctl("verify", "--offline", input: large).status == 3)
    }

    /// A longer one would accept a revoked token whose entry is gone.
    @Test func aLeewayIsAtMostTheDenyMargin() throws {
        let sandbox = try Sandbox()
        let file = try sandbox.file(
            "config", "[profile a]\ndeny-margin = 5s\n[profile b]\ndeny-margin = 90s\n")
        let token = handmade(#"{"jti":"x","sub":"alice","exp":4102444800}"#)
        for (profile, leeway, status) in [
            ("a", "5s", 0), ("a", "6s", 2), ("b", "90s", 0), ("b", "91s", 2),
        ] {
            let result = sandbox.jwtctl(
                "--config", file, "--profile", profile, "verify", "--leeway", leeway, token)
            #expect(result.status == Int32(status), "\(profile) \(leeway): \(result.errors)")
        }
        #expect(
            sandbox.jwtctl("verify", "--offline", "--leeway", "1h", token).status == 0)
    }

    /// An issuer whose clock runs ahead: its listed tokens go, and what cannot be reached is said.
    @Test(.slow) func aLogoutReachesListedTokensOfAClockAhead() throws {
        let sandbox = try Sandbox()
        let now = Int(try sandbox.server.cli("TIME").prefix { $0 != "\n" }) ?? 0
        let token = handmade(#"{"jti":"f","sub":"alice","iat":\#(now + 75),"exp":4102444800}"#)
        #expect(sandbox.jwtctl("issue", "--sub", "alice", "--jti", "f").status == 0)
        try sandbox.server.cli("HSET", "jwt:{alice}:meta", "f", #"{"iat":\#(now + 75)}"#)
        let result = sandbox.jwtctl("logout-all", "--json", "alice")
        #expect(try result.object()["revoked"] == 1)
        #expect(try result.object()["complete"] == false)
        #expect(result.errors.contains("hint: run it again with --skew 7"), "\(result.errors)")
        #expect(sandbox.jwtctl("verify", token).status == 6)
        #expect(
            try sandbox.jwtctl("verify", "--json", token).object()["state"]?.objectValue?["revoked"]
                == true)
        let unrecorded = handmade(
            #"{"jti":"u","sub":"alice","iat":\#(now + 75),"exp":4102444800}"#)
        // Refused, but never called cut off, since services accept it.
        let verdict = try sandbox.jwtctl("verify", "--json", unrecorded).object()
        #expect(verdict["reason"] == "not_yet_valid")
        #expect(
            try sandbox.jwtctl("logout-all", "--skew", "80s", "--json", "bob").object()["complete"]
                == true)
    }

    // MARK: Streams

    @Test func aStreamAnswersEveryLineInOrder() throws {
        let good = handmade(#"{"jti":"good"}"#)
        let bad = handmade("{}", secret: Sandbox.otherSecret)
        let long = String(repeating: "a", count: 300_000)
        let input = [good, "", "Bearer \(bad)", long, "x", "# no comment", good]
            .joined(separator: "\n")
        let result = nowhere()("verify", "--stream", "--offline", input: input)
        let reasons = try result.output.split(separator: "\n").map { line in
            try JSONParser.parse(Array(line.utf8)).objectValue?["reason"]
        }
        #expect(
            reasons == [
                .null, "malformed", "bad_signature", "malformed", "malformed", "malformed", .null,
            ])
        #expect(result.status == 0)
        #expect(nowhere()("verify", "--stream", input: bad).status == 0)
        #expect(nowhere()("verify", "--stream", input: "\(bad)\n\(good)\n").status == 8)
    }

    /// One key of the wrong type takes no other answer away.
    @Test func oneWrongKeyInAStreamIsOneUnknownAnswer() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("LPUSH", "jwt:deny:wrong", "x")
        let lines = ["a", "wrong", "b"].map { handmade(#"{"jti":"\#($0)"}"#) }
        let result = sandbox.jwtctl("verify", "--stream", input: lines.joined(separator: "\n"))
        let active = try result.output.split(separator: "\n").map { line in
            try JSONParser.parse(Array(line.utf8)).objectValue?["active"]
        }
        #expect(active == [true, .null, true])
        #expect(result.status == 8)
    }
}
