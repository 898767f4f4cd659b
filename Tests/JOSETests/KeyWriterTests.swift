import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import JOSE

/// Keys that were made or converted here: what is written is what was there.
@Suite(.programs) struct KeyWriterTests {
    /// A key that is only copied, which threads may do at the same time.
    private struct Original: @unchecked Sendable {
        let key: Key
    }

    private static let originals = Dictionary(
        uniqueKeysWithValues: Algorithm.allCases.map { algorithm in
            (algorithm, Once { Original(key: try Key.generate(for: algorithm)) })
        })

    /// A copy of a new key, one for all tests of an algorithm: to make an RSA key takes seconds.
    private func new(_ algorithm: Algorithm) throws -> Key {
        try #require(Self.originals[algorithm]).get().key.copy()
    }

    private func text(_ secret: SecretBytes) -> String {
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private func parse(_ key: Key, as encoding: KeyEncoding) throws -> Key {
        let keys = try KeyParser.parse(try KeyWriter.encode([key], as: encoding))
        #expect(keys.isSet == (encoding == .jwks))
        return try #require(keys.keys.first)
    }

    private func encodings(of key: Key) -> [KeyEncoding] {
        key.isSecret ? [.jwk, .jwks] : [.pem, .jwk, .jwks]
    }

    @Test(arguments: Algorithm.allCases)
    func aNewKeySignsInEveryFormThatItIsWrittenIn(_ algorithm: Algorithm) throws {
        let made = try new(algorithm)
        let thumbprint = try made.thumbprint()
        #expect(made.keyID == thumbprint)
        for encoding in encodings(of: made) {
            let key = try parse(made, as: encoding)
            #expect(try key.thumbprint() == thumbprint)
            #expect(key.keyID == (encoding == .pem ? nil : thumbprint))
            let token = try CompactToken(
                parsing: Signer(key: key, algorithm: algorithm).sign(header: [:], claims: [:]))
            let half = try made.publicHalf() ?? made
            for encoding in encodings(of: half) {
                let reader = KeySet(try parse(half, as: encoding))
                #expect(SignatureVerifier(keys: reader).verify(token).isVerified)
            }
        }
    }

    @Test(arguments: Algorithm.allCases)
    func thePublicHalfHoldsNothingPrivate(_ algorithm: Algorithm) throws {
        guard let half = try new(algorithm).publicHalf() else {
            #expect(algorithm.rawValue.hasPrefix("HS"))
            return
        }
        #expect(!half.hasPrivateHalf)
        let jwk = try JWKWriter.jwk(half)
        for name in ["d", "p", "q", "dp", "dq", "qi", "k"] as [JSONString] {
            #expect(jwk[name] == nil)
        }
        #expect(text(try KeyWriter.encode([half], as: .pem)).hasPrefix("-----BEGIN PUBLIC KEY"))
    }

    @Test(arguments: Algorithm.allCases.filter { !$0.rawValue.hasPrefix("HS") })
    func opensslReadsWhatIsWritten(_ algorithm: Algorithm) throws {
        let key = try new(algorithm)
        for (key, options) in [(key, ["-check"]), (try #require(try key.publicHalf()), ["-pubin"])]
        {
            for (encoding, name) in [(KeyEncoding.pem, "PEM"), (.der, "DER")] {
                let bytes = try KeyWriter.encode([key], as: encoding).withBytes { Array($0) }
                let result = try ProcessRunner.run(
                    ["openssl", "pkey", "-inform", name, "-noout"] + options, input: bytes)
                #expect(result.status == 0, "\(result.errorText)")
            }
        }
    }

    /// One coordinate in 256 begins with a zero byte, which belongs into a JWK (RFC 7518 section
    /// 6.2.1.2) and which a number has not.
    @Test func coordinatesAndScalarsKeepTheirLeadingZeros() throws {
        var found: Set<JSONString> = []
        for _ in 0..<20_000 where found.count < 3 {
            let jwk = try JWKWriter.jwk(try Key.generate(for: .es256))
            for name in ["x", "y", "d"] as [JSONString] {
                let bytes = try Base64URL.decode(try #require(jwk[name]?.stringValue).utf8)
                #expect(bytes.count == 32)
                if bytes[0] == 0, found.insert(name).inserted {
                    let text = Array(jwk.encoded())
                    #expect(try JWKWriter.jwk(KeyParser.parse(text).keys[0]) == jwk)
                }
            }
        }
        #expect(found.count == 3)
    }

    @Test func signingBecomesVerifyingInThePublicHalf() throws {
        let made = try JWKWriter.jwk(try Key.generate(for: .ed25519))
        var jwk = made
        jwk.remove("use")
        jwk.set("key_ops", ["sign"])
        let key = try KeyParser.parse(jwk.encoded()).keys[0]
        let half = try #require(try key.publicHalf())
        #expect(try JWKWriter.jwk(half)["key_ops"] == ["verify"])
        #expect(half.algorithms(to: .verify) == [.ed25519])
    }

    @Test func aPairWithoutItsPrimesIsWrittenAsAJWKOnly() throws {
        var jwk = try JWKWriter.jwk(try new(.rs256))
        for name in ["p", "q", "dp", "dq", "qi"] as [JSONString] { jwk.remove(name) }
        let key = try KeyParser.parse(jwk.encoded()).keys[0]
        #expect(try JWKWriter.jwk(key) == jwk)
        for encoding in [KeyEncoding.pem, .der] {
            #expect(throws: KeyEncodingError.primesUnknown) {
                try KeyWriter.encode([key], as: encoding)
            }
        }
    }

    @Test func aFormThatCannotHoldTheKeysIsRefused() throws {
        let secret = try Key.generate(for: .hs256)
        let key = try Key.generate(for: .es256)
        for encoding in [KeyEncoding.pem, .der] {
            #expect(throws: KeyEncodingError.secret) {
                try KeyWriter.encode([secret], as: encoding)
            }
        }
        for encoding in [KeyEncoding.pem, .der, .jwk] {
            #expect(throws: KeyEncodingError.severalKeys(count: 2)) {
                try KeyWriter.encode([key, key], as: encoding)
            }
        }
    }

    @Test func theSizeOfANewKeyIsTheOneAskedFor() throws {
        #expect(try new(.rs256).facts.bits == 2048)
        #expect(try new(.ps384).facts.bits == 3072)
        #expect(try Key.generate(for: .rs256, bits: 2056).facts.bits == 2056)
        #expect(try Key.generate(for: .hs384).facts.bits == 384)
    }

    @Test func halvesThatDoNotBelongTogetherAreSeen() throws {
        #expect(try Key.generate(for: .es384).halvesMatch())
        #expect(try new(.rs256).halvesMatch())
        #expect(try #require(try Key.generate(for: .es256).publicHalf()).halvesMatch() == false)
    }

    @Test func strengthFollowsTheTableOfNIST() throws {
        let expected: [(Algorithm, Int)] = [
            (.hs256, 256), (.rs256, 112), (.ps384, 128), (.es256, 128), (.es384, 192),
            (.es512, 256), (.es256k, 128), (.ed25519, 128), (.ed448, 224),
        ]
        for (algorithm, strength) in expected {
            #expect(try new(algorithm).facts.strength == strength)
        }
    }
}

/// RFC 7638 section 3.1 and RFC 8037 appendix A.3.
struct ThumbprintTests {
    @Test(.enabled(if: Vectors.arePresent)) func theExamplesHaveTheirThumbprints() throws {
        let cases = try JSONParser.parse(try Vectors.bytes("rfc/cases.json"))
        let thumbprints = try #require(cases.objectValue?["thumbprints"]?.arrayValue)
        #expect(thumbprints.count == 2)
        for example in thumbprints.compactMap(\.objectValue) {
            let jwk = try #require(example["jwk"]?.objectValue)
            let key = try KeyParser.parse(jwk.encoded()).keys[0]
            #expect(try key.thumbprint() == example["sha256"]?.stringValue)
        }
    }

    @Test func whatIsNoPartOfTheKeyDoesNotCount() throws {
        let key = try Key.generate(for: .es256)
        let renamed = try key.named("another").restricted(to: .es256)
        #expect(try renamed.thumbprint() == key.thumbprint())
        #expect(try key.publicHalf()?.thumbprint() == key.thumbprint())
    }
}
