import Foundation
import TestSupport
import Testing

@testable import Commands

/// Which token was taken out of other text is told before anything is done, by every command.
@Suite(.redis) struct TakenTokenTests {
    private let sandbox: Sandbox
    private let token: String
    private let words = "found a token in the text: id t-1, user alice, expires "

    init() throws {
        sandbox = try Sandbox()
        token = try Self.token("t-1")
    }

    private static func token(_ id: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        return handmade(#"{"jti":"\#(id)","sub":"alice","iat":\#(now),"exp":\#(now + 900)}"#)
    }

    static let lines: [[String]] = [
        ["status"], ["revoke"], ["restore", "-r", "x", "--yes"],
    ]

    @Test(arguments: lines)
    func `a token in other text is named`(_ line: [String]) throws {
        for text in ["sid=\(token); a=b", "user alice: \(token) left", "Cookie: sid=\(token)"] {
            #expect(sandbox.jwtctl.run(line + [text]).errors.contains(words), "\(text)")
            let piped = sandbox.jwtctl.run(line + ["-"], input: text + "\n")
            #expect(piped.errors.contains("line 1: \(words)"), "\(piped.errors)")
        }
        for text in [token, "Bearer \(token)", "Authorization: Bearer \(token)", "'\(token)'"] {
            #expect(!sandbox.jwtctl.run(line + [text]).errors.contains("in the text"), "\(text)")
        }
    }

    @Test(arguments: lines)
    func `ten of many are named`(_ line: [String]) throws {
        let text = try (1...20).map { "x=\(try Self.token("t-\($0)"));\n" }.joined()
        let result = sandbox.jwtctl.run(line + ["-"], input: text)
        #expect(result.errors.components(separatedBy: "found a token in the text").count == 11)
        #expect(result.errors.components(separatedBy: "more tokens were found in text").count == 2)
    }

    @Test func `the token to keep is named too`() throws {
        let own = try sandbox.token()
        let result = sandbox.jwtctl("logout-all", "alice", "--keep", "Cookie: a=\(own)")
        #expect(result.errors.contains("found a token in the text: id "), "\(result.errors)")
    }

    @Test func `a token beside an id is not read, and a note says so`() throws {
        let text = #"{"jti":"x","reason":"had \#(token)"}"#
        let note = "the object has an id: the token in another member is ignored"
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", text).errors.contains(note))
        let piped = sandbox.jwtctl("revoke", "--ttl", "1h", "-", input: "\(text)\n\(text)\n")
        #expect(piped.errors.components(separatedBy: "line 1: \(note)").count == 2)
        #expect(piped.errors.components(separatedBy: note).count == 2)
        #expect(sandbox.jwtctl("status", token).status == 0)
        let plain = #"{"jti":"x","reason":"none"}"#
        #expect(!sandbox.jwtctl("revoke", "--ttl", "1h", plain).errors.contains(note))
    }

    @Test func `an id that is a token is warned of`() throws {
        let warning = "the id is a token itself"
        let result = sandbox.jwtctl("revoke", "--ttl", "1h", #"{"id":"\#(token)"}"#)
        #expect(result.errors.contains(warning), "\(result.errors)")
        // Who says --id means it.
        let meant = sandbox.jwtctl("revoke", "--ttl", "1h", "--id", token)
        #expect(meant.status == 0 && !meant.errors.contains(warning), "\(meant.errors)")
    }

    // MARK: restore

    @Test func `restore takes a token out of text with a key or without a check`() throws {
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        let text = "log: \(token) ended"
        var keyless = sandbox.jwtctl
        keyless.environment["JWTCTL_SECRET"] = nil
        let line = ["restore", "-r", "slip", "--yes"]
        let refused = keyless.run(line + [text])
        #expect(refused.status == 9)
        #expect(refused.errors.contains("give --key SOURCE to check it, or pass the token alone"))
        #expect(keyless("status", token).status == 6)
        #expect(keyless.run(line + ["--no-verify", text]).status == 0)
        #expect(keyless("status", token).status == 0)
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        #expect(sandbox.jwtctl.run(line + [text]).status == 0)
        #expect(sandbox.jwtctl("status", token).status == 0)
    }

    @Test func `restore takes no forged token where it has the key`() throws {
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        let forged = String(token.dropLast(10)) + "AAAAAAAAAA"
        let line = ["restore", "-r", "slip", "--yes"]
        let refused = sandbox.jwtctl.run(line + [forged])
        #expect(refused.status == 4, "\(refused.errors)")
        #expect(refused.errors.contains("use --no-verify to restore it anyway"))
        #expect(sandbox.jwtctl("status", token).status == 6)
        #expect(sandbox.jwtctl.run(line + ["-"], input: forged + "\n").status == 4)
        #expect(sandbox.jwtctl("status", token).status == 6)
        #expect(sandbox.jwtctl.run(line + ["--no-verify", forged]).status == 0)
        #expect(sandbox.jwtctl("status", token).status == 0)
    }

    // MARK: users

    @Test(arguments: ["ali\u{200B}ce", "alice\u{A0}", "al\tice", "alice\u{202E}"])
    func `a user with what cannot be seen is refused`(_ user: String) throws {
        let operand = sandbox.jwtctl("logout-all", user)
        #expect(operand.status == 2)
        #expect(operand.errors.contains("the user name has U+"), "\(operand.errors)")
        let line = sandbox.jwtctl("logout-all", "--from", "-", "--yes", input: user + "\n")
        #expect(line.status == 2, "\(line.errors)")
        #expect(try sandbox.server.cli("KEYS", "*") == "")
        let meant = "{\"user\":\"\(user.replacing("\t", with: "\\t"))\"}\n"
        #expect(sandbox.jwtctl("logout-all", "--from", "-", "--yes", input: meant).status == 0)
    }

    @Test func `a file is no user`() throws {
        let file = try sandbox.file("users.txt", "alice\n")
        let result = sandbox.jwtctl("logout-all", file)
        #expect(result.status == 2)
        #expect(result.errors.contains("is a file") && result.errors.contains("--from"))
        #expect(try sandbox.server.cli("KEYS", "*") == "")
        #expect(sandbox.jwtctl("logout-all", "gone.txt").status == 0)
    }
}

/// What is refused, with the line to type next.
@Suite(.programs) struct RemedyTests {
    static let remedies: [(text: String, words: [String])] = [
        ("s:eyJhbGciOiJIUzI1NiJ9.e30.YWJj.sig", ["Express", "between 's:' and the last dot"]),
        ("sid=s%3AeyJhbGciOiJIUzI1NiJ9.e30.YWJj.sig", ["Express", "between 's:'"]),
        (#"{"id":5}"#, ["'id' is not a string", "in quotes"]),
        (#"{"jti":5}"#, ["'jti' is not a string", "in quotes"]),
        (#"{"user":"a"}"#, ["the object has neither 'jti' nor 'id'"]),
        (#"[{"id":"a"}]"#, ["JSON array", "jq -c '.[]'"]),
        ("a\u{200B}b", ["U+200B at byte 1", "remove it"]),
        ("a b", ["pass the id alone, or use --id to treat the whole text as an id"]),
        ("--data-raw", ["it looks like an option"]), ("a\"", ["it has an unmatched quote"]),
    ]

    @Test(arguments: remedies)
    func `a refusal names what to do`(_ remedy: (text: String, words: [String])) {
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nowhere/redis.sock"])
        let result = jwtctl("revoke", "--ttl", "1h", "--", remedy.text)
        #expect([2, 3].contains(result.status), "\(result.errors)")
        for words in remedy.words { #expect(result.errors.contains(words), "\(result.errors)") }
    }

    @Test func `a DER signature is told where it is refused`() throws {
        let directory = try TemporaryDirectory()
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nowhere/redis.sock"])
        let key = directory.file("key.pem")
        #expect(jwtctl("key", "generate", "--alg", "ES256", "--out", key).status == 0)
        // SEQUENCE of two INTEGERs of 32 bytes.
        let number = [0x02, 0x20] + [UInt8](repeating: 0x11, count: 32)
        let signature = Data([0x30, 0x44] + number + number).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let header = Data(#"{"alg":"ES256"}"#.utf8).base64EncodedString()
            .replacing("=", with: "")
        let token = header + ".eyJqdGkiOiJhIiwic3ViIjoiYSJ9." + signature
        let server = try RedisServer()
        let result = jwtctl("revoke", "--redis", server.url, "--key", key, "--forever", token)
        #expect(result.status == 4, "\(result.errors)")
        #expect(result.errors.contains("70 bytes of DER; JWS requires r and s in 64 bytes"))
    }
}
