import Foundation
import TestSupport
import Testing

/// Roles that change under a bulk revocation: what it reports has to be there in the end.
@Suite(.slow) struct FailOverTests {
    /// Feeds lines to `jwtctl revoke` from before `change` until after it.
    private func revoke(
        _ url: String, during change: () throws -> Void
    ) throws -> (count: Int, result: ProcessRunner.Result) {
        let tool = try BuiltTool()
        let script = """
            n=0
            while [ ! -e stop ] || [ "$n" -lt "${JWTCTL_SOAK_ITEMS:-0}" ]; do
              seq "$n" "$((n + 499))" | sed 's/^/j/; s/$/\t4102444800/'
              n=$((n + 500)); echo "$n" >count
            done | jwtctl revoke --from - --yes --json --timeout 15s
            """
        let soak = ProcessInfo.processInfo.environment["JWTCTL_SOAK_ITEMS"]
        let process = try tool.start(
            script: script, changes: ["JWTCTL_REDIS_URL": url, "JWTCTL_SOAK_ITEMS": soak ?? ""])
        usleep(300_000)
        try change()
        usleep(500_000)
        try tool.directory.write("stop", "")
        let result = try process.finish(timeout: soak == nil ? 60 : 600)
        let text = try String(contentsOfFile: tool.directory.file("count"), encoding: .utf8)
        return (Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0, result)
    }

    /// What a revocation of `count` items has left on `server`: the entries, and the audit trail.
    private func expectEverything(
        _ count: Int, _ result: ProcessRunner.Result, on server: RedisServer
    ) throws {
        #expect(result.status == 0, "\(result.errorText)")
        #expect(count > 2000)
        #expect(result.text.contains("\"total\": \(count)"), "\(result.text)")
        #expect(result.text.contains("\"revoked\": \(count)"), "\(result.text)")
        #expect(try server.cli("DBSIZE") == String(count + 1))
    }

    @Test func afterAFailOverEveryItemIsOnTheNewPrimary() throws {
        let group = try SentinelGroup()
        let old = try group.primary()
        let (count, result) = try revoke(group.url) { try group.failOver() }
        let new = try group.primary()
        #expect(new.port != old.port)
        try expectEverything(count, result, on: new)
    }

    @Test func afterTheDeathOfThePrimaryEveryItemIsOnTheNewOne() throws {
        let group = try SentinelGroup()
        let old = try group.primary()
        let (count, result) = try revoke(group.url) {
            old.kill9()
            try waitUntil("the fail-over") { try group.primary().port != old.port }
        }
        try expectEverything(count, result, on: try group.primary())
    }

    @Test func whateverHappensInAClusterEveryItemIsThereInTheEnd() throws {
        let cluster = try RedisCluster()
        var total = 0
        func expectEverything(_ count: Int, _ result: ProcessRunner.Result) throws {
            #expect(result.status == 0, "\(result.errorText)")
            #expect(result.text.contains("\"total\": \(count)"), "\(result.text)")
            // A second run finds what an earlier one has written.
            total = max(total, count)
            try cluster.awaitHealth()
            #expect(try cluster.keyCount() == total + 1)
        }
        let moved = try revoke(cluster.url) { try cluster.resharding(600, from: 0, to: 1)() }
        try expectEverything(moved.count, moved.result)

        let failedOver = try revoke(cluster.url) {
            try cluster.nodes[5].cli("CLUSTER", "FAILOVER")
            try waitUntil("the fail-over") { try cluster.primaries().contains(5) }
        }
        try expectEverything(failedOver.count, failedOver.result)

        let killed = try revoke(cluster.url) {
            cluster.nodes[1].kill9()
            try waitUntil("the fail-over") { try cluster.primaries().contains(4) }
        }
        try expectEverything(killed.count, killed.result)
    }
}
