import Foundation
import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

/// S2 from the operator's side: `--secret` was given what everybody may know, and a stranger has
/// signed with it. It has to end as a key error, before any code is computed.
@Suite(.programs) struct SecretConfusionTests {
    private struct Form {
        let name: String
        let bytes: [UInt8]
    }

    private static let encodings: [(name: String, encode: @Sendable ([UInt8]) -> [UInt8])] = [
        ("text", { $0 }), ("raw", { $0 }),
        ("base64", { Array(Data($0).base64EncodedString().utf8) }),
        ("base64url", { Array(Forge.base64url($0).utf8) }), ("hex", { Array(hex($0).utf8) }),
    ]

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = directory.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func openssl(_ arguments: [String]) throws -> [UInt8] {
        let result = try ProcessRunner.run(["openssl"] + arguments)
        try #require(result.status == 0, Comment(rawValue: result.errorText))
        return result.output
    }

    /// A string of the SSH protocol (RFC 4251 section 5).
    private static func ssh(_ bytes: some Collection<UInt8>) -> [UInt8] {
        withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) } + bytes
    }

    /// The key as OpenSSH has it in its files (RFC 4253 section 6.6, RFC 5656, RFC 8709).
    private func sshForms(_ name: String, _ parts: [[UInt8]]) -> [Form] {
        let blob = ([Array(name.utf8)] + parts).flatMap { Self.ssh($0) }
        let body = Data(blob).base64EncodedString()
        let folded = Data(blob).base64EncodedString(options: .lineLength64Characters)
        return [
            ("SSH line", "\(name) \(body) me@example\n"), ("SSH, no comment", "\(name) \(body)"),
            ("authorized_keys", "# mine\nno-pty,command=\"ls\" \(name) \(body) me\n"),
            ("known_hosts", "example.com \(name) \(body)\n"), ("SSH, base64 alone", body),
            (
                "RFC 4716",
                "---- BEGIN SSH2 PUBLIC KEY ----\nComment: me\n\(folded)\n---- END SSH2 PUBLIC KEY ----\n"
            ),
        ].map { Form(name: $0, bytes: Array($1.utf8)) }
    }

    /// What may be in bytes may also be in text.
    private func spelled(_ name: String, _ der: [UInt8]) -> [Form] {
        let data = Data(der)
        let texts = [
            ("base64", data.base64EncodedString()),
            ("base64, newline", data.base64EncodedString() + "\n"),
            ("base64 in lines", data.base64EncodedString(options: .lineLength64Characters)),
            ("base64url", Forge.base64url(der)), ("hex", Self.hex(der)),
            ("HEX", Self.hex(der).uppercased() + "\n"),
        ]
        return [Form(name: "\(name) DER", bytes: der)]
            + texts.map { Form(name: "\(name) DER, \($0)", bytes: Array($1.utf8)) }
    }

    /// All spellings of one key. What is private is no better: the operator has mixed up options.
    private func forms(
        _ key: AsymmetricKey, jwk: String, sshName: String, sshParts: [[UInt8]]
    ) throws -> [Form] {
        let pem = try Keyring.pem(key)
        let file = try write("key.der", try key.privateKeyInfo().withBytes { Array($0) })
        let own = ["-in", file, "-inform", "DER"]
        let pkcs8 = try openssl(["pkey"] + own)
        let pemFile = try write("key.pem", pkcs8)
        let certificate = try openssl([
            "req", "-x509", "-new", "-key", pemFile, "-subj", "/CN=test", "-days", "1",
        ])
        let certificateFile = try write("certificate.pem", certificate)
        var forms = [
            Form(name: "PEM", bytes: Array(pem.utf8)),
            Form(name: "PEM, CRLF", bytes: pem.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }),
            Form(name: "PEM, no newline", bytes: Array(pem.utf8.dropLast())),
            Form(name: "PEM, one line", bytes: pem.utf8.filter { $0 != 10 }),
            Form(name: "PEM after words", bytes: Array("the key:\n\n".utf8) + Array(pem.utf8)),
            Form(name: "PEM, escaped", bytes: Array(pem.replacing("\n", with: "\\n").utf8)),
            Form(name: "PKCS#8 PEM", bytes: pkcs8),
            Form(name: "certificate", bytes: certificate),
            Form(
                name: "certificate in words",
                bytes: try openssl(["x509", "-text", "-in", certificateFile])),
            Form(name: "JWK", bytes: Array(jwk.utf8)),
            Form(name: "JWK after spaces", bytes: Array(" \r\n\t\(jwk)\n".utf8)),
            Form(name: "JWKS", bytes: Array(#"{"keys":[\#(jwk)]}"#.utf8)),
            Form(name: "JWK, broken", bytes: Array(jwk.utf8.dropLast())),
        ]
        forms += spelled("SPKI", try Keyring.der(key))
        forms += spelled(
            "certificate", try openssl(["x509", "-in", certificateFile, "-outform", "DER"]))
        forms += sshForms(sshName, sshParts)
        guard sshName != "ssh-ed25519" else { return forms }
        let isRSA = sshName == "ssh-rsa"
        let command = isRSA ? ["rsa", "-traditional"] : ["ec"]
        forms.append(
            Form(name: "traditional PEM", bytes: try openssl(command + ["-in", pemFile])))
        forms += spelled(
            "traditional", try openssl(command + ["-in", pemFile, "-outform", "DER"]))
        guard isRSA else { return forms }
        let pkcs1 = ["rsa", "-in", pemFile, "-RSAPublicKey_out"]
        forms.append(Form(name: "PKCS#1 PEM", bytes: try openssl(pkcs1)))
        return forms + spelled("PKCS#1", try openssl(pkcs1 + ["-outform", "DER"]))
    }

    private func allForms() throws -> [(String, [Form])] {
        let ring = Keyring.shared
        let edwards = Array(try Keyring.der(ring.ed25519).suffix(32))
        let point = Array(try Keyring.der(ring.p256).suffix(65))
        return [
            (
                "RSA",
                try forms(
                    ring.rsa, jwk: Keyring.jwk(rsa: ring.rsa), sshName: "ssh-rsa",
                    sshParts: [[1, 0, 1], [0] + Keyring.modulus(ring.rsa)])
            ),
            (
                "P-256",
                try forms(
                    ring.p256, jwk: Keyring.jwk(ec: ring.p256, "P-256", 32),
                    sshName: "ecdsa-sha2-nistp256", sshParts: [Array("nistp256".utf8), point])
            ),
            (
                "Ed25519",
                try forms(
                    ring.ed25519,
                    jwk: #"{"kty":"OKP","crv":"Ed25519","x":"\#(Forge.base64url(edwards))"}"#,
                    sshName: "ssh-ed25519", sshParts: [edwards])
            ),
        ]
    }

    @Test func noFormOfAKeyIsASecret() throws {
        var count = 0
        for (kind, forms) in try allForms() {
            for form in forms {
                for (encoding, encode) in Self.encodings {
                    let label = Comment(rawValue: "\(kind), \(form.name), \(encoding)")
                    let file = try write("secret", encode(form.bytes))
                    let secret = ["--secret", file, "--secret-encoding", encoding]
                    // As a library signs that does not know what it was given.
                    let token = try Forge.token(sign: Forge.mac(.sha256, form.bytes))
                    for command in [["verify", "--offline"], ["issue", "--no-record"]] {
                        let result = Forge.tool.run(command + secret + ["--json"], input: token)
                        #expect(result.status == 1, label)
                        let error = try result.object()["error"]?.objectValue
                        #expect(error?["code"] == "key", label)
                        #expect(
                            error?["message"]?.stringValue?.text.contains("the secret is a key: ")
                                == true, label)
                        #expect(try result.object()["valid"] == nil, label)
                    }
                    count += 1
                }
            }
        }
        print("keys offered as secrets: \(count)")
        #expect(count == 615)
    }

    /// The same ways lead a secret in.
    @Test func aSecretInEveryEncodingIsOne() throws {
        let bytes = (0..<64).map { UInt8($0 * 37 & 0xFF) }
        for secret in [bytes, Array(Forge.secret.utf8)] {
            for (encoding, encode) in Self.encodings {
                let file = try write("secret", encode(secret))
                let result = Forge.tool.run(
                    ["verify", "--offline", "--secret", file, "--secret-encoding", encoding],
                    input: try Forge.token(sign: Forge.mac(.sha256, secret)))
                #expect(result.status == 0, "\(encoding): \(result.errors)")
            }
        }
    }
}
