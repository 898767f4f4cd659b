import Foundation
import JOSE
import OpenSSL
import Platform
import TestSupport

/// Tokens put together byte by byte, well-formed or not.
enum Forge {
    static let secret = String(repeating: "0123456789abcdef", count: 4)
    static let now: Int64 = 1_767_225_600
    static let claims = #"{"sub":"alice","exp":\#(now + 60)}"#

    /// The program at the hour of these tokens.
    static let tool = TestTool(clock: .fixed(now))

    typealias Sign = ([UInt8]) throws -> [UInt8]

    static func base64url(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Base64URL.encode(Array(bytes)), as: UTF8.self)
    }

    /// The three segments, of which the third is `sign` over the first two.
    static func token(
        header: [UInt8], payload: [UInt8], sign: Sign = mac(.sha256)
    ) throws -> [UInt8] {
        try token(segments: base64url(header), base64url(payload), sign: sign)
    }

    static func token(
        header: String = #"{"alg":"HS256"}"#, payload: String = claims, sign: Sign = mac(.sha256)
    ) throws -> [UInt8] {
        try token(header: Array(header.utf8), payload: Array(payload.utf8), sign: sign)
    }

    /// The same for segments that need not be base64url.
    static func token(
        segments header: String, _ payload: String, sign: Sign = mac(.sha256)
    ) throws -> [UInt8] {
        let input = Array("\(header).\(payload)".utf8)
        return input + Array(".\(base64url(try sign(input)))".utf8)
    }

    static func mac(_ digest: Digest, _ secret: [UInt8] = Array(secret.utf8)) -> Sign {
        {
            try MessageAuthenticator.make(secret: SecretBytes(copying: secret), digest: digest)
                .code(for: $0)
        }
    }

    static func bytes(_ bytes: [UInt8]) -> Sign { { _ in bytes } }
}

/// The keys of this target, made anew for each run.
final class Keyring: @unchecked Sendable {
    static let shared: Keyring = {
        do { return try Keyring() } catch { preconditionFailure("\(error)") }
    }()

    let rsa, otherRSA, smallRSA, p256, p384, p521, secp256k1, ed25519, ed448: AsymmetricKey

    private init() throws {
        rsa = try .generate(.rsa)
        otherRSA = try .generate(.rsa)
        smallRSA = try .generate(.rsa, bits: 1024)
        p256 = try .generate(.ec(.p256))
        p384 = try .generate(.ec(.p384))
        p521 = try .generate(.ec(.p521))
        secp256k1 = try .generate(.ec(.secp256k1))
        ed25519 = try .generate(.ed25519)
        ed448 = try .generate(.ed448)
    }

    static func sign(_ key: AsymmetricKey, _ scheme: SignatureScheme) -> Forge.Sign {
        { try key.sign($0, scheme: scheme) }
    }

    static func der(_ key: AsymmetricKey) throws -> [UInt8] { try key.subjectPublicKeyInfo() }

    static func pem(_ key: AsymmetricKey) throws -> String {
        let text = Data(try der(key)).base64EncodedString(
            options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
    }

    /// The 256 bytes before the exponent 65537, which ends the structure.
    static func modulus(_ key: AsymmetricKey) throws -> [UInt8] {
        Array(try der(key).dropLast(5).suffix(256))
    }

    static func jwk(rsa key: AsymmetricKey, _ members: String = "") throws -> String {
        #"{"kty":"RSA","n":"\#(Forge.base64url(try modulus(key)))","e":"AQAB"\#(members)}"#
    }

    /// For uncompressed points, which end the structure.
    static func jwk(ec key: AsymmetricKey, _ curve: String, _ size: Int) throws -> String {
        let point = try der(key).suffix(2 * size)
        return #"{"kty":"EC","crv":"\#(curve)","x":"\#(Forge.base64url(point.prefix(size)))","#
            + #""y":"\#(Forge.base64url(point.suffix(size)))"}"#
    }
}
