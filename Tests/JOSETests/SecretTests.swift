import JOSE
import JSON
import Platform
import TestSupport
import Testing

struct SecretTests {
    private func secret(_ text: String, _ encoding: SecretEncoding = .text) throws(KeyError)
        -> [UInt8]
    {
        let key = try Secret.parse(secretBytes(text), encoding: encoding)
        guard case .secret(let bytes) = key.material else { return [] }
        return bytes.withBytes { Array($0) }
    }

    @Test(
        arguments: [
            ("abc", .text, "abc"), ("abc\n", .text, "abc"), ("abc\n\n", .text, "abc\n"),
            ("abc\r\n", .text, "abc"), (" abc ", .text, " abc "), ("abc\n", .raw, "abc\n"),
            ("YWJj\n", .base64, "abc"), ("YWI=", .base64, "ab"), ("YWI", .base64, "ab"),
            ("fn5-", .base64url, "~~~"), ("616263\n", .hex, "abc"), ("4A4b", .hex, "JK"),
        ] as [(String, SecretEncoding, String)])
    func anEncodingSaysWhichBytesCount(
        text: String, encoding: SecretEncoding, expected: String
    ) throws {
        #expect(try secret(text, encoding) == Array(expected.utf8))
    }

    @Test(
        arguments: [
            ("YW=", .base64), ("YWJj!", .base64), ("fn5+", .base64url), ("616", .hex), ("6g", .hex),
        ] as [(String, SecretEncoding)])
    func aSecretInAnotherEncodingIsRefused(text: String, encoding: SecretEncoding) {
        #expect(throws: KeyError.invalidSecretEncoding) { try secret(text, encoding) }
    }

    @Test(arguments: SecretEncoding.allCases) func anEmptySecretIsRefused(encoding: SecretEncoding)
    {
        #expect(throws: KeyError.empty) { try secret("", encoding) }
    }

    @Test(
        arguments: [
            (TestKeys.rsaPublic, .spki), (TestKeys.p256Public, .spki),
            (TestKeys.rsaPrivate, .pkcs8),
            ("prefix\n" + TestKeys.ed25519Public, .spki),
            ("-----BEGIN CERTIFICATE-----", .certificate),
            ("ssh-ed25519 AAAA me@here", .ssh), ("no-pty ssh-rsa AAAA", .ssh),
            ("ecdsa-sha2-nistp256 AAAA", .ssh), (#"{"kty":"RSA"}"#, .jwk),
            (#"  {"keys":[]}"#, .jwks),
            (#"{"kty":"oct","k":"AAAA"}"#, .jwk), ("\u{FEFF}{\"kty\":\"RSA\"}", .jwk),
            (TestKeys.p256Public.utf8.map { "\(UnicodeScalar($0))\0" }.joined(), .utf16),
            ("———BEGIN PUBLIC KEY———\nAAAA", .damagedPEM), ("<html></html>", .html),
            (#"{"error":"not found"}"#, .otherJSON), ("# a\n{\"kty\":\"RSA\"}", .jwk),
            ("<RSAKeyValue><Modulus/></RSAKeyValue>", .xml),
            (#"{"jwks_uri":"https://a"}"#, .discovery),
        ] as [(String, KeyFormat)])
    func keysOfOtherKindsAreNoSecrets(text: String, format: KeyFormat) {
        for encoding in SecretEncoding.allCases {
            #expect(throws: KeyError.keyGivenAsSecret(format)) { try secret(text, encoding) }
        }
    }

    @Test func encodedKeysAreNoSecretsEither() throws {
        let body = TestKeys.p256Public.split(separator: "\n").dropFirst().dropLast().joined()
        #expect(throws: KeyError.keyGivenAsSecret(.spki)) { try secret(body, .base64) }
        #expect(throws: KeyError.keyGivenAsSecret(.spki)) { try secret(body) }
        let wrapped = base64url(TestKeys.rsaPublic)
        #expect(throws: KeyError.keyGivenAsSecret(.spki)) { try secret(wrapped, .base64url) }
    }

    @Test func aKeyBeforeALineFeedIsNoSecretWhateverItEndsWith() {
        // SEQUENCE of INTEGER and INTEGER, as of PKCS#1; its last byte looks like a CR.
        let der =
            [0x30, 46, 0x02, 40] + [UInt8](repeating: 0x7F, count: 40) + [0x02, 2, 0x03, 0x0D]
        for encoding in [SecretEncoding.text, .raw] {
            #expect(throws: KeyError.keyGivenAsSecret(.pkcs1Public)) {
                try Secret.parse(SecretBytes(copying: der + [0x0A]), encoding: encoding)
            }
        }
    }

    /// Whatever a generator gives is a secret: with a brace in front, a line feed or a SEQUENCE.
    @Test func randomBytesAreASecretInEveryEncoding() throws {
        var generator = SystemRandomNumberGenerator()
        for first in UInt8.min...UInt8.max {
            for second in [UInt8(ascii: "{"), 0x0A, 0x30, 0x22] {
                let rest = (0..<30).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let bytes = [first, second] + rest
                let text = Base64URL.encode(bytes)
                for (content, encoding) in [
                    (text, SecretEncoding.text), (text, .base64url), (bytes, .raw),
                ] {
                    let key = try Secret.parse(SecretBytes(copying: content), encoding: encoding)
                    #expect(key.isSecret)
                }
            }
        }
    }

    @Test func bytesThatOnlyBeginLikeDERAreASecret() throws {
        let text = "0\u{1e}" + String(repeating: "x", count: 30)
        #expect(try secret(text, .raw).count == 32)
    }

    /// Every public key of the vectors, offered as a secret (RS/HS confusion).
    @Test(.enabled(if: Vectors.arePresent)) func noPublishedPublicKeyIsASecret() throws {
        var count = 0
        for folder in ["golang-jwt", "jjwt", "panva-jose", "pyjwt", "lcobucci-jwt", "jwt-kit"] {
            for name in try Vectors.names(in: "\(folder)/keys") {
                // The one real secret, and private keys of a format that pyjwt invented.
                guard name != "hmacTestKey" else { continue }
                let bytes = try Vectors.bytes("\(folder)/keys/\(name)")
                let key = try? Secret.parse(.init(copying: bytes))
                #expect(key == nil, "\(folder)/\(name)")
                count += 1
            }
        }
        print("Keys offered as secrets: \(count)")
        #expect(count >= 100)
    }
}
