import Foundation
import TestSupport
import Testing

/// The tool on a machine whose clock is an hour off: what it stores is right by Redis' clock.
@Suite(.redis) struct WrongClockTests {
    /// An hour and some seconds: an hour exactly would be told as 59 minutes where a second passes.
    enum Skew: String, CaseIterable, Sendable {
        case ahead = "+3610s"
        case behind = "-3610s"

        var seconds: Int { self == .ahead ? 3610 : -3610 }
        var warning: String {
            "jwtctl: warning: this machine's clock is 1 h "
                + (self == .ahead ? "ahead of" : "behind") + " Redis'"
        }
    }

    private static let margin = 60
    /// Seconds that may pass while a test runs.
    private static let slack = 3

    private static var now: Int { Int(time(nil)) }

    private func run(
        _ tool: BuiltTool, at skew: Skew, _ arguments: [String], input: String = ""
    ) throws -> ProcessRunner.Result {
        try tool.run(
            arguments, input: Array(input.utf8),
            under: ["faketime", "--exclude-monotonic", "-f", skew.rawValue])
    }

    /// When the entry of `id` ends, in seconds by Redis' clock, without the margin.
    private func end(of id: String, _ tool: BuiltTool) throws -> Int {
        let answer = try tool.redis.cli("PEXPIRETIME", "jwt:deny:\(id)")
        guard let milliseconds = Int(answer), milliseconds >= 0 else {
            throw TestSupportError("no such entry: \(id): \(answer)")
        }
        #expect(milliseconds % 1000 == 0)
        return milliseconds / 1000 - Self.margin
    }

    private func isNear(_ moment: Int, _ expected: Int) -> Bool {
        abs(moment - expected) <= Self.slack
    }

    private static func payload(_ token: String) throws -> [String: Any] {
        let part = String(token.split(separator: ".")[1]).replacing("-", with: "+").replacing(
            "_", with: "/")
        let padded = part + String(repeating: "=", count: (4 - part.count % 4) % 4)
        let data = try #require(Data(base64Encoded: padded))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test(arguments: Skew.allCases)
    func everyCommandThatWritesOrJudgesTellsThatTheClocksDiffer(_ skew: Skew) throws {
        let tool = try BuiltTool()
        let commands = [
            ["issue", "--sub", "alice"], ["revoke", "--ttl", "3h", "a"], ["status", "a"],
            ["status", "a", "b"], ["restore", "--reason", "slip", "--yes", "a"],
            ["logout-all", "--issued-before", "2020-01-01T00:00:00Z", "alice"], ["prune"],
            ["verify", ServiceToken.of("alice", jti: "t", lives: 9000)],
        ]
        for command in commands {
            let told = try run(tool, at: skew, command).errorText
            #expect(told.components(separatedBy: skew.warning).count == 2, "\(command): \(told)")
            let quiet = try tool.run(command).errorText
            #expect(!quiet.contains("clock"), "\(command): \(quiet)")
        }
    }

    /// Its blacklist entry may be gone, since that ends by Redis' clock.
    @Test func aTokenThatHasExpiredByRedisClockIsNotActive() throws {
        let tool = try BuiltTool()
        let token = ServiceToken.of("alice", jti: "t", lives: -100)
        let verdict = try run(tool, at: .behind, ["verify", "--json", token])
        #expect(verdict.status == 5, "\(verdict.text)")
        #expect(verdict.text.contains("\"reason\": \"expired\""), "\(verdict.text)")
        let explained = try run(tool, at: .behind, ["verify", "--explain", token])
        #expect(explained.status == 5 && explained.text.contains("expired"), "\(explained.text)")
        let stream = try run(
            tool, at: .behind, ["verify", "--stream"], input: "\(token)\n\(token)\n")
        let lines = stream.text.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains(#""reason":"expired""#) })
        #expect(
            stream.errorText.components(separatedBy: Skew.behind.warning).count == 2,
            "\(stream.errorText)")
    }

    @Test(arguments: Skew.allCases)
    func aRevocationLastsAsLongAsTheTokenByRedisClock(_ skew: Skew) throws {
        let tool = try BuiltTool()
        // Live by both clocks, dead by one, dead by the other.
        let expiry = Self.now + 7200
        let single = try run(
            tool, at: skew, ["revoke", ServiceToken.of("alice", jti: "t", lives: 7200)])
        #expect(single.status == 0, "\(single.errorText)")
        #expect(single.errorText.contains(skew.warning), "\(single.errorText)")
        #expect(isNear(try end(of: "t", tool), expiry))
        let short = try run(
            tool, at: skew, ["revoke", ServiceToken.of("alice", jti: "s", lives: 1800)])
        #expect(short.status == 0 && short.text.contains("revoked s"), "\(short.errorText)")
        #expect(isNear(try end(of: "s", tool), Self.now + 1800))
        let dead = try run(
            tool, at: skew, ["revoke", ServiceToken.of("alice", jti: "d", age: 9000, lives: -1800)])
        #expect(dead.status == 0 && dead.text.contains("expired"), "\(dead.errorText)")
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:d") == "0")
    }

    @Test(arguments: Skew.allCases)
    func aRevocationOfAnIdCountsFromRedisClock(_ skew: Skew) throws {
        let tool = try BuiltTool()
        for (id, option, value) in [("a", "--ttl", "1h"), ("b", "--exp", "+1h")] {
            let result = try run(tool, at: skew, ["revoke", option, value, id])
            #expect(result.status == 0, "\(result.errorText)")
            #expect(result.errorText.contains(skew.warning), "\(result.errorText)")
            #expect(isNear(try end(of: id, tool), Self.now + 3600), "\(option)")
        }
        let exact = Self.now + 1800
        let dated = try run(tool, at: skew, ["revoke", "--exp", "@\(exact)", "c"])
        #expect(dated.status == 0, "\(dated.errorText)")
        #expect(try end(of: "c", tool) == exact)
    }

    @Test(arguments: Skew.allCases)
    func linesAreRevokedForTheirTimeByRedisClock(_ skew: Skew) throws {
        let tool = try BuiltTool()
        let now = Self.now
        let dated = try run(
            tool, at: skew, ["revoke", "--from", "-", "--json"],
            input: "a\t\(now + 7200)\nb\t\(now + 1800)\nc\t\(now - 1800)\n")
        #expect(dated.status == 0, "\(dated.errorText)")
        #expect(dated.errorText.contains(skew.warning), "\(dated.errorText)")
        let counts = Counts(dated.text)
        #expect(counts["revoked"] == 2 && counts["expired"] == 1, "\(dated.text)")
        #expect(try end(of: "a", tool) == now + 7200)
        #expect(try end(of: "b", tool) == now + 1800)
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:c") == "0")
        let bare = try run(
            tool, at: skew, ["revoke", "--from", "-", "--json", "--ttl", "2h"], input: "d\n")
        #expect(bare.status == 0, "\(bare.errorText)")
        #expect(isNear(try end(of: "d", tool), Self.now + 7200))
    }

    @Test(arguments: Skew.allCases)
    func aLogoutCutsOffByRedisClock(_ skew: Skew) throws {
        let tool = try BuiltTool()
        #expect(try tool.run("issue", "--sub", "alice", "--jti", "x").status == 0)
        let start = ContinuousClock.now
        let result = try run(tool, at: skew, ["logout-all", "--json", "alice"])
        #expect(result.status == 0, "\(result.errorText)")
        // Who waited by the wrong clock would wait for an hour; a busy machine takes seconds.
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(Counts(result.text)["revoked"] == 1, "\(result.text)")
        func cutoff(_ key: String) throws -> Int {
            try #require(Int(try tool.redis.cli("GET", key)))
        }
        #expect(isNear(try cutoff("jwt:{alice}:cutoff"), Self.now))
        // A login that follows is alive.
        let token = try tool.run("issue", "--sub", "alice").text
            .trimmingCharacters(in: .newlines)
        #expect(try tool.run("verify", token).status == 0)
        let earlier = try run(tool, at: skew, ["logout-all", "--issued-before", "-10m", "bob"])
        #expect(earlier.status == 0, "\(earlier.errorText)")
        #expect(isNear(try cutoff("jwt:{bob}:cutoff"), Self.now - 601))
        let future = try run(tool, at: skew, ["logout-all", "--issued-before", "+1m", "bob"])
        #expect(future.status == 9, "\(future.errorText)")
        let all = try run(tool, at: skew, ["logout-all", "--everyone", "--yes"])
        #expect(all.status == 0, "\(all.errorText)")
        #expect(isNear(try cutoff("jwt:cutoff"), Self.now))
    }

    @Test(arguments: Skew.allCases)
    func aTokenIsIssuedByTheLocalClockAndNeverDeadAtBirth(_ skew: Skew) throws {
        let tool = try BuiltTool()
        func issue(_ user: String, _ lifetime: String) throws -> ProcessRunner.Result {
            try run(tool, at: skew, ["issue", "--sub", user, "--expires-in", lifetime])
        }
        let result = try issue("alice", "3h")
        #expect(result.status == 0, "\(result.errorText)")
        // That this is so also proves that the program sees another clock than we do.
        let claims = try Self.payload(result.text.trimmingCharacters(in: .newlines))
        let issued = try #require(claims["iat"] as? Int)
        #expect(isNear(issued, Self.now + skew.seconds))
        #expect(claims["exp"] as? Int == issued + 3 * 3600)
        // Over for Redis before it was made.
        let short = try issue("alice", "30m")
        #expect(short.status == (skew == .behind ? 9 : 0), "\(short.errorText)")
        #expect(short.text.isEmpty == (skew == .behind))
        // After a logout, a token of the past is dead at birth, and one of the future too.
        #expect(try tool.run("logout-all", "bob").status == 0)
        let cut = try issue("bob", "3h")
        #expect(cut.status == 6, "\(cut.errorText)")
        #expect(cut.text.isEmpty && cut.errorText.contains("clock"), "\(cut.errorText)")
        #expect(try tool.redis.cli("EXISTS", "jwt:{bob}:tokens") == "0")
    }

    @Test(arguments: Skew.allCases)
    func aVerdictTellsThatTheClocksDiffer(_ skew: Skew) throws {
        let tool = try BuiltTool()
        let token = ServiceToken.of("alice", jti: "x", age: 60, lives: 7200)
        let live = try run(tool, at: skew, ["verify", token])
        #expect(live.errorText.contains(skew.warning), "\(live.errorText)")
        let short = try run(
            tool, at: skew, ["verify", ServiceToken.of("alice", jti: "y", lives: 1800)])
        #expect(short.status == (skew == .ahead ? 5 : 0), "\(short.text)")
        #expect(try tool.run("verify", token).errorText.isEmpty)
    }

    /// Redis' clock is slow, and somebody sets it right afterwards: what a logout has ended stays
    /// ended, and what it could not reach is told.
    @Test func aLogoutOverASlowRedisEndsWhatWasListedForGood() throws {
        let server = try RedisServer(clock: -75)
        let tool = try BuiltTool(server)
        func redisTime() throws -> Int {
            try #require(Int(try server.cli("TIME").prefix { $0 != "\n" }))
        }
        #expect((74...78).contains(Self.now - (try redisTime())))
        // One from before the cutoff by either clock, and those that lie ahead of Redis'.
        let ages = ["old": 100, "fresh": 30, "late": 2]
        var tokens: [String: String] = [:]
        for (id, age) in ages {
            tokens[id] = ServiceToken.of("alice", jti: id, age: age, lives: 3600)
            try server.cli("ZADD", "jwt:{alice}:tokens", String(Self.now + 3600), id)
            try server.cli(
                "HSET", "jwt:{alice}:meta", id, "{\"iat\":\(Self.now - age)}")
        }
        let unrecorded = ServiceToken.of("alice", jti: "unrecorded", age: 30, lives: 3600)
        let result = try tool.run(["logout-all", "--json", "alice"])
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.contains("\"revoked\": 3"), "\(result.text)")
        #expect(result.text.contains("\"complete\": false"), "\(result.text)")
        #expect(result.errorText.contains("--skew 7"), "\(result.errorText)")
        for (id, token) in tokens {
            #expect(try tool.run(["verify", token]).status == 6, "\(id)")
        }
        // It ends when Redis' clock has passed the cutoff.
        let first = try server.cli("GET", "jwt:{alice}:cutoff")
        let process = try tool.start(["logout-all", "--skew", "80s", "alice"])
        try waitUntil("the cutoff") { try server.cli("GET", "jwt:{alice}:cutoff") != first }
        usleep(300_000)
        try server.setClock(0)
        let second = try process.finish()
        #expect(second.status == 0, "\(second.errorText)")
        #expect(abs(Self.now - (try redisTime())) <= 2)
        for token in tokens.values + [unrecorded] {
            #expect(try tool.run(["verify", token]).status == 6)
        }
    }
}
