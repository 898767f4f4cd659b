import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// What can be wrong with a layout's file, and what is said of it.
@Suite(.programs) struct LayoutMistakeTests {
    /// `▸` in the file stands where the error has to point; it is no part of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let kind: String
        let file: String
        let message: String
        var hint: String?
        /// The names that lead to the place.
        var place = ""
        var variables: [String] = []

        var testDescription: String { "\(kind): \(message)" }
    }

    @Test(arguments: mistakes)
    func aMistakeHasItsOwnMessageAndPlace(_ mistake: Mistake) throws {
        let directory = try TemporaryDirectory()
        let marked = Array(mistake.file.utf8)
        let mark = Array("▸".utf8)
        let start = marked.indices.first { marked[$0...].starts(with: mark) }
        let offset = try #require(start, "no place in \(mistake.file)")
        let text = Array(marked[..<offset] + marked[(offset + mark.count)...])
        let path = directory.file("mine.json")
        try Data(text).write(to: URL(fileURLWithPath: path))
        let lines = text[..<offset].split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let column = (lines.last?.count ?? 0) + 1
        let variables = mistake.variables.flatMap { ["--layout-var", $0] }
        let result = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nowhere"]).run(
            ["--layout", path, "list", "users"] + variables)
        #expect(result.status == 1, "\(result.errors)")
        let place = mistake.place.isEmpty ? "" : "\(mistake.place): "
        let wanted =
            "jwtctl: error: '\(path)':\(lines.count):\(column): \(place)\(mistake.message)\n"
            + (mistake.hint.map { "jwtctl: hint: \($0)\n" } ?? "")
        #expect(result.errors == wanted)
    }

    /// The compiler wants a word for each new kind here, and the test a mistake of that kind.
    private static func name(_ problem: LayoutError.Problem) -> String {
        switch problem {
        case .json: "json"
        case .badName: "badName"
        case .unknownLayout: "unknownLayout"
        case .wrongType: "wrongType"
        case .unknownMember: "unknownMember"
        case .missingMember: "missingMember"
        case .notAmong: "notAmong"
        case .emptyText: "emptyText"
        case .unclosedHole: "unclosedHole"
        case .adjacentPlaceholders: "adjacentPlaceholders"
        case .unknownPlaceholder: "unknownPlaceholder"
        case .unknownFilter: "unknownFilter"
        case .filteredVariable: "filteredVariable"
        case .takenName: "takenName"
        case .misplaced: "misplaced"
        case .badRule: "badRule"
        case .outOfRange: "outOfRange"
        case .missingVariable: "missingVariable"
        case .unknownVariable: "unknownVariable"
        case .duplicateRole: "duplicateRole"
        case .lacks: "lacks"
        case .namesNoToken: "namesNoToken"
        case .sharedIdentifier: "sharedIdentifier"
        case .uselessIndex: "uselessIndex"
        }
    }

    @Test func everyKindOfMistakeIsInTheTable() throws {
        var met: Set<String> = []
        for mistake in Self.mistakes {
            let text = mistake.file.replacingOccurrences(of: "▸", with: "")
            let variables = mistake.variables.map { $0.split(separator: "=").map(String.init) }
            do {
                _ = try LayoutReader.read(
                    Array(text.utf8),
                    variables: Dictionary(uniqueKeysWithValues: variables.map { ($0[0], $0[1]) }))
                Issue.record("\(mistake) is none")
            } catch {
                #expect(Self.name(error.problem) == mistake.kind)
                met.insert(Self.name(error.problem))
            }
        }
        let source = try Project.text("Sources/Layouts/LayoutNode.swift")
        let cases = source.split(separator: "\n").filter { $0.hasPrefix("        case ") }.map {
            String($0.dropFirst("        case ".count).prefix { $0.isLetter })
        }
        #expect(Set(cases) == met)
    }

    private static func stores(_ stores: String) -> String {
        "{ \"name\": \"mine\",\n  \"stores\": [\n    \(stores)\n  ] }"
    }

    /// A blacklist with something more.
    private static func deny(_ members: String) -> String {
        stores(
            #"{ "role": "deny", "type": "string", "key": "d:${id}", "value": "1", \#(members) }"#)
    }

    private static let good =
        #"{ "role": "deny", "type": "string", "key": "d:${id}", "value": "1" }"#

    static let mistakes: [Mistake] =
        syntax + members + texts + rules + variables + roles + useless + dangers

    private static let syntax = [
        Mistake(kind: "json", file: "n▸onsense", message: "not JSON: unexpected character"),
        Mistake(kind: "json", file: "{\n  ▸'name': 1 }", message: "not JSON: unexpected character"),
        Mistake(
            kind: "json", file: "{ \"name\": \"a\",\n  ▸\"name\": \"b\" }",
            message: "duplicate member 'name'"),
        Mistake(kind: "json", file: "{ \"name\": \"a\"▸", message: "not JSON: unexpected end"),
        Mistake(kind: "json", file: "{}\n▸{}", message: "not JSON: text after the value"),
        Mistake(
            kind: "json", file: "▸\u{FEFF}{}", message: "not JSON: byte order mark"),
        Mistake(
            kind: "wrongType", file: "▸[]", message: "expected an object, not an array"),
        Mistake(
            kind: "wrongType", file: "{ \"name\":\n\n ▸7, \"stores\": [] }",
            message: "expected a string, not a number", place: "name"),
        Mistake(
            kind: "wrongType", file: "{ \"name\": \"mine\", \"stores\": ▸{} }",
            message: "expected an array, not an object", place: "stores"),
        Mistake(
            kind: "wrongType", file: stores("▸null"), message: "expected an object, not null",
            place: "stores[0]"),
        Mistake(
            kind: "wrongType",
            file: stores(
                #"""
                { "role": "allow", "type": "string", "key": "a:${id}" },
                { "role": "index", "type": "keys", "key": "b:${user}:${id}", "trace": ▸"yes" }
                """#),
            message: "expected true or false, not a string", place: "stores[1].trace"),
        Mistake(
            kind: "wrongType",
            file: stores(
                #"\#(good), { "role": "not_before", "type": "string", "key": "c:${user}", "ttl": ▸"1h" }"#
            ), message: "expected a number, not a string", place: "stores[1].ttl"),
    ]

    private static let members = [
        Mistake(
            kind: "unknownMember", file: "{ \"name\": \"mine\",\n  ▸\"store\": [] }",
            message: "unknown member 'store'", hint: "did you mean 'stores'?", place: "store"),
        Mistake(
            kind: "unknownMember", file: deny(#"▸"tll": "remaining""#),
            message: "unknown member 'tll'", hint: "did you mean 'ttl'?", place: "stores[0].tll"),
        Mistake(
            kind: "missingMember", file: "▸{ \"stores\": [] }",
            message: "the member 'name' is missing"),
        Mistake(
            kind: "missingMember",
            file: stores(#"▸{ "role": "deny", "type": "string", "value": "1" }"#),
            message: "the member 'key' is missing", place: "stores[0]"),
        Mistake(
            kind: "missingMember",
            file: stores(
                #"{ "role": "allow", "type": "string", "key": "a:${id}", "match": ▸"equals" }"#),
            message: "the member 'value' is missing", place: "stores[0].match"),
        Mistake(
            kind: "notAmong", file: stores(#"{ "role": ▸"denny" }"#),
            message: "unknown value 'denny'",
            hint:
                "one of: deny, allow, index, not_before, version, user_ban, audit, announce, variable",
            place: "stores[0].role"),
        Mistake(
            kind: "notAmong", file: stores(#"{ "role": "deny", "type": ▸"list" }"#),
            message: "unknown value 'list'", hint: "one of: string, hash, set",
            place: "stores[0].type"),
        Mistake(
            kind: "notAmong", file: deny(#""match": ▸"equal""#),
            message: "unknown value 'equal'",
            hint: "one of: exists, equals, php_valid_until, rails_entry",
            place: "stores[0].match"),
        Mistake(
            kind: "notAmong", file: deny(#""key_codec": ▸"java""#),
            message: "unknown value 'java'", hint: "one of: raw, jdk, json, php",
            place: "stores[0].key_codec"),
        Mistake(
            kind: "notAmong",
            file: #"{ "name": "mine", "on_outage": ▸"accepts", "stores": [\#(good)] }"#,
            message: "unknown value 'accepts'", hint: "one of: open, closed, unknown",
            place: "on_outage"),
        Mistake(
            kind: "missingMember",
            file: #"▸{ "name": "mine", "on_outage_source": "its manual", "stores": [\#(good)] }"#,
            message: "the member 'on_outage' is missing"),
        Mistake(
            kind: "emptyText",
            file: #"{ "name": "mine", "on_outage_source": ▸"", "stores": [\#(good)] }"#,
            message: "must not be empty", place: "on_outage_source"),
        Mistake(
            kind: "badName", file: "{ \"name\": ▸\"My Layout\", \"stores\": [] }",
            message: "'My Layout' is not a valid layout name", hint: "use only a-z, 0-9 and -",
            place: "name"),
        Mistake(
            kind: "outOfRange",
            file: stores(
                #"\#(good), { "role": "not_before", "type": "string", "key": "c:${user}", "ttl": ▸-1 }"#
            ), message: "'-1' is out of range", place: "stores[1].ttl"),
    ]

    private static let texts = [
        Mistake(
            kind: "emptyText",
            file: stores(#"{ "role": "deny", "type": "string", "value": "1", "key": ▸"" }"#),
            message: "must not be empty", place: "stores[0].key"),
        Mistake(
            kind: "unclosedHole",
            file: stores(#"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${id" }"#),
            message: "'${' without a closing '}'", place: "stores[0].key"),
        Mistake(
            kind: "adjacentPlaceholders",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${user}${id|pct}" }"#
            ),
            message: "two placeholders next to each other: different tokens could share a key",
            hint: "put text between them", place: "stores[0].key"),
        Mistake(
            kind: "unknownPlaceholder",
            file: deny(
                #""no_exp": "refuse", "value_codec": "raw" }, { "role": "user_ban", "key": ▸"${now+9223372036854775807}""#
            ),
            message: "unknown placeholder '${now+9223372036854775807}'",
            hint: "one of: \(LayoutGrammar.placeholders.joined(separator: ", "))",
            place: "stores[1].key"),
        Mistake(
            kind: "unknownPlaceholder",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${usr}" }"#),
            message: "unknown placeholder '${usr}'", hint: "did you mean 'user'?",
            place: "stores[0].key"),
        Mistake(
            kind: "unknownFilter",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${id|sha3}" }"#),
            message: "unknown filter 'sha3'",
            hint: "one of: words, pct, hex, b64url, sha256, sha1, md5", place: "stores[0].key"),
        Mistake(
            kind: "filteredVariable",
            file: """
                { "name": "mine", "vars": { "env": "x" }, "stores": [
                  { "role": "deny", "type": "string", "value": "1", "key": ▸"${env|pct}:${id}" } ] }
                """,
            message: "the variable 'env' takes no filter", hint: "its value is used as it is",
            place: "stores[0].key"),
        Mistake(
            kind: "misplaced",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${id}:${now}" }"#),
            message: "'now' has no meaning in a key or member", place: "stores[0].key"),
        Mistake(
            kind: "misplaced",
            file: stores(
                #"\#(good), { "role": "index", "type": "zset", "key": ▸"u:${id}", "member": "${id}" }"#
            ), message: "'id' has no meaning in a key or member of a user", place: "stores[1].key"),
        Mistake(
            kind: "misplaced", file: deny(#""ttl": ▸"${exp}""#),
            message: "'${…}' has no meaning in this text", place: "stores[0].ttl"),
        Mistake(
            kind: "misplaced",
            file: stores(
                #"\#(good), { "role": "not_before", "type": "string", "key": ▸"cutoff" }"#),
            message: "'user' has no meaning in another key", place: "stores[1].key"),
        Mistake(
            kind: "misplaced",
            file: stores(
                #"\#(good), { "role": "not_before", "type": "string", "scope": "everyone", "key": ▸"c:${user}" }"#
            ), message: "'user' has no meaning in the cutoff for everyone", place: "stores[1].key"),
    ]

    private static let rules = [
        Mistake(
            kind: "badRule", file: deny(#""ttl": ▸"1h""#), message: "invalid value '1h'",
            hint: "write remaining, remaining+60, max(exp, iat+N)+M or none",
            place: "stores[0].ttl"),
        Mistake(
            kind: "badRule", file: deny(#""no_exp": ▸"keep""#), message: "invalid value 'keep'",
            hint: "write refuse, persist or fixed:SECONDS", place: "stores[0].no_exp"),
        Mistake(
            kind: "badRule",
            file: stores(
                #"""
                \#(good),
                    { "role": "index", "type": "zset", "key": "u:${user}", "member": "${id}",
                      "key_ttl": ▸"max" }
                """#),
            message: "invalid value 'max'", hint: "write none, max_score or max_score+60",
            place: "stores[1].key_ttl"),
        Mistake(
            kind: "badRule",
            file: #"{ "name": "mine", "claims": { "id": ["jti", ▸"$tokn"] }, "stores": [] }"#,
            message: "invalid value '$tokn'", hint: "write the name of a claim, $content or $token",
            place: "claims.id[1]"),
    ]

    private static let variables = [
        Mistake(
            kind: "missingVariable",
            file: #"{ "name": "mine", "vars": { "env": ▸null }, "stores": [] }"#,
            message: "the layout needs the variable 'env'", hint: "give --layout-var env=VALUE",
            place: "vars.env"),
        Mistake(
            kind: "unknownVariable",
            file: #"▸{ "name": "mine", "vars": { "env": "a" }, "stores": [] }"#,
            message: "the layout has no variable 'evn'", hint: "did you mean 'env'?",
            variables: ["evn=x"]),
        Mistake(
            kind: "takenName",
            file: #"{ "name": "mine", "vars": { ▸"id": "a" }, "stores": [] }"#,
            message: "the name 'id' is already in use", hint: "choose another name",
            place: "vars.id"),
        Mistake(
            kind: "takenName",
            file: #"{ "name": "mine", "define": { ▸"user": "${id}" }, "stores": [] }"#,
            message: "the name 'user' is already in use", hint: "choose another name",
            place: "define.user"),
        Mistake(
            kind: "unknownLayout", file: #"{ "extends": ▸"blacklist-jit", "name": "mine" }"#,
            message: "unknown layout 'blacklist-jit'",
            hint: "did you mean 'blacklist-jti'? 'jwtctl layout list' lists them all",
            place: "extends"),
        // What is wrong by a variable in a parent's store has no place of its own in the file.
        Mistake(
            kind: "notAmong", file: #"▸{ "extends": "user-zset", "name": "mine" }"#,
            message: "unknown value 'exp_h'", hint: "one of: exp_s, exp_ms",
            place: "stores[0].score", variables: ["score=exp_h"]),
    ]

    private static let roles = [
        Mistake(
            kind: "duplicateRole", file: stores("\(good),\n    { \"role\": ▸\"deny\" }"),
            message: "two stores have the role 'deny'", place: "stores[1].role"),
        Mistake(
            kind: "lacks", file: "{ \"name\": \"mine\",\n  \"stores\": ▸[] }",
            message: "stores without a store for deny or allow", place: "stores"),
        Mistake(
            kind: "lacks",
            file: "{ \"name\": \"mine\", \"stores\": ▸[ \(good), "
                + "{ \"role\": \"index\", \"type\": \"set\", \"key\": \"u:${user}\" } ] }",
            message: "index without a store for allow", place: "stores"),
        Mistake(
            kind: "lacks",
            file: #"{ "name": "mine", "stores": ▸[ { "role": "allow", "type": "string", "#
                + #""key": "s:${id}" }, { "role": "index", "type": "zset", "key": "u:${user}", "#
                + #""member": "${id}", "score": "exp_s" } ] }"#,
            message: "session keys and token lists without a store for deny", place: "stores"),
        Mistake(
            kind: "lacks", file: stores(#"\#(good), ▸{ "role": "index", "type": "keys" }"#),
            message: "index of keys without a store for allow with ${user} in its key",
            place: "stores[1]"),
    ]

    private static let useless = [
        #"{ "role": "index", "type": "keys", "key": "idx:${user}" }"#,
        #"{ "role": "index", "type": "keys", "key": "${user|sha256}:${id}" }"#,
    ].map { index in
        Mistake(
            kind: "uselessIndex",
            file: stores(
                #"{ "role": "allow", "type": "string", "key": "session:${id}" },"# + "\n▸" + index),
            message: "the index cannot find any token: none of its keys leads to one",
            hint: "put ${id} into its key, or into the key of the allow store", place: "stores[1]")
    }

    private static let onlyUser =
        "it names the user but no token: revoking one token would revoke all of the user's tokens"
    private static let onlyUserHint =
        "put ${id} into it; to log out a user everywhere, use the role not_before, version or "
        + "user_ban"

    private static let dangers = [
        Mistake(
            kind: "namesNoToken",
            file: stores(#"{ "role": "deny", "type": "string", "value": "1", "key": ▸"revoked" }"#),
            message: "it names no token: revoking one token would revoke all others",
            hint: "put ${id} into it", place: "stores[0].key"),
        Mistake(
            kind: "namesNoToken",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "${id}", "key": ▸"d:${user}" }"#),
            message: onlyUser, hint: onlyUserHint, place: "stores[0].key"),
        Mistake(
            kind: "namesNoToken",
            file: stores(
                #"{ "role": "deny", "type": "string", "value": "1", "key": ▸"d:${aud}:${claim.sub}" }"#
            ), message: "it names no token: revoking one token would revoke all others",
            hint: "put ${id} into it", place: "stores[0].key"),
        Mistake(
            kind: "namesNoToken",
            file: stores(
                #"{ "role": "deny", "type": "set", "key": "d:${id}", "member": ▸"${user}" }"#),
            message: onlyUser, hint: onlyUserHint, place: "stores[0].member"),
        Mistake(
            kind: "namesNoToken",
            file: stores(#"{ "role": "allow", "type": "string", "key": ▸"a:${user}" }"#),
            message: onlyUser, hint: onlyUserHint, place: "stores[0].key"),
        Mistake(
            kind: "namesNoToken",
            file: stores(
                #"{ "role": "allow", "type": "zset", "key": "a:${user}", "member": ▸"${user}" }"#),
            message: onlyUser, hint: onlyUserHint, place: "stores[0].member"),
        Mistake(
            kind: "namesNoToken",
            file: stores(
                #"""
                { "role": "allow", "type": "string", "key": "a:${id}",
                  "links": [ { "key": ▸"sessions:${user}" } ] }
                """#), message: onlyUser, hint: onlyUserHint, place: "stores[0].links[0].key"),
        Mistake(
            kind: "namesNoToken",
            file: """
                { "name": "mine", "define": { "who": "${claim.iss}-${user}" }, "stores": [
                  { "role": "deny", "type": "string", "value": "1", "key": ▸"d:${who|sha256}" } ] }
                """, message: "it names no token: revoking one token would revoke all others",
            hint: "put ${id} into it", place: "stores[0].key"),
        Mistake(
            kind: "sharedIdentifier",
            file: #"{ "name": "mine", "claims": { "id": ▸"sub" }, "stores": [] }"#,
            message: "many tokens share the same 'sub', so it cannot be the id",
            hint: "use a claim that is unique to each token, or $token", place: "claims.id"),
        Mistake(
            kind: "sharedIdentifier",
            file: #"{ "name": "mine", "claims": { "id": ▸["jti", "iss"] }, "stores": [] }"#,
            message: "many tokens share the same 'iss', so it cannot be the id",
            hint: "use a claim that is unique to each token, or $token", place: "claims.id"),
        Mistake(
            kind: "sharedIdentifier",
            file: #"{ "name": "mine", "claims": { "user": ▸"jti" }, "stores": [] }"#,
            message: "many tokens share the same 'jti', so it cannot be the id",
            hint: "use a claim that is unique to each token, or $token", place: "claims.user"),
    ]

    /// A hash has its own length.
    @Test func twoPlaceholdersWillDoWhereOneIsAHash() throws {
        let text = Self.stores(
            #"{ "role": "deny", "type": "string", "key": "${user}${id|sha256}", "value": "1" }"#)
        _ = try LayoutReader.read(Array(text.utf8))
    }

    /// One session for each user: there the value tells tokens apart.
    @Test func aKeyOfTheUserWillDoWhereTheValueNamesTheToken() throws {
        let text = Self.stores(
            #"{ "role": "allow", "type": "string", "key": "a:${user}", "value": "${id}", "match": "equals" }"#
        )
        _ = try LayoutReader.read(Array(text.utf8))
    }

    // MARK: files that are none

    private func refusal(of path: String, in folder: TemporaryDirectory) throws -> String {
        let start = Date()
        let result = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nowhere"])(
            "--layout", path, "list", "users")
        #expect(result.status == 1, "\(result.errors)")
        #expect(Date().timeIntervalSince(start) < 15)
        return result.errors.split(separator: "\n").map {
            $0.replacingOccurrences(of: folder.path, with: "")
        }.joined(separator: "\n")
    }

    @Test func whatIsNoFileOfALayoutIsToldSo() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/x.json"
        #expect(
            try refusal(of: path, in: folder)
                == "jwtctl: error: cannot read '/x.json': no such file or directory")
        try folder.write("empty.json", "")
        #expect(
            try refusal(of: folder.file("empty.json"), in: folder)
                == "jwtctl: error: '/empty.json' is empty")
        try folder.write("space.json", " \n\n")
        #expect(
            try refusal(of: folder.file("space.json"), in: folder)
                == "jwtctl: error: '/space.json':3:1: not JSON: unexpected end")
        #expect(
            try refusal(of: folder.path + "/", in: folder)
                == "jwtctl: error: cannot read '/': is a directory")
    }

    /// Neither is read to its end, and neither takes memory.
    @Test func whatHasNoEndIsBrokenOff() throws {
        let folder = try TemporaryDirectory()
        let huge = folder.file("huge.json")
        #expect(FileManager.default.createFile(atPath: huge, contents: nil))
        #expect(truncate(huge, 1 << 30) == 0)
        #expect(
            try refusal(of: huge, in: folder)
                == "jwtctl: error: '/huge.json' is larger than 262144 bytes")
        #expect(try refusal(of: "/dev/zero", in: folder).contains("is larger than 262144 bytes"))
        let pipe = folder.file("pipe.json")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(
            try refusal(of: pipe, in: folder)
                == "jwtctl: error: no input from '/pipe.json' in time")
    }

    @Test func aFileWithoutASlashIsPointedTo() throws {
        let folder = try TemporaryDirectory()
        try folder.write("acme", "{}")
        let result = try ProcessRunner.run(
            [BuiltTool.path, "--layout", "acme", "list", "users"],
            environment: ["PATH": "/usr/bin:/bin"], directory: folder.path)
        #expect(result.status == 2)
        #expect(
            result.errorText.contains("unknown layout 'acme'")
                && result.errorText.contains("write ./acme for the file of that name"))
        let unknown = TestTool()("--layout", "natve", "list", "users")
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("did you mean 'native'?"), "\(unknown.errors)")
    }
}
