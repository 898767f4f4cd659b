import JOSE
import JSON
import OpenSSL
import TestSupport
import Testing

/// The key files of other libraries' tests: each is read, or refused for a reason.
@Suite(.enabled(if: Vectors.arePresent)) struct KeyVectorTests {
    private static let folders = [
        "golang-jwt", "jjwt", "jwt-kit", "lcobucci-jwt", "panva-jose", "pyjwt",
    ]

    /// JWKs of the RFCs. Eleven of the files hold the name of another, as a symbolic link does.
    @Test func everyJWKOfLatchsetIsReadOrRefusedForItsReason() throws {
        var (read, linked) = (0, 0)
        for name in try Vectors.names(in: "latchset-jose/vectors")
        where name.hasSuffix(".jwk") || name.hasSuffix(".jwkset") {
            let content = try Vectors.bytes("latchset-jose/vectors/\(name)")
            if name == "rfc7520_4.8.jwkset" {
                #expect(throws: KeyError.mixedSet) { try KeyParser.parse(content) }
            } else if content.first != UInt8(ascii: "{") {
                #expect(throws: KeyError.unrecognized, "\(name)") { try KeyParser.parse(content) }
                linked += 1
            } else {
                #expect(try !KeyParser.parse(content).keys.isEmpty, "\(name)")
                read += 1
            }
        }
        #expect(read == 18)
        #expect(linked == 11)
        let small = try KeyParser.parse(try Vectors.bytes("latchset-jose/issue-75/rsa512.pem"))
        #expect(
            small.keys[0].refusal(for: .rs256, to: .verify) == .tooSmall(bits: 512, minimum: 2048))
    }

    private static let refused: [String: KeyError] = [
        "golang-jwt/hmacTestKey": .unrecognized,
        "golang-jwt/privateSecure.pem": .unsupportedFormat(.legacyEncrypted),
        "jjwt/X25519.crt.pem": .crypto(.unsupportedKey("X25519")),
        "jjwt/X25519.pkcs8.pem": .crypto(.unsupportedKey("X25519")),
        "jjwt/X25519.pub.pem": .crypto(.unsupportedKey("X25519")),
        "jjwt/X448.crt.pem": .crypto(.unsupportedKey("X448")),
        "jjwt/X448.pkcs8.pem": .crypto(.unsupportedKey("X448")),
        "jjwt/X448.pub.pem": .crypto(.unsupportedKey("X448")),
        "lcobucci-jwt/rsa-encrypted-private.key": .unsupportedFormat(.legacyEncrypted),
        "panva-jose/X25519.jwk.json": .unsupportedKeyType("X25519"),
        "panva-jose/X25519.pkcs8.pem": .crypto(.unsupportedKey("X25519")),
        "panva-jose/X25519.spki.pem": .crypto(.unsupportedKey("X25519")),
        "pyjwt/jwk_empty.json": .empty,
        "pyjwt/testkey_ec_secp192r1.priv": .crypto(.unsupportedKey("prime192v1")),
        "pyjwt/testkey_ec_ssh.pub": .unsupportedFormat(.ssh),
        "pyjwt/testkey_ed25519.pub": .unsupportedFormat(.ssh),
        "pyjwt/testkey_rsa.pub": .unsupportedFormat(.ssh),
    ]

    @Test func everyFileIsReadOrRefusedForItsReason() throws {
        var count = 0
        var thumbprints: [String: Set<JSONString>] = [:]
        for folder in Self.folders {
            for name in try Vectors.names(in: "\(folder)/keys") {
                let content = try Vectors.bytes("\(folder)/keys/\(name)")
                count += 1
                if let error = Self.refused["\(folder)/\(name)"] {
                    #expect(throws: error, "\(folder)/\(name)") { try KeyParser.parse(content) }
                    continue
                }
                let set = try KeyParser.parse(content)
                // `ES256.crt.pem`, `ES256.pkcs8.pem` and `ES256.pub.pem` are one key.
                if folder == "jjwt" || folder == "panva-jose" {
                    let stem = "\(folder)/\(name.prefix { $0 != "." })"
                    thumbprints[stem, default: []].insert(try set.keys[0].thumbprint())
                }
            }
        }
        print("key files of other libraries: \(count)")
        #expect(count == 126)
        #expect(thumbprints.count == 17)
        #expect(thumbprints.allSatisfy { $0.value.count == 1 })
    }
}
