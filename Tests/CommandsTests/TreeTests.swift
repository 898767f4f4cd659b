import CommandKit
import Commands
import Foundation
import TestSupport
import Testing

/// The rules that the whole command tree keeps.
@Suite("The command tree") struct TreeTests {
    /// The top of the package.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    @Test func `breaks no rule of the house`() {
        #expect(jwtctlProgram.violations() == [])
    }

    @Test func `is what the committed manual and completions were made from`() throws {
        for file in GeneratedFiles.all() {
            let committed = try? String(
                contentsOf: Self.root.appending(path: file.path), encoding: .utf8)
            #expect(committed == file.content, "\(file.path) is stale: run 'make generate'")
        }
    }

    @Test func `has a manual page and a completion for everything, and none for nothing`() throws {
        let made = Set(GeneratedFiles.all().map(\.path))
        for folder in ["man", "completions"] {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: Self.root.appending(path: folder).path)
            #expect(
                Set(names.map { "\(folder)/\($0)" }) == made.filter { $0.hasPrefix(folder + "/") },
                "run 'make generate', and remove what no command stands behind")
        }
    }

    @Test func `documents every exit status in its topic`() throws {
        let topic = try #require(jwtctlProgram.describe().topics.first { $0.name == "exit-status" })
        let text = topic.help(width: 100)
        for status in 0...10 {
            #expect(text.contains("\n  \(status) "), "\(status)")
        }
    }

    @Test func `imports Foundation nowhere`() throws {
        let sources = Self.root.appending(path: "Sources")
        let files = try #require(
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            count += 1
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains("import Foundation"), "\(file.lastPathComponent)")
        }
        #expect(count > 100)
    }

    /// Every command with its examples, flat.
    private static var leaves: [CommandDescription] {
        jwtctlProgram.describe().commands.flatMap(\.flattened).filter { $0.subcommands.isEmpty }
    }

    /// What every example may rely on, prepared anew for each: a Redis of its own, a secret, a key
    /// pair, a token in $TOKEN that alice's list knows, and the files that examples read.
    private struct Bench {
        let redis: RedisServer
        let folder: TemporaryDirectory
        let environment: [String: String]

        init() throws {
            redis = try RedisServer()
            folder = try TemporaryDirectory()
            let binary = Bundle.main.bundleURL.deletingLastPathComponent()
            var variables = ProcessInfo.processInfo.environment
            let build = TreeTests.root.appending(path: ".build/debug").path
            let path = variables["PATH"] ?? "/usr/bin:/bin"
            variables["PATH"] = "\(binary.path):\(build):\(path)"
            variables["JWTCTL_REDIS_URL"] = redis.url
            variables["JWT_SECRET"] = "0123456789abcdef0123456789abcdef"
            environment = variables
            try folder.write("secret.txt", "0123456789abcdef0123456789abcdef\n", mode: 0o600)
            try run("openssl genpkey -algorithm ed25519 -out private.pem")
            try run("openssl pkey -in private.pem -pubout -out public.pem")
            let day = Int(Date().timeIntervalSince1970) + 86_400
            try folder.write("ids.txt", "one\ntwo\n")
            try folder.write("ids.tsv", "one\t\(day)\ntwo\t\(day)\talice\n")
            try run("jwtctl issue --sub alice --jti 4f3c2a --key private.pem > token.txt")
            try run("cat token.txt token.txt > tokens.txt")
        }

        @discardableResult
        func run(_ line: String, input: [UInt8] = []) throws -> ProcessRunner.Result {
            let script = "cd '\(folder.path)'; TOKEN=$(cat token.txt 2>/dev/null); \(line)"
            return try ProcessRunner.run(
                ["/bin/bash", "-c", script], input: input, environment: environment, timeout: 60)
        }
    }

    @Test(arguments: TreeTests.leaves.map { $0.path.joined(separator: " ") })
    func `has examples that run and end with a documented status`(path: String) throws {
        let command = try #require(
            TreeTests.leaves.first { $0.path.joined(separator: " ") == path })
        #expect(!command.examples.isEmpty)
        for example in command.examples {
            let bench = try Bench()
            // The examples that write where only root may.
            let line = example.command.replacing("/etc/bash_completion.d/", with: "./")
            let result = try bench.run(line)
            let documented = Set(command.exitStatuses.map(\.status.rawValue)).union([0])
            #expect(
                documented.contains(Int32(result.status ?? -1)),
                "\(line): \(result.status ?? -1)\n\(result.errorText)")
            #expect(result.status != 2, "\(line)\n\(result.errorText)")
            #expect(!result.errorText.contains("unknown"), "\(line)\n\(result.errorText)")
        }
    }

    /// The line of `jwtctl help redis` that makes a user with the rights needed and no more.
    private static var accessRule: [String] {
        get throws {
            let topic = try #require(jwtctlProgram.describe().topics.first { $0.name == "redis" })
            let lines = topic.body.flatMap { prose in
                if case .literal(let lines) = prose { return lines }
                return [] as [String]
            }
            let line = try #require(lines.first { $0.hasPrefix("ACL SETUSER jwtctl") })
            return line.replacing("SECRET", with: "secret").split(separator: " ").map(String.init)
        }
    }

    /// Everything that sends a command to Redis.
    private static let work = [
        "jwtctl issue --sub alice --jti a1 --label phone --key private.pem > a1.txt",
        "jwtctl issue --sub alice --jti a2 --key private.pem", "jwtctl status @a1.txt",
        "jwtctl verify --key public.pem @a1.txt", "jwtctl status --user alice a1",
        "jwtctl revoke --reason x @a1.txt", "jwtctl revoke --user alice a2",
        "jwtctl revoke --ttl 2h a2", "jwtctl revoke --forever a2",
        "jwtctl status --redis \"$JWTCTL_REDIS_URL?db=1\" a2",
        "jwtctl restore --reason x --yes @a1.txt",
        "jwtctl revoke --from ids.tsv", "jwtctl revoke --from ids.tsv --dry-run",
        "jwtctl list tokens alice", "jwtctl list users", "jwtctl list revoked", "jwtctl prune",
        "jwtctl logout-all --keep @a1.txt alice", "jwtctl logout-all alice",
        "jwtctl logout-all --everyone --yes", "jwtctl audit", "jwtctl audit --limit 1",
        "timeout 1 jwtctl audit --follow || test $? = 124",
    ]

    @Test func `runs as the least-privilege user that its help describes, and needs each right`()
        throws
    {
        let bench = try Bench()
        let rule = try Self.accessRule
        #expect(try bench.redis.cli(rule) == "OK")
        try bench.redis.cli("ZADD", "jwt:{zoe}:tokens", "1", "old")
        try bench.redis.cli("CONFIG", "RESETSTAT")
        let url = bench.redis.url.replacing("unix://", with: "unix://jwtctl:secret@")
        for line in Self.work {
            let result = try bench.run("export JWTCTL_REDIS_URL='\(url)'; \(line)")
            #expect(result.status == 0, "\(line): \(result.errorText)")
            #expect(!result.errorText.contains("NOPERM"), "\(line): \(result.errorText)")
        }
        // What the server executed, from scripts too.
        let used = try bench.redis.cli("INFO", "commandstats")
        for right in rule where right.hasPrefix("+") {
            #expect(used.contains("cmdstat_\(right.dropFirst()):"), "nothing needs \(right)")
        }
    }
}
