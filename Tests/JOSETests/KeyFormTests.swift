import Foundation
import JOSE
import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

/// Keys of every kind in every form that people have them in.
@Suite(.programs) struct KeyFormTests {
    private func load(_ form: KeyForms.Form) throws(KeyError) -> AsymmetricKey {
        try asymmetric(form.bytes, passphrase: form.isEncrypted ? KeyForms.passphrase : nil)
    }

    @Test(arguments: KeyForms.Kind.allCases)
    func everyFormIsTheSameKey(kind: KeyForms.Kind) throws {
        let all = try KeyForms.of(kind)
        let spki = try KeyParser.parse(all.spki)
        for form in all.forms {
            let key = try load(form)
            #expect(try key.subjectPublicKeyInfo() == all.spki, "\(form)")
            #expect(key.hasPrivateHalf == form.isPrivate, "\(form)")
            let encoding = form.isDER ? KeyEncoding.der : .pem
            let secret = form.isEncrypted ? secretBytes(KeyForms.passphrase) : nil
            let set = try KeyParser.parse(SecretBytes(copying: form.bytes), passphrase: secret)
            #expect(set.encoding == encoding, "\(form)")
            guard form.isPrivate else { continue }
            let signing = set.keys[0]
            let text = try Signer(key: signing, algorithm: kind.algorithm)
                .sign(header: [:], claims: ["sub": "alice"])
            let verdict = SignatureVerifier(keys: spki).verify(try CompactToken(parsing: text))
            #expect(verdict.isVerified, "\(form)")
        }
        print("\(kind.rawValue): \(all.forms.count) forms")
        #expect(all.forms.count >= 68)
    }

    @Test(arguments: KeyForms.Kind.allCases)
    func noFormIsASecret(kind: KeyForms.Kind) throws {
        func isRefused(_ bytes: [UInt8], _ encoding: SecretEncoding) -> Bool {
            do throws(KeyError) {
                _ = try Secret.parse(SecretBytes(copying: bytes), encoding: encoding)
                return false
            } catch {
                guard case .keyGivenAsSecret = error else { return false }
                return true
            }
        }
        for form in try KeyForms.of(kind).forms {
            let base64 = Data(form.bytes).base64EncodedData()
            let lines = Data(form.bytes).base64EncodedData(options: [.lineLength64Characters])
            let hex = form.bytes.map { String(format: "%02x", $0) }.joined()
            #expect(isRefused(form.bytes, .text), "\(form)")
            #expect(isRefused(form.bytes, .raw), "\(form)")
            #expect(isRefused(form.bytes + [0x0A], .text), "\(form)")
            #expect(isRefused([UInt8](base64), .base64), "\(form)")
            #expect(isRefused([UInt8](base64), .text), "\(form)")
            #expect(isRefused([UInt8](lines), .text), "\(form)")
            #expect(isRefused(Base64URL.encode(form.bytes), .base64url), "\(form)")
            #expect(isRefused(Base64URL.encode(form.bytes), .text), "\(form)")
            #expect(isRefused(Array(hex.utf8), .hex), "\(form)")
        }
    }

    // MARK: Damage

    /// A single byte may turn a key into another of its kind, never into another kind; and private
    /// keys that say their public half too load as themselves or not at all.
    private func checkDamage(
        _ bytes: [UInt8], _ form: KeyForms.Form, _ original: AsymmetricKey, spki: [UInt8]
    ) throws {
        guard
            let key = try? asymmetric(
                bytes, passphrase: form.isEncrypted ? KeyForms.passphrase : nil)
        else { return }
        if key.kind != original.kind { Issue.record("\(form) became \(key.kind)") }
        let statesBoth = form.isPrivate && original.kind != .ed25519 && original.kind != .ed448
        if statesBoth, try key.subjectPublicKeyInfo() != spki {
            Issue.record("\(form) became another key")
        }
    }

    private func isKey(_ bytes: [UInt8]) -> Bool {
        do throws(KeyError) {
            _ = try asymmetric(bytes, passphrase: KeyForms.passphrase)
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: KeyForms.Kind.allCases)
    func damagedDERIsNoOtherKey(kind: KeyForms.Kind) throws {
        let all = try KeyForms.of(kind)
        var count = 0
        for form in all.forms where form.isDER {
            // The other ciphers and hashes cost time and run the same code.
            if form.isEncrypted, form.name != "PBKDF2 DER" { continue }
            let original = try load(form)
            let masks: [UInt8] = form.bytes.count > 400 ? [0x01] : [0x01, 0x80, 0xFF]
            for position in form.bytes.indices {
                for mask in masks {
                    var bytes = form.bytes
                    bytes[position] ^= mask << UInt8(mask == 1 ? position % 8 : 0)
                    try checkDamage(bytes, form, original, spki: all.spki)
                    count += 1
                }
                if isKey(Array(form.bytes[..<position])) {
                    Issue.record("\(form) cut to \(position)")
                }
            }
            #expect(throws: KeyError.self, "\(form) with a rest") {
                try asymmetric(form.bytes + [0], passphrase: KeyForms.passphrase)
            }
        }
        print("\(kind.rawValue): \(count) damaged keys")
        #expect(count > 500)
    }

    @Test func cutArmourIsNoKey() throws {
        for name in ["PKCS#8 PEM", "SPKI PEM", "X.509 PEM", "SEC1 PEM", "PBKDF2 PEM"] {
            let form = try KeyForms.of(.p256).form(name)
            for count in 0..<form.bytes.count - 1 {
                #expect(throws: KeyError.self, "\(name) cut to \(count)") {
                    try asymmetric(
                        Array(form.bytes[..<count]), passphrase: KeyForms.passphrase)
                }
            }
        }
    }

    // MARK: Several keys

    @Test func keysThatAreNoPairAreSeveral() throws {
        let (one, other) = (try KeyForms.of(.p256), try KeyForms.of(.p384))
        let combinations: [[KeyForms.Form]] = [
            [one.form("PKCS#8 PEM"), other.form("X.509 PEM")],
            [one.form("PKCS#8 PEM"), other.form("SPKI PEM")],
            [one.form("PKCS#8 PEM"), other.form("PKCS#8 PEM")],
            [one.form("PKCS#8 PEM"), one.form("SEC1 PEM")],
            // One pair, but which half was meant?
            [one.form("PKCS#8 PEM"), one.form("SPKI PEM")],
            [one.form("SPKI PEM"), other.form("X.509 PEM")],
            [one.form("SPKI PEM"), other.form("SPKI PEM")],
            [one.form("PKCS#8 PEM"), one.form("X.509 PEM"), other.form("SPKI PEM")],
        ]
        for forms in combinations {
            for forms in [forms, forms.reversed()] {
                #expect(throws: KeyError.severalKeys, "\(forms)") {
                    try asymmetric(forms.flatMap(\.bytes))
                }
            }
        }
    }

    /// A chain has the holder's certificate and its authorities'; certificates of several holders are
    /// the keys of a set.
    @Test func everyHolderOfACertificateCounts() throws {
        let (one, other) = (try KeyForms.of(.p256), try KeyForms.of(.ed25519))
        let both = other.form("X.509 PEM").bytes + one.form("X.509 PEM").bytes
        let set = try KeyParser.parse(both + one.form("X.509 PEM").bytes)
        #expect(set.isSet)
        let found = try set.keys.map { key in
            guard case .asymmetric(let key) = key.material else { return [UInt8]() }
            return try key.subjectPublicKeyInfo()
        }
        #expect(found == [other.spki, one.spki])
        for kind in KeyForms.Kind.allCases {
            let chain = try KeyForms.of(kind).form("chain").bytes
            #expect(try !KeyParser.parse(chain).isSet, "\(kind)")
        }
    }

    @Test func derBeatsArmourWithinIt() throws {
        // A certificate may hold any text that its owner asked for.
        let armour = String(decoding: try KeyForms.of(.p256).form("SPKI PEM").bytes, as: UTF8.self)
        let directory = try TemporaryDirectory()
        let configuration = try directory.write(
            "x.cnf",
            "[req]\ndistinguished_name=d\nx509_extensions=e\nprompt=no\n[d]\nCN=x\n[e]\n"
                + "nsComment=\"\(armour.replacing("\n", with: "\\n"))\"\n")
        let made = try ProcessRunner.run([
            "openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null",
            "-config", configuration, "-outform", "DER",
        ])
        try #require(made.status == 0, Comment(rawValue: made.errorText))
        try #require(String(decoding: made.output, as: UTF8.self).contains("-----BEGIN PUBLIC KEY"))
        #expect(try asymmetric(made.output).kind == .ed25519)
    }

    // MARK: What is not read

    private func openssl(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
        let result = try ProcessRunner.run(["openssl"] + arguments, input: input)
        try #require(result.status == 0, "openssl \(arguments): \(result.errorText)")
        return result.output
    }

    @Test func formsThatAreNotReadAreNamed() throws {
        let rsa = try openssl(
            ["genpkey", "-quiet"] + ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], [])
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
