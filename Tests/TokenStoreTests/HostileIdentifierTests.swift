import Foundation
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// Ids and users whose names other programs mistake for something else, on a server.
@Suite(.redis) struct HostileIdentifierTests {
    @Test("The three keys of a user share a slot, as a Cluster counts it")
    func slots() throws {
        let server = try RedisServer(
            .tcp, configuration: ["cluster-enabled yes"] + RedisServer.busConfiguration())
        let layout = try Layout.native()
        var users = Hostile.ids
        for number in 0..<2000 { users.append(Array("}{\(number)}u{\(number % 7)".utf8)) }
        let lines = try users.flatMap { bytes in
            let keys = try layout.nativeKeys(of: try Identifier(bytes))
            return [keys.tokens, keys.meta, keys.cutoff].map {
                "CLUSTER KEYSLOT \(String(decoding: $0, as: UTF8.self))\n"
            }
        }
        let slots = try server.cli([], input: Array(lines.joined().utf8)).split(separator: "\n")
            .map { try #require(Int($0)) }
        try #require(slots.count == lines.count)
        for index in users.indices {
            #expect(Set(slots[index * 3..<index * 3 + 3]).count == 1)
        }
        #expect(Set(slots).count > 1500, "users spread over the slots")
    }

    @Test("Whatever an id holds, exactly the predicted keys change", arguments: Hostile.ids.indices)
    func hostileIds(index: Int) throws {
        let sandbox = try StoreSandbox()
        let id = try Identifier(Hostile.ids[index])
        let now = try sandbox.now()
        for other in ["a", "bob", "x", "bobbi"] {
            _ = try sandbox.record("t-\(other)", "\(other)~", iat: now - 9, exp: .at(now + 900))
            _ = try sandbox.revoke("\(other)~", exp: .at(now + 900))
        }
        let text = String(decoding: PercentEncoding.encode(id.bytes), as: UTF8.self)
        let tokens = "jwt:{\(text)}:tokens"
        let meta = "jwt:{\(text)}:meta"
        func changes(_ body: () throws -> Void) throws -> Set<String> {
            let before = try sandbox.snapshot()
            try body()
            return try sandbox.changes(since: before)
        }

        let recorded = try changes {
            let token = TokenRecord(
                id: id, user: id, issuedAt: now - 5, expiry: .at(now + 500), label: id.description)
            let outcome = try sandbox.store.record(token)
            #expect(outcome == .recorded)
        }
        #expect(recorded == [tokens, meta])
        let list = try sandbox.store.tokens(of: id).tokens
        #expect(list.map(\.id) == [id])
        #expect(list.map(\.label).map { $0.map { Array($0.utf8) } } == [id.bytes])

        let revoked = try changes {
            let item = Revocation(id: id, user: id, expiry: .at(now + 500))
            let batch = sandbox.store.revoke([item], entry: DenyEntry(reason: id.description))
            #expect(batch.outcomes == [.revoked])
        }
        #expect(revoked == [tokens, meta, "jwt:deny:\(text)"])
        let denial = try sandbox.store.states(of: [StateQuery(id: id, user: id)])[0].denial
        #expect(denial?.entry.user == id)
        #expect(denial?.entry.reason.map { Array($0.utf8) } == id.bytes)

        let cut = try changes {
            _ = try sandbox.store.logOut(id, scope: .everything, skew: -2, entry: DenyEntry())
        }
        #expect(cut == ["jwt:{\(text)}:cutoff", "jwt:audit"])
    }

    @Test("A NUL in an id does not end it: the shorter id stays valid")
    func nul() throws {
        let sandbox = try StoreSandbox()
        #expect(try sandbox.revoke("j1\0x", exp: .at(sandbox.now() + 100)) == .revoked)
        #expect(try sandbox.state("j1", nil).denial == nil)
        #expect(try sandbox.state("j1\0x", nil).denial != nil)
    }

    @Test(
        "A user named like a pattern or a prefix leaves the others alone",
        arguments: ["bob", "bob*", "b?b", "*", "[a-z]ob"])
    func neighbours(user: String) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let all = ["bob", "bobby", "bob*", "b?b", "*", "[a-z]ob"]
        for name in all { _ = try sandbox.record("t", name, iat: now - 9, exp: .at(now + 900)) }
        let result = try sandbox.store.logOut(
            try Identifier(user), scope: .everything, skew: -2, entry: DenyEntry())
        #expect(result.revoked == 1)
        for name in all {
            let left = try sandbox.store.tokens(of: try Identifier(name))
            #expect(left.tokens.count == (name == user ? 0 : 1), "\(name)")
            #expect((left.userCutoff == nil) == (name != user), "\(name)")
        }
    }
}
