import CommandKit
import JOSE
import JSON
import Layouts
import Platform
import TestSupport
import Testing
import TokenStore

@testable import Commands

struct ItemTests {
    /// An item in words, so that tables can hold what is expected.
    private func words(_ item: Item) -> String {
        switch item {
        case .token(_, let claims, _): "token of \(claims["sub"]?.stringValue?.text ?? "nobody")"
        case .id(let id, let expiry, let user, _):
            "id \(id)" + (expiry.map { " exp \($0.seconds ?? -1)" } ?? "")
                + (user.map { " sub \($0)" } ?? "")
        case .opaque(let text, _): "opaque \(text)"
        }
    }

    private static let token = TestToken.signed(["sub": "alice"])

    @Test(
        "An operand is a token or an id",
        arguments: [
            (token, .guess, "token of alice"), ("Bearer \(token)", .guess, "token of alice"),
            (token, .token, "token of alice"), (token, .id, "id \(token)"),
            ("abc", .guess, "id abc"), ("'abc'\n", .guess, "id abc"), ("a.b", .guess, "id a.b"),
            ("a.b.c", .id, "id a.b.c"), ("'a'", .id, "id 'a'"), ("a.b.c.d", .guess, "id a.b.c.d"),
            // Random ids in which `eyJ` and what follows happen to decode to `{"` and a letter.
            ("y6cCicw82NdT5cmXt0eyJw", .guess, "id y6cCicw82NdT5cmXt0eyJw"),
            ("y6cCicw82NdT5cmX_eyJwaa", .guess, "id y6cCicw82NdT5cmX_eyJwaa"),
        ] as [(String, Item.Kind, String)])
    func operands(text: String, kind: Item.Kind, expected: String) throws {
        #expect(words(try Item(operand: Array(text.utf8), as: kind)) == expected)
    }

    @Test(
        "A broken token is never an id",
        arguments: [
            ("eyJhbGci", .guess), ("a.b.c", .guess), (String(token.dropLast(60)), .guess),
            ("abc", .token), ("", .token), ("eyJ\t", .guess), ("xeyJhbGciOiJIUzI1N", .guess),
            ("abc-eyJhbGciOiJIUzI1N", .guess), ("xeyJw.x", .guess),
        ] as [(String, Item.Kind)])
    func brokenTokens(text: String, kind: Item.Kind) {
        let error = #expect(throws: (any Error).self) {
            try Item(operand: Array(text.utf8), as: kind)
        }
        #expect(error.map { Diagnostics.failure(for: $0).status } == .malformed)
    }

    @Test("An id is not empty, at most 8 KiB, and UTF-8")
    func badIDs() {
        #expect(throws: Identifier.Refusal.empty) { try Item(operand: [], as: .guess) }
        #expect(throws: Identifier.Refusal.empty) { try Item(operand: [0x20], as: .guess) }
        #expect(throws: Identifier.Refusal.notUTF8) { try Item(operand: [0xFF], as: .id) }
        let long = [UInt8](repeating: 0x61, count: 8193)
        #expect(throws: Identifier.Refusal.tooLong) { try Item(operand: long, as: .guess) }
        #expect(throws: Never.self) { try Item(operand: Array(long.dropLast()), as: .guess) }
    }

    @Test(
        "A line is a token, an id, up to three fields, or an object",
        arguments: [
            ("abc", "id abc"), (token, "token of alice"), ("Bearer abc", "opaque abc"),
            ("abc\t1767225600", "id abc exp 1767225600"),
            ("abc\t1767225600.5", "id abc exp 1767225601"),
            ("abc\t1767225600\tbob", "id abc exp 1767225600 sub bob"),
            ("abc\t100000000000", "id abc exp 100000000000"), ("abc\t0", "id abc exp 0"),
            (#"{"jti":"abc"}"#, "id abc"),
            (
                #"{"jti":"abc","exp":1767225600,"sub":"bob","x":[1]}"#,
                "id abc exp 1767225600 sub bob"
            ),
            (#"{"exp":1e3,"jti":"\u0061"}"#, "id a exp 1000"),
        ])
    func lines(line: String, expected: String) throws {
        #expect(words(try Item.items(line: Array(line.utf8), as: .guess)[0]) == expected)
    }

    @Test(
        "A bad line is refused with the reason",
        arguments: [
            ("abc\t1767225600000", "looks like milliseconds"),
            ("abc\t100000000001", "looks like milliseconds"),
            (#"{"jti":"a","exp":1767225600000}"#, "looks like milliseconds"),
            ("abc\t1\tbob\tmore", "more than three fields"), ("abc\t", "not a time in seconds"),
            ("abc\tsoon", "not a time in seconds"), ("abc\t-1", "not a time in seconds"),
            ("abc\tnan", "not a time in seconds"), ("abc\tinf", "not a time in seconds"),
            ("abc\t2026-01-01", "not a time in seconds"),
            ("abc\t0x7fffffff", "not a time in seconds"),
            ("{", "not JSON"), (#"{"jti":"a","jti":"b"}"#, "not JSON"),
            ("{}", "neither 'jti' nor 'id'"),
            (#"{"jti":1}"#, "'jti' is not a string"), (#"{"jti":"a","exp":"1"}"#, "not a number"),
            (#"{"jti":"a","sub":7}"#, "'sub' is not a string"),
            (#"{"jti":"a","exp":-1}"#, "not a time in seconds"),
        ])
    func badLines(line: String, message: String) {
        let failure = #expect(throws: Failure.self) {
            try Item.items(line: Array(line.utf8), as: .guess)[0]
        }
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(failure?.code == "invalid_line")
    }

    @Test(
        "A token with fields behind it is the token",
        arguments: ["\(token)\t1767225600", "Bearer \(token)\t1767225600", "bob\t\(token)"])
    func tokenWithFields(line: String) throws {
        #expect(words(try Item.items(line: Array(line.utf8), as: .guess)[0]) == "token of alice")
    }

    @Test(
        "What is left of a token is never an id, whatever stands behind it",
        arguments: [
            ("eyJhbGci\t1767225600\tbob", Item.Kind.guess), ("a.b.c\t1", .guess),
            ("abc\t1", .token),
        ])
    func brokenTokenWithFields(line: String, kind: Item.Kind) {
        let failure = #expect(throws: (any Error).self) {
            try Item.items(line: Array(line.utf8), as: kind)
        }
        #expect(failure.map { Diagnostics.failure(for: $0).isItemsOwn } == true)
    }

    @Test("As an id, a first field that looks like a token is taken as it is")
    func dottedID() throws {
        #expect(words(try Item.items(line: Array("a.b.c\t9".utf8), as: .id)[0]) == "id a.b.c exp 9")
    }

    @Test("Empty fields are no ids", arguments: ["\t1767225600", "abc\t1\t", #"{"jti":""}"#])
    func emptyFields(line: String) {
        #expect(throws: Identifier.Refusal.empty) {
            try Item.items(line: Array(line.utf8), as: .guess)[0]
        }
    }

    @Test("Comments and blank lines are skipped, but counted")
    func lineNumbers() throws {
        let lines = LineSource(
            input: InputStream(bytes: Array("# x\n\n \t\r\na\r\n  # y\nb".utf8)))
        #expect(try lines.next() == .text(Array("a".utf8)))
        #expect(lines.number == 4)
        #expect(try lines.next() == .text(Array("b".utf8)))
        #expect(lines.number == 6)
        #expect(try lines.next() == nil)
    }

    @Test("The lines of a file are estimated from the part that was read")
    func estimatedTotal() throws {
        let directory = try TemporaryDirectory()
        let text = "# a comment\n" + String(repeating: "id-1234\n", count: 1000)
        let lines = try LineSource(path: Array(try directory.write("ids", text).utf8))
        #expect(lines.total == nil)
        for _ in 0..<500 { _ = try lines.next() }
        guard case .about(let total)? = lines.total else {
            Issue.record("no total")
            return
        }
        #expect((990...1000).contains(total))
        while try lines.next() != nil {}
        #expect(lines.total == .about(1000))
    }

    @Test("Of an empty file and of a device there is no estimate")
    func noTotal() throws {
        let directory = try TemporaryDirectory()
        for path in [try directory.write("empty", ""), "/dev/null"] {
            let lines = try LineSource(path: Array(path.utf8))
            #expect(try lines.next() == nil)
            #expect(lines.total == nil)
        }
    }
}
