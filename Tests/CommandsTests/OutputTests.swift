import CommandKit
import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// The shapes of results: names and types are a contract with scripts.
@Suite(.redis) struct OutputTests {
    /// Names with the kinds that their values may have; `?` also allows null.
    private func expect(
        _ object: JSONObject, _ shape: [(String, String)],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            Set(object.names.map(\.text)).isSuperset(of: shape.map(\.0)), sourceLocation: location)
        for (name, kind) in shape {
            let value = object[JSONString(name)]
            let found = value.map(Self.kind) ?? "absent"
            let isRight =
                found == kind || kind == found + "?" || (kind.hasSuffix("?") && found == "null")
            #expect(isRight, "\(name): \(found) is not \(kind)", sourceLocation: location)
        }
    }

    /// Two layers that may not know of each other keep the same list.
    @Test func textAndJSONEscapeTheSameCharacters() {
        for value in 0...0x10FFFF {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            if scalar.isDeceptive != VisibleText.isHostile(scalar) {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static let state = [
        ("revoked", "bool"), ("revoked_ttl", "number?"), ("revoked_by", "string?"),
        ("revoked_at", "string?"), ("revoke_reason", "string?"), ("listed", "bool?"),
        ("cutoff", "number?"),
    ]
    private static let target = [
        ("server", "string"), ("database", "number"), ("namespace", "string"), ("layout", "string"),
    ]

    @Test func issue() throws {
        let sandbox = try Sandbox()
        let object = try sandbox.jwtctl("issue", "--sub", "alice", "--json").object()
        expect(
            object,
            [
                ("token", "string"), ("id", "string"), ("sub", "string"), ("iat", "number"),
                ("exp", "number"), ("recorded", "bool"),
            ])
        #expect(object["recorded"] == true)
        let bare = try sandbox.jwtctl("issue", "--no-record", "--no-iat", "--json").object()
        #expect(bare["recorded"] == false)
        #expect(bare["sub"] == .null)
        #expect(bare["iat"] == .null)
        let plain = sandbox.jwtctl("issue", "--sub", "alice")
        #expect(plain.output.split(separator: "\n").count == 1)
        #expect(plain.output.split(separator: ".").count == 3)
        #expect(plain.errors == "")
    }

    @Test func decode() throws {
        let token = handmade(#"{"exp":1767225600,"sub":"a","n":1.50e3}"#)
        let jwtctl = TestTool(clock: .fixed(1_767_229_200))
        let result = jwtctl("decode", "--json", token)
        #expect(result.status == 0)
        let object = try result.object()
        expect(
            object,
            [
                ("header", "object"), ("payload", "object"), ("signature", "string"),
                ("verified", "bool"), ("times", "object"),
            ])
        #expect(object["verified"] == false)
        #expect(object["signature"]?.stringValue?.text == String(token.split(separator: ".")[2]))
        #expect(object["times"] == ["exp": "2026-01-01T00:00:00Z", "expires_in": -3600])
        #expect(object["payload"]?.objectValue?.names == ["exp", "sub", "n"])
        #expect(result.output.contains("1.50e3"))
        #expect(jwtctl("decode", token).output.contains("not verified"))
    }

    @Test func decodeShowsWhatCanBeRead() throws {
        let token = handmade(#"{"sub":"a"}"#)
        let parts = token.split(separator: ".").map(String.init)
        for text in ["\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).%", "\(parts[0]).x.y"] {
            let result = TestTool()("decode", "--json", text)
            #expect(result.status == 3)
            let object = try result.object()
            #expect(object["header"]?.objectValue?["alg"] == "HS256")
            #expect(object["error"]?.objectValue?["code"] == "malformed")
            #expect(result.errors.hasPrefix("jwtctl: error: malformed token"))
        }
        let encrypted = Data(#"{"alg":"dir","enc":"A128GCM"}"#.utf8).base64URL + "..AA.AA.AA"
        let result = TestTool()("decode", "--json", encrypted)
        #expect(result.status == 3)
        #expect(try result.object()["header"]?.objectValue?["enc"] == "A128GCM")
    }

    @Test func verify() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        let shape = [
            ("active", "bool"), ("valid", "bool"), ("reason", "string?"), ("header", "object"),
            ("payload", "object"), ("verified", "bool"), ("checks", "array"), ("state", "object"),
            ("times", "object"),
        ]
        let alive = try sandbox.jwtctl("verify", "--json", token).object()
        expect(alive, shape)
        #expect(alive["active"] == true)
        #expect(alive["reason"] == .null)
        expect(try #require(alive["state"]?.objectValue), Self.state)
        sandbox.jwtctl("revoke", "--reason", "stolen", token)
        let result = sandbox.jwtctl("verify", "--json", token)
        #expect(result.status == 6)
        let dead = try result.object()
        expect(dead, shape)
        #expect(dead["active"] == false)
        #expect(dead["valid"] == true)
        #expect(dead["reason"] == "revoked")
        let state = try #require(dead["state"]?.objectValue)
        expect(state, Self.state)
        #expect(state["revoked_by"] == "ops")
        #expect(state["revoke_reason"] == "stolen")
        #expect(state["listed"] == false)
        for check in try #require(dead["checks"]?.arrayValue) {
            expect(try #require(check.objectValue), [("check", "string"), ("ok", "bool")])
        }
        let offline = try sandbox.jwtctl("verify", "--offline", "--json", token).object()
        #expect(offline["active"] == .null)
        #expect(offline["state"] == .null)
    }

    @Test func status() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        let object = try sandbox.jwtctl("status", "--json", token).object()
        expect(
            object,
            [("id", "string"), ("active", "bool"), ("verified", "null"), ("state", "object")])
        #expect(object["active"] == true)
        expect(try #require(object["state"]?.objectValue), Self.state)
        let bare = sandbox.jwtctl("status", "--json", "other")
        #expect(bare.status == 0)
        #expect(try bare.object()["active"] == .null)
        #expect(try sandbox.jwtctl("status", "--json", "a", "b").array().count == 2)
        #expect(try sandbox.jwtctl("status", "--json", input: "a\n").array().count == 1)
        #expect(try sandbox.jwtctl("status", "--json", "-", input: "").array().count == 0)
        let path = try sandbox.file("ids", "a\n")
        #expect(try sandbox.jwtctl("status", "--json", "--from", path).array().count == 1)
        sandbox.jwtctl("revoke", "--ttl", "1h", "a")
        #expect(sandbox.jwtctl("status", "a").status == 6)
        #expect(sandbox.jwtctl("status", "a", "b").status == 10)
    }

    @Test func revoke() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        let shape = [
            ("id", "string"), ("sub", "string?"), ("result", "string"), ("ttl", "number?"),
            ("verified", "bool?"), ("error", "object?"), ("audited", "bool"), ("target", "object"),
        ]
        let first = sandbox.jwtctl("revoke", "--json", token)
        expect(try first.object(), shape)
        #expect(try first.object()["result"] == "revoked")
        #expect(try first.object()["verified"] == true)
        #expect(first.errors.contains("target: "))
        expect(try #require(try first.object()["target"]?.objectValue), Self.target)
        let again = sandbox.jwtctl("revoke", "--json", token)
        #expect(again.status == 0)
        #expect(try again.object()["result"] == "already_revoked")
        let bare = try sandbox.jwtctl("revoke", "--forever", "--json", "x").object()
        #expect(bare["ttl"] == .null)
        #expect(bare["verified"] == .null)
        #expect(bare["sub"] == .null)
        let several = sandbox.jwtctl("revoke", "--ttl", "1h", "--json", "x", "eyJ")
        #expect(several.status == 10)
        let items = try several.array()
        #expect(items.map { $0["result"] } == ["already_revoked", "failed"])
        #expect(items[1]["error"]?.objectValue?["code"] == "malformed")
        #expect(sandbox.jwtctl("revoke", "-q", "--ttl", "1h", "y").output == "")
        #expect(sandbox.jwtctl("revoke", "-q", "--ttl", "1h", "y").errors == "")
    }

    @Test func bulkCountsAddUp() throws {
        let sandbox = try Sandbox()
        let now = Int(Date().timeIntervalSince1970)
        let lines = [
            "a\t\(now + 60)", "b\t\(now + 60)", "a\t\(now + 60)", "old\t5", "bad\tx", "nolife",
            "unlisted\t", "# comment", "",
        ]
        let path = try sandbox.file("list", lines.joined(separator: "\n"))
        let names = [
            "total", "revoked", "already_revoked", "expired", "not_found", "failed", "invalid",
            "unknown", "not_attempted",
        ]
        let dry = sandbox.jwtctl("revoke", "--from", path, "--dry-run", "--json")
        #expect(sandbox.jwtctl("status", "a").status == 0)
        let result = sandbox.jwtctl("revoke", "--from", path, "--json")
        #expect(result.status == 10)
        let counts = try result.object()
        expect(counts, names.map { ($0, "number") } + [("target", "object")])
        let numbers = names.map { counts[JSONString($0)]?.numberValue?.integer ?? -1 }
        #expect(numbers == [7, 2, 1, 1, 0, 0, 3, 0, 0])
        #expect(numbers[0] == numbers.dropFirst().reduce(0, +))
        #expect(try dry.object()["total"] == 7)
        for number in [5, 6, 7] { #expect(result.errors.contains("line \(number): ")) }
        let missing = sandbox.jwtctl("revoke", "--user", "alice", "--json", "-", input: "x\ny\n")
        #expect(try missing.object()["not_found"] == 2)
        #expect(missing.status == 10)
    }

    @Test func logoutAll() throws {
        let sandbox = try Sandbox()
        for _ in 0..<3 { _ = try sandbox.token() }
        let shape = [
            ("user", "string"), ("revoked", "number"), ("already_revoked", "number"),
            ("kept", "number"), ("cutoff", "number"), ("complete", "bool"), ("audited", "bool"),
            ("late", "number"), ("version", "number?"), ("target", "object"),
        ]
        let object = try sandbox.jwtctl("logout-all", "--json", "alice").object()
        expect(object, shape)
        #expect(object["revoked"] == 3)
        #expect(object["complete"] == true)
        let several = try sandbox.jwtctl("logout-all", "--json", "alice", "bob").array()
        #expect(several.count == 2)
        for item in several { expect(item, shape) }
        let unknown = sandbox.jwtctl("logout-all", "nobody")
        #expect(
            unknown.output.contains(
                "no recorded tokens (cutoff raised): is the user name spelled correctly?"))
        let everyone = try sandbox.jwtctl("logout-all", "--everyone", "--yes", "--json").object()
        #expect(everyone["user"] == .null)
        #expect(everyone["complete"] == true)
        #expect(sandbox.jwtctl("logout-all", "--everyone").status == 9)
    }

    @Test func lists() throws {
        let sandbox = try Sandbox()
        let one = try sandbox.token("--jti", "one", "--label", "phone")
        _ = try sandbox.token("--jti", "two")
        sandbox.jwtctl("revoke", "--reason", "lost", one)
        let tokens = try sandbox.jwtctl("list", "tokens", "--json", "alice").array()
        #expect(tokens.count == 1)
        expect(
            tokens[0],
            [
                ("user", "string"), ("id", "string"), ("iat", "number?"), ("exp", "number?"),
                ("expires_in", "number?"), ("state", "string"), ("label", "string?"),
            ])
        #expect(tokens[0]["state"] == "active")
        let users = try sandbox.jwtctl("list", "users", "--json").array()
        expect(
            users[0],
            [
                ("user", "string"), ("tokens", "number"), ("latest_exp", "number?"),
                ("cutoff", "number?"),
            ])
        let revoked = try sandbox.jwtctl("list", "revoked", "--json").array()
        expect(
            revoked[0],
            [
                ("id", "string"), ("ttl", "number?"), ("exp", "number?"), ("by", "string?"),
                ("at", "string?"), ("reason", "string?"),
            ])
        #expect(revoked[0]["reason"] == "lost")
        let audit = try sandbox.jwtctl("audit", "--json").array()
        expect(
            audit[0],
            [
                ("time", "string"), ("op", "string"), ("id", "string?"), ("user", "string?"),
                ("count", "number"), ("reason", "string?"), ("actor", "string"), ("host", "string"),
            ])
        #expect(audit.map { $0["op"] } == ["revoke"])
        #expect(try sandbox.jwtctl("list", "tokens", "--json", "nobody").array().isEmpty)
        let lines = sandbox.jwtctl("list", "users", "-o", "jsonl").output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(try JSONParser.parse(Array(lines[0].utf8)).objectValue != nil)
        #expect(try sandbox.jwtctl("list", "revoked", "--limit", "0", "--json").array().isEmpty)
        #expect(
            sandbox.jwtctl("list", "tokens", "-o", "csv", "alice").output.hasPrefix("user,id,iat,"))
    }

    /// A list and a verdict never say different things about a token.
    @Test func aListedTokenFromTheFutureIsNotYetValidAsTheVerdictSays() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("logout-all", "alice")
        let token = try sandbox.token("--jti", "early")
        let ahead = Int(Date().timeIntervalSince1970) + 3600
        try sandbox.server.cli("HSET", "jwt:{alice}:meta", "early", #"{"iat":\#(ahead)}"#)
        #expect(sandbox.jwtctl("verify", token).status == 0)
        let list = try sandbox.jwtctl("list", "tokens", "--json", "alice").array()
        #expect(list[0]["state"] == "not_yet_valid")
        #expect(sandbox.jwtctl("status", "--user", "alice", "early").status == 5)
    }

    @Test func fieldsAreBare() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", #"a\b"#, "--claim", "list:=[1,{\"x\":\"y\"}]")
        let jwtctl = sandbox.jwtctl
        #expect(jwtctl("decode", "--field", "payload.sub", token).output == "alice\n")
        #expect(jwtctl("decode", "--field", "payload.list.1.x", token).output == "y\n")
        #expect(jwtctl("decode", "--field", "payload.list.0", token).output == "1\n")
        #expect(jwtctl("verify", "--field", "active", token).output == "true\n")
        #expect(jwtctl("verify", "--field", "state.cutoff", token).output == "null\n")
        #expect(jwtctl("decode", "--field", "payload.jti", token).output == "a\\b\n")
        #expect(jwtctl("decode", "--field", "verified", token).output == "false\n")
        let missing = jwtctl("decode", "--field", "payload.nothing", token)
        #expect(missing.status == 1)
        #expect(missing.output == "")
        #expect(jwtctl("list", "tokens", "--field", "label", "alice").output == "null\n")
    }

    @Test func anErrorIsAnObjectWhereJSONWasAskedFor() throws {
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nonexistent/redis.sock"])
        for line in [
            ["list", "users"], ["revoke", "--ttl", "1h", "a"], ["status", "a"], ["audit"],
            ["logout-all", "a"], ["prune"],
        ] {
            let result = jwtctl.run(line + ["--json"])
            #expect(result.status == 8)
            let error = try #require(try result.object()["error"]?.objectValue)
            #expect(error.names == ["code", "message"])
            #expect(error["code"] == "unreachable")
            #expect(jwtctl.run(line).output == "")
            #expect(jwtctl.run(line).errors.contains("jwtctl: hint: "))
        }
    }

    @Test func ofIDsComesBackWhatRevokeReads() throws {
        let sandbox = try Sandbox()
        let ids = [
            "plain", #"back\slash"#, "# comment", #"{"jti":"x"}"#, "\"quoted\"", "eyJbroken",
            "a.b.c", "line\nbreak", "tab\tinside", " blank ", "\u{202E}bidi", "ünï",
            "-", "@file", "Bearer x",
        ]
        for id in ids { _ = try sandbox.token("--jti", id) }
        let listed = sandbox.jwtctl("list", "tokens", "-o", "id", "alice").output
        #expect(listed.split(separator: "\n").contains("plain"))
        #expect(!listed.contains("\u{202E}"))
        let result = sandbox.jwtctl("revoke", "--user", "alice", "--json", "-", input: listed)
        #expect(try result.object()["revoked"] == .integer(Int64(ids.count)), "\(result.errors)")
        #expect(sandbox.jwtctl("list", "tokens", "-o", "id", "alice").output == "")
    }

    @Test("-o id has no line for an operand that failed: its error is on standard error")
    func ofIDsThereIsNoneWithoutAnID() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "good")
        let commands = [["status"], ["revoke"], ["restore", "--reason", "mistake", "--yes"]]
        for command in commands {
            let result = sandbox.jwtctl.run(command + ["-o", "id", "null", token])
            #expect(result.output == "good\n", "\(command)")
            #expect(result.errors.contains("this is not clearly an id"), "\(command)")
            #expect(result.status == 10, "\(command)")
        }
        #expect(sandbox.jwtctl("revoke", "-o", "id", "null").output == "")
        #expect(sandbox.jwtctl("revoke", "-o", "id", "null", "nil").output == "")
    }

    @Test func hostileTextIsNeverPrintedRaw() throws {
        let sandbox = try Sandbox()
        let evil = "\u{1B}]0;x\u{7}\u{202E}\u{200B}\u{9B}2J"
        let token = try sandbox.token("--jti", evil, "--label", evil, "--claim", "name=\(evil)")
        let user = try sandbox.token("--jti", "b")
        _ = user
        sandbox.jwtctl.environment["JWTCTL_ACTOR"] = evil
        let lines = [
            ["decode", token], ["verify", token], ["verify", "--json", token], ["status", token],
            ["list", "tokens", "alice"], ["revoke", "--reason", evil, token], ["verify", token],
            ["list", "revoked"], ["list", "revoked", "-o", "csv"], ["list", "revoked", "--json"],
            ["list", "revoked", "-o", "id"], ["list", "revoked", "--field", "reason"], ["audit"],
            ["audit", "--json"], ["status", "--json", token], ["logout-all", evil],
            ["list", "users"], ["list", "tokens", evil], ["revoke", "--user", evil, evil],
            ["restore", "--reason", evil, "--yes", token], [evil], ["help", evil],
            ["decode", "--\(evil)"], ["decode", "--field", evil, token],
            ["issue", "--sub", evil, "--jti", evil, "--json"],
            ["list", "users", "--redis", "redis://\(evil)"],
            ["list", "users", "--namespace", evil],
            ["decode", "@/\(evil)"], ["issue", "--sub", "x", "--claim", "\(evil):=x"],
        ]
        for line in lines {
            for arguments in [line, ["-v"] + line] {
                let result = sandbox.jwtctl.run(arguments)
                for scalar in (result.output + result.errors).unicodeScalars where scalar != "\n" {
                    let isHostile =
                        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                        || scalar == "\u{202E}" || scalar == "\u{200B}"
                    #expect(
                        !isHostile, "\(arguments.count > 3 ? arguments[0...1] : arguments[0...0])")
                    if isHostile { break }
                }
            }
        }
    }

    /// Neither errors nor traces hold a secret, a password or a whole token.
    @Test func secretsAreNeverSaid() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("CONFIG", "SET", "requirepass", "hunter2hunter2")
        let token = handmade(#"{"sub":"alice","jti":"a","exp":9999999999}"#)
        let url = sandbox.server.url.replacingOccurrences(
            of: "unix://", with: "unix://:hunter2hunter2@")
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] = url
        let lines = [
            ["verify", token], ["revoke", token], ["verify", token], ["status", token],
            ["logout-all", "--keep", token, "alice"], ["revoke", token, token + "x"],
            ["revoke", "--secret", Sandbox.secret, token], [token], ["help", token],
            ["list", "tokens", token, token], ["list", "users", "x", token],
            ["verify", "--key", sandbox.secretFile, token],
            ["list", "users", "--redis", url + "#x"],
            ["revoke", "--from", "/nonexistent", token],
        ]
        for line in lines {
            let result = sandbox.jwtctl.run(["-v"] + line)
            let said = result.output + result.errors
            #expect(!said.contains("hunter2"), "\(line[0])")
            // Given in place of a path it is quoted as the path it was taken for.
            if !line.contains("--secret") {
                #expect(!said.contains(Sandbox.secret), "\(line[0])")
            }
            if line[0] != "list" { #expect(!said.contains(token), "\(line[0])") }
        }
        let wrong = sandbox.jwtctl(
            "list", "users", "--redis",
            url.replacingOccurrences(of: "hunter2hunter2", with: "wrongpass"))
        #expect(wrong.status == 8)
        #expect(!(wrong.output + wrong.errors).contains("wrongpass"))
    }
}
