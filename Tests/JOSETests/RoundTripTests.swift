import Foundation
import JSON
import TestSupport
import Testing

@testable import JOSE

/// `encode(decode(x)) == x` for every x that is accepted: there is one spelling for each value.
struct RoundTripTests {
    /// The same numbers on each run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test func base64urlOfEveryLengthComesBack() throws {
        var generator = Generator(state: 1)
        for count in 0...300 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Base64URL.encode(bytes)
            #expect(try Base64URL.decode(text) == bytes)
        }
        // And the other way round: what decodes is what would have been written.
        let characters = Array("AQgw-_+/= .\n".utf8)
        var accepted = 0
        var others: [[UInt8]] = []
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &generator)
            let text = (0..<count).map { _ in characters.randomElement(using: &generator) ?? 0 }
            guard let bytes = try? Base64URL.decode(text) else { continue }
            if Base64URL.encode(bytes) != text { others.append(text) }
            accepted += 1
        }
        #expect(others.isEmpty)
        #expect(accepted > 500)
    }

    /// A document of any shape: names and strings with all that needs an escape.
    private func value(_ depth: Int, _ generator: inout Generator) -> JSONValue {
        let strings = ["", "a", "é", "e\u{301}", "\u{0}", "\"\\/", "\u{1F600}", "\u{2028}", "\n\t"]
        let numbers = ["0", "-0", "1.50", "1E3", "9007199254740993", "-1e-300", "0.1"]
        switch Int.random(in: 0...(depth > 4 ? 4 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2:
            return
                (try? JSONParser.parse(
                    Array((numbers.randomElement(using: &generator) ?? "0").utf8))) ?? .null
        case 3, 4: return .string(strings.randomElement(using: &generator) ?? "")
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    value(depth + 1, &generator)
                })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0...4, using: &generator) {
                let name = (strings.randomElement(using: &generator) ?? "") + "\(index)"
                object.set(JSONString(name), value(depth + 1, &generator))
            }
            return .object(object)
        }
    }

    @Test func jsonThatIsWrittenIsReadAsItWas() throws {
        var generator = Generator(state: 2)
        var changed: [String] = []
        for _ in 0..<10_000 {
            let value = value(0, &generator)
            for escaping in [JSONEscaping.minimal, .visible] {
                for style in [JSONStyle.compact, .pretty] {
                    let text = value.encoded(style, escaping: escaping)
                    let read = try JSONParser.parse(text)
                    if read != value || read.encoded(style, escaping: escaping) != text {
                        changed.append(String(decoding: text, as: UTF8.self))
                    }
                }
            }
        }
        #expect(changed.isEmpty)
    }

    @Test(arguments: Algorithm.allCases)
    func whatIsSignedIsWhatIsVerified(_ algorithm: Algorithm) throws {
        var generator = Generator(state: 3)
        let pair = try pair(algorithm)
        let signer = try Signer(key: pair.signing, algorithm: algorithm)
        for _ in 0..<10 {
            guard case .object(let claims) = value(0, &generator) else { continue }
            let text = try signer.sign(header: [:], claims: claims)
            let token = try CompactToken(parsing: text)
            #expect(SignatureVerifier(keys: pair.verifying).verify(token).isVerified)
            #expect(try token.claims() == claims)
        }
    }

    /// Every token of the vectors that is accepted at all is the one spelling of its parts.
    @Test(.enabled(if: Vectors.arePresent)) func everyAcceptedTokenIsTheOneSpellingOfItsParts()
        throws
    {
        var texts: Set<String> = []
        func collect(_ value: Any) {
            switch value {
            case let text as String where text.utf8.count { $0 == UInt8(ascii: ".") } == 2:
                texts.insert(text)
            case let list as [Any]: list.forEach(collect)
            case let object as [String: Any]: object.values.forEach(collect)
            default: break
            }
        }
        for path in [
            "rfc/cases.json", "pyjwt/cases.json", "golang-jwt/cases.json", "jjwt/cases.json",
            "lcobucci-jwt/cases.json", "panva-jose/cases.json", "jwt-kit/cases.json",
            "wycheproof/json_web_signature_test.json", "wycheproof/json_web_key_test.json",
            "wycheproof/json_web_crypto_test.json",
        ] {
            collect(try Vectors.object(path))
        }
        for folder in ["jws", "rfc7797", "curve25519"] {
            let path = "rfc7520-cookbook/\(folder)"
            for name in try Vectors.names(in: path) where name.hasSuffix(".json") {
                collect(try Vectors.object("\(path)/\(name)"))
            }
        }
        for name in try Vectors.names(in: "latchset-jose/vectors") where name.hasSuffix(".jwsc") {
            let bytes = try Vectors.bytes("latchset-jose/vectors/\(name)")
            collect(String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self))
        }
        var accepted = 0
        for text in texts {
            let bytes = Array(text.utf8)
            guard let token = try? CompactToken(parsing: bytes) else { continue }
            accepted += 1
            let header = bytes.prefix { $0 != UInt8(ascii: ".") }
            let rejoined =
                Array(header) + [UInt8(ascii: ".")] + Base64URL.encode(token.payload)
                + [UInt8(ascii: ".")] + Base64URL.encode(token.signature)
            #expect(rejoined == bytes)
            #expect(Base64URL.encode(try Base64URL.decode(Array(header))) == Array(header))
            if let claims = try? token.claims() {
                let written = claims.encoded()
                let read = try JSONParser.parse(written)
                #expect(read == .object(claims))
                #expect(read.encoded() == written)
            }
        }
        print("round trips: \(accepted) of \(texts.count) tokens of the vectors are accepted")
        #expect(accepted > 300)
    }
}
