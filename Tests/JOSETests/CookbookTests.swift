import Foundation
import JSON
import TestSupport
import Testing

@testable import JOSE

/// RFC 7520 and its neighbours, as the cookbook of the JOSE working group and the tests of latchset's
/// jose have them.
@Suite(.enabled(if: Vectors.arePresent)) struct CookbookTests {
    /// What has to become of an example.
    private enum Verdict: Equatable {
        case verified
        /// No token in the compact serialization.
        case malformed(MalformedToken.Fault)
        case refused(Reason)
    }

    private func verdict(on text: String, _ keys: KeySet) -> Verdict {
        do throws(MalformedToken) {
            let token = try token(text)
            return SignatureVerifier(keys: keys).verify(token).reason.map(Verdict.refused)
                ?? .verified
        } catch {
            return .malformed(error.fault)
        }
    }

    private func data(_ json: Any) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: json))
    }

    private func files(_ folder: String) throws -> [(name: String, object: [String: Any])] {
        try Vectors.names(in: "rfc7520-cookbook/\(folder)").filter { $0.hasSuffix(".json") }.map {
            ($0, try Vectors.object("rfc7520-cookbook/\(folder)/\($0)"))
        }
    }

    @Test func everyKeyOfSection3IsRead() throws {
        let files = try files("jwk")
        for (name, jwk) in files {
            let key = try KeyParser.parse(try data(jwk)).keys[0]
            let isPrivate = key.isSecret || key.hasPrivateHalf
            #expect(isPrivate == !name.contains("public"), "\(name)")
            #expect(key.keyID.map(\.text) == jwk["kid"] as? String, "\(name)")
        }
        #expect(files.count == 6)
    }

    /// Sections 4.1 to 4.4 verify; 4.5 has its payload elsewhere; the others have no compact form.
    @Test func everySignatureOfSection4GetsItsVerdict() throws {
        let files =
            try files("jws") + [
                ("curve25519", try Vectors.object("rfc7520-cookbook/curve25519/jws.json"))
            ]
        var verified = 0
        var refused = 0
        for (name, example) in files {
            let output = try #require(example["output"] as? [String: Any])
            let input = try #require(example["input"] as? [String: Any])
            let key = try #require((input["key"] as? [Any])?.first ?? input["key"])
            let keys = try KeyParser.parse(try data(key))
            for form in ["json", "json_flat"] where output[form] != nil {
                let text = String(decoding: try data(try #require(output[form])), as: UTF8.self)
                guard case .malformed = verdict(on: text, keys) else {
                    Issue.record("\(name) \(form)")
                    continue
                }
                refused += 1
            }
            guard let compact = output["compact"] as? String else { continue }
            if name.hasPrefix("4_5") {
                // Without its payload it signs nothing.
                #expect(verdict(on: compact, keys) == .refused(.badSignature), "\(name)")
                refused += 1
                continue
            }
            // The example of section 4.3 names an algorithm that is none: ES521 in its key.
            let isMisnamed = (key as? [String: Any])?["alg"] as? String == "ES521"
            #expect(
                verdict(on: compact, keys)
                    == (isMisnamed ? .refused(.algorithmNotAllowed) : .verified), "\(name)")
            verified += 1
        }
        print("cookbook: \(verified) compact signatures, \(refused) others refused")
        #expect(files.count == 9)
        #expect(verified == 5)
        #expect(refused == 18)
    }

    @Test func everyEncryptedTokenIsRefused() throws {
        let files =
            try files("jwe") + [
                ("ecdh-es", try Vectors.object("rfc7520-cookbook/curve25519/ecdh-es.json")),
                (
                    "nested",
                    try Vectors.object("rfc7520-cookbook/6.nesting_signatures_and_encryption.json")
                ),
            ]
        let secret = try keys(
            #"{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg"}"#
        )
        var compactCount = 0
        for (name, example) in files {
            let output = (example["output"] ?? (example["encrypt"] as? [String: Any])?["output"])
            for (form, value) in try #require(output as? [String: Any], "\(name)") {
                if let text = value as? String {
                    guard form == "compact" else { continue }
                    #expect(verdict(on: text, secret) == .malformed(.encrypted), "\(name)")
                    compactCount += 1
                } else {
                    let text = String(decoding: try data(value), as: UTF8.self)
                    guard case .malformed = verdict(on: text, secret) else {
                        Issue.record("\(name) \(form)")
                        continue
                    }
                }
            }
        }
        #expect(files.count == 15)
        #expect(compactCount >= 10)
    }

    @Test func unencodedPayloadsAreRefused() throws {
        let files = try files("rfc7797")
        #expect(files.count == 2)
        for (name, example) in files {
            let output = try #require(example["output"] as? [String: Any])
            let input = try #require(example["input"] as? [String: Any])
            let keys = try KeyParser.parse(try data(try #require(input["key"])))
            for (form, value) in output {
                let text = try value as? String ?? String(decoding: data(value), as: UTF8.self)
                // The payload is text with dots, or the token is in the JSON serialization.
                guard case .malformed = verdict(on: text, keys) else {
                    Issue.record("\(name) \(form)")
                    continue
                }
            }
        }
        // Where the payload could be either, it is the header that says no.
        for member in [#""b64":false,"crit":["b64"]"#, #""b64":false"#, #""b64":true"#] {
            let text = try Signer(key: Secret.parse(secretBytes(TestKeys.secret)))
                .sign(header: [:], claims: ["sub": "a"])
            let payload = String(decoding: text, as: UTF8.self).split(separator: ".")[1]
            let token = "\(base64url(#"{"alg":"HS256",\#(member)}"#)).\(payload).AAAA"
            let keys = KeySet(try Secret.parse(secretBytes(TestKeys.secret)))
            #expect(verdict(on: token, keys) == .refused(.unsupportedHeader), "\(member)")
        }
    }

    /// latchset/jose: `.jwk` and `.jwkset` are read, `.jwsc` verifies, `.jwsf` and `.jwsg` have no
    /// compact form.
    @Test func everyFileOfLatchsetGetsItsVerdict() throws {
        // Placeholders in its folder, whose keys stand elsewhere.
        let keyOfExample = [
            "rfc7520_4.1": "rfc7520_3.3", "rfc7520_4.2": "rfc7520_3.3",
            "rfc7520_4.3": "rfc7520_3.1",
            "rfc7520_4.4": "rfc7520_3.5", "rfc7520_4.5": "rfc7520_3.5",
        ]
        let refusedTokens: [String: Verdict] = [
            "rfc7515_A.5.jwsc": .refused(.algorithmNotAllowed),
            // The key of section 3.1 has no alg here; the payload of 4.5 is elsewhere.
            "rfc7520_4.5.jwsc": .refused(.badSignature),
        ]
        var counts: [String: Int] = [:]
        for name in try Vectors.names(in: "latchset-jose/vectors") {
            let bytes = try Vectors.bytes("latchset-jose/vectors/\(name)")
            let text = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let stem = (name as NSString).deletingPathExtension
            let kind = (name as NSString).pathExtension
            counts[kind, default: 0] += 1
            switch kind {
            case "jwk" where text.utf8.count > 40, "jwkset":
                do throws(KeyError) {
                    #expect(try !KeyParser.parse(bytes).keys.isEmpty)
                } catch {
                    // RFC 7517 appendix A.3 has two secrets, one of 128 bits for key wrapping;
                    // A.4.8 of RFC 7520 mixes a secret with public keys.
                    #expect(error == .mixedSet, "\(name): \(error)")
                    #expect(name == "rfc7520_4.8.jwkset", "\(name)")
                }
            case "jwsc":
                let source = keyOfExample[stem] ?? stem
                let keys =
                    stem == "rfc7515_A.5"
                    ? try keys(#"{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}"#)
                    : try KeyParser.parse(Vectors.bytes("latchset-jose/vectors/\(source).jwk"))
                // RFC 7515 appendix A.4 signs a payload that is no JSON; its signature holds.
                #expect(verdict(on: text, keys) == refusedTokens[name] ?? .verified, "\(name)")
            case "jwsf", "jwsg":
                guard
                    case .malformed = verdict(
                        on: text, try keys(#"{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}"#))
                else {
                    Issue.record("\(name)")
                    continue
                }
            case "thp":
                let key = try KeyParser.parse(Vectors.bytes("latchset-jose/vectors/\(stem).jwk"))
                #expect(try key.keys[0].thumbprint().text == text)
            default: continue
            }
        }
        print("latchset/jose: \(counts)")
        #expect(
            counts == [
                "jwk": 25, "jwkset": 5, "jwsc": 10, "jwsf": 8, "jwsg": 9, "payl": 1, "thp": 1,
            ])
    }

    /// CVE-2023-50967: p2c asks for billions of rounds; the shape alone is enough to refuse it.
    @Test func aHugeIterationCountCostsNothing() throws {
        let text = String(
            decoding: try Vectors.bytes("latchset-jose/cve-2023-50967/cve-2023-50967.jwe"),
            as: UTF8.self
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        let keys = try keys(#"{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}"#)
        let start = ContinuousClock.now
        // In the JSON serialization; a token is in the compact one.
        #expect(verdict(on: text, keys) == .malformed(.segmentCount(1)))
        #expect(ContinuousClock.now - start < .milliseconds(50))
        let small = try KeyParser.parse(Vectors.bytes("latchset-jose/issue-75/rsa512.pem"))
        #expect(small.keys[0].algorithms(to: .verify).isEmpty)
    }
}
