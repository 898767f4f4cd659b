import Foundation
import OpenSSL
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// Every operation on each of the back ends.
@Suite(.cluster) struct BackEndTests {
    /// A store in a namespace that nobody else uses, and Redis' clock.
    private func sandbox(
        _ backEnd: BackEnd, _ body: (TokenStore, Client, Int64) throws -> Void
    ) throws {
        try backEnd.run { place in
            var target = try RedisURL.parse(place.url)
            if let trust = place.trust {
                target.tls = TLSSettings(
                    authorities: [Array(trust.authority.utf8)],
                    certificate: Array(trust.client.certificate.utf8),
                    key: Array(trust.client.key.utf8))
            }
            let client = Client(target: target)
            let store = TokenStore(
                client: client, layout: try .native(namespace: place.namespace),
                origin: .init(actor: "ann", host: "box"))
            try body(store, client, try store.time())
        }
    }

    private func id(_ text: String) throws -> Identifier { try Identifier(text) }

    private func record(
        _ store: TokenStore, _ token: String, _ user: String, iat: Int64, exp: Int64
    ) throws {
        let outcome = try store.record(
            TokenRecord(
                id: try id(token), user: try id(user), issuedAt: iat, expiry: .at(exp)))
        #expect(outcome == .recorded)
    }

    private func isDenied(_ store: TokenStore, _ ids: [Identifier]) throws -> [Bool] {
        try store.states(of: ids.map { StateQuery(id: $0, user: nil) }).map { $0.denial != nil }
    }

    @Test(arguments: BackEnd.allCases)
    func `a recorded token is listed, and not recorded twice`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, _, now in
            for user in 0..<5 {
                try record(store, "t\(user)", "user\(user)", iat: now, exp: now + 100)
            }
            let again = TokenRecord(
                id: try id("t3"), user: try id("user3"), issuedAt: now, expiry: .at(now + 100))
            #expect(try store.record(again) == .alreadyRecorded)
            let state = try store.states(of: [
                StateQuery(id: try id("t3"), user: try id("user3"))
            ])[0]
            #expect(state.listing == .listed(.at(now + 100)))
            #expect(try store.tokens(of: try id("user4")).tokens.map(\.id) == [try id("t4")])
            let listed = try store.listedToken(try id("t1"), of: try id("user1"))
            #expect(listed?.issuedAt == now)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `a batch is revoked wherever its keys lie, and taken off the lists`(
        _ backEnd: BackEnd
    ) throws {
        try sandbox(backEnd) { store, _, now in
            for user in 0..<20 {
                try record(store, "t\(user)", "user\(user)", iat: now, exp: now + 100)
            }
            let items = try (0..<3000).map { number in
                Revocation(
                    id: try id("t\(number)"),
                    user: number < 20 ? try id("user\(number)") : nil, expiry: .at(now + 100))
            }
            #expect(
                try RevocationDryRun(store).outcomes(of: items).allSatisfy { $0 == .revoked })
            let first = store.revoke(items, entry: DenyEntry(reason: "leak"))
            #expect(first.failure == nil)
            #expect(first.outcomes.allSatisfy { $0 == .revoked })
            let second = store.revoke(items, entry: nil)
            #expect(second.outcomes.allSatisfy { $0 == .alreadyRevoked })
            #expect(try isDenied(store, items.map(\.id)).allSatisfy { $0 })
            for user in 0..<20 {
                #expect(try store.tokens(of: try id("user\(user)")).tokens.isEmpty)
            }
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `a longer life is taken on, a shorter one is not`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, _, now in
            func life(_ expiry: Expiry) throws -> Int64? {
                let item = Revocation(id: try id("t"), user: nil, expiry: expiry)
                #expect(store.revoke([item], entry: nil).failure == nil)
                let state = try store.states(of: [StateQuery(id: try id("t"), user: nil)])[0]
                return try #require(state.denial).timeToLive
            }
            let first = try #require(try life(.at(now + 1000)))
            #expect((1055...1060).contains(first))
            #expect(try #require(try life(.at(now + 10))) >= first - 2)
            #expect(try #require(try life(.at(now + 9000))) > 9000)
            #expect(try life(.never) == nil)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `restoring puts a token back on its list`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, _, now in
            try record(store, "t", "bob", iat: now, exp: now + 100)
            let item = Revocation(id: try id("t"), user: try id("bob"), expiry: .at(now + 100))
            #expect(store.revoke([item], entry: DenyEntry(reason: "slip")).failure == nil)
            let outcome = try store.restore(
                item.id, user: item.user, issued: .at(Double(now)), expiry: item.expiry)
            #expect(outcome == .restored(isListed: true))
            #expect(try isDenied(store, [item.id]) == [false])
            #expect(try store.tokens(of: try id("bob")).tokens.count == 1)
            let again = try store.restore(
                item.id, user: item.user, issued: .at(Double(now)), expiry: item.expiry)
            #expect(again == .notRevoked)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `logging out denies each token and raises the cutoff`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, _, now in
            let tokens = try (0..<1200).map { try id("t\($0)") }
            for token in tokens.prefix(12) {
                try record(store, token.description, "bob", iat: now - 5, exp: now + 100)
            }
            let result = try store.logOut(
                try id("bob"), scope: .everything, entry: DenyEntry(reason: "lost"))
            #expect(result.isComplete)
            #expect(result.revoked == 12)
            #expect(try isDenied(store, Array(tokens.prefix(12))).allSatisfy { $0 })
            let state = try store.states(of: [StateQuery(id: try id("x"), user: try id("bob"))])
            #expect(try #require(state[0].userCutoff) >= now)
            #expect(state[0].judgeCutoff(.at(Double(now))) == .cutOff(state[0].userCutoff ?? 0))
            let everyone = try store.logOutEveryone(issuedBefore: now - 100)
            #expect(everyone == now - 101)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `users and entries are found on every node, each once`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, client, now in
            let names = (0..<60).map { "user\($0)" }
            for name in names { try record(store, "t-\(name)", name, iat: now, exp: now + 100) }
            let items = try (0..<500).map {
                Revocation(id: try id("d\($0)"), user: nil, expiry: .at(now + 100))
            }
            #expect(store.revoke(items, entry: nil).failure == nil)
            var users: [String] = []
            try store.forEachUser { page in
                users += page.map(\.user.description)
                return true
            }
            #expect(Set(users) == Set(names))
            #expect(users.count == names.count)
            var denied: Set<String> = []
            try store.forEachDenial { page in
                for entry in page {
                    denied.insert(entry.id.description)
                    let end = entry.expiry.seconds ?? 0
                    #expect(abs(end - now - 100) <= 2)
                }
                return true
            }
            #expect(denied == Set(items.map(\.id.description)))
            // Expired members that nobody has touched since.
            for name in names {
                let keys = try store.layout.nativeKeys(of: try id(name))
                _ = try client.call(Command("ZADD", key: keys.tokens, 5, "old"))
            }
            #expect(try store.prune(dryRun: true).removed == 60)
            #expect(try store.prune(dryRun: false).removed == 60)
            #expect(try store.prune(dryRun: true).removed == 0)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `the trail is written and read, and those who listen hear`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { store, _, _ in
            try store.audit("revoke", .many, count: 2, reason: "a")
            try store.audit("restore", .user(try id("bob")), count: 1, reason: nil)
            let entries = try store.auditEntries(after: nil, limit: 10)
            #expect(entries.map(\.operation) == ["revoke", "restore"])
            #expect(try store.latestAuditEntries(limit: 1).entries.map(\.user) == ["bob"])
            let position = try #require(entries.first).position
            #expect(
                try store.awaitAuditEntries(after: position, milliseconds: 100).count == 1)
            let last = try #require(entries.last).position
            #expect(try store.awaitAuditEntries(after: last, milliseconds: 10).isEmpty)
        }
    }

    @Test func `replicas that are asked for have to confirm`() throws {
        let primary = try RedisServer(.tcp, configuration: ["repl-diskless-sync-delay 0"])
        let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 \(primary.port)"])
        try waitUntil("the replica") {
            try primary.cli("INFO", "replication").contains("state=online")
        }
        func revoke(
            _ count: Int, _ token: String, within milliseconds: Int = 900
        ) throws -> RevocationBatch {
            let store = TokenStore(
                client: Client(target: try RedisURL.parse(primary.url), timeout: 1000),
                layout: try .native(), origin: .init(actor: "ann", host: "box"),
                concern: WriteConcern(replicas: count, milliseconds: milliseconds))
            return store.revoke(
                [Revocation(id: try id(token), user: nil, expiry: .never)], entry: nil)
        }
        let first = try revoke(1, "a", within: 10_000)
        #expect(first.failure == nil)
        #expect(try replica.cli("EXISTS", "jwt:deny:a") == "1")
        let batch = try revoke(2, "b")
        #expect(
            batch.failure
                == .redis(
                    .notReplicated(
                        address: "127.0.0.1:\(primary.port)", confirmed: 1, wanted: 2,
                        milliseconds: 900)))
        #expect(try primary.cli("EXISTS", "jwt:deny:b") == "1")
        // It takes the connection, and does not read from it.
        replica.pause()
        defer { replica.resume() }
        guard case .redis(.notReplicated(_, confirmed: 0, _, _))? = try revoke(1, "c").failure
        else {
            Issue.record("confirmed by a replica that stands still")
            return
        }
    }

    @Test func `in a Cluster each primary that was written to has to have its replica`() throws {
        try RedisCluster.shared { cluster in
            let client = Client(target: try RedisURL.parse(cluster.url))
            for (count, wanted) in [(1, true), (2, false)] {
                let store = TokenStore(
                    client: client, layout: try .native(namespace: "wait\(count)"),
                    origin: .init(actor: "ann", host: "box"),
                    concern: WriteConcern(replicas: count, milliseconds: 500))
                let items = try (0..<100).map {
                    Revocation(id: try id("t\($0)"), user: nil, expiry: .never)
                }
                #expect((store.revoke(items, entry: nil).failure == nil) == wanted)
            }
        }
    }
}
