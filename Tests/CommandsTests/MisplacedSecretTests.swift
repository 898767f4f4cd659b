import CommandKit
import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// A secret where the name of its source belongs: it must not come back, in output or errors.
@Suite(.programs) struct MisplacedSecretTests {
    struct Secret {
        let name: String
        let text: String
        /// The part that must not be seen, of which 8 bytes are too many.
        let core: String
    }

    private let directory: TemporaryDirectory
    private let encrypted: String

    init() throws {
        directory = try TemporaryDirectory()
        let plain = directory.file("plain.pem")
        encrypted = directory.file("encrypted.pem")
        for arguments in [
            ["genpkey", "-algorithm", "ED25519", "-out", plain],
            ["pkcs8", "-topk8", "-in", plain, "-out", encrypted, "-passout", "pass:pass phrase"],
        ] {
            let result = try ProcessRunner.run(["openssl"] + arguments)
            try #require(result.status == 0, Comment(rawValue: result.errorText))
        }
        chmod(plain, 0o600)
        chmod(encrypted, 0o600)
    }

    /// Secrets of this run alone.
    private func secrets() throws -> [Secret] {
        let pem = TestTool.standalone.run(["key", "generate", "--alg", "RS256"]).output
        let body = pem.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
        let jwk = TestTool.standalone.run(["key", "generate", "--alg", "HS256", "--format", "jwk"])
            .output
        let members = try JSONSerialization.jsonObject(with: Data(jwk.utf8)) as? [String: String]
        let value = try #require(members?["k"])
        let random = Data((0..<24).map { _ in UInt8.random(in: 0...255) })
        let hex = random.map { String(format: "%02x", $0) }.joined()
        let base64 = random.base64EncodedString()
        return [
            Secret(name: "PEM", text: pem, core: body),
            Secret(
                name: "PEM on one line", text: pem.replacing("\n", with: "\\n"),
                core: body.replacing("\n", with: "\\n")),
            Secret(
                name: "no armour", text: body.replacing("\n", with: ""),
                core: body.replacing("\n", with: "")),
            Secret(name: "JWK", text: jwk.trimmingCharacters(in: .newlines), core: value),
            Secret(name: "hex", text: hex, core: hex),
            Secret(name: "0x", text: "0x" + hex, core: hex),
            Secret(name: "base64", text: base64, core: base64),
            Secret(name: "words", text: "correct horse \(hex) staple", core: hex),
            Secret(name: "a path", text: "/\(hex)/\(base64.dropLast(9))", core: hex),
            Secret(name: "a URL", text: "https://user:\(hex)@example.com/", core: hex),
            Secret(name: "a Redis URL", text: "redis:\(hex)", core: hex),
            Secret(name: "NAME=secret", text: "secret=\(hex)", core: hex),
            Secret(
                name: "lower case", text: "swordfishandchips\(hex.suffix(3))",
                core: "swordfishandchips"),
        ]
    }

    private struct Place {
        let name: String
        var environment: [String: String] = [:]
        var options: [String] = []
        var configuration: String?
        /// Whether `env:NAME` helps here.
        var isSource = true
    }

    private func places(_ secret: String) -> [Place] {
        let oneLine = secret.replacing("\n", with: " ")
        return [
            Place(name: "JWTCTL_KEY", environment: ["JWTCTL_KEY": secret, "JWTCTL_SECRET": ""]),
            Place(name: "JWTCTL_SECRET", environment: ["JWTCTL_SECRET": secret]),
            Place(name: "env: in JWTCTL_SECRET", environment: ["JWTCTL_SECRET": "env:" + secret]),
            Place(
                name: "fd: in JWTCTL_KEY",
                environment: ["JWTCTL_KEY": "fd:" + secret, "JWTCTL_SECRET": ""], isSource: false),
            Place(
                name: "JWTCTL_REDIS_URL", environment: ["JWTCTL_REDIS_URL": secret],
                isSource: false),
            Place(
                name: "a query in JWTCTL_REDIS_URL",
                environment: ["JWTCTL_REDIS_URL": "redis://127.0.0.1:1/?" + secret],
                isSource: false),
            Place(
                name: "key = in a profile", environment: ["JWTCTL_SECRET": ""],
                configuration: "key = \(oneLine)"),
            Place(
                name: "secret = in a profile", environment: ["JWTCTL_SECRET": ""],
                configuration: "secret = \(oneLine)"),
            Place(
                name: "redis = in a profile", environment: ["JWTCTL_REDIS_URL": ""],
                configuration: "redis = \(oneLine)", isSource: false),
            Place(
                name: "redis-password = in a profile", environment: ["JWTCTL_REDIS_URL": ""],
                configuration: "redis = redis://127.0.0.1:1\nredis-password = \(oneLine)"),
            Place(
                name: "lines of a profile", configuration: "key = x\n\(secret)", isSource: false),
        ]
    }

    /// Options that only some commands have.
    private func options(_ secret: String) -> [(command: [String], Place)] {
        let none = ["JWTCTL_SECRET": ""]
        let issue = ["issue", "--no-record", "--sub", "a"]
        let verify = ["verify", "--offline", "a.b.c"]
        var found: [(command: [String], Place)] = []
        for command in [issue, verify, ["doctor"], verify + ["-v"]] {
            for option in ["--key=", "--secret=", "--key=env:", "--secret=fd:"] {
                found.append(
                    (
                        command,
                        Place(
                            name: option, environment: none, options: [option + secret],
                            isSource: !option.hasSuffix("fd:"))
                    ))
            }
            found.append(
                (
                    command,
                    Place(
                        name: "--passphrase", environment: none,
                        options: ["--key", encrypted, "--passphrase=" + secret])
                ))
        }
        found.append((issue, Place(name: "--claims", options: ["--claims=" + secret])))
        found.append(
            (["doctor"], Place(name: "--redis-password", options: ["--redis-password=" + secret])))
        for command in ["show", "thumbprint", "public"] {
            found.append((["key", command], Place(name: "FILE", options: ["--", secret])))
        }
        return found
    }

    /// All that 8 bytes in a row of the text can be.
    private static func pieces(_ text: String) -> Set<UInt64> {
        var piece: UInt64 = 0
        var found: Set<UInt64> = []
        for (index, byte) in text.utf8.enumerated() {
            piece = piece << 8 | UInt64(byte)
            if index >= 7 { found.insert(piece) }
        }
        return found
    }

    private func check(
        _ secret: Secret, _ place: Place, _ command: [String]
    ) throws {
        var environment = place.environment
        if let text = place.configuration {
            let path = try directory.write("config", "[profile default]\n\(text)\n")
            chmod(path, 0o600)
            environment["JWTCTL_CONFIG"] = path
        }
        let result = TestTool.standalone.run(command + place.options, environment: environment)
        let seen = Self.pieces(result.output).union(Self.pieces(result.errors))
        if !seen.isDisjoint(with: Self.pieces(secret.core)) {
            Issue.record(
                "\(secret.name), \(place.name), \(command): \(result.output)\(result.errors)")
        }
        let isShow = command.first == "config"
        if isShow { return }
        #expect(result.status != 0, "\(secret.name), \(place.name), \(command)")
    }

    @Test("No eight bytes of a secret in the wrong place come back")
    func echoes() throws {
        var count = 0
        for secret in try secrets() {
            for place in places(secret.text) {
                for command in [
                    ["verify", "a.b.c"], ["verify", "-v", "a.b.c"], ["issue", "--sub", "a"],
                    ["config", "show"], ["config", "show", "--json"], ["doctor"],
                    ["doctor", "--json"],
                ] {
                    try check(secret, place, command)
                    count += 1
                }
            }
            for (command, place) in options(secret.text) {
                try check(secret, place, command)
                count += 1
            }
        }
        #expect(count >= 1000)
    }

    @Test(
        "A refusal names who holds the secret, and the way that works",
        arguments: [
            (["--key", "hunter2hunter2"], [:], "the key that --key names"),
            (["--secret", "hunter2hunter2"], [:], "the secret that --secret names"),
            (["--key", "env:hunter2hunter2"], [:], "the variable that --key names is not set"),
            ([], ["JWTCTL_SECRET": "hunter2hunter2"], "the secret that JWTCTL_SECRET names"),
            (["--claims", "hunter2hunter2"], [:], "the claims that --claims names"),
            (["--claims", "{\"a\":1}"], [:], "--claims takes a SOURCE, not the claims"),
        ] as [([String], [String: String], String)])
    func words(options: [String], environment: [String: String], words: String) {
        let result = TestTool.standalone.run(
            ["issue", "--no-record", "--sub", "a"] + options, environment: environment)
        #expect(result.status == 1)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.contains("env:NAME"), "\(result.errors)")
    }

    @Test("A token after @, in place of its file, is masked")
    func tokens() {
        let token = TestToken.signed(["sub": "alice", "jti": "t1"])
        let result = TestTool.standalone.run(["verify", "--offline", "@" + token])
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot read '<token>'"), "\(result.errors)")
    }

    @Test("A name that is nearly that of a file is answered with the file's")
    func nearby() {
        let result = TestTool.standalone.run(
            ["issue", "--no-record", "--sub", "a", "--key", directory.file("encryptd.pem")])
        #expect(
            result.errors.contains("did you mean '\(encrypted)'?"), "\(result.errors)")
        let other = TestTool.standalone.run([
            "issue", "--no-record", "--sub", "a", "--key", directory.file("x"),
        ])
        #expect(!other.errors.contains("did you mean"), "\(other.errors)")
    }

    @Test("What a setting names is shown where it is there")
    func shown() throws {
        let variables = ["JWTCTL_KEY": encrypted, "JWTCTL_SECRET": "env:SECRET"]
        let result = TestTool.standalone.run(["config", "show"], environment: variables)
        #expect(result.output.contains(encrypted), "\(result.output)")
        #expect(result.output.contains("env:SECRET"))
        let hidden = TestTool.standalone.run(
            ["config", "show"], environment: ["JWTCTL_KEY": encrypted + ".old"])
        #expect(hidden.output.contains("(hidden: no such file)"), "\(hidden.output)")
    }
}
