import Foundation
import TestSupport
import Testing

/// What happens in a Cluster between the answers of two servers.
@Suite struct ClusterRaceTests {
    @Test func whoIsRevokedBetweenTwoAnswersIsNotUnknown() throws {
        let cluster = try RedisCluster()
        let tool = try BuiltTool()
        let url = ["JWTCTL_REDIS_URL": cluster.url]
        // The first node's blacklist is asked before another's list.
        let ids = try (0..<200).map { "race-\($0)" }
            .filter { try cluster.owner(ofKey: "jwt:deny:\($0)") == 0 }.prefix(2)
        let user = try #require(
            try (0..<50).map { "user-\($0)" }
                .first { try cluster.owner(ofKey: "jwt:{\($0)}:tokens") == 1 })
        try #require(ids.count == 2)
        let tokens = try ids.map { id in
            try tool.run(["issue", "--sub", user, "--jti", id], changes: url).text
                .trimmingCharacters(in: .newlines)
        }
        let log = tool.directory.file("calls")
        let trace = ["strace", "-f", "-s", "40", "-o", log, "-e", "trace=sendto"]
        let first = try tool.run(
            ["revoke", "--user", user, ids[0]], changes: url, under: trace)
        #expect(first.status == 0, "\(first.errorText)")
        let calls = try sent(log)
        let list = try #require(calls.firstIndex { $0.contains("ZSCORE") })
        #expect(calls[..<list].contains { $0.contains("PTTL") })

        // The same again, but it is held up before it asks the list.
        try FileManager.default.removeItem(atPath: log)
        let words =
            trace + ["-e", "inject=sendto:delay_enter=2000000:when=\(list + 1)"]
            + ["jwtctl", "revoke", "--json", "--user", user, ids[1]]
        let script = words.map { "'\($0)'" }.joined(separator: " ")
        let process = try tool.start(script: script, changes: url)
        try waitUntil("the blacklist to be asked") {
            let calls = try? sent(log)
            return calls?.contains { $0.contains("PTTL") } ?? false
        }
        let other = try tool.run(["revoke", tokens[1]], changes: url)
        #expect(other.status == 0, "\(other.errorText)")
        let result = try process.finish()
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.contains("\"result\": \"already_revoked\""), "\(result.text)")
    }

    private func sent(_ log: String) throws -> [String] {
        try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "\n")
            .filter { $0.contains("sendto(") }
    }
}
