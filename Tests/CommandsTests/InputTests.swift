import CommandKit
import Glibc
import JOSE
import JSON
import Layouts
import Platform
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// What operands, options and lines are taken for.
@Suite(.redis) struct InputTests {
    // MARK: Sources

    @Test(arguments: [
        ("-", Source.standardInput), ("env:A", .environment("A")), ("fd:3", .descriptor(3)),
        ("key.pem", .path(Array("key.pem".utf8))), ("./-", .path(Array("./-".utf8))),
        ("environment", .path(Array("environment".utf8))),
        ("./env:A", .path(Array("./env:A".utf8))),
    ])
    func sources(_ text: String, _ source: Source) throws {
        #expect(try Source(Array(text.utf8)) == source)
    }

    @Test(arguments: ["", "env:", "fd:", "fd:x", "fd:-1", "fd:99999999999"])
    func notSources(_ text: String) {
        #expect(throws: InvalidValue.self) { try Source(Array(text.utf8)) }
    }

    @Test func aPathMayBeNoUTF8() throws {
        #expect(try Source([0x66, 0xFF]) == .path([0x66, 0xFF]))
        #expect(try Source([0x66, 0x1B]).title == #"'f\u{1b}'"#)
    }

    // MARK: Claims

    @Test(arguments: [
        ("role=admin", "role", JSONValue.string("admin")), ("a=", "a", .string("")),
        ("a=b=c", "a", .string("b=c")), ("level:=3", "level", .integer(3)),
        ("a:=null", "a", .null), ("a:=[1]", "a", .array([.integer(1)])),
        ("a:b=c", "a:b", .string("c")), ("true=true", "true", .string("true")),
        ("n=3", "n", .string("3")),
    ])
    func namedValues(_ text: String, _ name: String, _ value: JSONValue) throws {
        let named = try NamedValue(text)
        #expect(named.name == JSONString(name))
        #expect(named.value == value)
    }

    @Test(arguments: [
        "", "=", "=x", "role", ":=1", "a:=", "a:=x", "a:={", "a:={\"b\":1,\"b\":2}", "a:=1 2",
    ])
    func notNamedValues(_ text: String) {
        #expect(throws: InvalidValue.self) { try NamedValue(text) }
    }

    // MARK: Tokens as they are pasted

    @Test(arguments: [
        "a.b.c", "  a.b.c\n", "Bearer a.b.c", "bearer\ta.b.c", "BEARER   a.b.c",
        "Authorization: Bearer a.b.c", "authorization:bearer a.b.c", "\"a.b.c\"", "'a.b.c'",
        "`a.b.c`", "'Authorization: Bearer a.b.c'", "\"Bearer a.b.c\"\r\n", "Bearer \"a.b.c\"",
        "\n\n\tAuthorization:\n  Bearer a.b.c \n\n", "Authorization: a.b.c",
    ])
    func whatStandsAroundATokenFallsAway(_ text: String) {
        #expect(TokenText.strip(Array(text.utf8)) == Array("a.b.c".utf8))
    }

    @Test(arguments: ["Bearera.b.c", "a.b.c d", "X-Authorization: a.b.c", "a.\nb.c"])
    func whatStandsInsideStays(_ text: String) {
        #expect(TokenText.strip(Array(text.utf8)) == Array(text.utf8))
    }

    // MARK: Items

    private static let token = "eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIn0."

    @Test func anOperandIsATokenOrAnID() throws {
        for text in [Self.token, "Bearer \(Self.token)", "'\(Self.token)'"] {
            guard case .token = try Item(operand: Array(text.utf8), as: .guess) else {
                Issue.record("\(text)")
                continue
            }
        }
        for text in ["4f3c2a", "a.b", "a.b.c.d", "sha256:00", "user@host", "ä"] {
            guard case .id(let id, nil, nil, _) = try Item(operand: Array(text.utf8), as: .guess)
            else {
                Issue.record("\(text)")
                continue
            }
            #expect(id.description == text)
        }
    }

    @Test(arguments: ["eyJhbGciOi", "a.b.c", "..", "eyJ", "eyJhbGciOiJub25lIn0.eyJ"])
    func aBrokenTokenIsNeverAnID(_ text: String) throws {
        let error = #expect(throws: (any Error).self) {
            _ = try Item(operand: Array(text.utf8), as: .guess)
        }
        let failure = error.map { Diagnostics.failure(for: $0) }
        #expect(failure?.status == .malformed)
        // Only what may be meant as one is said to need the option.
        #expect((failure?.hint?.contains("--id") ?? false) == !text.hasPrefix("eyJ"))
        guard case .id(let id, _, _, _) = try Item(operand: Array(text.utf8), as: .id) else {
            Issue.record("--id settles it")
            return
        }
        #expect(id.description == text)
    }

    @Test(arguments: ["", " ", "\"\""])
    func nothingIsNoItem(_ text: String) {
        #expect(throws: Identifier.Refusal.empty) {
            _ = try Item(operand: Array(text.utf8), as: .guess)
        }
    }

    @Test func anIDIsValidUTF8AndOfSomeSize() {
        #expect(throws: Identifier.Refusal.notUTF8) { _ = try Item(operand: [0xFF], as: .guess) }
        #expect(throws: Identifier.Refusal.tooLong) {
            _ = try Item(operand: [UInt8](repeating: 0x61, count: 8193), as: .guess)
        }
    }

    @Test(
        arguments: [
            ("id1", "id1", nil, nil), ("id1\t7", "id1", 7, nil), ("id1\t7\tbob", "id1", 7, "bob"),
            ("id1\t7.5", "id1", 8, nil), (#"{"jti":"id1"}"#, "id1", nil, nil),
            (#"{"jti":"id1","exp":7,"sub":"bob","more":1}"#, "id1", 7, "bob"),
            (#"  {"jti":"id1"}"#, "id1", nil, nil), (##"{"jti":" \"#x"}"##, " \"#x", nil, nil),
            ("id1\t1e9", "id1", 1_000_000_000, nil),
        ] as [(String, String, Int64?, String?)])
    func lines(_ line: String, _ id: String, _ exp: Int64?, _ user: String?) throws {
        guard
            case .id(let found, let expiry, let owner, _) = try Item.items(
                line: Array(line.utf8), as: .guess)[0]
        else {
            Issue.record("\(line)")
            return
        }
        #expect(found.description == id)
        #expect(expiry == exp.map { .at($0) })
        #expect(owner?.description == user)
    }

    @Test(arguments: [
        "id\t", "id\tx", "id\tnan", "id\tinf", "id\t-1", "id\t0x10", "id\t7\tbob\tmore",
        "id\t7\t", "\t7", "id\t100000000001", "id\t1767225600000",
        #"{"jti":1}"#, #"{}"#, #"{"jti":"a","exp":"7"}"#, #"{"jti":"a","sub":7}"#,
        #"{"jti":"a","exp":1767225600000}"#, #"{"jti":""}"#, #"{"jti":"a","jti":"b"}"#,
        #"{"jti":"a""#, #"{"jti":"a"}}"#, "eyJhbGciOi\t7", "a.b.c\t7",
    ])
    func badLines(_ line: String) {
        #expect(throws: (any Error).self) { _ = try Item.items(line: Array(line.utf8), as: .guess) }
    }

    @Test func millisecondsAreSaidToBeThat() {
        for line in ["id\t1767225600000", #"{"jti":"a","exp":1767225600000}"#] {
            let error = #expect(throws: Failure.self) {
                _ = try Item.items(line: Array(line.utf8), as: .guess)
            }
            #expect(error?.message.contains("milliseconds") == true)
        }
    }

    /// `--token` says that each line is one.
    @Test func alineOfTokensHoldsNoID() {
        for line in ["id\t7", #"{"jti":"a"}"#] {
            #expect(throws: (any Error).self) {
                _ = try Item.items(line: Array(line.utf8), as: .token)
            }
        }
    }

    // MARK: Users

    @Test(arguments: [
        "alice", "Alice Smith", "cn=a,ou=b", "b{o}b", "eyJhbGciOi", "a.b.c", "7", "ü", "a'b", "-x",
        " outer", "outer ", "\"quoted\"", "# a", "a # b", #"{"user":"x"}"#, "{}", "a\u{200B}",
        "a\tb", "a\nb",
    ])
    func aUserThatIsWrittenComesBack(_ user: String) throws {
        let line = UserLine.write(user)
        #expect(!line.contains("\n"))
        #expect(try UserLine.read(Array(line.utf8)).description == user)
    }

    @Test(arguments: [" alice", "alice ", "'alice'", "\"alice\"", "alice # gone", "a\u{200B}"])
    func aLineThatIsNotClearlyAUserIsRefused(_ line: String) {
        let failure = #expect(throws: Failure.self) { try UserLine.read(Array(line.utf8)) }
        #expect(failure?.hint?.contains(#"{"user":"#) == true)
    }

    @Test func blankLinesAndCommentsAreCountedAndSkipped() throws {
        let text = "\n# one\n  \t\n a\r\nb\n\n  # two\nc"
        let lines = LineSource(input: InputStream(bytes: Array(text.utf8)))
        var found: [String] = []
        while let line = try lines.next() {
            guard case .text(let bytes) = line else { continue }
            found.append("\(lines.number):\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(found == ["4: a", "5:b", "8:c"])
    }

    @Test func anOverLongLineIsOneBadItem() throws {
        let sandbox = try Sandbox()
        let long = String(repeating: "a", count: 300_000)
        let result = sandbox.jwtctl("revoke", "--ttl", "1h", "--json", "-", input: "\(long)\nb\n")
        #expect(result.status == 10)
        #expect(result.errors.contains("line 1: "))
        let counts = try result.object()
        #expect(counts["invalid"] == 1)
        #expect(counts["revoked"] == 1)
        #expect(counts["total"] == 2)
    }

    // MARK: Formats and conflicts

    @Test func formats() {
        #expect(
            OutputFormat.common.map(\.rawValue)
                == ["table", "wide", "json", "jsonl", "csv", "id"])
        #expect(
            OutputFormat.allCases.map(\.rawValue).suffix(2) == ["introspection", "prometheus"])
        #expect(TestTool()("verify", "-o", "prometheus").status == 2)
        #expect(TestTool()("stats", "-o", "introspection").status == 2)
        #expect(TestTool()("version", "-o", "yaml").status == 2)
        #expect(TestTool()("version", "-o", "JSON").status == 2)
        #expect(
            TestTool()("version", "--json").output == TestTool()("version", "-o", "json").output)
        #expect(TestTool()("--json", "version").output == TestTool()("version", "--json").output)
    }

    @Test(arguments: [
        ["issue", "--sub", "a", "--exp", "+1h", "--expires-in", "1h"],
        ["issue", "--sub", "a", "--iat", "now", "--no-iat"],
        ["issue", "--no-record", "--label", "x"],
        ["issue", "--sub", "a", "--sub", "b"],
        ["issue", "--sub", "a", "--key", "k", "--secret", "s"],
        ["verify", "--at", "now", "x"], ["verify", "--stream", "x"],
        ["verify", "--leeway", "61s", "x"], ["verify", "--leeway", "60", "x"],
        ["verify", "a", "b"], ["decode", "a", "b"],
        ["revoke", "--exp", "+1h", "--ttl", "1h", "a"],
        ["revoke", "--ttl", "1h", "--forever", "a"],
        ["revoke", "--ttl", "0s", "a"], ["revoke", "--from", "f", "a"], ["revoke", "a"],
        ["revoke", "--max", "-1", "a"], ["revoke", "--max", "x", "a"],
        ["restore", "a"], ["restore", "--reason", "", "a"],
        ["logout-all"], ["logout-all", "--everyone", "a"],
        ["logout-all", "--everyone", "--keep", "x"],
        ["logout-all", "--keep", "x", "--issued-before", "now", "a"],
        ["logout-all", "--keep", "x", "a", "b"], ["logout-all", "--skew", "2h", "a"],
        ["logout-all", "--skew", "1s", "--keep", "x", "a"], ["logout-all", ""],
        ["list"], ["list", "tokens"], ["list", "tokens", ""], ["list", "users", "x"],
        ["audit", "--limit", "-1"], ["completion"], ["completion", "tcsh"],
        ["version", "--timeout", "5"], ["list", "users", "--redis", "http://x"],
        ["list", "users", "--namespace", "a:b"], ["nonsense"],
    ])
    func whatCannotBeMeantIsAUsageError(_ line: [String]) {
        // Nothing of it may wait for a Redis.
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nonexistent/redis.sock"])
        let result = jwtctl.run(line)
        #expect(result.status == 2, "\(result.errors)")
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("jwtctl: error: "))
    }

    @Test func withoutArgumentsTheCommandsAreShown() {
        let result = TestTool().run([])
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(
            result.errors.contains("\n  revoke ") && result.errors.contains("jwtctl help COMMAND"))
    }

    @Test func aUsageErrorIsJSONWhereThatWasAskedFor() throws {
        for line in [
            ["revoke", "--json"], ["--json", "nonsense"], ["decode", "a", "b", "-o", "json"],
            ["decode", "--nonsense", "-o", "jsonl"], ["decode", "a", "b", "--output=json"],
        ] {
            let result = TestTool().run(
                line + (line[0] == "revoke" ? ["--ttl", "1h", "--exp", "now"] : []))
            #expect(result.status == 2)
            let error = try #require(try result.object()["error"]?.objectValue, "\(line)")
            #expect(error["code"] == "usage")
            #expect(error["message"]?.stringValue?.isEmpty == false)
        }
    }

    @Test func valuesMayBeginWithADash() throws {
        let result = TestTool(environment: ["S": Sandbox.secret])(
            "issue", "--no-record", "--secret", "env:S", "--iat", "-2d", "--exp", "-1d", "--json")
        #expect(result.status == 0, "\(result.errors)")
    }
}
