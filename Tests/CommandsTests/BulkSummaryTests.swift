import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// The line at the end of a run over several items, and one item that is reported without it.
@Suite(.redis) struct BulkSummaryTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        for _ in 0..<2 { _ = try sandbox.token() }
        #expect(sandbox.jwtctl("issue", "--sub", "bob").status == 0)
    }

    private func logOut(_ lines: String, _ options: String...) -> TestTool.Result {
        sandbox.jwtctl.run(["logout-all"] + options + ["--from", "-"], input: lines)
    }

    @Test func `a logout of several users ends with one line`() {
        let result = logOut("alice\nbob\nalcie\n")
        #expect(result.status == 0)
        let last = result.errors.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("jwtctl: 3 users: 3 tokens revoked, cutoffs raised to 20"))
        #expect(last.hasSuffix("; 1 user had no recorded token: alcie. Is the spelling right?"))
        #expect(result.errors.components(separatedBy: " users: ").count == 2)
        #expect(!result.output.contains("users"), "it is no result")
    }

    @Test func `a dry run says what would be`() {
        let result = logOut("alice\nbob\n", "--dry-run")
        #expect(
            result.errors.contains(
                "2 users: 3 tokens would be revoked, cutoffs would be raised to 20"),
            "\(result.errors)")
    }

    @Test func `several operands get the line too, one user and a quiet run do not`() throws {
        #expect(sandbox.jwtctl("logout-all", "alice", "bob").errors.contains("2 users: 3 tokens"))
        #expect(!sandbox.jwtctl("logout-all", "alice").errors.contains("user"))
        #expect(!logOut("alice\n").errors.contains("1 user"))
        #expect(logOut("alice\nbob\n", "-q").errors == "")
        let rows = logOut("alice\nbob\n", "--json")
        #expect(try rows.array().count == 2)
        #expect(rows.errors.contains("2 users: 0 tokens revoked"))
    }

    @Test func `failures and bad lines are named`() throws {
        try sandbox.server.cli("DEL", "jwt:{bob}:tokens")
        try sandbox.server.cli("SET", "jwt:{bob}:tokens", "x")
        let result = logOut("alice\nbob\n 'x' \n")
        #expect(result.status == 10, "\(result.errors)")
        #expect(result.errors.contains("2 users: 2 tokens revoked"), "\(result.errors)")
        #expect(result.errors.contains("; 1 user failed; 1 invalid line\n"), "\(result.errors)")
    }

    @Test func `a user who fails alone by pipe is like an operand`() throws {
        try sandbox.server.cli("DEL", "jwt:{bob}:tokens")
        try sandbox.server.cli("SET", "jwt:{bob}:tokens", "x")
        let operand = sandbox.jwtctl("logout-all", "bob")
        let piped = logOut("bob\n")
        #expect(operand.status == 8 && piped.status == 8, "\(piped.errors)")
        #expect(operand.output == "" && piped.output == "", "\(piped.output)")
        #expect(!piped.errors.contains("1 user failed"))
    }

    private func restore(_ lines: String, _ options: String...) -> TestTool.Result {
        sandbox.jwtctl.run(
            ["restore", "--reason", "slip", "--yes"] + options, input: lines)
    }

    @Test func `a restoration of several items ends with the counts`() {
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", "a", "b", "c").status == 0)
        #expect(restore("a\n").errors.contains(" item") == false)
        let result = restore("a\nb\nx y\nc\n")
        #expect(result.status == 10)
        #expect(
            result.errors.hasSuffix(
                "jwtctl: 4 items: 1 not on the blacklist, 2 restored, 1 invalid\n"),
            "\(result.errors)")
        #expect(restore("a\nb\n", "-q").errors == "")
        #expect(restore("a\nb\n", "--json").errors.contains("2 items: 2 not on the blacklist"))
    }

    @Test func `an item that fails alone by pipe is like an operand`() throws {
        try sandbox.server.cli("LPUSH", "jwt:deny:wrong", "x")
        let operand = sandbox.jwtctl("status", "wrong")
        let piped = sandbox.jwtctl("status", input: "wrong\n")
        #expect(operand.status == 8 && piped.status == 8, "\(piped.errors)")
        #expect(operand.output == "" && piped.output == "", "\(piped.output)")
        // The counts of status are for a person at a terminal.
        let several = sandbox.jwtctl("status", input: "a\nb\n")
        #expect(several.status == 0 && several.errors == "", "\(several.errors)")
        let row = try sandbox.jwtctl("status", "--json", input: "wrong\n").array()
        #expect(row.count == 1 && row[0]["state"] == .null)
    }
}
