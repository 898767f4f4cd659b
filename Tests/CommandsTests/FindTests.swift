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
        #expect(line.hasSuffix("jwtctl revoke --user alice phone-1"))
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
        #expect(sandbox.jwtctl("find", "nobody's").status == 2)
        #expect(sandbox.jwtctl("find", "unheard").status == 7)
        #expect(sandbox.jwtctl("find", "one", "unheard").status == 10)
        #expect(sandbox.jwtctl("find", "-", input: "one\nunheard\n").status == 10)
        #expect(sandbox.jwtctl("--layout", "blacklist-jti", "find", "one").status == 9)
        // What cannot be read may be the token.
        try sandbox.server.cli("SADD", "jwt:{eve}:tokens", "x")
        #expect(sandbox.jwtctl("find", "one").status == 0)
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
