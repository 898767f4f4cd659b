import JOSE
import JSON
import OpenSSL
import Testing

/// Every bit of a token counts.
struct BitFlipTests {
    private static func signing(
        _ algorithm: Algorithm
    ) throws -> (keys: KeySet, sign: Forge.Sign) {
        let ring = Keyring.shared
        func pair(_ key: AsymmetricKey, _ scheme: SignatureScheme) throws -> (KeySet, Forge.Sign) {
            (try KeyParser.parse(Array(Keyring.pem(key).utf8)), Keyring.sign(key, scheme))
        }
        func pair(_ digest: Digest) throws -> (KeySet, Forge.Sign) {
            let jwk = #"{"kty":"oct","k":"\#(Forge.base64url(Forge.secret.utf8))"}"#
            return (try KeyParser.parse(Array(jwk.utf8)), Forge.mac(digest))
        }
        return switch algorithm {
        case .hs256: try pair(.sha256)
        case .hs384: try pair(.sha384)
        case .hs512: try pair(.sha512)
        case .rs256: try pair(ring.rsa, .rsaPKCS1(.sha256))
        case .rs384: try pair(ring.rsa, .rsaPKCS1(.sha384))
        case .rs512: try pair(ring.rsa, .rsaPKCS1(.sha512))
        case .ps256: try pair(ring.rsa, .rsaPSS(.sha256))
        case .ps384: try pair(ring.rsa, .rsaPSS(.sha384))
        case .ps512: try pair(ring.rsa, .rsaPSS(.sha512))
        case .es256: try pair(ring.p256, .ecdsa(.sha256, .p256))
        case .es384: try pair(ring.p384, .ecdsa(.sha384, .p384))
        case .es512: try pair(ring.p521, .ecdsa(.sha512, .p521))
        case .es256k: try pair(ring.secp256k1, .ecdsa(.sha256, .secp256k1))
        case .edDSA, .ed25519: try pair(ring.ed25519, .edDSA)
        case .ed448: try pair(ring.ed448, .edDSA)
        }
    }

    @Test(arguments: Algorithm.allCases)
    func everyFlippedBitIsRefused(algorithm: Algorithm) throws {
        let (keys, sign) = try Self.signing(algorithm)
        let token = try Forge.token(
            header: #"{"alg":"\#(algorithm)"}"#, payload: #"{"sub":"a"}"#, sign: sign)
        let verifier = SignatureVerifier(keys: keys)
        #expect(try verifier.verify(CompactToken(parsing: token)).check.reason == nil)
        var accepted: [Int] = []
        for bit in 0..<token.count * 8 {
            var changed = token
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let parsed = try? CompactToken(parsing: changed) else { continue }
            if verifier.verify(parsed).check.reason == nil { accepted.append(bit) }
        }
        #expect(accepted.isEmpty)
    }

    @Test(arguments: Algorithm.allCases)
    func aTokenTakenApartIsPutTogetherTheSame(algorithm: Algorithm) throws {
        let token = try Forge.token(
            header: #"{"alg":"\#(algorithm)"}"#, sign: Self.signing(algorithm).sign)
        let parsed = try CompactToken(parsing: token)
        let again = [
            parsed.header.object.encoded(.compact), parsed.payload, parsed.signature,
        ].map { Forge.base64url($0) }.joined(separator: ".")
        #expect(Array(again.utf8) == token)
    }
}
