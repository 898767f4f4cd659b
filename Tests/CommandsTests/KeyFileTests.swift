import CommandKit
import Foundation
import TestSupport
import Testing

@testable import Commands

/// Key files as people have them: each verifies a token, or is refused in words that help.
@Suite(.programs) struct KeyFileTests {
    enum Verdict {
        /// A token of this key verifies with the file.
        case verifies(Ring.Name)
        /// A token that was signed with the file verifies with it.
        case signs
        /// The words of the refusal, among them those of the hint.
        case refused([String])
    }

    struct Case {
        let name: String
        let bytes: [UInt8]
        let verdict: Verdict
        /// Whether the content may be an HMAC secret.
        var isSecret = false
        /// A header member of the token.
        var header: String?

        init(
            _ name: String, _ bytes: [UInt8], _ verdict: Verdict, isSecret: Bool = false,
            header: String? = nil
        ) {
            self.name = name
            self.bytes = bytes
            self.verdict = verdict
            self.isSecret = isSecret
            self.header = header
        }

        init(
            _ name: String, _ text: String, _ verdict: Verdict, isSecret: Bool = false,
            header: String? = nil
        ) {
            self.init(name, Array(text.utf8), verdict, isSecret: isSecret, header: header)
        }
    }

    /// Keys of this run, and what openssl makes of them.
    final class Ring {
        enum Name: String, CaseIterable { case one, other, rsa, edwards, large }

        let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            for name in Name.allCases {
                let kind =
                    switch name {
                    case .rsa: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
                    case .edwards: ["ED25519"]
                    case .large: ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"]
                    case .one, .other: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
                    }
                try openssl(["genpkey", "-out", path(name), "-algorithm"] + kind)
                chmod(path(name), 0o600)
            }
        }

        func path(_ name: Name) -> String { directory.file(name.rawValue + ".pem") }

        @discardableResult
        func run(_ arguments: [String]) throws -> [UInt8] {
            let result = try ProcessRunner.run(arguments)
            guard result.status == 0 else {
                throw TestSupportError("\(arguments): \(result.errorText)")
            }
            return result.output
        }

        @discardableResult
        func openssl(_ arguments: [String]) throws -> [UInt8] {
            try run(["openssl"] + arguments)
        }

        func text(_ arguments: [String]) throws -> String {
            String(decoding: try openssl(arguments), as: UTF8.self)
        }

        func spki(_ name: Name, _ form: String = "PEM") throws -> [UInt8] {
            try openssl(["pkey", "-in", path(name), "-pubout", "-outform", form])
        }

        func certificate(_ name: Name, _ options: [String] = []) throws -> String {
            try text(
                ["req", "-x509", "-new", "-key", path(name), "-subj", "/CN=\(name.rawValue)"]
                    + options)
        }

        /// A certificate of `name` that the key of `issuer` signed.
        func certificate(_ name: Name, by issuer: Name) throws -> String {
            let authority = try directory.write("ca.pem", try certificate(issuer))
            return try certificate(name, ["-CA", authority, "-CAkey", path(issuer)])
        }

        func jwk(_ name: Name, isPrivate: Bool = false) throws -> [String: String] {
            let result = TestTool.standalone.run([
                "key", isPrivate ? "convert" : "public", "--format", "jwk", path(name),
            ])
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            guard let members = object as? [String: String] else {
                throw TestSupportError(result.errors)
            }
            return members.filter { $0.key != "kid" }
        }

        func token(_ key: String, header: String? = nil) throws -> String {
            let result = TestTool.standalone.run(
                ["issue", "--no-record", "--sub", "alice", "--key", key]
                    + (header.map { ["--header", $0] } ?? []))
            guard result.status == 0 else { throw TestSupportError(result.errors) }
            return result.output.trimmingCharacters(in: .newlines)
        }

        func ssh(_ options: String...) throws -> (secret: String, open: String) {
            let path = directory.file("ssh-" + options.joined())
            try run(["ssh-keygen", "-q", "-f", path] + options)
            return (
                try String(contentsOfFile: path, encoding: .utf8),
                try String(contentsOfFile: path + ".pub", encoding: .utf8)
            )
        }
    }

    private static func json(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    private func body(_ pem: String) -> String {
        pem.split(separator: "\n").dropFirst().dropLast().joined()
    }

    private func armours(_ ring: Ring) throws -> [Case] {
        let pem = String(decoding: try ring.spki(.one), as: UTF8.self)
        let secret = try String(contentsOfFile: ring.path(.one), encoding: .utf8)
        let sec1 = try ring.text(["ec", "-in", ring.path(.one)])
        let good = Verdict.verifies(.one)
        func lines(_ separator: String, _ text: String? = nil) -> String {
            (text ?? pem).trimmingCharacters(in: .newlines).replacing("\n", with: separator)
        }
        return [
            Case("PEM", pem, good), Case("CRLF", lines("\r\n"), good),
            Case("\\n as two characters", lines("\\n"), good),
            Case("\\n and one at the end", lines("\\n") + "\\n", good),
            Case("\\r\\n as four characters", lines("\\r\\n"), good),
            Case("\\\\n as three characters", lines("\\\\n"), good),
            Case("a JSON string", "\"" + lines("\\n") + "\\n\"\n", good),
            Case("in single quotes", "'" + lines("\n") + "'", good),
            Case("a line of .env", "JWT_KEY=\"" + lines("\\n") + "\"\n", good),
            Case("one line with spaces", lines(" "), good),
            Case("one line without spaces", lines(""), good),
            Case("indented", lines("\n    "), good),
            Case("below a comment", "# the key of production\n" + pem, good),
            Case("before a comment", pem + "# the key of production\n", good),
            Case("a byte order mark", "\u{FEFF}" + pem, good),
            Case("an OpenSSH Ed25519 key", try ring.ssh("-t", "ed25519", "-N", "").secret, .signs),
            Case("PKCS#8", secret, good), Case("PKCS#8 with \\n", lines("\\n", secret), good),
            Case("SEC1", sec1, good), Case("SEC1 with \\n", lines("\\n", sec1), good),
        ]
    }

    private func encodings(_ ring: Ring) throws -> [Case] {
        let pem = try ring.spki(.one)
        let der = try ring.spki(.one, "DER")
        let pkcs8 = try ring.openssl(["pkey", "-in", ring.path(.one), "-outform", "DER"])
        let rsa = Data(try ring.spki(.rsa, "DER"))
        let jwk = try Self.json(try ring.jwk(.one))
        let good = Verdict.verifies(.one)
        return [
            Case("DER", der, good), Case("private DER", pkcs8, good),
            Case("base64 of DER", Data(der).base64EncodedString(), good),
            Case("base64 of DER, newline", Data(der).base64EncodedString() + "\n", good),
            Case("base64 in quotes", "\"" + Data(der).base64EncodedString() + "\"", good),
            Case(
                "base64 in lines", rsa.base64EncodedString(options: .lineLength64Characters),
                .verifies(.rsa)),
            Case("base64url of DER", rsa.base64URL, .verifies(.rsa)),
            Case("base64 of private DER", Data(pkcs8).base64EncodedString(), good),
            Case("base64 of PEM", Data(pem).base64EncodedString(), good),
            Case("base64 of a JWK", Data(jwk.utf8).base64EncodedString(), good),
            Case("hex of DER", hex(der), good), Case("HEX of DER", hex(der).uppercased(), good),
            Case("hex behind 0x", "0x" + hex(der), good),
        ]
    }

    private func certificates(_ ring: Ring) throws -> [Case] {
        let (one, other) = (try ring.certificate(.one), try ring.certificate(.other))
        let (rsa, leaf) = (
            try ring.certificate(.rsa), try ring.certificate(.one, by: .rsa)
        )
        func der(_ pem: String) -> String { body(pem) }
        let map = try Self.json(["a": one, "b": other])
        let keys = try Self.json([
            "a": String(decoding: try ring.spki(.one), as: UTF8.self),
            "b": String(decoding: try ring.spki(.rsa), as: UTF8.self),
        ])
        return [
            Case("certificate", one, .verifies(.one)),
            Case("base64 of a certificate", body(rsa), .verifies(.rsa)),
            Case("the first of two certificates", one + other, .verifies(.one)),
            Case("the second of two certificates", one + other, .verifies(.other)),
            Case("the third of three", one + other + rsa, .verifies(.rsa)),
            Case("a renewed certificate", one + (try ring.certificate(.one)), .verifies(.one)),
            Case("a chain", leaf + rsa, .verifies(.one)),
            Case("a chain and another", leaf + rsa + other, .verifies(.other)),
            Case("two with \\n", (one + other).replacing("\n", with: "\\n"), .verifies(.other)),
            Case("Google's map", map, .verifies(.one), header: "kid=a"),
            Case("Google's map, the second", map, .verifies(.other), header: "kid=b"),
            Case("Google's map, no kid", map, .verifies(.other)),
            Case("a map of public keys", keys, .verifies(.rsa), header: "kid=b"),
            Case("a map with a mark", "\u{FEFF}" + map, .verifies(.one), header: "kid=a"),
            Case("x5c alone", try Self.json(["kty": "EC", "x5c": [der(one)]]), .verifies(.one)),
            Case(
                "x5c without kty", try Self.json(["x5c": [der(leaf), der(rsa)]]), .verifies(.one)),
            Case(
                "a set of x5c",
                try Self.json([
                    "keys": [
                        ["kty": "EC", "kid": "a", "x5c": [der(one)]] as [String: Any],
                        ["kty": "RSA", "kid": "b", "x5c": [der(rsa)]],
                    ]
                ]), .verifies(.rsa), header: "kid=b"),
            Case(
                "x5c of another kind", try Self.json(["kty": "RSA", "x5c": [der(one)]]),
                .refused(["invalid member 'x5c'"])),
        ]
    }

    /// The member of a JWK in the alphabet of RFC 4648 section 4, padded.
    private func standard(_ text: String) -> String {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
    }

    private func sets(_ ring: Ring) throws -> [Case] {
        let (one, other, rsa) = (
            try ring.jwk(.one), try ring.jwk(.other), try ring.jwk(.rsa)
        )
        func named(_ jwk: [String: String], _ name: String) -> [String: String] {
            jwk.merging(["kid": name]) { $1 }
        }
        func set(_ members: [String: String]...) throws -> String {
            try Self.json(["keys": members])
        }
        func changed(_ jwk: [String: String], _ change: (String) -> String) throws -> String {
            let numbers = ["n", "x", "y"]
            return try Self.json(
                jwk.map { ($0, numbers.contains($0) ? change($1) : $1) }
                    .reduce(into: [:]) { $0[$1.0] = $1.1 })
        }
        let text = try Self.json(one)
        let same = try set(named(rsa, "a"), named(one, "a"), named(other, "a"))
        return [
            Case("JWK", text, .verifies(.one)),
            Case("JWK, mark", "\u{FEFF}" + text, .verifies(.one)),
            Case("JWK, standard base64", try changed(one, standard), .verifies(.one)),
            Case("RSA JWK, standard base64", try changed(rsa, standard), .verifies(.rsa)),
            Case("RSA JWK, padded", try changed(rsa) { $0 + "==" }, .verifies(.rsa)),
            Case("JWKS", try set(named(one, "a"), named(rsa, "b")), .verifies(.rsa)),
            Case("one kid, the RSA key", same, .verifies(.rsa), header: "kid=a"),
            Case("one kid, an EC key", same, .verifies(.one), header: "kid=a"),
            Case("one kid, the other EC key", same, .verifies(.other), header: "kid=a"),
            Case(
                "an empty kid in the token", try set(named(one, "a"), named(rsa, "b")),
                .verifies(.rsa), header: "kid="),
            Case(
                "empty kids in the set", try set(named(one, ""), named(other, "")),
                .verifies(.other)),
            Case(
                "an empty kid in the set, another in the token",
                try set(named(one, ""), named(other, "b")), .verifies(.one), header: "kid=x"),
            Case("comments above a JWK", "# issuer\n" + text, .refused(["not JSON", "grep -vE"])),
            Case("a // comment", "// issuer\n" + text, .refused(["not JSON", "grep -vE"])),
            Case("printed by Python", text.replacing("\"", with: "'"), .refused(["not JSON"])),
            Case(
                "a cut JWKS", String(same.dropLast(40)), .refused(["not JSON", "is it complete?"])),
        ]
    }

    /// A P-521 key whose x begins with a zero byte, which half of them do.
    private func shortCoordinate() throws -> (whole: [String: String], short: [String: String]) {
        while true {
            let ring = try JSONSerialization.jsonObject(
                with: Data(
                    TestTool.standalone.run([
                        "key", "generate", "--alg", "ES512", "--format", "jwk",
                    ]).output.utf8))
            guard var jwk = ring as? [String: String], let x = jwk["x"] else { continue }
            let bytes = [UInt8](Data(base64Encoded: standard(x)) ?? Data())
            guard bytes.first == 0, bytes.count == 66 else { continue }
            let whole = jwk
            jwk["x"] = Data(bytes.dropFirst()).base64URL
            return (whole, jwk)
        }
    }

    private func utf16(_ text: String, _ encoding: String.Encoding, mark: [UInt8]) -> [UInt8] {
        mark + [UInt8](text.data(using: encoding) ?? Data())
    }

    private func refusals(_ ring: Ring) throws -> [Case] {
        let pem = String(decoding: try ring.spki(.one), as: UTF8.self)
        let secret = try String(contentsOfFile: ring.path(.one), encoding: .utf8)
        let jwk = try Self.json(try ring.jwk(.one))
        let dashes = Verdict.refused(["damaged dashes", "sed -E"])
        func dashed(_ text: String) -> String { pem.replacing("-----", with: text) }
        let iconv = Verdict.refused(["is text in UTF-16", "iconv -f UTF-16 -t UTF-8"])
        let page = Verdict.refused(["is an HTML page, not a key set", "was it an error page?"])
        let neither = Verdict.refused([
            "JSON, but neither a JWK (no 'kty') nor a JWKS (no 'keys')", "jq",
        ])
        let rsaSSH = try ring.ssh("-t", "rsa", "-N", "")
        let lockedSSH = try ring.ssh("-t", "ed25519", "-N", "pass phrase")
        let convert = Verdict.refused(["unsupported format: OpenSSH private key", "ssh-keygen -p"])
        let store = ring.directory.file("store.p12")
        try ring.openssl([
            "pkcs12", "-export", "-inkey", ring.path(.one), "-nocerts", "-out", store, "-passout",
            "pass:x",
        ])
        let request = try ring.text(["req", "-new", "-key", ring.path(.one), "-subj", "/CN=x"])
        let (whole, short) = try shortCoordinate()
        var long = try ring.jwk(.one)
        long["y"] = Data([0] + (Data(base64Encoded: standard(long["y"] ?? "")) ?? Data())).base64URL
        return [
            Case("four dashes", dashed("----"), dashes), Case("em dashes", dashed("———"), dashes),
            Case("en dashes", dashed("–––––"), dashes), Case("no dashes", dashed(""), dashes),
            Case("em dashes around a private key", secret.replacing("-----", with: "—"), dashes),
            Case(
                "four dashes at the end", String(pem.trimmingCharacters(in: .newlines).dropLast()),
                dashes),
            Case("four dashes before END", pem.replacing("-----END", with: "----END"), dashes),
            Case(
                "no first line", pem.split(separator: "\n").dropFirst().joined(separator: "\n"),
                dashes),
            Case(
                "no last line", pem.split(separator: "\n").dropLast().joined(separator: "\n"),
                .refused(["the PEM armour is damaged", "copy the whole text again"])),
            Case("UTF-16, mark", utf16(pem, .utf16LittleEndian, mark: [0xFF, 0xFE]), iconv),
            Case("UTF-16, big", utf16(pem, .utf16BigEndian, mark: [0xFE, 0xFF]), iconv),
            Case("UTF-16, no mark", utf16(pem, .utf16LittleEndian, mark: []), iconv),
            Case("JWK in UTF-16", utf16(jwk, .utf16LittleEndian, mark: [0xFF, 0xFE]), iconv),
            Case("HTML", "<!DOCTYPE html>\n<html><body>404</body></html>\n", page),
            Case("html", "\n<html><head></head></html>", page),
            Case(
                "XML", "<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>",
                .refused(["is an XML document"])),
            Case("an error", #"{"error":"not found"}"#, neither), Case("an object", "{}", neither),
            Case("an array of JWKs", "[\(jwk)]", neither),
            Case("a secret manager's answer", #"{"JWT_SECRET":"x"}"#, neither),
            Case(
                "a discovery document",
                #"{"issuer":"https://a.example","jwks_uri":"https://a.example/jwks"}"#,
                .refused(["a discovery document", "--key <(curl -fsS https://a.example/jwks)"])),
            Case(
                "a discovery document with a shell in it",
                #"{"jwks_uri":"https://a.example/;id"}"#,
                .refused(["--key <(curl -fsS 'https://a.example/;id')"])),
            Case(
                "a service account",
                try Self.json(["type": "service_account", "private_key": secret]),
                .refused(["Google service account file", "jq -r .private_key"])),
            Case(
                "an SSH public key", rsaSSH.open, .refused(["SSH key", "ssh-keygen -e -m PKCS8"])),
            Case("an OpenSSH private key", rsaSSH.secret, convert),
            Case("an OpenSSH key with a passphrase", lockedSSH.secret, convert),
            Case(
                "P-521, x without its zero", try Self.json(short),
                .refused(["member 'x' has 65 of 66 bytes", "leading zeros"])),
            Case(
                "P-256, y with a zero more", try Self.json(long),
                .refused(["member 'y' has 33 of 32 bytes"])),
            Case(
                "P-521, whole, another's", try Self.json(whole),
                .refused(["the signature does not verify"])),
            Case("an empty file", "", .refused(["the key is empty"])),
            Case("white space", " \n\n", .refused(["the key is empty"]), isSecret: true),
            Case("a certificate request", request, .refused(["unsupported format: PEM file"])),
            Case(
                "PKCS#12", [UInt8](try Data(contentsOf: URL(fileURLWithPath: store))),
                .refused(["PKCS#12 file", "openssl pkcs12"])),
            Case(
                "PKCS#12 in base64",
                try Data(contentsOf: URL(fileURLWithPath: store)).base64EncodedString(),
                .refused(["PKCS#12 file", "openssl pkcs12"])),
            Case(
                "an HMAC secret", "correct horse battery staple, long enough",
                .refused(["not a key in PEM, DER or JWK format", "--secret"]), isSecret: true),
        ]
    }

    @Test("A key file verifies a token, or is refused with what to do; none is a secret")
    func table() throws {
        let ring = try Ring()
        let cases =
            try armours(ring) + encodings(ring) + certificates(ring) + sets(ring) + refusals(ring)
        #expect(cases.count >= 100)
        for (index, item) in cases.enumerated() {
            let path = ring.directory.file("file\(index)")
            try Data(item.bytes).write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
            let signing =
                switch item.verdict {
                case .verifies(let name): ring.path(name)
                case .signs: path
                case .refused: ring.path(.large)
                }
            let token = try ring.token(signing, header: item.header)
            let result = TestTool.standalone.run(
                ["verify", "--offline", "--key", path, token], environment: ["JWTCTL_SECRET": ""])
            switch item.verdict {
            case .verifies, .signs:
                #expect(result.status == 0, "\(item.name): \(result.output)\(result.errors)")
            case .refused(let words):
                #expect(result.status == 1 || result.status == 4, "\(item.name)")
                for word in words {
                    let text = result.output + result.errors
                    #expect(text.contains(word), "\(item.name): \(text)")
                }
            }
            let secret = TestTool.standalone.run(["verify", "--offline", "--secret", path, token])
            #expect(
                (secret.status == 1) != item.isSecret, "\(item.name): \(secret.errors)")
        }
    }

    @Test("The line of a hint makes a key of the file")
    func hintsWork() throws {
        let ring = try Ring()
        let pem = String(decoding: try ring.spki(.one), as: UTF8.self)
        let token = try ring.token(ring.path(.one))
        let sets = try Self.json(["keys": [try ring.jwk(.one)]])
        let files: [(String, [UInt8])] = [
            ("em dashes", Array(pem.replacing("-----", with: "———").utf8)),
            ("CRLF", Array(dashedCRLF(pem).utf8)),
            ("UTF-16", utf16(pem, .utf16LittleEndian, mark: [0xFF, 0xFE])),
            ("UTF-16, no mark", utf16(pem, .utf16LittleEndian, mark: [])),
            ("comment", Array(("# issuer\n" + sets).utf8)),
            (
                "service account",
                Array(
                    try Self.json([
                        "private_key": try String(contentsOfFile: ring.path(.one), encoding: .utf8)
                    ]).utf8)
            ),
        ]
        for (index, (name, bytes)) in files.enumerated() {
            let path = ring.directory.file("file\(index)")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let result = TestTool.standalone.run(
                ["verify", "--offline", "--key", path, token], environment: ["JWTCTL_SECRET": ""])
            let hint = try #require(
                result.errors.split(separator: "\n").last { $0.contains("hint: ") }, "\(name)")
            let start = try #require(
                hint.range(of: #"(sed|iconv|grep|jq) .*"#, options: .regularExpression))
            let line = hint[start].replacing("FILE", with: path).replacing(
                "NEW", with: path + ".new")
            try ring.run(["sh", "-c", String(line)])
            let again = TestTool.standalone.run(
                ["verify", "--offline", "--key", path + ".new", token],
                environment: ["JWTCTL_SECRET": ""])
            #expect(again.status == 0, "\(name): \(line) \(again.errors)")
        }
    }

    @Test("The line for an OpenSSH key converts a copy of it")
    func sshHintWorks() throws {
        let ring = try Ring()
        for type in ["rsa", "ecdsa"] {
            let path = try ring.directory.write(
                type + "-key", try ring.ssh("-t", type, "-N", "").secret)
            chmod(path, 0o600)
            let result = TestTool.standalone.run(["key", "show", path])
            #expect(result.status == 1)
            let start = try #require(result.errors.range(of: "cp FILE"))
            let line = result.errors[start.lowerBound...]
                .replacing("FILE", with: path).replacing("NEW", with: path + ".new")
            try ring.run(["sh", "-c", String(line)])
            let token = try ring.token(path + ".new")
            let verified = TestTool.standalone.run(
                ["verify", "--offline", "--key", path + ".new", token],
                environment: ["JWTCTL_SECRET": ""])
            #expect(verified.status == 0, "\(verified.errors)")
        }
    }

    @Test(
        "What is not a key is not called one when it is given as a secret",
        arguments: [
            ("<html></html>", "is an HTML page, not a secret"),
            ("eyJhbGciOiJIUzI1NiJ9.e30.abc", "is a token, not a secret"),
            (#"{"JWT_SECRET":"x"}"#, "is a JSON document, not a secret"),
            (#"{"jwks_uri":"https://a.example"}"#, "is a discovery document, not a secret"),
        ])
    func noSecrets(content: String, words: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("secret", content)
        let result = TestTool.standalone.run([
            "issue", "--no-record", "--sub", "a", "--secret", path,
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(!result.errors.contains("give it with --key"))
    }

    private func dashedCRLF(_ pem: String) -> String {
        pem.replacing("-----", with: "--").replacing("\n", with: "\r\n")
    }

    @Test("A secret that a service may read in another way is refused with what settles it")
    func unclearSecrets() throws {
        let directory = try TemporaryDirectory()
        let text = "0123456789abcdef0123456789abcdef"
        for (content, words) in [
            ("0x" + text + text, ["begins with 0x", "--secret-encoding hex"]),
            ("0X" + text + text + "\n", ["begins with 0x", "--secret-encoding hex"]),
            ("\u{FEFF}" + text, ["byte order mark", "tail -c +4"]),
            ("# production\n" + text, ["comment line", "grep -v '^#'"]),
        ] {
            let path = try directory.write("secret", content)
            let arguments = ["issue", "--no-record", "--sub", "a", "--secret", path]
            let result = TestTool.standalone.run(arguments)
            #expect(result.status == 1, "\(content)")
            for word in words {
                #expect(result.errors.contains(word), "\(result.errors)")
            }
            #expect(TestTool.standalone.run(arguments + ["--secret-encoding", "raw"]).status == 0)
        }
        for content in [text, "0x1234", "#" + text, "0x" + text + "g"] {
            let path = try directory.write("secret", content)
            let result = TestTool.standalone.run([
                "issue", "--no-record", "--sub", "a", "--allow-weak-key", "--secret", path,
            ])
            #expect(result.status == 0, "\(content): \(result.errors)")
        }
        let path = try directory.write("secret", "0x" + text + text + "\n")
        let plain = try directory.write("plain", text + text)
        let made = TestTool.standalone.run([
            "issue", "--no-record", "--sub", "a", "--secret-encoding", "hex", "--secret", path,
        ])
        let verified = TestTool.standalone.run(
            [
                "verify", "--offline", "--secret-encoding", "hex", "--secret", plain,
                made.output.trimmingCharacters(in: .newlines),
            ])
        #expect(verified.status == 0, "\(made.errors)\(verified.errors)")
    }

    @Test("Nothing from a pipe is told as that, and a URL is not taken for a path")
    func pipesAndURLs() throws {
        func run(_ key: String) -> TestTool.Result {
            TestTool.standalone.run(
                ["verify", "--offline", "--key", key, "a.b.c"], environment: ["JWTCTL_SECRET": ""])
        }
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[1])
        defer { close(ends[0]) }
        for source in ["fd:\(ends[0])", "/dev/fd/\(ends[0])"] {
            let result = run(source)
            #expect(result.status == 1)
            #expect(result.errors.contains("nothing came through the pipe"))
            #expect(result.errors.contains("did the command in <( ) fail?"))
        }
        let claims = TestTool.standalone.run([
            "issue", "--no-record", "--sub", "a", "--claims", "fd:\(ends[0])",
        ])
        #expect(claims.status == 1)
        #expect(claims.errors.contains("nothing came through the pipe"))
        for url in ["https://auth.example.com/jwks.json", "http://localhost/jwks"] {
            let result = run(url)
            #expect(result.status == 1)
            #expect(result.errors.contains("--key names a URL, not a file"))
            #expect(
                result.errors.contains("jwtctl fetches nothing: --key <(curl -fsS URL)"))
        }
    }
}
