import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Whatever is pasted, what is reported as revoked is the token that was meant, and no other key is
/// written.
@Suite(.redis) struct PastedFormTests {
    private struct Fixture {
        let sandbox: Sandbox
        let token: String
        let other: String

        init() throws {
            sandbox = try Sandbox()
            let now = Int(Date().timeIntervalSince1970)
            token = handmade(
                #"{"jti":"t-1","sub":"alice","iat":\#(now),"exp":\#(now + 900),"scope":"a b c d e"}"#
            )
            other = handmade(#"{"jti":"t-2","sub":"bob","iat":\#(now),"exp":\#(now + 900)}"#)
        }

        /// The tool with the key, and without it.
        func jwtctl(hasKey: Bool) -> TestTool {
            var jwtctl = sandbox.jwtctl
            if !hasKey { jwtctl.environment["JWTCTL_SECRET"] = nil }
            return jwtctl
        }

        /// What a run has put on the blacklist; any other key counts as itself.
        func written() throws -> Set<String> {
            let keys = try sandbox.server.cli("KEYS", "*").split(separator: "\n").map(String.init)
            try sandbox.server.cli("FLUSHALL")
            return Set(keys).subtracting(["jwt:audit"])
        }
    }

    private static let mine: Set<String> = ["jwt:deny:t-1"]
    private static let both: Set<String> = ["jwt:deny:t-1", "jwt:deny:t-2"]

    @Test func `there are enough of them, and none twice`() {
        #expect(PastedForm.all.count >= 150)
        #expect(Set(PastedForm.all.map(\.template)).count == PastedForm.all.count)
    }

    @Test func `an operand revokes the one token that it is, or nothing`() throws {
        let fixture = try Fixture()
        for form in PastedForm.all {
            for hasKey in [true, false] {
                // What begins with a dash would be an option.
                let result = fixture.jwtctl(hasKey: hasKey)
                    .run(["revoke", "--ttl", "1h", "--", form.text(fixture.token, fixture.other)])
                try expect(
                    form, fixture, result, hasKey: hasKey, isBulk: false)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a line revokes the tokens that stand in it, or nothing`(_ isFile: Bool) throws {
        let fixture = try Fixture()
        for form in PastedForm.all {
            let text = form.text(fixture.token, fixture.other)
            // A comment, and a line for each piece.
            if text.hasPrefix("#") || text.contains("\n") { continue }
            // A byte order mark at the start of the input would be dropped.
            let input = "\n\(text)\n"
            for hasKey in [true, false] {
                let jwtctl = fixture.jwtctl(hasKey: hasKey)
                let options = ["revoke", "--ttl", "1h", "--yes", "--json"]
                let result =
                    isFile
                    ? jwtctl.run(
                        options + ["--from", try fixture.sandbox.file("lines", input)])
                    : jwtctl.run(options + ["-"], input: input)
                try expect(
                    form, fixture, result, hasKey: hasKey, isBulk: true)
            }
        }
    }

    private func expect(
        _ form: PastedForm, _ fixture: Fixture, _ result: TestTool.Result, hasKey: Bool,
        isBulk: Bool
    ) throws {
        let shown: Comment = "\(form.template), key \(hasKey), bulk \(isBulk): \(result.errors)"
        let written = try fixture.written()
        let wanted: Set<String>
        switch form.meaning {
        case .token: wanted = Self.mine
        case .text: wanted = hasKey ? Self.mine : []
        case .both: wanted = isBulk && hasKey ? Self.both : []
        case .refused: wanted = []
        }
        // Two tokens on a line are the line's own where nobody else has written it.
        if form.meaning == .both, isBulk, !hasKey {
            #expect(written.isEmpty || written == Self.both, shown)
            #expect((result.status == 0) == (written == Self.both), shown)
            return
        }
        #expect(written == wanted, shown)
        #expect((result.status == 0) == !wanted.isEmpty, shown)
        // A refusal says what to do, and repeats no token.
        #expect(
            !result.errors.contains(fixture.token) && !result.errors.contains(fixture.other), shown)
        if !isBulk, wanted.isEmpty {
            #expect([2, 3, 9].contains(result.status), shown)
        }
    }

    @Test func `verify takes nothing but the token`() throws {
        let fixture = try Fixture()
        let jwtctl = fixture.jwtctl(hasKey: true)
        for form in PastedForm.all {
            let text = form.text(fixture.token, fixture.other)
            let result = jwtctl("verify", "--offline", "--", text)
            #expect((result.status == 0) == form.isPlain, "\(form.template): \(result.errors)")
            let stream = jwtctl("verify", "--stream", "--offline", input: text + "\n")
            let isValid = stream.output.split(separator: "\n")
                .contains { $0.contains(#""ok":true"#) }
            #expect(!isValid || form.isPlain, "\(form.template): \(stream.output)")
        }
        let hint = jwtctl("verify", "--offline", "x \(fixture.token)").errors
        #expect(hint.contains("a token at byte 2: pass only that"), "\(hint)")
    }

    @Test func `decode takes the one token out`() throws {
        let fixture = try Fixture()
        for form in PastedForm.all where form.meaning == .token || form.meaning == .text {
            let text = form.text(fixture.token, fixture.other)
            let result = fixture.jwtctl(hasKey: false)(
                "decode", "--field", "payload.jti", "--", text)
            #expect(
                result.status == 0 && result.line == "t-1", "\(form.template): \(result.errors)")
        }
        let two = fixture.jwtctl(hasKey: false)("decode", "\(fixture.token) \(fixture.other)")
        #expect(two.status == 2 && two.errors.contains("2 tokens"), "\(two.errors)")
    }

    @Test func `a token that was wrapped over lines is joined, or refused whole`() throws {
        let fixture = try Fixture()
        for width in [60, 64, 76] {
            let letters = Array(fixture.token)
            let lines = stride(from: 0, to: letters.count, by: width).map {
                String(letters[$0..<min($0 + width, letters.count)])
            }
            let jwtctl = fixture.jwtctl(hasKey: true)
            for ending in ["\n", "\r\n"] {
                let text = lines.joined(separator: ending)
                #expect(jwtctl("revoke", text).status == 0)
                #expect(try fixture.written() == Self.mine)
                let piped = jwtctl(
                    "revoke", "--yes", "--ttl", "1h", "-", input: "a1\(ending)\(text)\(ending)b2\n")
                #expect(piped.status == 0, "\(piped.errors)")
                #expect(try fixture.written() == Self.mine.union(["jwt:deny:a1", "jwt:deny:b2"]))
            }
            let broken = lines.dropLast().joined(separator: "\n")
            // The bits that are left of a signature may spell one, which does not verify.
            #expect([3, 4].contains(jwtctl("revoke", "--ttl", "1h", broken).status))
            let piped = jwtctl("revoke", "--yes", "--ttl", "1h", "-", input: broken + "\n")
            #expect([3, 4, 10].contains(piped.status), "\(piped.errors)")
            #expect(try fixture.written().isEmpty)
        }
    }

    /// Whatever wrapped it, and whichever piece is missing.
    @Test func `no piece of a wrapped token is an id`() throws {
        let fixture = try Fixture()
        let jwtctl = fixture.jwtctl(hasKey: true)
        let letters = Array(fixture.token)
        for width in [
            16, 24, 40, 52, 64, letters.count - 30, letters.count - 11, letters.count - 3,
        ] {
            let lines = stride(from: 0, to: letters.count, by: width)
                .map { String(letters[$0..<min($0 + width, letters.count)]) }
            let texts = [
                lines, lines.map { "  \($0)" }, lines.map { "\($0)\\" }, Array(lines.dropFirst()),
                Array(lines.dropLast()),
            ]
            for text in texts {
                for options in [[], ["--no-verify"]] {
                    let result = jwtctl.run(
                        ["revoke", "--yes", "--ttl", "1h"] + options + ["-"],
                        input: text.joined(separator: "\n") + "\n")
                    let written = try fixture.written()
                    // A signature alone cannot be told from an id.
                    let isSignature = text.allSatisfy {
                        !$0.contains(".") && fixture.token.hasSuffix($0)
                    }
                    #expect(
                        written.isSubset(of: Self.mine) || isSignature,
                        "\(width): \(text): \(result.errors)")
                    #expect(
                        result.status != 0 || written == Self.mine || isSignature || text.isEmpty,
                        "\(width): \(text): \(result.errors)")
                }
            }
        }
    }

    /// Signatures have the lengths of their algorithms: a whole one ends the token.
    @Test(arguments: ["HS512", "RS256", "ES256", "ES512", "Ed25519", "Ed448"])
    func `an id behind a whole token is an id`(_ algorithm: String) throws {
        let fixture = try Fixture()
        var jwtctl = fixture.jwtctl(hasKey: false)
        let key = fixture.sandbox.directory.file("key")
        #expect(
            jwtctl("key", "generate", "--alg", algorithm, "--format", "jwk", "--out", key).status
                == 0)
        jwtctl.environment["JWTCTL_KEY"] = key
        let token = jwtctl("issue", "--no-record", "--sub", "alice", "--jti", "whole").line
        let input = "\(token)\nan-id-behind-it\n"
        let result = jwtctl("revoke", "--yes", "--ttl", "1h", "-", input: input)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try fixture.written() == ["jwt:deny:whole", "jwt:deny:an-id-behind-it"])
    }

    @Test func `a token is no user`() throws {
        let fixture = try Fixture()
        let jwtctl = fixture.jwtctl(hasKey: true)
        for user in [fixture.token, "Bearer \(fixture.token)", "-"] {
            #expect(jwtctl("logout-all", "--", user).status == 2)
            #expect(
                jwtctl("logout-all", "--from", "-", input: user + "x\n\(user)\n").status != 0
                    || user == "-")
        }
        #expect(try fixture.written().filter { $0.contains("eyJ") }.isEmpty)
    }

    @Test func `an id that begins like a token and is none is an id`() throws {
        let fixture = try Fixture()
        let jwtctl = fixture.jwtctl(hasKey: true)
        for id in ["eyJx9Kq2Zb7wLmTtR0aVUQ", "eyJ_Kq2Zb7wLmTtR0aVUQA", "a.b", "a-b_c", "xeyJ"] {
            #expect(jwtctl("revoke", "--ttl", "1h", id).status == 0, "\(id)")
            #expect(try fixture.written() == ["jwt:deny:\(id)"])
        }
    }

    @Test func `the name of a file is no id`() throws {
        let fixture = try Fixture()
        let file = try fixture.sandbox.file("items.txt", fixture.token)
        let result = fixture.jwtctl(hasKey: true)("revoke", "--ttl", "1h", file)
        #expect(result.status == 2)
        #expect(result.errors.contains("is a file") && result.errors.contains("--from"))
        #expect(fixture.jwtctl(hasKey: true)("revoke", "@" + file).status == 0)
        #expect(try fixture.written() == Self.mine)
    }
}
