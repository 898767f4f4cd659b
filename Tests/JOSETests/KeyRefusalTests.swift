import Foundation
import JOSE
import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

/// Keys that are readable and must not be used.
@Suite(.programs) struct KeyRefusalTests {
    /// One element of DER.
    private func der(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap { $0 }
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let length =
            content.count < 0x100
            ? [0x81, UInt8(content.count)]
            : [0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
        return [tag] + length + content
    }

    private func integer(_ value: Int) -> [UInt8] {
        var bytes = withUnsafeBytes(of: value.bigEndian) { Array($0.drop { $0 == 0 }) }
        if bytes.first.map({ $0 >= 0x80 }) ?? true { bytes.insert(0, at: 0) }
        return der(0x02, bytes)
    }

    private func openssl(_ arguments: String...) throws -> [UInt8] {
        let result = try ProcessRunner.run(["openssl"] + arguments)
        try #require(result.status == 0, Comment(rawValue: result.errorText))
        return result.output
    }

    // MARK: Encryption

    @Test func anEncryptedKeyNeedsItsPassphrase() throws {
        for name in ["PBKDF2 PEM", "PBKDF2 DER", "scrypt PEM", "scrypt DER", "3DES PEM"] {
            let form = try KeyForms.of(.p256).form(name)
            #expect(throws: KeyError.passphraseNeeded) { try asymmetric(form.bytes) }
            for word in ["", "pass phras", "pass phrase\n", "Pass phrase"] {
                #expect(throws: KeyError.crypto(.cannotDecrypt), "\(name) \(word)") {
                    try asymmetric(form.bytes, passphrase: word)
                }
            }
        }
    }

    /// A wrong passphrase gives valid padding once in 256 times.
    @Test func noWrongPassphraseOpensAKey() throws {
        let form = try KeyForms.of(.ed25519).form("PBKDF2 DER")
        for number in 0..<2000 {
            #expect(throws: KeyError.crypto(.cannotDecrypt)) {
                try asymmetric(form.bytes, passphrase: "guess \(number)")
            }
        }
    }

    @Test func aPassphraseForAKeyThatIsNotEncryptedIsNotUsed() throws {
        let all = try KeyForms.of(.p256)
        for form in all.forms where !form.isEncrypted {
            #expect(try asymmetric(form.bytes, passphrase: "x").subjectPublicKeyInfo() == all.spki)
        }
    }

    private static let pbes2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D]
    private static let pbkdf2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C]
    private static let scrypt: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B]
    private static let aes256: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2A]

    private func encrypted(_ derivation: [UInt8], _ parameters: [UInt8]) -> [UInt8] {
        let salt = der(0x04, [UInt8](repeating: 7, count: 16))
        let function = der(0x30, der(0x06, derivation), der(0x30, salt, parameters))
        let cipher = der(
            0x30, der(0x06, Self.aes256), der(0x04, [UInt8](repeating: 1, count: 16)))
        return der(
            0x30, der(0x30, der(0x06, Self.pbes2), der(0x30, function, cipher)),
            der(0x04, [UInt8](repeating: 9, count: 64)))
    }

    @Test(arguments: [10_000_001, 0x7FFF_FFFF, 0x8000_0000, Int.max])
    func endlessIterationsAreNotBegun(count: Int) {
        let bytes = encrypted(Self.pbkdf2, integer(count))
        let time = ContinuousClock().measure {
            #expect(throws: KeyError.excessiveKeyDerivation) {
                try asymmetric(bytes, passphrase: "x")
            }
        }
        #expect(time < .milliseconds(200))
    }

    @Test(
        arguments: [
            (1 << 20, 8, 1), (1 << 14, 64, 1), (1 << 14, 8, 1 << 12), (2, 1 << 22, 1),
            (2, 1, 1 << 30),
            (Int.max, Int.max, Int.max), (1 << 15, 8, 1),
        ])
    func scryptMayNotTakeTheMachine(cost: Int, blockSize: Int, lanes: Int) {
        let bytes = encrypted(Self.scrypt, integer(cost) + integer(blockSize) + integer(lanes))
        let time = ContinuousClock().measure {
            #expect(throws: KeyError.excessiveKeyDerivation) {
                try asymmetric(bytes, passphrase: "x")
            }
        }
        #expect(time < .milliseconds(200))
    }

    @Test func usualCostsArePaid() {
        for bytes in [
            encrypted(Self.pbkdf2, integer(100_000)),
            encrypted(Self.scrypt, integer(1 << 14) + integer(8) + integer(1)),
        ] {
            #expect(throws: KeyError.crypto(.cannotDecrypt)) {
                try asymmetric(bytes, passphrase: "x")
            }
        }
    }

    // MARK: Curves

    @Test(arguments: ["prime256v1", "secp384r1"])
    func explicitParametersAreRefused(curve: String) throws {
        let directory = try TemporaryDirectory()
        let sec1 = directory.file("sec1.pem")
        _ = try openssl(
            "ecparam", "-name", curve, "-genkey", "-param_enc", "explicit", "-out", sec1)
        for arguments in [
            ["ec"], ["ec", "-outform", "DER"], ["pkcs8", "-topk8", "-nocrypt"],
            ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], ["pkey", "-pubout"],
            ["pkey", "-pubout", "-outform", "DER"],
        ] {
            let result = try ProcessRunner.run(
                ["openssl"] + arguments + ["-in", sec1]
                    + (arguments[0] == "ec" ? ["-param_enc", "explicit"] : []))
            #expect(throws: KeyError.crypto(.explicitCurveParameters), "\(arguments)") {
                try asymmetric(result.output)
            }
        }
    }

    @Test func aKeyNamesItsCurveItself() throws {
        let scalar = der(0x04, [UInt8](repeating: 7, count: 32))
        #expect(throws: KeyError.crypto(.missingCurve)) {
            try asymmetric(der(0x30, integer(1), scalar))
        }
    }

    @Test func aKeyNamesOneCurveOnly() throws {
        let (p256, k256): ([UInt8], [UInt8]) = (
            [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A]
        )
        let type: [UInt8] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
        func key(_ outer: [UInt8], _ inner: [UInt8]) -> [UInt8] {
            let scalar = der(0x04, [UInt8](repeating: 7, count: 32))
            let sec1 = der(0x30, integer(1), scalar, der(0xA0, inner))
            return der(0x30, integer(0), der(0x30, type, outer), der(0x04, sec1))
        }
        #expect(try asymmetric(key(p256, p256)).kind == .ec(.p256))
        #expect(throws: KeyError.crypto(.inconsistentKey)) { try asymmetric(key(p256, k256)) }
        #expect(throws: KeyError.crypto(.inconsistentKey)) { try asymmetric(key(k256, p256)) }
    }

    /// Half of all points can be written so, with the sign of y that they have.
    @Test func hybridPointsAreRefused() throws {
        for kind in [KeyForms.Kind.p256, .p384, .p521, .secp256k1] {
            let count = kind == .p521 ? 133 : kind == .p384 ? 97 : 65
            let spki = try KeyForms.of(kind).spki
            var hybrid = spki
            hybrid[spki.count - count] = 6 | (try #require(spki.last) & 1)
            #expect(throws: KeyError.crypto(.unreadableKey), "\(kind)") { try asymmetric(hybrid) }
        }
    }

    @Test func otherKindsOfKeysSignNoTokens() throws {
        for arguments in [
            ["X25519"], ["X448"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-224"],
            ["EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"],
        ] {
            let made = try ProcessRunner.run(["openssl", "genpkey", "-algorithm"] + arguments)
            let error = #expect(throws: KeyError.self) { try asymmetric(made.output) }
            guard case .crypto(.unsupportedKey) = error else {
                Issue.record("\(arguments): \(String(describing: error))")
                continue
            }
        }
    }

    // MARK: Halves

    @Test func theHalvesOfAKeyBelongTogether() throws {
        for kind in [KeyForms.Kind.p256, .p384, .p521, .secp256k1] {
            let all = try KeyForms.of(kind)
            let count = kind == .p521 ? 133 : kind == .p384 ? 97 : 65
            let point = Array(all.spki.suffix(count))
            let other = Array(try publicKey(ofAnother: kind).suffix(count))
            for name in ["PKCS#8 DER", "SEC1 DER"] {
                let bytes = all.form(name).bytes
                let mixed = bytes.replacing(point, with: other)
                #expect(mixed != bytes)
                #expect(throws: KeyError.crypto(.inconsistentKey), "\(kind) \(name)") {
                    try asymmetric(mixed)
                }
            }
        }
    }

    private func publicKey(ofAnother kind: KeyForms.Kind) throws -> [UInt8] {
        guard case .asymmetric(let key) = try Key.generate(for: kind.algorithm).material else {
            return []
        }
        return try key.subjectPublicKeyInfo()
    }

    /// Version 2 of PKCS#8 (RFC 5958), which OpenSSL 3.0 does not read.
    @Test func theSecondVersionStatesThePublicHalf() throws {
        for kind in [KeyForms.Kind.ed25519, .ed448, .p256] {
            let all = try KeyForms.of(kind)
            let first = all.form("PKCS#8 DER").bytes
            let bits = [0] + all.spki.suffix(kind == .ed448 ? 57 : kind == .p256 ? 65 : 32)
            var wrong = bits
            wrong[5] ^= 1
            func second(_ publicHalf: [UInt8]) -> [UInt8] {
                let start = first[1] < 0x80 ? 2 : 3
                return der(0x30, integer(1), Array(first[(start + 3)...]), publicHalf)
            }
            #expect(try asymmetric(second(der(0x81, bits))).subjectPublicKeyInfo() == all.spki)
            // As "ring" writes it.
            let nested = der(0xA1, der(0x03, bits))
            #expect(try asymmetric(second(nested)).subjectPublicKeyInfo() == all.spki)
            #expect(throws: KeyError.crypto(.inconsistentKey), "\(kind)") {
                try asymmetric(second(der(0x81, wrong)))
            }
            #expect(throws: KeyError.crypto(.inconsistentKey), "\(kind)") {
                try asymmetric(second(der(0xA1, der(0x03, wrong))))
            }
        }
    }

    @Test func anRSAKeyIsTheProductOfItsPrimes() throws {
        let key = try asymmetric(try KeyForms.of(.rsa).form("PKCS#1 DER").bytes)
        let components = try key.rsaComponents()
        for index in 0..<5 {
            var broken = components
            var bytes = components.chineseRemainder[index].withBytes { Array($0) }
            bytes[bytes.count - 2] ^= 0x10
            broken.chineseRemainder[index] = SecretBytes(copying: bytes)
            #expect(throws: OpenSSLError.inconsistentKey, "\(index)") {
                try AsymmetricKey.rsa(broken)
            }
        }
        var exponent = components.privateExponent?.withBytes { Array($0) } ?? []
        exponent[exponent.count - 2] ^= 0x10
        var broken = components
        broken.privateExponent = SecretBytes(copying: exponent)
        #expect(throws: OpenSSLError.inconsistentKey) { try AsymmetricKey.rsa(broken) }
        _ = try AsymmetricKey.rsa(components)
    }

    // MARK: What follows a key

    @Test func nothingFollowsAKeyWithinItsPlace() throws {
        let rsa = try KeyForms.of(.rsa)
        let type: [UInt8] = [
            0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05,
            0x00,
        ]
        let (inner, outer) = (
            rsa.form("PKCS#1 DER").bytes, rsa.form("PKCS#1 public DER").bytes
        )
        func privateKey(_ rest: [UInt8]) -> [UInt8] {
            der(0x30, integer(0), type, der(0x04, inner + rest))
        }
        func publicKey(_ rest: [UInt8]) -> [UInt8] {
            der(0x30, type, der(0x03, [0] + outer + rest))
        }
        #expect(try asymmetric(privateKey([])).hasPrivateHalf)
        #expect(try asymmetric(publicKey([])).kind == .rsa)
        #expect(throws: KeyError.crypto(.unreadableKey)) { try asymmetric(privateKey([0])) }
        #expect(throws: KeyError.crypto(.unreadableKey)) { try asymmetric(publicKey([0])) }
        for form in rsa.forms where form.isDER && !form.isEncrypted {
            let label =
                switch form.name {
                case "PKCS#8 DER": "PRIVATE KEY"
                case "SPKI DER": "PUBLIC KEY"
                case "PKCS#1 DER": "RSA PRIVATE KEY"
                case "PKCS#1 public DER": "RSA PUBLIC KEY"
                default: "CERTIFICATE"
                }
            func armour(_ bytes: [UInt8]) -> [UInt8] {
                Array(
                    "-----BEGIN \(label)-----\n\(Data(bytes).base64EncodedString())\n-----END \(label)-----"
                        .utf8)
            }
            #expect(try asymmetric(armour(form.bytes)).subjectPublicKeyInfo() == rsa.spki)
            #expect(throws: KeyError.crypto(.unreadableKey), "\(form)") {
                try asymmetric(armour(form.bytes + [0x05, 0x00]))
            }
        }
    }

    @Test func storesAndRequestsAreNamed() throws {
        let directory = try TemporaryDirectory()
        let key = try directory.write("key", TestKeys.p256Private)
        let store = directory.file("store.p12")
        _ = try openssl(
            "pkcs12", "-export", "-inkey", key, "-nocerts", "-passout", "pass:x", "-out", store)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: store)))
        #expect(throws: KeyError.unsupportedFormat(.pkcs12)) { try asymmetric(bytes) }
        let request = try openssl(
            "req", "-new", "-key", key, "-subj", "/CN=x", "-outform", "DER")
        #expect(throws: KeyError.unsupportedFormat(.otherDER)) { try asymmetric(request) }
        for content in [bytes, request] {
            #expect(throws: KeyError.self) {
                try Secret.parse(SecretBytes(copying: content), encoding: .raw)
            }
        }
    }

    // MARK: Weakness

    @Test func aModulusBeyondAllUseIsNotLoaded() {
        let modulus = String(repeating: "_", count: 2732)
        #expect(throws: KeyError.crypto(.unsupportedKey("RSA of 16392 bits"))) {
            try keys(#"{"kty":"RSA","n":"\#(modulus)","e":"AQAB"}"#)
        }
    }

    @Test(arguments: [512, 1024])
    func smallRSAKeysAreWeakInEveryForm(bits: Int) throws {
        let made = try openssl(
            "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)")
        let key = try KeyParser.parse(made).keys[0]
        #expect(key.refusal(for: .rs256, to: .sign) == .tooSmall(bits: bits, minimum: 2048))
    }
}
