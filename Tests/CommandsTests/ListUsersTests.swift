import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `list users`: the order of users, their active tokens, and those who have only a cutoff.
@Suite(.redis) struct ListUsersTests {
    private let sandbox: Sandbox
    /// Unix seconds by the clock of Redis, which is this machine's.
    private let now: Int64

    init() throws {
        sandbox = try Sandbox()
        now = Int64(Date().timeIntervalSince1970)
    }

    /// A line for each user, with these members.
    private func rows(_ members: [JSONString], _ arguments: String...) throws -> [String] {
        let result = sandbox.jwtctl.run(["list", "users", "--json"] + arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return try result.array().map { row in
            members.map { name in
                switch row[name] {
                case .string(let text)?: text.text
                case .null?: "null"
                case nil: "none"
                default: row.integer(name).map(String.init) ?? "?"
                }
            }.joined(separator: " ")
        }
    }

    // MARK: order

    @Test("Users are sorted by name, and the limit takes the first of them")
    func sorting() throws {
        for number in (0..<60).reversed() {
            try sandbox.record("t\(number)", of: "user\(number)", iat: now, exp: now + 900)
        }
        let sorted = (0..<60).map { "user\($0)" }.sorted()
        #expect(try rows(["user"]) == sorted)
        #expect(try rows(["user"], "--limit", "3") == Array(sorted.prefix(3)))
        for format in ["table", "wide", "csv"] {
            let lines = sandbox.jwtctl("list", "users", "-o", format).output.split(separator: "\n")
            let names = lines.dropFirst().map { $0.prefix { $0 != " " && $0 != "," } }
            #expect(names.map(String.init) == sorted, "\(format)")
        }
        for format in ["jsonl", "id"] {
            let all = sandbox.jwtctl("list", "users", "-o", format).output.split(separator: "\n")
            #expect(all.count == 60, "\(format)")
            let named = sandbox.jwtctl(
                "list", "users", "--sort", "user", "-o", format, "--limit", "2"
            ).output
            #expect(named.contains("user0") && named.contains("user1"), "\(format)")
        }
    }

    @Test("Only streams without --sort are not sorted", arguments: OutputFormat.common)
    func order(_ format: OutputFormat) {
        var options = ListUsersOptions()
        options.global.format = format
        let isStream = format == .jsonl || format == .id
        #expect(options.rowOrder == (isStream ? nil : UserOrder.user))
        options.order = .count
        #expect(options.rowOrder == .count)
    }

    // MARK: the global cutoff

    @Test("A note says that a global cutoff is set, and until when")
    func globalCutoff() throws {
        try sandbox.record("one", iat: now, exp: now + 900)
        #expect(sandbox.jwtctl("list", "users").errors == "")
        let cutoff = now - 50
        try sandbox.server.cli("SET", "jwt:cutoff", "\(cutoff)")
        let note =
            "jwtctl: a global cutoff is set: tokens issued up to \(TimeText.table(cutoff)) are "
            + "rejected\n"
        for format in ["table", "json", "jsonl", "id"] {
            let result = sandbox.jwtctl("list", "users", "-o", format)
            #expect(result.errors == note && result.output.contains("alice"), "\(format)")
        }
        #expect(sandbox.jwtctl("list", "users", "-q").errors == "")
        let none = sandbox.jwtctl("list", "users", "--match", "x").errors
        #expect(none.hasPrefix("jwtctl: no matching users ") && none.hasSuffix(note))
        #expect(!sandbox.jwtctl("--layout", "eladmin", "list", "users").errors.contains("global"))
        try sandbox.server.cli("SET", "jwt:cutoff", "soon")
        let broken = sandbox.jwtctl("list", "users")
        #expect(broken.status == 8 && broken.output.isEmpty)
    }

    // MARK: active tokens

    @Test("Active tokens are those that the lists call active, under both cutoffs")
    func activeTokens() throws {
        let cutoff = now - 100
        try sandbox.record("live", iat: cutoff + 1, exp: now + 900)
        try sandbox.record("young", iat: now - 10, exp: now + 900)
        try sandbox.record("cut", iat: cutoff, exp: now + 900)
        try sandbox.record("early", iat: now + 500, exp: now + 900)
        try sandbox.record("denied", iat: cutoff + 1, exp: now + 900)
        try sandbox.record("dead", iat: cutoff + 1, exp: now - 900)
        try sandbox.server.cli("SET", "jwt:{alice}:cutoff", "\(cutoff)")
        try sandbox.server.cli("SET", "jwt:deny:denied", "1", "EX", "900")
        try sandbox.record("undated", of: "bob", iat: nil, exp: now + 900)
        try sandbox.record("past", of: "carol", iat: now - 10, exp: now - 5)
        let members: [JSONString] = ["user", "tokens", "active_tokens", "cutoff"]
        #expect(
            try rows(members, "--active")
                == ["alice 5 2 \(cutoff)", "bob 1 1 null", "carol 0 0 null"])
        #expect(
            try rows(members) == ["alice 5 none \(cutoff)", "bob 1 none null", "carol 0 none null"])
        // The same by the list itself.
        let states = try sandbox.jwtctl("list", "tokens", "alice", "--json").array()
        #expect(states.count { $0.text("state") == "active" } == 2)
        for (globalCutoff, counts) in [
            (cutoff, [2, 0]), (cutoff + 1, [1, 0]), (now - 11, [1, 0]), (now - 10, [0, 0]),
        ] {
            try sandbox.server.cli("SET", "jwt:cutoff", "\(globalCutoff)")
            #expect(
                try rows(["active_tokens"], "--active", "--limit", "2") == counts.map(String.init),
                "\(globalCutoff)")
        }
        let table = sandbox.jwtctl("list", "users", "--active").output
        #expect(table.hasPrefix("USER   TOKENS  ACTIVE  LATEST EXPIRY"))
    }

    @Test("A list of several pages is counted whole")
    func manyTokens() throws {
        let ids = (0..<1203).map { "t\($0)" }
        try sandbox.server.cli(
            ["ZADD", "jwt:{alice}:tokens"]
                + ids.enumerated().flatMap { ["\(now + 900 + Int64($0))", $1] })
        for id in ["t0", "t600", "t1202"] { try sandbox.server.cli("SET", "jwt:deny:\(id)", "1") }
        let members: [JSONString] = ["tokens", "active_tokens", "latest_exp"]
        #expect(try rows(members, "--active") == ["1203 1200 \(now + 2102)"])
        #expect(try rows(members, "--active", "--match", "a*").count == 1)
    }

    @Test("A user whose keys cannot be read is reported, with and without --active")
    func unreadable() throws {
        for user in ["alice", "bob", "carol"] {
            try sandbox.record("one", of: user, iat: now, exp: now + 900)
        }
        try sandbox.server.cli("SET", "jwt:{bob}:cutoff", "soon")
        for options in [[], ["--active"], ["--active", "--with-cutoffs"], ["--with-cutoffs"]] {
            let result = sandbox.jwtctl.run(
                ["list", "users", "-o", "id", "--sort", "user"] + options)
            #expect(result.status == 8, "\(options)")
            #expect(result.output == "alice\ncarol\n", "\(options)")
            let lines = result.errors.split(separator: "\n")
            #expect(lines.count == 1 && lines[0].hasPrefix("jwtctl: error: bob: "), "\(options)")
        }
    }

    // MARK: cutoffs

    @Test("Users who have only a cutoff are listed on demand, and nobody twice")
    func onlyCutoffs() throws {
        let cutoff = now - 100
        try sandbox.record("one", iat: now, exp: now + 900)
        try sandbox.record("past", of: "dave", iat: now - 900, exp: now - 5)
        for user in ["alice", "carol", "dave"] {
            try sandbox.server.cli("SET", "jwt:{\(user)}:cutoff", "\(cutoff)")
        }
        sandbox.jwtctl("logout-all", "-q", "a*%")
        // The cutoff of all users is not one of a user, and neither are keys of other forms.
        try sandbox.server.cli("SET", "jwt:cutoff", "\(cutoff)")
        try sandbox.server.cli("SET", "jwt:{}:cutoff", "\(cutoff)")
        try sandbox.server.cli("SET", "jwt:{x}:cutoff:y", "\(cutoff)")
        let members: [JSONString] = ["user", "tokens", "latest_exp", "cutoff"]
        let alice = "alice 1 \(now + 900) \(cutoff)"
        let dave = "dave 0 \(now - 5) \(cutoff)"
        #expect(try rows(members) == [alice, dave])
        #expect(
            try rows(members, "--with-cutoffs").filter { !$0.hasPrefix("a*") }
                == [alice, "carol 0 null \(cutoff)", dave])
        #expect(try rows(["user"], "--with-cutoffs", "--match", "c*") == ["carol"])
        #expect(try rows(["user"], "--with-cutoffs", "--match", "a*%") == ["a*%"])
        #expect(try rows(["user"], "--with-cutoffs", "--limit", "1", "--match", "*l*") == ["alice"])
        let counted = try rows(
            ["user", "active_tokens"], "--with-cutoffs", "--active", "--match", "*r*")
        #expect(counted == ["carol 0"])
        for format in ["jsonl", "id", "csv"] {
            for options in [[], ["--active"]] {
                let lines = sandbox.jwtctl.run(
                    ["list", "users", "--with-cutoffs", "-o", format] + options
                ).output.split(separator: "\n")
                for user in ["alice", "carol", "dave"] {
                    #expect(lines.count { $0.contains(user) } == 1, "\(format), \(user)")
                }
            }
        }
        let table = sandbox.jwtctl("list", "users", "--with-cutoffs", "--match", "carol").output
        #expect(!table.contains("never"))
    }

    @Test("A broken cutoff of somebody without tokens is reported")
    func brokenCutoff() throws {
        try sandbox.server.cli("SET", "jwt:{eve}:cutoff", "soon")
        #expect(sandbox.jwtctl("list", "users").status == 0)
        let result = sandbox.jwtctl("list", "users", "--with-cutoffs")
        #expect(result.status == 8)
        #expect(result.errors.hasPrefix("jwtctl: error: eve: "))
    }

    @Test("An empty list says what it was looked for")
    func nothing() {
        let result = sandbox.jwtctl("list", "users", "--with-cutoffs")
        #expect(
            result.errors.hasPrefix("jwtctl: no users have recorded tokens or a cutoff in "))
    }

    @Test("Without a key for each cutoff such users cannot be found")
    func refusals() throws {
        let file = try sandbox.file(
            "hashes.json",
            """
            { "name": "hashes", "stores": [
              { "role": "allow", "type": "zset", "key": "t:${user}", "member": "${id}",
                "score": "exp_s" },
              { "role": "not_before", "type": "hash", "key": "h:${user}", "field": "purge" } ] }
            """)
        for layout in ["eladmin", file] {
            let result = sandbox.jwtctl("--layout", layout, "list", "users", "--with-cutoffs")
            #expect(result.status == 9, "\(layout): \(result.errors)")
            #expect(result.errors.contains("cannot find users by their cutoffs"))
            #expect(sandbox.jwtctl("--layout", layout, "list", "users", "--active").status == 0)
        }
    }

    @Test("Session keys are counted and completed by cutoffs in the same way")
    func sessions() throws {
        let file = try sandbox.file(
            "acme.json",
            """
            { "name": "acme", "stores": [
              { "role": "deny", "type": "string", "key": "dead:${id}", "value": "1" },
              { "role": "allow", "type": "string", "key": "session:${user}:${id}" },
              { "role": "index", "type": "keys" },
              { "role": "not_before", "type": "string", "key": "cut:${user}" },
              { "role": "not_before", "type": "string", "scope": "everyone", "key": "cut:all" } ] }
            """)
        sandbox.jwtctl.options = ["--layout", file]
        for key in ["session:bob:a", "session:bob:b", "session:bob:c", "session:carol:d"] {
            try sandbox.server.cli("SET", key, "1", "EX", "900")
        }
        try sandbox.server.cli("SET", "dead:b", "1", "EX", "900")
        // It is not known when a session began, so that any cutoff covers it.
        for user in ["carol", "dave"] {
            try sandbox.server.cli("SET", "cut:\(user)", "\(now - 100)")
        }
        let members: [JSONString] = ["user", "tokens", "active_tokens"]
        #expect(try rows(members) == ["bob 3 none", "carol 1 none"])
        #expect(try rows(members, "--active") == ["bob 3 2", "carol 1 0"])
        #expect(
            try rows(members, "--active", "--with-cutoffs") == ["bob 3 2", "carol 1 0", "dave 0 0"])
        #expect(try rows(members, "--with-cutoffs", "--match", "d*") == ["dave 0 none"])
        // The key of the global cutoff looks like that of a user.
        try sandbox.server.cli("SET", "cut:all", "\(now - 50)")
        #expect(
            try rows(members, "--active", "--with-cutoffs") == ["bob 3 0", "carol 1 0", "dave 0 0"])
    }
}
