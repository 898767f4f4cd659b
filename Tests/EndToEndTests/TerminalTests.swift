import Foundation
import TestSupport
import Testing

/// Hostile text never reaches a terminal or a log as it is.
@Suite(.redis) struct TerminalTests {
    static let hostile = [
        "\u{1B}[2J\u{1B}[31mred", "\u{1B}]52;c;ZXZpbA==\u{07}", "\u{1B}]0;title\u{1B}\\",
        "\u{9B}31mC1", "\u{9D}52;c;x\u{9C}", "over\rwritten", "two\nlines", "tab\there",
        "back\u{8}space", "nul\u{0}byte", "del\u{7F}", "\u{202E}dexit", "\u{2066}iso\u{2069}",
        "zero\u{200B}width\u{FEFF}", "\u{200E}mark\u{200F}\u{61C}", "line\u{2028}para\u{2029}",
        "tag\u{E0041}\u{E007F}", "word\u{2060}joiner", "\u{85}next", "=cmd|' /C calc'!A0",
        "\"quote\", comma", "{a}*?[b]", "%s%n\\x1b", "e\u{301}ä😀",
    ]

    private func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    /// Every string in what was printed, decoded.
    private func strings(_ value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let list as [Any]: list.flatMap(strings)
        case let object as [String: Any]: object.flatMap { [$0.key] + strings($0.value) }
        default: []
        }
    }

    @Test(arguments: hostile)
    func isEscapedAndGivenBack(_ text: String) throws {
        let sandbox = try Sandbox()
        let quoted = try json(text)
        let now = Int(time(nil))
        let token = ServiceToken.sign(
            #"{"iss":\#(quoted),"sub":\#(quoted),"jti":\#(quoted),"iat":\#(now),"#
                + #""exp":\#(now + 3600),\#(try json("n" + text)):{"a":[\#(quoted)]}}"#)
        let header = ServiceToken.sign(
            header: #"{"alg":"HS256","kid":\#(quoted),"typ":\#(quoted)}"#,
            payload: Array(#"{"sub":"a"}"#.utf8))
        let bad = ServiceToken.sign(
            header: #"{"alg":\#(quoted)}"#, payload: Array(#"{"sub":\#(quoted)}"#.utf8))
        // A NUL cannot stand in an argument; lines and files carry it.
        let isArgument = !text.contains("\0")
        var commands: [[String]] = [
            ["decode", token], ["decode", header], ["decode", bad], ["verify", token],
            ["verify", header], ["verify", bad], ["verify", "--iss", "x", "--sub", "y", token],
            ["verify", "--typ", "x", header], ["verify", "--explain", token],
            ["verify", "--explain", "--aud", "x", "--sub", "y", header],
            ["verify", "--explain", bad],
            ["status", token], ["revoke", "--reason", isArgument ? text : "why", token],
            ["revoke", token], ["verify", token], ["status", token], ["list", "revoked"],
            ["restore", "--yes", "--reason", isArgument ? text : "why", token], ["list", "users"],
            ["decode", String(token.dropLast(60))],
        ]
        if isArgument {
            commands += [
                ["issue", "--sub", text, "--jti", "j-" + text, "--label", text],
                ["list", "tokens", text], ["list", "users"],
                ["revoke", "--ttl", "1h", "--actor", text, "--id", text], ["status", "--id", text],
                ["status", "--id", text, "--user", text], ["logout-all", "--reason", text, text],
                ["revoke", "--user", text, "--id", "no-" + text], ["audit"], ["list", "revoked"],
                [text], ["decode", "--" + text], ["verify", "--secret", text, token],
                ["decode", text], ["revoke", "--from", text], ["list", "tokens", "no-" + text],
                ["status", "--redis", "redis://" + text, "x"], ["issue", "--alg", text],
                ["revoke", "--namespace", text, "--ttl", "1h", "x"],
                ["logout-all", "--issued-before", text, "x"], ["help", text],
                ["decode", "--field", text, token], ["verify", "-v", token],
            ]
        }
        for command in commands {
            let shown = "\(command.map { $0.debugDescription })"
            let plain = sandbox.jwtctl.run(command)
            #expect(isClean(plain.outputBytes), "\(shown)\n\(plain.output.debugDescription)")
            #expect(isClean(plain.errorBytes), "\(shown)\n\(plain.errors.debugDescription)")
            for format in ["json", "csv"] {
                let result = sandbox.jwtctl.run(command + ["-o", format])
                #expect(isClean(result.errorBytes), "\(shown)\n\(result.errors.debugDescription)")
                #expect(isClean(result.outputBytes), "\(shown)\n\(result.output.debugDescription)")
                guard format == "json", !result.outputBytes.isEmpty, command[0] != "help",
                    result.status != 2
                else { continue }
                let value = try? JSONSerialization.jsonObject(
                    with: Data(result.outputBytes), options: [.fragmentsAllowed])
                #expect(value != nil, "\(shown)\n\(result.output)")
                if command == ["decode", token], let value {
                    let found = strings(value)
                    #expect(
                        found.count { $0.unicodeScalars.elementsEqual(text.unicodeScalars) } >= 4)
                    #expect(
                        found.contains {
                            $0.unicodeScalars.elementsEqual(("n" + text).unicodeScalars)
                        })
                }
            }
        }
        let lines = sandbox.jwtctl("list", "revoked", "-o", "jsonl").output
        #expect(lines.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test(arguments: hostile)
    func isEscapedOnATerminal(_ text: String) throws {
        let tool = try BuiltTool()
        let quoted = try json(text)
        let token = ServiceToken.sign(
            #"{"sub":\#(quoted),"jti":"x","iat":1,"exp":4102444800,"a":\#(quoted)}"#)
        for command in [
            "decode --color never \(token)", "verify --color never \(token)",
            "revoke --color never --reason a \(token)", "audit --color never",
        ] {
            let result = try tool.shell(
                "script -qec 'jwtctl \(command)' /dev/null </dev/null",
                changes: ["TERM": "xterm"])
            // The line discipline of the pseudo-terminal puts a CR before each LF.
            var bytes = result.output
            while let index = bytes.firstIndex(of: 0x0D), index + 1 < bytes.count,
                bytes[index + 1] == 0x0A
            { bytes.remove(at: index) }
            #expect(isClean(bytes), "\(command)\n\(result.text.debugDescription)")
        }
    }

    @Test(arguments: hostile)
    func namesOfKeysAreEscapedToo(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let member =
            #"{"kty":"oct","k":"c2VjcmV0","kid":\#(try json(text)),"use":\#(try json(text))}"#
        let key = try directory.write("key", member)
        let set = try directory.write(
            "set", #"{"keys":[\#(member),{"kty":"oct","k":"!","kid":\#(try json(text))}]}"#)
        let commands = [
            ["show", key], ["show", set], ["show", set, "--json"], ["thumbprint", set],
            ["thumbprint", set, "--json"], ["convert", "--format", "jwk", key],
            ["convert", "--format", "jwks", set], ["convert", "--format", "pem", set],
        ]
        for command in commands {
            let result = TestTool().run(["key"] + command)
            #expect(isClean(result.outputBytes), "\(command)\n\(result.output.debugDescription)")
            #expect(isClean(result.errorBytes), "\(command)\n\(result.errors.debugDescription)")
            #expect(result.status == (command.contains("pem") ? 1 : 0), "\(result.errors)")
        }
    }

    @Test func derIsNotForATerminal() throws {
        let tool = try BuiltTool()
        let result = try tool.shell(
            "script -qec 'jwtctl key generate --alg ES256 --color never --format der' /dev/null </dev/null",
            changes: ["TERM": "xterm"])
        #expect(result.text.contains("refusing to write DER to a terminal"))
        #expect(isClean(result.output.filter { $0 != 0x0D }))
        #expect(result.status == 9)
    }

    @Test func invalidUTF8IsShownAsBytes() throws {
        let tool = try BuiltTool()
        let payload = Array(#"{"sub":""#.utf8) + [0xFF, 0xC0, 0x80] + Array(#""}"#.utf8)
        let token = ServiceToken.sign(header: #"{"alg":"HS256"}"#, payload: payload)
        for command in [["decode", token], ["verify", token], ["revoke", token]] {
            let result = try tool.run(command)
            #expect(result.status == 3, "\(command[0])")
            #expect(isClean(result.output) && isClean(result.error), "\(command[0])")
        }
        // What others wrote into Redis is hostile too.
        for key in [#"jwt:deny:\xff\x1b[31m"#, #"jwt:{\xff\x1b}:tokens"#] {
            let command =
                key.hasPrefix("jwt:deny")
                ? "SET \"\(key)\" \"{\\\"why\\\":\\\"\\x1b\\xff\\\"}\""
                : "ZADD \"\(key)\" 4102444800 \"\\x1b\\xff\\x9b\""
            try tool.redis.cli([], input: Array((command + "\n").utf8))
        }
        try tool.redis.cli(
            [], input: Array(#"XADD jwt:audit * op "\x1b\xff" user "\xc2\x9b" actor "\r\n""#.utf8))
        for command in [["list", "revoked"], ["list", "users"], ["audit"]] {
            for format in ["table", "json", "jsonl", "csv", "id"] {
                let result = try tool.run(command + ["-o", format])
                #expect(
                    isClean(result.output), "\(command) \(format)\n\(result.text.debugDescription)")
                #expect(isClean(result.error), "\(command) \(format)")
            }
        }
    }

    // MARK: Progress

    /// What `line` prints on a terminal of this type, and the lines that are left to see once what
    /// was erased is gone.
    private func onTerminal(
        _ line: String, of type: String = "xterm", with tool: BuiltTool
    ) throws -> (printed: String, seen: [String]) {
        let result = try tool.shell(
            "script -qec '\(line)' /dev/null </dev/null", changes: ["TERM": type])
        let seen = result.text.components(separatedBy: "\r\n").map {
            $0.components(separatedBy: "\r\u{1B}[K").last ?? ""
        }
        return (result.text, seen.filter { !$0.isEmpty })
    }

    /// Lines that come so slowly that the progress is shown between them, with a bad one.
    private func slowStatus(_ options: String) -> String {
        "{ echo a; echo b; sleep 2; echo c; sleep 0.3; echo x y; sleep 0.3; echo d; } | "
            + "jwtctl status --from - --color never \(options)"
    }

    @Test(arguments: ["", "-o jsonl"])
    func progressIsErasedBeforeAnythingElse(_ format: String) throws {
        let tool = try BuiltTool()
        let (printed, seen) = try onTerminal(slowStatus(format), with: tool)
        #expect(printed.contains("checking: "), "\(printed.debugDescription)")
        #expect(!seen.contains { $0.contains("checking") }, "\(printed.debugDescription)")
        #expect(seen.contains { $0.hasPrefix("jwtctl: error: line 4: ") }, "\(seen)")
        let rows = seen.filter { $0.hasPrefix("{") || $0.contains("not revoked") }
        #expect(rows.count { !$0.hasPrefix("jwtctl") } == 4, "\(seen)")
        #expect(seen.last == "jwtctl: 5 tokens: 4 not revoked, 1 invalid", "\(seen)")
    }

    @Test(arguments: [("dumb", ""), ("", ""), ("xterm", "-q")])
    func progressNeedsATerminalThatCanEraseIt(_ type: String, _ option: String) throws {
        let tool = try BuiltTool()
        let (printed, _) = try onTerminal(slowStatus(option), of: type, with: tool)
        #expect(printed.contains("error: line 4: "), "\(printed)")
        #expect(!printed.contains("checking"), "\(printed.debugDescription)")
        #expect(!printed.utf8.contains(0x1B), "\(printed.debugDescription)")
    }

    @Test func progressGoesToATerminalOnly() throws {
        let tool = try BuiltTool()
        let result = try tool.shell(
            "script -qec '{ \(slowStatus("2>messages")); }' /dev/null </dev/null; cat messages",
            changes: ["TERM": "xterm"])
        #expect(result.text.contains("error: line 4: "), "\(result.text)")
        #expect(!result.text.contains("checking"), "\(result.text.debugDescription)")
    }

    /// Redis holds back writes for some seconds, so that the work takes as long.
    @Test func theTimeLeftIsThatOfTheRestOfTheFile() throws {
        guard ServerVersion.current >= .redis(6, 2) else { return }
        let tool = try BuiltTool()
        let lines = (10_000..<30_000).map { "id-\($0)\t4102444800\n" }.joined()
        try tool.directory.write("items", lines)
        try tool.redis.cli("CLIENT", "PAUSE", "3000", "WRITE")
        let (printed, seen) = try onTerminal(
            "jwtctl revoke --yes --color never --from items", with: tool)
        #expect(
            printed.contains(/revoking: [0-9,]+ of about 20,000, [0-9]+ (s|min)[0-9 s]* left/),
            "\(printed.debugDescription)")
        #expect(seen.last == "20,000 items: 20,000 revoked", "\(seen)")
        #expect(!seen.contains { $0.contains("revoking") })
    }

    @Test func aScanCountsTheKeysOfRedis() throws {
        guard ServerVersion.current >= .redis(6, 2) else { return }
        let tool = try BuiltTool()
        try tool.redis.cli(
            "EVAL",
            "for i=1,9000 do redis.call('ZADD','jwt:{u'..i..'}:tokens',1,'t') end", "0")
        try tool.redis.cli("CLIENT", "PAUSE", "3000", "WRITE")
        let (printed, seen) = try onTerminal("jwtctl prune --color never", with: tool)
        #expect(
            printed.contains(/pruning: [0-9],000 of about 9,000/), "\(printed.debugDescription)")
        #expect(
            seen.last?.hasPrefix("9,000 expired tokens removed, 9,000 token lists checked") == true,
            "\(seen)")
    }
}
