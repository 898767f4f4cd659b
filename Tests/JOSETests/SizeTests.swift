import Foundation
import JOSE
import JSON
import OpenSSL
import TestSupport
import Testing

/// The sizes that RFC 7518, RFC 8037 and RFC 8812 prescribe.
struct SizeTests {
    /// Of signatures and codes in bytes, written down a second time; RSA's are those of the modulus.
    private static let signatureByteCounts: [Algorithm: Int] = [
        .hs256: 32, .hs384: 48, .hs512: 64, .rs256: 256, .rs384: 256, .rs512: 256, .ps256: 256,
        .ps384: 256, .ps512: 256, .es256: 64, .es384: 96, .es512: 132, .es256k: 64, .edDSA: 64,
        .ed25519: 64, .ed448: 114,
    ]

    @Test(arguments: Algorithm.allCases)
    func signaturesHaveTheirSizeAndNoOther(_ algorithm: Algorithm) throws {
        let text = try signed(algorithm)
        let size = try #require(Self.signatureByteCounts[algorithm])
        let signature = try CompactToken(parsing: text).signature
        #expect(signature.count == size)

        let verifier = SignatureVerifier(keys: try pair(algorithm).verifying)
        let input = text.prefix(upTo: text.lastIndex(of: UInt8(ascii: ".")) ?? 0)
        func isVerified(_ signature: [UInt8]) throws -> Bool {
            let text = input + [UInt8(ascii: ".")] + Base64URL.encode(signature)
            return verifier.verify(try CompactToken(parsing: Array(text))).isVerified
        }
        #expect(try isVerified(signature))
        // Of a signature of two numbers both are cut or stretched, too: it is the same pair.
        let (first, second) = (signature.prefix(size / 2), signature.suffix(size / 2))
        let changed = [
            [], Array(signature.dropLast()), Array(signature.dropFirst()), signature + [0],
            [0] + signature, Array([0] + first + [0] + second), signature + signature,
            Array(first.dropFirst() + second.dropFirst()),
        ]
        for signature in changed { #expect(try !isVerified(signature), "\(signature.count)") }
    }

    /// RFC 7518 sections 3.2, 3.3 and 3.5: a byte less than the hash, a bit less than 2048.
    @Test func keysHaveTheirLeastSize() throws {
        for (algorithm, size) in [(Algorithm.hs256, 32), (.hs384, 48), (.hs512, 64)] {
            for count in [size - 1, size] {
                let secret = String(repeating: "0123456789", count: 7).prefix(count)
                let refusal = try Secret.parse(secretBytes(String(secret)))
                    .refusal(for: algorithm, to: .sign)
                #expect(
                    refusal
                        == (count < size ? .tooSmall(bits: 8 * count, minimum: 8 * size) : nil))
            }
        }
        for (bits, expected) in [
            (2047, KeyRefusal.tooSmall(bits: 2047, minimum: 2048)), (2048, nil), (8192, nil),
            (8193, .tooLarge(bits: 8193, maximum: 8192)),
        ] {
            // The bit that makes its length, and the last, since no modulus is even.
            var modulus = [UInt8](repeating: 0, count: (bits + 7) / 8)
            modulus[0] = 1 << UInt8((bits - 1) % 8)
            modulus[modulus.count - 1] |= 1
            let n = String(decoding: Base64URL.encode(modulus), as: UTF8.self)
            let key = try key(#"{"kty":"RSA","n":"\#(n)","e":"AQAB"}"#)
            for algorithm in [Algorithm.rs256, .rs384, .rs512, .ps256, .ps384, .ps512] {
                #expect(key.refusal(for: algorithm, to: .verify) == expected, "\(bits)")
            }
        }
    }

    /// The table above against the one of the vectors.
    @Test(.enabled(if: Vectors.arePresent)) func thePublishedTableIsOurs() throws {
        let table = try #require(
            Vectors.object("rfc/cases.json")["rfc7518_sizes"] as? [String: Any])
        var count = 0
        for (name, value) in table {
            // "modulus >= 2048 bits" is judged above.
            guard name != "RS" && name != "PS" else { continue }
            let algorithm = try #require(Algorithm(name: JSONString(name)))
            let number = (value as? String)?.prefix { "0"..."9" ~= $0 }
            let size = try #require(value as? Int ?? number.flatMap { Int($0) }, "\(name)")
            #expect(Self.signatureByteCounts[algorithm] == size, "\(name)")
            count += 1
        }
        #expect(count == table.count - 2 && count == 9)
    }

    /// Every thumbprint of the collection (RFC 7638 section 3.1, RFC 8037 appendix A.3).
    @Test(.enabled(if: Vectors.arePresent)) func everyPublishedThumbprintIsFound() throws {
        let cases = try #require(
            Vectors.object("rfc/cases.json")["thumbprints"] as? [[String: Any]])
        for example in cases {
            let jwk = try JSONSerialization.data(withJSONObject: try #require(example["jwk"]))
            let key = try KeyParser.parse([UInt8](jwk)).keys[0]
            #expect(try key.thumbprint().text == example["sha256"] as? String)
        }
        #expect(cases.count == 2)
    }

    /// RFC 9068 figure 2, which the RFC does not sign: its header and claims are those of an access
    /// token, however its type is spelled, until its time is over.
    @Test(.enabled(if: Vectors.arePresent)) func theAccessTokenOfRFC9068PassesItsRules() throws {
        let example = try #require(Vectors.object("rfc/cases.json")["rfc9068"] as? [String: Any])
        let header = try #require(example["header"] as? String)
        let payload = try JSONSerialization.data(withJSONObject: try #require(example["claims"]))
        let token = try token(
            unsigned(header: header, payload: String(decoding: payload, as: UTF8.self)))
        func reasons(_ change: (inout ClaimsPolicy) -> Void) throws -> [Reason] {
            var policy = ClaimsPolicy(now: 1_639_528_911)
            policy.issuers = ["https://authorization-server.example.com/"]
            policy.audiences = ["https://rs.example.com/"]
            policy.requiredClaims = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]
            change(&policy)
            return policy.checks(header: token.header, claims: try token.claims())
                .compactMap(\.reason)
        }
        for type: JSONString in ["at+jwt", "at+JWT", "AT+JWT", "application/at+jwt"] {
            #expect(try reasons { $0.type = type }.isEmpty, "\(type)")
        }
        for type: JSONString in ["JWT", "at", "text/at+jwt", "at+jwt+x"] {
            #expect(try reasons { $0.type = type } == [.wrongType], "\(type)")
        }
        #expect(try reasons { $0.now += 1 } == [.expired])
        #expect(
            try reasons { $0.issuers = ["https://authorization-server.example.com"] }
                == [.wrongIssuer])
        #expect(try reasons { $0.audiences = ["https://rs.example.com"] } == [.wrongAudience])
        #expect(try reasons { $0.requiredClaims.append("act") } == [.missingClaim])
    }
}
