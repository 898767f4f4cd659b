/// Well-signed tokens whose claims are wrong, or look right.
enum ClaimAttacks {
    private static let wrongTypes = [
        "null", "true", "false", #""""#, #""9999999999""#, "[]", "[9999999999]", "{}",
        #"{"a":9999999999}"#, #""never""#,
    ]

    private static func token(
        _ payload: String, _ reason: String?, _ arguments: [String] = []
    ) throws -> HostileToken {
        HostileToken(
            name: "\(payload.prefix(200)) \(arguments.joined(separator: " "))",
            token: try Forge.token(payload: payload), arguments: arguments, reason: reason)
    }

    /// C1, C5: times.
    static func time() throws -> [HostileToken] {
        let now = Forge.now
        var tokens: [HostileToken] = []
        for claim in ["exp", "nbf", "iat"] {
            for value in wrongTypes {
                tokens.append(try token(#"{"\#(claim)":\#(value)}"#, "invalid_claim"))
            }
            for value in ["1e400", "-1e400", "NaN", "Infinity", "0x7fffffff", "+1", "1_0", "01"] {
                tokens.append(try token(#"{"\#(claim)":\#(value)}"#, "malformed"))
            }
        }
        for value in [
            "0", "-1", "-0", "1", "0.0", "-1e300", "1e-300", "\(now)", "\(now).0", "\(now - 1)",
            "-9223372036854775808", "1.7672256e9",
        ] {
            tokens.append(try token(#"{"exp":\#(value)}"#, "expired"))
        }
        for value in [
            "\(now + 1)", "\(now).5", "9007199254740993", "9223372036854775807",
            "9223372036854775808", "1e300", "253402300800",
        ] {
            tokens.append(try token(#"{"exp":\#(value)}"#, nil))
            tokens.append(try token(#"{"nbf":\#(value)}"#, "not_yet_valid"))
        }
        for value in ["0", "-1", "\(now)", "-1e300"] {
            tokens.append(try token(#"{"nbf":\#(value)}"#, nil))
            tokens.append(try token(#"{"iat":\#(value)}"#, nil))
        }
        return tokens + [
            try token(#"{"exp":\#(now)}"#, "expired", ["--leeway", "0s"]),
            try token(#"{"exp":\#(now - 9)}"#, nil, ["--leeway", "10s"]),
            try token(#"{"exp":\#(now - 10)}"#, "expired", ["--leeway", "10s"]),
            try token(#"{"iat":\#(now - 61)}"#, "too_old", ["--max-age", "60s"]),
            try token(#"{"iat":\#(now - 60)}"#, nil, ["--max-age", "60s"]),
            try token("{}", "missing_claim", ["--max-age", "60s"]),
            try token("{}", "missing_claim", ["--require", "exp"]),
            try token(#"{"Exp":1}"#, nil),
            // S19: the signature comes first.
            HostileToken(
                name: "expired and forged",
                token: try Forge.token(payload: #"{"exp":1}"#, sign: Forge.bytes([1, 2, 3])),
                reason: "bad_signature"),
        ]
    }

    /// C1: a claim of the wrong type is never absent. `null` and whole numbers, which libraries in
    /// wide use write, fail under `--strict` and where the claim is demanded.
    static func types() throws -> [HostileToken] {
        var tokens: [HostileToken] = []
        for claim in ["iss", "sub", "jti"] {
            for value in ["null", "true", "1", "[]", #"["a"]"#, "{}", #"{"a":"a"}"#, "1.5"] {
                let payload = #"{"\#(claim)":\#(value)}"#
                let isRead = value == "null" || value == "1" && claim != "iss"
                tokens.append(try token(payload, isRead ? nil : "invalid_claim"))
                tokens.append(try token(payload, "invalid_claim", ["--strict"]))
                tokens.append(try token(payload, "invalid_claim", ["--require", claim]))
            }
        }
        for value in ["null", "true", "1", "{}", #"["a",1]"#, #"[["a"]]"#, "[null]", #"[{"a":1}]"#]
        {
            let payload = #"{"aud":\#(value)}"#
            tokens.append(try token(payload, value == "null" ? nil : "invalid_claim"))
            tokens.append(try token(payload, "invalid_claim", ["--strict"]))
            tokens.append(try token(payload, "invalid_claim", ["--aud", "a"]))
        }
        return tokens + [
            try token(#"{"iss":"a","sub":"b","jti":"c","aud":"d"}"#, nil),
            try token(#"{"aud":["a","b"]}"#, nil, ["--aud", "a"]), try token(#"{"aud":[]}"#, nil),
        ]
    }

    /// C2: nearly the right name.
    static func match() throws -> [HostileToken] {
        let near = [
            "", "cafe", "caf\u{E9} ", " caf\u{E9}", "cafe\u{301}", "Caf\u{E9}", "caf\u{E8}", "caf",
            "caf\u{E9}x", "xcaf\u{E9}", "caf\u{E9}/", "caf\\u00e9\\u0000", "*", ".*", "caf\u{E9},x",
            "ca\u{FB01}",
        ]
        var tokens: [HostileToken] = []
        for value in near {
            // An identifier that is empty or holds NUL is refused before it is compared.
            tokens.append(
                try token(#"{"iss":"\#(value)"}"#, "wrong_issuer", ["--iss", "caf\u{E9}"]))
            tokens.append(
                try token(#"{"aud":"\#(value)"}"#, "wrong_audience", ["--aud", "caf\u{E9}"]))
            tokens.append(
                try token(#"{"aud":["x","\#(value)"]}"#, "wrong_audience", ["--aud", "caf\u{E9}"]))
            tokens.append(
                try token(#"{"sub":"\#(value)"}"#, "wrong_subject", ["--sub", "caf\u{E9}"]))
        }
        for (claim, option) in [("iss", "--iss"), ("aud", "--aud"), ("sub", "--sub")] {
            tokens.append(try token("{}", "missing_claim", [option, "caf\u{E9}"]))
            tokens.append(try token("{\"\(claim)\":\"caf\u{E9}\"}", nil, [option, "caf\u{E9}"]))
            tokens.append(try token(#"{"\#(claim)":"caf\u00e9"}"#, nil, [option, "caf\u{E9}"]))
        }
        return tokens + [
            try token(#"{"aud":[]}"#, "wrong_audience", ["--aud", "a"]),
            try token(#"{"aud":["x","a"]}"#, nil, ["--aud", "b", "--aud", "a"]),
        ]
    }

    /// T1: what must not reach a terminal, in every place that is shown.
    static func terminal() throws -> [HostileToken] {
        let texts = [
            "\u{1B}[2J", "\u{1B}]52;c;AAAA\u{7}", "\u{1B}]0;x\u{1B}\\\\", "\u{9B}31m",
            "\u{90}x\u{9C}",
            "\u{85}", "a\u{8}b", "\u{7F}", "a\rb", "a\nb", "\t", "\u{202E}x", "\u{2066}x\u{2069}",
            "\u{200B}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{E0041}", "\u{2060}",
            "\u{7}",
        ]
        var tokens: [HostileToken] = []
        for text in texts {
            var inside = ""
            for scalar in text.unicodeScalars {
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    inside += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    inside.unicodeScalars.append(scalar)
                }
            }
            let label = inside.unicodeScalars.map { String($0.value, radix: 16) }.joined(
                separator: " ")
            func add(
                _ place: String, _ reason: String?, header: String = #"{"alg":"HS256"}"#,
                payload: String = Forge.claims, arguments: [String] = []
            ) throws {
                tokens.append(
                    HostileToken(
                        name: "\(place) \(label)",
                        token: try Forge.token(header: header, payload: payload),
                        arguments: arguments, reason: reason))
            }
            try add("alg", "algorithm_not_allowed", header: #"{"alg":"\#(inside)"}"#)
            try add("kid", nil, header: #"{"alg":"HS256","kid":"\#(inside)"}"#)
            try add(
                "typ", "wrong_type", header: #"{"alg":"HS256","typ":"\#(inside)"}"#,
                arguments: ["--typ", "JWT"])
            try add("name", nil, payload: #"{"\#(inside)":1}"#)
            try add("value", nil, payload: #"{"x":["\#(inside)"]}"#)
            try add(
                "iss", "wrong_issuer", payload: #"{"iss":"\#(inside)"}"#, arguments: ["--iss", "x"])
            try add(
                "sub", "wrong_subject", payload: #"{"sub":"\#(inside)"}"#,
                arguments: ["--sub", "x"])
            tokens.append(
                HostileToken(
                    name: "bare \(label)", token: Array("x\(text)x".utf8), reason: "malformed"))
        }
        return tokens
    }
}
