import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `logout-all --print-ids`: the ids of the tokens that a logout has revoked, and no others.
@Suite(.redis) struct PrintIDsTests {
    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    /// The ids in lines of `-o id`, sorted.
    private func ids(_ text: String) throws -> [String] {
        try lines(text).map { line in
            guard line.hasPrefix("{") else { return line }
            let object = try JSONParser.parse(Array(line.utf8)).objectValue
            return try #require(object?.text("jti"))
        }.sorted()
    }

    /// The ids on the blacklist.
    private func denied(_ sandbox: Sandbox) throws -> Set<String> {
        let keys = try sandbox.server.cli("KEYS", "jwt:deny:*")
        return Set(lines(keys).map { String($0.dropFirst("jwt:deny:".count)) })
    }

    @Test("They are exactly those that are revoked now, in a dry run too", arguments: 0..<12)
    func randomStates(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let sandbox = try Sandbox()
        // Some lists are longer than a page.
        for user in ["alice", "bob"] {
            let count = seed == 0 && user == "bob" ? 1200 : Int.random(in: 0...30, using: &random)
            for (index, age) in ["-1h", "-10m"].enumerated() where count > 0 {
                let issued = sandbox.jwtctl(
                    "issue", "--sub", user, "--iat", age, "--expires-in", "30d", "--count",
                    "\(count)", "--label", "\(index)")
                try #require(issued.status == 0, "\(issued.errors)")
            }
        }
        let listed = try ids(
            sandbox.jwtctl("list", "tokens", "alice", "bob", "-o", "id").output)
        for id in listed where Int.random(in: 0..<5, using: &random) == 0 {
            try sandbox.server.cli("SET", "jwt:deny:\(id)", "1", "EX", "9000000")
        }
        var line = ["logout-all", "-o", "jsonl"]
        if Bool.random(using: &random) { line += ["--issued-before", "-30m"] }
        let file = sandbox.directory.file("ids")
        line += ["--print-ids", file, "alice", "bob"]
        let before = try denied(sandbox)

        let dry = sandbox.jwtctl.run(line + ["--dry-run"])
        let planned = try ids(sandbox.directory.read("ids"))
        #expect(try denied(sandbox) == before)
        #expect(dry.errors.contains("dry run: nothing was written to Redis"))

        let real = sandbox.jwtctl.run(line)
        #expect(dry.status == 0 && real.status == 0, "\(dry.errors)\(real.errors)")
        let printed = try ids(sandbox.directory.read("ids"))
        let revoked = try denied(sandbox).subtracting(before)
        #expect(printed == revoked.sorted(), "seed \(seed)")
        #expect(printed == planned, "seed \(seed)")
        let count = try real.lines().reduce(0) { $0 + ($1.integer("revoked") ?? 0) }
        #expect(count == Int64(printed.count))
    }

    @Test("So are those of session keys, and of lists that tokens have to be on")
    func whitelists() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "eladmin"]
        for number in 0..<7 {
            try sandbox.server.cli("SET", "online_token:bob:u\(number)", "{}", "EX", "900")
        }
        let line = ["logout-all", "--yes", "--settle", "0", "--print-ids", "-", "bob"]
        for options in [["--dry-run"], []] {
            let result = sandbox.jwtctl.run(line + options)
            #expect(try ids(result.output) == (0..<7).map { "u\($0)" }, "\(options)")
        }
        #expect(sandbox.jwtctl.run(line).output.isEmpty)

        sandbox.jwtctl.options = ["--layout", "user-zset", "--layout-var", "score=exp_s"]
        let until = Int(Date().timeIntervalSince1970) + 900
        var arguments = ["ZADD", "bob-tokens"]
        for number in 0..<600 { arguments += ["\(until + number)", "t\(number)"] }
        try sandbox.server.cli(arguments)
        let dry = sandbox.jwtctl.run(line + ["--dry-run"])
        let real = sandbox.jwtctl.run(line)
        #expect(Set(lines(real.output)).count == 600)
        #expect(lines(real.output).sorted() == lines(dry.output).sorted())
    }

    /// Where the layout knows a token by its text, the text is a secret.
    @Test func `a token is named by its id`() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "user-zset"]
        let issued = sandbox.jwtctl("issue", "--sub", "bob", "--jti", "phone")
        try #require(issued.status == 0)
        let result = sandbox.jwtctl(
            "logout-all", "--settle", "0", "--yes", "--print-ids", "-", "bob")
        #expect(result.output == "phone\n", "\(result.errors)")
    }

    @Test func `other commands read them`() throws {
        let sandbox = try Sandbox()
        let names = ["plain", "{x}", "# no comment", "a b", "jwt:deny:x", "-"]
        for name in names { _ = try sandbox.token("--jti", name) }
        let file = sandbox.directory.file("ids")
        #expect(sandbox.jwtctl("logout-all", "--print-ids", file, "alice").status == 0)
        let states = try sandbox.jwtctl("status", "--from", file, "-o", "jsonl").lines()
        #expect(Set(states.compactMap { $0.text("id") }) == Set(names))
        #expect(states.allSatisfy { $0["active"] == false })
        let again = sandbox.jwtctl("revoke", "--ttl", "1h", "--json", "--from", file)
        #expect(try again.object()["already_revoked"] == 6)
    }

    @Test func `with a dash they alone are on standard output`() throws {
        let sandbox = try Sandbox()
        for id in ["a", "b"] { _ = try sandbox.token("--jti", id) }
        let dry = sandbox.jwtctl("logout-all", "-n", "--print-ids", "-", "alice")
        #expect(lines(dry.output).sorted() == ["a", "b"])
        #expect(dry.errors.contains("alice: 2 would be revoked\n"))
        let json = sandbox.jwtctl("logout-all", "--json", "--print-ids", "-", "alice")
        #expect(json.status == 0)
        #expect(lines(json.output).sorted() == ["a", "b"])
        #expect(json.errors.contains("\"revoked\": 2"), "\(json.errors)")
        // Neither is an error a line among the ids.
        var away = sandbox.jwtctl
        away.environment["JWTCTL_REDIS_URL"] = "unix:///nowhere/redis.sock"
        let failed = away("logout-all", "--json", "--print-ids", "-", "alice")
        #expect(failed.status == 8 && failed.output.isEmpty)
        #expect(failed.errors.contains("{\"error\":{"))
    }

    // MARK: the file

    @Test func `the file is for its owner alone, and takes its place at the end`() throws {
        let sandbox = try Sandbox()
        _ = try sandbox.token("--jti", "a")
        let file = try sandbox.directory.write("ids", "old\n", mode: 0o644)
        #expect(sandbox.jwtctl("logout-all", "--print-ids", file, "alice").status == 0)
        #expect(try sandbox.directory.read("ids") == "a\n")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
    }

    @Test(arguments: ["link", "pipe", "folder", "/dev/null", "missing/ids"])
    func `nothing is changed where it cannot be a file`(_ name: String) throws {
        let sandbox = try Sandbox()
        _ = try sandbox.token("--jti", "a")
        let folder = sandbox.directory.path
        let target = try sandbox.directory.write("target", "target\n")
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link", withDestinationPath: target)
        mkfifo(folder + "/pipe", 0o600)
        mkdir(folder + "/folder", 0o700)
        let path = name.hasPrefix("/") ? name : folder + "/" + name
        let result = sandbox.jwtctl("logout-all", "--print-ids", path, "alice")
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("cannot write"))
        #expect(try sandbox.directory.read("target") == "target\n")
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:a", "jwt:{alice}:cutoff") == "0")
    }

    @Test func `what cannot be meant is refused`() throws {
        let sandbox = try Sandbox()
        let file = try sandbox.directory.write("users", "alice\n")
        let same = sandbox.jwtctl("logout-all", "--from", file, "--print-ids", file)
        #expect(same.status == 2)
        #expect(same.errors.contains("'--print-ids' would overwrite the file that is read"))
        #expect(try sandbox.directory.read("users") == "alice\n")
        let everyone = sandbox.jwtctl("logout-all", "--everyone", "--yes", "--print-ids", "-")
        #expect(everyone.status == 2)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    @Test func `a full disk ends in a failure, and stops no logout`() throws {
        let tool = try BuiltTool()
        for id in ["a", "b"] { _ = try tool.sandbox.token("--jti", id) }
        let result = try tool.shell("jwtctl logout-all --print-ids - alice bob >/dev/full")
        #expect(result.status == 1, "\(result.errorText)")
        #expect(
            result.errorText.contains("cannot write to standard output: no space left on device"),
            "\(result.errorText)")
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:a", "jwt:deny:b") == "2")
        #expect(try tool.redis.cli("EXISTS", "jwt:{alice}:cutoff", "jwt:{bob}:cutoff") == "2")
        #expect(try tool.redis.cli("EXISTS", "jwt:{alice}:tokens") == "0")
    }
}
