import Foundation
import JSON
import Platform
import TestSupport
import Testing

/// Ids that stand in tokens and in lines of bulk files, and what the program then does to Redis:
/// the whole keyspace is compared, so that no key but the predicted ones may come, go or change.
@Suite(.redis) struct RedisKeyTests {
    static let ids: [String] = [
        "j\r\nDEL jwt:deny:neighbour\r\n", "j\nFLUSHALL\n", "\r", "neighbour\0x", "\0", "\0\0",
        "%s", "%b", "%n%n%n", "%", "%00", "%41", "A", "%2A", "$(id)", "`id`", "{a}b", "a}b", "{",
        "}", "{}", "{{a}}", "}x{y", "}x", "}{", "*", "neighbou*", "neighbou?", "[a-z]*", "[^a]",
        "\\", "\\*", "a:b", "deny:neighbour", "neighbour:tokens", "jwt:deny:neighbour", "cutoff",
        "audit", "revoked", ":", "::", " ", "  neighbour", "neighbour ", "\t", "-1", "--", "-h",
        "+inf", "nan", "0", "1e400", "null", "true", "{\"jti\":\"neighbour\"}", "\"", "'",
        "\\u0000",
        "');redis.call('FLUSHALL')--", "]]..redis.call('FLUSHALL')..[[", "../../etc/passwd",
        "\u{1b}[2J", "\u{202e}txt", "\u{200b}", "\u{feff}", "\u{e9}", "e\u{301}", "\u{1f600}",
        "\u{10ffff}", "\u{7f}", "\u{85}", "neighbou\u{72}\u{301}", "NEIGHBOUR",
        "eyJhbGciOiJub25lIn0.e30.", String(repeating: "{", count: 8192),
        String(repeating: "\u{1f600}", count: 2048),
    ]

    /// The spelling in keys, written down a second time.
    private static func spelled(_ id: String) -> String {
        id.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80,
                scalar.properties.isAlphabetic
                    || "0123456789._~@+-".unicodeScalars
                        .contains(scalar)
            {
                return String(scalar)
            }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Every key in hex with its value's hash and its end, by a script, since no line may be
    /// trusted to be one.
    private static let snapshotScript = """
        local lines = {}
        for _, key in ipairs(redis.call('KEYS', '*')) do
          local hex = string.gsub(key, '.', function(c) return string.format('%02x', string.byte(c)) end)
          lines[#lines + 1] = hex .. ' ' .. redis.sha1hex(redis.call('DUMP', key)) .. ' '
            .. redis.call('PEXPIRETIME', key)
        end
        return table.concat(lines, '\\n')
        """

    private static func snapshot(_ server: RedisServer) throws -> [String: Substring] {
        var result: [String: Substring] = [:]
        for line in try server.cli("EVAL", snapshotScript, "0").split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 1)
            result[String(fields[0])] = fields[1]
        }
        return result
    }

    private static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(JSONString(text)).encoded(), as: UTF8.self)
    }

    private let server: RedisServer
    private let jwtctl: TestTool
    private let expiry = Int64(Date().timeIntervalSince1970) + 9000

    init() throws {
        server = try RedisServer()
        jwtctl = TestTool(environment: [
            "JWTCTL_REDIS_URL": server.url, "KEY": Forge.secret, "JWTCTL_SECRET": "env:KEY",
            "JWTCTL_ACTOR": "ops",
        ])
        let lines = ["neighbour", "a", "x"].map { "\($0)\t\(expiry)\t\($0)\n" }.joined()
        try #require(run(["revoke", "--yes", "-"], input: lines).status == 0)
        for user in ["neighbour", "a", "x", "bystander"] {
            try #require(
                run(["issue", "--sub", user, "--jti", "listed-\(user)"]).status == 0)
        }
    }

    private func run(_ arguments: [String], input: String = "") -> TestTool.Result {
        jwtctl.run(arguments, input: input)
    }

    /// The keys that changed, as hex; the trail is one of them wherever something was done.
    private func changes(_ body: () throws -> Void) throws -> Set<String> {
        let before = try Self.snapshot(server)
        try body()
        let after = try Self.snapshot(server)
        return Set(Set(before.keys).union(after.keys).filter { before[$0] != after[$0] })
    }

    private func token(_ id: String, claims: String = "") throws -> String {
        String(
            decoding: try Forge.token(
                payload: #"{"jti":\#(Self.quoted(id)),"sub":\#(Self.quoted(id)),"exp":\#(expiry),"#
                    + #""iat":\#(expiry - 9100)}"#), as: UTF8.self)
    }

    @Test func onlyThePredictedKeysChange() throws {
        for id in Self.ids { try check(id) }
        #expect(Self.ids.count == 76)
    }

    private func check(_ id: String) throws {
        let label = Comment(rawValue: String(id.debugDescription.prefix(80)))
        let spelled = Self.spelled(id)
        let audit = Self.hex("jwt:audit")
        let deny = Self.hex("jwt:deny:\(spelled)")
        let list = ["jwt:{\(spelled)}:tokens", "jwt:{\(spelled)}:meta"].map(Self.hex)
        let token = try token(id)

        #expect(run(["status", token]).status == 0, label)
        let asked = try changes {
            _ = run(["status", token])
            _ = run(["verify", token])
            _ = run(["list", "tokens", "--", id])
        }
        #expect(asked.isEmpty, "\(asked)")

        let revoked = try changes {
            let result = run(["revoke", token])
            #expect(result.status == 0, "\(label) \(result.errors)")
        }
        #expect(revoked == [deny, audit], label)
        #expect(run(["status", token]).status == 6, label)
        #expect(run(["verify", token]).status == 6, label)
        // As a line of its own, and as an operand where the system takes it.
        let line = "{\"jti\":\(Self.quoted(id))}\n"
        #expect(run(["status", "-"], input: line).status == 6, label)
        if !id.utf8.contains(0) { #expect(run(["status", "--id", "--", id]).status == 6, label) }
        #expect(run(["status", "--id", "bystander"]).status == 0)

        let restored = try changes {
            let result = run(["restore", "--yes", "--reason", "test", "-"], input: line)
            #expect(result.status == 0, "\(label) \(result.errors)")
        }
        // It is listed again, without the iat that nobody had recorded.
        #expect(restored == Set(list + [deny, audit]), label)
        #expect(run(["status", token]).status == 0, label)

        // As a user, who has tokens and loses them. No operand holds a NUL.
        guard !id.utf8.contains(0) else { return }
        let issued = try changes {
            let result = run(["issue", "--sub=\(id)", "--label=\(id)"])
            #expect(result.status == 0, "\(result.errors)")
        }
        #expect(issued == Set(list), label)
        let cut = try changes {
            // As a line, since an operand that is a token is no user.
            let result = run(
                ["logout-all", "--yes", "--issued-before", "-1h", "--from", "-"],
                input: "{\"user\":\(Self.quoted(id))}\n")
            #expect(result.status == 0, "\(result.errors)")
        }
        // Which the cutoff of an hour ago does reach.
        #expect(cut == Set(list + [deny, audit, Self.hex("jwt:{\(spelled)}:cutoff")]), label)
    }

    /// It waits for Redis' clock, so a few of them have to do.
    @Test(arguments: ["}x", "{}", "neighbou*", "j\r\nDEL jwt:deny:neighbour\r\n", "%s", "\u{e9}"])
    func aLogoutReachesItsUserOnly(id: String) throws {
        let spelled = Self.spelled(id)
        try #require(run(["issue", "--sub", id, "--jti", id]).status == 0)
        let changed = try changes {
            // As a line, since an operand with a line break is no user.
            let result = run(
                ["logout-all", "--yes", "--from", "-"],
                input: "{\"user\":\(Self.quoted(id))}\n")
            #expect(result.status == 0, "\(result.errors)")
        }
        let own = ["tokens", "meta", "cutoff"].map { Self.hex("jwt:{\(spelled)}:\($0)") }
        #expect(changed == Set(own + [Self.hex("jwt:deny:\(spelled)"), Self.hex("jwt:audit")]))
    }

    /// An empty id is nobody's, wherever it stands.
    @Test func anEmptyIdChangesNothing() throws {
        let token = try token("")
        let changed = try changes {
            #expect(run(["revoke", token]).status != 0)
            #expect(run(["revoke", "-"], input: "{\"jti\":\"\",\"exp\":\(expiry)}\n").status != 0)
            #expect(run(["revoke", "--ttl", "1h", "--id", ""]).status != 0)
            #expect(run(["revoke", "--ttl", "1h", "--user", "", "--id", "y"]).status != 0)
            #expect(run(["issue", "--sub", "", "--jti", "y"]).status != 0)
            #expect(run(["issue", "--sub", "y", "--jti", ""]).status != 0)
            #expect(run(["logout-all", "--yes", "--", ""]).status != 0)
        }
        #expect(changed.isEmpty, "\(changed)")
        #expect(run(["status", "-"], input: "{\"jti\":\"\"}\n").status != 0)
    }
}
