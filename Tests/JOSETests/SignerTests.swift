import JOSE
import JSON
import Testing

struct SignerTests {
    @Test(arguments: Algorithm.allCases)
    func whatIsSignedVerifies(algorithm: Algorithm) throws {
        let text = try signed(algorithm)
        let verifier = SignatureVerifier(keys: try pair(algorithm).verifying)
        let token = try CompactToken(parsing: text)
        #expect(verifier.verify(token).isVerified)
        #expect(try token.claims() == ["sub": "alice"])
    }

    @Test(arguments: Algorithm.allCases)
    func noTokenWithOneBitChangedVerifies(algorithm: Algorithm) throws {
        let text = try signed(algorithm)
        let verifier = SignatureVerifier(keys: try pair(algorithm).verifying)
        var accepted: [Int] = []
        for bit in 0..<text.count * 8 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let token = try? CompactToken(parsing: changed) else { continue }
            if verifier.verify(token).isVerified { accepted.append(bit) }
        }
        #expect(accepted.isEmpty)
    }

    @Test func theHeaderStartsWithAlgorithmTypeAndKey() throws {
        let jwk = #"{"kty":"oct","kid":"k1","k":"\#(base64url(TestKeys.secret))"}"#
        let signer = try Signer(key: key(jwk))
        let text = try signer.sign(header: ["x": 1, "kid": "k2", "alg": "none"], claims: [:])
        let header = try CompactToken(parsing: text).header
        #expect(header.object == ["alg": "HS256", "typ": "JWT", "kid": "k2", "x": 1])
        let plain = try CompactToken(parsing: signer.sign(header: ["typ": "at+jwt"], claims: [:]))
        #expect(plain.header.object == ["alg": "HS256", "typ": "at+jwt", "kid": "k1"])
    }

    @Test(
        arguments: [
            (TestKeys.rsaPrivate, .rs256), (TestKeys.p256Private, .es256),
            (TestKeys.p384Private, .es384), (TestKeys.p521Private, .es512),
            (TestKeys.secp256k1Private, .es256k), (TestKeys.ed25519Private, .edDSA),
            (TestKeys.ed448Private, .edDSA),
            (#"{"kty":"oct","k":"\#(base64url(TestKeys.secret))","alg":"HS512"}"#, .hs512),
        ] as [(String, Algorithm)])
    func theKeySettlesTheAlgorithm(text: String, expected: Algorithm) throws {
        #expect(try Signer(key: key(text)).algorithm == expected)
    }

    @Test func keysThatMayNotSignAreRefused() throws {
        let publicKey = try key(TestKeys.p256Public)
        #expect(throws: SigningError.refused(.noPrivateHalf)) { try Signer(key: publicKey) }
        let rsa = try key(TestKeys.rsaPrivate)
        #expect(throws: SigningError.refused(.wrongKind)) {
            try Signer(key: rsa, algorithm: .hs256)
        }
        let small = try key(TestKeys.smallRSAPrivate)
        #expect(throws: SigningError.refused(.tooSmall(bits: 1024, minimum: 2048))) {
            try Signer(key: small)
        }
        #expect(try Signer(key: small, allowWeak: true).algorithm == .rs256)
        let foreign = try key(#"{"kty":"oct","k":"\#(base64url(TestKeys.secret))","alg":"A256KW"}"#)
        #expect(throws: SigningError.noAlgorithm) { try Signer(key: foreign) }
    }

    @Test func aKeyWhoseHalvesDoNotMatchMakesNoToken() throws {
        let wrong = "G" + RFC7515RSAKey.privateExponent.dropFirst()
        let signer = try Signer(key: key(RFC7515RSAKey.jwk(privateExponent: wrong)))
        #expect(throws: SigningError.selfCheckFailed) { try signer.sign(header: [:], claims: [:]) }
    }

    @Test(arguments: ["crit", "b64", "zip"] as [JSONString])
    func headersThatWeWouldRefuseAreNotMade(name: JSONString) throws {
        let signer = try Signer(key: pair(.hs256).signing)
        var header = JSONObject()
        header.set(name, true)
        #expect(throws: SigningError.unsupportedHeader(name)) {
            try signer.sign(header: header, claims: [:])
        }
    }
}
