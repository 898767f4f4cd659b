import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What one command prints is read by the next: the right tokens end, and no other.
@Suite(.redis) struct CommandRoundTripTests {
    /// Names that other formats would take apart.
    private static let names: [String] = {
        let pieces = [
            ".", "..", "a.b.c", "a.b", "-", "--", "--everyone", "-x", "#", "#x", "a#b", "a #b",
            "\"",
            "\"x\"", "'x'", "`x`", "{", "}", "{}", "{x}", "[", "]", "[]", "[x]", "[\"x\"]",
            "{\"jti\":\"x\"}", "{\"user\":\"x\"}", "{\"id\":\"x\",\"exp\":1}", "*", "?", "a*",
            "[ab]",
            "\\", "a\\b", "\\x41", "%", "%41", "a,b", ",", ";", "a;4102444800", "a b",
            "a 4102444800", " a", "a ", "  ", "\t", "a\tb", "\ta", "a\t4102444800", "a\nb", "\n",
            "a\rb", "\r", "é", "e\u{301}", "😀", "👩‍👩‍👧", "\u{200B}", "a\u{200B}b", "\u{FEFF}a",
            "a\u{A0}b", "\u{202E}abc", "\u{0}", "a\u{0}b", "\u{1B}[31m", "\u{7F}", "jti", "user",
            "id", "token", "null", "true", "0", "-1", "1e9", "NaN", "eyJ", "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
            "ZXlKaGJHY2lPaUpJVXpJMU5pSjkuZTMwLmMybG4", "Bearer x", "Bearer eyJ", "Authorization: x",
            "Cookie: a=b", "a=b", "cn=a,ou=b", "Alice Smith", "o'brien", "a&b", "a|b", "$(id)",
            "$x",
            "`id`", "!x", "~", "/etc/passwd", "a/b", "@a", "a@b.c", "a:b", ":", "::", "(a)", "<a>",
            "=1+1", "+1", "@SUM(1)", "a\u{2028}b", "\u{AD}", "ﬀ", "ǅ", "𝕏", "İ", "ß",
            "\u{1F600}\u{FE0F}",
        ]
        let more = pieces.filter { $0.count > 1 }.map { "x\($0)" } + pieces.map { "\($0)-y" }
        return Array(Set(pieces + more)).filter { !$0.contains("\u{0}") }.sorted().prefix(200)
            + keys
    }()

    /// Names that are keys of one of the layouts.
    private static let keys = ["jwt:deny:x", "jwt:cutoff", "jwt:audit", "blacklist:x"]

    /// Layouts with the words that record a token there.
    enum Layout: String, CaseIterable, Sendable {
        case native
        case userZset = "user-zset"
        case blacklist = "blacklist-jti"

        var keepsLists: Bool { self != .blacklist }
        var hasBlacklist: Bool { self != .userZset }
    }

    private struct Fixture {
        let sandbox: Sandbox
        var jwtctl: TestTool

        init(_ layout: Layout) throws {
            sandbox = try Sandbox()
            jwtctl = sandbox.jwtctl
            jwtctl.options = ["--layout", layout.rawValue]
        }

        /// A token of each name, as its user, its id or both.
        func issue(sub: (String) -> String, jti: (String) -> String) throws -> [String] {
            try names.map { name in
                let result = jwtctl.run([
                    "issue", "--sub=\(sub(name))", "--jti=\(jti(name))", "--expires-in", "1h",
                ])
                try #require(result.status == 0, "\(name): \(result.errors)")
                return result.line
            }
        }

        func statuses(_ tokens: [String]) throws -> [Int32] {
            let result = jwtctl.run(
                ["verify", "--stream"], input: tokens.map { $0 + "\n" }.joined())
            return try result.output.split(separator: "\n").map { line in
                let verdict = try JSONParser.parse(Array(line.utf8)).objectValue
                return verdict?["active"] == true ? 0 : 6
            }
        }
    }

    /// Every second line; what they name has to end, and nothing else may.
    private static func half(_ output: String) -> String {
        output.split(separator: "\n").enumerated().filter { $0.offset.isMultiple(of: 2) }
            .map { $0.element + "\n" }.joined()
    }

    @Test func `there are enough names`() {
        #expect(Self.names.count >= 200)
    }

    @Test(arguments: [Layout.native, .userZset], ["id", "jsonl"])
    func `listed users are logged out`(_ layout: Layout, _ format: String) throws {
        let fixture = try Fixture(layout)
        let tokens = try fixture.issue(sub: { $0 }, jti: { "t-\($0.hashValue)" })
        let list = fixture.jwtctl("list", "users", "--sort", "user", "-o", format).output
        let order = try fixture.jwtctl("list", "users", "--sort", "user", "--json").array()
            .map { $0["user"]?.stringValue?.text ?? "" }
        #expect(Set(order) == Set(Self.names))
        let result = fixture.jwtctl(
            "logout-all", "--settle", "0", "--yes", "--json", "--from", "-",
            input: Self.half(list))
        #expect(result.status == 0, "\(result.errors)")
        let ended = Set(order.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element))
        let expected = Self.names.map { ended.contains($0) ? Int32(6) : 0 }
        #expect(try fixture.statuses(tokens) == expected)
    }

    @Test(arguments: [Layout.native, .userZset], ["id", "jsonl"])
    func `listed tokens are revoked, and looked at`(_ layout: Layout, _ format: String) throws {
        let fixture = try Fixture(layout)
        let tokens = try fixture.issue(sub: { _ in "alice" }, jti: { $0 })
        let list = fixture.jwtctl("list", "tokens", "alice", "-o", format).output
        let order = try fixture.jwtctl("list", "tokens", "alice", "--json").array()
            .map { $0["id"]?.stringValue?.text ?? "" }
        #expect(Set(order) == Set(Self.names))
        let half = Self.half(list)
        let result = fixture.jwtctl(
            "revoke", "--user", "alice", "--yes", "--json", "-", input: half)
        #expect(result.status == 0, "\(result.errors)")
        let ended = Set(order.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element))
        let expected = Self.names.map { ended.contains($0) ? Int32(6) : 0 }
        #expect(try fixture.statuses(tokens) == expected)
        let states = fixture.jwtctl(
            "status", "--user", "alice", "--require-listed", "-o", "jsonl", "-", input: list
        ).output.split(separator: "\n")
        // Where the list alone knows the tokens, those that are off it cannot be asked about.
        #expect(states.count == (layout.hasBlacklist ? order.count : order.count / 2))
        guard layout.hasBlacklist else { return }
        let restored = fixture.jwtctl(
            "restore", "--user", "alice", "-r", "x", "--yes", "-", input: half)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try fixture.statuses(tokens) == [Int32](repeating: 0, count: tokens.count))
    }

    @Test func `all tokens of all users are revoked`() throws {
        let fixture = try Fixture(.native)
        let tokens = try fixture.issue(sub: { $0 }, jti: { "\($0)!" })
        let list = fixture.jwtctl("list", "tokens", "--all", "--sort", "user", "-o", "jsonl").output
        let result = fixture.jwtctl("revoke", "--yes", "--json", "-", input: list)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.object()["revoked"] == .integer(Int64(Self.names.count)))
        #expect(try fixture.statuses(tokens) == [Int32](repeating: 6, count: tokens.count))
    }

    @Test(arguments: [Layout.native, .blacklist], ["id", "jsonl"])
    func `a blacklist is moved, and undone`(_ layout: Layout, _ format: String) throws {
        let fixture = try Fixture(layout)
        let lines = Self.names.map { "{\"jti\":\(JSONText.quoted($0)),\"exp\":4102444800}\n" }
        let revoked = fixture.jwtctl("revoke", "--yes", "--json", "-", input: lines.joined())
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(fixture.jwtctl("revoke", "--id", "--forever", "endless").status == 0)
        let list = fixture.jwtctl("list", "revoked", "-o", format).output
        let count = Int64(Self.names.count + 1)
        #expect(list.split(separator: "\n").count == Int(count))

        var other = fixture.jwtctl
        other.options = ["--namespace", "other"]
        // Ids alone do not say until when.
        let moved = other.run(
            ["revoke", "--yes", "--json"] + (format == "id" ? ["--ttl", "30d"] : []) + ["-"],
            input: list)
        #expect(try moved.object()["revoked"] == .integer(count), "\(moved.errors)")
        let seen = other("status", "-o", "jsonl", "-", input: list).output
        #expect(seen.components(separatedBy: #""revoked":true"#).count == Int(count) + 1)
        if format == "jsonl" {
            let endless = other("list", "revoked", "--match", "endless", "--json").output
            #expect(endless.contains(#""forever":true"#), "\(endless)")
        }
        let restored = fixture.jwtctl(
            "restore", "-r", "x", "--yes", "-o", "jsonl", "-", input: list)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(fixture.jwtctl("list", "revoked", "-o", "id").output == "")
    }

    /// What a command prints of its own work is lines of items, too.
    @Test(arguments: ["id", "jsonl"])
    func `results are read again`(_ format: String) throws {
        let fixture = try Fixture(.native)
        let tokens = try fixture.issue(sub: { _ in "alice" }, jti: { $0 })
        let revoked = fixture.jwtctl.run(["revoke", "-o", format] + tokens + ["--yes"])
        #expect(revoked.status == 0, "\(revoked.errors)")
        let restored = fixture.jwtctl(
            "restore", "-r", "x", "--yes", "-o", format, "-", input: revoked.output)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try fixture.statuses(tokens) == [Int32](repeating: 0, count: tokens.count))
        let states = fixture.jwtctl("status", "-o", format, "-", input: restored.output)
        #expect(states.status == 0, "\(states.errors)")
        let again = fixture.jwtctl(
            "revoke", "--user", "alice", "--yes", "--json", "-", input: states.output)
        #expect(try again.object()["revoked"] == .integer(Int64(tokens.count)), "\(again.errors)")
        let logout = fixture.jwtctl(
            "logout-all", "--yes", "-o", format, "--from", "-", input: "alice\nbob\n")
        let twice = fixture.jwtctl(
            "logout-all", "--yes", "-o", "id", "--from", "-", input: logout.output)
        #expect(twice.output == "alice\nbob\n", "\(twice.errors)")
    }
}
