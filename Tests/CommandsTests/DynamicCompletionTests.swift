import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What the program answers when a completion script asks it.
@Suite(.redis) struct DynamicCompletionTests {
    private let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

    /// The candidates with their meanings; `word` is being typed after `line`.
    private func complete(
        _ kind: String, _ line: String..., typing word: String = "", by jwtctl: TestTool? = nil
    ) -> [String] {
        let result = (jwtctl ?? sandbox.jwtctl).run(["__complete", kind, "--"] + line + [word])
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }

    /// The users that are found. A busy machine may not find them in time, so it may ask again.
    private func users(
        _ line: String..., typing word: String = "", by jwtctl: TestTool? = nil
    ) -> [String] {
        for _ in 0..<50 {
            let result = (jwtctl ?? sandbox.jwtctl)
                .run(["__complete", "users", "--"] + line + [word])
            #expect(result.status == 0 && result.errors == "", "\(result.errors)")
            if !result.output.isEmpty {
                return result.output.split(separator: "\n").map(String.init)
            }
        }
        return []
    }

    private func list(_ users: String..., namespace: String = "jwt") throws {
        for user in users {
            try sandbox.server.cli("ZADD", "\(namespace):{\(user)}:tokens", "4000000000", "t")
        }
    }

    // MARK: users

    @Test func `no user is offered that would be taken for an option`() throws {
        try list("alice", "--everyone", "-x")
        #expect(users() == ["alice"])
    }

    @Test(arguments: ["native", "eladmin"])
    func `a few pages of a large database are looked through`(_ layout: String) throws {
        try sandbox.server.cli("DEBUG", "POPULATE", "50000")
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_LAYOUT"] = layout
        _ = complete("users", by: jwtctl)
        let calls = try sandbox.server.cli("INFO", "commandstats")
            .split(whereSeparator: \.isNewline)
            .first { $0.hasPrefix("cmdstat_scan:") }
            .flatMap { $0.split(separator: "=")[1].split(separator: ",").first }
            .flatMap { Int($0) }
        #expect((1...16).contains(calls ?? 0))
    }

    /// More than 200 other users must not crowd them out.
    @Test func `only users are looked for that begin with what is typed`() throws {
        for start in stride(from: 0, to: 900, by: 300) {
            try list(namespaced: (start..<start + 300).map { "user\($0)" })
        }
        try list("zoe")
        #expect(users("logout-all", typing: "zo") == ["zoe"])
        #expect(users("logout-all", typing: "user").count >= 200)
        // The shell itself compares a quoted word.
        #expect(users("logout-all", typing: "\"zo").count >= 200)
    }

    private func list(namespaced users: [String]) throws {
        let script =
            "for _, user in ipairs(ARGV) do "
            + "redis.call('ZADD', 'jwt:{' .. user .. '}:tokens', 4000000000, 't') end"
        try sandbox.server.cli(["EVAL", script, "0"] + users)
    }

    @Test func `the typed line says which Redis is asked, and for what`() throws {
        let other = try Sandbox()
        try other.server.cli("ZADD", "jwt:{olga}:tokens", "4000000000", "t")
        try other.server.cli("ZADD", "app:{oskar}:tokens", "4000000000", "t")
        try other.server.cli("SET", "online_token:otto:1", "x")
        try list("alice")
        let url = other.server.url
        #expect(users("logout-all") == ["alice"])
        #expect(users("--redis", url, "logout-all") == ["olga"])
        #expect(users("logout-all", "--redis=\(url)", "--namespace", "app") == ["oskar"])
        #expect(users("audit", "--layout", "eladmin", "--redis", url, "--user") == ["otto"])
        let config = try sandbox.file("config", "[profile there]\nredis = \(url)\n")
        #expect(users("--config", config, "--profile", "there", "list", "tokens") == ["olga"])
        // '~/' is expanded, and options of the command itself are skipped.
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["HOME"] = sandbox.directory.path
        #expect(
            users("--config", "~/config", "--profile=there", "revoke", "-r", "x", "-u", by: jwtctl)
                == ["olga"])
    }

    @Test func `mistakes on the line are skipped`() throws {
        try list("alice")
        #expect(users("logout-all", "--timeout", "soon", "--no-such", "--output", "x") == ["alice"])
        #expect(users("--redis") == ["alice"])
        #expect(complete("users", "--redis", "no URL", "logout-all") == [])
        #expect(complete("users", "--layout", "no such", "logout-all") == [])
        #expect(complete("users", "--profile", "nowhere", "logout-all") == [])
    }

    /// Each reply comes within the limit, all of them together do not.
    @Test func `a slow Redis is not waited for`() throws {
        let server = try RedisServer(.tcp)
        try server.cli("ZADD", "jwt:{alice}:tokens", "4000000000", "t")
        let link = try Link(to: server.port)
        link.set(.slow(120))
        let start = Date()
        let line = ["--redis", "redis://127.0.0.1:\(link.port)", "--timeout", "30s", "-v"]
        let result = try ProcessRunner.run(
            [BuiltTool.path, "__complete", "users", "--"] + line + ["logout-all", ""],
            environment: [:])
        #expect(result.text == "" && result.errorText == "")
        #expect(Date().timeIntervalSince(start) < 0.8)
    }

    /// Standard input is for the command itself.
    @Test func `no password is read from standard input`() throws {
        try list("alice")
        try sandbox.server.cli("CONFIG", "SET", "requirepass", "hunter2hunter2")
        let file = try sandbox.file("password", "hunter2hunter2")
        #expect(users("--redis-password", file, "logout-all") == ["alice"])
        for source in ["-", "fd:0"] {
            let result = try ProcessRunner.run(
                [BuiltTool.path, "__complete", "users", "--", "--redis-password", source, ""],
                input: Array("hunter2hunter2".utf8),
                environment: ["JWTCTL_REDIS_URL": sandbox.server.url])
            #expect(result.text == "" && result.errorText == "")
        }
    }

    // MARK: what the configuration has

    @Test func `profiles are offered with their servers, and without passwords`() throws {
        let text = """
            [profile here]
            redis = redis://ops:hunter2@redis.example.com/3
            [profile there]
            redis = hunter2
            [profile nowhere]
            [layout mine]
            preset = eladmin
            """
        let path = try sandbox.file("config", text)
        let profiles = ["here\tredis.example.com:6379/3", "there", "nowhere"]
        var jwtctl = sandbox.jwtctl
        #expect(complete("profiles", "--profile", by: jwtctl) == [])
        #expect(complete("profiles", "--config", path, "--profile", by: jwtctl) == profiles)
        #expect(
            complete("layouts", "--config=\(path)", "--layout", by: jwtctl).last
                == "mine\tfrom the configuration file")
        jwtctl.environment["JWTCTL_CONFIG"] = path
        #expect(complete("profiles", "verify", "--profile", by: jwtctl) == profiles)
        // The names are needed most if the chosen profile does not exist.
        jwtctl.environment["JWTCTL_PROFILE"] = "nobody"
        #expect(complete("profiles", "--profile", by: jwtctl) == profiles)
        #expect(complete("layouts", "--layout", by: jwtctl).last?.hasPrefix("mine\t") ?? false)
    }

    @Test func `claims are offered with their meanings`() {
        let claims = complete("claims", "verify", "--require")
        #expect(
            claims.prefix(4) == [
                "iss\tissuer", "sub\tsubject (user)", "aud\taudience", "exp\texpiry time",
            ])
        #expect(claims.contains("jti\ttoken id"))
        #expect(claims.allSatisfy { $0.contains("\t") })
    }
}
