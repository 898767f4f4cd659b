import CommandKit
import JSON
import TestSupport
import Testing

@testable import Commands

struct CSVTests {
    private func row(_ value: JSONValue) -> String {
        CSV.row(["a": value])
    }

    @Test(
        "A field is quoted where RFC 4180 asks for it",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
            ("\"", "\"\"\"\""), ("a b", "a b"), ("é", "é"), ("a;b", "a;b"),
            // Control characters are escaped, so that a record is one line.
            ("a\nb", "a\\u{a}b"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\t=1", "\\u{9}=1"),
            // A combining mark must not hide the comma or the quote before it.
            ("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301},b", "\"a\"\"\u{301},b\""),
        ])
    func quoting(text: String, field: String) {
        // Compared as bytes: Swift's strings are equal also in other normal forms.
        #expect(Array(row(.string(text)).utf8) == Array((field + "\n").utf8))
    }

    @Test(
        "What a spreadsheet would run as a formula gets an apostrophe, numbers do not",
        arguments: [
            ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"),
            ("=\u{301}1", "'=\u{301}1"), ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("-5", "-5"),
            ("+1.5", "+1.5"), ("a=1", "a=1"), ("-", "'-"),
        ])
    func formulas(text: String, field: String) {
        #expect(Array(row(.string(text)).utf8) == Array((field + "\n").utf8))
    }

    @Test("Other values are JSON, null is empty, and the header has the names")
    func values() {
        let object: JSONObject = ["a": nil, "b": 5, "c": true, "d,e": ["x"]]
        #expect(CSV.header(object) == "a,b,c,\"d,e\"\n")
        #expect(CSV.row(object) == ",5,true,\"[\"\"x\"\"]\"\n")
    }
}

@Suite(.programs) struct ShellTextTests {
    @Test(
        "Only words of harmless characters stand without quotes",
        arguments: [
            ("abc", "abc"), ("a.b_c-d@e/f:0", "a.b_c-d@e/f:0"), ("", "''"), ("a b", "'a b'"),
            ("it's", "'it'\\''s'"), ("'", "''\\'''"), ("$(x)", "'$(x)'"), ("é", "'é'"),
            ("~", "'~'"), ("a\nb", "'a\\u{a}b'"),
        ])
    func quoting(text: String, quoted: String) {
        #expect(ShellText.quote(text) == quoted)
    }

    @Test("A shell reads the same bytes back")
    func roundTrip() throws {
        let texts = [
            "abc", "", " ", "a b", "it's", "'", "''", "'\"'\"'", "$HOME", "$(id)", "`id`", "*", "?",
            "[a]", "~", "~root", "a;b", "a&b", "a|b", "a>b", "!x", "#x", "a#b", "{a,b}", "-n", "--",
            "=", "a=b", "é", "漢字", "e\u{301}", "%s", "(", ")",
            // With a combining mark behind it the quote is still a quote to the shell.
            "'\u{301}", "a'\u{301};touch pwned;'\u{301}", "\u{301}'", "x'\u{FE0F}$(id)'\u{FE0F}",
        ]
        let script = "printf '%s\\n' " + texts.map(ShellText.quote).joined(separator: " ")
        let directory = try TemporaryDirectory()
        let result = try ProcessRunner.run(
            ["/bin/sh", "-c", script], directory: directory.path)
        #expect(result.error.isEmpty)
        #expect(result.output == Array((texts.joined(separator: "\n") + "\n").utf8))
    }
}

/// What scripts rely on: the names of members, and what goes to which stream.
struct OutputShapeTests {
    private static let claims: JSONObject = [
        "sub": "alice", "iat": 1_767_225_500, "exp": 1_767_229_200, "jti": "id-1",
    ]
    private static let token = TestToken.signed(claims)

    @Test("decode has its members, and checks nothing")
    func decode() throws {
        let result = TestTool.standalone.run(["decode", "--json", Self.token])
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        let object = try result.object()
        #expect(object.names == ["header", "payload", "signature", "verified", "times"])
        #expect(object["verified"] == false)
        #expect(object["payload"] == .object(Self.claims))
        #expect(object["header"]?.objectValue?["alg"] == "HS256")
        #expect(
            object["signature"]?.stringValue?.text
                == Self.token.split(separator: ".").last.map(String.init))
        #expect(
            object["times"] == [
                "iat": "2025-12-31T23:58:20Z", "exp": "2026-01-01T01:00:00Z", "expires_in": 3600,
            ])
    }

    @Test("decode shows what can be read of a broken token, with status 3")
    func decodeBroken() throws {
        let text = Self.token.split(separator: ".").prefix(2).joined(separator: ".")
        let result = TestTool.standalone.run(["decode", "--json", text])
        #expect(result.status == 3)
        let object = try result.object()
        #expect(object["payload"] == .object(Self.claims))
        #expect(object["signature"] == .null)
        #expect(object["error"]?.objectValue?["code"] == "malformed")
        #expect(result.errors.hasPrefix("jwtctl: error: malformed token: "))
    }

    @Test("Claims keep their order and their numbers as they were written")
    func decodeFaithful() {
        let text = TestToken.unsigned(
            header: #"{"alg":"none"}"#, payload: #"{"z":1.00,"a":1e2,"n":12345678901234567890}"#)
        let result = TestTool.standalone.run(["decode", "-o", "jsonl", text])
        #expect(result.output.contains(#""payload":{"z":1.00,"a":1e2,"n":12345678901234567890}"#))
    }

    @Test("Hostile characters are escaped on a person's screen and in JSON")
    func hostile() {
        let text = TestToken.unsigned(
            header: #"{"alg":"none"}"#, payload: #"{"a":"\u001b[31m\u202e\u0085\u200b\u007f"}"#)
        for arguments in [[], ["--json"], ["--field", "payload.a"], ["-o", "csv"]] {
            let result = TestTool.standalone.run(["decode", text] + arguments)
            let isClean = !result.output.unicodeScalars.contains {
                VisibleText.isHostile($0) && $0 != "\n"
            }
            #expect(isClean, "\(arguments)")
            #expect(result.output.contains("202e"), "\(arguments)")
        }
    }

    @Test("issue has its members, and the claims that were asked for")
    func issue() throws {
        let result = TestTool.standalone.run([
            "issue", "--no-record", "--json", "--sub", "bob", "--jti", "id-2", "--expires-in",
            "15m",
            "--claim", "level:=3", "--claim", "level2=3", "--aud", "a", "--aud", "b",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let object = try result.object()
        #expect(object.names == ["token", "id", "sub", "iat", "exp", "recorded"])
        #expect(object["id"] == "id-2")
        #expect(object["sub"] == "bob")
        #expect(object["iat"] == .integer(TestTool.now))
        #expect(object["exp"] == .integer(TestTool.now + 900))
        #expect(object["recorded"] == false)
        let token = object["token"]?.stringValue?.text ?? ""
        let payload = try TestTool.standalone.run(["decode", "--json", token]).object()["payload"]
        #expect(
            payload == [
                "sub": "bob", "aud": ["a", "b"], "iat": .integer(TestTool.now),
                "exp": .integer(TestTool.now + 900), "jti": "id-2", "level": 3, "level2": "3",
            ])
        #expect(TestTool.standalone.run(["verify", "--offline", token]).status == 0)
    }

    @Test("issue prints the token alone, which lives for an hour")
    func issueText() throws {
        let result = TestTool.standalone.run(["issue", "--no-record", "--sub", "bob"])
        #expect(result.errors.isEmpty)
        let token = String(result.output.dropLast())
        #expect(result.output.last == "\n" && token.split(separator: ".").count == 3)
        let times = TestTool.standalone.run(["decode", "--field", "times.expires_in", token])
        #expect(times.output == "3600\n")
    }

    @Test("An id that is issued is random, and never begins with a dash")
    func randomIDs() throws {
        let ids = (0..<100).map { _ in
            TestTool.standalone.run(["issue", "--no-record", "-o", "id"]).output
        }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.count == 23 && !$0.hasPrefix("-") })
    }

    @Test("An id that is issued has no beginning of a token in it")
    func randomIDsAreNoTokens() throws {
        // Of 100,000 random ids seven have an `eyJ` somewhere.
        for _ in 0..<100_000 {
            let id = try TokenDraft.randomID()
            #expect(!id.contains("eyJ"))
        }
    }

    @Test("issue that cannot record prints no token, and the status is 8")
    func issueWithoutRedis() {
        let result = TestTool.standalone.run(["issue", "--sub", "bob"])
        #expect(result.status == 8)
        #expect(result.output.isEmpty)
    }

    @Test(
        "--field prints one value, strings bare",
        arguments: [
            ("payload.sub", "alice\n"), ("payload.exp", "1767229200\n"), ("verified", "false\n"),
            ("header", "{\"alg\":\"HS256\"}\n"), ("times.exp", "2026-01-01T01:00:00Z\n"),
        ])
    func field(path: String, output: String) {
        let result = TestTool.standalone.run([
            "decode", "--field", path, TestToken.signed(Self.claims, header: [:]),
        ])
        #expect(result.status == 0)
        let expected =
            path == "header" ? result.output.contains("\"alg\":\"HS256\"") : result.output == output
        #expect(expected, "\(result.output)")
    }

    @Test("--field reaches into arrays, and fails for what is not there")
    func fieldPaths() {
        let token = TestToken.signed(["aud": ["x", "y"]])
        #expect(
            TestTool.standalone.run(["decode", "--field", "payload.aud.1", token]).output == "y\n")
        #expect(
            TestTool.standalone.run(["decode", "--field", "payload.aud", token]).output
                == "[\"x\",\"y\"]\n")
        for path in [
            "nothing", "payload.aud.2", "payload.aud.-1", "payload.aud.x", "payload.aud.0.a", "",
            ".",
        ] {
            let result = TestTool.standalone.run(["decode", "--field", path, token])
            #expect(result.status == 1, "\(path)")
            #expect(result.output.isEmpty, "\(path)")
            #expect(result.errors.contains("has no member"), "\(path)")
        }
    }

    @Test(
        "-q prints nothing, and the status tells",
        arguments: [
            (["decode"], 0), (["decode", "--json"], 0), (["verify", "--offline"], 0),
            (["verify", "--offline", "--leeway", "5s"], 0),
            (["verify", "--offline", "--aud", "x"], 5),
            (["decode", "--field", "payload.sub"], 0), (["decode", "-o", "csv"], 0),
        ] as [([String], Int32)])
    func quiet(arguments: [String], status: Int32) {
        let result = TestTool.standalone.run(arguments + ["-q", Self.token])
        #expect(result.status == status)
        #expect(result.output.isEmpty)
        #expect(result.errors.isEmpty)
    }

    @Test(
        "With --json a usage error is an object on standard output too",
        arguments: [
            ["verify", "--json", "--nonsense"], ["--json", "no-such-command"], ["list", "--json"],
            ["verify", "--json", "--at", "now", "x"], ["issue", "--exp", "1", "--json"],
            ["issue", "--json"], ["issue", "--json", "--no-record", "--claim", "x"],
        ])
    func usageErrors(arguments: [String]) throws {
        let result = TestTool.standalone.run(arguments)
        #expect(result.status == 2)
        let error = try result.object()["error"]?.objectValue
        #expect(error?.names == ["code", "message"])
        #expect(error?["code"] == "usage")
        let message = error?["message"]?.stringValue?.text ?? "?"
        #expect(result.errors.hasPrefix("jwtctl: error: \(message)\n"))
    }

    @Test("Without --json an error stands on standard error alone")
    func plainErrors() {
        let result = TestTool.standalone.run(["verify", "--nonsense"])
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("jwtctl: error: "))
    }

    @Test("A token comes from an operand, -, or standard input, with what stands around it")
    func tokenSources() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("token", "Bearer \(Self.token)\n")
        for (operands, input) in [
            ([Self.token], ""), (["-"], Self.token),
            ([], "Authorization: Bearer \(Self.token)\r\n"),
            (["@\(file)"], ""), (["'\(Self.token)'"], ""),
        ] {
            let result = TestTool.standalone.run(
                ["decode", "--field", "payload.jti"] + operands, input: input)
            #expect(result.output == "id-1\n")
        }
        let large = TestTool.standalone.run(
            ["decode"], input: String(repeating: "x", count: 300_000))
        #expect(large.status == 3)
    }
}
