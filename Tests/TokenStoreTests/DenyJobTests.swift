import Redis
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("DenyJob: its commands, phase by phase, and its outcomes")
struct DenyJobTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// An id, with its user after a slash; `?` for an end that was not given, `!` for one that
        /// is over.
        let items: [String]
        let answers: [[Answer]]
        let sent: [[String]]
        let outcomes: [String]

        init(
            _ name: String, _ items: [String], _ answers: [[Answer]], sent: [[String]],
            _ outcomes: [String]
        ) {
            testDescription = name
            self.items = items
            self.answers = answers
            self.sent = sent
            self.outcomes = outcomes
        }
    }

    static func revocation(_ text: String) throws -> Revocation {
        let parts = text.filter { $0 != "?" && $0 != "!" }.split(separator: "/").map(String.init)
        return Revocation(
            id: try Identifier(parts[0]),
            user: try parts.dropFirst().first.map { try Identifier($0) },
            expiry: text.contains("?") ? nil : .at(text.contains("!") ? 1000 : 2_000_000))
    }

    static func word(_ outcome: RevocationOutcome) -> String {
        switch outcome {
        case .failed(.refused(let error, let command, let key)):
            "\(error.code) \(command) \(String(decoding: key ?? [], as: UTF8.self))"
        case .failed(.corrupt(let key)): "corrupt \(String(decoding: key, as: UTF8.self))"
        default: "\(outcome)"
        }
    }

    private static let write = ["EVAL jwt:deny:a"]
    private static let list = "jwt:{bob}:tokens"
    private static let look = ["GET jwt:deny:a", "PTTL jwt:deny:a"]
    private static let ask = ["ZSCORE " + list] + look
    private static let unlist = ["EVAL " + list]

    static let cases = [
        Case("a new entry", ["a"], [[.ok]], sent: [write], ["revoked"]),
        Case(
            "an entry that was there", ["a"], [[.null], [0]], sent: [write, write],
            ["alreadyRevoked"]),
        Case("one that went meanwhile", ["a"], [[.null], [1]], sent: [write, write], ["revoked"]),
        Case("a token that is over", ["a!"], [], sent: [], ["expired"]),
        Case(
            "a refusal", ["a"], [[.error("READONLY no")]], sent: [write],
            ["READONLY EVAL jwt:deny:a"]),
        Case("no answer", ["a"], [[.uncertain]], sent: [write], ["unknown"]),
        Case("not sent", ["a"], [[.unsent]], sent: [write], ["notAttempted"]),
        Case(
            "each for itself", ["a", "b", "c", "d"],
            [[.ok, .error("OOM full"), .uncertain, .unsent]],
            sent: [["a", "b", "c", "d"].map { "EVAL jwt:deny:" + $0 }],
            ["revoked", "OOM EVAL jwt:deny:b", "unknown", "notAttempted"]),
        Case(
            "there, but perhaps not long enough", ["a"], [[.null], [.unsent]],
            sent: [write, write], ["unknown"]),
        Case(
            "off the list once it is denied", ["a/bob"], [[.ok], [1]], sent: [write, unlist],
            ["revoked"]),
        Case("never off the list before", ["a/bob"], [[.uncertain]], sent: [write], ["unknown"]),
        Case(
            "a list that refuses", ["a/bob", "b/bob"], [[.ok, .ok], [.error("WRONGTYPE x")]],
            sent: [["EVAL jwt:deny:a", "EVAL jwt:deny:b"], unlist],
            ["WRONGTYPE EVAL " + list, "WRONGTYPE EVAL " + list]),
        Case(
            "broken before the list", ["a/bob"], [[.ok], [.unsent]], sent: [write, unlist],
            ["revoked"]),
        Case("an end that nobody knows", ["a?"], [], sent: [], ["notFound"]),
        Case(
            "an end from the list", ["a?/bob"], [["2000000", .null, -2], [.ok], [1]],
            sent: [ask, write, unlist], ["revoked"]),
        Case(
            "an end from the list, then broken", ["a?/bob"], [["2000000", .null, -2], [.unsent]],
            sent: [ask, write], ["notAttempted"]),
        Case(
            "a score that is no time", ["a?/bob"], [["soon", .null, -2]], sent: [ask],
            ["corrupt " + list]),
        Case(
            "off the list before", ["a?/bob"], [[.null, "1", 5], [0]], sent: [ask, unlist],
            ["alreadyRevoked"]),
        Case(
            "nowhere", ["a?/bob"], [[.null, .null, -2], [.null, -2]], sent: [ask, look],
            ["notFound"]),
        Case(
            "denied between both answers", ["a?/bob"], [[.null, .null, -2], ["1", 5], [0]],
            sent: [ask, look, unlist], ["alreadyRevoked"]),
        Case(
            "a question that broke off", ["a?/bob"], [[.null, .null, .uncertain]], sent: [ask],
            ["notAttempted"]),
        Case(
            "a second question that broke off", ["a?/bob"],
            [[.null, .null, -2], [.null, .uncertain]],
            sent: [ask, look], ["notAttempted"]),
    ]

    private func job(_ items: [String]) throws -> DenyJob {
        let layout = try Layout.native()
        return DenyJob(
            .offline(layout), try #require(layout.deny), try items.map(Self.revocation),
            entry: nil, clock: .fixed)
    }

    @Test(arguments: cases)
    func phases(_ example: Case) throws {
        var job = try job(example.items)
        let run = ScriptedRun(&job, example.answers)
        #expect(run.sent == example.sent)
        #expect(try run.result?.get().map(Self.word) == example.outcomes)
    }

    @Test(
        "A key with another value, or with entries of other tokens, revokes nothing",
        arguments: [
            (#""type": "set", "key": "d", "member": "${id}""#, ["SISMEMBER d"], [0]),
            (
                #""type": "string", "key": "d:${id}", "value": "off", "match": "equals""#,
                ["GET d:a", "PTTL d:a"], ["on", 5000]
            ),
            (
                #""type": "hash", "key": "d:${user}", "list": "l", "number": "${id}""#,
                ["HMGET d:bob", "PTTL d:bob"], [["1,2"], 5000]
            ),
        ] as [(String, [String], [Answer])])
    func othersEntries(_ members: String, _ look: [String], _ answers: [Answer]) throws {
        let text = """
            { "name": "x", "stores": [ { "role": "deny", \(members) },
              { "role": "index", "type": "zset", "key": "u:${user}", "member": "${id}",
                "score": "exp_s" } ] }
            """
        let layout = try LayoutReader.read(Array(text.utf8))
        var job = DenyJob(
            .offline(layout), try #require(layout.deny), [try Self.revocation("a?/bob")],
            entry: nil, clock: .fixed)
        let run = ScriptedRun(&job, [[.null] + answers, answers])
        #expect(run.sent == [["ZSCORE u:bob"] + look, look])
        #expect(try run.result?.get() == [.notFound])
    }

    @Test("An id that the layout cannot name fails alone")
    func unnamed() throws {
        let text = """
            { "name": "x", "stores": [
              { "role": "deny", "type": "string", "key": "d:${claim.tid}:${id}", "value": "1" },
              { "role": "index", "type": "zset", "key": "u:${user}", "member": "${id}",
                "score": "exp_s" } ] }
            """
        let layout = try LayoutReader.read(Array(text.utf8))
        let bob = try Identifier("bob")
        let items = [
            try Self.revocation("a?/bob"),
            Revocation(
                TokenSubject(id: try Identifier("b"), user: bob, details: [Array("t".utf8)]),
                expiry: nil),
        ]
        var job = DenyJob(
            .offline(layout), try #require(layout.deny), items, entry: nil, clock: .fixed)
        let run = ScriptedRun(&job, [[.null, .null, -2], [.null, -2]])
        #expect(run.sent[0] == ["ZSCORE u:bob", "GET d:t:b", "PTTL d:t:b"])
        let outcomes = try #require(try run.result?.get())
        #expect(outcomes[0].error != nil && outcomes[1] == .notFound)
    }

    @Test("Done again after a fail-over, what the first attempt wrote is its own")
    func repetition() throws {
        var job = try job(["a", "b"])
        let first = ScriptedRun(&job, [[.ok, .null], [0]])
        #expect(try first.result?.get() == [.revoked, .alreadyRevoked])
        job.restart(after: try first.result?.get())
        let second = ScriptedRun(&job, [[.null, .ok], [0]])
        #expect(second.sent == first.sent.dropLast() + [["EVAL jwt:deny:a"]])
        #expect(try second.result?.get() == [.revoked, .revoked])
    }
}

@Suite("UnlistJob and RemoveSessionsJob: their commands, phase by phase, and their outcomes")
struct RemovalJobTests {
    private func run(_ preset: String, _ answers: [[Answer]]) throws -> (
        sent: [[String]], outcome: RevocationOutcome?
    ) {
        let item = Revocation(id: try Identifier("a"), user: try Identifier("bob"), expiry: nil)
        let store = TokenStore.offline(try LayoutReader.preset(preset))
        guard let allow = store.layout.allow else {
            var job = UnlistJob(store, [item])
            let run = ScriptedRun(&job, answers)
            return (run.sent, try run.result?.get().first)
        }
        var job = RemoveSessionsJob(store, allow, [item])
        let run = ScriptedRun(&job, answers)
        return (run.sent, try run.result?.get().first)
    }

    @Test(
        "A whitelist of lists",
        arguments: [
            ([[1]], .revoked), ([[0]], .alreadyRevoked), ([[.uncertain]], .unknown),
            ([[.unsent]], .notAttempted),
        ] as [([[Answer]], RevocationOutcome)])
    func list(_ answers: [[Answer]], _ outcome: RevocationOutcome) throws {
        let run = try run("user-zset", answers)
        #expect(run.sent.map { $0.map { $0.prefix(4) } } == [["ZREM"]])
        #expect(run.outcome == outcome)
    }

    @Test("Links are cut before the key that leads to them, and that one before the token's own")
    func order() throws {
        let none = Answer.reply(.status("none"))
        let run = try run(
            "spring-oauth2-redis",
            [
                ["value", "name"], Array(repeating: none, count: 20),
                Array(repeating: 1, count: 20), Array(repeating: 1, count: 20), [1],
            ])
        let phases = run.sent.map { Set($0.map { $0.split(separator: " ")[0] }) }
        #expect(phases.first == ["GET"] && phases.dropFirst().first == ["TYPE"])
        #expect(run.sent.last?.count == 1 && run.sent.last?[0].hasPrefix("EVAL access:") == true)
        #expect(run.outcome == .revoked)
    }

    @Test("What is somebody else's under the name of a link keeps the token as it is")
    func foreign() throws {
        let hash = Answer.reply(.status("hash"))
        let run = try run(
            "spring-oauth2-redis", [["value", "name"], Array(repeating: hash, count: 20)])
        #expect(run.sent.count == 2)
        guard case .failed(.corrupt)? = run.outcome else {
            Issue.record("\(run)")
            return
        }
    }

    @Test("A token whose links were not acknowledged as cut keeps its own key")
    func broken() throws {
        let none = Answer.reply(.status("none"))
        let run = try run(
            "spring-oauth2-redis",
            [["value", "name"], Array(repeating: none, count: 20), [.uncertain]])
        #expect(run.sent.count == 3)
        #expect(run.outcome == .unknown)
    }
}
