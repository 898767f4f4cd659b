import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Behind Sentinels and in a Cluster a change counts once a replica has it; elsewhere where
/// `--wait` asks for it.
@Suite(.cluster) struct ConfirmationTests {
    private func jwtctl(_ url: String) -> TestTool {
        TestTool(environment: ["JWTCTL_REDIS_URL": url, "JWTCTL_ACTOR": "ops"])
    }

    /// A primary with one replica that follows it by a link.
    private func pair() throws -> (primary: RedisServer, replica: RedisServer, link: Link) {
        let primary = try RedisServer(
            .tcp, configuration: ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1"])
        let link = try Link(to: primary.port)
        let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 \(link.port)"])
        try awaitReplica(of: primary)
        return (primary, replica, link)
    }

    private func awaitReplica(of primary: RedisServer) throws {
        try waitUntil("the replica") {
            try primary.cli("INFO", "replication").contains("state=online")
        }
    }

    @Test func `behind Sentinels what no replica has is in effect and not done`() throws {
        let group = try SentinelGroup(
            sentinelConfiguration: ["sentinel down-after-milliseconds mymaster 60000"])
        let jwtctl = jwtctl(group.url)
        #expect(jwtctl("revoke", "--ttl", "1h", "one").status == 0)
        for server in group.servers.dropFirst() { server.pause() }
        defer { for server in group.servers { server.resume() } }
        let lines: [[String]] = [
            ["revoke", "--json", "--ttl", "1h", "two"],
            // It was there before, and is confirmed as little.
            ["revoke", "--json", "--ttl", "1h", "two"],
            ["restore", "--json", "--yes", "--reason", "slip", "one"],
            ["logout-all", "--json", "ann"],
        ]
        for line in lines {
            let result = jwtctl.run(line + ["--timeout", "1s"])
            #expect(result.status == 8, "\(line): \(result.errors)")
            #expect(
                result.errors.contains("in effect, but no replica confirmed it within 1 s"),
                "\(line): \(result.errors)")
            let object = try result.object()
            #expect(object["confirmed"] == false, "\(line): \(result.output)")
            #expect(object["result"] == nil || object["result"] == "unknown")
            #expect(object["complete"] == nil || object["complete"] == false)
            #expect(jwtctl.run(line + ["--timeout", "1s", "--wait", "0"]).status == 0)
        }
        #expect(jwtctl("status", "two").status == 6)
        let several = jwtctl.run(
            ["revoke", "--json", "--ttl", "1h", "--timeout", "1s", "three", "four", "five"])
        #expect(several.status == 8)
        #expect(try several.array().allSatisfy { $0["confirmed"] == false })
        for server in group.servers { server.resume() }
        #expect(jwtctl("revoke", "--ttl", "1h", "two", "three").status == 0)
    }

    @Test func `a profile turns it off, and the option wins`() throws {
        let group = try SentinelGroup(
            sentinelConfiguration: ["sentinel down-after-milliseconds mymaster 60000"])
        for server in group.servers.dropFirst() { server.pause() }
        defer { for server in group.servers { server.resume() } }
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "config", "[profile default]\nredis = \(group.url)\nwait = 0\n")
        chmod(file, 0o600)
        let jwtctl = TestTool(environment: ["JWTCTL_CONFIG": file, "JWTCTL_TIMEOUT": "1s"])
        #expect(jwtctl("revoke", "--ttl", "1h", "one").status == 0)
        #expect(jwtctl("revoke", "--ttl", "1h", "--wait", "1", "one").status == 8)
        #expect(jwtctl("revoke", "--wait", "65", "one").status == 2)
    }

    @Test func `each primary of a Cluster has to have its replica confirm`() throws {
        // A replica that has failed does not count as one.
        let cluster = try RedisCluster(configuration: ["cluster-node-timeout 60000"])
        let jwtctl = jwtctl(cluster.url)
        let lines = (0..<60).map { "id-\($0)\n" }.joined()
        cluster.nodes[4].pause()
        defer { cluster.nodes[4].resume() }
        let line = ["revoke", "--json", "--ttl", "1h", "--yes", "--timeout", "1s", "-"]
        let result = jwtctl.run(line, input: lines)
        #expect(result.status == 8, "\(result.errors)")
        #expect(try result.object()["unknown"] == 60 && result.object()["confirmed"] == false)
        cluster.nodes[4].resume()
        let again = jwtctl.run(line, input: lines)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.object()["already_revoked"] == 60)
        #expect(try again.object()["confirmed"] == .null)
    }

    @Test(arguments: [BackEnd.cluster, .sentinel])
    func `where there is no replica none is waited for, and a note says so`(
        _ backEnd: BackEnd
    ) throws {
        let (url, servers): (String, [RedisServer])
        switch backEnd {
        case .cluster:
            let node = try RedisServer(
                .tcp,
                configuration: RedisServer.busConfiguration() + ["cluster-enabled yes"])
            try node.cli(["CLUSTER", "ADDSLOTS"] + (0..<16384).map(String.init))
            try waitUntil("the Cluster") {
                try node.cli("CLUSTER", "INFO").contains("cluster_state:ok")
            }
            (url, servers) = (node.url, [node])
        default:
            let primary = try RedisServer(.tcp)
            let sentinel = try RedisServer(
                .tcp, kind: .sentinel,
                configuration: ["sentinel monitor mymaster 127.0.0.1 \(primary.port) 1"])
            (url, servers) = (
                "redis+sentinel://127.0.0.1:\(sentinel.port)/mymaster", [primary, sentinel]
            )
        }
        let result = jwtctl(url)("revoke", "--ttl", "1h", "one")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("no replica: its data"), "\(result.errors)")
        #expect(!jwtctl(url)("revoke", "-q", "--ttl", "1h", "one").errors.contains("replica"))
        #expect(jwtctl(url)("doctor").output.contains("this server only"))
        withExtendedLifetime(servers) {}
    }

    @Test(arguments: [BackEnd.cluster, .sentinel])
    func `a user who may not ask is refused before anything is written`(
        _ backEnd: BackEnd
    ) throws {
        let rule = "user ops on >pass ~* &* +@all -wait"
        let (url, servers) = try backEnd.group([rule])
        let jwtctl = jwtctl(url.replacingOccurrences(of: "://", with: "://ops:pass@"))
        for line in ["revoke --ttl 1h one", "logout-all ann", "revoke --ttl 1h one two"] {
            let result = jwtctl.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 8, "\(line): \(result.errors)")
            #expect(result.errors.contains("nothing was written"), "\(result.errors)")
            #expect(result.errors.contains("ACL SETUSER ops +wait"), "\(result.errors)")
        }
        #expect(try servers.allSatisfy { Int(try $0.cli("DBSIZE")) ?? 0 == 0 })
        let found = jwtctl("doctor")
        #expect(found.output.contains("+wait"), "\(found.output)")
        #expect(jwtctl("revoke", "--wait", "0", "--ttl", "1h", "one").status == 0)
    }

    /// The replicas have it, but a fail-over is at hand: the Sentinels can't log in any more, and
    /// no replica may be promoted.
    @Test func `a primary that the Sentinels hold for down confirms nothing`() throws {
        let group = try SentinelGroup(serverConfiguration: ["replica-priority 0"])
        let primary = try group.primary()
        try primary.cli("CONFIG", "SET", "requirepass", "pass")
        func call(_ words: String...) throws {
            _ = try ProcessRunner.run(
                ["redis-cli", "-s", primary.socketPath, "--no-auth-warning", "-a", "pass"] + words)
        }
        try call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        try call("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")
        try waitUntil("the Sentinels to notice") {
            try group.sentinels[0].cli("SENTINEL", "MASTER", SentinelGroup.name).contains("o_down")
        }
        let url = group.url.replacingOccurrences(of: "://", with: "://:pass@")
        let result = jwtctl(url)("revoke", "--ttl", "1h", "--timeout", "2s", "one")
        #expect(result.status == 8, "\(result.errors)")
        #expect(result.errors.contains("the Sentinels consider it down"), "\(result.errors)")
    }

    /// The first wait is not met, the last one is: what was in doubt between them is not any more.
    @Test func `what is confirmed at the end counts as done`() throws {
        let (primary, replica, link) = try pair()
        let tool = try BuiltTool(primary)
        link.set(.refused)
        let process = try tool.start(
            script: """
                { seq 1 30000 | sed 's/^/a/; s/$/\\t4102444800/'; while [ ! -e go ]; do sleep .05; done
                  seq 1 500 | sed 's/^/b/; s/$/\\t4102444800/'; } |
                jwtctl revoke --from - --yes --json --wait 1,1500ms --failed failed
                """)
        // The first wait is over once what comes after the first window is written.
        try waitUntil("the writes") { Int(try primary.cli("DBSIZE")) == 30_000 }
        usleep(2_000_000)
        link.set(.whole)
        try awaitReplica(of: primary)
        try tool.directory.write("go", "")
        let result = try process.finish()
        #expect(result.status == 0, "\(result.text)\(result.errorText)")
        #expect(result.text.contains("\"revoked\": 30500"), "\(result.text)")
        #expect(try String(contentsOfFile: tool.directory.file("failed"), encoding: .utf8) == "")
        withExtendedLifetime(replica) {}
    }
}
