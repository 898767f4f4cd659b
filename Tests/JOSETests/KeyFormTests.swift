import Foundation
import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import JOSE

/// Keys in every form that OpenSSL's own command writes.
struct KeyFormTests {
    /// A kind of key and how `openssl genpkey` makes one.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        let oldForm: KeyFormat?

        var testDescription: String { name }

        static let all = [
            Kind(
                name: "RSA", arguments: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
                oldForm: .pkcs1Private),
            Kind(
                name: "RSA-PSS",
                arguments: ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
                oldForm: nil),
            ec("P-256"), ec("P-384"), ec("P-521"), ec("secp256k1"),
            Kind(name: "Ed25519", arguments: ["-algorithm", "ed25519"], oldForm: nil),
            Kind(name: "Ed448", arguments: ["-algorithm", "ed448"], oldForm: nil),
        ]

        private static func ec(_ curve: String) -> Kind {
            Kind(
                name: curve,
                arguments: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(curve)"],
                oldForm: .sec1)
        }
    }

    /// One file of a key.
    private struct Form {
        let name: String
        let content: [UInt8]
        let isPrivate: Bool
        var passphrase: String?
    }

    static let passphrase = "correct horse"

    @discardableResult
    private func openssl(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
        let result = try ProcessRunner.run(["openssl"] + arguments, input: input)
        try #require(result.status == 0, "openssl \(arguments): \(result.errorText)")
        return result.output
    }

    private func forms(_ kind: Kind) throws -> [Form] {
        let pem = try openssl(["genpkey", "-quiet"] + kind.arguments, [])
        let certificate = try openssl(
            ["req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=test", "-days", "1"], pem)
        let other = try openssl(
            [
                "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-subj",
                "/CN=issuer", "-days", "1",
            ], [])
        let bag = Array(
            "Bag Attributes\n    friendlyName: key\nKey Attributes: <No Attributes>\n".utf8)
        let crlf = Array(String(decoding: pem, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
        let der = try openssl(["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], pem)
        let sealed = ["-passout", "pass:\(Self.passphrase)"]
        var forms = [
            Form(name: "PKCS#8 PEM", content: pem, isPrivate: true),
            Form(name: "PKCS#8 DER", content: der, isPrivate: true),
            Form(name: "bag attributes", content: bag + pem, isPrivate: true),
            Form(name: "CRLF", content: crlf, isPrivate: true),
            Form(name: "BOM", content: [0xEF, 0xBB, 0xBF] + pem, isPrivate: true),
            Form(name: "key and chain", content: pem + certificate + other, isPrivate: true),
            Form(name: "chain and key", content: certificate + other + pem, isPrivate: true),
            Form(
                name: "SPKI PEM", content: try openssl(["pkey", "-pubout"], pem), isPrivate: false),
            Form(
                name: "SPKI DER",
                content: try openssl(["pkey", "-pubout", "-outform", "DER"], pem),
                isPrivate: false),
            Form(name: "certificate", content: certificate, isPrivate: false),
            Form(name: "chain", content: certificate + other, isPrivate: false),
            Form(
                name: "certificate in words",
                content: try openssl(["x509", "-text"], certificate), isPrivate: false),
            Form(
                name: "certificate DER",
                content: try openssl(["x509", "-outform", "DER"], certificate), isPrivate: false),
        ]
        for (name, arguments) in [
            ("PBKDF2", ["-v2", "aes-256-cbc"]), ("scrypt", ["-scrypt"]),
            ("PBES1", ["-v1", "PBE-SHA1-3DES"]),
        ] {
            for encoding in ["PEM", "DER"] {
                forms.append(
                    Form(
                        name: "\(name) \(encoding)",
                        content: try openssl(
                            ["pkcs8", "-topk8", "-outform", encoding] + arguments + sealed, pem),
                        isPrivate: true, passphrase: Self.passphrase))
            }
        }
        guard let oldForm = kind.oldForm else { return forms }
        let isRSA = oldForm == .pkcs1Private
        for encoding in ["PEM", "DER"] {
            let command = isRSA ? ["rsa", "-traditional"] : ["ec"]
            forms.append(
                Form(
                    name: "\(oldForm) \(encoding)",
                    content: try openssl(command + ["-outform", encoding], pem), isPrivate: true))
            if isRSA {
                forms.append(
                    Form(
                        name: "PKCS#1 public \(encoding)",
                        content: try openssl(
                            ["rsa", "-RSAPublicKey_out", "-outform", encoding], pem),
                        isPrivate: false))
            }
        }
        return forms
    }

    private func parse(_ form: Form) throws -> KeySet {
        try KeyParser.parse(
            SecretBytes(copying: form.content),
            passphrase: form.passphrase.map { SecretBytes(copying: Array($0.utf8)) })
    }

    @Test(arguments: Kind.all)
    func everyFormHoldsTheSameKey(_ kind: Kind) throws {
        let forms = try forms(kind)
        let first = try #require(try parse(forms[0]).keys.first)
        let algorithm = try #require(first.algorithms(to: .sign).first)
        let token = try CompactToken(
            parsing: Signer(key: first, algorithm: algorithm).sign(header: [:], claims: [:]))
        for form in forms {
            let set = try parse(form)
            #expect(set.keys.count == 1, "\(form.name)")
            #expect(try set.keys[0].thumbprint() == first.thumbprint(), "\(form.name)")
            #expect(set.keys[0].hasPrivateHalf == form.isPrivate, "\(form.name)")
            #expect(set.encoding == (form.name.hasSuffix("DER") ? .der : .pem), "\(form.name)")
            #expect(SignatureVerifier(keys: set).verify(token).isVerified, "\(form.name)")
            if form.isPrivate { #expect(try set.keys[0].halvesMatch(), "\(form.name)") }
        }
    }

    @Test(arguments: Kind.all)
    func noFormIsASecret(_ kind: Kind) throws {
        for form in try forms(kind) {
            for encoding in [SecretEncoding.text, .raw] {
                #expect(throws: KeyError.self, "\(form.name)") {
                    try Secret.parse(SecretBytes(copying: form.content), encoding: encoding)
                }
            }
            let base64 = Array(Data(form.content).base64EncodedString().utf8)
            #expect(throws: KeyError.self, "\(form.name) in base64") {
                try Secret.parse(SecretBytes(copying: base64), encoding: .base64)
            }
        }
    }

    @Test func aWrongPassphraseOpensNothing() throws {
        for form in try forms(Kind.all[2]) where form.passphrase != nil {
            let content = SecretBytes(copying: form.content)
            #expect(throws: KeyError.passphraseNeeded) { try KeyParser.parse(content) }
            for wrong in ["", "wrong", Self.passphrase + "\n"] {
                #expect(throws: KeyError.self, "\(form.name)") {
                    try KeyParser.parse(
                        content, passphrase: SecretBytes(copying: Array(wrong.utf8)))
                }
            }
        }
    }

    /// A file decides how long its passphrase takes to try: years, if nobody looks first.
    @Test(
        arguments: [
            (["-iter", "10000001"], ["-v2", "aes-128-cbc"]),
            ([], ["-scrypt", "-scrypt_N", "131072", "-scrypt_r", "1", "-scrypt_p", "1024"]),
        ])
    func aKeyThatAsksForTooMuchWorkIsRefused(_ iterations: [String], _ cipher: [String]) throws {
        let pem = try openssl(["genpkey", "-quiet", "-algorithm", "ed25519"], [])
        let usual = cipher.prefix(1) == ["-scrypt"] ? ["-scrypt"] : cipher
        var der = try openssl(
            ["pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:x"] + usual
                + (usual == ["-scrypt"] ? [] : ["-iter", "10000000"]), pem)
        // The same structure with a greater number in it, made without doing the work.
        if usual == ["-scrypt"] {
            // INTEGER 16384, 8, 1: the last, p, becomes 127 and r becomes 127.
            let pattern: [UInt8] = [0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x08, 0x02, 0x01, 0x01]
            let at = try #require(position(of: pattern, in: der))
            der[at + 6] = 0x7F
            der[at + 9] = 0x7F
        } else {
            let pattern: [UInt8] = [0x02, 0x04, 0x00, 0x98, 0x96, 0x80]
            let at = try #require(position(of: pattern, in: der))
            der[at + 5] = 0x81
        }
        #expect(throws: KeyError.excessiveKeyDerivation) {
            try KeyParser.parse(
                SecretBytes(copying: der), passphrase: SecretBytes(copying: Array("x".utf8)))
        }
    }

    private func position(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: pattern) }
    }

    /// Whatever is cut or changed: no crash, and never a key of another kind.
    @Test(arguments: Kind.all)
    func damageIsNeverAnotherKindOfKey(_ kind: Kind) throws {
        for form in try forms(kind) where form.name.hasSuffix("DER") && form.passphrase == nil {
            let key = try parse(form).keys[0]
            let facts = key.facts
            for count in 0..<form.content.count {
                #expect(throws: KeyError.self, "\(form.name) cut at \(count)") {
                    try KeyParser.parse(Array(form.content[..<count]))
                }
            }
            #expect(throws: KeyError.self, "\(form.name) with more behind it") {
                try KeyParser.parse(form.content + [0])
            }
            for offset in stride(from: 0, to: form.content.count, by: 3) {
                var damaged = form.content
                damaged[offset] ^= UInt8(truncatingIfNeeded: 1 << (offset % 8))
                do throws(KeyError) {
                    let read = try KeyParser.parse(damaged).keys[0].facts
                    #expect(read.type == facts.type, "\(form.name) at \(offset)")
                } catch {
                    #expect(error != .empty)
                }
            }
        }
    }

    @Test func halvesOfTwoKeysAreRefused() throws {
        // SEC1 with the scalar of one key and the point of another.
        let arguments = ["ecparam", "-genkey", "-noout", "-name", "prime256v1", "-outform", "DER"]
        let one = try openssl(arguments, [])
        let two = try openssl(arguments, [])
        // SEQUENCE, version and OCTET STRING of 32 bytes come first.
        let scalarEnd = 2 + 3 + 2 + 32
        try #require(one.count == two.count && one[5] == 0x04)
        let mixed = Array(one[..<scalarEnd] + two[scalarEnd...])
        #expect(throws: KeyError.crypto(.inconsistentKey)) { try KeyParser.parse(mixed) }
    }

    @Test func severalKeysAreRefusedAndChainsAreNot() throws {
        let one = try openssl(["genpkey", "-quiet", "-algorithm", "ed25519"], [])
        let two = try openssl(["genpkey", "-quiet", "-algorithm", "ed25519"], [])
        let half = try openssl(["pkey", "-pubout"], one)
        #expect(throws: KeyError.severalKeys) { try KeyParser.parse(one + two) }
        #expect(throws: KeyError.severalKeys) { try KeyParser.parse(one + half) }
    }

    @Test func formsThatAreNotReadAreNamed() throws {
        let rsa = try openssl(["genpkey", "-quiet"] + Kind.all[0].arguments, [])
        let old = try openssl(
            ["rsa", "-traditional", "-aes128", "-passout", "pass:x"], rsa)
        #expect(throws: KeyError.unsupportedFormat(.legacyEncrypted)) { try KeyParser.parse(old) }
        let certificate = try openssl(
            ["req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=test", "-days", "1"], rsa)
        let pfx = try openssl(["pkcs12", "-export", "-passout", "pass:x"], rsa + certificate)
        #expect(throws: KeyError.unsupportedFormat(.pkcs12)) { try KeyParser.parse(pfx) }
        let dsa = try openssl(
            ["dsaparam", "-genkey", "-noout", "-outform", "DER", "1024"], [])
        #expect(throws: KeyError.unsupportedFormat(.otherDER)) { try KeyParser.parse(dsa) }
        let explicit = try openssl(
            [
                "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-param_enc", "explicit",
            ], [])
        #expect(throws: KeyError.crypto(.explicitCurveParameters)) {
            try KeyParser.parse(explicit)
        }
    }

    @Test func aSecretOfOneByteRepeatedIsWeak() throws {
        let zeros = try Secret.parse(
            SecretBytes(copying: [UInt8](repeating: 0, count: 32)), encoding: .raw)
        #expect(zeros.refusal(for: .hs256, to: .verify) == .repeatedByte)
        #expect(zeros.refusal(for: .hs256, to: .sign, allowWeak: true) == nil)
        let nearly = try Secret.parse(
            SecretBytes(copying: [UInt8](repeating: 0, count: 31) + [1]), encoding: .raw)
        #expect(nearly.refusal(for: .hs256, to: .verify) == nil)
    }
}

/// The key files of other libraries' tests: each is read, or refused for a reason.
@Suite(.enabled(if: Vectors.arePresent)) struct KeyVectorTests {
    private static let folders = [
        "golang-jwt", "jjwt", "jwt-kit", "lcobucci-jwt", "panva-jose", "pyjwt",
    ]

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
