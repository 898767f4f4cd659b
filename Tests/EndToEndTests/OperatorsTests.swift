import Foundation
import TestSupport
import Testing

/// Several hands on one Redis, and a Redis that changes under them.
@Suite(.redis) struct OperatorsTests {
    private static let count = 20_000

    private static func items(_ tool: BuiltTool) throws -> String {
        try tool.directory.write(
            "items", (0..<count).map { "j\($0)\t4102444800\n" }.joined())
    }

    /// Two operators with the same file: together they have revoked everything once.
    @Test func twoWithTheSameFileRevokeEachItemOnce() throws {
        let tool = try BuiltTool()
        let file = try Self.items(tool)
        let operators = try (0..<2).map { _ in
            try tool.start(["revoke", "--yes", "--json", "--from", file])
        }
        var revoked = 0
        for result in try operators.map({ try $0.finish() }) {
            #expect(result.status == 0, "\(result.errorText)")
            let counts = Counts(result.text)
            #expect(counts["total"] == Self.count && counts.sum == Self.count)
            #expect(counts["revoked"] + counts["already_revoked"] == Self.count)
            revoked += counts["revoked"]
        }
        #expect(revoked == Self.count)
        #expect(try Self.entryCount(tool) == Self.count)
    }

    /// Two operators end the same user's sessions: nobody fails, and nothing is told twice.
    @Test func twoLogoutsOfOneUserCountEachTokenOnce() throws {
        let tool = try BuiltTool()
        _ = try tool.run("issue", "-q", "--sub", "alice", "--count", "2000")
        let operators = try (0..<2).map { _ in try tool.start(["logout-all", "--json", "alice"]) }
        var revoked = 0
        for result in try operators.map({ try $0.finish() }) {
            #expect(result.status == 0, "\(result.errorText)")
            #expect(result.text.contains("\"complete\": true"))
            revoked += Counts(result.text)["revoked"]
        }
        #expect(revoked == 2000)
        #expect(try Self.entryCount(tool) == 2000)
        #expect(try tool.redis.cli("EXISTS", "jwt:{alice}:tokens") == "0")
    }

    private static func entryCount(_ tool: BuiltTool) throws -> Int? {
        Int(try tool.redis.cli("EVAL", "return #redis.call('KEYS', 'jwt:deny:*')", "0"))
    }

    /// The server becomes a replica while a file is revoked: what was acknowledged is there, the rest
    /// is told, and the same command, once there is a primary again, does it.
    @Test func aRedisThatBecomesReadOnlyHalfWayIsToldOf() throws {
        let tool = try BuiltTool()
        let lines = (0..<Self.count).map { "j\($0)\t4102444800\n" }
        let running = try tool.start(["revoke", "--yes", "--json", "--failed", "again", "-"])
        running.send(lines[..<10_000].joined())
        while try tool.redis.cli("EXISTS", "jwt:deny:j9000") != "1" { usleep(10_000) }
        _ = try tool.redis.cli("REPLICAOF", "127.0.0.1", "1")
        running.send(lines[10_000...].joined())
        let result = try running.finish()
        #expect(result.status == 8, "\(result.errorText)")
        #expect(result.errorText.contains("replica"), "\(result.errorText)")
        let counts = Counts(result.text)
        #expect(counts["total"] == Self.count && counts.sum == Self.count, "\(result.text)")
        #expect(counts["revoked"] >= 9000 && counts["revoked"] < Self.count, "\(result.text)")
        #expect(try Self.entryCount(tool) == counts["revoked"])
        _ = try tool.redis.cli("REPLICAOF", "NO", "ONE")
        let again = try tool.run("revoke", "--yes", "--json", "--from", "again")
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try Self.entryCount(tool) == Self.count)
    }
}
