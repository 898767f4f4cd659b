import Foundation
import TestSupport
import Testing

@testable import Commands
@testable import Redis

/// What cannot be used is named with its origin, and with what to type instead.
@Suite(.redis) struct RedisOriginTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        try sandbox.server.cli("CONFIG", "SET", "requirepass", "right-1")
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] = nil
    }

    struct Origin: Sendable, CustomTestStringConvertible {
        /// The end of the hint.
        let words: String
        var environment: [String: String] = [:]
        var options: [String] = []
        var profile: [String] = []
        var testDescription: String { words }
    }

    /// `URL` is that of the server with the password that is tried.
    static let origins = [
        Origin(
            words: "REDISCLI_AUTH\n",
            environment: ["JWTCTL_REDIS_URL": "PLAIN", "REDISCLI_AUTH": "wrong-9"]),
        Origin(
            words: "--redis-password\n",
            environment: ["JWTCTL_REDIS_URL": "PLAIN", "P": "wrong-9"],
            options: ["--redis-password", "env:P"]),
        Origin(words: "the URL of --redis\n", options: ["--redis", "URL"]),
        Origin(
            words: "the URL in JWTCTL_REDIS_URL\n", environment: ["JWTCTL_REDIS_URL": "URL"]),
        Origin(words: "the URL in REDIS_URL\n", environment: ["REDIS_URL": "URL"]),
        Origin(
            words: "the URL in profile prod (", options: ["--profile", "prod"],
            profile: ["redis = URL"]),
        Origin(
            words: "profile prod (", environment: ["P": "wrong-9"], options: ["--profile", "prod"],
            profile: ["redis = PLAIN", "redis-password = env:P"]),
    ]

    private func run(_ origin: Origin) throws -> TestTool.Result {
        let path = sandbox.server.socketPath
        func filled(_ text: String) -> String {
            text == "URL" || text.hasSuffix(" URL")
                ? text.replacingOccurrences(of: "URL", with: "unix://:wrong-9@\(path)")
                : text.replacingOccurrences(of: "PLAIN", with: "unix://\(path)")
        }
        var jwtctl = sandbox.jwtctl
        for (name, value) in origin.environment { jwtctl.environment[name] = filled(value) }
        let lines = ["[profile prod]"] + origin.profile.map(filled)
        let config = try sandbox.file("config", lines.joined(separator: "\n") + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: config)
        jwtctl.options = ["--config", config] + origin.options.map(filled)
        return jwtctl("status", "x")
    }

    @Test(arguments: origins)
    func aWrongPasswordIsNamedWithItsOriginAndUser(_ origin: Origin) throws {
        let result = try run(origin)
        #expect(result.status == 8, "\(result.errors)")
        #expect(result.errors.contains("the password of the user 'default'"), "\(result.errors)")
        #expect(
            result.errors.contains("hint: the password came from \(origin.words)"),
            "\(result.errors)")
        #expect(!result.errors.contains("wrong-9"), "\(result.errors)")
    }

    @Test func aMissingPasswordFileIsNamedWithItsOrigin() throws {
        let option = try run(
            Origin(
                words: "", environment: ["JWTCTL_REDIS_URL": "PLAIN"],
                options: ["--redis-password", "/nowhere/x"]))
        #expect(option.status == 1)
        #expect(
            option.errors.contains("cannot read the password that --redis-password names"),
            "\(option.errors)")
        let profile = try run(
            Origin(
                words: "", options: ["--profile", "prod"],
                profile: ["redis = PLAIN", "redis-password = env:ABSENT"]))
        #expect(
            profile.errors.contains("the variable ABSENT, which profile prod ("),
            "\(profile.errors)")
    }

    @Test(arguments: [("NOAUTH x", false), ("WRONGPASS x", false), ("WRONGPASS x", true)])
    func aSentinelsPasswordIsItsOwn(_ text: String, _ hasPassword: Bool) {
        let failure = Diagnostics.redis(
            .authentication(
                ServerError(text),
                RedisError.Login(
                    address: "s:26379", user: nil, isSentinel: true, hasPassword: hasPassword,
                    passwordSource: hasPassword ? "sentinel_password in the URL" : nil)))
        #expect(failure.message.contains("the Sentinel at s:26379"), "\(failure)")
        #expect(failure.hint?.contains("sentinel_password") == true, "\(failure)")
    }

    /// Other clients' forms are refused, and shown without their passwords.
    @Test(arguments: [
        "h.example:6380,password=hunter2=,ssl=True", "redis://h:1,Password=hunter2,ssl=True",
        "redis://h?password=hunter2", "redis://u:hunter2@a,u:hunter2@b",
        "redis+sentinel://s/m?sentinel_password=hunter2&db=1",
    ])
    func theSettingsNeverShowAPassword(_ url: String) {
        let result = TestTool(environment: ["JWTCTL_REDIS_URL": url])("config", "show")
        #expect(result.status == 0)
        let isMasked = result.output.contains("***")
        #expect(isMasked || result.output.contains("(hidden: not a Redis URL)"), "\(result.output)")
        #expect(!result.output.contains("hunter2"), "\(result.output)")
    }

    // MARK: servers

    @Test func aSilentServerIsNotSaidToWantTLS() throws {
        kill(sandbox.server.pid, SIGSTOP)
        defer { kill(sandbox.server.pid, SIGCONT) }
        var jwtctl = sandbox.jwtctl
        jwtctl.options = ["--timeout", "300ms", "--redis", sandbox.server.url]
        let result = jwtctl("status", "x")
        #expect(result.status == 8)
        #expect(
            result.errors.contains(
                "accepted the connection but did not answer within 300 ms\n"), "\(result.errors)")
        #expect(result.errors.contains("hint: is it overloaded or stopped? --timeout"))
        #expect(!result.errors.contains("does the port expect TLS?"))
    }

    @Test func aReplicaNamesItsPrimary() throws {
        let primary = try RedisServer(.tcp)
        let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 \(primary.port)"])
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": replica.url + "?db=1"])
        let place = "its primary, redis://127.0.0.1:\(primary.port)/1"
        for command in ["revoke --ttl 1h x", "logout-all alice", "prune"] {
            let result = jwtctl.run(command.split(separator: " ").map(String.init))
            #expect(result.status == 8)
            #expect(result.errors.contains("hint: write to \(place)\n"), "\(result.errors)")
            #expect(!result.errors.contains("--allow-replica"), "\(result.errors)")
        }
        let read = jwtctl("status", "x")
        #expect(read.status == 8)
        #expect(
            read.errors.contains("read from \(place), or pass --allow-replica"), "\(read.errors)")
    }

    // MARK: certificates

    private func overTLS(
        _ server: TLSRedisServer, _ host: String, _ options: String...
    ) -> TestTool.Result {
        TestTool().run(
            ["status", "--redis", server.url(host: host), "--redis-cacert"]
                + [server.authority.certificate] + options + ["x"])
    }

    @Test(arguments: [("127.0.0.1", "IP:127.0.0.1"), ("localhost", "DNS:localhost")])
    func aCertificateWithACommonNameAloneIsToBeIssuedAgain(_ host: String, _ name: String) throws {
        let server = try TLSRedisServer(names: nil)
        let result = overTLS(server, host)
        #expect(result.status == 8)
        #expect(result.errors.contains("has no subjectAltName: the name 'CN=server'"))
        #expect(
            result.errors.contains("hint: reissue it with subjectAltName = \(name)\n"),
            "\(result.errors)")
    }

    @Test func behindATunnelTheCertificateHasTheNameOfItsOtherEnd() throws {
        let server = try TLSRedisServer(names: "DNS:redis.internal")
        let refused = overTLS(server, "127.0.0.1")
        #expect(refused.status == 8)
        #expect(
            refused.errors.contains(
                "hint: through a tunnel, give the server's own name: --redis-server-name NAME"),
            "\(refused.errors)")
        #expect(overTLS(server, "127.0.0.1", "--redis-server-name", "redis.internal").status == 0)
        let other = overTLS(server, "127.0.0.1", "--redis-server-name", "other.internal")
        #expect(other.status == 8)
        #expect(other.errors.contains("not for other.internal"), "\(other.errors)")
        let config = try sandbox.file(
            "config", "[profile default]\nredis-server-name = redis.internal\n")
        #expect(overTLS(server, "127.0.0.1", "--config", config).status == 0)
        let plain = TestTool()("status", "--redis", "redis://h", "--redis-server-name", "x", "y")
        #expect(plain.status == 2)
        #expect(plain.errors.contains("needs TLS"), "\(plain.errors)")
    }
}
