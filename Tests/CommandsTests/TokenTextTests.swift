import CommandKit
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

struct TokenTextTests {
    @Test(
        "What stands around a token in a clipboard, header or log falls away",
        arguments: [
            ("a.b.c", "a.b.c"), ("  a.b.c\r\n", "a.b.c"), ("\"a.b.c\"", "a.b.c"),
            ("'a.b.c'", "a.b.c"), ("`a.b.c`", "a.b.c"), ("Bearer a.b.c", "a.b.c"),
            ("bearer\ta.b.c", "a.b.c"), ("BEARER   a.b.c", "a.b.c"),
            ("Authorization: Bearer a.b.c", "a.b.c"), ("authorization:Bearer a.b.c", "a.b.c"),
            ("Authorization: a.b.c", "a.b.c"), ("'Authorization: Bearer a.b.c'", "a.b.c"),
            ("\"Bearer 'a.b.c'\"\n", "a.b.c"), ("Authorization: \"Bearer a.b.c\"", "a.b.c"),
            // Not the scheme, or no token behind it.
            ("Bearera.b.c", "Bearera.b.c"), ("bearer", "bearer"), ("Basic a.b.c", "Basic a.b.c"),
            ("a b", "a b"), ("", ""), (" \"'` \n", ""), ("a\u{0}", "a\u{0}"),
        ])
    func strips(text: String, token: String) {
        #expect(TokenText.strip(Array(text.utf8)) == Array(token.utf8))
    }
}

struct SourceTests {
    @Test(
        "A source is a path, a variable, a descriptor or standard input",
        arguments: [
            ("-", .standardInput), ("env:NAME", .environment("NAME")), ("fd:3", .descriptor(3)),
            ("fd:0", .standardInput), ("/dev/stdin", .standardInput),
            ("key.pem", .path(Array("key.pem".utf8))),
            ("./env:NAME", .path(Array("./env:NAME".utf8))), ("--", .path(Array("--".utf8))),
            ("ENV:NAME", .path(Array("ENV:NAME".utf8))),
        ] as [(String, Source)])
    func reads(text: String, source: Source) throws {
        #expect(try Source(Array(text.utf8)) == source)
    }

    @Test(
        "A source that names nothing is refused",
        arguments: ["", "env:", "fd:", "fd:-1", "fd:x", "fd:99999999999", "fd:3 "])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try Source(Array(text.utf8)) }
    }

    @Test("A path is bytes; a variable is text")
    func bytes() throws {
        #expect(try Source([0xFF]) == .path([0xFF]))
        #expect(throws: InvalidValue.self) { try Source(Array("env:".utf8) + [0xFF]) }
    }

    @Test("Content is read whole up to the limit, from a file and from a variable")
    func content() throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "0123456789", count: 5000)
        let path = try directory.write("key", text)
        let system = TestTool(environment: ["KEY": text]).system()
        for source in [Source.path(Array(path.utf8)), .environment("KEY")] {
            let read = try source.read(limit: 50_000, system: system).withBytes { Array($0) }
            #expect(read == Array(text.utf8))
        }
        let failure = #expect(throws: Failure.self) {
            try Source.path(Array(path.utf8)).read(limit: 49_999, system: system)
        }
        #expect(failure?.message.contains("larger than 49999 bytes") == true)
    }

    @Test(
        "What cannot be read is named, with the reason",
        arguments: [
            ("/nowhere/key", "cannot read '/nowhere/key': no such file or directory"),
            ("env:NONE", "the variable NONE is not set"),
            ("/", "cannot read '/': is a directory"),
            ("/no\u{1B}where", "cannot read '/no\\u{1b}where': no such file or directory"),
        ])
    func unreadable(text: String, message: String) throws {
        let source = try Source(Array(text.utf8))
        let failure = #expect(throws: Failure.self) {
            try source.read(limit: 100, system: TestTool().system())
        }
        #expect(failure?.message == message)
        #expect(failure?.status == .failure)
    }

    @Test(
        "Only a file that everybody can read is reported",
        arguments: [
            (0o600, false), (0o640, false), (0o644, true), (0o604, true),
        ])
    func permissions(mode: Int, isOpen: Bool) throws {
        let path = try TemporaryDirectory()
        let file = try path.write("key", "x", mode: mode)
        #expect((Source.path(Array(file.utf8)).exposure() == .readable) == isOpen)
        #expect(Source.path(Array("/dev/null".utf8)).exposure() == nil)
    }
}

struct NamedValueTests {
    @Test(
        "name=text is always a string, name:=JSON is typed",
        arguments: [
            ("a=b", "a", "b"), ("a=", "a", ""), ("a=1", "a", "1"), ("a=b=c", "a", "b=c"),
            ("a==b", "a", "=b"), ("a= b ", "a", " b "), ("a.b=c", "a.b", "c"),
            ("a:b=c", "a:b", "c"), ("a:=1", "a", 1), ("a:=\"x\"", "a", "x"),
            ("a:=null", "a", nil), ("a:=[true,{}]", "a", [true, [:]]),
            ("https://x/y=z", "https://x/y", "z"), ("a=é", "a", "é"),
            ("a=\u{301}x", "a", "\u{301}x"), ("a\u{600}:=1", "a\u{600}", 1),
        ] as [(String, JSONString, JSONValue)])
    func reads(text: String, name: JSONString, value: JSONValue) throws {
        let pair = try NamedValue(text)
        #expect(pair.name == name)
        #expect(pair.value == value)
    }

    @Test(
        "Without a name or with broken JSON it is refused",
        arguments: ["", "a", "=", "=b", ":=1", "a:=", "a:=x", "a:=1 2", "a:={\"b\":1,\"b\":2}"])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try NamedValue(text) }
    }
}
