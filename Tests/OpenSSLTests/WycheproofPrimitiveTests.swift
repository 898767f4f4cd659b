import Foundation
import OpenSSL
import TestSupport
import Testing

/// Project Wycheproof's vectors for the operations under JOSE.
@Suite(.enabled(if: Vectors.arePresent)) struct WycheproofPrimitiveTests {
    /// The groups of a file, and how many tests it says it has.
    private func load(_ file: String) throws -> (groups: [[String: Any]], count: Int) {
        let object = try Vectors.object("wycheproof/\(file)_test.json")
        return (
            try #require(object["testGroups"] as? [[String: Any]]),
            try #require(object["numberOfTests"] as? Int)
        )
    }

    private func tests(_ group: [String: Any]) throws -> [[String: Any]] {
        try #require(group["tests"] as? [[String: Any]])
    }

    private func field(_ name: String, of test: [String: Any]) throws -> [UInt8] {
        try bytes(hex: try #require(test[name] as? String))
    }

    private func publicKey(_ group: [String: Any]) throws -> AsymmetricKey {
        try AsymmetricKey.subjectPublicKeyInfo(secret(field("publicKeyDer", of: group)))
    }

    /// The one signature among those with a foreign salt or mask that has the right ones: the file
    /// calls it invalid because there 32 bytes of salt are the foreign ones.
    private static let rightSaltElsewhere = ["rsa_pss_2048_sha256_mgf1_0": 69]

    /// Checks each test of a file; "acceptable" ones deviate from the standard and are refused.
    private func verifyAll(
        _ file: String, _ scheme: SignatureScheme, alwaysInvalid: Bool = false
    ) throws {
        let (groups, count) = try load(file)
        var executed = 0
        for group in groups {
            let key = try publicKey(group)
            for test in try tests(group) {
                let expected =
                    alwaysInvalid
                    ? Self.rightSaltElsewhere[file] == test["tcId"] as? Int
                    : test["result"] as? String == "valid"
                let verdict = try key.isSignature(
                    field("sig", of: test), of: field("msg", of: test), scheme: scheme)
                #expect(verdict == expected, "\(file) \(test["tcId"] ?? "")")
                executed += 1
            }
        }
        print("Wycheproof \(file): \(executed) of \(count)")
        #expect(executed == count)
    }

    @Test(
        arguments: [
            ("ecdsa_secp256r1_sha256", .ecdsa(.sha256, .p256)),
            ("ecdsa_secp384r1_sha384", .ecdsa(.sha384, .p384)),
            ("ecdsa_secp521r1_sha512", .ecdsa(.sha512, .p521)),
            ("ecdsa_secp256k1_sha256", .ecdsa(.sha256, .secp256k1)),
        ] as [(String, SignatureScheme)])
    func ecdsaTakesTwoNumbersAndNeverDER(file: String, scheme: SignatureScheme) throws {
        try verifyAll(file + "_p1363", scheme)
        try verifyAll(file, scheme, alwaysInvalid: true)
    }

    @Test(arguments: ["ed25519", "ed448"]) func edDSA(file: String) throws {
        try verifyAll(file, .edDSA)
    }

    @Test(arguments: [2048, 3072, 4096, 8192]) func rsaPKCS1(bits: Int) throws {
        try verifyAll("rsa_signature_\(bits)_sha256", .rsaPKCS1(.sha256))
        try verifyAll("rsa_signature_\(bits)_sha384", .rsaPKCS1(.sha384))
        try verifyAll("rsa_signature_\(bits)_sha512", .rsaPKCS1(.sha512))
    }

    @Test(
        arguments: [
            ("rsa_pss_2048_sha256_mgf1_32", .rsaPSS(.sha256)),
            ("rsa_pss_3072_sha256_mgf1_32", .rsaPSS(.sha256)),
            ("rsa_pss_4096_sha256_mgf1_32", .rsaPSS(.sha256)),
            ("rsa_pss_2048_sha384_mgf1_48", .rsaPSS(.sha384)),
            ("rsa_pss_4096_sha384_mgf1_48", .rsaPSS(.sha384)),
            ("rsa_pss_4096_sha512_mgf1_64", .rsaPSS(.sha512)),
            ("rsa_pss_2048_sha256_mgf1_32_params", .rsaPSS(.sha256)),
            ("rsa_pss_4096_sha512_mgf1_64_params", .rsaPSS(.sha512)),
        ] as [(String, SignatureScheme)])
    func rsaPSSWithASaltAsLongAsTheHash(file: String, scheme: SignatureScheme) throws {
        try verifyAll(file, scheme)
    }

    @Test(
        arguments: [
            ("rsa_pss_2048_sha256_mgf1_0", .rsaPSS(.sha256)),
            ("rsa_pss_2048_sha1_mgf1_20", .rsaPSS(.sha256)),
            ("rsa_pss_2048_sha256_mgf1sha1_20", .rsaPSS(.sha256)),
            ("rsa_pss_4096_sha512_mgf1_32", .rsaPSS(.sha512)),
        ] as [(String, SignatureScheme)])
    func rsaPSSWithAnotherSaltOrMaskIsRefused(file: String, scheme: SignatureScheme) throws {
        try verifyAll(file, scheme, alwaysInvalid: true)
    }

    @Test(arguments: [2048, 3072, 4096]) func rsaPKCS1SignaturesAreThePublishedOnes(bits: Int)
        throws
    {
        let (groups, count) = try load("rsa_pkcs1_\(bits)_sig_gen")
        let digests: [String: Digest] = [
            "SHA-256": .sha256, "SHA-384": .sha384, "SHA-512": .sha512,
        ]
        var executed = 0
        var otherHash = 0
        for group in groups {
            let key = try AsymmetricKey.privateKeyInfo(secret(field("privateKeyPkcs8", of: group)))
            for test in try tests(group) {
                guard let digest = digests[group["sha"] as? String ?? ""] else {
                    otherHash += 1
                    continue
                }
                let signature = try key.sign(field("msg", of: test), scheme: .rsaPKCS1(digest))
                #expect(try signature == field("sig", of: test), "\(test["tcId"] ?? "")")
                executed += 1
            }
        }
        print(
            "Wycheproof rsa_pkcs1_\(bits)_sig_gen: \(executed) of \(count), \(otherHash) other hash"
        )
        #expect(executed > 0 && executed + otherHash == count)
    }

    @Test(
        arguments: [("hmac_sha256", .sha256), ("hmac_sha384", .sha384), ("hmac_sha512", .sha512)]
            as [(String, Digest)])
    func hmac(file: String, digest: Digest) throws {
        let (groups, count) = try load(file)
        var executed = 0
        for group in groups {
            // A tag that was cut short is no JWS MAC, valid or not.
            let isWhole = group["tagSize"] as? Int == digest.byteCount * 8
            for test in try tests(group) {
                let authenticator = try MessageAuthenticator.make(
                    secret: secret(field("key", of: test)), digest: digest)
                let message = try field("msg", of: test)
                let verdict = try authenticator.isCode(
                    field("tag", of: test), for: message.span)
                #expect(
                    verdict == (isWhole && test["result"] as? String == "valid"),
                    "\(file) \(test["tcId"] ?? "")")
                executed += 1
            }
        }
        print("Wycheproof \(file): \(executed) of \(count)")
        #expect(executed == count)
    }
}
