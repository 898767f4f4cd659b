import Foundation
import TestSupport
import Testing

@testable import Commands

/// The user that `help redis` tells people to make has the rights that every command needs, and no
/// others.
@Suite(.cluster) struct AccessRuleTests {
    private static let words = ServerVersion.current.understood(
        Topics.accessRule.split(separator: " ").map(String.init))

    private static var granted: [String] {
        words.filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) }
    }

    @Test func itSufficesForEveryCommand() throws {
        let sandbox = try restricted(Self.words)
        for (line, result) in try everything(sandbox) {
            let isDenied = result.errors.contains("NOPERM") || result.errors.contains("no_perm")
            #expect(!isDenied, "\(line): \(result.errors)")
            #expect(result.status != 8, "\(line): \(result.errors)")
        }
    }

    /// Where several servers hold the data the user needs both lines of `help redis`.
    @Test(arguments: [BackEnd.cluster, .sentinel])
    func withTheSecondLineItSufficesForAGroup(_ backEnd: BackEnd) throws {
        let rights = (Self.words + Topics.groupAccessRule.split(separator: " ").map(String.init))
            .filter { !["ACL", "SETUSER", "jwtctl"].contains($0) }
            .map { $0 == ">SECRET" ? ">pass" : $0 }
        let line = "user jwtctl " + rights.joined(separator: " ")
        let (url, servers) = try backEnd.group([line])
        let jwtctl = TestTool(environment: [
            "JWTCTL_REDIS_URL": url.replacingOccurrences(of: "://", with: "://jwtctl:pass@"),
            "JWTCTL_ACTOR": "ops",
        ])
        for line in [
            "revoke --ttl 1h --wait 1 one", "revoke --ttl 2h one", "status one", "list revoked",
            "list users", "restore --yes --reason slip one", "prune", "audit",
            "logout-all --wait 1 alice", "logout-all --everyone --yes",
        ] {
            let result = jwtctl.run(line.split(separator: " ").map(String.init))
            let wanted: Int32 = line.hasPrefix("status") ? 6 : 0
            #expect(result.status == wanted, "\(line): \(result.errors)")
        }
        withExtendedLifetime(servers) {}
    }

    /// `audit --follow` waits for ever where it may, so it is run as a program of its own.
    @Test func followingTheTrailNeedsToRead() throws {
        for (rule, status) in [
            (Self.words, 124), (Self.words.filter { $0 != "+xread" }, 8),
        ] {
            let sandbox = try restricted(rule)
            let result = try ProcessRunner.run(
                ["timeout", "1", BuiltTool.path, "audit", "--follow"],
                environment: sandbox.jwtctl.environment.merging(
                    ["PATH": "/usr/bin:/bin"], uniquingKeysWith: { $1 }))
            #expect(result.status == status, "\(result.errorText)")
        }
    }

    /// Each right is taken away alone: something has to stop working. Without `ping` the greeting
    /// still tells a Redis by its refusal, and `xread` is the matter of the test above.
    @Test(arguments: granted.filter { $0 != "ping" && $0 != "xread" })
    func everyRightInItIsNeeded(_ right: String) throws {
        let sandbox = try restricted(Self.words.filter { $0 != "+\(right)" })
        let isMissed = try everything(sandbox).contains { _, result in
            result.status == 8 || result.errors.contains("NOPERM")
                || result.errors.lowercased().contains("permission")
        }
        #expect(isMissed, "+\(right) is not needed by any command")
    }

    /// What a refusal proposes is run as it stands, and the same command works after it.
    @Test(arguments: ["get", "zadd", "publish", "select"])
    func aRefusalNamesTheLineThatMendsIt(_ right: String) throws {
        let sandbox = try restricted(Self.words.filter { $0 != "+\(right)" })
        let prefix = "an administrator can allow it: "
        var hints: Set<String> = []
        for (line, result) in try everything(sandbox) {
            guard let start = result.errors.range(of: prefix)?.upperBound else { continue }
            let hint = String(result.errors[start...].prefix { $0 != "\n" })
            #expect(hint.contains("ACL SETUSER jwtctl "), "\(line): \(hint)")
            #expect(hint.contains("+\(right)"), "\(line): \(hint)")
            hints.insert(hint)
        }
        #expect(!hints.isEmpty, "no command proposes anything")
        for hint in hints {
            let words = hint.split(separator: " ").map(String.init)
            #expect(try sandbox.server.cli(words, input: []) == "OK")
        }
        for (line, result) in try everything(sandbox) {
            #expect(!result.errors.contains(prefix), "\(line): \(result.errors)")
        }
    }

    @Test func aRefusedKeyOrChannelNamesItsPattern() throws {
        for (without, wanted) in [
            ("~jwt:*", "ACL SETUSER jwtctl ~jwt:*"),
            ("&jwt:revoked", "ACL SETUSER jwtctl &jwt:revoked"),
        ] where Self.words.contains(without) {
            let sandbox = try restricted(Self.words.filter { $0 != without })
            let errors = try everything(sandbox).map(\.1.errors).joined()
            #expect(errors.contains(wanted + "\n"), "\(errors)")
        }
    }

    private static let readingWords = Topics.readingRule.split(separator: " ").map(String.init)

    private static var granteesToRead: [String] {
        readingWords.filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) }
    }

    @Test(.enabled(if: ServerVersion.current >= .redis(7, 0), "%R~ came with Redis 7.0"))
    func aReaderCanLookAndNothingElse() throws {
        let sandbox = try restricted(Self.readingWords, user: "jwtctl-reader")
        for (line, result) in try reading(sandbox) {
            #expect(!result.errors.contains("NOPERM"), "\(line): \(result.errors)")
            #expect(result.status != 8, "\(line): \(result.errors)")
        }
        for line in ["revoke --ttl 1h x", "logout-all alice", "issue --sub alice"] {
            let result = sandbox.jwtctl.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 8, "\(line)")
        }
        #expect(try sandbox.server.cli("-n", "1", "KEYS", "jwt:deny:*") == "jwt:deny:two")
    }

    @Test(
        .enabled(if: ServerVersion.current >= .redis(7, 0), "%R~ came with Redis 7.0"),
        arguments: granteesToRead.filter { $0 != "xread" })
    func everyRightOfAReaderIsNeeded(_ right: String) throws {
        let sandbox = try restricted(
            Self.readingWords.filter { $0 != "+\(right)" }, user: "jwtctl-reader")
        let isMissed = try reading(sandbox).contains { _, result in
            result.status == 8 || result.errors.contains("NOPERM")
        }
        #expect(isMissed, "+\(right) is not needed")
    }

    /// What only looks at a state that the default user has made.
    private func reading(_ sandbox: Sandbox) throws -> [(String, TestTool.Result)] {
        var owner = sandbox.jwtctl
        owner.environment["JWTCTL_REDIS_URL"] = "unix://\(sandbox.server.socketPath)?db=1"
        let one = owner("issue", "--sub", "alice", "--jti", "one").line
        _ = owner("issue", "--sub", "alice", "--jti", "two")
        _ = owner("revoke", "--user", "alice", "two")
        return [
            "verify \(one)", "verify --require-listed \(one)", "status --user alice one",
            "status two", "list tokens alice", "list users", "list revoked", "audit",
            "audit --limit 1", "layout detect",
        ].map { line in
            (line, sandbox.jwtctl.run(line.split(separator: " ").map(String.init)))
        }
    }

    private func restricted(
        _ rule: [String], user: String = "jwtctl"
    ) throws -> Sandbox {
        let sandbox = try Sandbox()
        let rule = rule.map { $0 == ">SECRET" ? ">pass" : $0 }
        #expect(try sandbox.server.cli(rule, input: []) == "OK")
        let path = sandbox.server.socketPath
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] = "unix://\(user):pass@\(path)?db=1"
        return sandbox
    }

    /// Every command that talks to Redis, on every path through its scripts that is easily had.
    private func everything(_ sandbox: Sandbox) throws -> [(String, TestTool.Result)] {
        var results: [(String, TestTool.Result)] = []
        func run(_ line: String, input: String = "") -> TestTool.Result {
            let result = sandbox.jwtctl.run(
                line.split(separator: " ").map(String.init), input: input)
            results.append((line, result))
            return result
        }
        // Lists with expired members and without a time to live, made by the default user.
        for user in ["alice", "old"] {
            try sandbox.server.cli("-n", "1", "ZADD", "jwt:{\(user)}:tokens", "5", "ancient")
            try sandbox.server.cli("-n", "1", "HSET", "jwt:{\(user)}:meta", "ancient", "{}")
        }
        let one = run("issue --sub alice --jti one --label phone").line
        _ = run("issue --sub alice --jti two")
        _ = run("issue --sub alice --jti three")
        _ = run("issue --sub bob --jti four")
        _ = run("issue --sub bob --jti endless --exp 9999-12-31")
        _ = run("verify \(one)")
        _ = run("verify --require-listed \(one)")
        _ = run("status --user alice one")
        _ = run("list tokens alice")
        _ = run("list users")
        _ = run("revoke \(one)")
        _ = run("revoke \(one) --ttl 30d")
        _ = run("revoke --user alice two")
        _ = run("revoke --ttl 1h five")
        _ = run("revoke --ttl 2h five")
        _ = run("revoke --ttl 2h --require-durable five")
        _ = run("revoke --forever five")
        _ = run("revoke --ttl 1h -", input: "six\nseven\n")
        _ = run("list revoked")
        _ = run("restore --yes --reason slip \(one)")
        _ = run("audit")
        _ = run("audit --limit 1")
        _ = run("layout detect")
        _ = run("prune --dry-run")
        _ = run("prune")
        _ = run("logout-all alice")
        _ = run("logout-all --keep endless bob")
        _ = run("logout-all --everyone --yes")
        return results
    }
}
