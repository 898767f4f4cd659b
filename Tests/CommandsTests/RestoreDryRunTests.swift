import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `restore --dry-run` says what the real run does, and writes nothing.
@Suite(.redis) struct RestoreDryRunTests {
    private static let line = ["restore", "-o", "jsonl", "--reason", "slip"]

    /// Compares the rows of a dry run with those of the real one, and returns their results.
    @discardableResult
    private func compare(
        _ dry: TestTool.Result, _ real: TestTool.Result, _ comment: String
    ) throws -> [String?] {
        #expect(dry.errors.contains("dry run: nothing was written"), "\(comment): \(dry.errors)")
        #expect(dry.status == real.status, "\(comment): \(dry.errors)\(real.errors)")
        let (planned, done) = (try dry.lines(), try real.lines())
        #expect(planned.count == done.count, "\(comment)")
        for (plan, row) in zip(planned, done) {
            #expect(plan["dry_run"] == true && plan["audited"] == .null)
            #expect(row["dry_run"] == nil)
            for name in ["id", "sub", "result", "listed", "confirmed"] {
                #expect(
                    plan[JSONString(name)] == row[JSONString(name)],
                    "\(comment): \(name) of \(row)")
            }
        }
        return planned.map { $0.text("result") }
    }

    @Test("Its outcomes are those of the real run, whatever there is", arguments: 0..<16)
    func randomStates(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let sandbox = try Sandbox()
        var items: [String] = []
        for number in 0..<Int.random(in: 2...20, using: &random) {
            let id = "id-\(number)"
            let user = ["alice", "bob"].randomElement(using: &random) ?? "bob"
            let age = ["-10m", "-1h", "-1d"].randomElement(using: &random) ?? "-1h"
            let isOver = Int.random(in: 0..<5, using: &random) == 0
            let isRecorded = !isOver && Bool.random(using: &random)
            let issued = sandbox.jwtctl.run([
                "issue", "--sub", user, "--jti", id, "--iat", age, "--exp",
                isOver ? "-1m" : "+30d", isRecorded ? "--record" : "--no-record",
            ])
            try #require(issued.status == 0, "\(issued.errors)")
            switch Int.random(in: 0..<4, using: &random) {
            case 0: break
            case 1: sandbox.jwtctl("revoke", "-q", issued.line)
            case 2: try sandbox.server.cli("SET", "jwt:deny:\(id)", "1", "EX", "9000")
            default: try sandbox.server.cli("SET", "jwt:deny:\(id)", "1")
            }
            items.append(Int.random(in: 0..<3, using: &random) == 0 ? id : issued.line)
            if Int.random(in: 0..<6, using: &random) == 0 { items.append(issued.line) }
            if Int.random(in: 0..<9, using: &random) == 0 { items.append("not an id") }
        }
        if Bool.random(using: &random) {
            sandbox.jwtctl("logout-all", "-q", "--issued-before", "-30m", "alice")
        }
        // What the layout does not put there fails an item, in both runs.
        let places = ["jwt:{bob}:meta", "jwt:{bob}:tokens", "jwt:deny:id-1", "x"]
        let key = places.randomElement(using: &random) ?? "x"
        try sandbox.server.cli("DEL", key)
        try sandbox.server.cli("LPUSH", key, "x")

        let before = try sandbox.server.cli("DEBUG", "DIGEST")
        let dry = sandbox.jwtctl.run(Self.line + ["--dry-run"] + items)
        #expect(try sandbox.server.cli("DEBUG", "DIGEST") == before, "nothing is written")
        let real = sandbox.jwtctl.run(Self.line + ["--yes"] + items)
        try compare(dry, real, "seed \(seed)")
    }

    private static let layouts = [
        "native", "blacklist-jti", "express-jwt-blacklist", "jwt-redis-allow", "user-zset",
    ]

    @Test(
        "So are those of blacklists, lists and session keys of applications",
        arguments: Application.all.filter { layouts.contains($0.name) })
    func applications(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let logins = try (0..<6).map { try sandbox.login(age: Int64(10 + 5 * $0)) }
        for login in logins.prefix(4) {
            #expect(sandbox.run("revoke", login.token).status == 0)
        }
        // The second time, the entry of a blacklist is gone.
        let items = logins.map(\.token) + (application.isWhitelist ? [] : [logins[0].token])
        let before = try sandbox.eye.snapshot()
        let dry = sandbox.run(Self.line + ["--dry-run"] + items)
        #expect(try sandbox.eye.snapshot() == before, "nothing is written")
        let real = sandbox.run(Self.line + ["--yes"] + items)
        let results = try compare(dry, real, "\(application)")
        #expect(results.count { $0 == "restored" } == 4)
        for login in logins { #expect(try application.accepts(sandbox.eye, login)) }
    }

    @Test("A file of many batches has the counts of the real run")
    func many() throws {
        let sandbox = try Sandbox()
        let lines = (0..<700).map { "j\($0 % 600)\t4102444800\n" }.joined()
        sandbox.jwtctl("revoke", "-q", "--yes", "-", input: lines)
        let before = try sandbox.server.cli("DEBUG", "DIGEST")
        let dry = sandbox.jwtctl.run(Self.line + ["-n", "--from", "-"], input: lines)
        #expect(try sandbox.server.cli("DEBUG", "DIGEST") == before, "nothing is written")
        let real = sandbox.jwtctl.run(Self.line + ["--yes", "--from", "-"], input: lines)
        let results = try compare(dry, real, "many")
        #expect(results.count { $0 == "restored" } == 600)
    }

    @Test("It says what would be done, and asks nothing")
    func words() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "phone")
        sandbox.jwtctl("revoke", "-q", token)
        let dry = sandbox.jwtctl("restore", "--dry-run", "--reason", "slip", token)
        #expect(dry.status == 0)
        #expect(dry.output == "would be restored: phone\n")
        #expect(dry.errors.contains("layout native (dry run)\n"))
        // The token is a secret, so the line that does it is not shown.
        #expect(dry.errors.hasSuffix("dry run: nothing was written\n"))
        let byID = sandbox.jwtctl("restore", "-n", "--reason", "slip", "phone")
        #expect(byID.output.hasPrefix("would be restored: phone\n"))
        #expect(byID.errors.hasSuffix("to do it: jwtctl restore --reason slip phone\n"))
        let table = sandbox.jwtctl("restore", "-n", "--reason", "slip", "phone", "other")
        #expect(table.output.contains("phone  would be restored"), "\(table.output)")
        #expect(sandbox.jwtctl("verify", token).status == 6)

        sandbox.jwtctl("logout-all", "-q", "alice")
        let refused = sandbox.jwtctl("restore", "-n", "--reason", "slip", token)
        #expect(refused.status == 6)
        #expect(refused.output.hasPrefix("still revoked: issued at or before the cutoff"))
    }
}
