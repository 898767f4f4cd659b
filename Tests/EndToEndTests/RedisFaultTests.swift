import Foundation
import TestSupport
import Testing

/// What a Redis that is absent, locked, busy, hung or broken does to each command.
@Suite(.redis) struct RedisFaultTests {
    /// Command lines that ask Redis, each for something else.
    static let commands = [
        ["verify", "TOKEN"], ["status", "x"], ["revoke", "--ttl", "1h", "x"],
        ["restore", "--reason", "r", "--yes", "x"], ["logout-all", "alice"],
        ["logout-all", "--everyone", "--yes"], ["list", "tokens", "alice"], ["list", "users"],
        ["list", "revoked"], ["prune"], ["audit"], ["issue", "--sub", "alice"],
    ]

    private func run(
        _ tool: BuiltTool, _ command: [String], changes: [String: String] = [:]
    ) throws -> ProcessRunner.Result {
        let token = ServiceToken.of("alice", jti: "x")
        return try tool.run(command.map { $0 == "TOKEN" ? token : $0 }, changes: changes)
    }

    @Test func anAbsentRedisIsUnknown() throws {
        let tool = try BuiltTool()
        tool.redis.stop()
        for command in Self.commands {
            let result = try run(tool, command)
            #expect(result.status == 8, "\(command): \(result.errorText)")
            #expect(result.errorText.contains("error: cannot connect to Redis"), "\(command)")
            #expect(!result.text.contains("\"active\": true"))
        }
        let json = try tool.run("verify", "--json", ServiceToken.of("a", jti: "x"))
        #expect(json.text.contains("\"active\": null") || json.text.contains("\"active\": false"))
        #expect(json.text.contains("\"reason\": \"unknown\""))
        // What is wrong before Redis is asked keeps its own status.
        #expect(try tool.run("verify", "x").status == 3)
        #expect(try tool.run("verify", ServiceToken.of("a", jti: nil, lives: -9)).status == 5)
    }

    @Test func aPasswordIsAskedForAndTaken() throws {
        let tool = try BuiltTool(RedisServer(configuration: ["requirepass geheim-7"]))
        for command in Self.commands {
            let result = try run(tool, command)
            #expect(result.status == 8, "\(command): \(result.errorText)")
            #expect(result.errorText.contains("password"), "\(command): \(result.errorText)")
        }
        let wrong = try tool.run(["status", "x"], changes: ["REDISCLI_AUTH": "falsch-9"])
        #expect(wrong.status == 8)
        #expect(wrong.errorText.contains("password"))
        #expect(!wrong.errorText.contains("falsch-9"))
        #expect(try tool.run(["status", "x"], changes: ["REDISCLI_AUTH": "geheim-7"]).status == 0)
        let file = try tool.directory.write("password", "geheim-7\n")
        #expect(try tool.run("status", "--redis-password", file, "x").status == 0)
        let trace = try tool.run("status", "-v", "--redis-password", file, "x")
        #expect(trace.status == 0)
        #expect(!trace.errorText.contains("geheim-7"))
    }

    @Test func aLoadingRedisNeverLetsARevokedTokenPass() throws {
        let tool = try BuiltTool()
        try tool.redis.cli("SET", "jwt:deny:x", "1")
        try tool.redis.cli("DEBUG", "POPULATE", "10000")
        try tool.redis.cli("SAVE")
        tool.redis.kill9()
        let dump = try Data(contentsOf: URL(fileURLWithPath: tool.redis.directory.file("dump.rdb")))
        let loading = try RedisServer(
            configuration: ["key-load-delay 200", "loading-process-events-interval-bytes 1024"],
            files: ["dump.rdb": Array(dump)], waitUntilLoaded: false)
        try #require(try loading.cli("PING").contains("LOADING"))
        let result = try BuiltTool(loading).run("verify", ServiceToken.of("alice", jti: "x"))
        #expect([6, 8].contains(result.status), "\(result.text)\(result.errorText)")
    }

    @Test func aWrongTypeNamesTheKeyAndWritesNothing() throws {
        let tool = try BuiltTool()
        let recorded = try tool.run("issue", "--sub", "alice", "--jti", "x").text
        func check(_ key: String, _ create: [String], _ commands: [[String]]) throws {
            try tool.redis.cli("FLUSHALL")
            try tool.redis.cli(create)
            let before = try tool.redis.cli("DEBUG", "DIGEST")
            for command in commands {
                let result = try tool.run(command.map { $0 == "TOKEN" ? recorded : $0 })
                #expect(result.status == 8, "\(key) \(command): \(result.text)\(result.errorText)")
                #expect(result.errorText.contains(key), "\(command): \(result.errorText)")
            }
            #expect(try tool.redis.cli("DEBUG", "DIGEST") == before, "\(key)")
        }
        try check(
            "jwt:{alice}:tokens", ["SET", "jwt:{alice}:tokens", "1"],
            [["issue", "--sub", "alice"], ["list", "tokens", "alice"]])
        try check(
            "jwt:{alice}:cutoff", ["LPUSH", "jwt:{alice}:cutoff", "1"],
            [
                ["verify", "TOKEN"], ["status", "TOKEN"], ["logout-all", "alice"],
                ["issue", "--sub", "alice"],
            ])
        try check(
            "jwt:cutoff", ["LPUSH", "jwt:cutoff", "1"],
            [["verify", "TOKEN"], ["logout-all", "--everyone", "--yes"]])
        // A cutoff that is no number is a state that nobody knows.
        try tool.redis.cli("FLUSHALL")
        try tool.redis.cli("SET", "jwt:{alice}:cutoff", "soon")
        #expect(try tool.run("verify", recorded).status == 8)
        // The existence of a blacklist entry is all that counts, whatever its type.
        try tool.redis.cli("FLUSHALL")
        try tool.redis.cli("LPUSH", "jwt:deny:x", "1")
        #expect([6, 8].contains(try tool.run("verify", recorded).status))
        // An audit stream of another type is a warning; the revocation holds.
        try tool.redis.cli("FLUSHALL")
        try tool.redis.cli("SET", "jwt:audit", "1")
        let unaudited = try tool.run("revoke", "--json", recorded)
        #expect(unaudited.status == 0, "\(unaudited.errorText)")
        #expect(unaudited.text.contains("\"audited\": false"))
        #expect(unaudited.errorText.contains("warning"))
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:x") == "1")
    }

    @Test func aFullRedisIsNoRevocation() throws {
        let tool = try BuiltTool(
            RedisServer(configuration: ["maxmemory 1", "maxmemory-policy noeviction"]))
        let token = ServiceToken.of("alice", jti: "x")
        for command in [
            ["revoke", token], ["issue", "--sub", "alice"], ["logout-all", "alice"],
        ] {
            let result = try tool.run(command)
            #expect(result.status == 8, "\(command): \(result.text)\(result.errorText)")
            #expect(result.errorText.lowercased().contains("memory"), "\(result.errorText)")
            #expect(!result.text.contains("revoked"))
        }
        let bulk = try tool.run("revoke", "--json", text: "a\t4102444800\nb\t4102444800\n")
        #expect([8, 10].contains(bulk.status), "\(bulk.errorText)")
        #expect(bulk.text.contains("\"revoked\": 0"))
        #expect(try tool.run("verify", token).status == 0)
    }

    @Test func aReplicaIsNotTrusted() throws {
        let master = try RedisServer(.tcp)
        let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 \(master.port)"])
        let tool = try BuiltTool(replica)
        let token = ServiceToken.of("alice", jti: "x")
        for command in [["verify", token], ["revoke", token], ["status", "x"]] {
            let result = try tool.run(command)
            #expect(result.status == 8, "\(command): \(result.text)\(result.errorText)")
            #expect(result.errorText.contains("replica"), "\(result.errorText)")
        }
    }
}
