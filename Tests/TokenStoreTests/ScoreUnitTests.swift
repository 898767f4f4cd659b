import Foundation
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// Sorted sets whose scores are in seconds here and in milliseconds there.
@Suite(.redis) struct ScoreUnitTests {
    private func store(_ sandbox: StoreSandbox, score: String) throws -> TokenStore {
        TokenStore(
            client: StoreSandbox.client(sandbox.server.socketPath),
            layout: try LayoutReader.preset("user-zset", variables: ["score": score]),
            origin: .init(actor: "ann", host: "box"))
    }

    /// Two live tokens, of which the second is in the other unit where it `isMixed`.
    private func fill(_ sandbox: StoreSandbox, _ score: String, isMixed: Bool = false) throws
        -> Int64
    {
        let end = try sandbox.now() + 1000
        let unit: Int64 = score == "exp_s" ? 1 : 1000
        try sandbox.raw("ZADD", "bob-tokens", .integer(end * unit), "a")
        try sandbox.raw("ZADD", "bob-tokens", .integer(end * (isMixed ? 1001 - unit : unit)), "b")
        return end
    }

    @Test(arguments: ["exp_s", "exp_ms"])
    func aTokenEndsWhenItsScoreSays(_ score: String) throws {
        let sandbox = try StoreSandbox()
        let end = try fill(sandbox, score)
        let store = try store(sandbox, score: score)
        let bob = try Identifier("bob")
        #expect(try store.tokens(of: bob).tokens.map(\.expiry) == [.at(end), .at(end)])
        let state = try store.states(of: [StateQuery(id: try Identifier("a"), user: bob)])[0]
        #expect(state.listing == .listed(.at(end)))
        try sandbox.raw("ZADD", "bob-tokens", "5", "old")
        if score == "exp_s" {
            #expect(try store.prune(dryRun: false).removed == 1)
            #expect(try sandbox.integer("ZCARD", "bob-tokens") == 2)
        }
    }

    @Test(arguments: [("exp_s", false), ("exp_ms", false), ("exp_s", true), ("exp_ms", true)])
    func theOtherUnitIsRefusedAndNothingIsTouched(_ score: String, _ isMixed: Bool) throws {
        let sandbox = try StoreSandbox()
        let other = score == "exp_s" ? "exp_ms" : "exp_s"
        let end = try fill(sandbox, isMixed ? score : other, isMixed: isMixed)
        let store = try store(sandbox, score: score)
        let bob = try Identifier("bob")
        let before = try sandbox.snapshot()
        let error = StoreError.otherUnit(key: Array("bob-tokens".utf8))
        #expect(throws: error) { try store.tokens(of: bob) }
        #expect(throws: error) { try store.prune(dryRun: true) }
        #expect(throws: error) { try store.prune(dryRun: false) }
        #expect(throws: error) {
            try store.states(of: [StateQuery(id: try Identifier("b"), user: bob)])
        }
        #expect(throws: error) {
            try store.record(
                TokenRecord(id: try Identifier("c"), user: bob, issuedAt: nil, expiry: .at(end)))
        }
        if !isMixed {
            #expect(throws: LogoutInterruption.self) {
                try store.logOut(bob, scope: .everything, entry: DenyEntry())
            }
        }
        #expect(try sandbox.changes(since: before) == [])
        // A token that is named is taken off all the same: no unit is needed for that.
        let item = Revocation(
            TokenSubject(id: try Identifier("a"), user: bob), expiry: .never)
        #expect(store.revoke([item], entry: nil).outcomes == [.revoked])
        #expect(try sandbox.raw("ZRANGE", "bob-tokens", 0, -1) == .array([.string([98])]))
        #expect(try sandbox.integer("TTL", "bob-tokens") == -1)
        if !isMixed { return }
        // One bad score keeps no other token alive.
        try sandbox.raw("ZADD", "bob-tokens", .integer(end * (score == "exp_s" ? 1 : 1000)), "a")
        #expect(try store.logOut(bob, scope: .everything, entry: DenyEntry()).revoked == 2)
        #expect(try sandbox.integer("EXISTS", "bob-tokens") == 0)
    }
}
