import Foundation
import TestSupport
import Testing

@testable import Commands

/// How a Redis is named: what is wrong with a URL or a variable is said with the right spelling,
/// and no password ever comes back.
@Suite(.redis) struct RedisAddressTests {
    @Test(arguments: [
        ("localhost:6379", "redis://HOST:6379"),
        ("http://:hunter2@h", "rediss:// (with TLS)"),
        ("hunter2-%://h", "not a Redis scheme"),
        ("redis://hunter2@h", "redis://:PASSWORD@HOST"),
        ("redis://:hunter2%zz@h", "%25"),
        ("redis://:hunter2 @h", "%20"),
        ("redis://:hunter2@::1", "redis://[::1]:6379"),
        ("redis://:hunter2@h:x", "redis://HOST:6379"),
        ("redis://:hunter2@h/x", "redis://HOST:6379/0"),
        ("redis://:hunter2@h/1?db=1", "?db=0"),
        ("redis://:hunter2@h?ssl=true", "for TLS write rediss://"),
        ("redis://h#:hunter2", "%23"),
        ("/run/redis/redis.sock", "write unix:///run/redis/redis.sock"),
        ("/run/:hunter2@h", "write unix:///run/redis/redis.sock"),
        (
            "cache.example:6380,password=hunter2=,ssl=True,abortConnect=False",
            "write rediss://:PASSWORD@cache.example:6380, or give the password with --redis-password"
        ),
        ("redis://cache.example:6379,password=hunter2", "redis://:PASSWORD@cache.example:6379"),
        ("redis://cache.example:6379,password=hunter2@,ssl=True", "StackExchange.Redis"),
        ("redis://u:hunter2@a:1,u:hunter2@b:2", "once: redis://USER:PASSWORD@HOST:6379,HOST:6379"),
        ("redis+sentinel://:hunter2@a,:hunter2@b/m", "write '@' as %40"),
        ("rediss://:hunter2@h?ssl_cert_reqs=none", "only --redis-insecure disables the check"),
        ("rediss://:hunter2@h?sslVerify=false", "only --redis-insecure disables the check"),
        ("rediss://:hunter2@h?ssl_ca_certs=/ca.pem", "write --redis-cacert PATH"),
        ("rediss://:hunter2@h?ssl_certfile=/c.pem", "write --redis-cert PATH"),
        ("rediss://:hunter2@h?ssl_keyfile=/k.pem", "write --redis-key PATH"),
        ("rediss://:hunter2@h?sni=x", "write --redis-server-name NAME"),
        ("redis://:hunter2@h?socket_timeout=5", "write --timeout DURATION"),
        ("redis://:hunter2@h?database=5", "write ?db=N"),
        ("redis://h?password=hunter2", "redis://USER:PASSWORD@HOST, or give the password with"),
        ("redis://:hunter2@h?protocol=3", "leave it out"),
        ("redis://:hunter2@h?sentinelMasterId=m", "write redis+sentinel://HOST,HOST/mymaster"),
        ("redis://:hunter2@h?whatever=1", "use ?db=N"),
        ("unix://hunter2", "unix:///run/redis/redis.sock"),
        ("unix:///" + String(repeating: "x", count: 200), "longer than 107 bytes"),
    ])
    func aBadURLIsAnsweredWithTheRightSpelling(_ url: String, _ words: String) {
        let viaVariable = ["JWTCTL_REDIS_URL", "REDIS_URL"].map { name in
            TestTool(environment: [name: url])("status", "x")
        }
        for result in viaVariable + [TestTool()("status", "--redis", url, "x")] {
            #expect(result.status == 2, "\(result.errors)")
            #expect(result.errors.contains("the Redis URL is not valid: "), "\(result.errors)")
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(!result.errors.contains("hunter2"), "\(result.errors)")
        }
    }

    @Test(arguments: ["5", "x", "-1s", "1e3s"])
    func aBadTimeoutNamesItsVariable(_ text: String) {
        let result = TestTool(environment: ["JWTCTL_TIMEOUT": text])("status", "x")
        #expect(result.status == 2)
        #expect(result.errors.contains("error: JWTCTL_TIMEOUT: "), "\(result.errors)")
    }

    /// The user of the URL takes the password from elsewhere, and is never `default` for want of
    /// one, although `default` needs none here.
    @Test func aUserWithoutAPasswordIsNotTheDefaultUser() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("ACL", "SETUSER", "alice", "on", ">hunter2", "~*", "+@all")
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] =
            "unix://alice:@\(sandbox.server.socketPath)?db=1"
        let without = sandbox.jwtctl("status", "x")
        #expect(without.status == 8)
        #expect(
            without.errors.contains("refused the password of the user 'alice'"), "\(without.errors)"
        )
        #expect(without.errors.contains("no password was given"), "\(without.errors)")
        sandbox.jwtctl.environment["REDISCLI_AUTH"] = "hunter2"
        #expect(sandbox.jwtctl("status", "x").status == 0)
        sandbox.jwtctl.environment["REDISCLI_AUTH"] = "wrong-9"
        sandbox.jwtctl.environment["P"] = "hunter2"
        #expect(sandbox.jwtctl("status", "--redis-password", "env:P", "x").status == 0)
        let wrong = sandbox.jwtctl("status", "-v", "x")
        #expect(wrong.status == 8)
        #expect(!wrong.errors.contains("wrong-9"))
    }

    @Test func anEncryptedKeyIsRefusedWithTheCommandThatOpensIt() throws {
        let authority = try TestAuthority()
        let identity = try authority.issue("client", for: nil)
        let encrypted = authority.directory.file("encrypted.key")
        try TestAuthority.openssl([
            "pkey", "-in", identity.key, "-aes256", "-passout", "pass:x", "-out", encrypted,
        ])
        let result = TestTool()(
            "status", "--redis", "rediss://127.0.0.1:1", "--redis-cacert", authority.certificate,
            "--redis-cert", identity.certificate, "--redis-key", encrypted, "x")
        #expect(result.status == 1)
        #expect(result.errors.contains("openssl pkey -in '\(encrypted)'"), "\(result.errors)")
    }
}
