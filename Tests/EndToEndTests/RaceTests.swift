import Foundation
import TestSupport
import Testing

/// What others do between two questions of one run.
@Suite(.slow) struct RaceTests {
    /// The blacklist and the list are asked of two servers at the same time.
    @Test func whoIsRevokedBetweenTwoAnswersOfAClusterIsNotUnknown() throws {
        let cluster = try RedisCluster()
        let tool = try BuiltTool()
        // A layout that was chosen is not looked for: every run says the same.
        let url = ["JWTCTL_REDIS_URL": cluster.url, "JWTCTL_LAYOUT": "native"]
        let held = try HeldUpTool(tool, changes: url)
        var count = 0
        // The blacklist is asked first if the entry is on the one node and the list on the other,
        // and not the other way round.
        for (entries, lists) in [(0, 1), (1, 0)] {
            let ids = try (0..<20).map { "race-\($0)" }
                .filter { try cluster.owner(ofKey: "jwt:deny:\($0)") == entries }.prefix(2)
            let user = try #require(
                try (0..<20).map { "user-\($0)" }
                    .first { try cluster.owner(ofKey: "jwt:{\($0)}:tokens") == lists })
            let tokens = try ids.map { id in
                try tool.run(["issue", "--sub", user, "--jti", id], changes: url).text
                    .trimmingCharacters(in: .newlines)
            }
            let speech = try held.speech(of: ["revoke", "--user", user, ids[0]])
            let place = try #require(speech.firstIndex { $0.contains("ZSCORE") })
            guard speech[..<place].contains(where: { $0.contains("PTTL") }) else { continue }
            count += 1
            let result = try held.run(
                ["revoke", "--json", "--user", user, ids[1]], after: place
            ) {
                let other = try tool.run(["revoke", tokens[1]], changes: url)
                #expect(other.status == 0, "\(other.errorText)")
            }
            #expect(result.status == 0, "\(result.errorText)")
            #expect(result.text.contains("\"result\": \"already_revoked\""), "\(result.text)")
        }
        #expect(count == 1)
    }

    /// A token that expires earlier comes to stand before the kept one, which is then met again.
    @Test func theKeptTokenIsCountedOnce() throws {
        let tool = try BuiltTool()
        let held = try HeldUpTool(tool, changes: ["JWTCTL_LAYOUT": "native"])
        _ = try tool.run("issue", "--sub", "alice", "--jti", "kept")
        let command = ["logout-all", "--json", "--keep", "kept", "alice"]
        let speech = try held.speech(of: command)
        let last = try #require(speech.lastIndex { $0.contains("ZRANGE\\r") })
        let result = try held.run(command, after: last) {
            let login = try tool.run(
                "issue", "--sub", "alice", "--jti", "new", "--expires-in", "30m")
            #expect(login.status == 0, "\(login.errorText)")
        }
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.contains("\"kept\": 1,"), "\(result.text)")
        #expect(try tool.run("status", "--user", "alice", "new").status == 0)
    }
}
