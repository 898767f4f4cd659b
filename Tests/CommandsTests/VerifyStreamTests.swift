import JOSE
import JSON
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import Commands

/// A stream judges in another way than a single token does: by copies of the keys, on several
/// threads, and into text at once. What it says must be the same.
@Suite struct VerifyStreamTests {
    /// Tokens of every verdict and every form of JSON that a shortcut could get wrong.
    private static let tokens: [String] =
        [
            TestToken.signed(["sub": "alice", "jti": "1", "exp": .integer(TestTool.now + 60)]),
            TestToken.signed(["sub": "alice", "exp": .integer(TestTool.now - 60)]),
            TestToken.signed(["exp": "never"]),
            TestToken.signed(["exp": 1, "nbf": 9_999_999_999, "iat": 5]),
            TestToken.signed([:]), TestToken.signed(["jti": ""]),
            TestToken.signed(["aud": ["a", "b"], "iss": "i"]),
            TestToken.signed(["text": "\u{7F}\u{202E}é\u{1F600}\"\\\n/", "": .null]),
            TestToken.signed(["sub": "x"], secret: "another secret, also long enough for it"),
            signed("{}", header: #"{"alg":"HS256","kid":"k","crit":["x"]}"#),
            signed("{}", header: #"{ "alg": "HS256", "b64": true }"#),
            TestToken.signed(["sub": "x"], header: ["typ": "\u{200B}"]),
            "", "a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "x",
            String(repeating: "A", count: CompactToken.maximumByteCount + 1),
        ]
        + [
            #"{ "sub" : "spaced" }"#, #"{"sub":"\u0041\/\n"}"#, #"{"n":-0,"m":1.50E+3}"#,
            #"{"exp":1e300,"iat":-0.5,"nbf":1.5}"#, #"{"a":{"b":[1,true,null,"x"]},"c":[]}"#,
            #"{"a":1,"a":2}"#, #"{"iss":1,"aud":[1],"jti":"\u00e9"}"#, "[]", "{}", "{}\n",
        ].map { signed($0) }

    /// A token whose payload and header are exactly these texts.
    private static func signed(
        _ payload: String, header: String = #"{"alg":"HS256"}"#
    ) -> String {
        let input = encoded(Array(header.utf8)) + "." + encoded(Array(payload.utf8))
        guard
            let code = try? MessageAuthenticator.make(
                secret: SecretBytes(copying: Array(Sandbox.secret.utf8)), digest: .sha256
            ).code(for: Array(input.utf8))
        else { return "" }
        return input + "." + encoded(code)
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }

    @Test("A line of a stream is what verify says of the token alone", arguments: tokens)
    func equalsSingle(token: String) {
        let single = TestTool.standalone.run(["verify", "--offline", "-o", "jsonl"], input: token)
        let stream = TestTool.standalone.run(
            ["verify", "--offline", "--stream"], input: token + "\n")
        #expect(stream.output == single.output)
        #expect(stream.output.utf8.count > 100)
    }

    @Test("Many lines, which threads share, are answered as few are, in order")
    func manyLines() {
        let lines = (0..<5000).map { index in
            index % 3 == 0
                ? TestToken.signed(["jti": .string("id-\(index)")])
                : Self.tokens[index % Self.tokens.count]
        }
        let expected = lines.map { line in
            TestTool.standalone.run(["verify", "--offline", "--stream"], input: line + "\n").output
        }
        let result = TestTool.standalone.run(
            ["verify", "--offline", "--stream"], input: lines.joined(separator: "\n"))
        #expect(result.status == 0)
        #expect(result.output == expected.joined())
    }

    @Test("A quiet stream says nothing")
    func quiet() {
        let result = TestTool.standalone.run(
            ["verify", "--offline", "--stream", "-q"], input: "x\ny\n")
        #expect(result.output.isEmpty)
        #expect(result.status == 0)
    }
}
