import JOSE
import JSON
import OpenSSL
import Testing

/// S4: the algorithm that the operator pins, that of the JWK and that of the token, for each kind of
/// key. A token passes only where all that are there are one, and the key can serve it.
struct AlgorithmTableTests {
    struct KeyKind: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// The names that it serves, written down a second time.
        let algorithms: [String]
    }

    static let kinds = [
        KeyKind(testDescription: "oct", algorithms: ["HS256", "HS384", "HS512"]),
        KeyKind(
            testDescription: "RSA",
            algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
        KeyKind(testDescription: "P-256", algorithms: ["ES256"]),
        KeyKind(testDescription: "P-384", algorithms: ["ES384"]),
        KeyKind(testDescription: "P-521", algorithms: ["ES512"]),
        KeyKind(testDescription: "secp256k1", algorithms: ["ES256K"]),
        KeyKind(testDescription: "Ed25519", algorithms: ["EdDSA", "Ed25519"]),
        KeyKind(testDescription: "Ed448", algorithms: ["EdDSA", "Ed448"]),
    ]

    /// A JWK without `alg`, less its closing brace.
    private static func openJWK(_ kind: KeyKind) throws -> String {
        let ring = Keyring.shared
        func edwards(_ key: AsymmetricKey, _ count: Int) throws -> String {
            let x = Forge.base64url(try Keyring.der(key).suffix(count))
            return #"{"kty":"OKP","crv":"\#(kind.testDescription)","x":"\#(x)"}"#
        }
        let name = kind.testDescription
        let jwk =
            switch name {
            case "oct": #"{"kty":"oct","k":"\#(Forge.base64url(Forge.secret.utf8))"}"#
            case "RSA": try Keyring.jwk(rsa: ring.rsa)
            case "P-256": try Keyring.jwk(ec: ring.p256, name, 32)
            case "P-384": try Keyring.jwk(ec: ring.p384, name, 48)
            case "P-521": try Keyring.jwk(ec: ring.p521, name, 66)
            case "secp256k1": try Keyring.jwk(ec: ring.secp256k1, name, 32)
            case "Ed25519": try edwards(ring.ed25519, 32)
            default: try edwards(ring.ed448, 57)
            }
        return String(jwk.dropLast())
    }

    /// The key's own way to sign under this name; under a name that it does not serve, the first.
    private static func sign(_ kind: KeyKind, as name: String) -> Forge.Sign {
        let ring = Keyring.shared
        let digests: [String: Digest] = ["256": .sha256, "384": .sha384, "512": .sha512]
        let digest =
            kind.algorithms.contains(name) ? digests[String(name.suffix(3))] ?? .sha256 : .sha256
        return switch kind.testDescription {
        case "oct": Forge.mac(digest)
        case "RSA":
            Keyring.sign(ring.rsa, name.hasPrefix("PS") ? .rsaPSS(digest) : .rsaPKCS1(digest))
        case "P-256": Keyring.sign(ring.p256, .ecdsa(.sha256, .p256))
        case "P-384": Keyring.sign(ring.p384, .ecdsa(.sha384, .p384))
        case "P-521": Keyring.sign(ring.p521, .ecdsa(.sha512, .p521))
        case "secp256k1": Keyring.sign(ring.secp256k1, .ecdsa(.sha256, .secp256k1))
        case "Ed25519": Keyring.sign(ring.ed25519, .edDSA)
        default: Keyring.sign(ring.ed448, .edDSA)
        }
    }

    @Test(arguments: kinds)
    func onlyEqualAlgorithmsMeet(kind: KeyKind) throws {
        let names = Algorithm.allCases.map(\.rawValue)
        let tokens = try names.map { name in
            (
                name,
                try CompactToken(
                    parsing: Forge.token(
                        header: #"{"alg":"\#(name)"}"#, sign: Self.sign(kind, as: name)))
            )
        }
        let openJWK = try Self.openJWK(kind)
        var (executed, accepted) = (0, 0)
        for jwkName in [nil] + names.map(Optional.some) {
            let member = jwkName.map { #","alg":"\#($0)""# } ?? ""
            let keys = try KeyParser.parse(Array("\(openJWK)\(member)}".utf8))
            for pinned in [nil] + Algorithm.allCases.map(Optional.some) {
                let verifier = SignatureVerifier(keys: keys, algorithm: pinned)
                for (name, token) in tokens {
                    let isRight =
                        kind.algorithms.contains(name) && jwkName ?? name == name
                        && pinned?.rawValue ?? name == name
                    let reason = verifier.verify(token).check.reason
                    #expect(
                        reason == (isRight ? nil : .algorithmNotAllowed),
                        "JWK \(jwkName ?? "-"), pinned \(pinned?.rawValue ?? "-"), token \(name)")
                    executed += 1
                    if reason == nil { accepted += 1 }
                }
            }
        }
        #expect(executed == 17 * 17 * 16)
        // With a name or none in the JWK, and with a name or none from the operator.
        #expect(accepted == 4 * kind.algorithms.count)
    }
}
