import JOSE
import JSON
import OpenSSL
import Testing

struct SignatureVerifierTests {
    private func jwk(_ members: String = "", secret: String = TestKeys.secret) -> String {
        #"{"kty":"oct","k":"\#(base64url(secret))"\#(members)}"#
    }

    private func verify(
        _ token: [UInt8], _ keys: KeySet, _ algorithm: Algorithm? = nil, allowWeak: Bool = false
    ) throws -> SignatureVerdict {
        SignatureVerifier(keys: keys, algorithm: algorithm, allowWeak: allowWeak)
            .verify(try CompactToken(parsing: token))
    }

    @Test(arguments: Algorithm.allCases)
    func onlyTheDemandedAlgorithmIsAccepted(algorithm: Algorithm) throws {
        let token = try signed(algorithm)
        let keys = try pair(algorithm).verifying
        for demanded in Algorithm.allCases {
            let reason = try verify(token, keys, demanded).reason
            #expect(reason == (demanded == algorithm ? nil : .algorithmNotAllowed))
        }
    }

    @Test(arguments: Algorithm.allCases)
    func onlyTheAlgorithmOfTheJWKIsAccepted(declared: Algorithm) throws {
        let keys = try keys(jwk(#","alg":"\#(declared)""#))
        for algorithm in [Algorithm.hs256, .hs384, .hs512] {
            let reason = try verify(signed(algorithm), keys).reason
            #expect(reason == (declared == algorithm ? nil : .algorithmNotAllowed))
        }
    }

    @Test(arguments: Algorithm.allCases)
    func aKeyOfAnotherKindVerifiesNothing(algorithm: Algorithm) throws {
        let token = try signed(algorithm)
        for other in Algorithm.allCases {
            let keys = try pair(other).verifying
            let reason = try verify(token, keys).reason
            if keys.keys[0].refusal(for: algorithm, to: .verify) != nil {
                #expect(reason == .algorithmNotAllowed)
            } else {
                // EdDSA is the name for both curves, of which one signed.
                let isSameKey = (algorithm == .ed448) == (other == .ed448)
                #expect(reason == (isSameKey ? nil : .badSignature))
            }
        }
    }

    @Test func algorithmsAreNamedByTheirExactBytes() {
        #expect(Algorithm(name: "ES256K") == .es256k)
        // To Swift the Kelvin sign is a K.
        #expect(Algorithm(name: "ES256\u{212A}") == nil)
        #expect(Algorithm.allCases.allSatisfy { Algorithm(name: JSONString($0.rawValue)) == $0 })
    }

    @Test(
        arguments: [
            "none", "None", "NONE", "nOnE", "none ", "", "hs256", "HS256 ", "HS2566",
            "ES256\u{212A}",
            "\u{FF28}S256", "HS1", "dir", "RSA1_5",
        ])
    func unknownAlgorithmsAreNeverAccepted(name: String) throws {
        let keys = try pair(.hs256).verifying
        let text = unsigned(header: #"{"alg":"\#(name)"}"#)
        #expect(try verify(Array(text.utf8), keys).reason == .algorithmNotAllowed)
        let empty = Array(text.utf8.dropLast(4))
        #expect(try verify(empty, keys).reason == .algorithmNotAllowed)
    }

    @Test(
        arguments: [
            #""crit":["exp"],"exp":1"#, #""crit":[]"#, #""crit":null"#,
            #""crit":["b64"],"b64":true"#,
            #""b64":false"#, #""b64":true"#, #""zip":"DEF""#,
        ])
    func headersThatChangeTheRulesAreRefused(members: String) throws {
        let header = Base64URL.encode(Array(#"{"alg":"HS256",\#(members)}"#.utf8))
        let signingInput = header + Array(".e30".utf8)
        // Signed with the right key: only the header is at fault.
        let signature = try macHS256(signingInput)
        let token = signingInput + [UInt8(ascii: ".")] + Base64URL.encode(signature)
        #expect(try verify(token, pair(.hs256).verifying).reason == .unsupportedHeader)
    }

    @Test func keysInTheHeaderAreIgnored() throws {
        let mine = try pair(.es256).verifying
        let header: JSONObject = [
            "jwk": ["kty": "oct", "k": "AAAA"], "jku": "https://attacker.example/",
            "x5u": "file:///dev/zero", "x5c": ["AAAA"],
        ]
        #expect(try verify(signed(.es256, header: header), mine).isVerified)
        let other = try keys(TestKeys.p256Private)
        #expect(try verify(signed(.es256, header: header), other).isVerified)
        #expect(try verify(signed(.hs256, header: header), mine).reason == .algorithmNotAllowed)
    }

    @Test func allBadSignaturesReadTheSame() throws {
        let keys = try pair(.es256).verifying
        let good = try signed(.es256)
        let parts = good.split(separator: UInt8(ascii: "."))
        let unsignedPart = Array((parts[0] + [UInt8(ascii: ".")] + parts[1]))
        func failure(_ signature: [UInt8]) throws -> SignatureVerdict {
            try verify(unsignedPart + [UInt8(ascii: ".")] + Base64URL.encode(signature), keys)
        }
        let zeros = try failure([UInt8](repeating: 0, count: 64))
        #expect(zeros.reason == .badSignature)
        #expect(try failure([]) == zeros)
        #expect(try failure([UInt8](repeating: 7, count: 63)) == zeros)
        #expect(try failure([UInt8](repeating: 255, count: 64)) == zeros)
        #expect(try failure([0x30, 0x06, 2, 1, 1, 2, 1, 1]) == zeros)
    }

    @Test func aKidSelectsInsideASetOnly() throws {
        let other = String(repeating: "zy", count: 32)
        let set = #"{"keys":[\#(jwk(#","kid":"a""#)),\#(jwk(#","kid":"b""#, secret: other))]}"#
        let keys = try keys(set)
        #expect(try verify(signed(.hs256, header: ["kid": "a"]), keys).isVerified)
        #expect(try verify(signed(.hs256, header: ["kid": "b"]), keys).reason == .badSignature)
        #expect(try verify(signed(.hs256, header: ["kid": "c"]), keys).reason == .noKey)
        #expect(try verify(signed(.hs256), keys).isVerified)
        let single = try key(jwk(#","kid":"a""#))
        #expect(try verify(signed(.hs256, header: ["kid": "c"]), KeySet(single)).isVerified)
    }

    @Test func kidsAreComparedAsBytes() throws {
        let keys = try keys(#"{"keys":[\#(jwk(",\"kid\":\"caf\u{e9}\""))]}"#)
        #expect(try verify(signed(.hs256, header: ["kid": "caf\u{e9}"]), keys).isVerified)
        #expect(try verify(signed(.hs256, header: ["kid": "cafe\u{301}"]), keys).reason == .noKey)
    }

    @Test(
        arguments: [
            (#","use":"enc""#, .noKey), (#","key_ops":["sign"]"#, .noKey),
            (#","key_ops":[]"#, .noKey), (#","use":"sig","key_ops":["verify"]"#, nil),
            (#","alg":"HS384""#, .algorithmNotAllowed), (#","alg":"ES521""#, .algorithmNotAllowed),
        ] as [(String, Reason?)])
    func theRestrictionsOfAJWKAreHonoured(members: String, reason: Reason?) throws {
        #expect(try verify(signed(.hs256), keys(jwk(members))).reason == reason)
    }

    @Test func weakKeysAreRefusedUnlessAllowed() throws {
        let short = KeySet(try Secret.parse(secretBytes("only thirty-one bytes, not more")))
        let weak = try Signer(key: short.keys[0], algorithm: .hs256, allowWeak: true)
            .sign(header: [:], claims: [:])
        #expect(try verify(weak, short).reason == .weakKey)
        #expect(try verify(weak, short, allowWeak: true).isVerified)
        let forHS256 = KeySet(try Secret.parse(secretBytes(String(repeating: "xw", count: 16))))
        #expect(forHS256.keys[0].algorithms(to: .verify) == [.hs256])

        let rsa = try keys(TestKeys.smallRSAPrivate)
        let small = try Signer(key: rsa.keys[0], allowWeak: true).sign(header: [:], claims: [:])
        #expect(try verify(small, rsa).reason == .weakKey)
        #expect(try verify(small, rsa, allowWeak: true).isVerified)
    }

    @Test func theKeysThatWereTriedAreNamed() throws {
        let set =
            #"{"keys":[\#(jwk(#","kid":"a","use":"enc""#)),\#(jwk(#","kid":"b""#, secret: String(repeating: "zy", count: 32)))]}"#
        guard case .failed(let failure) = try verify(signed(.hs256), keys(set)) else {
            Issue.record("verified")
            return
        }
        #expect(failure.reason == .badSignature)
        #expect(
            failure.trials.map(\.key) == [
                "512-bit HMAC secret, kid a", "512-bit HMAC secret, kid b",
            ])
        #expect(failure.trials.map(\.refusal) == [.otherUse("enc"), nil])
    }

    private func macHS256(_ message: [UInt8]) throws -> [UInt8] {
        try MessageAuthenticator.make(secret: secretBytes(TestKeys.secret), digest: .sha256)
            .code(for: message)
    }
}
