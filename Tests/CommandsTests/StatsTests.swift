import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What lies in Redis, in numbers.
@Suite(.redis) struct StatsTests {
    @Test func anEmptyRedisHasNothingOfAnything() throws {
        let sandbox = try Sandbox()
        let told = try sandbox.jwtctl("stats", "--json").object()
        for name in ["users", "tokens", "revoked", "revoked_forever", "user_cutoffs"] {
            #expect(told[JSONString(name)] == 0, "\(name)")
        }
        #expect(told["cutoff"] == .null)
        let memory = try #require(told["used_memory"]?.numberValue?.integer)
        #expect(memory > 100_000)
        #expect(told["tokens_bytes"] == 0 && told["revoked_bytes"] == 0)
    }

    /// Reckoned from some of them, in agreement with what Redis says of all.
    @Test func bytesAreThoseOfTheKeys() throws {
        let sandbox = try Sandbox()
        for number in 0..<300 {
            sandbox.jwtctl("revoke", "-q", "--ttl", "10m", "j\(number)")
        }
        sandbox.jwtctl("issue", "-q", "--sub", "ann", "--count", "20", "--label", "phone")
        let told = try sandbox.jwtctl("stats", "--json").object()
        func usage(_ key: String) throws -> Int64 {
            try #require(Int64(try sandbox.server.cli(["MEMORY", "USAGE", key])))
        }
        let entries = try (0..<300).reduce(Int64(0)) { try $0 + usage("jwt:deny:j\($1)") }
        let reckoned = try #require(told["revoked_bytes"]?.numberValue?.integer)
        #expect(abs(reckoned - entries) < entries / 5, "\(reckoned), \(entries)")
        let lists = try usage("jwt:{ann}:tokens") + usage("jwt:{ann}:meta")
        #expect(told["tokens_bytes"]?.numberValue?.integer == lists)
    }

    /// A label is text between quotation marks.
    @Test func hostilePathsStayLabels() throws {
        let sandbox = try Sandbox()
        let link = sandbox.directory.path + #"/a"b\c"#
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: sandbox.server.socketPath)
        sandbox.jwtctl.options = [
            "--redis", "unix://\(sandbox.directory.path)/a%22b%5Cc",
        ]
        let text = sandbox.jwtctl("stats", "-o", "prometheus").output
        #expect(text.contains(#"/a\"b\\c/0",namespace="#), "\(text)")
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
        #expect(
            words.contains("3 users, 5 unexpired tokens") && words.contains("6 blacklist entries"))
    }

    @Test func activeTokensAreCountedOnDemand() throws {
        let sandbox = try Sandbox()
        let jwtctl = sandbox.jwtctl
        let now = Int64(Date().timeIntervalSince1970)
        for (id, iat) in [("cut", now - 100), ("live", now - 99), ("denied", now - 50)] {
            try sandbox.record(id, iat: iat, exp: now + 900)
        }
        try sandbox.record("dead", iat: now - 50, exp: now - 10)
        try sandbox.record("other", of: "bob", iat: nil, exp: nil)
        try sandbox.server.cli("SET", "jwt:{alice}:cutoff", "\(now - 100)")
        try sandbox.server.cli("SET", "jwt:deny:denied", "1", "EX", "900")
        let told = try jwtctl("stats", "--active", "--json").object()
        #expect(told["users"] == 2 && told["tokens"] == 4 && told["active_tokens"] == 2)
        #expect(told["user_cutoffs"] == 1)
        let words = jwtctl("stats", "--active").output
        #expect(words.hasPrefix("2 users, 4 unexpired tokens (2 active), 1 user with a cutoff"))
        let gauges = jwtctl("stats", "--active", "-o", "prometheus").output
        let labels = "namespace=\"jwt\",layout=\"native\"}"
        let lines = gauges.split(separator: "\n").map(String.init)
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix("jwtctl_\(name){") && $0.contains(labels) }.map {
                String($0.drop { $0 != "}" }.dropFirst(2))
            }
        }
        #expect(value("live_tokens") == "4" && value("active_tokens") == "2")
        let help = lines.first { $0.hasPrefix("# HELP jwtctl_live_tokens ") }
        #expect(help?.contains("Unexpired") == true)
        // It was not asked for.
        let plain = try jwtctl("stats", "--json").object()
        #expect(plain["tokens"] == 4 && plain["active_tokens"] == nil)
        #expect(!jwtctl("stats").output.contains("active"))
        #expect(!jwtctl("stats", "-o", "prometheus").output.contains("active_tokens"))
        // A global cutoff leaves none.
        try sandbox.server.cli("SET", "jwt:cutoff", "\(now)")
        #expect(try jwtctl("stats", "--active", "--json").object()["active_tokens"] == 0)
        // What the layout cannot list is not 0.
        #expect(jwtctl("--layout", "codeape-gateway", "stats", "--active").status == 9)
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
                let pattern =
                    "^\(families.last ?? "")\\{redis=\"[^\"]+/0\",namespace=\"jwt\","
                    + "layout=\"native\"\\} [0-9]+$"
                #expect(line.range(of: pattern, options: .regularExpression) != nil, "\(line)")
            }
        }
        #expect(Set(families).count == families.count && families.count == 10)
        #expect(text.hasSuffix("\n"))
        let entries = text.split(separator: "\n").filter { $0.contains("blacklist_entries{") }
        #expect(entries.count == 1 && entries[0].hasSuffix("} 1"))
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
