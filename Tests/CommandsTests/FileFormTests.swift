import Foundation
import JSON
import Layouts
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// Files as editors, spreadsheets and other tools write them.
@Suite(.redis) struct FileFormTests {
    private let sandbox: Sandbox
    private let failed: String

    init() throws {
        sandbox = try Sandbox()
        failed = sandbox.directory.file("failed")
    }

    private func file(_ bytes: [UInt8]) throws -> String {
        let path = sandbox.directory.file("lines")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func revoke(_ text: String, _ options: String...) throws -> TestTool.Result {
        sandbox.jwtctl.run(
            ["revoke", "--json", "--ttl", "1h", "--from", try file(Array(text.utf8))] + options)
    }

    /// The ids on the blacklist.
    private func revoked() throws -> [String] {
        try sandbox.server.cli("KEYS", "jwt:deny:*").split(separator: "\n")
            .map { String($0.dropFirst("jwt:deny:".count)) }.sorted()
    }

    private func utf16(_ text: String, isLittle: Bool, isMarked: Bool) -> [UInt8] {
        ((isMarked ? "\u{FEFF}" : "") + text).utf16.flatMap { unit in
            let halves = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isLittle ? halves : halves.reversed()
        }
    }

    @Test(arguments: ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\rb", "\r\na\r\r\nb", "\u{FEFF}a\nb"])
    func `every line end ends a line`(_ text: String) throws {
        let result = try revoke(text)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try revoked() == ["a", "b"])
        sandbox.jwtctl("restore", "-r", "x", "--yes", "-", input: text)
        #expect(try revoked() == [])
        let users = try file(Array(text.utf8))
        let logout = sandbox.jwtctl("logout-all", "-o", "id", "--from", users)
        #expect(logout.output == "a\nb\n", "\(logout.errors)")
    }

    @Test func `a line end may come in two halves, and a long file is one of lines`() throws {
        let tool = BuiltTool(in: sandbox)
        let halves = try tool.shell(
            "(printf 'a\\r'; sleep 0.2; printf '\\nb\\rc'; sleep 0.2; printf '\\r') |"
                + " jwtctl revoke --ttl 1h --json -")
        #expect(halves.text.contains(#""total": 3"#), "\(halves.text)")
        #expect(try revoked() == ["a", "b", "c"])
        let lines = (0..<30_000).map { "id-\($0)\t4102444800\r" }.joined()
        let result = try revoke(lines, "--yes")
        #expect(try result.object()["revoked"] == 30_000, "\(result.errors)")
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func `UTF-16 is named, and nothing is written`(_ isLittle: Bool, _ isMarked: Bool) throws {
        let path = try file(utf16("a\nb\n", isLittle: isLittle, isMarked: isMarked))
        for arguments in [
            ["revoke", "--ttl", "1h", "--from", path], ["logout-all", "--from", path],
            ["verify", "@\(path)"],
            ["status", "--from", path], ["decode", "@\(path)"], ["status", "@\(path)"],
        ] {
            let result = sandbox.jwtctl.run(arguments)
            let isToken = arguments.contains("@\(path)")
            #expect(result.status == (isToken ? 3 : 1), "\(arguments): \(result.errors)")
            #expect(
                result.errors.contains("iconv -f")
                    && (isToken || result.errors.contains("lines' is UTF-16")),
                "\(arguments): \(result.errors)")
        }
        #expect(try sandbox.server.cli("KEYS", "*") == "")
    }

    @Test func `a token in a file with a byte order mark is read`() throws {
        let token = try sandbox.token("--no-record")
        let path = try file(Array("\u{FEFF}\(token)\r\n".utf8))
        // What verify is given has to be the token alone.
        let verdict = sandbox.jwtctl("verify", "@\(path)")
        #expect(verdict.status == 3 && verdict.errors.contains("a token at byte 3"))
        #expect(sandbox.jwtctl("decode", "@\(path)").status == 0)
        #expect(sandbox.jwtctl("revoke", "@\(path)").status == 0)
        #expect(sandbox.jwtctl("verify", token).status == 6)
    }

    @Test(
        arguments: [
            ("abc", "abc", nil, nil), (" 'abc' ", "abc", nil, nil),
            ("abc # a comment", "abc", nil, nil),
            ("abc\t#", "abc", nil, nil), ("abc#1", "abc#1", nil, nil),
            ("\"abc\"\t4102444800", "abc", 4_102_444_800, nil),
            ("abc \t 4102444800 ", "abc", 4_102_444_800, nil),
            ("`abc`\t'4102444800'\t\"bob\" # x", "abc", 4_102_444_800, "bob"),
            ("abc\t4102444800\t Alice Smith ", "abc", 4_102_444_800, "Alice Smith"),
            ("abc\t4102444800\tcn=a,ou=b", "abc", 4_102_444_800, "cn=a,ou=b"),
            ("{\"id\":\"a#b\",\"forever\":true,\"user\":\"u\"}", "a#b", -1, "u"),
            ("{\"id\":\"abc\",\"exp\":null,\"user\":null}", "abc", nil, nil),
        ] as [(String, String, Int64?, String?)])
    func `fields are trimmed and unquoted like a line`(
        _ line: String, _ id: String, _ exp: Int64?, _ user: String?
    ) throws {
        let item = try Item.items(line: Array(line.utf8), as: .guess)[0]
        guard case .id(let found, let expiry, let owner, _) = item else {
            Issue.record("\(item)")
            return
        }
        #expect(found.description == id)
        #expect(expiry.map { $0.seconds ?? -1 } == exp)
        #expect(owner?.description == user)
    }

    @Test(arguments: [
        #"{"id":"a","forever":1}"#, #"{"id":"a","forever":true,"exp":7}"#,
        #"{"id":"a","user":"b","sub":"c"}"#, #"{"id":"a","user":7}"#, #"{"id":null}"#,
    ])
    func `an object that contradicts itself is refused`(_ line: String) {
        let failure = #expect(throws: Failure.self) {
            try Item.items(line: Array(line.utf8), as: .guess)
        }
        #expect(failure?.code == "invalid_line")
    }

    @Test func `a token in a comment is not passed over`() throws {
        let (one, two) = (try sandbox.token("--no-record"), try sandbox.token("--no-record"))
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_SECRET"] = nil
        for line in ["abc # \(one)", "\(one) # was \(two)"] {
            let result = jwtctl("revoke", "--ttl", "1h", "-", input: line + "\n")
            #expect([9, 10].contains(result.status), "\(result.errors)")
            #expect(try revoked() == [])
        }
        let alone = jwtctl("revoke", "-", input: "\(one) # alice's\n")
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(try revoked().count == 1)
    }

    /// The form of a file, its lines, and what is said of them.
    private static let foreign: [(lines: [String], words: String, remedy: String)] = [
        (["id,4102444800,alice", "\"id2\",4102444800"], "separated by commas", "tr ',' '\\t'"),
        (["id;4102444800", "id2;4102444800;bob"], "separated by semicolons", "tr ';' '\\t'"),
        (["id 4102444800", "id2  4102444800 bob"], "separated by spaces", "tr -s ' ' '\\t'"),
        (["jti"], "header of a table", "tail -n +2"),
        (["jti\texp\tsub"], "header of a table", "tail -n +2"),
        (["\"id\",\"ttl\",\"exp\""], "header of a table", "tail -n +2"),
        (["[\"a\",\"b\"]", "[]"], "a JSON array", "jq -c '.[]'"),
        (["[", "  \"a\",", "  \"b\"", "]"], "a JSON array", "jq -c '.[]'"),
        (
            ["{", "  \"jti\": \"a\",", "  \"exp\": 4102444800", "}"], "spans several lines",
            "jq -c ."
        ),
    ]

    @Test(arguments: Self.foreign)
    func `a file that was written for another tool is refused whole`(
        _ form: (lines: [String], words: String, remedy: String)
    ) throws {
        try "from the last run\n".write(toFile: failed, atomically: false, encoding: .utf8)
        let text = form.lines.joined(separator: "\n") + "\n"
        let result = try revoke(text, "--failed", failed)
        #expect(result.status == 2, "\(result.errors)")
        #expect(result.errors.contains(form.words), "\(result.errors)")
        // Once where it is met, and once as the reason of the refusal.
        #expect(result.errors.components(separatedBy: form.remedy).count == 3, "\(result.errors)")
        #expect(result.errors.components(separatedBy: form.words).count == 2, "\(result.errors)")
        #expect(try sandbox.server.cli("KEYS", "*") == "")
        #expect(try String(contentsOfFile: failed, encoding: .utf8) == "from the last run\n")
        #expect(!FileManager.default.fileExists(atPath: failed + ".partial"))
        #expect(sandbox.jwtctl("status", "-", input: text).status == 2)
        #expect(sandbox.jwtctl("restore", "-r", "x", "--yes", "-", input: text).status == 2)
    }

    @Test func `foreign lines among items are invalid, and kept`() throws {
        let text = "good\nid,4102444800\n# c\nid2,4102444800\nalso good\n"
        let result = try revoke(text, "--failed", failed)
        #expect(result.status == 10)
        #expect(try result.object()["invalid"] == 3)
        #expect(result.errors.components(separatedBy: "commas, not TABs").count == 2)
        #expect(try revoked() == ["good"])
        let kept = try String(contentsOfFile: failed, encoding: .utf8)
        #expect(
            kept == """
                # the fields are separated by commas, not TABs
                id,4102444800
                # the fields are separated by commas, not TABs
                id2,4102444800
                # this is not clearly an id: it has white space, quotes, commas, semicolons, bars or brackets
                also good

                """)
        // As it is, it is read again: each line has the same fault.
        let again = sandbox.jwtctl("revoke", "--ttl", "1h", "--json", "--from", failed)
        #expect(again.status == 10)
        #expect(try again.object()["invalid"] == 3)
    }

    @Test func `a hundred foreign lines end the run before anything is written`() throws {
        let lines = (1...150).map { "id\($0),4102444800\n" }.joined() + "good\n"
        let result = try revoke(lines, "--yes")
        #expect(result.status == 2)
        #expect(result.errors.contains("no items in the first 100 lines of"), "\(result.errors)")
        #expect(try revoked() == [])
        let fewer = (1...99).map { "id\($0),4102444800\n" }.joined() + "good\n"
        #expect(try revoke(fewer, "--yes").status == 10)
        #expect(try revoked() == ["good"])
    }

    @Test(arguments: ["[\"alice\",\"bob\"]\n", "[\n  \"alice\"\n]\n", "username\n", "user\n"])
    func `users of a foreign file are none`(_ text: String) throws {
        let result = sandbox.jwtctl("logout-all", "--yes", "--from", "-", input: text)
        #expect(result.status == 2, "\(result.errors)")
        #expect(try sandbox.server.cli("KEYS", "*") == "")
        let named = sandbox.jwtctl(
            "logout-all", "-o", "id", "--from", "-", input: "{\"user\":\"username\"}\n")
        #expect(named.output == "{\"user\":\"username\"}\n")
        #expect(try sandbox.server.cli("EXISTS", "jwt:{username}:cutoff") == "1")
    }

    @Test func `users of whom nothing is recorded are named`() throws {
        try sandbox.jwtctl.expect("issue", "--sub", "alice")
        let result = sandbox.jwtctl(
            "logout-all", "--from", "-", input: "alice\nalcie\nbbo\nc\nd\n")
        #expect(result.status == 0)
        #expect(result.errors.contains("jwtctl: 5 users: 1 token revoked, cutoffs raised to "))
        #expect(
            result.errors.contains(
                "; 4 users had no recorded token: alcie, bbo, c, … Is the spelling right?\n"),
            "\(result.errors)")
    }

    @Test func `nothing given to work on is an error, and leaves no file`() throws {
        for command in [
            ["revoke", "--failed", failed], ["status"], ["restore", "-r", "x", "--yes"],
        ] {
            let result = sandbox.jwtctl.run(command, input: "")
            #expect(result.status == 2 && result.errors.contains("no ids given"))
        }
        #expect(!FileManager.default.fileExists(atPath: failed + ".partial"))
    }

    @Test func `what is never over is kept as that`() throws {
        try sandbox.server.cli("LPUSH", "jwt:deny:a", "x")
        let result = sandbox.jwtctl(
            "revoke", "--forever", "--failed", failed, "-", input: "a\n")
        #expect(result.status == 10 || result.status == 8, "\(result.errors)")
        let kept = try String(contentsOfFile: failed, encoding: .utf8)
        #expect(kept.hasSuffix("{\"jti\":\"a\",\"forever\":true}\n"), "\(kept)")
        #expect(kept.hasPrefix("# "))
    }
}

extension TestTool {
    /// A run that has to succeed.
    fileprivate func expect(_ arguments: String...) throws {
        let result = run(arguments)
        try #require(result.status == 0, Comment(rawValue: result.errors))
    }
}
