import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What commands that write say of a Redis that may lose it.
@Suite(.cluster) struct DurabilityTests {
    private static let evicting = ["maxmemory 100mb", "maxmemory-policy volatile-lru"]
    private static let warning = "warning: Redis evicts keys when memory is short"

    /// Every command that writes.
    private static let lines = [
        "issue --sub ann", "issue --sub ann --count 300", "revoke --ttl 1h a",
        "revoke --ttl 1h a b c", "revoke --ttl 1h --yes --from -", "restore --reason slip --yes a",
        "logout-all ann", "logout-all --everyone --yes", "prune", "renew TOKEN",
    ]

    private func run(_ sandbox: DoctorSandbox, _ line: String, _ options: [String] = [])
        -> TestTool.Result
    {
        var words = line.split(separator: " ").map(String.init)
        if words.last == "TOKEN" {
            words[words.count - 1] =
                sandbox.jwtctl("issue", "-q", "--sub", "eve", "--no-record").line
            if words[words.count - 1].isEmpty {
                words[words.count - 1] = sandbox.jwtctl("issue", "--sub", "eve", "--no-record").line
            }
        }
        let input = (0..<600).map { "id\($0)\n" }.joined()
        return sandbox.jwtctl.run(words + options, input: input)
    }

    @Test(arguments: lines)
    func aServerThatEvictsIsWarnedOfOnce(_ line: String) throws {
        let sandbox = try DoctorSandbox(.unixSocket, Self.evicting)
        let result = run(sandbox, line)
        #expect(result.status == 0, "\(result.errors)")
        let count = result.errors.components(separatedBy: Self.warning).count - 1
        #expect(count == 1, "\(result.errors)")
        let quiet = run(sandbox, line, ["-q"])
        #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
        // One question for the whole command, and none in quiet.
        let calls = try sandbox.cli("INFO commandstats").split(whereSeparator: \.isNewline)
            .first { $0.hasPrefix("cmdstat_info:") }
        #expect(calls?.hasPrefix("cmdstat_info:calls=1,") == true, "\(calls ?? "none")")
    }

    @Test(arguments: lines)
    func aServerThatDoesNotEvictIsNot(_ line: String) throws {
        for configuration in [[], ["maxmemory 100mb"], ["maxmemory-policy allkeys-lru"]] {
            let sandbox = try DoctorSandbox(.unixSocket, configuration)
            let result = run(sandbox, line)
            #expect(result.status == 0 && !result.errors.contains("evicts"), "\(result.errors)")
        }
    }

    @Test(arguments: lines)
    func whatMayBeLostIsRefusedOnDemandBeforeAnythingIsWritten(_ line: String) throws {
        for (configuration, reason) in [
            (DoctorSandbox.healthy + Self.evicting, "evicts keys when memory is short"),
            ([], "has no append-only file"), (["save 3600 1"], "has no append-only file"),
            (DoctorSandbox.healthy + ["rename-command INFO \"\""], "does not say whether it keeps"),
        ] {
            let sandbox = try DoctorSandbox(.unixSocket, configuration)
            try sandbox.cli("SET jwt:deny:a 1 EX 900")
            try sandbox.cli("ZADD jwt:{ann}:tokens 5 old 4102444800 new")
            let before = try sandbox.cli("DUMP jwt:{ann}:tokens")
            let result = run(sandbox, line, ["--require-durable"])
            #expect(result.status == 9, "\(result.errors)")
            #expect(result.errors.contains(reason), "\(result.errors)")
            #expect(!result.errors.contains(Self.warning))
            #expect(try sandbox.cli("DBSIZE") == "2")
            #expect(try sandbox.cli("DUMP jwt:{ann}:tokens") == before)
        }
        let sandbox = try DoctorSandbox()
        let result = run(sandbox, line, ["--require-durable"])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func whoMayNotAskIsSilentUnlessItIsDemanded() throws {
        let sandbox = try DoctorSandbox(.unixSocket, Self.evicting)
        try sandbox.server.cli([
            "ACL", "SETUSER", "jwtctl", "on", ">pass", "~*", "&*", "+@all", "-info",
        ])
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] =
            "unix://jwtctl:pass@\(sandbox.server.socketPath)"
        let plain = sandbox.jwtctl("revoke", "--ttl", "1h", "a")
        #expect(plain.status == 0)
        #expect(
            !plain.errors.contains(Self.warning) && !plain.errors.contains("NOPERM"),
            "\(plain.errors)")
        let demanding = sandbox.jwtctl("revoke", "--ttl", "1h", "b", "--require-durable")
        #expect(demanding.status == 9)
        #expect(demanding.errors.contains("ACL SETUSER jwtctl +info"), "\(demanding.errors)")
        #expect(try sandbox.cli("EXISTS jwt:deny:b") == "0")
    }

    /// What only looks has nothing to lose.
    @Test func whatOnlyReadsDoesNotAsk() throws {
        let sandbox = try DoctorSandbox(.unixSocket, Self.evicting)
        for line in ["status a", "list users", "list revoked", "audit"] {
            let result = run(sandbox, line)
            #expect(result.status == 0 && !result.errors.contains("evicts"), "\(result.errors)")
        }
        #expect(try !sandbox.cli("INFO commandstats").contains("cmdstat_info:"))
    }

    @Test func everyPrimaryOfAClusterIsAskedOnDemand() throws {
        let cluster = try RedisCluster(configuration: DoctorSandbox.healthy)
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": cluster.url])
        let fine = jwtctl("revoke", "--ttl", "1h", "a", "--require-durable")
        #expect(fine.status == 0, "\(fine.errors)")
        try cluster.nodes[2].cli("CONFIG", "SET", "appendonly", "no")
        let lost = jwtctl("revoke", "--ttl", "1h", "b", "--require-durable")
        #expect(lost.status == 9, "\(lost.errors)")
        #expect(
            lost.errors.contains("127.0.0.1:\(cluster.nodes[2].port) has no"), "\(lost.errors)")
        #expect(try cluster.keyCount() == 2)
    }
}
