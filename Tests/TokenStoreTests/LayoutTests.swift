import Foundation
import Redis
import TestSupport
import Testing

@testable import TokenStore

@Suite("The native layout's names", .redis)
struct LayoutTests {
    let layout: Layout
    init() throws { layout = try .native() }

    @Test("Ids outside the contract are refused")
    func refusals() throws {
        #expect(throws: Identifier.Refusal.empty) { try Identifier("") }
        #expect(throws: Identifier.Refusal.tooLong) {
            try Identifier([UInt8](repeating: 97, count: 8193))
        }
        for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0xe2, 0x82]] {
            #expect(throws: Identifier.Refusal.notUTF8) { try Identifier(bytes) }
        }
        #expect(try Identifier([UInt8](repeating: 97, count: 8192)).bytes.count == 8192)
    }

    @Test(
        "Only plain names are namespaces",
        arguments: [
            ("jwt", true), ("A.b_c-9", true), ("", false), ("a:b", false), ("a{b", false),
            ("a*", false), ("a b", false), ("\u{e9}", false),
            (String(repeating: "a", count: 128), true),
            (String(repeating: "a", count: 129), false),
        ])
    func namespaces(name: String, isValid: Bool) {
        #expect(((try? Layout.native(namespace: name)) != nil) == isValid)
    }

    @Test(
        "Every byte outside the plain ones is percent-encoded",
        arguments: [
            ("AZaz09._~@+-", "AZaz09._~@+-"), ("a:b", "a%3Ab"), ("{}", "%7B%7D"), ("%", "%25"),
            ("\0\r\n", "%00%0D%0A"), ("\u{e9}", "%C3%A9"), ("e\u{301}", "e%CC%81"),
            ("*?[]\\", "%2A%3F%5B%5D%5C"),
            (" /", "%20%2F"),
        ])
    func encoding(id: String, part: String) throws {
        let id = try Identifier(id)
        #expect(try layout.nativeDenyKey(id) == Array("jwt:deny:\(part)".utf8))
        let keys = try layout.nativeKeys(of: id)
        #expect(keys.tokens == Array("jwt:{\(part)}:tokens".utf8))
        #expect(keys.meta == Array("jwt:{\(part)}:meta".utf8))
        #expect(keys.cutoff == Array("jwt:{\(part)}:cutoff".utf8))
    }

    @Test(
        "A spelling that is never written is not read",
        arguments: ["%41", "%2a", "%", "%2", "%2G", "a:b", "a{", "\u{e9}", "%FF", ""])
    func foreignSpellings(part: String) {
        #expect(layout.identifier(ofDenyKey: Array("jwt:deny:\(part)".utf8)) == nil)
        #expect(layout.user(ofTokensKey: Array("jwt:{\(part)}:tokens".utf8)) == nil)
    }

    @Test("10,000 random ids come back from their keys, and no two share one")
    func roundTrip() throws {
        var ids = Set(try Hostile.ids.map { try Identifier($0) })
        let alphabet = Array("ab%*{}:\\[]?\0\r\n 4A~\u{e9}\u{301}".unicodeScalars)
        while ids.count < 10_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...12) {
                text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count)])
            }
            ids.insert(try Identifier(text))
        }
        var keys: Set<[UInt8]> = Set(
            [layout.globalCutoffKey, layout.auditKey, layout.channel].compactMap(\.self))
        for id in ids {
            let deny = try layout.nativeDenyKey(id)
            #expect(layout.identifier(ofDenyKey: deny) == id)
            let own = try layout.nativeKeys(of: id)
            #expect(layout.user(ofTokensKey: own.tokens) == id)
            keys.formUnion([deny, own.tokens, own.meta, own.cutoff])
        }
        #expect(keys.count == 3 + 4 * ids.count)
    }

    @Test("The three keys of a user share a slot, as a Cluster counts it")
    func slots() throws {
        let server = try RedisServer(
            .tcp, configuration: ["cluster-enabled yes"] + RedisServer.busConfiguration())
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

    @Test("Every byte has one spelling in a key, and comes back from it")
    func everyByte() {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@+-".utf8)
        for byte in UInt8.min...UInt8.max {
            let text = PercentEncoding.encode([byte], after: [0x3A])
            let hex = String(byte, radix: 16, uppercase: true)
            let escaped = Array((":%" + (hex.count == 1 ? "0" : "") + hex).utf8)
            #expect(text == (plain.contains(byte) ? [0x3A, byte] : escaped))
            #expect(PercentEncoding.decode(text[1...]) == [byte])
            #expect((PercentEncoding.decode([byte]) == [byte]) == plain.contains(byte))
        }
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
