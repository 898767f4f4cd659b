import Foundation
import JOSE
import JSON
import TestSupport
import Testing

/// Project Wycheproof's JOSE files.
@Suite(.enabled(if: Vectors.arePresent)) struct WycheproofTests {
    /// Where our verdict is not the published one, by file and tcId. The list may only shrink.
    private static let deviations: [String: [Int: String]] = [
        "json_web_signature": [
            346: "the JWK says PS256, the token PS384",
            350: "the JWK says PS256, the token PS384",
            347: "the JWK says ES521, which is no algorithm",
            351: "the JWK says ES521, which is no algorithm",
            367: "byte for byte the token of tcId 357, which is valid",
            370: "byte for byte the token of tcId 357, which is valid",
            372: "a question mark within base64url",
            373: "a question mark within base64url",
        ],
        "json_web_key": [4: "two keys share a kid, which RFC 7517 section 4.5 allows"],
    ]

    private func isVerified(_ group: [String: Any], _ jws: Any?) throws -> Bool {
        let jwk = try #require(group["public"] ?? group["private"])
        let data = try JSONSerialization.data(withJSONObject: jwk)
        guard let text = jws as? String, let token = try? token(text),
            let keys = try? KeyParser.parse([UInt8](data))
        else { return false }
        return SignatureVerifier(keys: keys, allowWeak: Self.isZero(jwk)).verify(token).isVerified
    }

    /// Some cases use 32 zero bytes as their secret, which needs `--allow-weak-key` here.
    private static func isZero(_ jwk: Any) -> Bool {
        let text = (jwk as? [String: Any])?["k"] as? String
        return text == String(repeating: "A", count: 43)
    }

    @Test(
        arguments: [
            ("json_web_signature", 401), ("json_web_key", 26), ("json_web_crypto", 83),
            ("json_web_encryption", 139),
        ])
    func everyTokenGetsItsVerdict(file: String, expectedCount: Int) throws {
        let groups = try #require(
            try Vectors.object("wycheproof/\(file)_test.json")["testGroups"] as? [[String: Any]])
        var executed = 0
        var deviating: Set<Int> = []
        for group in groups {
            for test in try #require(group["tests"] as? [[String: Any]]) {
                let id = try #require(test["tcId"] as? Int)
                // A JWE is refused by its shape, however valid.
                let expected = test["jwe"] == nil && test["result"] as? String == "valid"
                if try isVerified(group, test["jws"] ?? test["jwe"]) != expected {
                    deviating.insert(id)
                }
                executed += 1
            }
        }
        #expect(deviating == Set((Self.deviations[file] ?? [:]).keys))
        print("Wycheproof \(file): \(executed) of \(expectedCount), \(deviating.count) deviate")
        #expect(executed == expectedCount)
    }
}
