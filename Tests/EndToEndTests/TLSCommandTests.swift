import Foundation
import TestSupport
import Testing

/// The tool over TLS: every command works, and mix-ups are answered with what mends them.
@Suite(.redis) struct TLSCommandTests {
    private static let password = "geheim-7"

    private func tool(
        _ server: TLSRedisServer, host: String = "localhost"
    ) throws -> (tool: BuiltTool, changes: [String: String]) {
        let tool = try BuiltTool(server.redis)
        return (
            tool,
            [
                "JWTCTL_REDIS_URL": server.url(host: host),
                "SSL_CERT_FILE": server.authority.certificate,
            ]
        )
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func everyCommandWorksAndNoneTellsThePassword(_ version: String) throws {
        let server = try TLSRedisServer(
            protocols: version, wantsCertificate: true,
            configuration: ["requirepass \(Self.password)"])
        let own = try server.authority.issue("client", for: nil)
        let (tool, _) = try tool(server)
        let url = server.url().replacing("//", with: "//:\(Self.password)@")
        func run(_ arguments: [String], input: String = "") throws -> ProcessRunner.Result {
            let result = try tool.run(
                arguments + [
                    "-v", "--redis-cacert", server.authority.certificate, "--redis-cert",
                    own.certificate, "--redis-key", own.key,
                ], input: Array(input.utf8), changes: ["JWTCTL_REDIS_URL": url])
            #expect(!result.text.contains(Self.password), "\(arguments)")
            #expect(!result.errorText.contains(Self.password), "\(arguments)")
            return result
        }
        let token = try run(["issue", "--sub", "alice", "--jti", "one"]).text
            .trimmingCharacters(in: .newlines)
        #expect(try run(["verify", token]).status == 0)
        #expect(try run(["list", "tokens", "alice"]).text.contains("one"))
        #expect(try run(["revoke", token]).status == 0)
        #expect(try run(["verify", token]).status == 6)
        let many = (1...5000).map { "bulk-\($0)\n" }.joined()
        #expect(try run(["revoke", "--ttl", "1h", "--yes", "-"], input: many).status == 0)
        #expect(try run(["list", "revoked", "-o", "id"]).text.split(separator: "\n").count == 5001)
        #expect(try run(["restore", "--yes", "--reason", "r", token]).status == 0)
        #expect(try run(["issue", "--sub", "bob", "--jti", "two"]).status == 0)
        #expect(try run(["logout-all", "bob"]).status == 0)
        #expect(try run(["list", "users"]).text.contains("alice"))
        #expect(try run(["prune"]).status == 0)
        #expect(try run(["audit"]).text.contains("logout"))
    }

    @Test func mixUpsAreAnsweredWithTheRightSpelling() throws {
        let server = try TLSRedisServer()
        let (tool, changes) = try tool(server)
        let plain = try RedisServer(.tcp)
        let other = try TestAuthority("Somebody Else")
        let elsewhere = try TLSRedisServer(names: "DNS:a.example,IP:127.0.0.2")
        let trusting = ["--redis-cacert", elsewhere.authority.certificate]
        let cases: [(arguments: [String], status: Int, words: [String])] = [
            (["--redis", "redis://localhost:\(server.port)"], 8, ["rediss://"]),
            (["--redis", "rediss://localhost:\(plain.port)"], 8, ["redis://"]),
            (
                ["--redis-cacert", other.certificate], 8,
                ["unknown issuer", "CN=Test Authority", "--redis-cacert"]
            ),
            (
                trusting + ["--redis", elsewhere.url()], 8,
                ["is for a.example, 127.0.0.2, not for localhost"]
            ),
            (["--redis-insecure", "--redis", elsewhere.url()], 0, ["warning:"]),
            (
                ["--redis", plain.url, "--redis-cacert", other.certificate], 2,
                ["'--redis-cacert' needs TLS", "rediss://127.0.0.1:\(plain.port)"]
            ),
            (["--redis", plain.url, "--redis-insecure"], 2, ["'--redis-insecure' needs TLS"]),
            (
                ["--redis", "unix://\(server.redis.socketPath)", "--redis-cert", "x"], 2,
                ["unix socket"]
            ),
            (["--redis-key", "x"], 2, ["--redis-cert PATH"]),
            (["--redis-cacert", "/nonexistent/ca"], 1, ["cannot read '/nonexistent/ca'"]),
        ]
        for (arguments, status, words) in cases {
            let result = try tool.run(
                ["status", "x", "--timeout", "1s"] + arguments, changes: changes)
            #expect(result.status == status, "\(arguments): \(result.errorText)")
            for word in words {
                #expect(result.errorText.contains(word), "\(arguments): \(result.errorText)")
            }
        }
    }

    @Test func aMissingClientCertificateIsAskedFor() throws {
        let server = try TLSRedisServer(wantsCertificate: true)
        let (tool, changes) = try tool(server)
        let result = try tool.run(["status", "x"], changes: changes)
        #expect(result.status == 8)
        #expect(result.errorText.contains("--redis-cert PATH and --redis-key PATH"))
    }

    @Test func aWrongPasswordEndsTheRun() throws {
        let server = try TLSRedisServer(configuration: ["requirepass \(Self.password)"])
        let (tool, changes) = try tool(server)
        let wrong = changes.merging(["REDISCLI_AUTH": "falsch-9"]) { $1 }
        let result = try tool.run(["revoke", "--ttl", "1h", "x"], changes: wrong)
        #expect(result.status == 8)
        #expect(result.errorText.contains("refused the password"))
        #expect(!result.errorText.contains("falsch-9"))
    }
}
