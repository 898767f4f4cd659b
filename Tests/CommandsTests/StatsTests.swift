import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What lies in Redis, in numbers.
@Suite struct StatsTests {
    @Test func anEmptyRedisHasNothingOfAnything() throws {
        let sandbox = try Sandbox()
        let told = try sandbox.jwtctl("stats", "--json").object()
        for name in ["users", "tokens", "revoked", "revoked_forever", "user_cutoffs"] {
            #expect(told[JSONString(name)] == 0, "\(name)")
        }
        #expect(told["cutoff"] == .null)
        let memory = try #require(told["used_memory"]?.numberValue?.integer)
        #expect(memory > 100_000)
    }

    @Test func whatIsThereIsCounted() throws {
        let sandbox = try Sandbox()
        let jwtctl = sandbox.jwtctl
        for (user, count) in [("ann", 3), ("bob", 1), ("eve", 2)] {
            let result = jwtctl("issue", "-q", "--sub", user, "--count", "\(count)")
            #expect(result.status == 0, "\(result.errors)")
        }
        _ = try sandbox.server.cli(["ZADD", "jwt:{bob}:tokens", "5", "expired"])
        jwtctl("logout-all", "-q", "eve")
        jwtctl("issue", "-q", "--sub", "eve", "--iat", "+30s")
        jwtctl("revoke", "-q", "--ttl", "10m", "a")
        jwtctl("revoke", "-q", "--ttl", "12h", "b")
        jwtctl("revoke", "-q", "--ttl", "9d", "c")
        jwtctl("revoke", "-q", "--forever", "d")
        let told = try jwtctl("stats", "--largest", "2", "--json").object()
        let largest: JSONValue = [["user": "ann", "tokens": 3], ["user": "bob", "tokens": 1]]
        #expect(told["users"] == 3 && told["tokens"] == 5)
        #expect(told["largest"]?.arrayValue?.first == largest.arrayValue?.first)
        #expect(told["largest"]?.arrayValue?.count == 2)
        // Two of eve's tokens lie on the blacklist for about an hour, and a minute longer.
        #expect(told["revoked"] == 6 && told["revoked_forever"] == 1)
        #expect(told["revoked_expiring_1h"] == 1 && told["revoked_expiring_24h"] == 4)
        #expect(told["user_cutoffs"] == 1)
        let words = jwtctl("stats").output
        #expect(words.contains("3 users, 5 live tokens") && words.contains("6 blacklist entries"))
    }

    /// The text format, line by line: comments, then a name, labels and a number.
    @Test func prometheusReadsIt() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("revoke", "-q", "--ttl", "10m", "a")
        let text = sandbox.jwtctl("stats", "-o", "prometheus").output
        var families: [String] = []
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# HELP ") {
                families.append(String(line.split(separator: " ")[2]))
            } else if line.hasPrefix("# TYPE ") {
                #expect(line == "# TYPE \(families.last ?? "") gauge")
            } else {
                let pattern = "^\(families.last ?? "")\\{layout=\"native\"\\} [0-9]+$"
                #expect(line.range(of: pattern, options: .regularExpression) != nil, "\(line)")
            }
        }
        #expect(Set(families).count == families.count && families.count == 8)
        #expect(text.hasSuffix("\n"))
        #expect(text.contains("jwtctl_blacklist_entries{layout=\"native\"} 1\n"))
    }

    @Test func aLayoutIsCountedAsFarAsItCanBeListed() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "codeape-gateway"]
        sandbox.jwtctl("revoke", "-q", "--ttl", "10m", "a")
        let told = try sandbox.jwtctl("stats", "--json").object()
        #expect(told["revoked"] == 1 && told["users"] == .null)
        sandbox.jwtctl.options = ["--layout", "flask-jwt-extended"]
        #expect(sandbox.jwtctl("stats").status == 9)
    }
}
