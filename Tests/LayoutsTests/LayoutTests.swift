import Foundation
import TestSupport
import Testing

@testable import Layouts

@Suite("The native layout's names")
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
}

extension Layout {
    fileprivate func identifier(ofDenyKey key: [UInt8]) -> Identifier? {
        deny?.key.parse(key)?[.id].flatMap(Identifier.init(found:))
    }

    fileprivate func user(ofTokensKey key: [UInt8]) -> Identifier? { list?.user(ofKey: key) }
}
