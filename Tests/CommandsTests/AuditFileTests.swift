import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `--audit-log`: what is written to the file.
@Suite(.redis) struct AuditFileTests {
    private let sandbox: Sandbox
    private let path: String

    /// The members of a line, in their order.
    private static let members: [JSONString] = [
        "time", "op", "id", "user", "count", "reason", "actor", "host",
    ]

    init() throws {
        sandbox = try Sandbox()
        path = sandbox.directory.file("audit.jsonl")
        sandbox.jwtctl.environment["JWTCTL_AUDIT_LOG"] = path
    }

    private func under(_ layout: String) -> TestTool {
        var jwtctl = sandbox.jwtctl
        jwtctl.options = ["--layout", layout]
        return jwtctl
    }

    private var exists: Bool { FileManager.default.fileExists(atPath: path) }

    private func lines() throws -> [JSONObject] {
        try sandbox.directory.read("audit.jsonl").split(separator: "\n").map { line in
            try #require(try JSONParser.parse(Array(line.utf8)).objectValue)
        }
    }

    /// How often a text occurs.
    private func count(_ text: String, in whole: String) -> Int {
        whole.components(separatedBy: text).count - 1
    }

    // MARK: one line for each change

    @Test("A layout with a blacklist and no stream has a line for each change")
    func blacklist() throws {
        let jwtctl = under("codeape-gateway")
        let token = ServiceToken.of("alice", jti: "one", age: 10)
        for command in [
            ["revoke", "--reason", "leak", token],
            ["restore", "--reason", "slip", "--actor", "ann", "--yes", token],
            ["renew", token],
            // A repetition changes nothing, and is recorded as that.
            ["revoke", token],
        ] {
            let result = jwtctl.run(command + ["--json"])
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(try result.object()["audited"] == true, "\(command)")
        }
        let lines = try lines()
        #expect(lines.allSatisfy { $0.names == Self.members })
        #expect(lines.map { $0.text("op") } == ["revoke", "restore", "renew", "revoke"])
        #expect(lines.allSatisfy { $0.text("id") == "one" && $0.text("user") == "alice" })
        #expect(lines.map { $0.integer("count") } == [1, 1, 1, 0])
        #expect(lines.map { $0.text("reason") } == ["leak", "slip", nil, nil])
        #expect(lines.map { $0.text("actor") } == ["ops", "ann", "ops", "ops"])
        #expect(lines.allSatisfy { $0.text("host")?.isEmpty == false })
        let text = try sandbox.directory.read("audit.jsonl")
        #expect(jwtctl("audit", "-o", "jsonl").output == text)
    }

    @Test("A layout with session keys has one, too, and one for each user of a logout")
    func sessions() throws {
        let jwtctl = under("eladmin")
        for number in 0..<3 {
            try sandbox.server.cli("SET", "online_token:bob:u\(number)", "{}", "EX", "900")
        }
        let revoked = try jwtctl("revoke", "--user", "bob", "u0", "--json").object()
        #expect(revoked["result"] == "revoked" && revoked["audited"] == true)
        let out = try jwtctl("logout-all", "--settle", "0", "bob", "--json").object()
        #expect(out["revoked"] == 2 && out["audited"] == true)
        let both = try jwtctl("logout-all", "--settle", "0", "bob", "carol", "--json").array()
        #expect(both.allSatisfy { $0["audited"] == true })
        let lines = try lines()
        #expect(
            lines.map { $0.text("op") } == ["revoke", "logout-all", "logout-all", "logout-all"])
        #expect(lines.map { $0.text("user") } == ["bob", "bob", "bob", "carol"])
        #expect(lines.map { $0.text("id") } == ["u0", nil, nil, nil])
        #expect(lines.map { $0.integer("count") } == [1, 2, 0, 0])
    }

    @Test("A layout that knows tokens by their text writes their jti, never the token")
    func labels() throws {
        let jwtctl = under("user-zset")
        let token = jwtctl("issue", "--sub", "bob", "--jti", "t1").line
        #expect(!exists, "an issued token is no entry")
        for command in [
            ["revoke", token], ["restore", "--reason", "slip", "--yes", token],
            ["logout-all", "--settle", "0", "bob"],
        ] {
            let result = jwtctl.run(command + ["--json"])
            #expect(try result.object()["audited"] == true, "\(command): \(result.errors)")
        }
        let lines = try lines()
        #expect(lines.map { $0.text("op") } == ["revoke", "restore", "logout-all"])
        #expect(lines.map { $0.text("id") } == ["t1", "t1", nil])
        #expect(lines.map { $0.text("user") } == ["bob", "bob", "bob"])
        let signature = try #require(token.split(separator: ".").last)
        #expect(try !sandbox.directory.read("audit.jsonl").contains(signature))
    }

    @Test("A bulk run is one line, which names the token if there was only one")
    func bulk() throws {
        let end = 4_102_444_800
        let many = sandbox.jwtctl.run(
            ["revoke", "--reason", "drill"], input: "a\t\(end)\nb\t\(end)\nc\t\(end)\n")
        #expect(many.status == 0, "\(many.errors)")
        let one = sandbox.jwtctl.run(["revoke"], input: "d\t\(end)\tcarol\n")
        #expect(one.status == 0, "\(one.errors)")
        let lines = try lines()
        #expect(lines.map { $0.text("op") } == ["revoke", "revoke"])
        #expect(lines.map { $0.text("id") } == [nil, "d"])
        #expect(lines.map { $0.text("user") } == [nil, "carol"])
        #expect(lines.map { $0.integer("count") } == [3, 1])
        #expect(lines.map { $0.text("reason") } == ["drill", nil])
    }

    @Test("A logout that was broken off has a line, if it changed something")
    func brokenOff() throws {
        _ = try sandbox.token()
        try sandbox.server.cli("DEL", "jwt:{alice}:meta")
        try sandbox.server.cli("SET", "jwt:{alice}:meta", "x")
        #expect(sandbox.jwtctl("logout-all", "alice").status == 8)
        #expect(try lines().map { $0.text("user") } == ["alice"])
        #expect(try sandbox.server.cli("XLEN", "jwt:audit") == "1")
        #expect(sandbox.jwtctl("logout-all", "alice", "bob").status != 0)
        #expect(Set(try lines().dropFirst().map { $0.text("user") }) == ["alice", "bob"])
        #expect(try lines().count == 3)
    }

    @Test("Nothing is written by a dry run, nor by commands that the stream does not record")
    func nothing() throws {
        let token = try sandbox.token()
        for command in [
            ["revoke", "--dry-run", token], ["revoke", "--dry-run", "--from", "-"],
            ["logout-all", "--dry-run", "alice"], ["logout-all", "--dry-run", "alice", "bob"],
            ["logout-all", "--dry-run", "--everyone"], ["prune"], ["status", token],
        ] {
            let result = sandbox.jwtctl.run(command, input: "a\t4102444800\n")
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(!exists, "\(command)")
        }
        // It is not revoked, so there is nothing to undo.
        #expect(sandbox.jwtctl("restore", "--reason", "slip", "--yes", token).status == 0)
        #expect(try lines().isEmpty)
    }

    // MARK: with a stream

    @Test("Where the layout has a stream both are written, and it takes both to be audited")
    func bothLogs() throws {
        let jwtctl = sandbox.jwtctl
        func isAudited(_ arguments: String...) throws -> JSONValue? {
            let result = jwtctl.run(arguments + ["--json"])
            #expect(result.status == 0, "\(result.errors)")
            return try result.object()["audited"]
        }
        #expect(try isAudited("revoke", "--ttl", "1h", "one") == true)
        #expect(try isAudited("logout-all", "alice") == true)
        #expect(try isAudited("logout-all", "--everyone", "--yes") == true)
        #expect(try sandbox.server.cli("XLEN", "jwt:audit") == "3")
        let lines = try lines()
        #expect(lines.map { $0.text("op") } == ["revoke", "logout-all", "logout-everyone"])
        #expect(lines.map { $0.text("user") } == [nil, "alice", nil])

        #expect(
            try isAudited("revoke", "--ttl", "1h", "two", "--audit-log", sandbox.directory.path)
                == false)
        #expect(try sandbox.server.cli("XLEN", "jwt:audit") == "4")
        try sandbox.server.cli("DEL", "jwt:audit")
        try sandbox.server.cli("SET", "jwt:audit", "x")
        #expect(try isAudited("revoke", "--ttl", "1h", "three") == false)
        #expect(try isAudited("restore", "--reason", "slip", "--yes", "three") == false)
        #expect(try isAudited("logout-all", "bob") == false)
        #expect(try self.lines().count == 6)
    }

    @Test("A line has the time of Redis")
    func time() throws {
        let ahead = try Sandbox(RedisServer(clock: 7200))
        let file = ahead.directory.file("audit.jsonl")
        let result = ahead.jwtctl("revoke", "--ttl", "1h", "one", "--audit-log", file)
        #expect(result.status == 0, "\(result.errors)")
        let line = try JSONParser.parse(Array(try ahead.directory.read("audit.jsonl").utf8))
        let text = try #require(line.objectValue?.text("time"))
        let date = try #require(ISO8601DateFormatter().date(from: text))
        #expect(abs(date.timeIntervalSinceNow - 7200) < 60, "\(text)")
    }

    // MARK: the file

    @Test("A new file is for its owner alone, and another one is appended to")
    func mode() throws {
        let other = sandbox.directory.file("other")
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", "one").status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        try sandbox.directory.write("other", "kept\n", mode: 0o640)
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", "two", "--audit-log", other).status == 0)
        let text = try sandbox.directory.read("other")
        #expect(text.hasPrefix("kept\n{") && text.hasSuffix("}\n"))
        let kept = try FileManager.default.attributesOfItem(atPath: other)[.posixPermissions]
        #expect(kept as? Int == 0o640)
    }

    @Test(
        "What cannot be written is a warning, and the token is revoked",
        arguments: [
            ("link", "it is a symbolic link"), ("dangling", "it is a symbolic link"),
            ("pipe", "it is not a regular file"), ("folder", "is a directory"),
            ("missing/log", "no such file or directory"),
            ("/dev/full", "it is not a regular file"), ("/dev/null", "it is not a regular file"),
        ])
    func places(_ name: String, _ words: String) throws {
        let folder = sandbox.directory.path
        let target = try sandbox.directory.write("target", "target\n")
        for (link, end) in [("link", target), ("dangling", folder + "/nowhere")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(link)", withDestinationPath: end)
        }
        mkfifo(folder + "/pipe", 0o600)
        mkdir(folder + "/folder", 0o700)
        let place = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        let result = under("codeape-gateway")(
            "revoke", "--ttl", "1h", "one", "--json", "--audit-log", place)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.object()["audited"] == false)
        #expect(
            result.errors.contains(
                "the change will not be written to the audit log: cannot write '\(place)': "
                    + words), "\(result.errors)")
        #expect(count("to the audit log", in: result.errors) == 1, "\(result.errors)")
        #expect(try sandbox.server.cli("EXISTS", "oauth2:black:one") == "1")
        #expect(try sandbox.directory.read("target") == "target\n")
        #expect(!FileManager.default.fileExists(atPath: folder + "/nowhere"))

        let many = under("eladmin")(
            "logout-all", "--settle", "0", "a", "b", "c", "--json", "--audit-log", place)
        #expect(many.status == 0, "\(many.errors)")
        #expect(try many.array().map { $0["audited"] } == [false, false, false])
        #expect(count("to the audit log", in: many.errors) == 1, "\(many.errors)")
    }

    /// A limit on the size of files stands for a full disk: both fail a write half-way.
    @Test("A full disk is a warning, and spoils no later line")
    func fullDisk() throws {
        let tool = BuiltTool(in: sandbox)
        try sandbox.directory.write("audit.jsonl", String(repeating: "\n", count: 4086))
        func revoke(_ id: String, words: String) throws {
            let result = try tool.shell("ulimit -f 8; exec jwtctl revoke --ttl 1h --json \(id)")
            #expect(result.status == 0, "\(result.ending): \(result.errorText)")
            #expect(result.text.contains("\"audited\": false"), "\(result.text)")
            let warning = "done, but not written to the audit log: cannot write '\(path)': "
            #expect(result.errorText.contains(warning + words), "\(result.errorText)")
            #expect(try sandbox.server.cli("EXISTS", "jwt:deny:\(id)") == "1")
        }
        try revoke("one", words: "only a part of the line was written")
        try revoke("two", words: "file too large")
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", "three").status == 0)
        let listed = sandbox.jwtctl("audit", "--audit-log", path, "-o", "id")
        #expect(listed.status == 0 && listed.output == "three\n", "\(listed.output)")
        #expect(listed.errors.contains("skipped 1 line of '\(path)'"), "\(listed.errors)")
    }

    @Test("Twenty processes at once write whole lines")
    func manyWriters() throws {
        let tool = BuiltTool(in: sandbox)
        let script = """
            i=0
            while [ $i -lt 20 ]; do
              i=$((i+1))
              jwtctl revoke -q --ttl 1h --reason "$REASON" p$i-1 p$i-2 p$i-3 p$i-4 p$i-5 &
            done
            wait
            """
        // Longer than a page of the system's cache.
        let reason = String(repeating: "long ", count: 2000)
        let result = try tool.shell(script, changes: ["REASON": reason])
        #expect(result.errorText == "")
        let lines = try lines()
        #expect(lines.count == 100)
        #expect(Set(lines.map { $0.text("id") }).count == 100)
        #expect(lines.allSatisfy { $0.names == Self.members && $0.text("reason") == reason })
    }

    @Test("Hostile names and reasons come back as they were")
    func hostileNames() throws {
        let users = [
            "a\nb", "\"q\"", "e\u{301}", "\u{e9}", "\u{1F600}", "\u{202E}x", "back\\slash",
            #"{"user":"x"}"#, "\u{1B}[31m", "*",
        ]
        let reason = "line\nbreak, \"quote\" \u{1F600}\u{202E}"
        let input = users.map { "{\"user\":\(JSONText.quoted($0))}\n" }.joined()
        let result = sandbox.jwtctl.run(
            ["logout-all", "--yes", "--reason", reason, "--from", "-"], input: input)
        #expect(result.status == 0, "\(result.errors)")
        let lines = try lines()
        #expect(lines.map { $0["user"]?.stringValue } == users.map { JSONString($0) })
        #expect(lines.allSatisfy { $0["reason"]?.stringValue == JSONString(reason) })
        let text = try sandbox.directory.read("audit.jsonl")
        let isHarmless = text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isDeceptive }
        #expect(isHarmless)
        #expect(sandbox.jwtctl("audit", "--audit-log", path, "-o", "jsonl").output == text)
        let one = sandbox.jwtctl("audit", "--audit-log", path, "--user", "e\u{301}", "--json")
        #expect(try one.array().map { $0["user"]?.stringValue } == [JSONString("e\u{301}")])
    }
}
