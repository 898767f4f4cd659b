import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `logout-all --dry-run` says what the real run does, and writes nothing.
@Suite(.redis) struct LogoutDryRunTests {
    private static let counts = ["revoked", "already_revoked", "kept", "complete", "version"]

    /// Runs `logout-all` with these arguments, first dry, then in earnest, and compares.
    private func compare(
        _ sandbox: Sandbox, _ arguments: [String], _ comment: String
    ) throws {
        let before = try sandbox.server.cli("DEBUG", "DIGEST")
        let dry = sandbox.jwtctl.run(
            ["logout-all", "-o", "jsonl", "--settle", "0", "--dry-run"] + arguments)
        #expect(
            try sandbox.server.cli("DEBUG", "DIGEST") == before, "\(comment): nothing is written")
        #expect(dry.errors.contains("dry run: nothing was written"), "\(comment): \(dry.errors)")
        let real = sandbox.jwtctl.run(
            ["logout-all", "-o", "jsonl", "--settle", "0", "--yes"] + arguments)
        #expect(dry.status == real.status, "\(comment): \(dry.errors) \(real.errors)")
        let (planned, done) = (try dry.lines(), try real.lines())
        #expect(planned.count == done.count, "\(comment)")
        for (plan, row) in zip(planned, done) {
            #expect(plan["dry_run"] == true && row["dry_run"] == nil)
            for name in ["user"] + Self.counts {
                #expect(plan[JSONString(name)] == row[JSONString(name)], "\(comment): \(name)")
            }
            let cutoffs = (plan.integer("cutoff"), row.integer("cutoff"))
            #expect(abs((cutoffs.0 ?? 0) - (cutoffs.1 ?? 0)) <= 2, "\(comment): cutoff")
        }
    }

    @Test("Its counts are those of the real run, whatever there is", arguments: 0..<12)
    func randomStates(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let sandbox = try Sandbox()
        var ids: [String] = []
        for number in 0..<Int.random(in: 0...40, using: &random) {
            let age = ["-10m", "-1h", "-1d", "now"].randomElement(using: &random) ?? "now"
            let id = "id-\(number)"
            _ = try sandbox.token("--jti", id, "--iat", age, "--expires-in", "30d")
            ids.append(id)
        }
        let now = Int(Date().timeIntervalSince1970)
        for id in ids where Bool.random(using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try sandbox.server.cli("SET", "jwt:deny:\(id)", "1", "EX", "900")
            case 1: try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "\(now - 500)", id)
            case 2: try sandbox.server.cli("HDEL", "jwt:{alice}:meta", id)
            default: try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "\(now - 5)", id)
            }
        }
        if Bool.random(using: &random) {
            sandbox.jwtctl("logout-all", "--issued-before", "-30m", "alice")
        }
        let forms: [[String]] = [
            ["alice"], ["--issued-before", "-30m", "alice"], ["--issued-before", "-2h", "alice"],
            ["--skew", "30s", "alice"], ["alice", "nobody"],
        ]
        var form = forms.randomElement(using: &random) ?? ["alice"]
        if let id = ids.first, Int.random(in: 0..<4, using: &random) == 0 {
            let isListed = try sandbox.server.cli("ZSCORE", "jwt:{alice}:tokens", id) != ""
            if isListed { form = ["--keep", id, "alice"] }
        }
        try compare(sandbox, form, "seed \(seed), \(form.joined(separator: " "))")
    }

    @Test("So are those of layouts with session keys")
    func sessions() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "eladmin"]
        for number in 0..<7 {
            try sandbox.server.cli("SET", "online_token:bob:u\(number)", "{}", "EX", "900")
        }
        #expect(try sandbox.jwtctl("list", "tokens", "bob", "--json").array().count == 7)
        try compare(sandbox, ["bob"], "eladmin")
    }

    @Test("So are those of a list that tokens have to be on, longer than a page")
    func requiredList() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "user-zset", "--layout-var", "score=exp_s"]
        let now = Int(Date().timeIntervalSince1970)
        var arguments = ["ZADD", "bob-tokens"]
        for number in 0..<1200 { arguments += ["\(now + 900 + number)", "t\(number)"] }
        arguments += ["\(now - 900)", "expired"]
        try sandbox.server.cli(arguments)
        try compare(sandbox, ["bob"], "user-zset")
    }

    @Test("A user who is named again counts once")
    func twice() throws {
        let sandbox = try Sandbox()
        for _ in 0..<3 { _ = try sandbox.token() }
        sandbox.jwtctl("issue", "--sub", "bob")
        let line = ["logout-all", "-o", "jsonl", "--from", "-"]
        let input = "alice\nbob\nalice\nalice\n"
        let dry = try sandbox.jwtctl.run(line + ["--dry-run"], input: input).lines()
        #expect(dry.compactMap { $0.text("user") } == ["alice", "bob"])
        let real = try sandbox.jwtctl.run(line, input: input).lines()
        #expect(real.count == 4)
        let counts = [dry, real].map { $0.reduce(0) { $0 + ($1.integer("revoked") ?? 0) } }
        #expect(counts == [4, 4])
        #expect(sandbox.jwtctl.run(["logout-all", "-n", "bob", "bob"]).status == 0)
    }

    @Test("With --everyone it counts users and their tokens")
    func everyone() throws {
        let sandbox = try Sandbox()
        for _ in 0..<3 { _ = try sandbox.token() }
        sandbox.jwtctl("issue", "--sub", "bob")
        let before = try sandbox.server.cli("DEBUG", "DIGEST")
        let plan = try sandbox.jwtctl("logout-all", "--everyone", "-n", "--json").object()
        #expect(plan["users"] == 2 && plan["tokens"] == 4 && plan["dry_run"] == true)
        #expect(try sandbox.server.cli("DEBUG", "DIGEST") == before)
        let text = sandbox.jwtctl("logout-all", "--everyone", "-n")
        #expect(text.output.contains("recorded, whenever issued: 4 tokens of 2 users"))
        #expect(text.errors.hasSuffix("to do it: jwtctl logout-all --everyone\n"))
    }

    @Test("It ends with the line that does it, unless that has a secret in it")
    func line() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "kept")
        let result = sandbox.jwtctl(
            "logout-all", "--dry-run", "--reason", "it's lost", "--keep", "kept", "alice")
        #expect(
            result.errors.hasSuffix(
                "to do it: jwtctl logout-all --reason 'it'\\''s lost' --keep kept alice\n"))
        for keep in [["--keep", token], ["--keep=Bearer \(token)"]] {
            let secret = sandbox.jwtctl.run(["logout-all", "-n"] + keep + ["alice"])
            #expect(secret.status == 0)
            #expect(secret.errors.hasSuffix("dry run: nothing was written\n"))
            #expect(!secret.errors.contains(token))
        }
        // What looks like the option is the reason.
        let reason = sandbox.jwtctl("logout-all", "--dry-run", "--reason=-n", "alice")
        #expect(reason.errors.hasSuffix("jwtctl logout-all '--reason=-n' alice\n"))
    }

    @Test("One that cannot be finished claims nothing")
    func failing() throws {
        let sandbox = try Sandbox()
        _ = try sandbox.token()
        try sandbox.server.cli("DEL", "jwt:{alice}:meta")
        try sandbox.server.cli("SET", "jwt:{alice}:meta", "x")
        let result = sandbox.jwtctl("logout-all", "--dry-run", "alice")
        #expect(result.status == 8)
        #expect(result.errors.contains("the dry run for 'alice' was not finished"))
        #expect(!result.errors.contains("is set") && !result.errors.contains("blacklisted"))
    }
}
