import Foundation
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// Cutoffs as applications write and read them.
@Suite(.redis) struct CutoffStoreTests {
    /// A reader's own rule, for a token that was issued at this second.
    private func isRevoked(_ issued: Int64, _ value: Int64, _ unit: Int64, _ exclusive: Bool)
        -> Bool
    {
        exclusive ? issued * unit < value : issued * unit <= value
    }

    @Test(arguments: [(1, false), (1, true), (1000, false), (1000, true)] as [(Int64, Bool)])
    func aValueMeansWhatItsReaderMakesOfIt(_ unit: Int64, _ isExclusive: Bool) throws {
        let store = CutoffStore(
            key: Template(literal: [1]), field: nil, unit: unit, isExclusive: isExclusive,
            life: nil)
        for value in [0, 1, 2, 999, 1000, 1001, 1999, 2000, 1_700_000_000_123] as [Int64] {
            let second = store.second(of: value)
            #expect(second < 0 || isRevoked(second, value, unit, isExclusive), "\(value)")
            #expect(!isRevoked(second + 1, value, unit, isExclusive), "\(value)")
        }
    }

    /// Raised by a logout, it leaves no token of the same second alive, and none of the next dead.
    @Test(arguments: [("s", "le"), ("s", "lt"), ("ms", "le"), ("ms", "lt")])
    func aLogoutEndsItsOwnSecondAndNoMore(_ unit: String, _ compare: String) throws {
        let sandbox = try StoreSandbox()
        for type in ["string", "hash"] {
            let field = type == "hash" ? #""field":"mark","# : ""
            let layout = try LayoutReader.read(
                Array(
                    """
                    {"name":"t","stores":[
                      {"role":"deny","type":"string","key":"d:${id}","value":"1"},
                      {"role":"not_before","type":"\(type)",\(field)"key":"m:\(type):${user}",
                       "unit":"\(unit)","compare":"\(compare)"}]}
                    """.utf8))
            let store = sandbox.store(withLayout: layout)
            let user = try Identifier("bob")
            let result = try store.logOut(user, scope: .everything, entry: DenyEntry())
            let second = try #require(result.cutoff)
            let now = try sandbox.now()
            #expect(now > second && now <= second + 2)
            let key: Argument = .text("m:\(type):bob")
            let raw =
                try type == "hash" ? sandbox.raw("HGET", key, "mark") : sandbox.raw("GET", key)
            guard case .string(let bytes) = raw else {
                Issue.record("\(raw)")
                continue
            }
            let value = try #require(Int64(text(bytes)))
            let factor: Int64 = unit == "s" ? 1 : 1000
            #expect(isRevoked(second, value, factor, compare == "lt"))
            #expect(!isRevoked(second + 1, value, factor, compare == "lt"))
            // It never sinks, whoever set it higher.
            let later = value + 5000 * factor
            _ =
                try type == "hash"
                ? sandbox.raw("HSET", key, "mark", .integer(later))
                : sandbox.raw("SET", key, .integer(later))
            _ = try store.logOut(user, scope: .issuedBefore(now), entry: DenyEntry())
            let after =
                try type == "hash" ? sandbox.raw("HGET", key, "mark") : sandbox.raw("GET", key)
            #expect(after == .string(Array(String(later).utf8)))
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What goes wrong in the middle of a batch is told of each of its items.
@Suite(.redis) struct BatchFailureTests {
    @Test func anErrorOfAStepIsAFailureAndNeverSilence() throws {
        let sandbox = try StoreSandbox()
        let layout = try LayoutReader.read(
            Array(
                """
                {"name":"t","stores":[{"role":"deny","type":"hash","key":"d:${id}",
                  "fields":{"a":"1"},"also":{"set":"all","member":"${id}-${user}"}}]}
                """.utf8))
        let store = sandbox.store(withLayout: layout)
        let items = try ["a", "b"].map {
            Revocation(id: try Identifier($0), user: nil, expiry: .never)
        }
        let failed = RevocationOutcome.failed(.unnamed("user"))
        #expect(store.revoke(items, entry: nil).outcomes == [failed, failed])
        var rest: [Revocation]? = items
        var told: [RevocationOutcome] = []
        let broken = try store.revoke(
            entry: nil, clock: try store.clock(), item: { $0 },
            next: { _ in
                defer { rest = nil }
                return rest.map { .item($0) } ?? .end
            }, deliver: { _, outcome in told.append(outcome) })
        #expect(broken == nil)
        #expect(told == [failed, failed])
    }
}

extension StoreSandbox {
    fileprivate func store(withLayout layout: Layout) -> TokenStore {
        TokenStore(
            client: Self.client(server.socketPath), layout: layout,
            origin: .init(actor: "ann", host: "box"))
    }
}
