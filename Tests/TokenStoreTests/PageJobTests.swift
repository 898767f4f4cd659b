import Redis
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("PruneJob, TokenListJob, ListPageJob and SessionPageJob: their commands and outcomes")
struct PageJobTests {
    private static let list = "jwt:{bob}:tokens"
    private static let range = ["ZRANGE " + list]
    private static let details = ["HMGET jwt:{bob}:meta"]
    private static let states = ["TIME", "GET jwt:cutoff", "GET jwt:deny:a", "PTTL jwt:deny:a"]

    /// Redis' clock, no cutoff, and what there is of a blacklist entry and its life.
    private static func state(_ entry: Answer, _ left: Answer) -> [Answer] {
        [["1000000", "0"], .null, entry, left]
    }

    private static func word(_ error: StoreError?) -> String {
        switch error {
        case .corrupt(let key)?: "corrupt \(String(decoding: key, as: UTF8.self))"
        case .otherUnit(let key)?: "other unit \(String(decoding: key, as: UTF8.self))"
        case .refused(let error, let command, let key)?:
            "\(error.code) \(command) \(String(decoding: key ?? [], as: UTF8.self))"
        case .redis?: "broken"
        case let error: "\(error.map { "\($0)" } ?? "")"
        }
    }

    private func run<J: Job>(
        _ job: J, _ answers: [[Answer]]
    ) throws -> (sent: [[String]], outcome: J.Outcome?, error: String) {
        var job = job
        let run = ScriptedRun(&job, answers)
        switch try #require(run.result) {
        case .success(let outcome): return (run.sent, outcome, "")
        case .failure(let error): return (run.sent, nil, Self.word(error))
        }
    }

    // MARK: prune

    /// Of one list: its expired members, those without an end, how long it lives, and scores of
    /// another unit.
    private func prune(
        _ answers: [[Answer]], dryRun: Bool = false
    ) throws -> (sent: [[String]], outcome: PruneResult?, error: String) {
        let store = TokenStore.offline(try Layout.native())
        return try run(
            PruneJob(
                store: store, list: try #require(store.layout.list),
                users: [try Identifier("bob")], clock: .fixed, dryRun: dryRun), answers)
    }

    private static let survey = [
        "ZCOUNT " + list, "ZCOUNT " + list, "PTTL " + list, "ZCOUNT " + list,
    ]
    private static let tidy = ["EVAL " + list]

    @Test(
        "A list is tidied that needs it, a page at a time, until nothing expired is left",
        arguments: [
            ([[0, 0, 5000, 0]], [survey], 0, 0), ([[2, 0, 5000, 0], [2]], [survey, tidy], 2, 0),
            ([[700, 0, 5000, 0], [500], [200]], [survey, tidy, tidy], 700, 0),
            ([[0, 0, -1, 0], [0]], [survey, tidy], 0, 1),
            ([[1, 3, 5000, 0], [1]], [survey, tidy], 1, 1), ([[0, 3, -1, 0]], [survey], 0, 0),
        ] as [([[Answer]], [[String]], Int, Int)])
    func prunes(_ answers: [[Answer]], _ sent: [[String]], _ removed: Int, _ mended: Int) throws {
        let result = try prune(answers)
        #expect(result.sent == sent)
        #expect(result.outcome?.users == 1)
        #expect(result.outcome?.removed == removed && result.outcome?.mended == mended)
        let dry = try prune(answers, dryRun: true)
        #expect(dry.sent == [Self.survey] && dry.outcome == result.outcome)
    }

    @Test(
        "What cannot be pruned safely is left alone",
        arguments: [
            ([[0, 0, 5000, 1]], [survey], "other unit " + list), ([[.unsent]], [survey], "broken"),
            (
                [[.error("WRONGTYPE x"), 0, 5000, 0]], [survey], "WRONGTYPE ZCOUNT " + list
            ),
            ([[1, 0, 5000, 0], [.uncertain]], [survey, tidy], "broken"),
        ] as [([[Answer]], [[String]], String)])
    func pruneFails(_ answers: [[Answer]], _ sent: [[String]], _ error: String) throws {
        let result = try prune(answers)
        #expect(result.sent == sent && result.error == error)
    }

    // MARK: lists

    private func page(
        _ purpose: ListPageJob.Purpose, _ answers: [[Answer]]
    ) throws -> (sent: [[String]], outcome: [ListedToken]?, error: String) {
        try run(
            ListPageJob(.offline(try Layout.native()), try Identifier("bob"), from: 0, purpose),
            answers)
    }

    @Test("A page has the details of its tokens, and asks for the blacklist entry of each")
    func listing() throws {
        let answers: [[Answer]] = [
            [["a", "2000000"]], [[#"{"iat":5,"label":"tv"}"#]], Self.state("1", 60_000),
        ]
        let result = try page(.listing, answers)
        #expect(result.sent == [Self.range, Self.details, Self.states])
        let token = try #require(result.outcome?.first)
        #expect(token.id == (try Identifier("a")) && token.expiry == .at(2_000_000))
        #expect(token.issuedAt == 5 && token.label == "tv" && token.isRevoked)
        // A logout asks by itself.
        let logout = try page(.logout, answers)
        #expect(logout.sent == [Self.range, Self.details])
        #expect(logout.outcome?.map(\.isRevoked) == [false])
        #expect(try page(.listing, [[[]]]).sent == [Self.range])
    }

    @Test(
        "A score that is no time is an error to a listing, and no end to a logout",
        arguments: [
            (.listing, [[["a", "x"]]], [range], "corrupt " + list),
            (.listing, [[["a", "2000000000000"]]], [range], "other unit " + list),
            (.logout, [[["a", "x"]], [["{}"]]], [range, details], ""),
            (
                .logout, [[["a", "2000000000000"]], [2, 1], [["{}"]]],
                [range, ["ZCOUNT " + list, "ZCOUNT " + list], details], ""
            ),
            // All of them are of the other unit, so the layout is the wrong one.
            (
                .logout, [[["a", "2000000000000"]], [1, 1]],
                [range, ["ZCOUNT " + list, "ZCOUNT " + list]], "other unit " + list
            ),
            (.logout, [[["a", "2000000"]], [[]]], [range, details], "corrupt jwt:{bob}:meta"),
            (.listing, [[.unsent]], [range], "broken"),
            (.listing, [[.error("WRONGTYPE x")]], [range], "WRONGTYPE ZRANGE " + list),
        ] as [(ListPageJob.Purpose, [[Answer]], [[String]], String)])
    func scores(
        _ purpose: ListPageJob.Purpose, _ answers: [[Answer]], _ sent: [[String]], _ error: String
    ) throws {
        let result = try page(purpose, answers)
        #expect(result.sent == sent && result.error == error)
        if error.isEmpty { #expect(result.outcome?.map(\.expiry) == [.never]) }
    }

    @Test("The cutoffs come first, and the last page is the one that is not full")
    func wholeList() throws {
        let job = TokenListJob(
            store: .offline(try Layout.native()), user: try Identifier("bob"))
        let cutoffs = ["TIME", "GET jwt:{bob}:cutoff", "GET jwt:cutoff"]
        let whole = try run(
            job,
            [
                [["1000000", "0"], "900000", .null], [["a", "2000000"]], [["{}"]],
                Self.state(.null, -2),
            ])
        #expect(whole.sent == [cutoffs, Self.range, Self.details, Self.states])
        #expect(whole.outcome?.time == 1_000_000 && whole.outcome?.cutoff == 900_000)
        #expect(whole.outcome?.tokens.map(\.isRevoked) == [false])

        let members = (0..<TokenStore.pageSize).flatMap { number in
            ["t\(number)", "2000000"].map { Reply.string(Array($0.utf8)) }
        }
        let full: [Answer] = [.reply(.array(members))]
        let nothing = [Reply](repeating: .null, count: TokenStore.pageSize)
        let paged = try run(
            job,
            [
                [["1000000", "0"], .null, .null], full, [.reply(.array(nothing))],
                [["1000000", "0"], .null]
                    + (0..<TokenStore.pageSize).flatMap { _ in [Answer.null, -2] },
                [["t0", "2000000", "late", "2000000"]], [.reply(.array([.null, .null]))],
                [["1000000", "0"], .null, .null, -2, .null, -2],
            ])
        #expect(paged.sent.count { $0 == Self.range } == 2)
        // What was on one of the last two pages is not told again.
        #expect(paged.outcome?.tokens.count == TokenStore.pageSize + 1)
        #expect(paged.outcome?.tokens.last?.id == (try Identifier("late")))
        #expect(try run(job, [[.uncertain]]).error == "broken")
    }

    // MARK: sessions

    private func sessions(
        _ preset: String, of user: String?, _ keys: [String], _ answers: [[Answer]] = [],
        _ detail: SessionScan.Detail = .names
    ) throws -> (sent: [[String]], outcome: SessionPage?, error: String) {
        let store = TokenStore.offline(try LayoutReader.preset(preset, variables: [:]))
        var scan = try #require(SessionScan(store, user: try user.map { try Identifier($0) }))
        scan.detail = detail
        return try run(
            SessionPageJob(scan, scan.search.allow.key, keys.map { Array($0.utf8) }), answers)
    }

    @Test("Keys that say everything are parsed, and not read")
    func namedKeys() throws {
        let keys = ["online_token:bob:u1", "online_token:bobby:u2", "elsewhere"]
        let own = try sessions("eladmin", of: "bob", keys)
        #expect(own.sent.isEmpty)
        #expect(own.outcome?.sessions.map(\.name) == [Array("u1".utf8)])
        let all = try sessions("eladmin", of: nil, keys)
        #expect(all.outcome?.sessions.map(\.user.description) == ["bob", "bobby"])
        // It may as well be the session 'y' of the user 'bob:x'.
        let unclear = try sessions("eladmin", of: "bob", ["online_token:bob:x:y"])
        #expect(unclear.outcome?.unreadable == 1)
    }

    @Test("The ends of the tokens are asked for on demand, with the clock")
    func ends() throws {
        let keys = ["u1", "u2", "u3"].map { "online_token:bob:" + $0 }
        let answers: [[Answer]] = [[["1000000", "0"], 60_001, -1, -2]]
        let result = try sessions("eladmin", of: "bob", keys, answers, .ends)
        #expect(result.sent == [["TIME"] + keys.map { "PTTL " + $0 }])
        #expect(result.outcome?.sessions.map(\.end) == [.at(1_000_061), .never, nil])
        #expect(try sessions("eladmin", of: "bob", [], [], .ends).sent.isEmpty)
    }

    @Test("Where the value names the user, it is read, and what cannot be read is counted")
    func values() throws {
        let keys = ["fastapi_users_token:a", "fastapi_users_token:b", "fastapi_users_token:c"]
        let own = try sessions("fastapi-users", of: "bob", keys, [["bob", "eve", .null]])
        #expect(own.sent == [keys.map { "GET " + $0 }])
        #expect(own.outcome?.sessions.map(\.name) == [Array("a".utf8)])
        #expect(own.outcome?.unreadable == 0)
        let empty = try sessions("fastapi-users", of: "bob", keys, [["", "bob", .null]])
        #expect(empty.outcome?.sessions.count == 1 && empty.outcome?.unreadable == 1)
        let refused = try sessions(
            "fastapi-users", of: "bob", keys, [["bob", .error("WRONGTYPE x"), .null]])
        #expect(refused.error == "WRONGTYPE GET fastapi_users_token:b")
        #expect(try sessions("fastapi-users", of: "bob", keys, [[.unsent]]).error == "broken")
    }
}
