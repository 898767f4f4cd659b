import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Layouts that name keys after a token's text: whoever reads such a key can log in with it.
@Suite(.redis) struct TokenInKeyTests {
    static let layouts = [
        "spring-raw", "spring-raw-jdk", "dotnet-distributed-cache", "sa-token",
        "spring-oauth2-redis", "jeecg", "user-zset", "fastapi-users",
    ]

    private static let token = TestToken.signed([
        "sub": "alice", "jti": "a", "loginId": "alice", "username": "alice", "user_name": "alice",
        "iat": .integer(TestTool.now), "exp": 4_102_444_800,
    ])

    /// What of the token no output may repeat: its claims and its signature.
    private static let parts = token.split(separator: ".").dropFirst().map(String.init)

    private static let commands: [[String]] = [
        ["verify", "--explain", token], ["verify", "--explain", "--json", token],
        ["status", token], ["status", "--json", token],
        ["revoke", "--yes", token], ["revoke", "--yes", "--json", token],
        ["restore", "--reason", "x", "--yes", token], ["list", "revoked"],
        ["list", "tokens", "alice"], ["logout-all", "--settle", "100ms", "alice"],
        ["doctor", "--deep"],
    ]

    private func check(_ layout: String, _ url: String, _ state: String) {
        for command in Self.commands {
            for verbose in [[], ["-v"]] {
                let result = TestTool.standalone.run(
                    command + ["--layout", layout] + verbose,
                    environment: ["JWTCTL_REDIS_URL": url, "JWTCTL_TIMEOUT": "5s"])
                // These name tokens by their text: it is what they were asked for.
                let isData =
                    command[0] == "list" || command[0] == "status" || command[0] == "verify"
                let text =
                    (isData && !command.contains("--explain") ? "" : result.output)
                    + result.errors
                for part in Self.parts {
                    #expect(!text.contains(part), "\(layout), \(state), \(command): \(text)")
                }
            }
        }
    }

    @Test(arguments: layouts)
    func `no message repeats a token that stands in a key`(_ layout: String) throws {
        let server = try RedisServer()
        check(layout, server.url, "sound")
        // The key is there, and of another type.
        for key in try server.cli("KEYS", "*").split(separator: "\n") {
            try server.cli("DEL", String(key))
            try server.cli("LPUSH", String(key), "x")
        }
        try server.cli("DEL", Self.token)
        try server.cli("LPUSH", Self.token, "x")
        check(layout, server.url, "wrong type")
        try server.cli("FLUSHALL")
        try server.cli("CONFIG", "SET", "maxmemory", "1")
        check(layout, server.url, "full")
        try server.cli("CONFIG", "SET", "maxmemory", "0")
        try server.cli("ACL", "SETUSER", "default", "resetkeys", "~nothing")
        check(layout, server.url, "no rights")
    }

    @Test func `explain shows the beginning of the key`() throws {
        let server = try RedisServer()
        let result = TestTool.standalone.run(
            ["verify", "--explain", "--layout", "sa-token", Self.token],
            environment: ["JWTCTL_REDIS_URL": server.url])
        #expect(result.output.contains(":<token>"), "\(result.output)")
    }

    @Test func `keys of other layouts are shown whole`() throws {
        let server = try RedisServer()
        let result = TestTool.standalone.run(
            ["verify", "--explain", Self.token], environment: ["JWTCTL_REDIS_URL": server.url])
        #expect(result.output.contains("jwt:deny:a"), "\(result.output)")
    }

    @Test func `no audit log has the token either`() throws {
        let sandbox = try Sandbox()
        let layout = try sandbox.file(
            "text.json",
            #"""
            {"extends": "spring-raw", "name": "text", "stores": [
              {"role": "deny", "type": "string", "key": "${id}", "value": "x", "match": "exists",
               "ttl": "remaining"}, {"role": "audit", "key": "log"}]}
            """#)
        for command in [
            ["revoke", "--yes", Self.token], ["restore", "--reason", "x", "--yes", Self.token],
        ] {
            let result = sandbox.jwtctl.run(["--layout", layout] + command)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
        let entries = try sandbox.server.cli("XRANGE", "log", "-", "+")
        #expect(entries.contains("restore") && entries.contains("revoke"))
        for part in Self.parts { #expect(!entries.contains(part)) }
    }
}

/// Passwords in URLs.
@Suite struct URLPasswordTests {
    static let urls = [
        ("redis://h/0", "redis://h/0"),
        ("redis://u:secret@h/0", "redis://u:***@h/0"),
        (
            "redis+sentinel://h/m?sentinel_password=secret",
            "redis+sentinel://h/m?sentinel_password=***"
        ),
        (
            "redis+sentinel://u:secret@h/m?sentinel_password=secret&db=2",
            "redis+sentinel://u:***@h/m?sentinel_password=***&db=2"
        ),
        (
            "redis-sentinel://h?sentinel_password=se&cret&sentinelMasterId=m",
            "redis-sentinel://h?sentinel_password=***&sentinelMasterId=m"
        ),
        (
            "redis-sentinel://h?sentinel_password=secret#m",
            "redis-sentinel://h?sentinel_password=***#m"
        ),
        ("redis+sentinel://h:1/m?sentinel_password=sec@ret", "redis+sentinel://h:***"),
    ]

    @Test(arguments: urls)
    func `stars stand in place of every password`(_ url: String, _ wanted: String) {
        #expect(URLPassword.masked(url) == wanted)
        #expect(URLPassword.isIn(url) == (url != wanted))
    }

    @Test func `the password of the Sentinels is shown nowhere`() throws {
        let url = "redis+sentinel://127.0.0.1:1/m?sentinel_password=hunter2&concealed=1"
        for arguments in [["config", "show"], ["config", "show", "--json"], ["list", "users"]] {
            let result = TestTool.standalone.run(
                arguments, environment: ["JWTCTL_REDIS_URL": url, "JWTCTL_TIMEOUT": "100ms"])
            let text = result.output + result.errors
            #expect(!text.contains("hunter2") && !text.contains("concealed"), "\(text)")
        }
    }

    @Test func `a configuration with the password of Sentinels has to be private`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "config", "[profile default]\nredis = redis+sentinel://h/m?sentinel_password=hidden\n")
        for (mode, status) in [(0o644, 1), (0o600, 0)] as [(Int, Int32)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let result = TestTool.standalone.run(
                ["config", "show"],
                environment: ["JWTCTL_CONFIG": path, "JWTCTL_REDIS_URL": ""])
            #expect(result.status == status, "\(result.errors)")
            #expect(!(result.output + result.errors).contains("hidden"))
        }
    }
}
