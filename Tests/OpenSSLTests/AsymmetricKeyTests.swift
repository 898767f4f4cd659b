import COpenSSL
import Testing

@testable import OpenSSL

struct AsymmetricKeyTests {
    // RFC 7515 appendix A.3.1.
    private static let x = "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
    private static let y = "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"
    private static let d = "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2"
    // RFC 8037 appendix A.1.
    private static let edPublic = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    private static let edSeed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"

    private func explicitCurve(private isPrivate: Bool) throws -> [UInt8] {
        try bytes(
            base64: isPrivate
                ? """
                MIIBeQIBADCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////
                ////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57PrvVV2mIa8
                ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt
                6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+8
                5vqtpxeehPO5ysL8YyVRAgEBBG0wawIBAQQg+i9/9kwrpQcXTFtrxbJ0GKc+Fp29ORsUsPNsapztFlWhRANC
                AATnYZwUR5Oc58kZa42DOyiXLg5zk+lkwh3KpE6qSwBOAcVT9KzYliGF6v0pe98IdqXZCs9iDJusUrY1vBKN
                tqOo
                """
                : """
                MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
                AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
                ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
                NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
                RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
                //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABAWsn2EYmr+GpH5AR0VhHMxE
                4NfO3Bpp4rQkN3V/PIxfnmbkLhE64qIg9hXUiaqHwkwrWp173WZyAMhQC18pGxE=
                """)
    }

    @Test func curvesGivenByTheirParametersAreRefused() throws {
        #expect(throws: OpenSSLError.explicitCurveParameters) {
            try AsymmetricKey.subjectPublicKeyInfo(secret(explicitCurve(private: false)))
        }
        #expect(throws: OpenSSLError.explicitCurveParameters) {
            try AsymmetricKey.privateKeyInfo(secret(explicitCurve(private: true)))
        }
    }

    @Test(
        arguments: [
            (
                "prime192v1",
                "MEkwEwYHKoZIzj0CAQYIKoZIzj0DAQEDMgAEmLhF9Dq8949c+wdCbYun+Cp0zURCTNogdHdgBWtUccImxhlpEk9jEAQEnxvcSs70"
            ),
            ("X25519", "MCowBQYDK2VuAyEARmIdMN27i4dj+ffzyLfG67becGitdckMTKw1YrVLRUE="),
        ])
    func keysThatSignNoTokensAreRefusedByName(name: String, base64: String) throws {
        #expect(throws: OpenSSLError.unsupportedKey(name)) {
            try AsymmetricKey.subjectPublicKeyInfo(secret(bytes(base64: base64)))
        }
    }

    @Test func nothingMayFollowAKey() throws {
        let der = try bytes(hex: "302a300506032b6570032100" + Self.edPublic)
        #expect(try AsymmetricKey.subjectPublicKeyInfo(secret(der)).kind == .ed25519)
        #expect(throws: OpenSSLError.unreadableKey) {
            try AsymmetricKey.subjectPublicKeyInfo(secret(der + [0]))
        }
        #expect(throws: OpenSSLError.unreadableKey) {
            try AsymmetricKey.privateKeyInfo(secret(der))
        }
    }

    @Test func aPointOffTheCurveIsNoKey() throws {
        var y = try bytes(hex: Self.y)
        y[31] ^= 1
        #expect(throws: OpenSSLError.inconsistentKey) {
            try AsymmetricKey.ec(.p256, x: bytes(hex: Self.x), y: y)
        }
    }

    @Test func coordinatesHaveTheLengthOfTheirCurve() throws {
        #expect(throws: OpenSSLError.inconsistentKey) {
            try AsymmetricKey.ec(.p256, x: [0] + bytes(hex: Self.x), y: bytes(hex: Self.y))
        }
    }

    @Test func privateHalvesMustMatchThePublicOnes() throws {
        let (x, y) = (try bytes(hex: Self.x), try bytes(hex: Self.y))
        var d = try bytes(hex: Self.d)
        #expect(try AsymmetricKey.ec(.p256, x: x, y: y, privateScalar: secret(d)).hasPrivateHalf)
        d[31] ^= 1
        #expect(throws: OpenSSLError.inconsistentKey) {
            try AsymmetricKey.ec(.p256, x: x, y: y, privateScalar: secret(d))
        }

        let publicKey = try bytes(hex: Self.edPublic)
        var seed = try bytes(hex: Self.edSeed)
        let key = try AsymmetricKey.edwards(.ed25519, publicKey: publicKey, seed: secret(seed))
        #expect(key.hasPrivateHalf)
        seed[0] ^= 1
        #expect(throws: OpenSSLError.inconsistentKey) {
            try AsymmetricKey.edwards(.ed25519, publicKey: publicKey, seed: secret(seed))
        }
    }

    @Test func aPublicKeyCannotSignAndNoKeyFollowsAForeignScheme() throws {
        let key = try AsymmetricKey.ec(.p256, x: bytes(hex: Self.x), y: bytes(hex: Self.y))
        #expect(throws: OpenSSLError.wrongKey) {
            try key.sign([], scheme: .ecdsa(.sha256, .p256))
        }
        #expect(throws: OpenSSLError.wrongKey) {
            try key.isSignature(
                [UInt8](repeating: 1, count: 64), of: [], scheme: .ecdsa(.sha384, .p384))
        }
    }

    @Test func ecdsaSignaturesAreTwoNumbersOfFixedLength() throws {
        let key = try AsymmetricKey.ec(
            .p256, x: bytes(hex: Self.x), y: bytes(hex: Self.y),
            privateScalar: secret(bytes(hex: Self.d)))
        let scheme = SignatureScheme.ecdsa(.sha256, .p256)
        // Enough for some r or s to be short, which must be padded.
        for message in 0..<UInt8(200) {
            let signature = try key.sign([message], scheme: scheme)
            #expect(signature.count == 64)
            #expect(try key.isSignature(signature, of: [message], scheme: scheme))
            // The same two numbers in one byte more each.
            let padded = [0] + signature[..<32] + [0] + signature[32...]
            #expect(try !key.isSignature(padded, of: [message], scheme: scheme))
        }
    }
}

/// What OpenSSL takes for a C string has to be one: it reads on to the NUL, whatever length it was
/// told.
@Test func namesOnTheirWayIntoOpenSSLEndWithANul() {
    let text = "prime256v1"
    let component = KeyComponent.text("group", text)
    KeyComponent.withParameters([component][...]) { parameters in
        let parameter = parameters[0]
        #expect(parameter.data_size == text.utf8.count)
        let bytes = UnsafeRawBufferPointer(start: parameter.data, count: text.utf8.count + 1)
        #expect(Array(bytes) == Array(text.utf8) + [0])
    }
}
