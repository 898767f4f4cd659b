import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `renew --dry-run` says what the real run does. It writes nothing, and shows no token.
@Suite(.redis) struct RenewDryRunTests {
    /// Renews a token, first dry, then in earnest, and compares the statuses. Returns the status.
    @discardableResult
    private func compare(
        _ sandbox: Sandbox, _ token: String, _ comment: String
    ) throws -> Int32? {
        let before = try sandbox.server.cli("DEBUG", "DIGEST")
        let dry = sandbox.jwtctl("renew", "--dry-run", token)
        #expect(
            try sandbox.server.cli("DEBUG", "DIGEST") == before, "\(comment): nothing is written")
        #expect(!(dry.output + dry.errors).contains("eyJ"), "\(comment): no token is shown")
        #expect(dry.output.hasPrefix("would renew ") == (dry.status == 0), "\(comment)")
        #expect(dry.output.isEmpty == (dry.status != 0), "\(comment)")
        let real = sandbox.jwtctl("renew", token)
        #expect(dry.status == real.status, "\(comment): \(dry.errors)\(real.errors)")
        return dry.status
    }

    @Test("It says when the new token would expire")
    func words() throws {
        func life(_ plan: JSONObject) throws -> Int64 {
            let (start, end) = (plan.integer("iat"), plan.integer("exp"))
            let first = try #require(start)
            return try #require(end) - first
        }
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "7c3e", "--iat", "-10m", "--expires-in", "30m")
        let dry = sandbox.jwtctl("renew", "-n", token)
        #expect(dry.status == 0)
        #expect(dry.output.hasPrefix("would renew 7c3e: the new token would expire at 20"))
        #expect(dry.errors.contains("layout native (dry run)\n"))
        #expect(dry.errors.hasSuffix("dry run: nothing was written\n"))
        let plan = try sandbox.jwtctl("renew", "-n", "--json", token).object()
        #expect(plan["id"] == "7c3e" && plan["sub"] == "alice" && plan["dry_run"] == true)
        #expect(plan["token"] == nil && plan["target"] != nil)
        #expect(try life(plan) == 2400)
        let longer = sandbox.jwtctl("renew", "-n", "--expires-in", "2h", "--json", token)
        #expect(try life(longer.object()) == 7200)
        #expect(sandbox.jwtctl("verify", "--require-listed", token).status == 0)
        #expect(sandbox.jwtctl("renew", token).status == 0)
    }

    @Test("It ends as the real run does, whatever there is", arguments: 0..<16)
    func randomStates(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let sandbox = try Sandbox()
        let isRecorded = Bool.random(using: &random)
        let token = try sandbox.token(
            "--jti", "old", "--iat", "-10m", isRecorded ? "--record" : "--no-record")
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            switch Int.random(in: 0..<7, using: &random) {
            case 0: sandbox.jwtctl("revoke", "-q", token)
            case 1: sandbox.jwtctl("logout-all", "-q", "alice")
            case 2: sandbox.jwtctl("logout-all", "-q", "--issued-before", "-1h", "alice")
            case 3:
                sandbox.jwtctl(
                    "logout-all", "-q", "--everyone", "--issued-before", "-1h", "--yes")
            case 4:
                try sandbox.server.cli("DEL", "jwt:{alice}:meta")
                try sandbox.server.cli("SET", "jwt:{alice}:meta", "x")
            case 5: try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "5", "expired")
            default:
                try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "4102444800000", "foreign")
            }
        }
        try compare(sandbox, token, "seed \(seed)")
    }

    @Test("What is not active is refused with the same status")
    func refused() throws {
        let sandbox = try Sandbox()
        func issue(_ arguments: String...) -> String {
            sandbox.jwtctl.run(["issue", "--no-record"] + arguments).line
        }
        let forged = String(issue("--sub", "d").dropLast(3)) + "AAA"
        let cases: [(token: String, status: Int32)] = [
            (issue("--sub", "a", "--exp", "-1h"), 5), (issue("--iss", "x"), 9), (forged, 4),
            ("x.y", 3),
        ]
        for (token, status) in cases {
            #expect(try compare(sandbox, token, "\(status)") == status)
        }
    }

    @Test("So is a token of another layout", arguments: ["user-zset", "codeape-gateway"])
    func layouts(_ layout: String) throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", layout]
        let listing = layout == "user-zset" ? "--record" : "--no-record"
        let token = sandbox.jwtctl("issue", listing, "--sub", "bob").line
        #expect(try compare(sandbox, token, layout) == 0)
        // The old one is revoked now.
        #expect(try compare(sandbox, token, layout) != 0)
    }

    @Test("A user who has another token where the layout keeps one is refused")
    func displaced() throws {
        let sandbox = try Sandbox()
        let file = try sandbox.file(
            "single.json",
            #"""
            { "name": "single", "claims": { "id": "jti", "user": "sub" },
              "stores": [
                { "role": "allow", "type": "string", "key": "token:${user}",
                  "match": "equals", "value": "${token}" },
                { "role": "index", "type": "keys" } ] }
            """#)
        sandbox.jwtctl.options = ["--layout", file]
        let token = sandbox.jwtctl("issue", "--no-record", "--sub", "bob", "--jti", "one").line
        try sandbox.server.cli("SET", "token:bob", token, "EX", "600")
        #expect(try compare(sandbox, token, "single") == 9)
    }
}
