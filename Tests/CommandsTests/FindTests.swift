import JSON
import TestSupport
import Testing

@testable import Commands

/// `find`: whose token an id is.
@Suite(.redis) struct FindTests {
    @Test("An id is found on the list of its user, with the command that revokes it")
    func exact() throws {
        let sandbox = try Sandbox()
        for number in 0..<700 {
            // More than a page of members, and of users.
            try sandbox.server.cli(
                "ZADD", "jwt:{u\(number % 7)}:tokens", "4102444800", "id-\(number)")
        }
        _ = try sandbox.token("--jti", "phone-1", "--label", "phone")
        let result = sandbox.jwtctl("find", "phone-1")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("phone-1: a token of alice, active\n  label: phone\n"))
        #expect(result.errors.contains("searched 701 tokens of 8 users"))
        let line = try #require(result.errors.split(separator: "\n").last)
        #expect(line.hasSuffix("jwtctl revoke --user alice -- phone-1"))
        #expect(sandbox.jwtctl("revoke", "--user", "alice", "phone-1").status == 0)
        let gone = try sandbox.jwtctl("find", "phone-1", "--json").array()
        #expect(gone.map { $0.text("state") } == ["revoked"])
        #expect(gone.map { $0.text("user") } == ["alice"])
        #expect(gone.map { $0.text("found_in") } == ["blacklist"])
        #expect(gone.allSatisfy { $0["revoke"] == .null })
    }

    @Test("The beginning of an id is enough, but an exact match comes first")
    func prefixes() throws {
        let sandbox = try Sandbox()
        for id in ["abcdef", "abcdefgh", "abcdefgi"] { _ = try sandbox.token("--jti", id) }
        func ids(_ arguments: String...) throws -> [String?] {
            try sandbox.jwtctl.run(["find", "--json"] + arguments).array().map { $0.text("id") }
        }
        #expect(try ids("abcdef") == ["abcdef"])
        #expect(try ids("abcdefg") == ["abcdefgh", "abcdefgi"])
        #expect(try ids("--limit", "1", "abcdefg").count == 1)
        // Five characters are no beginning.
        #expect(sandbox.jwtctl("find", "abcde").status == 7)
    }

    @Test("The status says whether all were found")
    func statuses() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        #expect(sandbox.jwtctl("find", "one").status == 0)
        #expect(sandbox.jwtctl("find", token).status == 0)
        #expect(sandbox.jwtctl("find", "unheard").status == 7)
        #expect(sandbox.jwtctl("find", "one", "unheard").status == 10)
        #expect(sandbox.jwtctl("find", "-", input: "one\nunheard\n").status == 10)
        let none = sandbox.jwtctl("--layout", "blacklist-jti", "find", "one")
        #expect(none.status == sandbox.jwtctl("--layout", "blacklist-jti", "list", "users").status)
        #expect(none.status != 0)
        // A key of the layout is no id.
        #expect(sandbox.jwtctl("find", "jwt:deny:one").status == 2)
    }

    @Test("A revoked token is found before another whose id begins like it")
    func revokedComesFirst() throws {
        let sandbox = try Sandbox()
        _ = try sandbox.token("--jti", "abcdef")
        sandbox.jwtctl("issue", "--sub", "bob", "--jti", "abcdefgh")
        sandbox.jwtctl("revoke", "--user", "alice", "abcdef")
        let rows = try sandbox.jwtctl("find", "abcdef", "--json").array()
        #expect(rows.map { $0.text("id") } == ["abcdef"])
        #expect(rows.map { $0.text("state") } == ["revoked"])
        // The audit log has the id of a token whose entry and list are gone, too.
        try sandbox.server.cli("DEL", "jwt:deny:abcdef")
        let old = try sandbox.jwtctl("find", "abcdef", "--json").array()
        #expect(old.map { $0.text("found_in") } == ["audit log"])
        #expect(old.map { $0.text("user") } == ["alice"])
    }

    @Test("The limit hides tokens that begin alike, never the answer to another id")
    func limit() throws {
        let sandbox = try Sandbox()
        for number in 0..<5 { _ = try sandbox.token("--jti", "abcdef-\(number)") }
        _ = try sandbox.token("--jti", "zzzzzz-1")
        let result = sandbox.jwtctl("find", "--limit", "2", "abcdef", "zzzzzz", "-o", "id")
        #expect(result.status == 0)
        #expect(result.output.split(separator: "\n").count == 3)
        #expect(result.errors.contains("more begin so than are shown"))
    }

    @Test("The command that revokes it can be pasted, on the same Redis")
    func pastedLine() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("issue", "--sub", "CORP\\o'brien", "--jti", "one", "--namespace", "other")
        let result = sandbox.jwtctl("find", "--namespace", "other", "one")
        #expect(
            result.errors.hasSuffix(
                "jwtctl revoke --namespace other --user 'CORP\\o'\\''brien' -- one\n"))
    }

    @Test("Session keys are searched, too, and tokens that are known by their text by their jti")
    func sessions() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("SET", "online_token:carol:u1-u1-u1", "{}", "EX", "900")
        let rows = try sandbox.jwtctl("--layout", "eladmin", "find", "u1-u1-u1", "--json").array()
        #expect(rows.map { $0.text("user") } == ["carol"])
        let begun = try sandbox.jwtctl("--layout", "eladmin", "find", "u1-u1-", "--json").array()
        #expect(begun.map { $0.text("id") } == ["u1-u1-u1"])
    }
}
