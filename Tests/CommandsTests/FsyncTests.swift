import Foundation
import TestSupport
import Testing

@testable import Commands

/// `--fsync`: a change counts once it is in the append-only file.
@Suite(.cluster) struct FsyncTests {
    private static let hasCommand = ServerVersion.current >= .redis(7, 2)
    private static let onDisk = ["appendonly yes", "appendfsync always"]

    private func jwtctl(_ url: String) -> TestTool {
        TestTool(environment: ["JWTCTL_REDIS_URL": url, "JWTCTL_ACTOR": "ops"])
    }

    @Test func `a server that cannot say so is refused before anything is written`() throws {
        // Where it can, it is made to forget.
        let server = try RedisServer(
            configuration: Self.onDisk + (Self.hasCommand ? ["rename-command WAITAOF \"\""] : []))
        let jwtctl = jwtctl(server.url)
        for line in [
            "revoke --ttl 1h --fsync one", "revoke --ttl 1h --fsync --wait 1 one",
            "logout-all --fsync alice", "prune --fsync",
        ] {
            let result = jwtctl.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 8, "\(line)")
            let version = ServerVersion.current
            #expect(
                result.errors.contains("\(version.isValkey ? "valkey" : "Redis") \(version.major)"),
                "\(result.errors)")
            #expect(result.errors.contains("has no WAITAOF"), "\(result.errors)")
            #expect(result.errors.contains("nothing was written"), "\(result.errors)")
        }
        #expect(try server.cli("DBSIZE") == "0")
        #expect(jwtctl("status", "--fsync", "one").status == 0)
    }

    @Test(.enabled(if: hasCommand, "WAITAOF came with Redis 7.2"))
    func `a server without an append-only file is refused before anything is written`() throws {
        let server = try RedisServer()
        let result = jwtctl(server.url)("revoke", "--ttl", "1h", "--fsync", "one")
        #expect(result.status == 8)
        #expect(result.errors.contains("has no append-only file"), "\(result.errors)")
        #expect(try server.cli("DBSIZE") == "0")
        // Reading asks for nothing.
        #expect(jwtctl(server.url)("status", "--fsync", "one").status == 0)
    }

    @Test(.enabled(if: hasCommand, "WAITAOF came with Redis 7.2"))
    func `what was written is on disk when the command ends`() throws {
        let server = try RedisServer(configuration: ["appendonly yes", "appendfsync everysec"])
        let result = jwtctl(server.url)("revoke", "--ttl", "1h", "--fsync", "one")
        #expect(result.status == 0, "\(result.errors)")
        server.kill9()
        try server.restart()
        #expect(try server.cli("EXISTS", "jwt:deny:one") == "1")
    }

    @Test(.enabled(if: hasCommand, "WAITAOF came with Redis 7.2"))
    func `a file that is never flushed is told, and so is the change that stands`() throws {
        let server = try RedisServer(configuration: ["appendonly yes", "appendfsync no"])
        let result = jwtctl(server.url)(
            "revoke", "--ttl", "1h", "--fsync", "--wait", "1,300ms", "one")
        #expect(result.status == 8)
        #expect(result.errors.contains("written, not on disk"), "\(result.errors)")
        #expect(result.errors.contains("within 300 ms"), "\(result.errors)")
        #expect(try server.cli("EXISTS", "jwt:deny:one") == "1")
    }

    @Test(.enabled(if: hasCommand, "WAITAOF came with Redis 7.2"))
    func `with --wait the replicas have to have it on disk too`() throws {
        for (isKept, status) in [(true, Int32(0)), (false, 8)] {
            let primary = try RedisServer(
                .tcp, configuration: Self.onDisk + ["repl-diskless-sync-delay 0"])
            let replica = try RedisServer(
                configuration: ["replicaof 127.0.0.1 \(primary.port)"]
                    + (isKept ? Self.onDisk : []))
            try waitUntil("the replica") {
                try primary.cli("INFO", "replication").contains("state=online")
            }
            let result = jwtctl(primary.url)(
                "revoke", "--ttl", "1h", "--fsync", "--wait", isKept ? "1,10s" : "1,500ms", "one")
            #expect(result.status == status, "\(result.errors)")
            #expect(result.errors.contains("no replica confirmed it") != isKept)
            withExtendedLifetime(replica) {}
        }
    }

    @Test(
        .enabled(if: hasCommand, "WAITAOF came with Redis 7.2"),
        arguments: [BackEnd.cluster, .sentinel])
    func `each primary of a group that was written to has it on disk`(_ backEnd: BackEnd) throws {
        for (configuration, status) in [(Self.onDisk, Int32(0)), ([], 8)] {
            let (url, servers): (String, [RedisServer])
            switch backEnd {
            case .cluster:
                let cluster = try RedisCluster(configuration: configuration)
                (url, servers) = (cluster.url, cluster.nodes)
            default:
                let group = try SentinelGroup(serverConfiguration: configuration)
                (url, servers) = (group.url, group.servers + group.sentinels)
            }
            let lines = (0..<50).map { "id-\($0)\n" }.joined()
            let result = jwtctl(url).run(
                ["revoke", "--ttl", "1h", "--yes", "--fsync", "-"], input: lines)
            #expect(result.status == status, "\(result.errors)")
            #expect(result.errors.contains("has no append-only file") == (status == 8))
            withExtendedLifetime(servers) {}
        }
    }
}
