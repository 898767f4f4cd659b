import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("Recording tokens", .redis)
struct RecordTests {
    @Test("A recorded token lies where the layout says, as redis-cli shows it")
    func layout() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        #expect(
            try sandbox.record("j1", "ann", iat: now, exp: .at(now + 100), label: "a \"b\"")
                == .recorded)
        #expect(try sandbox.record("j2", "ann", iat: nil, exp: .at(now + 50)) == .recorded)
        #expect(
            try sandbox.server.cli("ZRANGE", "jwt:{ann}:tokens", "0", "-1", "WITHSCORES")
                == "j2\n\(now + 50)\nj1\n\(now + 100)")
        #expect(
            try sandbox.server.cli("HGET", "jwt:{ann}:meta", "j1")
                == #"{"iat":\#(now),"label":"a \"b\""}"#)
        #expect(try sandbox.server.cli("HGET", "jwt:{ann}:meta", "j2") == "{}")
        #expect(try sandbox.integer("DBSIZE") == 2)
        for key in ["jwt:{ann}:tokens", "jwt:{ann}:meta"] {
            #expect(try sandbox.end(key) == now + 160)
        }
    }

    @Test("A list with an endless token does not expire, and does again once that has gone")
    func endless() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.record("j1", "ann", iat: now, exp: .at(now + 100))
        _ = try sandbox.record("j2", "ann", iat: now, exp: .never)
        #expect(try sandbox.server.cli("ZSCORE", "jwt:{ann}:tokens", "j2") == "inf")
        for key in ["jwt:{ann}:tokens", "jwt:{ann}:meta"] {
            #expect(try sandbox.server.cli("TTL", key) == "-1")
        }
        #expect(try sandbox.revoke("j2", "ann", exp: .never) == .revoked)
        for key in ["jwt:{ann}:tokens", "jwt:{ann}:meta"] {
            #expect(try sandbox.end(key) == now + 160)
        }
        #expect(try sandbox.revoke("j1", "ann", exp: .at(now + 100)) == .revoked)
        #expect(try sandbox.server.cli("EXISTS", "jwt:{ann}:tokens", "jwt:{ann}:meta") == "0")
    }

    @Test(
        "The end of time is the year 9999",
        arguments: [253_402_300_799, 253_402_300_800, 9e15, 1e300, .infinity, .nan])
    func latest(exp: Double) throws {
        let sandbox = try StoreSandbox()
        let expiry = Expiry(numericDate: exp)
        #expect(try sandbox.record("j", "ann", iat: 1, exp: expiry) == .recorded)
        #expect(try sandbox.revoke("j", exp: expiry) == .revoked)
        #expect(try sandbox.server.cli("ZSCORE", "jwt:{ann}:tokens", "j") == "253402300799")
        #expect(try sandbox.end("jwt:deny:j") == 253_402_300_799)
    }

    @Test(
        "A foreign score beyond all time does not keep a token from being recorded whole",
        arguments: ["1e300", "9223372036854775807"])
    func foreignScore(score: String) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.raw("ZADD", "jwt:{ann}:tokens", .text(score), "x")
        #expect(try sandbox.record("j", "ann", iat: now, exp: .at(now + 100)) == .recorded)
        #expect(try sandbox.end("jwt:{ann}:tokens") > now + 1_000_000)
    }

    @Test("What may not be recorded writes nothing")
    func refusals() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.record("twice", "ann", iat: now, exp: .at(now + 100))
        _ = try sandbox.revoke("dead", exp: .at(now + 100))
        try sandbox.raw("SET", "jwt:{cut}:cutoff", .integer(now - 10))
        let before = try sandbox.snapshot()
        let cases: [(String, String, Int64?, Expiry, RecordOutcome)] = [
            ("twice", "ann", now, .at(now + 500), .alreadyRecorded),
            ("dead", "ann", now, .at(now + 500), .alreadyRevoked),
            ("x", "cut", now - 10, .at(now + 500), .cutOff(now - 10)),
            ("x", "cut", now - 11, .never, .cutOff(now - 10)),
            ("x", "cut", nil, .at(now + 500), .cutOff(now - 10)),
            ("x", "cut", now + 90, .at(now + 500), .cutOff(now - 10)),
            ("x", "ann", now - 5, .at(now), .expired),
            ("x", "ann", now - 5, .at(0), .expired),
        ]
        for (id, user, iat, exp, outcome) in cases {
            #expect(try sandbox.record(id, user, iat: iat, exp: exp) == outcome)
            #expect(try sandbox.changes(since: before) == [], "\(outcome)")
        }
        #expect(try sandbox.record("x", "cut", iat: now - 9, exp: .at(now + 500)) == .recorded)
        #expect(try sandbox.record("y", "cut", iat: now + 50, exp: .at(now + 500)) == .recorded)

        try sandbox.raw("SET", "jwt:cutoff", .integer(now - 3))
        let later = try sandbox.snapshot()
        #expect(
            try sandbox.record("z", "cut", iat: now - 9, exp: .at(now + 500)) == .cutOff(now - 3))
        #expect(try sandbox.record("z", "new", iat: nil, exp: .at(now + 500)) == .cutOff(now - 3))
        #expect(try sandbox.changes(since: later) == [])
        #expect(try sandbox.record("z", "new", iat: now - 2, exp: .at(now + 500)) == .recorded)
    }

    @Test("Recording, and taking off, removes what has expired, details included")
    func sweeping() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        func addExpired() throws {
            try sandbox.raw(
                "ZADD", "jwt:{ann}:tokens", .integer(now - 5), "old", .integer(now), "older")
            try sandbox.raw("HSET", "jwt:{ann}:meta", "old", "{}", "older", "{}")
        }
        try addExpired()
        #expect(try sandbox.record("a", "ann", iat: now, exp: .at(now + 100)) == .recorded)
        #expect(try sandbox.record("b", "ann", iat: now, exp: .at(now + 100)) == .recorded)
        #expect(try sandbox.server.cli("ZRANGE", "jwt:{ann}:tokens", "0", "-1") == "a\nb")
        #expect(try sandbox.server.cli("HKEYS", "jwt:{ann}:meta") == "a\nb")
        try addExpired()
        #expect(try sandbox.revoke("a", "ann", exp: .at(now + 100)) == .revoked)
        #expect(try sandbox.server.cli("ZRANGE", "jwt:{ann}:tokens", "0", "-1") == "b")
        #expect(try sandbox.server.cli("HKEYS", "jwt:{ann}:meta") == "b")
    }

    @Test(
        "A foreign type under any key is an error that names it, and nothing changes",
        arguments: ["tokens", "meta", "cutoff"])
    func foreignTypes(kind: String) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 2, iat: now - 5, exp: now + 100)
        try sandbox.raw("ZADD", "jwt:{ann}:tokens", .integer(now - 5), "old")
        let key = "jwt:{ann}:\(kind)"
        try sandbox.raw("DEL", .text(key))
        try sandbox.raw("SADD", .text(key), "mine")
        let before = try sandbox.snapshot()
        var message = "no error"
        do {
            message = "\(try sandbox.record("x", "ann", iat: now, exp: .at(now + 100)))"
        } catch let error as StoreError {
            switch error {
            case .corrupt(let named): message = String(decoding: named, as: UTF8.self)
            case .refused(_, _, let named):
                message = String(decoding: named ?? [], as: UTF8.self)
            case .redis, .unnamed, .digest, .otherUnit: message = "\(error)"
            }
        }
        #expect(message == key)
        #expect(try sandbox.changes(since: before) == [])
    }

    @Test(
        "A cutoff that is no number is an error that names its key, never a pass",
        arguments: ["", "x", "nan", "inf", "1e300", "0x10", "1.5", " 7", "99999999999999999999999"])
    func corruptCutoff(value: String) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let ann = try Identifier("ann")
        let key = try sandbox.layout.nativeKeys(of: ann).cutoff
        try sandbox.raw("SET", .bytes(key), .text(value))
        let before = try sandbox.snapshot()
        #expect(throws: StoreError.corrupt(key: key)) {
            try sandbox.record("j", "ann", iat: now, exp: .at(now + 100))
        }
        #expect(throws: StoreError.corrupt(key: key)) { try sandbox.state("j", "ann") }
        let failure = #expect(throws: LogoutInterruption.self) {
            try sandbox.store.logOut(ann, scope: .everything, skew: -2, entry: DenyEntry())
        }
        #expect(failure?.cause == .store(.corrupt(key: key)))
        #expect(try sandbox.changes(since: before) == [])

        try sandbox.raw("RENAME", .bytes(key), "jwt:cutoff")
        let global = StoreError.corrupt(key: Array("jwt:cutoff".utf8))
        #expect(throws: global) { try sandbox.record("j", "ann", iat: now, exp: .at(now + 100)) }
        #expect(throws: global) { try sandbox.state("j", nil) }
        #expect(throws: global) { try sandbox.store.logOutEveryone(skew: -2) }
        #expect(try sandbox.server.cli("GET", "jwt:cutoff") == value)
    }

    @Test("Of many tokens each has its own outcome, in order")
    func batch() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        #expect(try sandbox.record("old", "ann", iat: now, exp: .at(now + 100)) == .recorded)
        _ = try sandbox.revoke("dead", exp: .at(now + 100))
        try sandbox.raw("SET", "jwt:{bob}:cutoff", .integer(now))
        let records = try [
            ("a", "ann", 100), ("old", "ann", 100), ("dead", "ann", 100), ("b", "bob", 100),
            ("c", "ann", -1), ("d", "cid", 100),
        ].map { id, user, life in
            TokenRecord(
                id: try Identifier(id), user: try Identifier(user), issuedAt: now,
                expiry: .at(now + Int64(life)))
        }
        let batch = sandbox.store.record(records)
        #expect(batch.failure == nil)
        #expect(
            batch.outcomes == [
                .recorded, .alreadyRecorded, .alreadyRevoked, .cutOff(now), .expired, .recorded,
            ])
        #expect(sandbox.store.record([]).outcomes.isEmpty)
    }

    @Test("A fault of one token leaves the others recorded, and known to be")
    func batchFault() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.raw("SET", "jwt:{bob}:tokens", "text")
        let records = try ["ann", "bob", "cid"].map { user in
            TokenRecord(
                id: try Identifier("of-" + user), user: try Identifier(user), issuedAt: now,
                expiry: .at(now + 100))
        }
        let batch = sandbox.store.record(records)
        #expect(batch.failure == .corrupt(key: Array("jwt:{bob}:tokens".utf8)))
        #expect(batch.outcomes == [.recorded, nil, .recorded])
        #expect(batch.uncertainCount == 0)
        #expect(try sandbox.integer("ZCARD", "jwt:{cid}:tokens") == 1)
    }
}
