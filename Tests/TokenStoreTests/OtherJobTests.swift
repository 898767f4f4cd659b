import Redis
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("LogoutJob, RestoreJob and RecordJob: their commands, phase by phase, and their outcomes")
struct OtherJobTests {
    private static let list = "jwt:{bob}:tokens"
    private static let page = ["ZRANGE " + list]
    private static let details = ["HMGET jwt:{bob}:meta"]
    private static let cutoff = ["EVAL jwt:{bob}:cutoff"]
    private static let state = [
        "TIME", "GET jwt:cutoff", "GET jwt:deny:a", "PTTL jwt:deny:a", "GET jwt:{bob}:cutoff",
        "ZSCORE " + list,
    ]
    private static let audit = ["XADD jwt:audit", "PUBLISH jwt:revoked"]

    // MARK: logout

    private func logout(
        _ round: LogoutRound = .first, isDryRun: Bool = false, _ answers: [[Answer]],
        onRevoked: @escaping ([Identifier]) -> Void = { _ in }
    ) throws -> (sent: [[String]], LogoutJob.Outcome) {
        let request = LogoutRequest(
            scope: .everything, skew: 0, entry: DenyEntry(), isDryRun: isDryRun,
            onProgress: { _ in }, onRevoked: onRevoked)
        var job = LogoutJob(
            .offline(try Layout.native()), try Identifier("bob"), round, request, clock: .fixed)
        let run = ScriptedRun(&job, answers)
        return (run.sent, try #require(try run.result?.get()))
    }

    @Test("Cutoff, entries, list, and another pass that finds nothing, in this order")
    func order() throws {
        let (sent, (result, cause)) = try logout(
            .first,
            [
                [["1000000", 0]], [[]], [["a", "2000000", "b", "2000000"]], [["{}", "{}"]],
                [.ok, .null], [0], [2], [[]], [[]], ["1-1", 1],
            ])
        #expect(
            sent == [
                Self.cutoff, Self.page, Self.page, Self.details,
                ["EVAL jwt:deny:a", "EVAL jwt:deny:b"], ["EVAL jwt:deny:b"], ["EVAL " + Self.list],
                Self.page, Self.page, Self.audit,
            ])
        #expect(cause == nil && result.isComplete && result.isAudited)
        #expect(result.cutoff == 1_000_000)
        #expect((result.revoked, result.alreadyRevoked) == (1, 1))
    }

    @Test("A recheck raises nothing, and writes to the log only what it revoked")
    func recheck() throws {
        let (sent, (result, cause)) = try logout(.recheck, [[[]]])
        #expect(sent == [Self.page])
        #expect(cause == nil && result.isComplete && !result.isAudited)
    }

    @Test("Whatever breaks, the tokens stay listed that were not acknowledged as denied")
    func broken() throws {
        let start: [[Answer]] = [
            [["1000000", 0]], [[]], [["a", "2000000"]], [["{}"]],
        ]
        for (last, revoked) in [(Answer.uncertain, 0), (.unsent, 0), (.error("OOM full"), 0)] {
            let (sent, (result, cause)) = try logout(.first, start + [[last]])
            #expect(sent.last == ["EVAL jwt:deny:a"])
            #expect(result.revoked == revoked && !result.isComplete)
            #expect(cause != nil)
        }
        let (sent, (result, cause)) = try logout(.first, start + [[.ok], [.unsent]])
        #expect(sent.last == ["EVAL " + Self.list])
        #expect(result.revoked == 1 && !result.isComplete)
        #expect(cause == .store(.redis(ScriptedRun<LogoutJob>.failure)))
    }

    @Test("The ids of acknowledged entries are handed on, whatever became of the others")
    func acknowledged() throws {
        let start: [[Answer]] = [
            [["1000000", 0]], [[]], [["a", "2000000", "b", "2000000"]], [["{}", "{}"]],
        ]
        for (last, ids) in [
            ([Answer.ok, .error("OOM full")], ["a"]), ([.ok, .uncertain], ["a"]),
            ([.ok, .ok], ["a", "b"]), ([.unsent, .unsent], []),
        ] as [([Answer], [String])] {
            var told: [String] = []
            let (_, (result, _)) = try logout(.first, start + [last]) { ids in
                told += ids.map(\.description)
            }
            #expect(told == ids)
            #expect(result.revoked == ids.count)
        }
    }

    @Test("A dry run of a logout only reads")
    func dryLogout() throws {
        let time: Answer = ["1000000", "0"]
        let (sent, (result, cause)) = try logout(
            isDryRun: true,
            [
                [.null, time], [[]], [["a", "2000000"]], [["{}"]],
                [time, .null, .null, -2], [[]],
            ])
        #expect(
            sent == [
                ["GET jwt:{bob}:cutoff", "TIME"], Self.page, Self.page, Self.details,
                ["TIME", "GET jwt:cutoff", "GET jwt:deny:a", "PTTL jwt:deny:a"], Self.page,
            ])
        #expect(cause == nil && result.revoked == 1 && result.cutoff == 1_000_000)
    }

    @Test("A log that refuses undoes nothing")
    func unaudited() throws {
        let (_, (result, cause)) = try logout(
            .first, [[["1000000", 0]], [[]], [[]], [.error("OOM full"), 0]])
        #expect(cause == nil && result.isComplete && !result.isAudited)
        #expect(result.auditFailure != nil)
    }

    // MARK: restore

    private static func known(_ entry: Answer, cutoff: Answer = .null) -> [Answer] {
        [["1000000", "0"], .null, entry, 60_000, cutoff, .null]
    }

    private func restore(
        _ answers: [[Answer]], dryRun seen: SeenTokens? = nil
    ) throws -> (sent: [[String]], RestoreResult?) {
        let subject = TokenSubject(id: try Identifier("a"), user: try Identifier("bob"))
        var job = RestoreJob(
            .offline(try Layout.native()),
            [Restoration(subject, issued: .at(500_000), expiry: .at(2_000_000))], reason: nil,
            dryRun: seen)
        let run = ScriptedRun(&job, answers)
        return (run.sent, try run.result?.get().first)
    }

    @Test(
        "What a restoration comes to",
        arguments: [
            ([known(.null)], 1, .notRevoked),
            ([known("1", cutoff: "600000")], 1, .cutOff(600_000)),
            ([known("1"), [1], [["OK", 0]], ["1-1", 1]], 4, .restored(isListed: true)),
            ([known("1"), [0]], 2, .notRevoked),
            ([known("1"), [.uncertain]], 2, .unknown),
            ([known("1"), [.unsent]], 2, .notAttempted),
            ([known("1"), [1], [.unsent]], 3, .restored(isListed: false)),
        ] as [([[Answer]], Int, RestoreOutcome)])
    func restoration(_ answers: [[Answer]], _ count: Int, _ outcome: RestoreOutcome) throws {
        let (sent, result) = try restore(answers)
        let all = [Self.state, ["DEL jwt:deny:a"], ["EVAL " + Self.list], Self.audit]
        #expect(sent == Array(all.prefix(count)))
        #expect(result?.outcome == outcome)
        #expect(result?.isAudited == (count == 4))
    }

    @Test("A dry run of a restoration reads, asks the list, and knows what it has seen")
    func dryRestoration() throws {
        let seen = SeenTokens(try Layout.native())
        let first = try restore([Self.known("1"), [["OK", 0]]], dryRun: seen)
        #expect(first.sent == [Self.state, ["EVAL " + Self.list]])
        #expect(first.1?.outcome == .restored(isListed: true) && first.1?.isAudited == false)
        let second = try restore([Self.known("1")], dryRun: seen)
        #expect(second.sent == [Self.state])
        #expect(second.1?.outcome == .notRevoked)
        let refused = try restore([Self.known("1", cutoff: "600000")], dryRun: seen)
        #expect(refused.1?.outcome == .cutOff(600_000))
    }

    // MARK: record

    private func recording() throws -> RecordJob {
        let token = TokenRecord(
            id: try Identifier("a"), user: try Identifier("bob"), issuedAt: 900_000,
            expiry: .at(2_000_000))
        return RecordJob(.offline(try Layout.native()), [token])
    }

    /// Only the blacklist and everybody's cutoff are asked beforehand.
    private static let free: [Answer] = [["1000000", "0"], .null, .null, -2]

    @Test(
        "What recording comes to",
        arguments: [
            ([free, [["OK", 0]]], .recorded), ([free, [["LISTED", 0]]], .alreadyRecorded),
            ([[["1000000", "0"], .null, "1", 60_000]], .alreadyRevoked),
            ([[["1000000", "0"], "950000", .null, -2]], .cutOff(950_000)),
            ([free, [.uncertain]], nil),
        ] as [([[Answer]], RecordOutcome?)])
    func record(_ answers: [[Answer]], _ outcome: RecordOutcome?) throws {
        var job = try recording()
        let run = ScriptedRun(&job, answers)
        #expect(run.sent.count == answers.count)
        #expect(job.outcome.outcomes == [outcome])
        #expect(job.outcome.uncertainCount == (outcome == nil ? 1 : 0))
    }

    @Test("Recorded again after a fail-over it is the job's own token")
    func recordedAgain() throws {
        var job = try recording()
        _ = ScriptedRun(&job, [Self.free, [["OK", 0]]])
        job.restart(after: job.outcome)
        #expect(job.outcome.outcomes == [nil])
        _ = ScriptedRun(&job, [Self.free, [["LISTED", 0]]])
        #expect(job.outcome.outcomes == [.recorded])
    }
}
