import Foundation
import JOSE
import JSON
import Platform
import TestSupport
import Testing

/// Tokens that the test suites of other JWT libraries hold, with the keys that they come with.
@Suite(.enabled(if: Vectors.arePresent)) struct OtherLibrariesTests {
    /// Good signatures that we refuse, by name. The list may only shrink.
    private static let refusedGood: [String: String] = [
        "panva/sign.test.ts:35": "an extension in crit",
        "pyjwt/test_api_jws.py:287:test_decode_algorithm_param_should_be_case_sensitive":
            "hs256 is no algorithm",
        "pyjwt/test_api_jws.py:429:test_decodes_valid_rs384_jws": "an SSH key is not read",
        "pyjwt/test_api_jwt.py:359:test_decodes_valid_rs384_jwt": "an SSH key is not read",
    ]

    private func keySet(_ key: [String: Any], _ folder: String) throws -> KeySet {
        if let secret = key["secret_utf8"] as? String {
            return KeySet(try Secret.parse(secretBytes(secret), encoding: .raw))
        }
        if let secret = key["secret_base64"] as? String {
            return KeySet(try Secret.parse(secretBytes(secret), encoding: .base64))
        }
        if let jwk = key["jwk"] {
            return try KeyParser.parse([UInt8](JSONSerialization.data(withJSONObject: jwk)))
        }
        let file = try #require(key["file"] as? String)
        let bytes = try Vectors.bytes("\(folder)/\(file)")
        return file.hasSuffix("hmacTestKey")
            ? KeySet(try Secret.parse(SecretBytes(copying: bytes), encoding: .raw))
            : try KeyParser.parse(bytes)
    }

    /// Weak keys are allowed: a secret of six letters is dear to test suites.
    private func isVerified(_ example: [String: Any], _ folder: String) throws -> Bool {
        let key = try #require(example["key"] as? [String: Any])
        guard let text = example["token"] as? String, let token = try? token(text),
            let keys = try? keySet(key, folder)
        else { return false }
        return SignatureVerifier(keys: keys, allowWeak: true).verify(token).isVerified
    }

    @Test(
        arguments: [
            ("golang-jwt", 29), ("jjwt", 2), ("panva-jose", 4), ("pyjwt", 35), ("lcobucci-jwt", 3),
            ("jwt-kit", 8),
        ])
    func everySignatureGetsItsVerdict(folder: String, expectedCount: Int) throws {
        let object = try Vectors.object("\(folder)/cases.json")
        var executed = 0
        for example in try #require(object["cases"] as? [[String: Any]]) {
            // Without a key or a judged signature it is a case for another layer.
            guard example["key"] is [String: Any], let verdict = example["signature"] as? String
            else { continue }
            let name = example["name"] as? String ?? ""
            let expected = verdict == "good" && Self.refusedGood[name] == nil
            #expect(try isVerified(example, folder) == expected, "\(name)")
            executed += 1
        }
        print("\(folder): \(executed) of \(expectedCount)")
        #expect(executed == expectedCount)
    }
}
