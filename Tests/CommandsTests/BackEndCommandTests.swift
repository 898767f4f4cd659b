import CommandKit
import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// The whole program on each of the back ends: it does the same on each.
@Suite(.slow) struct BackEndCommandTests {
    @Test(arguments: BackEnd.allCases, BackEndCase.all)
    func `a command does what it does, wherever the state lies`(
        _ backEnd: BackEnd, _ `case`: BackEndCase
    ) throws {
        try backEnd.run { place in
            let sandbox = try BackEndSandbox(backEnd, place)
            try `case`.body(sandbox)
            let used = try #require(sandbox.used[`case`.command])
            #expect(`case`.options.isSubset(of: used), "\(`case`.options.subtracting(used))")
        }
    }

    /// The program's own tree says which commands ask Redis, and which options they have.
    @Test func `every command that asks Redis has a case, and every option that it sends`() {
        let leaves = jwtctlProgram.describe().sections.flatMap(\.commands).flatMap(\.flattened)
            .filter(\.subcommands.isEmpty)
        let asking = leaves.filter { leaf in
            leaf.environment.contains { $0.term == "JWTCTL_REDIS_URL" }
        }
        #expect(asking.count >= 11)
        for leaf in asking {
            let command = leaf.path.joined(separator: " ")
            let cases = BackEndCase.all.filter { $0.command == command }
            #expect(!cases.isEmpty, "'\(command)' has no case")
            let own = leaf.sections.filter { $0.title == nil }.flatMap(\.options)
                .filter { !$0.isHidden }.map(\.name)
            let told = cases.reduce(BackEndCase.silentOptions[command] ?? []) {
                $0.union($1.options)
            }
            #expect(told == Set(own), "\(command): \(told.symmetricDifference(own))")
        }
    }

    @Test func `what has been written and not replicated says so`() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        let result = sandbox.jwtctl("revoke", "--wait", "2,100ms", token)
        #expect(result.status == 8)
        #expect(
            result.errors.contains("in effect, but only 0 of 2 replicas")
                && result.errors.contains("within 100 ms"), "\(result.errors)")
        #expect(sandbox.jwtctl("verify", token).status == 6)
    }

    /// All of it is written, since it is in effect then; the first wait is the only one.
    @Test func `bulk work that replicas do not confirm is unknown, and kept for another run`()
        throws
    {
        let sandbox = try Sandbox()
        let count = 20_000
        let lines = (0..<count).map { "id-\($0)" }
        let items = try sandbox.file("items", lines.joined(separator: "\n") + "\n")
        let failed = sandbox.directory.file("failed")
        let start = Date()
        let result = sandbox.jwtctl(
            "revoke", "--json", "--yes", "--ttl", "1h", "--wait", "1,1s", "--failed", failed,
            "--from", items)
        #expect(-start.timeIntervalSinceNow < 30)
        #expect(result.status == 8, "\(result.errors)")
        let counts = try result.object()
        #expect(counts["revoked"] == 0 && counts["not_attempted"] == 0)
        #expect(counts["unknown"] == .integer(Int64(count)) && counts["total"] == counts["unknown"])
        let kept = try String(contentsOfFile: failed, encoding: .utf8).split(separator: "\n")
        #expect(kept.count == 2 * count && kept[0] == "# written, but not confirmed")
        #expect(kept[1].contains("id-0"))
        let keys = Int(try sandbox.server.cli("DBSIZE")) ?? 0
        #expect(keys >= count, "in effect on the primary")
        // A second run does them again, and without the demand they stand.
        let again = sandbox.jwtctl("revoke", "--json", "--yes", "--ttl", "1h", "--from", failed)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.object()["already_revoked"] == .integer(Int64(count)))
    }

    @Test func `a logout that replicas do not confirm is not complete`() throws {
        let sandbox = try Sandbox()
        for user in ["alice", "bob"] {
            #expect(sandbox.jwtctl("issue", "--sub", user).status == 0)
        }
        let users = try sandbox.file("users", "alice\nbob\n")
        let result = sandbox.jwtctl(
            "logout-all", "-o", "jsonl", "--wait", "1,100ms", "--from", users, "--yes")
        #expect(result.status == 8, "\(result.errors)")
        let lines = result.output.split(separator: "\n").prefix { $0.hasPrefix(#"{"user""#) }
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains(#""complete":false"#) })
        #expect(result.errors.contains("0 users are logged out completely"), "\(result.errors)")
    }

    @Test func `the place is named, and the node in the trace`() throws {
        try RedisCluster.shared { cluster in
            let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": cluster.url])
            let result = jwtctl("revoke", "--ttl", "1h", "some-id", "-v")
            #expect(result.status == 0)
            #expect(
                result.errors.contains(
                    "target: Cluster of 3 primaries at 127.0.0.1:\(cluster.nodes[0].port)"))
            let owner = cluster.nodes[try cluster.owner(ofKey: "jwt:deny:some-id")]
            let command = ServerVersion.current < .redis(6, 2) ? "EVAL" : "SET jwt:deny:some-id"
            #expect(
                result.errors.contains("jwtctl: 127.0.0.1:\(owner.port)> \(command)"),
                "\(result.errors)")
        }
        try SentinelGroup.shared { group in
            let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": group.url])
            let result = jwtctl("revoke", "--ttl", "1h", "some-id")
            let place = "mymaster@127.0.0.1:\(group.sentinels[0].port),"
            #expect(result.errors.contains("target: \(place)"), "\(result.errors)")
            let primary = try group.primary()
            #expect(result.errors.contains("now 127.0.0.1:\(primary.port)"))
        }
    }

    @Test func `a Sentinel taken for Redis is answered with the right address`() throws {
        try SentinelGroup.shared { group in
            let port = group.sentinels[0].port
            let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": "redis://127.0.0.1:\(port)"])
            let result = jwtctl("list", "users")
            #expect(result.status == 8)
            #expect(result.errors.contains("write redis+sentinel://127.0.0.1:\(port)/mymaster"))
            let other = TestTool(environment: [
                "JWTCTL_REDIS_URL": "redis+sentinel://127.0.0.1:\(port)/other"
            ])
            #expect(other("list", "users").errors.contains("known names: 'mymaster'"))
        }
    }

    /// Nodes that announce addresses which nobody can reach, as behind NAT.
    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(7, 0),
            "cluster-announce-hostname came with Redis 7.0"))
    func `announced addresses are reached where the map says`() throws {
        let cluster = try RedisCluster()
        for node in cluster.nodes {
            try node.cli("CONFIG", "SET", "cluster-announce-hostname", "node.invalid")
            try node.cli("CONFIG", "SET", "cluster-preferred-endpoint-type", "hostname")
        }
        try waitUntil("the announcements") {
            try cluster.nodes.allSatisfy { node in
                let lines = try node.cli("CLUSTER", "SLOTS").split(separator: "\n")
                return lines.count { $0 == "node.invalid" } == 6
            }
        }
        let jwtctl = TestTool(environment: [
            "JWTCTL_REDIS_URL": cluster.url, "JWTCTL_TIMEOUT": "1s",
        ])
        let lost = jwtctl("revoke", "--ttl", "1h", "some-id")
        #expect(lost.status == 8)
        #expect(lost.errors.contains("announced this address"), "\(lost.errors)")
        #expect(lost.errors.contains("--redis-nat node.invalid:"), "\(lost.errors)")
        let found = jwtctl(
            "revoke", "--ttl", "1h", "some-id", "--redis-nat", "node.invalid=127.0.0.1")
        #expect(found.status == 0, "\(found.errors)")
        let node = cluster.nodes[try cluster.owner(ofKey: "jwt:deny:some-id")]
        let exact = jwtctl.run(
            ["revoke", "--ttl", "1h", "some-id"]
                + cluster.nodes.flatMap {
                    ["--redis-nat", "node.invalid:\($0.port)=127.0.0.1:\($0.port)"]
                })
        #expect(exact.status == 0, "\(exact.errors)")
        #expect(try node.cli("EXISTS", "jwt:deny:some-id") == "1")
        #expect(jwtctl("list", "users", "--redis-nat", "a:b=c").status == 2)
    }

    /// Every node has to prove who it is, wherever its address comes from.
    @Test func `each node of a Cluster is spoken to over TLS`() throws {
        let authority = try TestAuthority()
        let cluster = try RedisCluster(authority: authority)
        let lines = (0..<200).map { "j\($0)\t4102444800\n" }.joined()
        let file = try authority.directory.write("ids.tsv", lines)
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": cluster.url])
        let trust = ["--redis-cacert", authority.certificate]
        let good = jwtctl.run(["revoke", "--from", file, "--yes"] + trust)
        #expect(good.status == 0, "\(good.errors)")
        #expect(try cluster.keyCount() == 201)
        let listed = jwtctl.run(["list", "revoked", "-o", "json"] + trust)
        #expect(try listed.array().count == 200)
        let stranger = try TestAuthority("Stranger")
        let bad = jwtctl.run(["list", "revoked", "--redis-cacert", stranger.certificate])
        #expect(bad.status == 8, "\(bad.errors)")
    }

    @Test func `Sentinels and their primary are spoken to over TLS`() throws {
        let authority = try TestAuthority()
        let identity = try authority.issue("node", for: "IP:127.0.0.1")
        let lines = [
            "tls-cert-file \(identity.certificate)", "tls-key-file \(identity.key)",
            "tls-ca-cert-file \(authority.certificate)", "tls-auth-clients no",
        ]
        let (dataPort, watchPort) = (try RedisServer.freePort(), try RedisServer.freePort())
        let primary = try RedisServer(
            .tcp, configuration: lines + ["tls-port \(dataPort)"])
        let sentinel = try RedisServer(
            .tcp, kind: .sentinel,
            configuration: lines + [
                "tls-port \(watchPort)", "tls-replication yes",
                "sentinel monitor alpha 127.0.0.1 \(dataPort) 1",
            ])
        let url = "rediss+sentinel://127.0.0.1:\(watchPort)/alpha"
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": url])
        let result = jwtctl(
            "revoke", "--ttl", "1h", "one", "--redis-cacert", authority.certificate)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try primary.cli("EXISTS", "jwt:deny:one") == "1")
        #expect(jwtctl("status", "one").status == 8)
        withExtendedLifetime(sentinel) {}
    }
}
