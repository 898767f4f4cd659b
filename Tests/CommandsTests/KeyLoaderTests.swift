import CommandKit
import Foundation
import JOSE
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// Where keys come from, and what is said when none comes.
@Suite(.programs) struct KeyLoaderTests {
    private let directory: TemporaryDirectory
    /// Files in `directory`; the passphrase is `pass phrase`.
    private let plain: String
    private let encrypted: String

    init() throws {
        directory = try TemporaryDirectory()
        plain = directory.file("plain.pem")
        encrypted = directory.file("encrypted.pem")
        for arguments in [
            ["genpkey", "-algorithm", "ED25519", "-out", plain],
            [
                "pkcs8", "-topk8", "-in", plain, "-out", encrypted, "-passout", "pass:pass phrase",
            ],
        ] {
            let result = try ProcessRunner.run(["openssl"] + arguments)
            try #require(result.status == 0, Comment(rawValue: result.errorText))
        }
        chmod(plain, 0o600)
        chmod(encrypted, 0o600)
    }

    private func run(_ arguments: [String]) -> TestTool.Result {
        TestTool.standalone.run(arguments, environment: ["JWTCTL_SECRET": ""])
    }

    private func issue(
        _ arguments: [String], environment: [String: String] = [:]
    ) -> TestTool.Result {
        TestTool.standalone.run(
            ["issue", "--no-record", "--sub", "a"] + arguments, environment: environment)
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    // MARK: Passphrases

    @Test(
        "A passphrase comes from any source, less one final newline",
        arguments: ["pass phrase", "pass phrase\n", "pass phrase\r\n"])
    func passphrases(text: String) throws {
        let file = try directory.write("word", text)
        for source in [file, "env:WORD"] {
            let result = issue(
                ["--key", encrypted, "--passphrase", source], environment: ["WORD": text])
            #expect(result.status == 0, "\(source): \(result.errors)")
            #expect(result.errors == "", "\(source)")
        }
    }

    @Test(
        "A passphrase that is wrong is said to be that, and shown nowhere",
        arguments: ["wrong word", "pass phrase\n\n", " pass phrase", "\n"])
    func wrongPassphrases(text: String) throws {
        let result = issue(
            ["--key", encrypted, "--passphrase", "env:WORD"], environment: ["WORD": text])
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errors.contains("the passphrase does not decrypt the key"))
        #expect(!result.errors.contains("wrong word"))
    }

    @Test("A key that is not encrypted leaves the passphrase unread")
    func unneeded() {
        let result = issue(["--key", plain, "--passphrase", "/nowhere/word"])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("A secret has no passphrase")
    func secretsHaveNone() throws {
        let secret = try directory.write("secret", "0123456789abcdef0123456789abcdef")
        let result = issue(["--secret", secret, "--passphrase", "env:WORD"])
        #expect(result.status == 2)
        #expect(
            result.errors.contains("'--passphrase' cannot be used with '--secret'"))
    }

    // MARK: Permissions

    @Test(
        "Permissions that let everybody in are warned of",
        arguments: [
            (0o600, nil), (0o640, nil),
            (0o644, "plain.pem' is readable by all users; run chmod 600 on it"),
            (0o666, "plain.pem' is writable by all users; run chmod go-w on it"),
            (0o602, "plain.pem' is writable by all users; run chmod go-w on it"),
        ] as [(mode_t, String?)])
    func permissions(mode: mode_t, warning: String?) {
        chmod(plain, mode)
        let result = issue(["--key", plain])
        #expect(result.status == 0)
        #expect(result.errors.contains("by all users") == (warning != nil))
        if let warning { #expect(result.errors.contains(warning)) }
    }

    @Test("A public key may be read by everybody, and replaced by nobody")
    func publicKeys() throws {
        let path = directory.file("public.pem")
        _ = try ProcessRunner.run(["openssl", "pkey", "-in", plain, "-pubout", "-out", path])
        let token = issue(["--key", plain]).output.trimmingSuffix()
        chmod(path, 0o644)
        let quiet = run(["verify", "--offline", "--key", path, token])
        #expect(quiet.errors == "")
        chmod(path, 0o666)
        let loud = run(["verify", "--offline", "--key", path, token])
        #expect(loud.errors.contains("public.pem' is writable by all users"))
        #expect(loud.status == 0)
    }

    // MARK: What is no file

    @Test("A link that leads nowhere, a folder and an endless device are named")
    func otherFiles() throws {
        let link = directory.file("link")
        symlink("/nowhere/key.pem", link)
        for (path, message) in [
            (link, "it is a link to a missing file"),
            (directory.path, "is a directory"), ("/dev/zero", "is larger than 1048576 bytes"),
            ("/dev/null", "the key is empty"), (directory.file("none"), "no such file"),
        ] {
            let result = issue(["--key", path])
            #expect(result.status == 1, "\(path)")
            #expect(result.errors.contains(message), "\(path): \(result.errors)")
        }
        symlink(plain, directory.file("good"))
        #expect(issue(["--key", directory.file("good")]).status == 0)
    }

    private func read(_ path: String, silence: Int64, total: Int64) throws -> [UInt8] {
        try Source(Array(path.utf8)).read(
            limit: 1000, system: TestTool.standalone.system(),
            patience: Source.Patience(silence: silence, total: total)
        ).withBytes { Array($0) }
    }

    @Test("A pipe without a writer, a silent one and one that drips come to an end")
    func pipes() throws {
        let fifo = directory.file("fifo")
        mkfifo(fifo, 0o600)
        let clock = ContinuousClock()
        let unwritten = clock.measure {
            #expect(throws: Failure.self) { try read(fifo, silence: 100, total: 10_000) }
        }
        #expect(unwritten < .seconds(5))

        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = ends[1]
        let silent = clock.measure {
            #expect(throws: Failure.self) {
                try read("/dev/fd/\(ends[0])", silence: 100, total: 10_000)
            }
        }
        #expect(silent < .seconds(5))

        // A byte each 20 ms is never silent for 200.
        let thread = Foundation.Thread {
            for _ in 0..<500 where write(writer, "x", 1) == 1 { usleep(20_000) }
        }
        thread.start()
        let dripping = clock.measure {
            #expect(throws: Failure.self) {
                try read("/dev/fd/\(ends[0])", silence: 5000, total: 300)
            }
        }
        #expect(dripping < .seconds(5))
        close(ends[0])
    }

    @Test("A pipe that ends is read like a file")
    func goodPipe() throws {
        let text = try text(plain)
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = write(ends[1], text, text.utf8.count)
        close(ends[1])
        #expect(try read("fd:\(ends[0])", silence: 100, total: 100) == Array(text.utf8))
        close(ends[0])
    }

    // MARK: Hints

    @Test("What cannot be read says how it could be")
    func hints() throws {
        let rsa = directory.file("rsa.pem")
        let old = try ProcessRunner.run(
            ["openssl", "genrsa", "-traditional", "-aes128", "-passout", "pass:word", "-out", rsa])
        try #require(old.status == 0, Comment(rawValue: old.errorText))
        let several = try directory.write("several", try text(plain) + (try text(plain)))
        chmod(rsa, 0o600)
        let ssh = try directory.write("ssh", "ssh-ed25519 AAAA me@here")
        for (path, message, hint) in [
            (rsa, "in legacy PEM encryption", "openssl pkcs8 -topk8"),
            (several, "more than one key", "keep only the key to use"),
            (ssh, "unsupported format: SSH key", "ssh-keygen -e"),
        ] {
            let result = issue(["--key", path])
            #expect(result.status == 1)
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(result.errors.contains("hint: "), "\(result.errors)")
            #expect(result.errors.contains(hint), "\(result.errors)")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix() -> String { trimmingCharacters(in: .newlines) }
}
