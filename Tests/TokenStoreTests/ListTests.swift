import Foundation
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("Lists and pruning", .redis)
struct ListTests {
    func users(_ store: TokenStore) throws -> [ListedUser] {
        var result: [ListedUser] = []
        try store.forEachUser {
            result += $0
            return true
        }
        return result.sorted { $0.user.bytes.lexicographicallyPrecedes($1.user.bytes) }
    }

    func denials(_ store: TokenStore) throws -> [Identifier: ListedDenial] {
        var result: [Identifier: ListedDenial] = [:]
        try store.forEachDenial {
            for item in $0 { result[item.id] = item }
            return true
        }
        return result
    }

    static let patternCases: [(pattern: String, found: Set<String>)] = [
        ("*", ["ann", "a*n", "a?n", "a[n]n", "anna", "\\an", "än", "a%2A"]),
        ("ann", ["ann"]), ("ann*", ["ann", "anna"]),
        ("*n", ["ann", "a*n", "a?n", "a[n]n", "\\an", "än"]),
        ("a*n", ["ann", "a*n", "a?n", "a[n]n"]), ("a*n*a", ["anna"]), ("*nn*", ["ann", "anna"]),
        ("a?n", ["a?n"]), ("a[n]n", ["a[n]n"]), ("\\*", ["\\an"]), ("ä*", ["än"]),
        // An escape in a key is one character, of which no part is matched.
        ("*2A", ["a%2A"]), ("a%*", ["a%2A"]),
        ("**", ["ann", "a*n", "a?n", "a[n]n", "anna", "\\an", "än", "a%2A"]),
        ("", []), ("nobody*", []),
    ]

    @Test("A pattern has one wildcard and finds ids, not keys", arguments: patternCases)
    func patterns(_ pattern: String, _ found: Set<String>) throws {
        let sandbox = try StoreSandbox()
        let all = Self.patternCases[0].found
        for name in all {
            let id = try Identifier(name)
            _ = try sandbox.store.record(
                TokenRecord(id: id, user: id, issuedAt: nil, expiry: .never))
            _ = sandbox.store.revoke([Revocation(id: id, user: nil, expiry: .never)], entry: nil)
        }
        var users: Set<String> = []
        try sandbox.store.forEachUser(.init(like: IdentifierPattern(Array(pattern.utf8)))) { page in
            users.formUnion(page.map(\.user.description))
            return true
        }
        #expect(users == found)
        var denied: Set<String> = []
        try sandbox.store.forEachDenial(like: IdentifierPattern(Array(pattern.utf8))) { page in
            denied.formUnion(page.map(\.id.description))
            return true
        }
        #expect(denied == found)
    }

    @Test("A search for users ends after the page at which it is told to")
    func someUsers() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw(
            "EVAL",
            "for i = 1, 9000 do redis.call('ZADD', 'jwt:{u' .. i .. '}:tokens', 4102444800, i) end",
            "0")
        var found: Set<Identifier> = []
        var pages = 0
        let goesOn: (Int) -> Bool = {
            pages = $0
            return $0 < 2
        }
        try sandbox.store.forEachUser(UserQuery(while: goesOn)) { page in
            found.formUnion(page.map(\.user))
            return true
        }
        #expect(pages >= 2 && (1..<9000).contains(found.count), "\(pages), \(found.count)")
        #expect(Set(try users(sandbox.store).map(\.user)).count == 9000)
    }

    @Test("A list of several pages comes whole, soonest expiry first, with details and denials")
    func tokens() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 1203, iat: now - 5, exp: now + 100)
        _ = try sandbox.record("soon", "ann", iat: now - 1, exp: .at(now + 50), label: "phone")
        _ = try sandbox.record("endless", "ann", iat: nil, exp: .never)
        try sandbox.raw("SET", "jwt:deny:t7", "1")
        try sandbox.raw("SET", "jwt:{ann}:cutoff", .integer(now - 20))
        try sandbox.raw("SET", "jwt:cutoff", .integer(now - 10))
        let list = try sandbox.store.tokens(of: try Identifier("ann"))
        #expect(list.tokens.count == 1205)
        #expect(Set(list.tokens.map(\.id)).count == 1205)
        let first = try #require(list.tokens.first)
        #expect(first.label == "phone")
        #expect(first.issuedAt == now - 1)
        #expect(first.expiry == .at(now + 50))
        #expect(list.tokens.last?.expiry == .never)
        #expect(list.tokens.last?.issuedAt == nil)
        #expect(list.tokens.filter(\.isRevoked).map(\.id.description) == ["t7"])
        #expect(list.userCutoff == now - 20)
        #expect(list.globalCutoff == now - 10)
        #expect(list.cutoff == now - 10)
        #expect(try sandbox.store.tokens(of: try Identifier("nobody")).tokens == [])
    }

    @Test("Users of any name are listed, and keys that only look alike are not")
    func hostileUsers() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let names = try Hostile.ids.map { try Identifier($0) }
        for user in names {
            let token = TokenRecord(
                id: try Identifier("t"), user: user, issuedAt: now, expiry: .at(now + 100))
            #expect(try sandbox.store.record(token) == .recorded)
        }
        try sandbox.raw("SET", "jwt:{bob}:cutoff", .integer(now - 9))
        try sandbox.raw("ZADD", "jwt:{bob}:tokens", .integer(now - 9), "over")
        for key in [
            "jwt:{a}b:tokens", "jwt:{%41}:tokens", "jwt:{}:tokens", "jwt:{a}:tokens:x",
            "ajwt:{a}:tokens", "jwt:{a}}:tokens", "jwtx{a}:tokens", "jwt:{%2a}:tokens",
        ] {
            try sandbox.raw("ZADD", .text(key), "1", "x")
        }
        try sandbox.raw("SADD", "jwt:{set}:tokens", "x")
        let before = try sandbox.snapshot()
        let found = try users(sandbox.store)
        #expect(Set(found.map(\.user)) == Set(names))
        #expect(found.allSatisfy { $0.tokenCount == 1 && $0.latestExpiry == .at(now + 100) })
        let bob = try Identifier("bob")
        for user in found { #expect(user.cutoff == (user.user == bob ? now - 9 : nil)) }

        let pruned = try sandbox.store.prune(dryRun: false)
        #expect(pruned.users == names.count)
        #expect(pruned.removed == 1)
        #expect(try sandbox.changes(since: before) == ["jwt:{bob}:tokens"])
    }

    @Test("Denials are listed with their ends, and keys of another kind are not")
    func denials() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        for bytes in Hostile.ids {
            let item = Revocation(id: try Identifier(bytes), user: nil, expiry: .at(now + 100))
            #expect(sandbox.store.revoke([item], entry: nil).outcomes == [.revoked])
        }
        _ = try sandbox.revoke("forever", exp: .never, entry: DenyEntry(reason: "why"))
        for key in ["jwt:deny:a:b", "jwt:deny:%41", "jwt:deny:", "xjwt:deny:a", "jwt:denyx"] {
            try sandbox.raw("SET", .text(key), "1")
        }
        let found = try denials(sandbox.store)
        #expect(found.count == Set(Hostile.ids).count + 1)
        for (id, item) in found {
            if id.description == "forever" {
                #expect(item.denial.timeToLive == nil)
                #expect(item.expiry == .never)
                #expect(item.denial.entry.reason == "why")
            } else {
                #expect(item.expiry == .at(now + 100))
                #expect((150...160).contains(item.denial.timeToLive ?? 0))
            }
        }
    }

    @Test("A foreign type among the denials does not end the list")
    func foreignDenial() throws {
        let sandbox = try StoreSandbox()
        _ = try sandbox.revoke("a", exp: .never)
        try sandbox.raw("LPUSH", "jwt:deny:b", "x")
        #expect(try denials(sandbox.store).keys.map(\.description) == ["a"])
    }

    @Test("All pages come, and the reader can stop after any")
    func pages() throws {
        let sandbox = try StoreSandbox()
        let items = try (0..<5000).map {
            Revocation(id: try Identifier("j\($0)"), user: nil, expiry: .never)
        }
        #expect(sandbox.store.revoke(items, entry: nil).failure == nil)
        #expect(try denials(sandbox.store).count == 5000)
        var pages = 0
        try sandbox.store.forEachDenial { _ in
            pages += 1
            return false
        }
        #expect(pages == 1)
    }

    @Test("Tokens that stay are listed once while others come and go")
    func churn() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 1100, iat: now - 5, exp: now + 500)
        let path = sandbox.server.socketPath
        let stop = Box(false)
        let ended = Box(false)
        Thread.detachNewThread {
            let client = StoreSandbox.client(path)
            while !stop.current {
                for verb in ["ZADD", "ZREM"] {
                    _ = try? client.pipeline(
                        (0..<50).map { number in
                            Command(
                                arguments: [.text(verb), "jwt:{ann}:tokens"]
                                    + (verb == "ZADD" ? [.integer(now + 900)] : [])
                                    + [.text("x\(number)")])
                        })
                }
            }
            ended.update { $0 = true }
        }
        for _ in 0..<20 {
            let ids = try sandbox.store.tokens(of: try Identifier("ann")).tokens.map(
                \.id.description)
            #expect(Set(ids).count == ids.count)
            #expect(ids.count { $0.hasPrefix("t") } == 1100)
        }
        stop.update { $0 = true }
        #expect(try poll { ended.current })
    }

    @Test(
        "Pruning removes only what has expired, in lists of any length, and mends their life",
        arguments: [true, false])
    func prune(dryRun: Bool) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.fill("ann", 3, iat: now - 5, exp: now + 100)
        _ = try sandbox.revoke("dead", exp: .at(now + 100))
        try sandbox.raw("SET", "jwt:{ann}:cutoff", "5")
        try sandbox.raw("SET", "jwt:cutoff", "5")
        for number in 0..<1203 {
            try sandbox.raw("ZADD", "jwt:{ann}:tokens", .integer(now - 5), .text("x\(number)"))
            try sandbox.raw("HSET", "jwt:{ann}:meta", .text("x\(number)"), "{}")
        }
        try sandbox.raw("ZADD", "jwt:{over}:tokens", .integer(now - 5), "x")
        try sandbox.raw("PERSIST", "jwt:{ann}:tokens")
        try sandbox.raw("ZADD", "jwt:{endless}:tokens", "+inf", "x")
        try sandbox.raw("EXPIRE", "jwt:{endless}:tokens", 100)
        let before = try sandbox.snapshot()
        let result = try sandbox.store.prune(dryRun: dryRun)
        #expect(result.users == 3)
        #expect(result.removed == 1204)
        #expect(result.mended == 3)
        guard !dryRun else {
            #expect(try sandbox.changes(since: before) == [])
            return
        }
        #expect(
            try sandbox.changes(since: before) == [
                "jwt:{ann}:tokens", "jwt:{ann}:meta", "jwt:{over}:tokens", "jwt:{endless}:tokens",
            ])
        #expect(try sandbox.integer("ZCARD", "jwt:{ann}:tokens") == 3)
        #expect(try sandbox.integer("HLEN", "jwt:{ann}:meta") == 3)
        #expect(try sandbox.end("jwt:{ann}:tokens") == now + 160)
        #expect(try sandbox.integer("TTL", "jwt:{endless}:tokens") == -1)
        #expect(try sandbox.integer("EXISTS", "jwt:{over}:tokens") == 0)
        #expect(try sandbox.store.prune(dryRun: false).removed == 0)
    }
}
