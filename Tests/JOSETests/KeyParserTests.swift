import JOSE
import JSON
import OpenSSL
import Testing

struct KeyParserTests {
    // RFC 7515 appendix A.3.1.
    private static let ecPublic =
        #""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#
    private static let ecScalar = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    private static let oct = #""kty":"oct","k":"\#(base64url(TestKeys.secret))""#
    // RFC 8037 appendix A.1.
    private static let edwards =
        #""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#

    @Test(
        arguments: [
            ("RSA 2048-bit private key", TestKeys.rsaPrivate),
            ("RSA 2048-bit public key", TestKeys.rsaPublic),
            ("EC P-256 private key", "some comment\n" + TestKeys.p256Private + "\n"),
            ("EC P-384 public key", TestKeys.p384Public),
            ("EC P-521 public key", TestKeys.p521Public),
            ("EC secp256k1 public key", TestKeys.secp256k1Public),
            ("Ed25519 private key", TestKeys.ed25519Private),
            ("Ed448 public key", TestKeys.ed448Public),
            ("EC P-256 public key, kid x", "{\(ecPublic),\"kid\":\"x\"}"),
            ("EC P-256 private key", " {\(ecPublic),\"d\":\"\(ecScalar)\"}\n"),
            ("Ed25519 public key", "{\(edwards)}"),
            ("512-bit HMAC secret", "{\(oct)}"),
        ])
    func keysAreReadAndDescribed(description: String, text: String) throws {
        let keys = try keys(text)
        #expect(keys.keys.map(\.description) == [description])
        #expect(!keys.isSet)
    }

    @Test(
        arguments: [
            ("", .empty), ("secret", .unrecognized),
            ("[]", .unsupportedFormat(.otherJSON)), ("{}", .unsupportedFormat(.otherJSON)),
            ("{\"kty\":", .invalidJSON(JSONError(.unexpectedEnd, at: 7))),
            ("-----BEGIN PUBLIC KEY-----", .invalidPEM),
            ("-----BEGIN PUBLIC KEY-----\n?\n-----END PUBLIC KEY-----", .invalidPEM),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PRIVATE KEY-----", .invalidPEM),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", .crypto(.unreadableKey)),
            (
                "-----BEGIN PRIVATE KEY--------END PRIVATE KEY-----\n",
                .unsupportedFormat(.damagedPEM)
            ),
            (TestKeys.rsaPublic + "\n" + TestKeys.p256Public, .severalKeys),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n-----END RSA PRIVATE KEY-----",
                .unsupportedFormat(.legacyEncrypted)
            ),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
                .crypto(.unreadableKey)
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                .crypto(.unreadableKey)
            ),
            (
                TestKeys.rsaPublic.replacing("PUBLIC KEY", with: "RSA PUBLIC KEY"),
                .mislabelled(label: .pkcs1Public, content: .spki)
            ),
            ("ssh-rsa AAAAB3NzaC1yc2E= me@here", .unsupportedFormat(.ssh)),
            (#"{"kty":1}"#, .invalidMember("kty")), (#"{"kty":"XYZ"}"#, .unsupportedKeyType("XYZ")),
            (#"{"kty":"oct"}"#, .invalidMember("k")),
            (#"{"kty":"oct","k":""}"#, .invalidMember("k")),
            (#"{"kty":"oct","k":"AA="}"#, .invalidMember("k")),
            (#"{"kty":"oct","k":"A A"}"#, .invalidMember("k")),
            (#"{"kty":"oct","k":"+_=="}"#, .invalidMember("k")),
            (#"{"kty":"EC","crv":"P-224"}"#, .unsupportedKeyType("P-224")),
            (#"{"kty":"EC"}"#, .invalidMember("crv")), (#"{"kty":"OKP"}"#, .invalidMember("crv")),
            (#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#, .unsupportedKeyType("X25519")),
            (#"{"kty":"RSA","n":"AQ"}"#, .invalidMember("e")),
            ("{\(ecPublic),\"d\":\"AA\"}", .wrongLength("d", count: 1, expected: 32)),
            ("{\(ecPublic),\"alg\":1}", .invalidMember("alg")),
            ("{\(ecPublic),\"key_ops\":[1]}", .invalidMember("key_ops")),
            ("{\(ecPublic),\"d\":\"\(ecScalar.dropLast())M\"}", .crypto(.inconsistentKey)),
            (#"{"keys":{}}"#, .invalidMember("keys")), (#"{"keys":[]}"#, .noUsableKey([])),
            ("{\"keys\":[{\(oct)},{\(ecPublic)}]}", .mixedSet),
            ("{\"keys\":[{\(oct)},{\"kty\":\"EC\"}]}", .mixedSet),
            ("{\"keys\":[{\(oct)},{\"x5c\":[]}]}", .mixedSet),
        ] as [(String, KeyError)])
    func whatIsNoKeyIsNamed(text: String, error: KeyError) {
        #expect(throws: error) { try keys(text) }
    }

    /// RFC 7518 sections 6.2.1.2 to 6.2.2.1: a number has one length, leading zeros included.
    @Test func coordinatesHaveTheLengthOfTheirCurve() throws {
        let names = ["x", "y", "d"]
        let values = [
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", Self.ecScalar,
        ]
        func jwk(_ name: String?, _ change: ([UInt8]) -> [UInt8]) throws -> String {
            let members = try zip(names, values).map { member, value in
                let bytes = try Base64URL.decode(Array(value.utf8))
                let text = Base64URL.encode(member == name ? change(bytes) : bytes)
                return #","\#(member)":"\#(String(decoding: text, as: UTF8.self))""#
            }
            return #"{"kty":"EC","crv":"P-256"\#(members.joined())}"#
        }
        #expect(try keys(jwk(nil) { $0 }).keys.count == 1)
        for name in names {
            for change in [{ [0] + $0 }, { Array($0.dropFirst()) }, { $0 + [0] }]
                as [([UInt8]) -> [UInt8]]
            {
                let text = try jwk(name, change)
                #expect {
                    try keys(text)
                } throws: { error in
                    guard case .wrongLength(JSONString(name), _, 32)? = error as? KeyError else {
                        return false
                    }
                    return true
                }
            }
        }
    }

    @Test func aSetSkipsWhatItCannotUse() throws {
        let set = try keys(
            """
            {"keys":[{"kty":"XYZ","kid":"new"},7,{\(Self.ecPublic),"kid":"good"},
             {"kty":"EC","crv":"P-224"},{\(Self.edwards),"use":"enc","kid":"good"}]}
            """)
        #expect(set.isSet)
        #expect(set.keys.map(\.keyID) == ["good", "good"])
        #expect(set.skipped.map(\.index) == [0, 1, 3])
        #expect(set.skipped.map(\.keyID) == ["new", nil, nil])
    }

    @Test(arguments: [("AQ", false), ("Ag", false), ("AQAA", false), ("Aw", true), ("AQAB", true)])
    func rsaExponentsAreOddAndNotOne(exponent: String, isAccepted: Bool) throws {
        let modulus = String(repeating: "_", count: 341) + "w"
        let jwk = #"{"kty":"RSA","n":"\#(modulus)","e":"\#(exponent)"}"#
        if isAccepted {
            #expect(try key(jwk).description.hasPrefix("RSA 2048-bit"))
        } else {
            #expect(throws: KeyError.unsafe(.publicExponent)) { try keys(jwk) }
        }
    }

    @Test func anRSAKeyServesItsFamilyOnly() throws {
        let key = try key(TestKeys.rsaPublic)
        #expect(
            key.algorithms(to: .verify) == [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512])
        #expect(key.algorithms(to: .sign).isEmpty)
    }

    @Test func anEdwardsKeyServesItsOwnCurveOnly() throws {
        let small = try key(TestKeys.ed25519Public)
        #expect(small.algorithms(to: .verify) == [.edDSA, .ed25519])
        let large = try key(TestKeys.ed448Public)
        #expect(large.algorithms(to: .verify) == [.edDSA, .ed448])
    }

    @Test func rsaKeysBeyond8192BitsAreRefusedForTheirCost() throws {
        let modulus = String(repeating: "_", count: 1368)
        let key = try key(#"{"kty":"RSA","n":"\#(modulus)","e":"AQAB"}"#)
        #expect(
            key.refusal(for: .rs256, to: .verify) == .tooLarge(bits: 8208, maximum: 8192))
    }

    @Test func noDescriptionHoldsASecret() throws {
        let key = try key("{\(Self.oct)}")
        #expect(!key.description.contains("0123"))
        #expect(!"\(KeyError.unrecognized)".isEmpty)
    }
}
