import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// Layouts under which a command once did the opposite of what it said.
@Suite(.redis) struct LayoutHarmTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func token(_ claims: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        return handmade("{\(claims),\"iat\":\(now - 5),\"exp\":\(now + 600)}")
    }

    private func under(_ options: String...) -> TestTool {
        var jwtctl = sandbox.jwtctl
        jwtctl.options = options
        return jwtctl
    }

    private func file(_ stores: String, _ claims: String = #"{"id":"jti"}"#) throws -> TestTool {
        under(
            "--layout",
            try sandbox.file(
                "mine.json", #"{"name":"mine","claims":\#(claims),"stores":[\#(stores)]}"#))
    }

    @discardableResult
    private func redis(_ arguments: String...) throws -> String {
        try sandbox.server.cli(arguments)
    }

    // MARK: a blacklist that looks like a whitelist

    private func detected() throws -> [JSONObject] {
        try under()("layout", "detect", "--json").array()
    }

    @Test func keysOfABlacklistAndAWhitelistAreAmbiguous() throws {
        try redis("SET", "jwt_label:alice:abc123XYZ", "true", "EX", "2592000")
        let found = try detected()
        for name in ["jwt-redis-allow", "jwt-redis-deny"] {
            let own = try #require(found.first { $0["layout"] == .string(name) }, "\(found)")
            #expect(own["confidence"] == "low")
            let remarks = own["remarks"]?.arrayValue ?? []
            #expect("\(remarks)".contains("a login writes a key"), "\(remarks)")
        }
        // A number there is written by the blacklist mode alone.
        try redis("SET", "jwt_label:alice:", "1700000000")
        let proved = try detected()
        let deny = try #require(proved.first { $0["layout"] == "jwt-redis-deny" })
        #expect(deny["confidence"] == "high", "\(deny)")
        let allow = try #require(proved.first { $0["layout"] == "jwt-redis-allow" })
        #expect(allow["confidence"] == "low")
    }

    @Test(arguments: [":1:blacklist_", "app:denylist:", "revoked_", "invalid:"])
    func aPrefixThatSaysRevokedIsNoWhitelists(_ prefix: String) throws {
        for number in 0..<5 {
            let id = String(format: "%08x-8f53-4a54-9d0e-6a4f6c1b9d10", number)
            try redis("SET", prefix + id, "true", "EX", "900")
        }
        let names = try detected().compactMap { $0["layout"]?.stringValue?.text }
        #expect(!names.contains("jwt-redis-allow"), "\(names)")
    }

    @Test func keysThatMayBeABlacklistAreDeletedOnConfirmationOnly() throws {
        let token = try token(#""jti":"alice:x1","id":"alice""#)
        let allow = under("--layout", "jwt-redis-allow")
        try redis("SET", "jwt_label:alice:x1", "true", "EX", "600")
        for command in [["revoke", token], ["logout-all", "--settle", "0s", "alice"]] {
            let refused = allow.run(command)
            #expect(refused.status == 9, "\(refused.errors)")
            #expect(refused.errors.contains("'jwt-redis-deny'"))
            #expect(refused.errors.contains("--yes"))
            #expect(try redis("GET", "jwt_label:alice:x1") == "true")
        }
        #expect(allow("revoke", "--dry-run", token).status == 0)
        let config = try sandbox.file(
            "config", "[profile default]\nredis = \(sandbox.server.url)\nlayout-check = off\n")
        var settled = allow
        settled.options += ["--config", config]
        let ended = settled("logout-all", "--settle", "0s", "alice")
        #expect(ended.status == 0 && !ended.errors.contains("jwt-redis-deny"), "\(ended.errors)")
        #expect(try redis("EXISTS", "jwt_label:alice:x1") == "0")
        try redis("SET", "jwt_label:alice:x1", "true", "EX", "600")
        #expect(allow("revoke", "--yes", token).status == 0)
        #expect(try redis("EXISTS", "jwt_label:alice:x1") == "0")
    }

    // MARK: one token for each user

    private static let single = #"""
        {"role":"allow","type":"string","key":"token:${user}","match":"equals","value":"${token}"},
        {"role":"index","type":"keys"}
        """#

    @Test(arguments: [#"{"id":"jti"}"#, #"{"id":"$token"}"#])
    func anOldTokenIsNotTheUsersNewOne(_ claims: String) throws {
        let jwtctl = try file(Self.single, claims)
        let old = try token(#""sub":"alice","jti":"j1""#)
        let new = try token(#""sub":"alice","jti":"j2""#)
        try redis("SET", "token:alice", new, "EX", "600")
        #expect(jwtctl("verify", new).status == 0)
        #expect(jwtctl("revoke", old).output.contains("already revoked"))
        #expect(try redis("GET", "token:alice") == new)
        let restored = jwtctl("restore", "--reason", "slip", "--yes", old)
        #expect(restored.status == 9, "\(restored.output)\(restored.errors)")
        #expect(restored.output.contains("another token"))
        #expect(try redis("GET", "token:alice") == new)
        #expect(try jwtctl("list", "users", "--json").array().map { $0["user"] } == ["alice"])
        #expect(try jwtctl("list", "tokens", "alice", "--json").array().map { $0["id"] } == ["j2"])
        #expect(jwtctl("revoke", new).status == 0)
        #expect(try redis("EXISTS", "token:alice") == "0")
        #expect(jwtctl("restore", "--reason", "slip", "--yes", new).status == 0)
        #expect(try redis("GET", "token:alice") == new)
        let ended = jwtctl("logout-all", "--settle", "0s", "alice")
        #expect(ended.status == 0 && ended.output.contains("1 revoked"), "\(ended.output)")
        #expect(jwtctl("verify", new).status == 7)
    }

    @Test(arguments: [
        #"{"role":"index","type":"keys","key":"idx:${user}"}"#,
        #"{"role":"index","type":"keys","key":"${user|sha256}:${id}"}"#,
    ])
    func anIndexThatFindsNothingIsRefused(_ index: String) throws {
        let jwtctl = try file(
            #"{"role":"allow","type":"string","key":"session:${id}"},"# + index)
        let result = jwtctl("list", "users")
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot find any token"), "\(result.errors)")
    }

    // MARK: what is announced

    @Test func revocationsArePublishedWithoutAnAuditLog() throws {
        let jwtctl = try file(
            #"""
            {"role":"deny","type":"string","key":"revoked-token|${id}","value":"","match":"exists"},
            {"role":"announce","channel":"new-revoked-token"}
            """#)
        let listener = try RunningProcess(
            ["redis-cli", "-s", sandbox.server.socketPath, "SUBSCRIBE", "new-revoked-token"],
            environment: ["PATH": "/usr/bin:/bin"])
        try waitUntil("the listener") {
            try redis("PUBSUB", "NUMSUB", "new-revoked-token").hasSuffix("1")
        }
        let token = try token(#""jti":"one""#)
        let revoked = jwtctl("revoke", "--json", token)
        #expect(try revoked.object()["audited"] == false)
        #expect(jwtctl("revoke", "--ttl", "1h", "two", "three").status == 0)
        #expect(
            jwtctl.run(["revoke", "--ttl", "1h", "--yes"], input: "four\nfive\n").status == 0)
        #expect(jwtctl("restore", "--reason", "slip", "--yes", token).status == 0)
        try redis("PUBLISH", "new-revoked-token", "end")
        var heard: [String] = []
        while heard.last != "end" {
            let line = try #require(listener.line())
            if line != "message", line != "new-revoked-token" { heard.append(line) }
        }
        listener.signal(15)
        #expect(heard.suffix(6) == ["one", "two", "three", "four", "five", "end"], "\(heard)")
    }

    // MARK: a sorted set for each user

    @Test func theApplicationsListGetsNoTTL() throws {
        let jwtctl = under("--layout", "user-zset")
        #expect(jwtctl("issue", "--sub", "dave", "--expires-in", "3s").status == 0)
        #expect(try redis("TTL", "dave-tokens") == "-1")
        #expect(jwtctl("prune").status == 0)
        #expect(try redis("TTL", "dave-tokens") == "-1")
        #expect(!jwtctl("doctor").output.contains("lists_without_ttl"))
    }

    @Test(arguments: ["-5", "1700000000"])
    func aBadScoreKeepsNoOtherTokenAlive(_ score: String) throws {
        let jwtctl = under("--layout", "user-zset")
        let token = try token(#""sub":"bob","jti":"j1""#)
        let end = Int(Date().timeIntervalSince1970) + 600
        try redis("ZADD", "bob-tokens", "\(end)000", token)
        try redis("ZADD", "bob-tokens", score, "eyJ.other.token")
        #expect(jwtctl("verify", token).status == 0)
        let ended = jwtctl("logout-all", "--settle", "0s", "bob")
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(jwtctl("verify", token).status == 7)
        #expect(try redis("EXISTS", "bob-tokens") == "0")
    }

    // MARK: users who are banned, and claims of another name

    @Test func aTokenOfABannedUserIsNotRestored() throws {
        let jwtctl = under("--layout", "kong-jwt-blacklist")
        let token = try token(#""sub":"bob","jti":"j1""#)
        #expect(jwtctl("revoke", token).status == 0)
        try redis("SADD", "keycloak:user:blacklist", "user_bob")
        let restored = jwtctl("restore", "--reason", "slip", "--yes", token)
        #expect(restored.status == 6, "\(restored.output)")
        #expect(restored.output.contains("the user is banned"))
        #expect(try redis("SCARD", "keycloak:token:blacklist") == "1")
        try redis("DEL", "keycloak:user:blacklist")
        #expect(jwtctl("restore", "--reason", "slip", "--yes", token).status == 0)
    }

    @Test func ruoyiVueNamesItsSessionsByAnotherClaim() throws {
        let jwtctl = under("--layout", "ruoyi")
        let token = try token(#""sub":"bob","login_user_key":"u1""#)
        try redis("SET", "login_tokens:u1", #"{"userId":103L,"username":"bob"}"#, "EX", "600")
        #expect(jwtctl("verify", token).status == 0)
        #expect(jwtctl("revoke", token).status == 0)
        #expect(try redis("EXISTS", "login_tokens:u1") == "0")
    }
}

/// Laravel before 10 names its tag at random, and keeps the name in a key.
@Suite(.redis) struct LaravelTagTests {
    private static let prefix = "laravel_database_laravel_cache:"
    private static let tag = "3209d1f74bb8b9629a4736807e4d8a8aff22e666"
    private static let today = "ca7581d6d4749d8fd143ea956aa654aa02abe0ec"

    private func fixture() throws -> (Sandbox, TestTool, token: String) {
        let sandbox = try Sandbox()
        var jwtctl = sandbox.jwtctl
        jwtctl.options = ["--layout", "laravel-tymon", "--layout-var", "prefix=\(Self.prefix)"]
        let now = Int(Date().timeIntervalSince1970)
        return (
            sandbox, jwtctl,
            handmade(#"{"sub":7,"jti":"j1","iat":\#(now),"exp":\#(now + 600)}"#)
        )
    }

    @Test func theTagIsTakenFromTheApplication() throws {
        let (sandbox, jwtctl, token) = try fixture()
        try sandbox.server.cli(
            "SET", Self.prefix + "tag:tymon.jwt:key", #"s:22:"6b0b027041e88951980394";"#)
        #expect(jwtctl("revoke", token).status == 0)
        let entry = try sandbox.server.cli("GET", "\(Self.prefix)\(Self.tag):j1")
        #expect(entry.hasPrefix("a:1:{s:11:\"valid_until\";"), "\(entry)")
        #expect(try sandbox.server.cli("EXISTS", "\(Self.prefix)\(Self.today):j1") == "0")
        #expect(jwtctl("verify", token).status == 6)
        let given = jwtctl.run(["--layout-var", "tag=\(Self.today)", "revoke", token])
        #expect(given.status == 9, "\(given.errors)")
        #expect(given.errors.contains("tag=\(Self.tag)"))
        #expect(try sandbox.server.cli("DBSIZE") == "2")
    }

    /// An application of before that has not run yet, or whose cache was flushed, will make another.
    @Test func withoutThatKeyItIsTodaysAndAWarningSaysSo() throws {
        let (sandbox, jwtctl, token) = try fixture()
        let result = jwtctl("revoke", token)
        #expect(result.status == 0)
        #expect(
            result.errors.contains("'\(Self.prefix)tag:tymon.jwt:key' does not exist yet"),
            "\(result.errors)")
        #expect(try sandbox.server.cli("EXISTS", "\(Self.prefix)\(Self.today):j1") == "1")
        // Where there are entries under today's tag, the application is one of today.
        #expect(!jwtctl("revoke", "--ttl", "1h", "j2").errors.contains("does not exist yet"))
    }

    @Test func itIsDetected() throws {
        let (sandbox, _, _) = try fixture()
        try sandbox.server.cli(
            "SET", Self.prefix + "tag:tymon.jwt:key", #"s:22:"6b0b027041e88951980394";"#)
        let found = try sandbox.jwtctl("layout", "detect", "--json").array()
        let own = try #require(found.first { $0["layout"] == "laravel-tymon" }, "\(found)")
        #expect(own["confidence"] == "high")
        #expect(own["variables"]?.objectValue?["prefix"] == .string(Self.prefix))
        #expect(own["variables"]?.objectValue?["tag"] == .string(Self.tag))
    }
}

/// What a revocation or a logout once left behind.
@Suite(.redis) struct LeftoverTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func under(_ layout: String) -> TestTool {
        var jwtctl = sandbox.jwtctl
        jwtctl.options = ["--layout", layout]
        return jwtctl
    }

    private func token(_ claims: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        return handmade("{\(claims),\"iat\":\(now - 5),\"exp\":\(now + 600)}")
    }

    /// The library's tokens name their refresh token and no namespace.
    @Test(arguments: ["user_alice", ""])
    func aSessionsRefreshTokenGoesWithItsToken(_ namespace: String) throws {
        let jwtctl = under("jwt-sessions")
        func logIn(_ number: Int) throws {
            try sandbox.server.cli("SET", "jwt__access_u\(number)", "csrf", "EX", "600")
            try sandbox.server.cli(
                "HSET", "jwt__\(namespace)_refresh_r\(number)", "access_uid", "u\(number)")
        }
        func isLeft(_ number: Int) throws -> String {
            try sandbox.server.cli(
                "EXISTS", "jwt__access_u\(number)", "jwt__\(namespace)_refresh_r\(number)")
        }
        for number in 1...3 { try logIn(number) }
        #expect(jwtctl("revoke", try token(#""uid":"u1","ruid":"r1""#)).status == 0)
        #expect(try isLeft(1) == "0")
        // An id alone is found by what the refresh token holds.
        #expect(jwtctl("revoke", "u2").status == 0)
        #expect(try isLeft(2) == "0")
        #expect(try isLeft(3) == "2")
    }

    @Test func aLogoutSaysUntilWhenOldAccessTokensAreAccepted() throws {
        let jwtctl = under("go-access-uuid")
        try sandbox.server.cli("SET", "a1", "alice", "EX", "600")
        try sandbox.server.cli("SET", "b1++alice", "alice", "EX", "600")
        try sandbox.server.cli("SET", "b1", "alice", "EX", "600")
        let now = Int64(Date().timeIntervalSince1970)
        let result = try jwtctl("logout-all", "--settle", "0s", "--json", "alice").object()
        #expect(result["complete"] == false)
        let end = try #require(result["unreached_until"]?.numberValue?.integer)
        #expect((now + 899...now + 910).contains(end))
        let words = jwtctl("logout-all", "--settle", "0s", "alice").output
        #expect(
            words.contains("access tokens that the application has replaced by a refresh"),
            "\(words)")
        #expect(words.contains("the last of them expires at 20"))
    }

    // MARK: opaque tokens

    /// Tokens of RedisTokenStore that are no JWTs: an object under the text, and where it leads.
    @Test func anOpaqueTokenIsNamedByItsText() throws {
        let jwtctl = under("spring-oauth2-redis")
        let text = "0d2c9f6e-8f53-4a54-9d0e-6a4f6c1b9d10"
        func logIn() throws {
            try sandbox.server.cli("SET", "access:\(text)", "object", "EX", "600")
            try sandbox.server.cli("SET", "auth:\(text)", "x", "EX", "600")
            try sandbox.server.cli("SET", "auth_to_access:abc", "object", "EX", "600")
            try sandbox.server.cli("SADD", "uname_to_access:web:alice", "object")
        }
        try logIn()
        #expect(jwtctl("status", text).status == 2)
        #expect(jwtctl("status", "--id", text).status == 0)
        let revoked = jwtctl("revoke", "--id", text)
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(!(revoked.output + revoked.errors).contains(text), "a secret is not shown")
        #expect(revoked.output.contains("sha256:"))
        for key in ["access:\(text)", "auth:\(text)", "auth_to_access:abc"] {
            #expect(try sandbox.server.cli("EXISTS", key) == "0")
        }
        #expect(jwtctl("status", "--id", text).status == 7)
        // By the name under which the user's list shows it.
        try logIn()
        let listed = try jwtctl("list", "tokens", "alice", "--json").array()
        let name = try #require(listed.first?["id"]?.stringValue?.text)
        #expect(name.hasPrefix("sha256:"))
        #expect(jwtctl("revoke", "--user", "alice", name).status == 0)
        #expect(try sandbox.server.cli("EXISTS", "access:\(text)") == "0")
    }

    @Test func anOpaqueTokenOnABlacklistIsRevokedAndRestoredByItsText() throws {
        let jwtctl = under("kong-jwt-blacklist")
        #expect(jwtctl("revoke", "--ttl", "1h", "opaque").status == 2)
        #expect(jwtctl("revoke", "--ttl", "1h", "--id", "opaque").status == 0)
        let key = "keycloak:token:blacklist"
        #expect(try sandbox.server.cli("SISMEMBER", key, "token_opaque") == "1")
        #expect(jwtctl("status", "--id", "opaque").status == 6)
        #expect(jwtctl("restore", "--reason", "slip", "--yes", "--id", "opaque").status == 0)
        #expect(try sandbox.server.cli("SCARD", key) == "0")
    }

    @Test func saTokensUUIDsAreEndedInPlace() throws {
        let jwtctl = under("sa-token")
        try sandbox.server.cli("SET", "satoken:login:token:abc", "10001", "EX", "600")
        #expect(jwtctl("revoke", "--id", "abc").status == 0)
        #expect(try sandbox.server.cli("GET", "satoken:login:token:abc") == "-5")
        #expect(jwtctl("status", "--id", "abc").status == 7)
    }
}

/// Values that only the application's own serializer writes and reads.
@Suite(.redis) struct ForeignValueTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func under(_ options: String...) -> TestTool {
        var jwtctl = sandbox.jwtctl
        jwtctl.options = options
        return jwtctl
    }

    @Test func saTokenWithJSONValues() throws {
        let prefix = "Authorization:login:token:"
        let jwtctl = under("--layout", "sa-token-json", "--layout-var", "prefix=\(prefix)")
        let values = ["a": "\"1\"", "b": "\"1\"", "c": "10001", "d": "\"-5\""]
        for (name, value) in values {
            try sandbox.server.cli("SET", prefix + name, value, "EX", "600")
        }
        #expect(jwtctl("status", "--id", "d").status == 7)
        #expect(jwtctl("status", "--id", "a").status == 0)
        #expect(
            try jwtctl("list", "users", "--json").array().map { $0["user"] } == ["1", "10001"])
        #expect(jwtctl("revoke", "--id", "a").status == 0)
        #expect(try sandbox.server.cli("GET", prefix + "a") == "\"-5\"")
        #expect(jwtctl("logout-all", "--settle", "0s", "1").output.contains("1 revoked"))
        #expect(try sandbox.server.cli("GET", prefix + "b") == "\"-5\"")
        #expect(try sandbox.server.cli("GET", prefix + "c") == "10001")
    }

    @Test func detectTellsJSONValuesFromPlainOnes() throws {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.\(String(repeating: "A", count: 43))"
        try sandbox.server.cli("SET", "satoken:login:token:\(token)", "\"7\"")
        func first() throws -> JSONValue? {
            try sandbox.jwtctl("layout", "detect", "--json").array().first?["layout"]
        }
        #expect(try first() == "sa-token-json")
        try sandbox.server.cli("SET", "satoken:login:token:\(token)", "7")
        #expect(try first() == "sa-token")
    }

    @Test func railsTakesNoOneForAnEntry() throws {
        let jwtctl = under("--layout", "rails-cache", "--layout-var", "prefix=shop:gone:")
        #expect(jwtctl("revoke", "--ttl", "1h", "j1").status == 0)
        // What ActiveSupport 6.1 to 7.2 read as an entry whose value is true.
        let entry: [String] = [
            "\u{4}\u{8}o: ActiveSupport::Cache::Entry\t:\u{b}@valueT:\r@version0:\u{10}",
            "@created_ati\u{0}:\u{10}@expires_in0",
        ]
        #expect(try sandbox.server.cli("GET", "shop:gone:j1") == entry.joined())
        #expect(jwtctl("status", "j1").status == 6)
        try sandbox.server.cli("SET", "shop:gone:j2", "1", "EX", "600")
        #expect(jwtctl("status", "j2").status == 0)
        #expect(jwtctl("revoke", "--ttl", "1h", "j2").status != 0)
        let id = "00000001-8f53-4a54-9d0e-6a4f6c1b9d10"
        #expect(jwtctl("revoke", "--ttl", "1h", id).status == 0)
        let found = try sandbox.jwtctl("layout", "detect", "--json").array()
        #expect(found.contains { $0["layout"] == "rails-cache" }, "\(found)")
    }
}
