import Foundation
import TestSupport
import Testing

/// Redis or the tool dies, or stops, at any point of a bulk revocation: nothing that was reported
/// as revoked is alive, and the next run finishes the work.
@Suite(.slow) struct BulkFaultTests {
    private static let items = BulkItems(count: FaultRounds.areLong ? 100_000 : 20_000)
    private static let command = [
        "revoke", "--from", "items", "--failed", "failed", "--yes", "--json",
    ]

    /// Item numbers at which something is to die: one in each of as many equal parts.
    private static func points(short: Int) -> [Int] {
        let count = FaultRounds.count(short: short)
        return (0..<count).map { part in
            max(1, Int((Double(part) + .random(in: 0..<1)) / Double(count) * Double(items.count)))
        }
    }

    private let items = Self.items

    private func tool(_ configuration: [String] = []) throws -> BuiltTool {
        let tool = try BuiltTool(RedisServer(configuration: configuration))
        try items.prepare(tool.redis)
        try tool.directory.write("items", items.lines)
        return tool
    }

    /// Waits until about so many items are revoked, and then a moment, so that it ends anywhere
    /// between two replies and in the middle of them.
    private func awaitItems(_ point: Int, on server: RedisServer, from before: Int) throws {
        // For every tenth there is a key before, and the lists go in the end.
        let count = before + max(1, point * 9 / 10 - 10)
        let watch = try RunningProcess([
            "redis-cli", "-s", server.socketPath, "-r", "-1", "-i", "0.002", "DBSIZE",
        ])
        let deadline = Date(timeIntervalSinceNow: 60)
        while let line = watch.line(), (Int(line) ?? 0) < count {
            guard deadline.timeIntervalSinceNow > 0 else {
                throw TestSupportError("there were never \(count) keys")
            }
        }
        usleep(.random(in: 0..<3000))
    }

    /// Redis carries out what a killed client had sent: waits until it has.
    private func awaitSilence(on server: RedisServer) throws {
        try waitUntil("the end of the client") {
            try !server.cli("CLIENT", "LIST").contains("name=jwtctl")
        }
    }

    /// Compares what a run that was broken off says with what `server` holds; returns how many
    /// lines it kept for another try.
    private func expectTruth(
        _ result: ProcessRunner.Result, of tool: BuiltTool, at point: Int
    ) throws -> Int {
        let shown: Comment = "at \(point): \(result.text)\(result.errorText)"
        let counts = Counts(result.text)
        #expect(counts["total"] == items.count, shown)
        #expect(counts.sum == items.count, shown)
        #expect(counts["invalid"] == 0 && counts["expired"] == 0, shown)
        let lines = try BulkItems.kept(in: tool.directory.file("failed"))
        let kept = Set(lines)
        #expect(lines.count == kept.count, shown)
        #expect(kept.isSubset(of: items.all), shown)
        #expect(
            kept.count == counts["failed"] + counts["unknown"] + counts["not_attempted"], shown)
        let entries = try items.entries(on: tool.redis)
        #expect(items.all.isSuperset(of: entries.keys), shown)
        let lost = items.all.subtracting(kept).subtracting(items.revoked(entries))
        #expect(lost.isEmpty, "\(lost.count) are reported and lost: \(shown)")
        return kept.count
    }

    /// 8 where something was left to do; taking off lists may be left where nothing else is.
    private func expectStatus(_ result: ProcessRunner.Result, kept: Int, at point: Int) {
        let shown: Comment = "at \(point): \(result.ending) \(result.errorText)"
        #expect(result.status == 8 || result.status == 0 && kept == 0, shown)
        #expect(result.status == 0 || result.errorText.contains("jwtctl: error: "), shown)
    }

    private func keyCount(_ server: RedisServer) throws -> Int {
        try #require(Int(try server.cli("DBSIZE")))
    }

    /// Runs `arguments` to a good end over `count` lines, after which every item is on the
    /// blacklist, for as long as it has to be, and nothing else is.
    @discardableResult
    private func expectFinished(
        _ arguments: [String], _ count: Int, with tool: BuiltTool, at point: Int
    ) throws -> Counts {
        let result = try tool.run(arguments)
        let shown: Comment = "at \(point): \(result.text)\(result.errorText)"
        #expect(result.status == 0, shown)
        let counts = Counts(result.text)
        #expect(counts["total"] == count, shown)
        #expect(counts["revoked"] + counts["already_revoked"] == count, shown)
        let entries = try items.entries(on: tool.redis)
        #expect(items.revoked(entries) == items.all, shown)
        #expect(entries.count == items.count, shown)
        // What had been revoked before it broke off may have been left there.
        if count == items.count { #expect(try items.listed(on: tool.redis) == 0, shown) }
        return counts
    }

    @Test func aDeathOfRedisLosesNothingThatWasReported() throws {
        var broken = 0
        for (round, point) in Self.points(short: 4).enumerated() {
            let tool = try tool(["appendonly yes", "appendfsync always"])
            let before = try keyCount(tool.redis)
            let process = try tool.start(Self.command)
            try awaitItems(point, on: tool.redis, from: before)
            tool.redis.kill9()
            let result = try process.finish()
            try tool.redis.restart()
            let kept = try expectTruth(result, of: tool, at: point)
            expectStatus(result, kept: kept, at: point)
            if kept > 0 { broken += 1 }
            // What was kept is enough; so is the whole file again.
            if round % 2 == 0 {
                try expectFinished(
                    ["revoke", "--from", "failed", "--yes", "--json"], kept, with: tool, at: point)
            } else {
                try expectFinished(Self.command, items.count, with: tool, at: point)
                #expect(try BulkItems.kept(in: tool.directory.file("failed")).isEmpty)
            }
        }
        #expect(broken > 0)
    }

    @Test func aKilledRunIsFinishedByTheNext() throws {
        for point in Self.points(short: 4) {
            let tool = try tool()
            let before = try keyCount(tool.redis)
            let process = try tool.start(Self.command)
            try awaitItems(point, on: tool.redis, from: before)
            process.signal(SIGKILL)
            _ = try process.finish()
            try awaitSilence(on: tool.redis)
            let found = try items.entries(on: tool.redis)
            #expect(items.all.isSuperset(of: found.keys))
            let counts = try expectFinished(Self.command, items.count, with: tool, at: point)
            #expect(counts["already_revoked"] == found.count)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func anInterruptedRunTellsWhatItDid(_ signal: CInt) throws {
        var broken = 0
        for point in Self.points(short: 3) {
            let tool = try tool()
            let before = try keyCount(tool.redis)
            let process = try tool.start(Self.command)
            try awaitItems(point, on: tool.redis, from: before)
            process.signal(signal)
            let result = try process.finish()
            let kept = try expectTruth(result, of: tool, at: point)
            let isDone = result.ending == .exit(0)
            #expect(isDone || result.ending == .signal(Int(signal)), "\(result.errorText)")
            #expect(isDone ? kept == 0 : result.errorText.contains("interrupted"))
            if !isDone { broken += 1 }
            try expectFinished(
                ["revoke", "--from", "failed", "--yes", "--json"], kept, with: tool, at: point)
        }
        #expect(broken > 0)
    }

    @Test func aStoppedRedisEndsTheRunInTime() throws {
        for point in Self.points(short: 3) {
            let tool = try tool()
            let before = try keyCount(tool.redis)
            let process = try tool.start(Self.command + ["--timeout", "12s"])
            try awaitItems(point, on: tool.redis, from: before)
            tool.redis.pause()
            let start = ContinuousClock.now
            let result = try process.finish()
            // The rest of the lines is still read and kept, on a busy machine: but nothing is waited
            // for a second time.
            #expect(ContinuousClock.now - start < .milliseconds(23_500), "at \(point)")
            tool.redis.resume()
            try awaitSilence(on: tool.redis)
            let kept = try expectTruth(result, of: tool, at: point)
            expectStatus(result, kept: kept, at: point)
            try expectFinished(
                ["revoke", "--from", "failed", "--yes", "--json"], kept, with: tool, at: point)
        }
    }
}
