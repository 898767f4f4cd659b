/// Texts that are no compact token, or that another reader would read in another way.
enum ShapeAttacks {
    private static func malformed(_ name: String, _ token: [UInt8]) -> HostileToken {
        HostileToken(name: name, token: token, reason: "malformed")
    }

    /// S16 to S18: JWE, JSON serialisations and other numbers of segments.
    static func serialisation() throws -> [HostileToken] {
        let good = String(decoding: try Forge.token(), as: UTF8.self)
        let parts = good.split(separator: ".").map(String.init)
        let json =
            #"{"payload":"\#(parts[1])","protected":"\#(parts[0])","signature":"\#(parts[2])"}"#
        let jwe = Forge.base64url(#"{"alg":"dir","enc":"A128GCM"}"#.utf8)
        let slow = Forge.base64url(
            #"{"alg":"PBES2-HS512+A256KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}"#.utf8)
        let texts = [
            "", ".", "..", "...", "....", ".....", "a", "a.b", parts[0], "\(parts[0]).\(parts[1])",
            ".\(good)", "\(good).", "\(good)..", "\(good).\(parts[2])", "\(good).\(good)",
            ".\(parts[1]).\(parts[2])", "\(parts[0])..\(parts[2])", json,
            #"{"payload":"\#(parts[1])","signatures":[{"protected":"\#(parts[0])"}]}"#,
            #"{"\#(parts[0]).":1,"x":"\#(parts[1]).\#(parts[2])"}"#,
            #"{"  \#(good)":"","payload":"e30"}"#, "[\(json)]", "\(jwe)....", "\(jwe)..a.b.c",
            "\(slow).AAAA.AAAA.AAAA.AAAA", "\(good).AAAA.AAAA", "\(parts[0]).\(good)",
            "\(good) \(good)", "\(good),\(good)", "\(good)\n\(good)", "null", "true", "{}",
            String(repeating: ".", count: 100_000),
        ]
        return texts.enumerated().map { malformed("\($0)", Array($1.utf8)) } + [
            malformed("dots with marks", Array("\(parts[0]).\u{301}\(parts[1]).\(parts[2])".utf8)),
            malformed("full-width dots", Array(parts.joined(separator: "\u{FF0E}").utf8)),
            malformed("BOM", [0xEF, 0xBB, 0xBF] + Array(good.utf8)),
            malformed("UTF-16", good.utf8.flatMap { [$0, 0] }),
            malformed("NUL behind", Array(good.utf8) + [0]),
            malformed("not UTF-8", [0xFF, 0xFE] + Array(good.utf8)),
            HostileToken(name: "control", token: Array(good.utf8), reason: nil),
            HostileToken(name: "control, newline", token: Array("\(good)\n".utf8), reason: nil),
        ]
    }

    /// Second spellings of the same bytes, each in each segment; signed as sent.
    static func base64() throws -> [HostileToken] {
        // Three segments of which each leaves bits over and has both letters of the alphabet.
        let header = #"{"alg":"HS256","x":"~~~???"}"#
        let payload = #"{"x":"~~~???>>>"}"#
        let changes: [(String, (String) -> String)] = [
            ("padded", { $0 + "=" }), ("padded twice", { $0 + "==" }), ("percent", { $0 + "%3D" }),
            ("blank behind", { $0 + " " }), ("blank before", { " " + $0 }),
            ("newline inside", { $0.prefix(4) + "\n" + $0.dropFirst(4) }),
            ("CRLF inside", { $0.prefix(4) + "\r\n" + $0.dropFirst(4) }),
            ("tab inside", { $0.prefix(4) + "\t" + $0.dropFirst(4) }),
            ("NUL inside", { $0.prefix(4) + "\0" + $0.dropFirst(4) }),
            ("plus", { "+" + $0.dropFirst() }),
            ("slash", { "/" + $0.dropFirst() }),
            ("letter more", { $0 + String(repeating: "A", count: (5 - $0.utf8.count % 4) % 4) }),
            ("accent", { $0.prefix(4) + "\u{E9}" + $0.dropFirst(4) }),
            ("full-width", { "\u{FF45}" + $0.dropFirst() }), ("star", { $0 + "*" }),
            ("zero width", { $0 + "\u{200B}A" }),
        ]
        var tokens: [HostileToken] = []
        let good = String(
            decoding: try Forge.token(header: header, payload: payload), as: UTF8.self)
        let parts = good.split(separator: ".").map(String.init)
        for (name, change) in changes {
            for segment in 0..<3 {
                var changed = parts
                // White space around the whole token is the clipboard's and falls away.
                if segment == 0, name == "blank before" { continue }
                if segment == 2, name == "blank behind" { continue }
                changed[segment] = change(parts[segment])
                let token =
                    segment == 2
                    ? Array(changed.joined(separator: ".").utf8)
                    : try Forge.token(segments: changed[0], changed[1])
                tokens.append(malformed("\(name) in segment \(segment)", token))
            }
        }
        // Unused bits: the last letter of a segment whose length is 2 or 3 modulo 4.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for text in [#"{"alg":"HS256","x":1}"#, #"{"alg":"HS256","x":12}"#] {
            let header = Forge.base64url(text.utf8)
            let unused = [0: 0, 2: 4, 3: 2][header.utf8.count % 4] ?? 0
            guard unused > 0, let last = header.last, let place = alphabet.firstIndex(of: last)
            else {
                continue
            }
            for bits in 1..<(1 << unused) {
                let other = header.dropLast() + String(alphabet[place + bits])
                tokens.append(
                    malformed(
                        "tail bits \(bits) of \(text)",
                        try Forge.token(segments: String(other), Forge.base64url(Forge.claims.utf8))
                    ))
            }
        }
        return tokens + [
            HostileToken(name: "control", token: Array(good.utf8), reason: nil)
        ]
    }

    /// JSON that some readers take, in the header and in the payload.
    static func json() throws -> [HostileToken] {
        let faults: [(String, [UInt8])] =
            [
                "", " ", "null", "[]", "1", "\"a\"", "{", "}", "{}{}", "{} x", "{}\u{0}", "{},",
                #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":01}"#,
                #"{"a":+1}"#, #"{"a":.5}"#, #"{"a":1.}"#, #"{"a":1e}"#, #"{"a":0x1}"#,
                #"{"a":NaN}"#,
                #"{"a":Infinity}"#, #"{"a":-}"#, #"{"a":1e400}"#, #"{"a":-1e400}"#, #"{"a":tru}"#,
                #"{"a":TRUE}"#, #"{"a":"\x41"}"#, #"{"a":"\u12"}"#, #"{"a":"\ud800"}"#,
                #"{"a":"\udc00"}"#, #"{"a":"\udc00\ud800"}"#, #"{"\ud800":1}"#, "{\"a\":\"\n\"}",
                "{\"a\":\"\t\"}", "{\"a\":\"\u{0}\"}", "{\"a\":[1,]}", "{\"a\":/*x*/1}",
                "{\"a\":1}//x", "{\"a\":\u{A0}1}", "\u{FEFF}{}", "{\"a\":\u{B}1}",
                #"{"a":"#, #"{"a"}"#, #"{"a":[}"#, #"{"a":{]}"#, #"{1:1}"#, #"{null:1}"#,
            ].map { ($0, Array($0.utf8)) } + [
                ("UTF-16LE", "{}".utf8.flatMap { [$0, 0] }),
                ("UTF-16BE, BOM", [0xFE, 0xFF] + "{}".utf8.flatMap { [0, $0] }),
                ("UTF-32", "{}".utf8.flatMap { [$0, 0, 0, 0] }),
                ("overlong", Array("{\"a\":\"".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)),
                (
                    "surrogate in UTF-8",
                    Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)
                ),
                (
                    "above Unicode",
                    Array("{\"a\":\"".utf8) + [0xF4, 0x90, 0x80, 0x80] + Array("\"}".utf8)
                ),
                ("Latin-1", Array("{\"a\":\"".utf8) + [0xE9] + Array("\"}".utf8)),
            ]
        var tokens: [HostileToken] = []
        for (name, fault) in faults {
            tokens.append(
                malformed(
                    "payload \(name)",
                    try Forge.token(header: Array(#"{"alg":"HS256"}"#.utf8), payload: fault)))
            // A header with an alg and the fault inside it, or the fault as a whole.
            var header = fault
            if fault.starts(with: #"{"a"#.utf8) {
                header = Array(#"{"alg":"HS256","a"#.utf8) + fault.dropFirst(3)
            }
            tokens.append(
                malformed(
                    "header \(name)", try Forge.token(header: header, payload: Array("{}".utf8))))
        }
        for text in [
            "{}", " {} ", #"{"a":1e300}"#, #"{"a":"\ud83d\ude00"}"#, #"{"a":[{}]}"#,
            "{\r\n\t\"a\" : -0 }",
        ] {
            tokens.append(
                HostileToken(
                    name: "control \(text)", token: try Forge.token(payload: text), reason: nil))
        }
        return tokens
    }

    /// C3: two members of one name, at any depth and in any spelling.
    static func duplicates() throws -> [HostileToken] {
        let payloads = [
            #"{"sub":"a","sub":"b"}"#, #"{"sub":"a","sub":"a"}"#, #"{"sub":"a","s\u0075b":"b"}"#,
            #"{"exp":1,"exp":9999999999}"#, #"{"exp":9999999999,"\u0065xp":1}"#, #"{"":1,"":2}"#,
            #"{"x":{"a":1,"a":2}}"#, #"{"x":[{"a":1,"a":2}]}"#,
            #"{"x":{"y":{"z":{"a":1,"\u0061":2}}}}"#,
            #"{"aud":"a","aud":["b"]}"#, "{\"\u{E9}\":1,\"\\u00e9\":2}", #"{"a":null,"a":null}"#,
            #"{"\ud83d\ude00":1,"😀":2}"#, #"{"/":1,"\/":2}"#,
        ]
        let headers = [
            #"{"alg":"HS256","alg":"none"}"#, #"{"alg":"none","alg":"HS256"}"#,
            #"{"alg":"HS256","\u0061lg":"HS256"}"#, #"{"alg":"HS256","kid":"a","kid":"b"}"#,
            #"{"alg":"HS256","x":{"a":1,"a":2}}"#, #"{"alg":"HS256","typ":"JWT","t\u0079p":"x"}"#,
        ]
        return try payloads.map { malformed("payload \($0)", try Forge.token(payload: $0)) }
            + headers.map { malformed("header \($0)", try Forge.token(header: $0)) }
            + [
                #"{"sub":"a","Sub":"b"}"#, #"{"a":{"a":{"a":1}}}"#, #"{"x":{"a":1},"y":{"a":1}}"#,
                "{\"\u{E9}\":1,\"e\u{301}\":2}",
            ].map {
                HostileToken(
                    name: "control \($0)", token: try Forge.token(payload: $0), reason: nil)
            }
    }

    /// D1 to D4: sizes at the limits and one beyond, and much of anything.
    static func size() throws -> [HostileToken] {
        var tokens: [HostileToken] = []
        func header(bytes count: Int) -> String {
            let frame = #"{"alg":"HS256","x":""}"#
            return
                #"{"alg":"HS256","x":"\#(String(repeating: "h", count: count - frame.utf8.count))"}"#
        }
        for (count, reason) in [
            (8191, nil), (8192, nil), (8193, "malformed"), (100_000, "malformed"),
        ] as [(Int, String?)] {
            tokens.append(
                HostileToken(
                    name: "header of \(count)",
                    token: try Forge.token(header: header(bytes: count)),
                    reason: reason))
        }
        let limit = 256 * 1024
        let overhead = try Forge.token(payload: "").count
        for (distance, reason) in [
            (-3, nil), (0, nil), (1, "malformed"), (4, "malformed"), (400_000, "malformed"),
        ] as [(Int, String?)] {
            // The payload whose base64url has just this length; one length in four has none.
            var header = #"{"alg":"HS256"}"#
            var size = limit + distance - overhead
            if size % 4 == 1 {
                header = #"{"alg":"HS256" }"#
                size = limit + distance - (try Forge.token(header: header, payload: "").count)
            }
            let count = size * 3 / 4
            let text = #"{"x":"\#(String(repeating: "p", count: count - 8))"}"#
            let token = try Forge.token(header: header, payload: text)
            guard token.count == limit + distance else { continue }
            tokens.append(
                HostileToken(name: "token of limit \(distance)", token: token, reason: reason))
        }
        for (depth, reason) in [
            (63, nil), (64, "malformed"), (65, "malformed"), (1000, "malformed"),
            (90_000, "malformed"),
        ] as [(Int, String?)] {
            let array = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            tokens.append(
                HostileToken(
                    name: "depth \(depth)", token: try Forge.token(payload: #"{"x":\#(array)}"#),
                    reason: reason))
        }
        let members = (0..<10_000).map { #""m\#($0)":0"# }.joined(separator: ",")
        tokens += [
            HostileToken(
                name: "10 000 members", token: try Forge.token(payload: "{\(members)}"), reason: nil
            ),
            HostileToken(
                name: "400 digits, finite by its exponent",
                token: try Forge.token(
                    payload: #"{"x":\#(String(repeating: "9", count: 400))e-200}"#),
                reason: nil),
            malformed(
                "400 digits",
                try Forge.token(payload: #"{"x":\#(String(repeating: "9", count: 400))}"#)),
            malformed("100 000 brackets", Array(String(repeating: "[", count: 100_000).utf8)),
            malformed("1 MB of A", [UInt8](repeating: 0x41, count: 1 << 20)),
            malformed("1 MB of dots", [UInt8](repeating: 0x2E, count: 1 << 20)),
        ]
        return tokens
    }
}
