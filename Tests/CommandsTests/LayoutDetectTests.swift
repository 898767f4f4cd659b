import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// `layout detect`: it knows each layout by what the layout itself makes the program write.
@Suite(.redis) struct LayoutDetectTests {
    private func detect(_ server: RedisServer, _ arguments: String...) throws -> [JSONObject] {
        let result = TestTool(environment: ["JWTCTL_REDIS_URL": server.url]).run(
            ["layout", "detect", "--json"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try result.array()
    }

    private static func uuid(_ number: Int) -> String {
        String(format: "%08x-8f53-4a54-9d0e-6a4f6c1b9d10", number)
    }

    private static func token(_ number: Int) -> String {
        let payload = Data(#"{"sub":"7","jti":"\#(uuid(number))"}"#.utf8).base64URL
        return "eyJhbGciOiJIUzI1NiJ9.\(payload).\(String(repeating: "A", count: 43))"
    }

    /// Options that a preset needs, values that an application could have.
    private static let given = [
        "laravel-tymon": ["prefix": "app_cache_:"], "lexik": ["poolns": "AbCdEfGhIj"],
        "spring-redishash": ["keyspace": "revoked", "class": "com.acme.Revoked"],
    ]

    /// How sure one can be at best: a name like `:1:` or a bare id is not a layout's own.
    private static let expected = [
        "flask-jwt-extended": "low", "fastapi-jwt-auth": "low", "django-cache": "low",
        "lexik": "medium", "jwt-redis-deny": "low",
        "spring-redishash": "medium", "spring-oauth2-jwt": "high",
    ]

    /// Presets with a blacklist: their keys come from the program's own revocations.
    private static var blacklists: [String] {
        Presets.names.filter { name in
            (try? LayoutReader.preset(name, for: .show))?.deny != nil
        }
    }

    @Test(arguments: blacklists)
    func aBlacklistIsKnownByItsEntries(_ name: String) throws {
        let server = try RedisServer()
        // Much else lives in a Redis.
        for number in 0..<50 {
            try server.cli("SET", "cache:page:\(number)", "<html>")
            try server.cli("HSET", "user:\(number)", "name", "x")
        }
        let given = Self.given[name] ?? [:]
        let variables = given.flatMap { ["--layout-var", "\($0)=\($1)"] }
        let jwtctl = TestTool(
            environment: ["JWTCTL_REDIS_URL": server.url, "JWTCTL_ACTOR": "ops"],
            options: ["--layout", name] + variables)
        let file = try server.directory.write(
            "tokens",
            (0..<20).map { number in
                handmade(
                    #"{"sub":"u\#(number)","id":"u\#(number)","jti":"\#(Self.uuid(number))","#
                        + #""iat":\#(1_700_000_000 + number),"exp":4102444800}"#) + "\n"
            }.joined())
        let revoked = jwtctl.run(["revoke", "--no-verify", "--yes", "--from", file])
        try #require(revoked.status == 0, "\(revoked.errors)")
        let before = try Snapshot(server)
        let found = try detect(server)
        #expect(!before.changes.isEmpty)
        #expect(try Snapshot(server) == before)
        let own = try #require(found.first { $0.text("layout") == name }, "\(found)")
        #expect(own.text("confidence") == Self.expected[name] ?? "high", "\(own)")
        let isOneKey = name == "kong-jwt-blacklist"
        #expect(own["counts"]?.objectValue?.integer("deny") == (isOneKey ? 1 : 20))
        for (variable, value) in given {
            #expect(own["variables"]?.objectValue?.text(JSONString(variable)) == value, "\(own)")
        }
        // Nobody is surer of another one.
        for other in found where other.text("layout") != name {
            #expect(other.text("confidence") != "high", "\(other)")
        }
    }

    private struct Snapshot: Equatable {
        let keys: String
        let changes: String

        init(_ server: RedisServer) throws {
            keys = try server.cli("DBSIZE")
            changes =
                try server.cli("INFO", "persistence").split(whereSeparator: \.isNewline).first {
                    $0.hasPrefix("rdb_changes_since_last_save:")
                }.map(String.init) ?? ""
        }
    }

    /// What applications with lists of what is alive write, as LAYOUTS has it from their sources.
    @Test(arguments: [
        ("native", [["ZADD", "jwt:{bob}:tokens", "4102444800", "t1"]], "high"),
        ("user-zset", [["ZADD", "bob-tokens", "4102444800000", token(1)]], "high"),
        // The same keys could be of the blacklist mode.
        ("jwt-redis-allow", [["SET", "jwt_label:bob:\(uuid(1))", "true"]], "low"),
        ("ruoyi", [["SET", "login_tokens:\(uuid(1))", #"{"userid":1,"username":"bob"}"#]], "high"),
        ("eladmin", [["SET", "online_token:bob:\(uuid(1))", "{}"]], "high"),
        (
            "go-access-uuid",
            [["SET", uuid(1), "7"], ["SET", "\(uuid(1))++7", "x"]], "medium"
        ),
        (
            "guardian-redis",
            [["SADD", "set:bob", "\(uuid(1)):web"], ["SET", "\(uuid(1)):web", "{}"]], "medium"
        ),
        ("sa-token", [["SET", "satoken:login:token:\(token(1))", "7"]], "high"),
        (
            "jwt-sessions",
            [
                ["SET", "jwt__access_\(uuid(1))", "{}"],
                ["HSET", "jwt__bob_refresh_\(uuid(2))", "access_uid", uuid(1)],
            ], "high"
        ),
        (
            "spring-oauth2-redis",
            [
                ["SET", "access:\(token(1))", "\u{1}\u{2}"], ["SET", "auth:\(token(1))", "x"],
                ["SET", "auth_to_access:0123456789abcdef", "x"],
            ], "high"
        ),
    ])
    func aListOfTheLivingIsKnown(
        _ name: String, _ commands: [[String]], _ confidence: String
    ) throws {
        let server = try RedisServer()
        for command in commands { try server.cli(command) }
        let found = try detect(server)
        let own = try #require(found.first { $0.text("layout") == name }, "\(found)")
        #expect(own.text("confidence") == confidence, "\(own)")
    }

    @Test func variablesAreFoundInKeys() throws {
        let server = try RedisServer()
        try server.cli("SET", "chat:auth:token:\(Self.uuid(1)):revoked", "1", "EX", "900")
        try server.cli("SET", "prod.eu:deny:abc", #"{"by":"ops"}"#, "EX", "900")
        try server.cli("ZADD", "bob-tokens", "4102444800", Self.token(1))
        for number in 0..<5 {
            try server.cli("SET", "bl_\(Self.uuid(number))", "1", "EX", "900")
        }
        let found = try detect(server)
        func options(_ name: String) -> String? {
            found.first { $0.text("layout") == name }?.text("options")
        }
        #expect(options("open-webui") == "--layout-var prefix=chat")
        #expect(options("native") == "--namespace prod.eu")
        #expect(options("user-zset") == "--layout-var score=exp_s")
        #expect(options("blacklist-jti") == "--layout-var prefix=bl_")
        // What is said can be typed.
        for name in ["open-webui", "native", "user-zset", "blacklist-jti"] {
            let words = try #require(options(name)).split(separator: " ").map(String.init)
            let result = TestTool(environment: ["JWTCTL_REDIS_URL": server.url]).run(
                ["--layout", name] + words + ["layout", "show"])
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    /// What looks like a layout's key and isn't one, and what says so.
    @Test(arguments: [
        ("blacklist-jti", ["HSET", "blacklist:\(uuid(1))", "a", "b"]),
        ("user-zset", ["ZADD", "bob-tokens", "4102444800", "not a token"]),
        ("user-zset", ["SET", "bob-tokens", "x"]),
        ("spring-oauth2-redis", ["SET", "refresh:1234", "x"]),
        ("spring-oauth2-redis", ["SET", "access:1234", "x"]),
        ("flask-jwt-extended", ["SET", "session", ""]),
        // It never ends, as an entry of a token would.
        ("flask-jwt-extended", ["SET", uuid(1), ""]),
        ("fastapi-jwt-auth", ["SET", uuid(1), "false", "EX", "90"]),
        ("django-cache", ["SET", ":1:views.page", "1", "EX", "90"]),
        ("guardian-redis", ["SADD", "set:bob", "x", "y"]),
        ("spring-raw", ["SET", "eyJnot.a.token!", "blacklisted", "EX", "90"]),
    ])
    func othersKeysAreNotTaken(_ name: String, _ command: [String]) throws {
        let server = try RedisServer()
        try server.cli(command)
        let found = try detect(server)
        #expect(!found.contains { $0.text("layout") == name }, "\(found)")
    }

    struct Written: Sendable {
        let layout: String
        let key: String
        let value: [UInt8]
        let confidence: String
        let options: String
    }

    /// What applications write with another serializer than the usual one, or of their own.
    static let written = [
        Written(
            layout: "lexik", key: "AbCdEfGhIj:\(uuid(1))", value: [0, 0, 0, 2, 0x14, 0],
            confidence: "medium", options: "--layout-var poolns=AbCdEfGhIj"),
        Written(
            layout: "django-cache", key: ":1:blacklist_\(uuid(1))", value: [0x80, 5, 0x88, 0x2e],
            confidence: "medium", options: "--layout-var prefix=blacklist_"),
        Written(
            layout: "django-cache", key: ":1:jwt:gone:\(uuid(1))", value: [0x80, 4, 0x4b, 1, 0x2e],
            confidence: "medium", options: "--layout-var prefix=jwt:gone:"),
        Written(
            layout: "django-cache", key: ":1:\(uuid(1))", value: [0x80, 4, 0x88, 0x2e],
            confidence: "medium", options: ""),
        Written(
            layout: "django-cache", key: ":1:blacklist_\(uuid(1))", value: [0xc3],
            confidence: "low", options: "--layout-var prefix=blacklist_"),
        Written(
            layout: "django-cache", key: ":1:blacklist_\(uuid(1))", value: Array("true".utf8),
            confidence: "low", options: "--layout-var prefix=blacklist_"),
        Written(
            layout: "blacklist-jti", key: "bl_\(uuid(1))", value: Array("true".utf8),
            confidence: "low", options: "--layout-var prefix=bl_ --layout-var value=true"),
        Written(
            layout: "blacklist-jti", key: "auth:revoked:\(uuid(1))", value: Array("revoked".utf8),
            confidence: "low",
            options: "--layout-var prefix=auth:revoked: --layout-var value=revoked"),
    ]

    @Test(arguments: written)
    func otherValuesOfTheSamePlatformAreKnown(_ wanted: Written) throws {
        let server = try RedisServer()
        try server.cli(["-x", "SET", wanted.key], input: wanted.value)
        try server.cli("EXPIRE", wanted.key, "900")
        let found = try detect(server)
        let own = try #require(found.first { $0.text("layout") == wanted.layout }, "\(found)")
        #expect(own.text("confidence") == wanted.confidence, "\(own)")
        #expect(own.text("options") == wanted.options)
    }

    @Test(arguments: [
        ("cart_\(uuid(1))", Array("pending".utf8)), (":1:page_\(uuid(1))", [0x80, 5, 0x4e, 0x2e]),
        ("AbCdEfGhIj:\(uuid(1))", [0, 0, 0, 2, 0x14, 1]),
    ])
    func otherValuesAreNotTaken(_ key: String, _ value: [UInt8]) throws {
        let server = try RedisServer()
        try server.cli(["-x", "SET", key], input: value)
        try server.cli("EXPIRE", key, "900")
        let found = try detect(server)
        #expect(found.isEmpty, "\(found)")
    }

    @Test func aKeyWithoutHolesIsOneOfItsLayout() throws {
        let server = try RedisServer()
        try server.cli("SET", "jwt:deny:\(Self.uuid(1))", "1", "EX", "900")
        try server.cli("SET", "jwt:cutoff", "4102444800", "EX", "900")
        let found = try detect(server)
        #expect(found.map { $0["layout"]?.stringValue } == ["native"])
        #expect(found.first?["counts"] == ["deny": 1, "cutoff": 1])
    }

    @Test func whatIsOddIsRemarked() throws {
        let server = try RedisServer()
        try server.cli("ZADD", "a-tokens", "4102444800", Self.token(1))
        try server.cli("ZADD", "b-tokens", "4102444800000", Self.token(2))
        try server.cli("SET", "jwt_label:bob", "yes", "EX", "90")
        let result = TestTool(environment: ["JWTCTL_REDIS_URL": server.url])("layout", "detect")
        #expect(
            result.errors.contains(
                "user-zset: some scores are in seconds, others in milliseconds"),
            "\(result.errors)")
        #expect(result.errors.contains("jwt-redis-deny: the keys hold other values"))
        #expect(result.errors.contains("looked at all keys (3)"))
        try server.cli("FLUSHALL")
        let empty = TestTool(environment: ["JWTCTL_REDIS_URL": server.url])("layout", "detect")
        #expect(empty.status == 0 && empty.output.isEmpty)
        #expect(empty.errors.contains("no keys of a known layout"))
    }

    /// Neither ids nor users are told in full, whatever the format.
    @Test func examplesAreCutShort() throws {
        let server = try RedisServer()
        let secret = Self.uuid(0x1234_5678)
        try server.cli("SET", "blacklist:\(secret)", "1", "EX", "90")
        try server.cli("SET", Self.token(7), "blacklisted", "EX", "90")
        try server.cli("ZADD", "jwt:{alice@example.com}:tokens", "4102444800", secret)
        for format in ["table", "json", "jsonl", "csv"] {
            let output = TestTool(environment: ["JWTCTL_REDIS_URL": server.url])(
                "layout", "detect", "-o", format
            ).output
            #expect(output.contains("blacklist:1234…"), "\(output)")
            for whole in [secret, "alice@", String(Self.token(7).prefix(40))] {
                #expect(!output.contains(whole), "\(format): \(output)")
            }
        }
    }

    /// A file's layout is looked for as the presets are.
    @Test func aFileIsLookedForToo() throws {
        let server = try RedisServer()
        try server.cli("SET", "test:acme:gone:\(Self.uuid(1))", "yes", "EX", "90")
        let file = try server.directory.write(
            "acme.json",
            #"""
            { "name": "acme", "vars": { "env": null }, "stores": [
              { "role": "deny", "type": "string", "key": "${env}:acme:gone:${id}", "value": "yes",
                "match": "equals" } ] }
            """#)
        let found = try detect(server, "--layout", file)
        let own = try #require(found.first { $0.text("layout") == "acme" }, "\(found)")
        #expect(own.text("options") == "--layout-var env=test")
        #expect(try detect(server).allSatisfy { $0.text("layout") != "acme" })
    }

    @Test func aSampleIsBounded() throws {
        let server = try RedisServer()
        let lines = (0..<20_000).map { "SET blacklist:\(Self.uuid($0)) 1 EX 900\n" }.joined()
        try server.cli([], input: Array(lines.utf8))
        for (sample, isWhole) in [(100, false), (20_000, true), (1_000_000, true)] {
            let found = try detect(server, "--sample", "\(sample)")
            let own = try #require(found.first)
            #expect(own.integer("sampled") == Int64(min(sample, 20_000)))
            #expect(own["whole"] == .bool(isWhole) || sample == 20_000)
            #expect(own.integer("keys") == Int64(min(sample, 20_000)))
        }
        for bad in ["0", "-1", "x", "99999999999"] {
            let result = TestTool(environment: ["JWTCTL_REDIS_URL": server.url])(
                "layout", "detect", "--sample", bad)
            #expect(result.status == 2, "\(bad)")
        }
    }

    @Test func aHugeValueIsNotFetched() throws {
        let server = try RedisServer()
        try server.cli("SETRANGE", "blacklist:\(Self.uuid(1))", "50000000", "x")
        try server.cli("EXPIRE", "blacklist:\(Self.uuid(1))", "900")
        try server.cli("CONFIG", "RESETSTAT")
        _ = try detect(server)
        let sent = try server.cli("INFO", "stats").split(whereSeparator: \.isNewline).first {
            $0.hasPrefix("total_net_output_bytes:")
        }
        let line = try #require(sent)
        let bytes = try #require(Int(line.split(separator: ":")[1]))
        #expect(bytes < 200_000)
    }
}
