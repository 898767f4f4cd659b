import Foundation
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("Logging a user out", .redis)
struct LogoutTests {
    @Test(
        "Every listed token is denied for its own life, then taken off",
        arguments: [0, 1, 3, 500, 1000, 1203])
    func everything(count: Int) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", count, iat: now - 5, exp: now + 100)
        try sandbox.fill("bob", 1, iat: now - 5, exp: now + 100)
        let bob = try sandbox.snapshot().filter { $0.key.starts(with: "jwt:{bob}".utf8) }
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: -2,
            entry: DenyEntry(reason: "left", actor: "root"))
        #expect(result.revoked == count)
        #expect(result.alreadyRevoked == 0)
        #expect(result.kept == 0)
        #expect(result.isComplete)
        let cutoff = try #require(result.cutoff)
        #expect(try sandbox.server.cli("GET", "jwt:{ann}:cutoff") == "\(cutoff)")
        #expect(try sandbox.server.cli("TTL", "jwt:{ann}:cutoff") == "-1")
        #expect(try sandbox.integer("EXISTS", "jwt:{ann}:tokens", "jwt:{ann}:meta") == 0)
        #expect(try sandbox.integer("DBSIZE") == Int64(count + 4))
        for number in 0..<count {
            let key = Argument.text("jwt:deny:t\(number)")
            #expect(try sandbox.end(key) == now + 160)
        }
        if count > 0 {
            let entry = try sandbox.server.cli("GET", "jwt:deny:t0")
            #expect(entry.hasPrefix(#"{"why":"left","by":"root","at":"#))
        }
        #expect(try sandbox.snapshot().filter { $0.key.starts(with: "jwt:{bob}".utf8) } == bob)

        let again = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry())
        #expect(again.revoked == 0)
        #expect(again.isComplete)
    }

    @Test("A denied token can be restored to its user's list after a logout")
    func entryNamesUser() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 1, iat: now - 5, exp: now + 100)
        _ = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry())
        #expect(try sandbox.state("t0", nil).denial?.entry.user == Identifier("ann"))
    }

    @Test(
        "What was listed when it began goes, whatever its iat says, and so does what has no details"
    )
    func everythingListed() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.record("old", "ann", iat: now - 50, exp: .at(now + 100))
        _ = try sandbox.record("bare", "ann", iat: nil, exp: .at(now + 100))
        _ = try sandbox.record("late", "ann", iat: now + 30, exp: .at(now + 100))
        _ = try sandbox.revoke("dead", exp: .at(now + 100))
        try sandbox.raw(
            "ZADD", "jwt:{ann}:tokens", .integer(now + 100), "lost", .integer(now + 100), "junk",
            .integer(now + 100), "dead")
        try sandbox.raw("HSET", "jwt:{ann}:meta", "junk", "{\"iat\":")
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry())
        #expect(result.revoked == 5)
        #expect(result.alreadyRevoked == 1)
        #expect(result.kept == 0)
        #expect(try sandbox.integer("EXISTS", "jwt:{ann}:tokens", "jwt:{ann}:meta") == 0)
        for id in ["old", "bare", "late", "lost", "junk", "dead"] {
            #expect(try sandbox.state(id, nil).denial != nil, "\(id)")
        }
        // Tokens of that issuer that nobody recorded outlive the cutoff.
        #expect(!result.isComplete)
        #expect((28...30).contains(result.issuerLead), "\(result.issuerLead)")
        let again = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: 31, entry: DenyEntry())
        #expect(again.isComplete && again.issuerLead == 0)
    }

    @Test("A skew that reaches the issuer's clock leaves nothing out")
    func skewed() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.record("fast", "ann", iat: now + 2, exp: .at(now + 100))
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: 3, entry: DenyEntry())
        #expect(result.revoked == 1 && result.isComplete && result.issuerLead == 0)
    }

    @Test("A login that follows the cutoff is kept, although it comes before the end")
    func later() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 600, iat: now - 50, exp: now + 100)
        let login = TokenRecord(
            id: try Identifier("late"), user: try Identifier("ann"), issuedAt: now,
            expiry: .at(now + 99), label: nil)
        let application = sandbox.another()
        var outcome: Result<RecordOutcome, any Error>?
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry()
        ) { _ in
            // Behind the first page; the cutoff is two seconds back.
            outcome = outcome ?? Result { try application.record(login) }
        }
        #expect(try outcome?.get() == .recorded)
        #expect(result.revoked == 600 && result.kept == 1 && result.isComplete)
        #expect(try sandbox.server.cli("ZRANGE", "jwt:{ann}:tokens", "0", "-1") == "late")
        #expect(try sandbox.state("late", nil).denial == nil)
    }

    @Test("A cutoff outlives the tokens that it revokes, those of a clock ahead too")
    func life() throws {
        let sandbox = try StoreSandbox(maximumLifetime: 5, margin: 0)
        _ = try sandbox.store.logOut(
            try Identifier("ann"), scope: .everything, skew: 2, entry: DenyEntry())
        // Just after the cutoff has passed: a token of its last second lives for another 5 s.
        #expect(try sandbox.integer("PTTL", "jwt:{ann}:cutoff") > 3000)
    }

    @Test("Kept tokens on many pages hide none that has to go")
    func keptPages() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 1203, iat: now + 30, exp: now + 100)
        for number in stride(from: 0, to: 1203, by: 3) {
            try sandbox.raw(
                "HSET", "jwt:{ann}:meta", .text("t\(number)"), .text("{\"iat\":\(now - 9)}"))
        }
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .issuedBefore(now), entry: DenyEntry())
        #expect(result.revoked == 401)
        #expect(result.kept == 802)
        #expect(try sandbox.integer("ZCARD", "jwt:{ann}:tokens") == 802)
        #expect(try sandbox.integer("HLEN", "jwt:{ann}:meta") == 802)
    }

    @Test(
        "One session can be spared: the cutoff stays below it, and the result is not complete",
        arguments: [true, false])
    func allBut(isIssueKnown: Bool) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        for (id, age) in [("a", 50), ("mine", 20), ("b", 5)] {
            _ = try sandbox.record(id, "ann", iat: now - Int64(age), exp: .at(now + 100))
        }
        let mine = try Identifier("mine")
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .allBut(mine, issuedAt: isIssueKnown ? now - 20 : nil),
            entry: DenyEntry())
        #expect(result.revoked == 2)
        #expect(result.kept == 1)
        #expect(result.cutoff == (isIssueKnown ? now - 21 : nil))
        #expect(!result.isComplete)
        #expect(try sandbox.integer("EXISTS", "jwt:{ann}:cutoff") == (isIssueKnown ? 1 : 0))
        let state = try sandbox.state("mine", "ann")
        #expect(state.denial == nil)
        #expect(state.judgeCutoff(.at(Double(now - 20))) == .passes)
        #expect(state.listing == .listed(.at(now + 100)))
    }

    @Test("Tokens issued before a time go, those issued at it stay")
    func issuedBefore() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        for age: Int64 in [31, 30, 29] {
            _ = try sandbox.record("t\(age)", "ann", iat: now - age, exp: .at(now + 100))
        }
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .issuedBefore(now - 30), entry: DenyEntry())
        #expect(result.revoked == 1)
        #expect(result.kept == 2)
        #expect(result.cutoff == now - 31)
        #expect(result.isComplete)
        #expect(try sandbox.state("t31", nil).denial != nil)
        #expect(try sandbox.state("t30", nil).denial == nil)
    }

    @Test("A cutoff only rises, whoever wrote it", arguments: [Int64](arrayLiteral: -5, 40, 86_400))
    func rises(ahead: Int64) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.raw("SET", "jwt:{ann}:cutoff", .integer(now + ahead))
        try sandbox.raw("SET", "jwt:cutoff", .integer(now + ahead))
        let start = Date()
        let result = try sandbox.store.logOut(
            try Identifier("ann"), scope: .issuedBefore(now - 100), entry: DenyEntry())
        #expect(result.cutoff == now + ahead)
        #expect(try sandbox.store.logOutEveryone(issuedBefore: now - 100) == now + ahead)
        #expect(try sandbox.server.cli("GET", "jwt:{ann}:cutoff") == "\(now + ahead)")
        #expect(-start.timeIntervalSinceNow < 10, "somebody else's future is not waited for")
    }

    @Test("With a maximum lifetime a cutoff outlives every token, and is never shortened")
    func lifetime() throws {
        let sandbox = try StoreSandbox(maximumLifetime: 1000)
        let key: Argument = "jwt:{ann}:cutoff"
        let ann = try Identifier("ann")
        func logOut(_ store: TokenStore) throws -> Int64 {
            _ = try store.logOut(ann, scope: .everything, skew: -2, entry: DenyEntry())
            return try sandbox.integer("TTL", key)
        }
        #expect((1058...1060).contains(try logOut(sandbox.store)))
        #expect((1058...1060).contains(try logOut(sandbox.another(maximumLifetime: 10))))
        let now = try sandbox.now()
        try sandbox.fill("ann", 1, iat: now - 5, exp: now + 5000)
        #expect((5058...5060).contains(try logOut(sandbox.store)))
        #expect((5055...5060).contains(try logOut(sandbox.store)))
        try sandbox.raw("ZADD", "jwt:{ann}:tokens", "+inf", "endless")
        #expect(try logOut(sandbox.store) == -1)
        #expect(try logOut(sandbox.store) == -1)
        _ = try sandbox.store.logOutEveryone(skew: -2)
        #expect((1058...1060).contains(try sandbox.integer("TTL", "jwt:cutoff")))
        _ = try sandbox.another().logOutEveryone(skew: -2)
        #expect(try sandbox.integer("TTL", "jwt:cutoff") == -1)
    }

    @Test("It returns when Redis' clock has passed the cutoff, so that the next login lives")
    func nextLogin() throws {
        let sandbox = try StoreSandbox()
        let ann = try Identifier("ann")
        for skew: Int64 in [0, 1] {
            let result = try sandbox.store.logOut(
                ann, scope: .everything, skew: skew, entry: DenyEntry())
            let now = try sandbox.now()
            #expect(now > result.cutoff ?? .max)
            #expect(
                try sandbox.record("t\(skew)", "ann", iat: now, exp: .at(now + 100)) == .recorded)
            let state = try sandbox.state("t\(skew)", "ann")
            #expect(state.judgeCutoff(.at(Double(now))) == .passes)
            #expect(state.denial == nil)
        }
        let cutoff = try sandbox.store.logOutEveryone()
        #expect(try sandbox.now() > cutoff)
        #expect(try sandbox.server.cli("GET", "jwt:cutoff") == "\(cutoff)")
    }

    @Test(
        "Broken off at any command, it leaves nothing off the list undenied, and a second run finishes"
    )
    func interrupted() throws {
        let sandbox = try StoreSandbox()
        let ann = try Identifier("ann")
        var finished = false
        for step in 0..<200 where !finished {
            try sandbox.raw("FLUSHALL")
            let now = try sandbox.now()
            try sandbox.fill("ann", 3, iat: now - 50, exp: now + 500)
            let client = StoreSandbox.client(sandbox.server.socketPath)
            let store = StoreSandbox.store(client)
            _ = try store.time()
            // Even steps die before a command is sent, odd ones before a reply is seen.
            var commands = 0
            var replies = 0
            let observer = sandbox.observer
            client.trace = { event in
                switch event {
                case .command:
                    commands += 1
                    if step % 2 == 1 || commands != step / 2 + 1 { return }
                case .reply:
                    replies += 1
                    if step % 2 == 0 || replies != step / 2 + 1 { return }
                case .connected, .node, .lost: return
                }
                _ = try? observer.call(Command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
            }
            finished =
                (try? store.logOut(ann, scope: .everything, skew: -2, entry: DenyEntry())) != nil
            client.trace = nil
            let look = sandbox.another()
            let queries = try (0..<3).map {
                StateQuery(id: try Identifier("t\($0)"), user: ann)
            }
            let cutoff = try look.states(of: queries)[0].cutoff
            for state in try look.states(of: queries) {
                if state.listing == .notListed {
                    #expect(state.denial != nil, "step \(step)")
                }
                if state.denial != nil { #expect(cutoff != nil, "step \(step)") }
            }
            let second = try look.logOut(ann, scope: .everything, skew: -2, entry: DenyEntry())
            #expect(second.isComplete)
            let denied = try look.states(of: queries).map { $0.denial != nil }
            #expect(denied == [true, true, true], "step \(step)")
            #expect(try sandbox.integer("EXISTS", "jwt:{ann}:tokens", "jwt:{ann}:meta") == 0)
            if finished { #expect(step > 20, "the steps were gone through") }
        }
        #expect(finished)
    }

    @Test("An interruption tells what was done until then")
    func interruption() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 1203, iat: now - 5, exp: now + 100)
        let observer = sandbox.observer
        let failure = #expect(throws: LogoutInterruption.self) {
            try sandbox.store.logOut(
                try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry()
            ) { _ in
                _ = try? observer.call(Command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
            }
        }
        #expect(failure?.result.revoked == 500)
        #expect(failure?.result.cutoff != nil)
        #expect(failure?.result.isComplete == false)
        #expect(try sandbox.integer("ZCARD", "jwt:{ann}:tokens") == 703)
    }

    @Test("A login that races with logouts lives exactly when its iat is past the cutoff")
    func race() throws {
        let sandbox = try StoreSandbox()
        let ann = try Identifier("ann")
        let path = sandbox.server.socketPath
        let stop = Box(false)
        let logins = Box<[(id: Identifier, iat: Int64)]>([])
        let ended = Box(false)
        Thread.detachNewThread {
            let store = StoreSandbox.store(StoreSandbox.client(path))
            var number = 0
            while !stop.current {
                number += 1
                guard let id = try? Identifier("r\(number)"), let iat = try? store.time(),
                    let outcome = try? store.record(
                        TokenRecord(id: id, user: ann, issuedAt: iat, expiry: .at(iat + 900)))
                else { break }
                if outcome == .recorded { logins.update { $0.append((id, iat)) } }
            }
            ended.update { $0 = true }
        }
        for round in 1...2 {
            #expect(try poll { logins.current.count >= round * 5 })
            #expect(
                try sandbox.store.logOut(ann, scope: .everything, entry: DenyEntry()).isComplete)
        }
        stop.update { $0 = true }
        #expect(try poll { ended.current })
        let all = logins.current
        let states = try sandbox.store.states(of: all.map { StateQuery(id: $0.id, user: ann) })
        var dead = 0
        for (login, state) in zip(all, states) {
            if state.judgeCutoff(.at(Double(login.iat))) == .passes {
                #expect(state.denial == nil)
                #expect(state.listing == .listed(.at(login.iat + 900)))
            } else {
                dead += 1
                #expect(state.listing == .notListed)
                #expect(state.denial != nil)
            }
        }
        #expect(dead > 0)
    }

    @Test("A foreign type under the list ends it after the cutoff stands, and names the list")
    func foreignList() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("SADD", "jwt:{ann}:tokens", "mine")
        let failure = #expect(throws: LogoutInterruption.self) {
            try sandbox.store.logOut(
                try Identifier("ann"), scope: .everything, skew: -2, entry: DenyEntry())
        }
        guard case .store(.refused(_, _, let key)) = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(key == Array("jwt:{ann}:tokens".utf8))
        #expect(failure?.result.cutoff != nil)
        #expect(try sandbox.server.cli("SMEMBERS", "jwt:{ann}:tokens") == "mine")
    }
}
