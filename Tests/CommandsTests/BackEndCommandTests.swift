import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// The whole program on one server, on a Cluster and behind Sentinels: it does the same on each.
@Suite struct BackEndCommandTests {
    /// The program under a namespace of its own, with a secret.
    private func sandbox(
        _ backEnd: BackEnd, _ body: (Jwtctl, TemporaryDirectory) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let secret = try directory.write("secret.txt", Sandbox.secretText + "\n")
        try backEnd.run { url in
            let namespace = "c" + UUID().uuidString.prefix(8)
            try body(
                Jwtctl(environment: [
                    "JWTCTL_REDIS_URL": url, "JWTCTL_SECRET": secret, "JWTCTL_ACTOR": "ops",
                    "JWTCTL_NAMESPACE": namespace,
                ]), directory)
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `a token's whole life`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { jwtctl, _ in
            let issued = jwtctl("issue", "--sub", "alice", "--jti", "one", "--label", "phone")
            #expect(issued.status == 0, "\(issued.errors)")
            let token = issued.line
            #expect(jwtctl("verify", token).status == 0)
            #expect(jwtctl("verify", "--require-listed", token).status == 0)
            #expect(jwtctl("status", token).status == 0)
            #expect(jwtctl("revoke", "--reason", "leak", token).status == 0)
            #expect(jwtctl("revoke", token, "-o", "json").output.contains("already_revoked"))
            #expect(jwtctl("verify", token).status == 6)
            #expect(jwtctl("status", token).status == 6)
            #expect(jwtctl("restore", "--reason", "slip", "--yes", token).status == 0)
            #expect(jwtctl("verify", "--require-listed", token).status == 0)
            for number in 0..<20 {
                let name = "user\(number)"
                #expect(jwtctl("issue", "--sub", name, "--jti", "j\(number)").status == 0)
            }
            #expect(try jwtctl("list", "users", "-o", "json").array().count == 21)
            let tokens = try jwtctl("list", "tokens", "alice", "-o", "json").array()
            #expect(tokens.map { $0["id"]?.stringValue?.text } == ["one"])
            #expect(jwtctl("revoke", "--user", "user3", "j3").status == 0)
            let out = jwtctl("logout-all", "alice", "user1", "-o", "json")
            #expect(out.status == 0, "\(out.errors)")
            #expect(try out.array().allSatisfy { $0["complete"] == .bool(true) })
            #expect(jwtctl("verify", token).status == 6)
            #expect(jwtctl("logout-all", "--everyone", "--yes").status == 0)
            #expect(jwtctl("prune").status == 0)
            let trail = try jwtctl("audit", "-o", "json").array()
            #expect(
                trail.map { $0["op"]?.stringValue?.text } == [
                    "revoke", "revoke", "restore", "revoke", "logout-all", "logout-all",
                    "logout-everyone",
                ])
        }
    }

    @Test(arguments: BackEnd.allCases)
    func `many at once`(_ backEnd: BackEnd) throws {
        try sandbox(backEnd) { jwtctl, directory in
            let lines = (0..<2500).map { "j\($0)\t4102444800\n" }.joined()
            let file = try directory.write("ids.tsv", lines)
            let first = jwtctl("revoke", "--from", file, "--yes", "-o", "json")
            #expect(first.status == 0, "\(first.errors)")
            #expect(try first.object()["revoked"]?.numberValue?.integer == 2500)
            let again = jwtctl("revoke", "--from", file, "--yes", "-o", "json", "--wait", "1,1s")
            // One server has no replica that could confirm.
            #expect(again.status == (backEnd == .server ? 8 : 0), "\(again.errors)")
            #expect(jwtctl("status", "--from", file, "-o", "jsonl").status == 10)
            #expect(try jwtctl("list", "revoked", "-o", "json").array().count == 2500)
            #expect(
                jwtctl("restore", "--from", file, "--reason", "drill", "--yes").status == 0)
            #expect(try jwtctl("list", "revoked", "-o", "json").array().isEmpty)
        }
    }

    @Test func `what has been written and not replicated says so`() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        let result = sandbox.jwtctl("revoke", "--wait", "2,100ms", token)
        #expect(result.status == 8)
        #expect(
            result.errors.contains("written, not replicated: 0 of 2 replicas")
                && result.errors.contains("within 100 ms"), "\(result.errors)")
        #expect(sandbox.jwtctl("verify", token).status == 6)
    }

    @Test func `the place is named, and the node in the trace`() throws {
        try RedisCluster.shared { cluster in
            let jwtctl = Jwtctl(environment: ["JWTCTL_REDIS_URL": cluster.url])
            let result = jwtctl("revoke", "--ttl", "1h", "some-id", "-v")
            #expect(result.status == 0)
            #expect(
                result.errors.contains(
                    "target: Cluster of 3 primaries at 127.0.0.1:\(cluster.nodes[0].port)"))
            let owner = cluster.nodes[try cluster.owner(ofKey: "jwt:deny:some-id")]
            #expect(
                result.errors.contains("jwtctl: 127.0.0.1:\(owner.port)> SET jwt:deny:some-id"),
                "\(result.errors)")
        }
        try SentinelGroup.shared { group in
            let jwtctl = Jwtctl(environment: ["JWTCTL_REDIS_URL": group.url])
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
            let jwtctl = Jwtctl(environment: ["JWTCTL_REDIS_URL": "redis://127.0.0.1:\(port)"])
            let result = jwtctl("list", "users")
            #expect(result.status == 8)
            #expect(result.errors.contains("write redis+sentinel://127.0.0.1:\(port)/mymaster"))
            let other = Jwtctl(environment: [
                "JWTCTL_REDIS_URL": "redis+sentinel://127.0.0.1:\(port)/other"
            ])
            #expect(other("list", "users").errors.contains("known: 'mymaster'"))
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
        let jwtctl = Jwtctl(environment: [
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
        let jwtctl = Jwtctl(environment: ["JWTCTL_REDIS_URL": cluster.url])
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
        let jwtctl = Jwtctl(environment: ["JWTCTL_REDIS_URL": url])
        let result = jwtctl(
            "revoke", "--ttl", "1h", "one", "--redis-cacert", authority.certificate)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try primary.cli("EXISTS", "jwt:deny:one") == "1")
        #expect(jwtctl("status", "one").status == 8)
        withExtendedLifetime(sentinel) {}
    }
}
