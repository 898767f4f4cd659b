import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Long lists, and keys that can be read in two ways.
@Suite(.redis) struct SmallerCornersTests {
    private let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

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
