import Foundation
import JSON
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("Spring's RedisTokenStore: what could bring a token back", .cluster)
struct SpringTests {
    private func store(_ sandbox: StoreSandbox, on client: Client? = nil) throws -> TokenStore {
        sandbox.store(try LayoutReader.preset("spring-oauth2-redis"), on: client)
    }

    private func put(_ sandbox: StoreSandbox, _ tokens: SpringToken...) throws {
        for reply in try sandbox.observer.pipeline(tokens.flatMap(\.login.commands)) {
            _ = try reply.value()
        }
    }

    private func revoke(_ store: TokenStore, _ token: SpringToken) throws -> RevocationOutcome {
        let id = Array(token.id.utf8)
        let subject = try store.subject(ofToken: id) ?? TokenSubject(id: Identifier(id), user: nil)
        let batch = store.revoke(
            [Revocation(subject, expiry: nil)], entry: nil, recheckedBy: .caller)
        if let failure = batch.failure { throw failure }
        return batch.outcomes[0]
    }

    @Test(
        "Nothing of a token is left, and all of the others", arguments: [false, true],
        [false, true])
    func removal(isList: Bool, isClient: Bool) throws {
        let sandbox = try StoreSandbox()
        let other = SpringToken(user: "ann", number: 1, isList: isList)
        let service = SpringToken(user: nil, number: 3, client: "job", isList: isList)
        try put(sandbox, other, service)
        let before = try sandbox.texts()
        let token =
            isClient
            ? SpringToken(user: nil, number: 2, scope: ["read"], isList: isList)
            : SpringToken(user: "bob", number: 2, isList: isList)
        try put(sandbox, token)
        let store = try store(sandbox)
        #expect(try revoke(store, token) == .revoked)
        #expect(try sandbox.texts() == before)
        #expect(try revoke(store, token) == .alreadyRevoked)
        #expect(try sandbox.texts() == before)
    }

    @Test("The MD5 names are those of a JVM")
    func names() throws {
        let admin = SpringToken(user: "admin", number: 1)
        #expect(admin.authentication == "{username=admin, client_id=web, scope=read write}")
        #expect(admin.authenticationKey == "auth_to_access:4b5a6ad827b8ef97992bca0e940e969e")
    }

    /// Details that the token does not tell, or another key generator, make another name.
    @Test(
        "auth_to_access is found by its value under any name", arguments: ["same", "other", "gone"])
    func anyName(form: String) throws {
        let sandbox = try StoreSandbox()
        let token = SpringToken(user: "bob", number: 1)
        let other = SpringToken(user: "ann", number: 1)
        try put(sandbox, token, other)
        var value = token.object
        // Stored again it may be written a little differently; the token's text is still in it.
        if form == "other" { value.append(0x70) }
        if form == "gone" { try sandbox.raw("DEL", .text("access:\(token.id)")) }
        try sandbox.raw("DEL", .text(token.authenticationKey))
        try sandbox.raw("SET", "auth_to_access:unheard-of", .bytes(value), "EX", 900)
        // One that only begins like it.
        try sandbox.raw(
            "SET", "auth_to_access:longer",
            .bytes(
                JavaObject.framed(
                    Array("\(token.id)x".utf8))))
        let store = try store(sandbox)
        let outcome = try revoke(store, token)
        #expect(outcome == (form == "gone" ? .alreadyRevoked : .revoked))
        #expect(try sandbox.integer("EXISTS", "auth_to_access:unheard-of") == 0)
        #expect(try sandbox.integer("EXISTS", "auth_to_access:longer") == 1)
        #expect(try sandbox.integer("EXISTS", .text(other.authenticationKey)) == 1)
        #expect(try sandbox.integer("EXISTS", .text("access:\(other.id)")) == 1)
    }

    @Test("A newer token under the same name stays")
    func newer() throws {
        let sandbox = try StoreSandbox()
        let old = SpringToken(user: "bob", number: 1)
        let new = SpringToken(user: "bob", number: 2)
        try put(sandbox, old, new)
        #expect(old.authenticationKey == new.authenticationKey)
        #expect(try revoke(store(sandbox), old) == .revoked)
        #expect(try sandbox.raw("GET", .text(new.authenticationKey)) == .string(new.object))
        #expect(
            try sandbox.raw("SMEMBERS", "uname_to_access:web:bob").byteStrings() == [new.object])
    }

    @Test("Many at once are searched for in one go")
    func batch() throws {
        let sandbox = try StoreSandbox()
        let tokens = (0..<600).map { SpringToken(user: "u\($0)", number: $0) }
        for token in tokens { try put(sandbox, token) }
        // Half of them lie under names that nobody can make.
        for (index, token) in tokens.enumerated() where index % 2 == 0 {
            try sandbox.raw(
                "RENAME", .text(token.authenticationKey), .text("auth_to_access:n\(index)"))
        }
        let store = try store(sandbox)
        var rest = tokens[...]
        var outcomes: [RevocationOutcome] = []
        let failure = try store.revoke(
            entry: nil, clock: try store.clock(),
            item: { (token: SpringToken) in
                Revocation(
                    store.subject(ofToken: Array(token.id.utf8))
                        ?? TokenSubject(id: Identifier(stored: []), user: nil), expiry: nil)
            },
            next: { _ in
                guard !rest.isEmpty else { return .end }
                defer { rest = rest.dropFirst(100) }
                return .item(Array(rest.prefix(100)))
            }
        ) { _, outcome in outcomes.append(outcome) }
        #expect(failure == nil)
        #expect(outcomes == Array(repeating: .revoked, count: 600))
        #expect(try sandbox.integer("DBSIZE") == 0)
    }

    @Test("A refresh token whose access token has expired goes at a logout")
    func expiredAccess() throws {
        let sandbox = try StoreSandbox()
        let token = SpringToken(user: "bob", number: 1)
        try put(sandbox, token)
        for key in ["access:", "auth:"] { try sandbox.raw("DEL", .text(key + token.id)) }
        // Nor is there a link from the access token any more.
        let lone = SpringToken(user: "bob", number: 2)
        for key in ["refresh:", "refresh_auth:", "refresh_to_access:"] {
            try sandbox.raw("SET", .text(key + lone.refresh), "x")
        }
        let other = SpringToken(user: "bobby", number: 2)
        try sandbox.raw("SET", .text("refresh:" + other.refresh), "x")
        let result = try store(sandbox).logOut(
            try Identifier("bob"), scope: .everything, entry: DenyEntry())
        #expect(result.revoked == 0)
        #expect(result.isComplete)
        let left = Set(try sandbox.texts().keys)
        // The values of tokens that have expired lie about in the client's index.
        #expect(left == ["refresh:\(other.refresh)", "client_id_to_access:web"])
    }

    @Test("Opaque tokens are known by the objects of their user's index", arguments: [false, true])
    func opaque(isList: Bool) throws {
        let sandbox = try StoreSandbox()
        let names = ["bobby", "bob*", "web:bob", "x:bob"]
        for name in names {
            try put(sandbox, SpringToken(user: name, number: 1, isJWT: false, isList: isList))
        }
        let before = try sandbox.texts()
        for number in 0..<3 {
            try put(sandbox, SpringToken(user: "bob", number: number, isJWT: false, isList: isList))
        }
        let store = try store(sandbox)
        #expect(try store.tokens(of: try Identifier("bob")).tokens.count == 3)
        let result = try store.logOut(
            try Identifier("bob"), scope: .everything, entry: DenyEntry())
        #expect(result.revoked == 3)
        let after = try sandbox.texts()
        // Nobody can tell of whom the values in the client's index are.
        let index = "client_id_to_access:web"
        #expect(after.filter { $0.key != index } == before.filter { $0.key != index })
        #expect(try store.tokens(of: try Identifier("x:bob")).tokens.count == 1)
        let ofAnother = try store.logOut(
            try Identifier("x:bob"), scope: .everything, entry: DenyEntry())
        #expect(ofAnother.revoked == 1)
    }

    @Test("Another type under one of its links is an error that names it, and changes nothing")
    func foreignTypes() throws {
        let token = SpringToken(user: "bob", number: 1)
        let keys = [
            "access:\(token.id)", "auth:\(token.id)", token.authenticationKey,
            "uname_to_access:web:bob", "client_id_to_access:web", "access_to_refresh:\(token.id)",
            "refresh:\(token.refresh)", "refresh_auth:\(token.refresh)",
            "refresh_to_access:\(token.refresh)",
        ]
        let sandbox = try StoreSandbox()
        let store = try store(sandbox)
        for key in keys {
            try sandbox.raw("FLUSHALL")
            try put(sandbox, token)
            try sandbox.raw("DEL", .text(key))
            try sandbox.raw("HSET", .text(key), "mine", "1")
            let before = try sandbox.texts()
            let outcome = try revoke(store, token)
            // As people may see it.
            let shown = [token.id, token.refresh].reduce(key) {
                $0.replacingOccurrences(of: $1, with: "<token>")
            }
            switch outcome {
            case .failed(.corrupt(let named)): #expect(named == Array(shown.utf8))
            case .failed(.refused(_, _, let named)): #expect(named == Array(shown.utf8))
            default: Issue.record("\(key): \(outcome)")
            }
            #expect(try sandbox.texts() == before, "\(key)")
        }
    }

    @Test("Broken off at any command, a second run finds all that is left")
    func interrupted() throws {
        let sandbox = try StoreSandbox()
        let token = SpringToken(user: "bob", number: 1)
        var finished = false
        for step in 0..<80 where !finished {
            try sandbox.raw("FLUSHALL")
            try put(sandbox, token)
            let client = StoreSandbox.client(sandbox.server.socketPath)
            let own = try store(sandbox, on: client)
            _ = try own.time()
            var replies = 0
            let observer = sandbox.observer
            client.trace = { event in
                guard case .reply = event else { return }
                replies += 1
                guard replies == step + 1 else { return }
                _ = try? observer.call(Command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
            }
            finished = (try? revoke(own, token)) == .revoked
            client.trace = nil
            _ = try revoke(store(sandbox), token)
            #expect(try sandbox.texts().isEmpty, "step \(step)")
            if finished { #expect(step > 10, "the steps were gone through") }
        }
        #expect(finished)
    }

    @Test("What names a refresh token goes only once that is gone, and the token's own key last")
    func order() throws {
        let sandbox = try StoreSandbox()
        let token = SpringToken(user: "bob", number: 1)
        try put(sandbox, token)
        let client = StoreSandbox.client(sandbox.server.socketPath)
        let own = try store(sandbox, on: client)
        _ = try own.time()
        var sent = 0
        var answered = 0
        var unanswered: [String: Int] = [:]
        client.trace = { event in
            switch event {
            case .command(let command):
                let key = command.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
                unanswered["\(command.name) \(key)"] = sent - answered
                sent += 1
            case .reply: answered += 1
            default: break
            }
        }
        #expect(try revoke(own, token) == .revoked)
        #expect(unanswered["DEL access_to_refresh:\(token.id)"] == 0)
        #expect(unanswered["EVAL access:\(token.id)"] == 0)
        #expect(unanswered["DEL refresh_auth:\(token.refresh)"] != 0)
    }

    @Test("A login that was under way may write it back: it is looked again")
    func resurrection() throws {
        let sandbox = try StoreSandbox()
        let token = SpringToken(user: "bob", number: 1)
        try put(sandbox, token)
        let path = sandbox.server.socketPath
        let key = "access:\(token.id)"
        let ended = Box(false)
        Thread.detachNewThread {
            let client = StoreSandbox.client(path)
            _ = try? poll {
                try client.call(Command("EXISTS", key: Array(key.utf8))) == .integer(0)
            }
            _ = try? client.pipeline(token.login.commands)
            ended.update { $0 = true }
        }
        let store = try store(sandbox)
        let subject = try #require(store.subject(ofToken: Array(token.id.utf8)))
        let batch = store.revoke([Revocation(subject, expiry: nil)], entry: nil)
        #expect(batch.outcomes == [.revoked])
        #expect(ended.current)
        #expect(try sandbox.texts().isEmpty)
    }

    @Test("In a Cluster too, under any name")
    func cluster() throws {
        try RedisCluster.shared { cluster in
            let target = try RedisURL.parse(cluster.url)
            let client = Client(target: target)
            let store = TokenStore(
                client: client, layout: try LayoutReader.preset("spring-oauth2-redis"),
                origin: .init(actor: "ann", host: "box"), claims: SessionApplication.claims)
            let observer = Client(target: target)
            func routed(_ token: SpringToken) throws {
                for command in token.login.commands {
                    _ = try observer.call(Command(arguments: command.arguments, keyIndex: 1))
                }
            }
            func keys() throws -> Set<[UInt8]> {
                var scan = observer.scan()
                var keys: Set<[UInt8]> = []
                while let page = try scan.nextPage() { keys.formUnion(page) }
                return keys
            }
            let token = SpringToken(user: "bob", number: 1, scope: ["cluster"])
            try routed(token)
            _ = try observer.call(Command("DEL", key: Array(token.authenticationKey.utf8)))
            let hidden = Array("auth_to_access:hidden".utf8)
            _ = try observer.call(Command("SET", key: hidden, .bytes(token.object)))
            #expect(try revoke(store, token) == .revoked)
            // Other tests have keys of their own in there.
            let left = try keys().filter { String(decoding: $0, as: UTF8.self).contains("access") }
            #expect(left.isEmpty)
            for number in 0..<40 {
                try routed(SpringToken(user: "bob", number: number))
                try routed(SpringToken(user: "bobby", number: number, client: "app"))
            }
            #expect(try store.tokens(of: Identifier("bob")).tokens.count == 40)
            let result = try store.logOut(
                try Identifier("bob"), scope: .everything, recheckDelay: 50, entry: DenyEntry())
            #expect(result.revoked == 40)
            #expect(result.isComplete)
            #expect(try store.tokens(of: Identifier("bob")).tokens.isEmpty)
            #expect(try store.tokens(of: Identifier("bobby")).tokens.count == 40)
        }
    }
}
