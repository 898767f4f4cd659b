import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// The filters of `list tokens` and `list revoked`.
@Suite(.redis) struct ListFilterTests {
    private let sandbox: Sandbox
    /// Unix seconds by the clock of Redis, which is this machine's.
    private let now: Int64

    init() throws {
        sandbox = try Sandbox()
        now = Int64(Date().timeIntervalSince1970)
    }

    /// The ids of alice's tokens that pass, soonest expiry first.
    private func ids(_ arguments: String...) throws -> [String] {
        let result = sandbox.jwtctl.run(["list", "tokens", "alice", "--json"] + arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return try result.array().compactMap { $0.text("id") }
    }

    // MARK: times

    @Test("Issued since a time includes it, issued before does not, and unknown is neither")
    func issueTimes() throws {
        let time = now - 5000
        for (number, iat) in [time - 1, time, time + 1, nil].enumerated() {
            try sandbox.record("t\(number)", iat: iat, exp: now + 1000 + Int64(number))
        }
        #expect(try ids() == ["t0", "t1", "t2", "t3"])
        #expect(try ids("--issued-since", "@\(time)") == ["t1", "t2"])
        #expect(try ids("--issued-before", "@\(time)") == ["t0"])
        let second = ["--issued-since", "@\(time)", "--issued-before", "@\(time + 1)"]
        #expect(try ids(second[0], second[1], second[2], second[3]) == ["t1"])
        #expect(try ids("--issued-since", "@0") == ["t0", "t1", "t2"])
        #expect(try ids("--issued-before", "9999-12-31") == ["t0", "t1", "t2"])
        // Half a second later the whole second is over.
        let half = TimeText.rfc3339(time).dropLast() + ".5Z"
        #expect(try ids("--issued-since", String(half)) == ["t2"])
        #expect(try ids("--issued-before", String(half)) == ["t0", "t1"])
    }

    @Test("Before an expiry is before it, and a token that never expires passes no such time")
    func expiries() throws {
        let time = now + 1000
        for (number, exp) in [time - 1, time, time + 1, nil].enumerated() {
            try sandbox.record("t\(number)", iat: now, exp: exp)
        }
        #expect(try ids() == ["t0", "t1", "t2", "t3"])
        #expect(try ids("--expires-before", "@\(time)") == ["t0"])
        #expect(try ids("--expires-before", "@\(time + 1)") == ["t0", "t1"])
        #expect(try ids("--expires-before", "9999-12-31") == ["t0", "t1", "t2"])
        #expect(try ids("--expires-before", "@\(time)", "--issued-before", "@\(now)").isEmpty)
    }

    @Test("A bare duration is ago for issue times, and from now for expiries")
    func durations() throws {
        try sandbox.record("old", iat: now - 7200, exp: now + 600)
        try sandbox.record("new", iat: now - 60, exp: now + 7200)
        for text in ["1h", "-1h"] {
            #expect(try ids("--issued-since", text) == ["new"], "\(text)")
            #expect(try ids("--issued-before", text) == ["old"], "\(text)")
        }
        for text in ["1h", "+1h"] {
            #expect(try ids("--expires-before", text) == ["old"], "\(text)")
        }
        // A sign says what it says everywhere.
        #expect(try ids("--issued-since", "+1h").isEmpty)
        #expect(try ids("--issued-before", "+1h") == ["old", "new"])
        #expect(try ids("--expires-before", "-1h").isEmpty)
        #expect(try ids("--issued-since", "3h", "--issued-before", "1h") == ["old"])
    }

    @Test(
        "Times between which there is none, and values that are none, are mistakes of the line",
        arguments: [
            "--issued-since @10 --issued-before @10", "--issued-since @11 --issued-before @10",
            "--issued-since 1h --issued-before 2h", "--issued-since 1h --issued-before 1h",
            "--issued-since 5", "--issued-before yesterday", "--expires-before 1h2d",
            "--state cut-off", "--state live", "--state ACTIVE",
        ])
    func mistakes(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        let result = sandbox.jwtctl.run(["list", "tokens", "alice"] + words)
        #expect(result.status == 2, "\(result.errors)")
        if line.contains("cut-off") { #expect(result.errors.contains("did you mean 'cut_off'?")) }
    }

    @Test("Times of which only the present decides the order are no mistake")
    func undecided() {
        for words in [
            ["--issued-since", "@10", "--issued-before", "1h"],
            ["--issued-since", "@10", "--issued-before", "@11"],
            ["--issued-since", "2h", "--issued-before", "1h"],
        ] {
            let result = sandbox.jwtctl.run(["list", "tokens", "alice"] + words)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("no matching tokens of alice are recorded in "))
        }
    }

    // MARK: states and labels

    @Test("Each state has its own tokens")
    func states() throws {
        let cutoff = now - 100
        try sandbox.record("live", iat: cutoff + 1, exp: now + 900)
        try sandbox.record("dead", iat: cutoff + 1, exp: now - 900)
        try sandbox.record("cut", iat: cutoff, exp: now + 800)
        try sandbox.record("denied", iat: cutoff + 1, exp: now + 700)
        try sandbox.record("early", iat: now + 500, exp: now + 600)
        try sandbox.server.cli("SET", "jwt:{alice}:cutoff", "\(cutoff)")
        try sandbox.server.cli("SET", "jwt:deny:denied", "1", "EX", "900")
        let states = [
            "active": "live", "revoked": "denied", "cut_off": "cut", "not_yet_valid": "early",
            "expired": "dead",
        ]
        for (state, id) in states { #expect(try ids("--state", state) == [id], "\(state)") }
        #expect(try ids().count == states.count)
        #expect(try ids("--state", "active", "--issued-before", "@\(cutoff + 1)").isEmpty)
    }

    /// Two of them are equal as Swift's characters, and different bytes.
    static let labels = [
        "a*b", "axxb", "a?b", "[x]", "x", "\u{e9}", "e\u{301}", "\u{1b}[31mred", "", "a\nb", "100%",
    ]

    @Test(
        "A label is text, in which an asterisk of the pattern matches anything",
        arguments: [
            ("*", Array(0...10)), ("a*b", [0, 1, 2, 9]), ("a?b", [2]), ("[x]", [3]), ("x", [4]),
            ("\u{e9}", [5]), ("e\u{301}", [6]), ("\u{1b}*", [7]), ("", [8]), ("a\nb", [9]),
            ("100%", [10]), ("A*b", []), ("*b", [0, 1, 2, 9]), ("a", []),
        ] as [(String, [Int])])
    func labelPatterns(_ pattern: String, _ found: [Int]) throws {
        for (number, label) in Self.labels.enumerated() {
            try sandbox.record("t\(number)", iat: now, exp: now + 600 + Int64(number), label: label)
        }
        try sandbox.record("unlabelled", iat: now, exp: now + 900)
        #expect(try ids("--label", pattern) == found.map { "t\($0)" })
    }

    // MARK: other layouts and options

    @Test("The limit counts what passes, of one user and of all")
    func limit() throws {
        for number in 0..<10 {
            let user = number < 6 ? "alice" : "bob"
            try sandbox.record(
                "t\(number)", of: user, iat: now - Int64(number), exp: now + 600 + Int64(number),
                label: number % 2 == 1 ? "odd" : nil)
        }
        #expect(try ids("--label", "odd", "--limit", "2") == ["t1", "t3"])
        #expect(try ids("--label", "odd", "--limit", "1", "--sort", "iat") == ["t1"])
        func all(_ arguments: String...) throws -> Set<String> {
            let list = sandbox.jwtctl.run(["list", "tokens", "--all", "-o", "id"] + arguments)
            return Set(list.output.split(separator: "\n").map(String.init))
        }
        #expect(try all("--label", "odd") == ["t1", "t3", "t5", "t7", "t9"])
        #expect(try all("--label", "odd", "--limit", "3").count == 3)
        #expect(try all("--issued-before", "@\(now - 7)") == ["t8", "t9"])
        let none = sandbox.jwtctl("list", "tokens", "--all", "--label", "even")
        #expect(none.errors.hasPrefix("jwtctl: no matching tokens are recorded in "))
    }

    @Test("Session keys are filtered by what the layout keeps, and by nothing else")
    func sessions() throws {
        sandbox.jwtctl.options = ["--layout", "eladmin"]
        try sandbox.server.cli("SET", "online_token:alice:u1", "{}", "EX", "900")
        try sandbox.server.cli("SET", "online_token:alice:u2", "{}", "EX", "9000")
        try sandbox.server.cli("SET", "online_token:alice:u3", "{}")
        #expect(try ids("--expires-before", "1h") == ["u1"])
        #expect(try ids("--state", "active") == ["u1", "u2", "u3"])
        #expect(try ids("--state", "revoked").isEmpty)
        for option in [
            ["--issued-since", "1h"], ["--issued-before", "1h"], ["--label", "*"],
        ] {
            let refused = sandbox.jwtctl.run(["list", "tokens", "alice"] + option)
            #expect(refused.status == 9, "\(option)")
            #expect(refused.errors.contains("hint: omit --"), "\(refused.errors)")
            #expect(refused.errors.contains(option[0]))
        }
    }

    @Test("Session keys with whole tokens have the issue times of the tokens")
    func sessionTokens() throws {
        sandbox.jwtctl.options = ["--layout", "jeecg"]
        for (id, age) in [("a", Int64(7200)), ("b", 3600), ("c", 60)] {
            let token = handmade(#"{"username":"alice","jti":"\#(id)","iat":\#(now - age)}"#)
            let key = "prefix_user_token:\(token)"
            try sandbox.server.cli("SET", key, token, "EX", "\(9000 - age)")
        }
        let token = handmade(#"{"username":"alice","jti":"d"}"#)
        try sandbox.server.cli("SET", "prefix_user_token:\(token)", token, "EX", "9900")
        #expect(try ids() == ["a", "b", "c", "d"])
        #expect(try ids("--issued-since", "@\(now - 3600)") == ["b", "c"])
        #expect(try ids("--issued-before", "@\(now - 3600)") == ["a"])
        #expect(sandbox.jwtctl("list", "tokens", "alice", "--label", "x").status == 9)
    }

    // MARK: the blacklist

    /// The ids of the entries that pass.
    private func revoked(_ arguments: String...) throws -> Set<String> {
        let result = sandbox.jwtctl.run(["list", "revoked", "--json"] + arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return Set(try result.array().compactMap { $0.text("id") })
    }

    @Test("An actor is one name, byte by byte")
    func actors() throws {
        for (id, actor) in [
            ("a", "ops"), ("b", "Ops"), ("c", "ops2"), ("d", "\u{e9}"), ("e", "e\u{301}"),
        ] {
            sandbox.jwtctl("revoke", "--actor", actor, "--ttl", "1h", id)
        }
        try sandbox.server.cli("SET", "jwt:deny:f", "1", "EX", "900")
        #expect(try revoked().count == 6)
        #expect(try revoked("--actor", "ops") == ["a"])
        #expect(try revoked("--actor", "\u{e9}") == ["d"])
        #expect(try revoked("--actor", "op*").isEmpty)
        let none = sandbox.jwtctl("list", "revoked", "--actor", "nobody")
        #expect(none.errors.hasPrefix("jwtctl: no matching blacklist entries in "))
        // Its entries have no room for a name.
        let refused = sandbox.jwtctl(
            "--layout", "codeape-gateway", "list", "revoked", "--actor", "ops")
        #expect(refused.status == 9)
        #expect(refused.errors.contains("omit --actor"))
    }

    @Test("An entry passes before the expiry of its token, and one that stays for ever never does")
    func entryExpiries() throws {
        let time = now + 5000
        for (id, exp) in [("a", time - 1), ("b", time), ("c", time + 1)] {
            sandbox.jwtctl("revoke", "--exp", "@\(exp)", id)
        }
        sandbox.jwtctl("revoke", "--forever", "d")
        #expect(try revoked("--expires-before", "@\(time)") == ["a"])
        #expect(try revoked("--expires-before", "@\(time + 1)") == ["a", "b"])
        #expect(try revoked("--expires-before", "9999-12-31") == ["a", "b", "c"])
        #expect(try revoked("--expires-before", "2h") == ["a", "b", "c"])
        #expect(try revoked("--expires-before", "1h").isEmpty)
        #expect(sandbox.jwtctl("list", "revoked", "--expires-before", "5000").status == 2)
    }

    @Test("The limit of the blacklist counts what passes")
    func entryLimit() throws {
        sandbox.jwtctl("revoke", "--actor", "ann", "--ttl", "1h", "z")
        let lines = (0..<40).map { "id-\($0)\n" }.joined()
        sandbox.jwtctl("revoke", "--actor", "bob", "--ttl", "2h", "--yes", "-", input: lines)
        #expect(try revoked("--actor", "ann", "--limit", "1") == ["z"])
        #expect(try revoked("--actor", "bob", "--limit", "7").count == 7)
        #expect(try revoked("--expires-before", "90m", "--limit", "3") == ["z"])
    }
}

extension Sandbox {
    /// Puts a token on the list of a user as `issue` does, but with any times; without `exp` it
    /// never expires.
    func record(
        _ id: String, of user: String = "alice", iat: Int64?, exp: Int64?, label: String? = nil
    ) throws {
        let members = [
            iat.map { "\"iat\":\($0)" }, label.map { "\"label\":\(JSONText.quoted($0))" },
        ].compactMap(\.self)
        try server.cli("ZADD", "jwt:{\(user)}:tokens", exp.map(String.init) ?? "+inf", id)
        try server.cli("HSET", "jwt:{\(user)}:meta", id, "{\(members.joined(separator: ","))}")
    }
}
