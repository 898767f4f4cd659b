import Foundation
import JSON
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("Tokens that have a key of their own", .redis)
struct SessionTests {
    /// Names that have been taken for one another elsewhere.
    static let neighbours = [
        "bobby", "bob*", "b?b", "bob:x", "x:bob", "[b]ob", "bob++1", "bob::x", "x::bob", "bo",
        "bob_refresh_x", "\\bob", "bo\u{301}b", "BOB", "b",
    ]

    /// Applications that write a user's name and an id side by side, neither of them encoded.
    static let ambiguous: Set = ["eladmin", "jwt-redis-allow", "jwt-sessions", "redis-jwt"]

    @Test(
        "logout-all ends all of a user's sessions, and nobody else's",
        arguments: SessionApplication.all, [0, 1, 3])
    func everything(_ application: SessionApplication, count: Int) throws {
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        let neighbours = Self.neighbours
        for name in neighbours { try sandbox.logIn(application, name, 2) }
        _ = try sandbox.observer.pipeline(application.decoys("bob") + application.decoys("bobby"))
        let before = try sandbox.texts()
        let ids = try sandbox.logIn(application, "bob", count)
        let bob = try Identifier("bob")
        let listed = try store.tokens(of: bob).tokens
        #expect(Set(listed.map(\.id.description)) == Set(ids))
        #expect(listed.allSatisfy { !$0.isRevoked })

        let result = try store.logOut(bob, scope: .everything, entry: DenyEntry())
        #expect(result.revoked == count)
        #expect(result.cutoff == nil)
        // `bob:x` is there, whose keys may as well be those of `bob`.
        let isCertain = !Self.ambiguous.contains(application.preset)
        #expect(result.isComplete == (store.layout.unreached == nil && isCertain))
        let after = try sandbox.texts()
        if application.preset == "sa-token" {
            let kicked = after.filter { before[$0.key] == nil }
            #expect(kicked.count == count)
            #expect(kicked.values.allSatisfy { $0.hasPrefix("-5 until ") && !$0.hasSuffix(" -1") })
            #expect(after.filter { before[$0.key] != nil } == before)
        } else {
            #expect(after == before)
        }
        #expect(try store.tokens(of: bob).tokens.isEmpty)
        let again = try store.logOut(bob, scope: .everything, entry: DenyEntry())
        #expect(again.revoked == 0)
        #expect(try sandbox.texts() == after)

        var users: [String: Int64] = [:]
        try store.forEachUser { page in
            for user in page { users[user.user.description] = user.tokenCount }
            return true
        }
        for name in neighbours {
            let tokens = try store.tokens(of: try Identifier(name)).tokens
            if tokens.count != 2 { #expect(application.tellsApart(name) == false, "\(name)") }
        }
        var some: Set<String> = []
        try store.forEachUser(.init(like: IdentifierPattern(Array("bob*".utf8)))) { page in
            some.formUnion(page.map(\.user.description))
            return true
        }
        #expect(some == Set(users.keys.filter { $0.hasPrefix("bob") }))
        #expect(users["bobby"] == 2)
        #expect(users["bob"] ?? 0 == 0)
    }

    @Test(
        "Many sessions go in pages",
        arguments: ["eladmin", "guardian-redis", "spring-oauth2-redis"])
    func many(_ preset: String) throws {
        let application = try #require(SessionApplication.all.first { $0.preset == preset })
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        try sandbox.logIn(application, "bobby", 3)
        let before = try sandbox.texts()
        try sandbox.logIn(application, "bob", 1000)
        var told: [Int] = []
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, entry: DenyEntry()
        ) { told.append($0.revoked) }
        #expect(result.revoked == 1000)
        #expect(told == [500, 1000])
        #expect(result.isComplete)
        #expect(try sandbox.texts() == before)
    }

    @Test("One session is spared, with all that belongs to it", arguments: SessionApplication.all)
    func allBut(_ application: SessionApplication) throws {
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        let kept = try sandbox.logIn(application, "bob", 1)[0]
        let before = try sandbox.texts()
        let others = (1..<4).map { application.login("bob", $0) }
        _ = try sandbox.observer.pipeline(others.flatMap(\.commands))
        let result = try store.logOut(
            try Identifier("bob"), scope: .allBut(try Identifier(kept), issuedAt: 5),
            entry: DenyEntry())
        #expect(result.revoked == 3)
        #expect(result.kept == 1)
        #expect(result.isComplete == (store.layout.unreached == nil))
        var after = try sandbox.texts()
        if application.preset == "sa-token" { after = after.filter { before[$0.key] != nil } }
        if application.preset == "spring-oauth2-redis" {
            // Each login of the same user and client takes this key.
            let key = SpringToken(user: "bob", number: 0).authenticationKey
            #expect(after[key] == nil)
            var rest = before
            rest[key] = nil
            #expect(after == rest)
        } else {
            #expect(after == before)
        }
        let listed = try store.tokens(of: try Identifier("bob")).tokens
        #expect(listed.map(\.id.description) == [kept])
        let asked = try store.listedToken(try Identifier(kept), of: try Identifier("bob"))
        #expect(asked?.id.description == kept)
    }

    @Test(
        "A login that runs meanwhile is caught by the look after a while, and counted",
        arguments: SessionApplication.all)
    func settling(_ application: SessionApplication) throws {
        let sandbox = try StoreSandbox()
        let client = StoreSandbox.client(sandbox.server.socketPath)
        let store = sandbox.store(try application.layout(), on: client)
        try sandbox.logIn(application, "bob", 2)
        let ended = try sandbox.whenIdle(client, application.login("bob", 7).commands)
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, recheckDelay: 3000, entry: DenyEntry())
        #expect(ended.current)
        #expect(result.revoked == 3)
        #expect(result.late == 1)
        #expect(try store.tokens(of: try Identifier("bob")).tokens.isEmpty)
    }

    @Test("Several users share one look, each with an answer of its own")
    func severalUsers() throws {
        let application = SessionApplication.all[0]
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        try sandbox.logIn(application, "ann", 2)
        try sandbox.logIn(application, "bob", 1)
        try sandbox.raw("HSET", "online_token:eve:u1", "a", "b")
        var users = try ["ann", "bob", "eve", "nobody"].map { try Identifier($0) }
        var told: [String] = []
        let start = Date()
        let failure = try store.logOut(
            scope: .everything, skew: 0, recheckDelay: 700, entry: DenyEntry(),
            next: { _ in users.isEmpty ? .end : .item(users.removeFirst()) }
        ) { user, result, cause in
            told.append("\(user) \(result.revoked) \(result.isComplete) \(cause != nil)")
        }
        #expect(failure == nil)
        #expect(
            told == [
                "ann 2 true false", "bob 1 true false", "eve 0 false true", "nobody 0 true false",
            ])
        #expect(-start.timeIntervalSinceNow < 1.4, "they wait together")
        #expect(try sandbox.texts().count == 1)
        #expect(try sandbox.server.cli("HGET", "online_token:eve:u1", "a") == "b")
    }

    @Test("A list that an application requires is looked at again too")
    func zset() throws {
        let sandbox = try StoreSandbox()
        let client = StoreSandbox.client(sandbox.server.socketPath)
        let store = sandbox.store(try LayoutReader.preset("user-zset"), on: client)
        #expect(store.layout.needsSettling)
        let end = try sandbox.now() * 1000 + 900_000
        func token(_ number: Int) -> String {
            SessionApplication.token(["sub": "bob"], number)
        }
        for number in 0..<2 {
            try sandbox.raw("ZADD", "bob-tokens", .integer(end), .text(token(number)))
        }
        try sandbox.raw("ZADD", "bobby-tokens", .integer(end), .text(token(0)))
        let ended = try sandbox.whenIdle(
            client, [Command("ZADD", "bob-tokens", .integer(end), .text(token(9)))])
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, recheckDelay: 3000, entry: DenyEntry())
        #expect(ended.current)
        #expect(result.revoked == 3)
        #expect(result.late == 1)
        #expect(result.isComplete)
        #expect(try sandbox.integer("EXISTS", "bob-tokens") == 0)
        #expect(try sandbox.integer("ZCARD", "bobby-tokens") == 1)
    }

    @Test("Tokens tell themselves when they were issued, where their text is their name")
    func issuedBefore() throws {
        let sandbox = try StoreSandbox()
        for preset in ["jeecg", "user-zset"] {
            let store = sandbox.store(try LayoutReader.preset(preset))
            #expect(store.layout.knowsIssue)
            try sandbox.raw("FLUSHALL")
            let end = try sandbox.now() * 1000 + 900_000
            for number in 0..<4 {
                let token = SessionApplication.token(["username": "bob", "sub": "bob"], number)
                try sandbox.raw("SET", .text("prefix_user_token:\(token)"), "x", "EX", 900)
                try sandbox.raw("ZADD", "bob-tokens", .integer(end), .text(token))
            }
            let result = try store.logOut(
                try Identifier("bob"), scope: .issuedBefore(1_700_000_002), entry: DenyEntry())
            #expect(result.revoked == 2, "\(preset)")
            #expect(result.kept == 2, "\(preset)")
            let left = try store.tokens(of: try Identifier("bob")).tokens
            #expect(Set(left.map(\.issuedAt)) == [1_700_000_002, 1_700_000_003], "\(preset)")
        }
        #expect(try LayoutReader.preset("eladmin").knowsIssue == false)
    }

    @Test("Another type under a user's own key is an error that names it, and changes nothing")
    func foreignTypes() throws {
        let sandbox = try StoreSandbox()
        let cases = [
            ("eladmin", "online_token:bob:u1"), ("jwt-redis-allow", "jwt_label:bob:r1"),
            ("guardian-redis", "set:bob"), ("jwt-sessions", "jwt__bob_refresh_r1"),
        ]
        for (preset, key) in cases {
            let store = sandbox.store(try LayoutReader.preset(preset))
            try sandbox.raw("FLUSHALL")
            try sandbox.raw("LPUSH", .text(key), "mine")
            let before = try sandbox.snapshot()
            let failure = #expect(throws: LogoutInterruption.self) {
                try store.logOut(try Identifier("bob"), scope: .everything, entry: DenyEntry())
            }
            if case .store(.refused(_, _, let named))? = failure?.cause {
                #expect(named == Array(key.utf8), "\(preset)")
            } else {
                Issue.record("\(preset): \(String(describing: failure))")
            }
            #expect(try sandbox.snapshot() == before, "\(preset)")
        }
    }

    @Test("What nobody can read leaves the result incomplete")
    func unreadable() throws {
        let application = try #require(SessionApplication.all.first { $0.preset == "ruoyi" })
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        try sandbox.logIn(application, "bob", 1)
        try sandbox.raw("SET", "login_tokens:other", .bytes([0xAC, 0xED, 0x00, 0x05]))
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, entry: DenyEntry())
        #expect(result.revoked == 1)
        #expect(!result.isComplete)
    }

    @Test("A refresh hash that has a new token is found again, never lost")
    func refreshedMeanwhile() throws {
        let sandbox = try StoreSandbox()
        let key: Argument = "jwt__bob_refresh_r1"
        try sandbox.raw("HSET", key, "access_uid", "new")
        let command = Command.eval(
            Script.deleteIfField, keys: [key.bytes], ["access_uid", "old"])
        #expect(try sandbox.observer.call(command) == .integer(0))
        #expect(try sandbox.integer("EXISTS", key) == 1)
    }

    @Test("Members of a set whose tokens have expired go, and count for nothing")
    func stale() throws {
        let application = try #require(
            SessionApplication.all.first { $0.preset == "guardian-redis" })
        let sandbox = try StoreSandbox()
        let store = try sandbox.store(application)
        try sandbox.logIn(application, "bob", 1)
        for number in 0..<700 { try sandbox.raw("SADD", "set:bob", .text("gone\(number):web")) }
        #expect(try store.tokens(of: try Identifier("bob")).tokens.count == 1)
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, entry: DenyEntry())
        #expect(result.revoked == 1)
        #expect(result.alreadyRevoked == 0)
        #expect(try sandbox.texts().isEmpty)
    }

    @Test("A version is raised once, never lowered, and its key keeps its life")
    func version() throws {
        let sandbox = try StoreSandbox()
        let layout = try LayoutReader.read(
            Array(
                #"""
                { "name": "acme", "claims": { "id": "jti", "user": "sub" },
                  "stores": [
                    { "role": "deny", "type": "string", "key": "dead:${id}", "value": "1" },
                    { "role": "version", "key": "version:${user}", "number": "${claim.ver}" } ] }
                """#.utf8))
        let store = sandbox.store(layout)
        let bob = try Identifier("bob")
        try sandbox.raw("SET", "version:bob", "7", "EX", 900)
        let result = try store.logOut(bob, scope: .everything, entry: DenyEntry())
        #expect(result.version == 8)
        #expect(result.isComplete)
        #expect(try sandbox.server.cli("GET", "version:bob") == "8")
        #expect(try sandbox.integer("TTL", "version:bob") > 890)
        #expect(
            try store.logOut(bob, scope: .everything, recheckDelay: 1, entry: DenyEntry()).version
                == 9)
        #expect(try sandbox.server.cli("GET", "version:bob") == "9")
        for (number, isOutdated) in [("8", true), ("9", false), (nil, true)] {
            let subject = TokenSubject(
                id: try Identifier("j"), user: bob, details: [number.map { Array($0.utf8) }])
            #expect(
                try store.states(of: [StateQuery(subject)])[0].isOutdated == isOutdated,
                "\(number ?? "none")")
        }
        try sandbox.raw("SET", "version:bob", "many")
        let failure = #expect(throws: LogoutInterruption.self) {
            try store.logOut(bob, scope: .everything, entry: DenyEntry())
        }
        if case .store(.refused(_, _, let key))? = failure?.cause {
            #expect(key == Array("version:bob".utf8))
        } else {
            Issue.record("\(String(describing: failure))")
        }
        #expect(try sandbox.server.cli("GET", "version:bob") == "many")
    }
}

extension SessionApplication {
    /// Whether the application's own keys say of whom a token of this user is.
    fileprivate func tellsApart(_ name: String) -> Bool {
        switch preset {
        case "pig", "zlt": !name.contains("::")
        default: true
        }
    }
}

extension StoreSandbox {
    /// Sends commands once `client` has been silent for a second, as it is while it waits for
    /// logins that run meanwhile. Tells when they were answered.
    func whenIdle(_ client: Client, _ commands: [Command]) throws -> Box<Bool> {
        let number = try client.call(Command("CLIENT", "ID")).integer()
        let path = server.socketPath
        let ended = Box(false)
        Thread.detachNewThread {
            let other = StoreSandbox.client(path)
            let isIdle = try? poll {
                let list = try other.call(Command("CLIENT", "LIST")).text()
                let own = list.split(separator: "\n").first { $0.hasPrefix("id=\(number) ") }
                // 1 is what it says of two commands on either side of a second.
                return own.map { !$0.contains(" idle=0 ") && !$0.contains(" idle=1 ") } ?? false
            }
            guard isIdle == true, (try? other.pipeline(commands)) != nil else { return }
            ended.update { $0 = true }
        }
        return ended
    }

    /// Every key with what it holds and its end, as text.
    func texts() throws -> [String: String] {
        var result: [String: String] = [:]
        for (key, snapshot) in try snapshot() {
            let name = String(decoding: key, as: UTF8.self)
            let value = try? raw("GET", .bytes(key)).optionalBytes()
            if let members = try? raw("SMEMBERS", .bytes(key)).byteStrings() {
                let sorted = members.map(\.description).sorted()
                result[name] = "\(sorted) until \(snapshot.end)"
                continue
            }
            let text = value.map { String(decoding: $0, as: UTF8.self) } ?? "\(snapshot.value)"
            result[name] = "\(text) until \(snapshot.end)"
        }
        return result
    }
}
