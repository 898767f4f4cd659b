import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `audit` of a file.
@Suite(.redis) struct AuditLinesTests {
    private let directory: TemporaryDirectory
    private let path: String

    private static let text = """
        {"time":"2025-12-31T22:00:00Z","op":"revoke","id":"a","user":"alice","count":1,\
        "reason":null,"actor":"ann","host":"h"}
        {"time":"2025-12-31T23:00:00Z","op":"logout-all","id":null,"user":"bob","count":3,\
        "reason":"lost","actor":"ops","host":"h"}
        no JSON
        {"time":"2025-12-31T23:30:00Z","op":"restore","id":"b","user":"alice","count":1,\
        "reason":"slip","actor":"ops","host":"h","later":[1]}

        {"time":"now","op":"revoke","id":"x","count":1}
        {"time":"2025-12-31T23:40:00Z","op":"revoke","id":"x","count":"many"}
        {"time":"2025-12-31T23:40:00Z","op":"revoke","id":7,"count":1}
        [1]
        LONG
        {"time":"2025-12-31T23:50:00Z","op":"revoke","id":"c"}
        """

    init() throws {
        directory = try TemporaryDirectory()
        let long = String(repeating: "x", count: 3 << 20)
        path = try directory.write("log", Self.text.replacingOccurrences(of: "LONG", with: long))
    }

    /// The ids or users of what is shown, without a Redis and at a fixed time.
    private func shown(_ arguments: String...) -> [String] {
        let result = TestTool.standalone.run(
            ["audit", "--audit-log", path, "-o", "id"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test("The entries are those that the filters admit")
    func filters() {
        #expect(shown() == ["a", "bob", "b", "c"])
        #expect(shown("--user", "alice") == ["a", "b"])
        #expect(shown("--id", "b") == ["b"])
        #expect(shown("--actor", "ann") == ["a"])
        #expect(shown("--since", "-1h") == ["bob", "b", "c"])
        #expect(shown("--until", "-1h") == ["a"])
        // A duration without a sign is in the past.
        #expect(shown("--since", "1h") == ["bob", "b", "c"] && shown("--until", "1h") == ["a"])
        #expect(shown("--since", "-90m", "--until", "2025-12-31T23:50:00Z") == ["bob", "b"])
        #expect(shown("--limit", "2") == ["b", "c"])
        #expect(shown("--limit", "1", "--user", "alice") == ["b"])
        #expect(shown("--limit", "9") == ["a", "bob", "b", "c"])
        #expect(shown("--limit", "0") == [])
    }

    @Test("Lines that are no entries are counted once, and are no failure")
    func invalidLines() throws {
        let jwtctl = TestTool.standalone
        let result = jwtctl("audit", "--audit-log", path, "--json")
        #expect(result.status == 0)
        #expect(
            result.errors
                == "jwtctl: warning: skipped 6 lines of '\(path)': not an audit log entry\n")
        let entries = try result.array()
        #expect(entries.map { $0.text("op") } == ["revoke", "logout-all", "restore", "revoke"])
        // What the line of another version lacks is null.
        #expect(entries[3].integer("count") == 1 && entries[3]["actor"] == .null)
        let none = jwtctl("audit", "--audit-log", path, "--user", "nobody")
        #expect(none.status == 0)
        #expect(none.errors.contains("no matching audit entries in '\(path)'"))
        #expect(jwtctl("audit", "--audit-log", path).output.hasPrefix("TIME "))
    }

    @Test("What is no file cannot be read, and a file cannot be followed")
    func refusals() {
        let jwtctl = TestTool.standalone
        #expect(jwtctl("audit", "--audit-log", path + "-missing").status == 1)
        #expect(jwtctl("audit", "--audit-log", directory.path).status == 1)
        let followed = jwtctl("audit", "--audit-log", path, "--follow")
        #expect(followed.status == 2)
        #expect(followed.errors.contains("'--follow' cannot be used with '--audit-log'"))
    }

    @Test("A profile names the file, which is read where the layout has no stream")
    func profile() throws {
        let sandbox = try Sandbox()
        let folder = sandbox.directory.path
        mkdir(folder + "/logs", 0o700)
        let config = try sandbox.file(
            "config",
            """
            [profile default]
            redis = \(sandbox.server.url)
            layout = codeape-gateway
            actor = ops
            audit-log = logs/audit.jsonl
            """)
        let jwtctl = TestTool(options: ["--config", config])
        // It is shown although the first change has yet to make it.
        let settings = try jwtctl("config", "show", "--json").array()
        let row = try #require(settings.first { $0.text("setting") == "audit-log" })
        #expect(row.text("value") == folder + "/logs/audit.jsonl")
        #expect(row.text("origin")?.hasSuffix("line 5") == true)
        #expect(jwtctl("revoke", "--ttl", "1h", "one").status == 0)
        #expect(try sandbox.directory.read("logs/audit.jsonl").contains(#""id":"one""#))
        #expect(jwtctl("audit", "-o", "id").output == "one\n")
        #expect(jwtctl("audit", "--follow").status == 2)
        let native = jwtctl("--layout", "native", "audit")
        #expect(native.status == 0 && native.output == "")
        #expect(native.errors.contains("the audit log is empty"), "\(native.errors)")
        // A variable overrides the profile, and an option both.
        let runs: [(String, [String])] = [
            ("variable", []), ("option", ["--audit-log", folder + "/option"]),
        ]
        for (name, arguments) in runs {
            let result = jwtctl.run(
                ["revoke", "--ttl", "1h", name] + arguments,
                environment: ["JWTCTL_AUDIT_LOG": folder + "/variable"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(try sandbox.directory.read(name).contains("\"id\":\"\(name)\""))
        }
    }
}
