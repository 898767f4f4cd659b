import Foundation
import TestSupport
import Testing

/// The primary is cut off from its replicas and the Sentinels while the tool still reaches all of
/// them: what is reported as revoked is on the primary that they choose.
@Suite(.cluster) struct PartitionTests {
    /// What one round came to.
    private struct Round {
        let counts: Counts
        let fed: Int
        let kept: Set<String>
        let result: ProcessRunner.Result
    }

    /// The primary that all Sentinels name: what only the old one has is lost.
    private func agreed(_ group: SentinelGroup) throws -> RedisServer {
        try waitUntil("agreement") {
            let names = try group.sentinels.map {
                try $0.cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SentinelGroup.name)
            }
            return Set(names).count == 1
        }
        return try group.primary()
    }

    private static func name(_ number: Int) -> String { "j\(number)" }

    /// Feeds items to `revoke` from before the link is cut until after the fail-over.
    private func round(_ group: SentinelGroup, _ state: Link.State) throws -> Round {
        let tool = try BuiltTool(group.servers[0])
        let options = group.straightOptions.joined(separator: " ")
        let process = try tool.start(
            script: """
                n=0
                while [ ! -e stop ]; do
                  seq "$n" "$((n + 499))" | sed 's/^/j/; s/$/\\t4102444800/'
                  n=$((n + 500)); echo "$n" >count; sleep 0.02
                done | jwtctl revoke --from - --yes --json --timeout 3s --failed failed \(options)
                """, changes: ["JWTCTL_REDIS_URL": group.url])
        let old = try group.primary()
        usleep(.random(in: 100_000..<600_000))
        group.link?.set(state)
        try waitUntil("the fail-over") { try group.primary() !== old }
        usleep(.random(in: 0..<500_000))
        group.link?.set(.whole)
        usleep(.random(in: 0..<1_500_000))
        try tool.directory.write("stop", "")
        let result = try process.finish()
        let text = try String(contentsOfFile: tool.directory.file("count"), encoding: .utf8)
        return Round(
            counts: Counts(result.text),
            fed: Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0,
            kept: Set(try BulkItems.kept(in: tool.directory.file("failed"))), result: result)
    }

    @Test(arguments: 0..<(FaultRounds.areLong ? 4 * FaultRounds.count(short: 50) : 2))
    func nothingThatIsReportedIsMissingOnTheNewPrimary(_ number: Int) throws {
        let state = number % 2 == 0 ? Link.State.silent : .refused
        let group = try SentinelGroup(isLinked: true)
        let round = try round(group, state)
        let shown: Comment = "\(state): \(round.result.text)\(round.result.errorText)"
        #expect([0, 8].contains(round.result.status), shown)
        #expect(round.counts["total"] == round.fed && round.counts.sum == round.fed, shown)
        #expect(
            round.kept.count == round.counts["unknown"] + round.counts["not_attempted"], shown)
        #expect(round.result.status == 8 || round.kept.isEmpty, shown)
        let new = try agreed(group)
        #expect(new !== group.servers[0])
        let there = Set(
            try new.cli("KEYS", "jwt:deny:*").split(separator: "\n").map {
                String($0.dropFirst("jwt:deny:".count))
            })
        let lost = (0..<round.fed).map(Self.name)
            .filter { !round.kept.contains($0) && !there.contains($0) }
        #expect(lost.isEmpty, "\(lost.count) are reported and missing, \(shown)")
    }

    /// The same for one item at a time, begun at any moment.
    @Test func noSingleRevocationIsReportedAndMissing() throws {
        let group = try SentinelGroup(isLinked: true)
        let tool = try BuiltTool(group.servers[0])
        let old = try group.primary()
        var done: [String] = []
        var isCut = false
        var number = 0
        let end = Date(timeIntervalSinceNow: 8)
        while end.timeIntervalSinceNow > 0 {
            number += 1
            if number == 5 {
                group.link?.set(.silent)
                isCut = true
            }
            let result = try tool.run(
                ["revoke", "--ttl", "1h", "--timeout", "1s", Self.name(number)]
                    + group.straightOptions, changes: ["JWTCTL_REDIS_URL": group.url])
            #expect([0, 8].contains(result.status), "\(result.errorText)")
            if result.status == 0 { done.append(Self.name(number)) }
        }
        #expect(isCut && !done.isEmpty)
        group.link?.set(.whole)
        try waitUntil("the fail-over") { try group.primary() !== old }
        let new = try agreed(group)
        for name in done { #expect(try new.cli("EXISTS", "jwt:deny:\(name)") == "1", "\(name)") }
    }
}
