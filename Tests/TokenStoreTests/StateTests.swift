import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("The state of a token", .redis)
struct StateTests {
    /// User's cutoff, everybody's cutoff, the one that counts: seconds from now.
    static let cutoffs: [(Int64?, Int64?, Int64?)] = [
        (nil, nil, nil), (nil, -100, -100), (nil, -10, -10), (-100, nil, -100), (-100, -100, -100),
        (-100, -10, -10), (-10, nil, -10), (-10, -100, -10), (-10, -10, -10),
    ]

    /// `iat` in seconds from now, and whether it passes cutoffs of -100 and of -10.
    static let issued: [(Double, Bool, Bool)] = [
        (-200, false, false), (-100, false, false), (-99.5, false, false), (-99, true, false),
        (-10.5, true, false), (-10, true, false), (-9.75, true, false), (-9, true, true),
        (0, true, true), (59, true, true),
    ]

    @Test("The strictest cutoff decides", arguments: cutoffs)
    func cutoff(user: Int64?, global: Int64?, strictest: Int64?) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        if let user { try sandbox.raw("SET", "jwt:{ann}:cutoff", .integer(now + user)) }
        if let global { try sandbox.raw("SET", "jwt:cutoff", .integer(now + global)) }
        let state = try sandbox.state("j", "ann")
        #expect(state.userCutoff == user.map { now + $0 })
        #expect(state.globalCutoff == global.map { now + $0 })
        #expect(state.isUserKnown)
        guard let strictest else {
            for issued: IssuedAt in [.missing, .notSaid, .at(0), .at(1e18)] {
                #expect(state.judgeCutoff(issued) == .passes)
            }
            return
        }
        let value = now + strictest
        #expect(state.judgeCutoff(.missing) == .cutOff(value))
        #expect(state.judgeCutoff(.notSaid) == .unknown(value))
        for (offset, passesOlder, passesNewer) in Self.issued {
            let passes = strictest == -100 ? passesOlder : passesNewer
            #expect(
                state.judgeCutoff(.at(Double(now) + offset)) == (passes ? .passes : .cutOff(value)),
                "\(offset)")
        }
        let anonymous = try sandbox.state("j", nil)
        #expect(anonymous.cutoff == global.map { now + $0 })
        #expect(!anonymous.isUserKnown)
        #expect(anonymous.listing == .notAsked)
    }

    @Test("An iat 60 s ahead of Redis is the last that a standing cutoff lets pass")
    func future() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("SET", "jwt:cutoff", 1)
        let state = try sandbox.state("j", nil)
        #expect(state.judgeCutoff(.at(Double(state.time + 60))) == .passes)
        // Not cut off: as time goes by the same token passes.
        for iat in [Double(state.time + 60) + 0.25, Double(state.time + 61), 1e12] {
            #expect(state.judgeCutoff(.at(iat)) == .notYetIssued(iat))
        }
    }

    @Test("Many states come in the order of the questions, with or without user")
    func order() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.record("in", "ann", iat: now, exp: .at(now + 100))
        _ = try sandbox.record("endless", "bob", iat: now, exp: .never)
        _ = try sandbox.revoke("out", exp: .at(now + 100))
        try sandbox.raw("ZADD", "jwt:{ann}:tokens", .integer(now), "over")
        let ann = try Identifier("ann")
        let bob = try Identifier("bob")
        let queries = try [("in", ann), ("out", nil), ("endless", bob), ("in", bob), ("over", ann)]
            .map { StateQuery(id: try Identifier($0.0), user: $0.1) }
        let states = try sandbox.store.states(of: queries)
        #expect(
            states.map(\.listing) == [
                .listed(.at(now + 100)), .notAsked, .listed(.never), .notListed, .notListed,
            ])
        #expect(states.map { $0.denial != nil } == [false, true, false, false, false])
        let left = try #require(states[1].denial?.timeToLive)
        #expect((158...160).contains(left))
        #expect(try sandbox.store.states(of: []) == [])
    }

    @Test(
        "Any value of an entry revokes", arguments: ["", "1", "{", "null", "{\"why\":7}", "\u{0}"])
    func values(value: String) throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("SET", "jwt:deny:j", .text(value))
        let denial = try #require(try sandbox.state("j", nil).denial)
        #expect(denial.entry == DenyEntry())
        #expect(denial.timeToLive == nil)
    }

    @Test(
        "A foreign type is an error that names the key",
        arguments: ["jwt:deny:j", "jwt:{ann}:cutoff", "jwt:cutoff", "jwt:{ann}:tokens"])
    func foreignTypes(key: String) throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("LPUSH", .text(key), "x")
        let error = #expect(throws: StoreError.self) { try sandbox.state("j", "ann") }
        guard case .refused(let reply, _, let named) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reply.kind == .wrongType)
        #expect(named == Array(key.utf8))
    }
}
