import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Numbers from outside: whatever a server or a token says, no command traps, and a token that is
/// on the blacklist is never reported as good.
@Suite(.slow) struct ExtremeNumberTests {
    private static let now = Int64(Date().timeIntervalSince1970)

    private static func token(iat: String) -> String {
        do {
            let claims = try JSONParser.parse(
                Array(#"{"sub":"alice","jti":"a","exp":\#(now + 3600),"iat":\#(iat)}"#.utf8))
            return TestToken.signed(claims.objectValue ?? JSONObject())
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static let tokens = [
        String(now), "1.5", "9223372036854775807", "-9223372036854775808", "1e300", "-1e300",
        "281474976710657", "0",
    ].map(token)

    /// Commands that answer for a token, which the server always has on the blacklist.
    private static let verdicts: [[String]] = [
        ["verify", "TOKEN"], ["verify", "--json", "--explain", "TOKEN"], ["status", "TOKEN"],
        ["status", "--user", "alice", "a"],
    ]

    private static let others: [[String]] = [
        ["revoke", "--yes", "--no-verify", "TOKEN"],
        ["revoke", "--user", "alice", "a"], ["revoke", "--dry-run", "--ttl", "1h", "a"],
        ["revoke", "--from", "-", "--yes"],
        ["restore", "--reason", "x", "--yes", "TOKEN"],
        ["restore", "--reason", "x", "--yes", "--user", "alice", "a"],
        ["logout-all", "alice"], ["logout-all", "--keep", "TOKEN", "alice"],
        ["logout-all", "--keep", "a", "alice"], ["logout-all", "--everyone", "--yes"],
        ["logout-all", "--issued-before", "-1h", "alice"],
        ["issue", "--sub", "alice"], ["renew", "TOKEN"],
        ["list", "tokens", "alice"], ["list", "tokens", "--all", "-o", "jsonl"],
        ["list", "users"], ["list", "users", "--json"], ["list", "revoked"],
        ["list", "revoked", "-o", "jsonl"], ["stats"], ["stats", "--json"],
        ["stats", "-o", "prometheus"], ["prune"], ["prune", "--dry-run"], ["audit"],
        ["audit", "--json"], ["doctor"], ["doctor", "--json", "--deep"], ["layout", "detect"],
    ]

    @Test func `no extreme number traps, and no blacklisted token passes`() throws {
        let server = try LyingServer()
        let environment = ["JWTCTL_REDIS_URL": server.url, "JWTCTL_ACTOR": "ops"]
        let commands = Self.verdicts + Self.others
        let rounds = 2000 / commands.count + 1
        for round in 0..<rounds {
            for (place, command) in commands.enumerated() {
                server.begin(seed: UInt64(round * 1000 + place))
                let token = Self.tokens[(round + place) % Self.tokens.count]
                let result = TestTool.standalone.run(
                    command.map { $0 == "TOKEN" ? token : $0 }, environment: environment,
                    input: command.contains("-") ? "a\t\(Self.now + 60)\nb\n\(token)\n" : "")
                #expect(result.status != 2, "\(command): \(result.errors)")
                if place < Self.verdicts.count {
                    #expect(result.status != 0, "\(command): \(result.output)")
                }
            }
        }
    }

    @Test(arguments: [
        ["list", "users"], ["list", "revoked"], ["list", "tokens", "--all"], ["stats"], ["prune"],
        ["doctor", "--deep"], ["layout", "detect", "--sample", "10000000"],
        ["list", "revoked", "--layout", "kong-jwt-blacklist"],
    ])
    func `a scan that goes round in circles ends`(_ command: [String]) throws {
        let server = try LyingServer(cursor: "7")
        server.begin(seed: 1)
        let result = TestTool.standalone.run(command, environment: ["JWTCTL_REDIS_URL": server.url])
        // The doctor reports it as a finding.
        #expect(result.status == (command[0] == "doctor" ? 1 : 8), "\(result.errors)")
    }

    /// What an application does that calls PEXPIREAT with the largest number it has.
    @Test func `a blacklist entry that ends after all calendars is listed`() throws {
        let sandbox = try Sandbox()
        let server = sandbox.server
        try server.cli("SET", "jwt:deny:far", "1", "PXAT", "9223372036854775807")
        let list = sandbox.jwtctl("list", "revoked", "-o", "jsonl")
        #expect(list.status == 0, "\(list.errors)")
        #expect(list.output.contains(#""id":"far""#))
        #expect(sandbox.jwtctl("list", "revoked").status == 0)
        #expect(sandbox.jwtctl("stats").status == 0)
        #expect(sandbox.jwtctl("status", "far").status == 6)
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-1e300"])
    func `the session to keep may say any time`(_ iat: String) throws {
        let sandbox = try Sandbox()
        #expect(sandbox.jwtctl("issue", "--sub", "bob", "--jti", "b").status == 0)
        try sandbox.server.cli("HSET", "jwt:{bob}:meta", "b", "{\"iat\":\(iat)}")
        let result = sandbox.jwtctl("logout-all", "--keep", "b", "bob")
        #expect(result.status == 0, "\(result.errors)")
        #expect(!result.output.contains("9223372036854775"))
    }
}
