import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What one command does with Redis.
struct BackEndCase: Sendable, CustomTestStringConvertible {
    /// The command as typed, such as `list tokens`.
    let command: String
    /// Those of its own options that the case uses.
    var options: Set<String> = []
    let body: @Sendable (BackEndSandbox) throws -> Void

    var path: [String] { command.split(separator: " ").map(String.init) }
    var testDescription: String { command }

    static let all = [
        issue, verify, status, find, prove, revoke, revokeMany, renew, restore, logOut, logOutMany,
        logOutSessions,
        logOutEveryone, listTokens, listUsers, listRevoked, stats, audit, prune, hostileIds,
        completion,
        layoutDetect, doctor,
    ]

    /// A command's own options that change nothing of what is sent to Redis.
    static let silentOptions: [String: Set<String>] = [
        "issue": ["iss", "aud", "nbf", "claim", "claims", "header", "typ"],
        "verify": [
            "iss", "aud", "sub", "typ", "leeway", "require", "max-age", "offline", "at", "strict",
        ],
        "prove": ["refused-status", "no-verify", "iss", "aud", "claim", "expires-in", "audit-log"],
        "revoke": ["iss", "no-verify", "audit-log"], "restore": ["audit-log"],
        "renew": ["audit-log"], "logout-all": ["audit-log"], "audit": ["audit-log"],
        "doctor": ["strict"],
    ]

    private static let issue = BackEndCase(
        command: "issue",
        options: [
            "sub", "jti", "label", "iat", "expires-in", "no-iat", "exp", "count", "record",
        ]
    ) { sandbox in
        sandbox(
            "issue", "--sub", "alice", "--jti", "one", "--label", "phone", "--iat", "-1h",
            "--expires-in", "30d")
        sandbox("issue", "--sub", "alice", "--jti", "one", status: 9)
        sandbox("issue", "--sub", "alice", "--jti", "two", "--no-iat", "--exp", "9999-12-31")
        let list = try sandbox("list", "tokens", "alice", "-o", "json").array()
        let labels = list.map { [$0.text("id"), $0.text("label"), $0.text("state")] }
        #expect(Set(labels) == [["one", "phone", "active"], ["two", nil, "active"]])

        let many = sandbox("issue", "--sub", "bob", "--count", "1200", "-o", "jsonl")
        #expect(many.output.split(separator: "\n").count == 1200)
        #expect(try sandbox.listed("bob").count == 1200)
        sandbox("issue", "--sub", "eve", "--count", "3", "--no-record")
        #expect(try sandbox.listed("eve").isEmpty)
        sandbox("issue", "--sub", "eve", "--record")
        #expect(try sandbox.listed("eve").count == 1)
    }

    private static let verify = BackEndCase(
        command: "verify", options: ["require-listed", "stream", "explain"]
    ) { sandbox in
        let one = sandbox.token("one")
        let loose = sandbox.token("loose", isRecorded: false)
        let dead = sandbox.token("dead")
        sandbox("revoke", "--reason", "leak", dead)
        sandbox("verify", one)
        sandbox("verify", "--require-listed", one)
        sandbox("verify", loose)
        sandbox("verify", "--require-listed", loose, status: 7)
        #expect(sandbox("verify", dead, status: 6).output.contains("leak"))
        #expect(sandbox("verify", "--explain", dead, status: 6).output.contains("deny:dead"))
        let answer = try sandbox("verify", "-o", "introspection", one).object()
        #expect(answer["active"] == .bool(true) && answer.text("sub") == "alice")
        #expect(
            try sandbox("verify", "-o", "introspection", dead, status: 6).object()
                == ["active": .bool(false)])
        let lines = Array(repeating: [one, dead, loose, "x"], count: 300).flatMap { $0 }
        let stream = sandbox("verify", "--stream", input: lines.joined(separator: "\n") + "\n")
        let verdicts = stream.output.split(separator: "\n").map { $0.contains("\"active\":true") }
        #expect(verdicts == lines.map { $0 == one || $0 == loose })
    }

    private static let status = BackEndCase(
        command: "status", options: ["user", "require-listed", "issued-at"]
    ) { sandbox in
        let one = sandbox.token("one")
        let loose = sandbox.token("loose", isRecorded: false)
        sandbox.token("dead")
        sandbox("revoke", "--user", "alice", "dead")
        sandbox("status", one)
        sandbox("status", "one")
        sandbox("status", "--user", "alice", "one")
        sandbox("status", "--require-listed", "--user", "alice", "one")
        sandbox("status", "--require-listed", loose, status: 7)
        sandbox("status", "dead", status: 6)
        let several = try sandbox("status", "-o", "json", one, "dead", "unheard", status: 10)
            .array()
        #expect(several.map { $0["active"] } == [.bool(true), .bool(false), .null])
        let ids = (0..<1200).map { $0 % 3 == 0 ? "dead" : "id\($0)" }
        let file = try sandbox.directory.write("ids", ids.joined(separator: "\n"))
        let many = sandbox("status", "--from", file, "-o", "jsonl", status: 10)
        let states = many.output.split(separator: "\n").map { $0.contains("\"active\":false") }
        #expect(states == ids.map { $0 == "dead" })
        sandbox("status", "-", input: "one\n")
        let user = try sandbox("status", "--user", "alice", "--issued-at", "-1h", "--json").object()
        #expect(user["active_tokens"] == 1 && user["cutoff"] == .null)
    }

    private static let find = BackEndCase(command: "find", options: ["limit"]) { sandbox in
        let one = sandbox.token("one")
        for number in 0..<20 { sandbox.token("other-\(number)", of: "u\(number)") }
        sandbox("find", one)
        let rows = try sandbox("find", "one", "other-1", "-o", "json").array()
        #expect(rows.map { $0.text("user") } == ["alice", "u1"])
        sandbox("find", "unheard", status: 7)
        #expect(try sandbox("find", "--limit", "3", "other-", "-o", "json").array().count == 3)
    }

    private static let prove = BackEndCase(
        command: "prove",
        options: [
            "within", "logout-all", "restore", "reason", "actor", "dry-run", "yes", "issue", "sub",
            "other-sub",
        ]
    ) { sandbox in
        let service = ["--"] + sandbox.service
        func prove(_ arguments: String..., status: Int32 = 0) throws -> JSONObject {
            let result = sandbox.run(["prove", "--yes", "-o", "json"] + arguments + service)
            #expect(result.status == status, "\(result.output)\(result.errors)")
            return try result.object()
        }
        let one = sandbox.token("one")
        #expect(try prove("--dry-run", one)["calls"] == 0)
        sandbox("status", one)
        let undone = try prove("--restore", "--reason", "a drill", "--actor", "ann", one)
        #expect(undone.text("result") == "refused" && undone["restored"] == true)
        sandbox("status", one)
        #expect(try prove("--within", "60s", one).text("result") == "refused")
        sandbox("status", one, status: 6)
        let out = try prove("--logout-all", sandbox.token("two", of: "bob"))
        #expect(out["logged_out"] == true && out.text("result") == "refused")
        let issued = try prove("--issue", "--sub", "ci", "--other-sub", "other")
        #expect(issued["other_accepted"] == true && issued.text("sub") == "ci")
        #expect(try sandbox.listed("ci").isEmpty && sandbox.listed("other").isEmpty)
    }

    private static let renew = BackEndCase(
        command: "renew", options: ["expires-in", "label", "reason", "actor", "dry-run"]
    ) { sandbox in
        let old = sandbox.token("old")
        sandbox("renew", "--dry-run", old)
        #expect(try sandbox.listed("alice") == ["old"] && sandbox.denied().isEmpty)
        let new = sandbox(
            "renew", "--label", "tv", "--reason", "r", "--actor", "ann", "--expires-in", "2h", old
        ).line
        sandbox("verify", "--require-listed", new)
        sandbox("verify", old, status: 6)
        sandbox("renew", old, status: 6)
        let listed = try sandbox.listed("alice")
        #expect(listed.count == 1)
    }

    private static let revoke = BackEndCase(
        command: "revoke",
        options: ["dry-run", "reason", "actor", "user", "ttl", "exp", "forever"]
    ) { sandbox in
        let one = sandbox.token("one")
        sandbox.token("two")
        sandbox("revoke", "--dry-run", one)
        #expect(try sandbox.denied().isEmpty)
        #expect(try sandbox.listed("alice") == ["one", "two"])
        sandbox("revoke", "--reason", "leak", "--actor", "ann", one)
        #expect(sandbox("revoke", one, "-o", "json").output.contains("already_revoked"))
        sandbox("revoke", "--user", "alice", "two")
        #expect(try sandbox.listed("alice").isEmpty)
        sandbox("revoke", "--user", "alice", "nobody", status: 2)
        sandbox("revoke", "--ttl", "1h", "three")
        sandbox("revoke", "--ttl", "2h", "three")
        sandbox("revoke", "--exp", "9999-12-31", "four")
        sandbox("revoke", "--forever", "five")
        sandbox("revoke", "--ttl", "1h", "six", "seven", "three", "-o", "json")
        let list = try sandbox("list", "revoked", "-o", "json").array()
        let entries = Dictionary(
            uniqueKeysWithValues: list.map { ($0.text("id") ?? "", $0) })
        #expect(Set(entries.keys) == ["one", "two", "three", "four", "five", "six", "seven"])
        #expect(entries["one"]?.text("reason") == "leak" && entries["one"]?.text("by") == "ann")
        #expect((7200...7260).contains(entries["three"]?.integer("ttl") ?? 0))
        #expect(entries["five"]?["ttl"] == .null)
    }

    private static let revokeMany = BackEndCase(
        command: "revoke",
        options: ["dry-run", "max", "yes", "reason", "failed", "forever", "ttl"]
    ) { sandbox in
        for user in ["u0", "u1"] {
            sandbox.run(["issue", "--sub", user, "--jti", "\(user)-token"])
        }
        let lines =
            (0..<2500).map { "j\($0)\t4102444800\n" } + [
                "u0-token\t4102444800\tu0\n", #"{"jti":"{u1}","exp":4102444800,"sub":"u1"}"# + "\n",
            ]
        let file = try sandbox.directory.write("ids.tsv", lines.joined())
        func counts(_ arguments: String..., status: Int32 = 0) throws -> [Int64?] {
            let result = sandbox.run(["revoke", "--from", file, "-o", "json"] + arguments)
            #expect(result.status == status, "\(arguments): \(result.errors)")
            let object = try result.object()
            return [object.integer("revoked"), object.integer("already_revoked")]
        }
        #expect(try counts("--dry-run") == [2502, 0])
        // How many are written before the limit is noticed is a matter of batches.
        let limited = try #require(try counts("--max", "1000", "--yes", status: 9)[0])
        #expect((1...1000).contains(limited))
        #expect(try counts("--yes", "--reason", "drill") == [2502 - limited, limited])
        let failed = sandbox.directory.file("failed")
        #expect(try counts("--yes", "--failed", failed) == [0, 2502])
        // Replicas that are not there cannot confirm.
        let replicated = try counts(
            "--yes", "--forever", "--wait", "1,2s", status: sandbox.backEnd.hasReplicas ? 0 : 8)
        if sandbox.backEnd.hasReplicas { #expect(replicated == [0, 2502]) }
        #expect(try sandbox.denied().count == 2502)
        #expect(try sandbox.listed("u0").isEmpty)
        #expect(try sandbox.listed("u1") == ["u1-token"])
        let tokens = (0..<300).map { sandbox.token("t\($0)", isRecorded: $0 % 2 == 0) }
        let text = tokens.joined(separator: "\n") + "\n"
        sandbox("revoke", "--ttl", "1h", "--yes", "-", input: text)
        #expect(try sandbox.denied().count == 2802)
        #expect(try sandbox.listed("alice").isEmpty)
    }

    private static let restore = BackEndCase(
        command: "restore", options: ["reason", "actor", "yes", "user", "no-verify", "dry-run"]
    ) { sandbox in
        let one = sandbox.token("one")
        let two = sandbox.token("two")
        sandbox("revoke", one, two)
        let dry = sandbox("restore", "--dry-run", "--reason", "slip", one, two, "-o", "json")
        #expect(try dry.array().allSatisfy { $0["listed"] == true })
        #expect(try sandbox.denied() == ["one", "two"])
        sandbox("restore", "--reason", "slip", "--actor", "ann", "--yes", one)
        sandbox("verify", "--require-listed", one)
        sandbox("restore", "--reason", "slip", "--yes", "--user", "alice", "two")
        sandbox("verify", two)
        sandbox("restore", "--reason", "slip", "--yes", "--no-verify", "unheard")
        let lines = (0..<150).map { "j\($0)\t4102444800\n" }.joined()
        let file = try sandbox.directory.write("ids.tsv", lines)
        sandbox("revoke", "--from", file, "--yes")
        sandbox("restore", "--from", file, "--reason", "drill", "--yes")
        #expect(try sandbox.denied().isEmpty)
        let trail = try sandbox("audit", "-o", "json", "--limit", "200").array()
        #expect(trail.count { $0.text("op") == "restore" } == 152)
        #expect(trail.contains { $0.text("actor") == "ann" })
    }

    private static let logOut = BackEndCase(
        command: "logout-all", options: ["issued-before", "keep", "reason", "actor", "dry-run"]
    ) { sandbox in
        // Issued in another second than the one that is kept.
        for id in ["old", "older"] {
            sandbox("issue", "--sub", "alice", "--jti", id, "--iat", "-1h")
        }
        let kept = sandbox.token("kept")
        sandbox.token("kept", of: "bob")
        let loose = sandbox("issue", "--sub", "bob", "--iat", "-1h", "--no-record").line
        let dry = sandbox(
            "logout-all", "--dry-run", "--issued-before", "-30m", "alice", "-o", "json")
        #expect(try dry.object().integer("revoked") == 2)
        let first = sandbox("logout-all", "--issued-before", "-30m", "alice", "-o", "json")
        #expect(try first.object().integer("revoked") == 2)
        #expect(try sandbox.listed("alice") == ["kept"])
        sandbox("verify", "--require-listed", kept)
        sandbox("issue", "--sub", "alice", "--jti", "other")
        let second = sandbox("logout-all", "--keep", kept, "alice", "-o", "json")
        #expect(try second.object().integer("kept") == 1)
        sandbox("verify", "--require-listed", kept)
        let both = sandbox(
            "logout-all", "--reason", "lost", "--actor", "ann", "alice", "bob", "-o", "json")
        #expect(try both.array().allSatisfy { $0["complete"] == .bool(true) })
        sandbox("verify", kept, status: 6)
        sandbox("verify", loose, status: 6)
        let last = try sandbox("audit", "-o", "json", "--limit", "1").array()
        #expect(last.map { $0.text("reason") } == ["lost"])
        #expect(last.map { $0.text("actor") } == ["ann"])
        #expect(sandbox("list", "users", "-o", "id").output.isEmpty)
    }

    private static let logOutEveryone = BackEndCase(
        command: "logout-all", options: ["everyone", "issued-before", "skew", "yes"]
    ) { sandbox in
        let old = sandbox("issue", "--sub", "alice", "--iat", "-1h").line
        let young = sandbox.token("young")
        let dry = try sandbox("logout-all", "--everyone", "--dry-run", "--json").object()
        #expect(dry.integer("tokens") == 2)
        sandbox("logout-all", "--everyone", "--issued-before", "-30m", "--yes")
        sandbox("verify", old, status: 6)
        sandbox("verify", young)
        sandbox("logout-all", "--everyone", "--skew", "1s", "--yes")
        sandbox("verify", young, status: 6)
    }

    /// An application whose tokens have keys of their own, and no cutoff.
    private static let logOutSessions = BackEndCase(
        command: "logout-all", options: ["settle"]
    ) { sandbox in
        let prefix = "\(sandbox.place.namespace):session:"
        let file = try sandbox.directory.write(
            "acme.json",
            """
            { "name": "acme", "claims": { "id": "jti", "user": "sub" },
              "stores": [
                { "role": "allow", "type": "string", "key": "\(prefix)${user}:${id}", "value": "1" },
                { "role": "index", "type": "keys" } ] }
            """)
        for user in ["alice", "alicea", "al*"] {
            for number in 0..<3 {
                sandbox("issue", "--layout", file, "--sub", user, "--jti", "\(number)")
            }
        }
        func sessions(_ user: String) throws -> [String] {
            try sandbox("list", "tokens", "--layout", file, user, "-o", "json").array()
                .compactMap { $0.text("id") }
        }
        #expect(try sessions("al*") == ["0", "1", "2"])
        let first = try sandbox(
            "logout-all", "--layout", file, "--settle", "0", "alice", "nobody", "-o", "json"
        ).array()
        #expect(first.map { $0.integer("revoked") } == [3, 0])
        #expect(first.allSatisfy { $0["complete"] == .bool(true) && $0["cutoff"] == .null })
        let second = try sandbox(
            "logout-all", "--layout", file, "--settle", "50ms", "--keep", "1", "al*", "-o", "json"
        ).object()
        #expect(second.integer("revoked") == 2 && second.integer("kept") == 1)
        #expect(try sessions("alice").isEmpty)
        #expect(try sessions("al*") == ["1"])
        #expect(try sessions("alicea").count == 3)
        let users = try sandbox("list", "users", "--layout", file, "-o", "json").array()
        let told = users.map { "\($0.text("user") ?? "") \($0.integer("tokens") ?? 0)" }
        #expect(told == ["al* 1", "alicea 3"])
    }

    private static let logOutMany = BackEndCase(
        command: "logout-all", options: ["from", "yes", "print-ids"]
    ) { sandbox in
        let users = (0..<300).map { "user\($0)" }
        for user in users.prefix(5) { sandbox.token("token of \(user)", of: user) }
        let token = sandbox.token("last", of: "user299")
        let file = try sandbox.directory.write("users", users.joined(separator: "\n") + "\n")
        let ids = sandbox.directory.file("ids")
        let out = try sandbox(
            "logout-all", "--from", file, "--yes", "--print-ids", ids, "-o", "json"
        ).array()
        #expect(try sandbox.directory.read("ids").split(separator: "\n").count == 6)
        #expect(out.compactMap { $0.text("user") } == users)
        #expect(out.reduce(0) { $0 + ($1.integer("revoked") ?? 0) } == 6)
        sandbox("verify", token, status: 6)
        let denied = try sandbox.denied()
        #expect(denied.count == 6)
    }

    private static let listTokens = BackEndCase(
        command: "list tokens", options: ["all", "limit", "show-tokens", "sort"]
    ) { sandbox in
        for id in ["a", "b", "c"] { sandbox.token(id) }
        sandbox.token("d", of: "bob")
        sandbox("revoke", "--ttl", "1h", "b")
        try sandbox.expectFormats("list", "tokens", "alice", count: 3)
        // Only some layouts have whole tokens.
        try sandbox.expectFormats("list", "tokens", "--show-tokens", "alice", count: 3)
        try sandbox.expectFormats("list", "tokens", "alice", "bob", "nobody", count: 4)
        let states = try sandbox("list", "tokens", "alice", "-o", "json").array().map {
            "\($0.text("id") ?? "") \($0.text("state") ?? "")"
        }
        #expect(Set(states) == ["a active", "b revoked", "c active"])
        try sandbox.expectFormats("list", "tokens", "--all", count: 4)
        try sandbox.expectFormats("list", "tokens", "--all", "--limit", "2", count: 2)
        let users = try sandbox("list", "tokens", "--all", "--sort", "user", "-o", "json").array()
        #expect(users.map { $0.text("user") } == ["alice", "alice", "alice", "bob"])
        try sandbox.expectFormats("list", "tokens", "--all", "--state", "active", count: 3)
        try sandbox.expectFormats(
            "list", "tokens", "alice", "--issued-since", "1h", "--issued-before", "+1h",
            "--expires-before", "30d", "--state", "revoked", count: 1)
    }

    private static let listUsers = BackEndCase(
        command: "list users", options: ["limit", "match", "sort", "active", "with-cutoffs"]
    ) { sandbox in
        for number in 0..<40 { sandbox.token("j\(number)", of: "user\(number)") }
        try sandbox.expectFormats("list", "users", count: 40)
        try sandbox.expectFormats("list", "users", "--limit", "7", count: 7)
        try sandbox.expectFormats("list", "users", "--match", "user1*", count: 11)
        let users = try sandbox("list", "users", "-o", "json").array()
        #expect(Set(users.compactMap { $0.text("user") }) == Set((0..<40).map { "user\($0)" }))
        #expect(users.allSatisfy { $0.integer("tokens") == 1 })
        sandbox.token("second", of: "user23")
        let most = sandbox("list", "users", "--sort", "count", "--limit", "2", "-o", "json")
        #expect(try most.array().map { $0.text("user") } == ["user23", "user0"])
        // A logout leaves the cutoffs of users without tokens, in all slots.
        for number in 0..<5 { sandbox("logout-all", "user\(number)") }
        sandbox("revoke", "--ttl", "1h", "second")
        try sandbox.expectFormats("list", "users", "--active", count: 35)
        try sandbox.expectFormats("list", "users", "--with-cutoffs", count: 40)
        let all = try sandbox("list", "users", "--active", "--with-cutoffs", "-o", "json").array()
        let counts = all.map { [$0.integer("tokens"), $0.integer("active_tokens")] }
        #expect(counts.count { $0 == [0, 0] } == 5 && counts.count { $0 == [1, 1] } == 34)
        #expect(counts.contains([2, 1]))
    }

    private static let listRevoked = BackEndCase(
        command: "list revoked", options: ["limit", "match", "show-tokens"]
    ) {
        sandbox in
        let lines = (0..<60).map { "j\($0)\t4102444800\n" }.joined()
        sandbox("revoke", "--yes", "-", input: lines)
        try sandbox.expectFormats("list", "revoked", count: 60)
        try sandbox.expectFormats("list", "revoked", "--show-tokens", "--limit", "7", count: 7)
        try sandbox.expectFormats("list", "revoked", "--match", "*7", count: 6)
        sandbox("revoke", "--ttl", "1h", "--actor", "ann", "soon")
        try sandbox.expectFormats(
            "list", "revoked", "--actor", "ann", "--expires-before", "2h", count: 1)
        sandbox("restore", "--reason", "slip", "--yes", "--no-verify", "soon")
        #expect(try sandbox.denied() == Set((0..<60).map { "j\($0)" }))
    }

    private static let stats = BackEndCase(
        command: "stats", options: ["largest", "active"]
    ) { sandbox in
        for number in 0..<7 { sandbox.token("j\(number)", of: number < 4 ? "alice" : "bob") }
        sandbox("revoke", "--ttl", "30m", "x")
        sandbox("revoke", "--forever", "y")
        let told = try sandbox("stats", "--largest", "1", "--json").object()
        #expect(told["users"] == 2 && told["tokens"] == 7 && told["revoked"] == 2)
        #expect(told["revoked_expiring_1h"] == 1)
        #expect(told["revoked_forever"] == 1)
        let largest: JSONValue = [["user": "alice", "tokens": 4]]
        #expect(told["largest"] == largest)
        let gauges = sandbox("stats", "-o", "prometheus").output
        #expect(gauges.contains(",layout=\"native\"} 7\n"))
        sandbox("revoke", "--ttl", "30m", "j0")
        let active = try sandbox("stats", "--active", "--json").object()
        #expect(active["tokens"] == 7 && active["active_tokens"] == 6)
    }

    private static let audit = BackEndCase(command: "audit", options: ["limit", "follow"]) {
        sandbox in
        for id in ["a", "b", "c"] { sandbox("revoke", "--ttl", "1h", "--reason", "why \(id)", id) }
        try sandbox.expectFormats("audit", count: 3)
        try sandbox.expectFormats("audit", "--limit", "2", count: 2)
        try sandbox.expectFormats(
            "audit", "--id", "b", "--since", "-1h", "--until", "+1h", count: 1)
        let reasons = try sandbox("audit", "-o", "json").array().map { $0.text("reason") }
        #expect(reasons == ["why a", "why b", "why c"])
        let follower = try sandbox.start("audit", "--follow", "-o", "id")
        #expect((0..<3).map { _ in follower.line() } == ["a", "b", "c"])
        sandbox("revoke", "--ttl", "1h", "d")
        #expect(follower.line() == "d")
    }

    private static let prune = BackEndCase(command: "prune", options: ["dry-run"]) { sandbox in
        for number in 0..<10 { sandbox.token("j\(number)", of: "user\(number)") }
        // Members that have expired while nobody touched the list.
        for number in 0..<10 {
            let key = "\(sandbox.place.namespace):{user\(number)}:tokens"
            let added = try sandbox.place.cli(["ZADD", key, "5", "ancient"])
            #expect(added == "1")
        }
        func removed(_ arguments: String...) throws -> Int64? {
            try sandbox.run(["prune", "-o", "json"] + arguments).object().integer("removed")
        }
        let counts = [try removed("--dry-run"), try removed(), try removed("--dry-run")]
        #expect(counts == [10, 10, 0])
        #expect(try sandbox.listed("user3") == ["j3"])
    }

    /// What has broken other programs, as a user and as an id, through a whole life.
    private static let hostileIds = BackEndCase(
        command: "revoke", options: ["user", "reason"]
    ) { sandbox in
        let names = ["a b", "{x}", "*", "\u{e9}", String(repeating: "x{", count: 100)]
        for name in names {
            let token = sandbox.token(name, of: name)
            sandbox.token("spare of \(name)", of: name)
            #expect(try sandbox.listed(name) == [name, "spare of \(name)"])
            sandbox("status", "--user", name, "--require-listed", "--id", name)
            sandbox("revoke", "--user", name, "--id", "--reason", name, "--yes", "--", name)
            sandbox("status", "--id", name, status: 6)
            sandbox("verify", token, status: 6)
            #expect(try sandbox.denied() == [name])
            #expect(try sandbox.listed(name) == ["spare of \(name)"])
            sandbox("restore", "--reason", name, "--yes", token)
            sandbox("verify", "--require-listed", token)
        }
        let users = try sandbox("list", "users", "-o", "json").array().compactMap {
            $0.text("user")
        }
        #expect(Set(users) == Set(names))
        let object = names.map { #"{"jti":\#(JSONText.quoted($0)),"exp":4102444800}"# + "\n" }
        sandbox("revoke", "--from", "-", input: object.joined())
        #expect(try sandbox.denied() == Set(names))
        // The spare ones, which no blacklist entry has reached.
        let out = try sandbox("logout-all", names[0], names[1], "-o", "json").array()
        #expect(out.map { $0.integer("revoked") } == [1, 1])
        #expect(try sandbox.listed(names[2]).contains("spare of \(names[2])"))
    }

    private static let layoutDetect = BackEndCase(
        command: "layout detect", options: ["sample"]
    ) { sandbox in
        let namespace = sandbox.place.namespace
        for number in 0..<40 { sandbox.token("j\(number)", of: "user\(number)") }
        let lines = (0..<60).map { "d\($0)\t4102444800\n" }.joined()
        sandbox("revoke", "--yes", "-", input: lines)
        func native(_ arguments: String...) throws -> JSONObject? {
            try sandbox.run(["layout", "detect", "-o", "json"] + arguments).array().first {
                let variables = $0["variables"]?.objectValue
                return $0.text("layout") == "native"
                    && (variables?.text("ns") ?? "jwt") == namespace
            }
        }
        // Others share the Cluster and the Sentinels' servers: their keys are in the sample too.
        let found = try #require(try native("--sample", "1000000"))
        #expect(found.text("confidence") == "high", "\(found)")
        #expect(found["whole"] == .bool(true))
        let counts = try #require(found["counts"]?.objectValue)
        #expect(counts.integer("deny") == 60 && counts.integer("list") == 40, "\(counts)")
        #expect(counts.integer("details") == 40)
        let examples = found["examples"]?.arrayValue?.compactMap(\.stringValue?.text) ?? []
        #expect(!examples.isEmpty && examples.allSatisfy { $0.hasPrefix(namespace) })
        #expect(try native("--sample", "10")?.integer("sampled") ?? 10 == 10)
        let sampled = sandbox("layout", "detect", "--sample", "10").errors
        #expect(sampled.contains("looked at a sample of 10 keys"), "\(sampled)")
    }

    private static let doctor = BackEndCase(command: "doctor", options: ["deep"]) { sandbox in
        for number in 0..<5 { sandbox.token("j\(number)", of: "user\(number)") }
        sandbox("revoke", "--ttl", "1h", "x")
        sandbox("revoke", "--forever", "y")
        for options in [[], ["--deep"]] {
            // None of the servers of the tests keeps its data; one does not tell all of it.
            let result = sandbox.run(["doctor", "-o", "json"] + options)
            let status: Int32 = sandbox.backEnd == .acl ? 0 : 1
            #expect(result.status == status, "\(result.output)\(result.errors)")
            let findings = try result.array()
            let ids = Set(findings.compactMap { $0.text("finding") })
            #expect(
                ids.isSuperset(of: ["answers", "primary", "layout_in_use", "agrees"]), "\(ids)")
            // A sample of a Redis that other tests fill may have fewer.
            let state = findings.first { $0.text("finding") == "layout_in_use" }?["data"]
            let lists = try #require(state?.objectValue?.integer("lists"))
            #expect(options.isEmpty ? (0...5).contains(lists) : lists == 5, "\(lists)")
            if !options.isEmpty {
                #expect(ids.isSuperset(of: ["entries_without_ttl", "sound_lists"]), "\(ids)")
            }
            let servers = Set(findings.compactMap { $0.text("server") })
            #expect(servers.count == [.cluster: 3, .sentinel: 1][sandbox.backEnd, default: 0])
        }
    }

    /// What a shell asks for while somebody types. It does not wait for long, so it may ask again.
    private static let completion = BackEndCase(command: "__complete") { sandbox in
        sandbox.token("one")
        let line = ["__complete", "users", "--"] + sandbox.place.options + ["logout-all", "a"]
        #expect((0..<50).contains { _ in sandbox.run(line).output == "alice\n" })
    }
}
