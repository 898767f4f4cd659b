import OpenSSL

/// Tokens whose header tries to choose algorithm, key or rules.
enum HeaderAttacks {
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// S1: `none` and its look-alikes, with an empty, a short and a good signature.
    static func algorithmNone() throws -> [HostileToken] {
        let names = [
            "none", "None", "NONE", "nOnE", "noNE", "nonE", "none ", " none", "none\u{0}", "none\t",
            "none\n", "n\u{43E}ne", "\u{FF4E}one", "non\u{435}", "none\u{200B}", "", "null",
            "hs256", "Hs256", "HS256 ", " HS256", "HS256\u{0}", "HS2566", "HS25", "\u{FF28}S256",
            "HS256\u{301}", "ES256\u{212A}", "RSA1_5", "dir",
        ]
        var tokens: [HostileToken] = []
        for name in names {
            let header = #"{"alg":\#(quoted(name))}"#
            let signatures: [(String, Forge.Sign)] = [
                ("no signature", Forge.bytes([])), ("short", Forge.bytes([0])),
                ("signed", Forge.mac(.sha256)),
            ]
            for (what, sign) in signatures {
                tokens.append(
                    HostileToken(
                        name: "\(quoted(name)), \(what)",
                        token: try Forge.token(header: header, sign: sign),
                        reason: "algorithm_not_allowed"))
            }
        }
        for value in ["null", "1", "true", #"["HS256"]"#, #"{"HS256":1}"#, "[]"] {
            tokens.append(
                HostileToken(
                    name: "alg \(value)", token: try Forge.token(header: #"{"alg":\#(value)}"#),
                    reason: "malformed"))
        }
        for header in ["{}", #"{"Alg":"HS256"}"#, #"{"alg ":"HS256"}"#, #"{"typ":"JWT"}"#] {
            tokens.append(
                HostileToken(
                    name: "without alg: \(header)", token: try Forge.token(header: header),
                    reason: "malformed"))
        }
        return tokens + [
            HostileToken(name: "control", token: try Forge.token(), reason: nil),
            HostileToken(
                name: "control, escapes",
                token: try Forge.token(header: #"{"\u0061lg":"\u0048S256"}"#),
                reason: nil),
        ]
    }

    /// S12: a key that comes with the token, whose signature it does verify.
    static func embeddedKey() throws -> [HostileToken] {
        let (mine, other) = (Keyring.shared.p256, Keyring.shared.rsa)
        let jwk = try Keyring.jwk(rsa: other)
        let certificate = Forge.base64url(try Keyring.der(other))
        let members = [
            #""jwk":\#(jwk)"#, #""jwk":{"kty":"oct","k":"\#(Forge.base64url(Forge.secret.utf8))"}"#,
            #""jku":"https://attacker.example/jwks.json""#, #""jku":"file:///etc/passwd""#,
            #""jku":"data:application/json,{}""#, #""jku":"http://127.0.0.1:6379/""#,
            #""x5u":"https://attacker.example/x.pem""#, #""x5u":"file:///dev/zero""#,
            #""x5c":["\#(certificate)"]"#, #""x5c":[]"#, #""x5t":"AAAA""#, #""x5t#S256":"AAAA""#,
            #""jwk":null"#, #""jku":7"#,
        ]
        var tokens: [HostileToken] = []
        let key = HostileToken.Key.key(try Keyring.pem(mine))
        for (index, member) in members.enumerated() {
            for (name, sign, reason) in [
                ("RS256", Keyring.sign(other, .rsaPKCS1(.sha256)), "algorithm_not_allowed"),
                ("HS256", Forge.mac(.sha256), "algorithm_not_allowed"),
                ("ES256", Forge.bytes([UInt8](repeating: 1, count: 64)), "bad_signature"),
                ("ES256", Keyring.sign(mine, .ecdsa(.sha256, .p256)), nil),
            ] as [(String, Forge.Sign, String?)] {
                tokens.append(
                    HostileToken(
                        name: "\(index) \(name) \(reason ?? "control")",
                        token: try Forge.token(
                            header: #"{"alg":"\#(name)",\#(member)}"#, sign: sign), key: key,
                        reason: reason))
            }
        }
        return tokens
    }

    /// S13: a `kid` that is a path, a query or a key of Redis chooses nothing.
    static func keyID() throws -> [HostileToken] {
        let names = [
            "../../../../etc/passwd", "/dev/null", "/proc/self/environ", "file:///etc/passwd",
            "..\\..\\windows\\win.ini", "key'; DROP TABLE keys;--", "' UNION SELECT 'x", "a\u{0}b",
            "http://127.0.0.1:6379/", "https://attacker.example/k", "$(id)", "`id`", "|id", ";id",
            "FLUSHALL\r\n", "*", "jwt:{alice}:deny", "\u{1B}]52;c;AAAA\u{7}", "\u{202E}dik", "",
            "-", "env:KEY", "fd:0", "@/etc/passwd", "%00", "{{7*7}}", "%s%n", "cafe\u{301}", " a",
            "a ", "A", String(repeating: "k", count: 4000),
        ]
        let oct = #"{"kty":"oct","kid":"a","k":"\#(Forge.base64url(Forge.secret.utf8))"}"#
        var tokens: [HostileToken] = []
        for (index, name) in names.enumerated() {
            let header = #"{"alg":"HS256","kid":\#(quoted(name))}"#
            let token = try Forge.token(header: header)
            tokens += [
                HostileToken(
                    name: "\(index) in a set", token: token, key: .key(#"{"keys":[\#(oct)]}"#),
                    // An empty name is none.
                    reason: name.isEmpty ? nil : "no_key"),
                HostileToken(name: "\(index) control, one key", token: token, reason: nil),
                HostileToken(
                    name: "\(index) empty secret",
                    token: try Forge.token(header: header, sign: Forge.mac(.sha256, [0])),
                    reason: "bad_signature"),
            ]
        }
        for value in ["null", "1", "[]", #"["a"]"#, "{}", "true"] {
            tokens.append(
                HostileToken(
                    name: "kid \(value)",
                    token: try Forge.token(header: #"{"alg":"HS256","kid":\#(value)}"#),
                    reason: "malformed"))
        }
        return tokens
    }

    /// S14, S15, S17: headers that change the rules.
    static func critical() throws -> [HostileToken] {
        let members = [
            #""crit":[]"#, #""crit":null"#, #""crit":"exp""#, #""crit":{}"#, #""crit":[1]"#,
            #""crit":[null]"#, #""crit":["exp"],"exp":1"#, #""crit":["exp"]"#, #""crit":["alg"]"#,
            #""crit":["b64"],"b64":true"#, #""crit":["b64"],"b64":false"#, #""crit":["b64","b64"]"#,
            #""crit":[""],"":1"#, #""crit":["x"],"x":1"#, #""crit":["typ"],"typ":"JWT""#,
            #""crit":[["b64"]]"#, #""crit":true"#, #""crit":0"#, #""cr\u0069t":["x"]"#,
            #""b64":false"#, #""b64":true"#, #""b64":null"#, #""b64":"false""#, #""zip":"DEF""#,
            #""zip":null"#, #""zip":"GZIP""#,
        ]
        return try members.map {
            HostileToken(
                name: $0, token: try Forge.token(header: #"{"alg":"HS256",\#($0)}"#),
                reason: "unsupported_header")
        }
            + [#""Crit":["x"]"#, #""x":{"crit":["y"]}"#, #""B64":false"#].map {
                HostileToken(
                    name: "control \($0)",
                    token: try Forge.token(header: #"{"alg":"HS256",\#($0)}"#),
                    reason: nil)
            }
    }

    /// C4: a token made for another purpose.
    static func type() throws -> [HostileToken] {
        var tokens: [HostileToken] = []
        for value in [
            "null", "1", "[]", #"["at+jwt"]"#, "{}", "true",
        ] {
            tokens.append(
                HostileToken(
                    name: "typ \(value)",
                    token: try Forge.token(header: #"{"alg":"HS256","typ":\#(value)}"#),
                    reason: "malformed"))
        }
        for value in [
            "JWT", "at+jwt ", "at+jwtx", "t+jwt", "logout+jwt", "", "text/at+jwt", "at jwt",
            "at+jwt\u{0}", "application/application/at+jwt", "\u{FF41}t+jwt", "at+\u{6A}\u{30C}wt",
        ] {
            tokens.append(
                HostileToken(
                    name: "--typ against \(value)",
                    token: try Forge.token(header: #"{"alg":"HS256","typ":\#(quoted(value))}"#),
                    arguments: ["--typ", "at+jwt"], reason: "wrong_type"))
        }
        tokens.append(
            HostileToken(
                name: "--typ against none", token: try Forge.token(),
                arguments: ["--typ", "at+jwt"], reason: "wrong_type"))
        for value in ["at+jwt", "AT+JWT", "application/at+jwt"] {
            tokens.append(
                HostileToken(
                    name: "control \(value)",
                    token: try Forge.token(header: #"{"alg":"HS256","typ":"\#(value)"}"#),
                    arguments: ["--typ", "at+jwt"], reason: nil))
        }
        return tokens
    }
}
