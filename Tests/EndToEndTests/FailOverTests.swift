import Foundation
import TestSupport
import Testing

/// Roles that change under a bulk revocation: what it reports has to be there in the end.
@Suite struct FailOverTests {
    /// Feeds lines to `jwtctl revoke` from before `change` until after it.
    private func revoke(
        _ url: String, during change: () throws -> Void
    ) throws -> (count: Int, result: ProcessRunner.Result) {
        let tool = try BuiltTool()
        let script = """
            n=0
            while [ ! -e stop ]; do
              seq "$n" "$((n + 499))" | sed 's/^/j/; s/$/\t4102444800/'
              n=$((n + 500)); echo "$n" >count
            done | jwtctl revoke --from - --yes --json --timeout 15s
            """
        let process = try tool.start(
            script: script, changes: ["JWTCTL_REDIS_URL": url])
        usleep(300_000)
        try change()
        usleep(500_000)
        try tool.directory.write("stop", "")
        let result = try process.finish(timeout: 60)
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
}
