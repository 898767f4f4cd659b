import Foundation

/// What people paste where a token or an id is asked for. `T` stands for a token, `U` for another
/// one, `B` for the base64 of `T`.
struct PastedForm: Sendable {
    enum Meaning: Sendable {
        /// The token, as the person gave it: nobody else has written what stands around it.
        case token
        /// The token, in text that may be somebody else's.
        case text
        /// Both tokens.
        case both
        /// Nothing that may be acted on.
        case refused
    }

    let template: String
    let meaning: Meaning
    /// Whether `verify` takes it, too.
    let isPlain: Bool

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    func text(_ token: String, _ other: String) -> String {
        let half = token.index(token.startIndex, offsetBy: token.count / 2)
        return
            template
            .replacing("⟨T⟩", with: token).replacing("⟨U⟩", with: other)
            .replacing("⟨B⟩", with: base64(token))
            .replacing("⟨BB⟩", with: base64(base64(token)))
            .replacing("⟨bB⟩", with: base64("Bearer " + token))
            .replacing("⟨hex⟩", with: token.utf8.map { String(format: "%02x", $0) }.joined())
            .replacing("⟨H⟩", with: token.prefix { $0 != "." })
            .replacing("⟨HP⟩", with: token.split(separator: ".").prefix(2).joined(separator: "."))
            .replacing("⟨PS⟩", with: token.split(separator: ".").suffix(2).joined(separator: "."))
            .replacing("⟨T/⟩", with: token[..<half]).replacing("⟨/T⟩", with: token[half...])
    }

    private static func forms(
        _ meaning: Meaning, plain: Bool = false, _ templates: [String]
    ) -> [PastedForm] {
        templates.map { PastedForm(template: $0, meaning: meaning, isPlain: plain) }
    }

    static let all: [PastedForm] =
        forms(
            .token, plain: true,
            [
                "⟨T⟩", " ⟨T⟩", "⟨T⟩ ", "\t⟨T⟩\t", "\"⟨T⟩\"", "'⟨T⟩'", "`⟨T⟩`", "\"'⟨T⟩'\"",
                "Bearer ⟨T⟩", "bearer ⟨T⟩", "BEARER ⟨T⟩", "Bearer  ⟨T⟩", "Bearer \"⟨T⟩\"",
                "Authorization: Bearer ⟨T⟩", "authorization: bearer ⟨T⟩",
                "Authorization:Bearer ⟨T⟩", "'Authorization: Bearer ⟨T⟩'",
                "\"Authorization: Bearer ⟨T⟩\"", "Authorization: ⟨T⟩",
            ])
        + forms(
            .token,
            [
                "⟨T⟩.", "⟨T⟩,", "⟨T⟩;", "(⟨T⟩)", "[⟨T⟩]", "<⟨T⟩>", "{⟨T⟩}", "“⟨T⟩”", "‘⟨T⟩’",
                "«⟨T⟩»", "„⟨T⟩“", "[\"⟨T⟩\"]", "⟨T⟩!", "⟨T⟩?", "…⟨T⟩", ":⟨T⟩", "**⟨T⟩**", "> ⟨T⟩",
                "- ⟨T⟩", "\u{FEFF}⟨T⟩", "⟨T⟩\u{200B}", "\u{A0}⟨T⟩\u{A0}", "\u{200E}⟨T⟩",
                "Cookie: session=⟨T⟩", "Cookie: a=b; session=⟨T⟩; c=d", "cookie: jwt=⟨T⟩;",
                "Set-Cookie: session=⟨T⟩; Path=/; HttpOnly", "set-cookie:token=⟨T⟩; Secure",
                "token=⟨T⟩", "TOKEN=⟨T⟩", "TOKEN=\"⟨T⟩\"", "TOKEN='⟨T⟩'", "export TOKEN=⟨T⟩",
                "export TOKEN=\"⟨T⟩\"", "token: ⟨T⟩", "token: \"⟨T⟩\"", "access_token: '⟨T⟩'",
                "{\"token\":\"⟨T⟩\"}", "{\"access_token\": \"⟨T⟩\", \"token_type\": \"Bearer\"}",
                "{ \"id_token\" : \"⟨T⟩\" }", "alice,⟨T⟩,2026", "⟨T⟩,alice", "alice\t⟨T⟩",
                "⟨T⟩\t4102444800",
            ])
        + forms(
            .text,
            [
                "2026-11-30T10:00:00Z INFO token ⟨T⟩ accepted",
                "level=info msg=\"login\" token=⟨T⟩ user=alice", "GET /?access_token=⟨T⟩ HTTP/1.1",
                "https://example.com/cb?token=⟨T⟩", "https://example.com/cb?token=⟨T⟩&state=1",
                "https://example.com/cb#access_token=⟨T⟩&token_type=bearer",
                "https://example.com/verify/⟨T⟩", "/reset/⟨T⟩/confirm",
                "10.0.0.1 - - [30/Nov/2026] \"GET /me?jwt=⟨T⟩ HTTP/1.1\" 200 12",
                "curl -H 'Authorization: Bearer ⟨T⟩' https://api.example.com",
                "curl -H \"Authorization: Bearer ⟨T⟩\" https://api.example.com/v1/me",
                "curl --oauth2-bearer ⟨T⟩ https://api.example.com",
                "http GET api.example.com Authorization:'Bearer ⟨T⟩'",
                "wget --header=\"Authorization: Bearer ⟨T⟩\" x",
                "{\"msg\":\"got ⟨T⟩ from alice\"}", "{\"a\":{\"b\":{\"token\":\"⟨T⟩\"}}}",
                "{\"headers\":{\"authorization\":\"Bearer ⟨T⟩\"}}", "{\"list\":[1,\"⟨T⟩\"]}",
                "{\"line\":\"token=\\\"⟨T⟩\\\"\"}", "{'token': '⟨T⟩'}", "{\"token\":\"⟨T⟩\"",
                "token%3D⟨T⟩", "redirect=https%3A%2F%2Fx%2F%3Ftoken%3D⟨T⟩%26a%3Db",
                "x%253D⟨T⟩", "Bearer%20⟨T⟩", "\\u003d⟨T⟩", "a\\n⟨T⟩\\n", "msg=\\\"⟨T⟩\\\"",
                "\u{1B}[32m⟨T⟩\u{1B}[0m ok", "the token is ⟨T⟩.", "token ⟨T⟩, please revoke",
                "session-⟨T⟩", "session_⟨T⟩", "jwt:deny:⟨T⟩", "sess:⟨T⟩:1", "user/alice/⟨T⟩",
                "Authorization: Bearer ⟨T⟩ extra", "Bearer ⟨T⟩ Bearer", "Token ⟨T⟩", "JWT ⟨T⟩",
                "DPoP ⟨T⟩", "X-Token: x ⟨T⟩", "env TOKEN=⟨T⟩ ./run", "- name: a, token: ⟨T⟩",
                "⟨T⟩ alice", "alice ⟨T⟩", "# ⟨T⟩ x y", "<token>⟨T⟩</token>", "token⇒⟨T⟩ é",
                "jwt=⟨T⟩ (⟨T⟩)", "sub=alice;tok=⟨T⟩;exp=1", "export A=1 TOKEN=⟨T⟩",
            ])
        + forms(
            .both,
            [
                "⟨T⟩ ⟨U⟩", "⟨T⟩,⟨U⟩", "⟨T⟩;⟨U⟩", "old=⟨T⟩ new=⟨U⟩", "[\"⟨T⟩\",\"⟨U⟩\"]",
                "{\"access_token\":\"⟨T⟩\",\"refresh_token\":\"⟨U⟩\"}",
                "Cookie: access=⟨T⟩; refresh=⟨U⟩", "⟨T⟩\t⟨U⟩", "renewed ⟨T⟩ as ⟨U⟩.",
            ])
        + forms(
            .refused,
            [
                // What is left of a token, or too much of it.
                "⟨H⟩", "⟨HP⟩", "⟨HP⟩…", "token ⟨HP⟩", "⟨PS⟩.x.y", "x.⟨T⟩", "⟨T⟩.x", "⟨T⟩.⟨U⟩",
                "⟨T⟩⟨U⟩", "⟨T⟩-⟨U⟩", "⟨T⟩.a.b", "s:⟨T⟩.sig", "Cookie: sid=s%3A⟨T⟩.sig",
                "Bearer⟨T⟩", "token⟨T⟩", "x⟨T⟩", "x⟨H⟩", "token-⟨H⟩", "⟨B⟩", "token=⟨B⟩", "⟨BB⟩",
                "⟨bB⟩", "⟨hex⟩",
                "⟨T/⟩\u{200B}⟨/T⟩",
                "⟨H⟩=.x.y", "⟨H⟩==.a.b", "⟨H⟩ .x", "eyJ", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGci",
                "eyJhbGciOiJIUzI1NiJ9..", "eyJhbGciOiJIUzI1NiJ9.e30", "a.b.c", "..", "⟨HP⟩.+x/y",
                // No ids.
                "a b", "a,b", "'a' 'b'", "a\"b", "[a]", "(a", "a>b", "{a}", "{}", "{\"a\":1}",
                "{\"jti\":1}", "\u{200B}a", "a\u{A0}b", "a\u{202E}b", "\u{FEFF}a", "a\u{7}b",
                "$TOKEN", "--compressed", "--data-raw", "a\"", "'a", "a|4102444800", "a,", "null",
                "undefined", "tokens:", "id: a", "jti=a", "id=a",
                "a=b", "a=b=", "JTI=a", "a;", "token=abcdef",
                "access_token: abcdef", "TOKEN=abcdef", "export JWT='abcdef'", "refreshToken=a",
                "Bearer abcdef", "Authorization: Bearer abcdef", "Bearer 0123456789abcdef0123",
                "Authorization: Basic YWxpY2U6eA==", "GET /x HTTP/1.1", "revoke alice's token",
                "{\"id\":\"a\",\"token\":\"⟨T⟩\"}", "{\"jti\":\"a\",\"id\":\"b\"}",
                // Keys, as redis-cli prints them.
                "jwt:deny:4f3c2a", "jwt:cutoff", "jwt:audit",
            ])
}
