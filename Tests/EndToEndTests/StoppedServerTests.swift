import Foundation
import TestSupport
import Testing

/// A Redis that is stopped, as a virtual machine is: the kernel takes connections for it, and
/// nobody answers. No command waits longer than it was told to.
@Suite(.redis) struct StoppedServerTests {
    /// What a command may take over the time-out.
    private static let tolerance = Duration.milliseconds(500)

    /// Further command lines that ask Redis, each with what it reads.
    private static let others: [([String], String)] = [
        (["revoke", "--from", "-", "--json"], "a\t4102444800\nb\t4102444800\n"),
        (["revoke", "--from", "-", "--json", "--dry-run"], "a\t4102444800\n"),
        (["revoke", "--ttl", "1h", "a", "b", "c"], ""),
        (["status", "--from", "-", "-o", "jsonl"], "a\nb\n"), (["status", "a", "b", "c"], ""),
        (["restore", "--from", "-", "--reason", "r", "--yes"], "a\nb\n"),
        (["restore", "--reason", "r", "--yes", "a", "b"], ""),
        (["logout-all", "--json", "alice", "bob"], ""),
        (["logout-all", "--keep", "TOKEN", "alice"], ""),
        (["issue", "--sub", "alice", "--count", "3"], ""),
        (["verify", "--stream"], "TOKEN\nTOKEN\n"),
        (["verify", "-o", "introspection", "TOKEN"], ""),
        (["list", "tokens", "-o", "jsonl", "alice", "bob"], ""),
        (["list", "users", "--json"], ""), (["list", "revoked", "-o", "csv"], ""),
        (["prune", "--dry-run", "--json"], ""), (["audit", "--follow"], ""),
    ]

    private static let commands = RedisFaultTests.commands.map { ($0, "") } + others
    private static let patience: [Duration] =
        FaultRounds.areLong
        ? [.milliseconds(300), .seconds(1), .seconds(5)] : [.milliseconds(200)]

    @Test(arguments: [false, true])
    func everyCommandEndsInTime(_ isSecure: Bool) throws {
        let secure = isSecure ? try TLSRedisServer() : nil
        let tool = try BuiltTool(secure?.redis)
        var changes: [String: String] = [:]
        if let secure {
            changes["JWTCTL_REDIS_URL"] = secure.url()
            changes["SSL_CERT_FILE"] = secure.authority.certificate
        }
        let token = ServiceToken.of("alice", jti: "x")
        func run(_ command: ([String], String)) throws -> (ProcessRunner.Result, Duration) {
            let start = ContinuousClock.now
            let result = try tool.run(
                command.0.map { $0 == "TOKEN" ? token : $0 },
                input: Array(command.1.replacing("TOKEN", with: token).utf8), changes: changes)
            return (result, ContinuousClock.now - start)
        }
        // What it costs to start, to connect and to be answered; twice that on a busy machine.
        var startup = Duration.zero
        for _ in 0..<3 {
            let (result, elapsed) = try run((["status", "x"], ""))
            #expect(result.status == 0, "\(result.errorText)")
            startup = max(startup, elapsed * 2)
        }
        for patience in Self.patience {
            changes["JWTCTL_TIMEOUT"] = "\(patience / .milliseconds(1))ms"
                .replacing(".0", with: "")
            tool.redis.pause()
            for command in Self.commands {
                let (result, elapsed) = try run(command)
                let shown: Comment = "\(command.0): \(elapsed), \(result.text)\(result.errorText)"
                #expect(elapsed < patience + Self.tolerance + startup, shown)
                #expect(result.status == 8, shown)
                // A stream answers each line, and has no more to say.
                #expect(
                    result.errorText.contains("jwtctl: error: ")
                        || result.text.contains("\"reason\":\"unknown\""), shown)
                #expect(!result.text.contains("\"active\": true"), shown)
                #expect(!result.text.contains("\"active\":true"), shown)
            }
            tool.redis.resume()
            // It goes on with what it had been sent, and hangs on to nobody.
            changes["JWTCTL_TIMEOUT"] = nil
            let (after, elapsed) = try run((["list", "revoked"], ""))
            #expect(after.status == 0, "\(after.errorText)")
            #expect(elapsed < startup + Self.tolerance)
            try waitUntil("the end of the clients") {
                try !tool.redis.cli("CLIENT", "LIST").contains("name=jwtctl")
            }
        }
    }
}
