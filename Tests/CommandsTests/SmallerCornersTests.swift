import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Completion, long lists, and keys that can be read in two ways.
@Suite(.redis) struct SmallerCornersTests {
    private let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

    private func complete(_ kind: String, _ jwtctl: Jwtctl? = nil) -> [String] {
        let answer = (jwtctl ?? sandbox.jwtctl)("__complete", kind, "--", "jwtctl", "").output
        return answer.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    }

    private func calls(_ command: String) throws -> Int {
        let line = try sandbox.server.cli("INFO", "commandstats").split(whereSeparator: \.isNewline)
            .first { $0.hasPrefix("cmdstat_\(command):") }
        return line.flatMap { $0.split(separator: "=")[1].split(separator: ",").first }
            .flatMap { Int($0) } ?? 0
    }

    /// A list of `count` tokens that end in the order of their numbers.
    private func fill(_ user: String, count: Int) throws {
        for start in stride(from: 0, to: count, by: 1000) {
            let members = (start..<min(start + 1000, count)).flatMap {
                [String(4_000_000_000 + $0), "t\($0)"]
            }
            try sandbox.server.cli(["ZADD", "jwt:{\(user)}:tokens"] + members)
        }
    }

    @Test func `completion offers no user that would be taken for an option`() throws {
        for user in ["alice", "--everyone", "-x"] { try fill(user, count: 1) }
        #expect(complete("users") == ["alice"])
    }

    @Test(arguments: ["native", "eladmin"])
    func `completion looks through a few pages of a large database`(_ layout: String) throws {
        try sandbox.server.cli("DEBUG", "POPULATE", "50000")
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_LAYOUT"] = layout
        _ = complete("users", jwtctl)
        #expect((1...16).contains(try calls("scan")))
    }

    @Test func `completion offers profiles`() throws {
        let path = try sandbox.file("config", "[profile here]\n[profile there]\n")
        chmod(path, 0o600)
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_CONFIG"] = path
        #expect(complete("profiles", jwtctl) == ["here", "there"])
    }

    @Test func `a long list is read as far as it is shown`() throws {
        try fill("alice", count: 5000)
        let first = sandbox.jwtctl("list", "tokens", "--limit", "1", "-o", "id", "alice")
        #expect(first.output == "t0\n")
        #expect(try calls("zrange") == 1)
        let all = sandbox.jwtctl("list", "tokens", "-o", "id", "alice")
        #expect(all.output == (0..<5000).map { "t\($0)\n" }.joined())
    }

    /// `online_token:a:b:c` is user `a` with id `b:c`, or user `a:b` with id `c`.
    @Test func `a key that may be another user's makes a logout incomplete`() throws {
        sandbox.jwtctl.environment["JWTCTL_LAYOUT"] = "eladmin"
        try sandbox.server.cli("SET", "online_token:a:1", "x")
        let sound = sandbox.jwtctl("logout-all", "--json", "a")
        #expect(try sound.object()["complete"] == true)
        try sandbox.server.cli("SET", "online_token:a:1", "x")
        try sandbox.server.cli("SET", "online_token:a:b:c", "x")
        let result = sandbox.jwtctl("logout-all", "--json", "a")
        #expect(try result.object()["complete"] == false, "\(result.output)")
        #expect(try result.object()["revoked"] == 1)
        #expect(try sandbox.server.cli("EXISTS", "online_token:a:b:c") == "1")
    }
}
