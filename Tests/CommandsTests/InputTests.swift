import CommandKit
@testable import Commands
import JSON
import Testing
import TokenStore

private typealias Duration = Commands.Duration

@Suite struct DurationTests {
    @Test(
        arguments: [
            ("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("1h30m", 5400),
            ("2w", 1_209_600), ("1d2h3m4s", 93_784), ("0s", 0),
        ] as [(String, Int64)])
    func `spans are sums of units that fall`(text: String, seconds: Int64) throws {
        #expect(try Duration.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "90", "s", "1x", "-1h", "1.5h", "30m1h", "1h1h", "1h 30m", "9999999999999999999d",
        "400000d", "１h", "1H",
    ])
    func `anything else is refused, a bare number too`(text: String) {
        #expect(throws: InvalidValue.self) { try Duration.seconds(text) }
    }

    @Test func `a wait may be given in milliseconds, and is longer than nothing`() throws {
        #expect(try Duration.milliseconds("500ms") == 500)
        #expect(try Duration.milliseconds("5s") == 5000)
        for text in ["0s", "0ms", "5", "ms", "2d"] {
            #expect(throws: InvalidValue.self, "\(text)") { try Duration.milliseconds(text) }
        }
    }

    @Test(
        arguments: [
            (0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (840, "14 min"), (3600, "1 h"),
            (3660, "1 h 1 min"), (86_400, "1 day"), (93_600, "1 day 2 h"), (864_000, "10 days"),
        ] as [(Int64, String)])
    func `a person reads the two largest units`(seconds: Int64, words: String) {
        #expect(Duration.words(seconds) == words)
    }
}

@Suite struct MomentTests {
    @Test(
        arguments: [
            ("@0", 0), ("@1767225600", 1_767_225_600), ("2026-01-01", 1_767_225_600),
            ("2026-01-01T00:00:00Z", 1_767_225_600), ("2026-01-01t01:00:00+01:00", 1_767_225_600),
            ("2025-12-31T19:00:00.999-05:00", 1_767_225_600), ("2024-02-29", 1_709_164_800),
            ("2026-01-01 00:00:00z", 1_767_225_600), ("now", 1000), ("+1h", 4600), ("-10s", 990),
        ] as [(String, Int64)])
    func `times are absolute or relative to the present`(text: String, seconds: Int64) throws {
        #expect(try Moment(text).seconds(now: 1000) == seconds)
    }

    @Test(arguments: [
        "", "1767225600", "@", "@-1", "@1e9", "@99999999999999", "2026-1-1", "2026-02-29",
        "2026-13-01", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "+5", "1h", "yesterday",
        "2026-01-01T00:00:00+25:00",
    ])
    func `what could be misread is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try Moment(text) }
    }

    @Test func `dates survive the way to text and back, over ten thousand years`() throws {
        for day in stride(from: Int64(-719_162), through: 2_932_896, by: 397) {
            let seconds = day * 86_400 + (day % 86_400 + 86_400) % 86_400
            let text = try #require(CivilDate.text(seconds))
            #expect(try Moment(text) == .absolute(seconds), "\(text)")
        }
        #expect(CivilDate.text(253_402_300_799) == "9999-12-31T23:59:59Z")
        #expect(CivilDate.text(253_402_300_800) == nil)
    }
}

@Suite struct TokenTextTests {
    @Test(arguments: [
        "a.b.c", "  a.b.c\n", "Bearer a.b.c", "Authorization: Bearer a.b.c\r\n",
        "authorization:bearer a.b.c", "\"a.b.c\"", "'Bearer a.b.c'", "BEARER\ta.b.c",
    ])
    func `what is around a token falls away`(text: String) {
        #expect(TokenText.strip(Array(text.utf8)) == Array("a.b.c".utf8))
    }

    @Test(arguments: [
        ("eyJ", true), ("eyJhbGciOi", true), ("a.b.c", true), ("..", true), ("a.b", false),
        ("4f3c2a", false), ("a.b.c.d", false), ("Bearer", false),
    ])
    func `what is cut short is never an id`(text: String, isToken: Bool) {
        #expect(TokenText.looksLikeToken(Array(text.utf8)) == isToken)
    }
}

@Suite struct ItemTests {
    private func id(_ line: String, _ kind: Item.Kind = .guess) throws -> [String] {
        guard case .id(let id, let expiry, let user) = try Item(line: Array(line.utf8), as: kind)
        else { return ["token"] }
        let end = expiry.map { $0.seconds.map(String.init) ?? "never" }
        return [id.description, end ?? "-", user?.description ?? "-"]
    }

    @Test(arguments: [
        ("abc", ["abc", "-", "-"]), ("  abc ", ["abc", "-", "-"]),
        ("abc\t100", ["abc", "100", "-"]), ("abc\t100.2\talice", ["abc", "101", "alice"]),
        (#"{"jti":"abc","exp":100,"sub":"alice"}"#, ["abc", "100", "alice"]),
        (#"{"jti":"abc"}"#, ["abc", "-", "-"]), ("a b", ["a b", "-", "-"]),
    ])
    func `a line is an id with what it says about it`(line: String, expected: [String]) throws {
        #expect(try id(line) == expected)
    }

    @Test(arguments: [
        ("abc\t1767225600000", 2), ("abc\tsoon", 2), ("abc\t1\tb\tc", 2), ("\t100", 2),
        ("{}", 2), (#"{"jti":1}"#, 2), (#"{"jti":"a","exp":"1"}"#, 2), ("{jti", 2),
        ("eyJhbGciOi", 3), ("a.b.c", 3), ("abc\tnan", 2), ("abc\t-5", 2),
    ])
    func `a bad line has a status of its own`(line: String, status: Int32) {
        let error = #expect(throws: (any Error).self) { try self.id(line) }
        #expect(error.map { Diagnostics.failure(for: $0).status.rawValue } == status)
    }

    @Test func `the user settles a doubt`() throws {
        #expect(try id("a.b.c", .id) == ["a.b.c", "-", "-"])
        #expect(throws: (any Error).self) { try self.id("abc", .token) }
    }
}

@Suite struct NamedValueTests {
    @Test func `a claim is text, or JSON where it says so`() throws {
        #expect(try NamedValue("level=3").value == .string("3"))
        #expect(try NamedValue("level:=3").value == .integer(3))
        #expect(try NamedValue("a=b=c").value == .string("b=c"))
        #expect(try NamedValue("a=").value == .string(""))
        #expect(try NamedValue("roles:=[\"x\"]").value == .array(["x"]))
        for text in ["", "a", "=b", ":=1", "a:=", "a:={"] {
            #expect(throws: InvalidValue.self, "\(text)") { try NamedValue(text) }
        }
    }
}

@Suite struct SourceTests {
    @Test func `a source is a path, a variable, a descriptor or standard input`() throws {
        func source(_ text: String) throws -> Source { try Source(Array(text.utf8)) }
        #expect(try source("-") == .standardInput)
        #expect(try source("env:X") == .environment("X"))
        #expect(try source("fd:3") == .descriptor(3))
        #expect(try source("./env:X") == .path(Array("./env:X".utf8)))
        for text in ["", "env:", "fd:", "fd:x", "fd:-1"] {
            #expect(throws: InvalidValue.self, "\(text)") { try source(text) }
        }
    }
}

@Suite struct OutputTextTests {
    @Test func `a spreadsheet runs nothing, and a record is one line`() {
        let row = CSV.row([
            "a": "=cmd()", "b": "x\ny", "c": "say \"hi\", bob", "d": .integer(-5), "e": .null,
        ])
        #expect(row == "'=cmd(),x\\u{a}y,\"say \"\"hi\"\", bob\",-5,\n")
    }

    @Test func `a word for the shell is quoted only where it must be`() {
        #expect(ShellText.quote("alice@example.com") == "alice@example.com")
        #expect(ShellText.quote("a b") == "'a b'")
        #expect(ShellText.quote("it's") == "'it'\\''s'")
        #expect(ShellText.quote("") == "''")
        #expect(ShellText.quote("$(x)") == "'$(x)'")
    }
}
