import Foundation
import TestSupport
import Testing

/// The tool as a process among others: outputs that fail, odd inputs, odd surroundings.
@Suite(.redis) struct ProcessTests {
    @Test func aFullDiskIsAnError() throws {
        let tool = try BuiltTool()
        let token = ServiceToken.of("alice", jti: "x")
        for command in [
            "version", "help", "decode \(token)", "verify --offline \(token)", "status x",
            "list users --json", "issue --no-record", "completion bash", "verify --stream < token",
        ] {
            try tool.directory.write("token", token + "\n")
            let result = try tool.shell("exec jwtctl \(command) >/dev/full")
            #expect(result.ending == .exit(1), "\(command): \(result.errorText)")
            #expect(result.errorText.contains("jwtctl: error: "), "\(command)")
            #expect(result.errorText.contains("no space left"), "\(result.errorText)")
        }
    }

    @Test func aClosedPipeEndsItBySIGPIPE() throws {
        let tool = try BuiltTool()
        for index in 0..<20 {
            _ = try tool.redis.cli("SET", "jwt:deny:item-\(index)", "1")
        }
        try tool.redis.cli(
            [],
            input: Array((0..<50_000).map { "SET jwt:deny:i\($0) 1\n" }.joined().utf8))
        let result = try tool.shell(
            "{ jwtctl list revoked -o id; echo $? >&2; } | head -1 >/dev/null")
        #expect(result.errorText == "141\n")
        let closed = try tool.shell("{ sleep 0.1; jwtctl version; echo $? >&2; } | :")
        #expect(closed.errorText == "141\n")
    }

    @Test func oddInputsGetAnAnswer() throws {
        let tool = try BuiltTool()
        let token = ServiceToken.of("alice", jti: "x")
        #expect(try tool.shell("exec jwtctl verify - <&-").status == 1)
        #expect(try tool.shell("exec jwtctl verify \(token) <&-").status == 0)
        let directory = try tool.shell("exec jwtctl decode < .")
        #expect(directory.status == 1)
        #expect(directory.errorText.contains("directory"))
        #expect(try tool.shell("exec jwtctl revoke --ttl 1h < .").status == 1)
        #expect(try tool.shell("exec jwtctl verify --stream < .").status == 1)
    }

    @Test func oddSurroundingsChangeNothing() throws {
        let tool = try BuiltTool()
        // Its times are far away, so that "41 days ago" stays what it is.
        let token = ServiceToken.sign(
            #"{"sub":"älice","jti":"x","iat":1000000000,"exp":4102444800}"#)
        let plain = try tool.run("decode", token)
        for changes in [
            ["HOME": "", "LANG": "C"], ["LC_ALL": "C"], ["HOME": "/nonexistent"],
            ["TERM": "bogus", "COLUMNS": "-3", "TZ": "Nowhere/There"], ["PATH": "/nonexistent"],
        ] {
            let result = try tool.run(["decode", token], changes: changes)
            #expect(result.text == plain.text, "\(changes)")
            #expect(try tool.run(["verify", "-q", token], changes: changes).status == 0)
        }
        var many: [String: String] = [:]
        for index in 0..<10_000 { many["VARIABLE_\(index)"] = "value \(index)" }
        #expect(try tool.run(["verify", "-q", token], changes: many).status == 0)
        // An actor without a name is still somebody.
        let nobody = ["JWTCTL_ACTOR": "", "USER": "", "LOGNAME": "", "HOME": ""]
        #expect(try tool.run(["revoke", token], changes: nobody).status == 0)
    }

    @Test func oddArgumentsAreRefusedInWords() throws {
        let tool = try BuiltTool()
        for (command, status) in [
            (#"decode "$(printf '\377\376')""#, 3), (#"status "$(printf 'a\377')""#, 2),
            (#"list tokens "$(printf '\300\200')""#, 2), (#"logout-all "$(printf '\377')""#, 2),
            (#"issue --sub "$(printf '\377')""#, 2), (#""$(printf '\377')""#, 2),
            (#"status """#, 2), (#"logout-all """#, 2), (#"list tokens """#, 2),
            (#"issue --sub """#, 2), (#"revoke --ttl 1h """#, 2), (#"decode """#, 3),
            (#""""#, 2), (#"verify --secret "" x"#, 2), (#"status -- --id"#, 2),
            (#"status -- -q"#, 0),
        ] {
            let result = try tool.shell("exec jwtctl " + command)
            #expect(result.status == status, "\(command): \(result.text)\(result.errorText)")
            #expect(isClean(result.output) && isClean(result.error), "\(command)")
        }
        #expect(try tool.redis.cli("DBSIZE") == "0")
        // The kernel lets one argument have 128 KiB; the rest comes through files.
        for command in ["decode", "status", "list tokens", "logout-all", "revoke --ttl 1h"] {
            let result = try tool.shell(
                "exec jwtctl \(command) \"$(head -c 120000 /dev/zero | tr '\\0' a)\"")
            #expect([2, 3].contains(result.status), "\(command): \(result.errorText.prefix(300))")
            #expect(result.error.count < 2000, "\(command)")
        }
        try tool.directory.write("big", String(repeating: "a", count: 1 << 20))
        let big = try tool.run("decode", "@big")
        #expect([1, 3].contains(big.status))
        #expect(big.error.count < 2000)
        let line = try tool.run("revoke", "--ttl", "1h", "--from", "big")
        #expect(line.status == 2)
        #expect(line.errorText.contains("line 1"))
    }

    @Test func aGigabyteOfInputIsRefusedQuicklyInLittleMemory() throws {
        let tool = try BuiltTool()
        // What is read as lines has to be read to its end; the rest stops at its limit.
        for (command, status, size) in [
            ("decode", 3, 1 << 30), ("verify --offline", 3, 1 << 30),
            ("verify --secret /dev/stdin --offline x.y.z", 1, 1 << 30),
            ("verify --offline --stream", 0, 16 << 20), ("revoke --ttl 1h", 2, 16 << 20),
            ("status", 2, 16 << 20),
        ] {
            let start = ContinuousClock.now
            // ulimit -v would also count what is only mapped; -d counts what is used.
            let result = try tool.shell(
                "ulimit -d 200000; head -c \(size) /dev/zero | tr '\\0' A | "
                    + "{ jwtctl \(command) > out; echo $?; }",
                timeout: 60)
            #expect(result.text == "\(status)\n", "\(command): \(result.errorText.prefix(300))")
            #expect(ContinuousClock.now - start < .seconds(20), "\(command)")
        }
    }

    @Test func keyFilesMayBeAnything() throws {
        let tool = try BuiltTool()
        let token = ServiceToken.of("alice", jti: "x")
        _ = try tool.shell("mkfifo pipe; ln -s nowhere dangling")
        for (file, words) in [
            ("/dev/zero", "larger than"), (".", "directory"),
            ("dangling", "a link to a missing file"),
            ("/dev/null", "empty"), ("/proc/self/mem", "cannot read"),
        ] {
            for option in ["--secret", "--key"] {
                let result = try tool.run(
                    ["verify", "--offline", option, file, token], timeout: 10)
                #expect(result.status == 1, "\(option) \(file): \(result.text)")
                #expect(result.errorText.contains(words), "\(result.errorText)")
            }
        }
        let fed = try tool.shell(
            "cat \"$JWTCTL_SECRET\" > pipe & exec jwtctl verify --secret pipe \(token)")
        #expect(fed.status == 0, "\(fed.errorText)")
        for source in ["fd:3", "env:S", "-"] {
            let result = try tool.shell(
                "S=$(cat \"$JWTCTL_SECRET\") exec jwtctl verify --secret \(source) \(token) "
                    + "3<\"$JWTCTL_SECRET\" <\"$JWTCTL_SECRET\"")
            #expect(result.status == 0, "\(source): \(result.errorText)")
        }
    }

    @Test func secretsStayOutOfSight() throws {
        let tool = try BuiltTool(RedisServer(configuration: ["requirepass geheim-7"]))
        let password = try tool.directory.write("password", "geheim-7\n")
        tool.redis.pause()
        let process = try tool.start(
            [
                "verify", "--timeout", "5s", "--redis-password", password,
                ServiceToken.of("alice", jti: "x"),
            ])
        defer { tool.redis.resume() }
        try waitUntil {
            // It waits in poll for the server that does not answer.
            (try? String(contentsOfFile: "/proc/\(process.pid)/wchan", encoding: .utf8))?
                .contains("poll") ?? false
                || (try? String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8))?
                    .contains("State:\tS") ?? false
        }
        for file in ["cmdline", "environ"] {
            let bytes = FileManager.default.contents(atPath: "/proc/\(process.pid)/\(file)")
            let text = String(decoding: bytes ?? Data(), as: UTF8.self)
            #expect(!text.contains("geheim-7") && !text.contains(Sandbox.secret), "\(file)")
        }
        let limits = try String(contentsOfFile: "/proc/\(process.pid)/limits", encoding: .utf8)
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(core?.split(separator: " ").dropFirst(4).first == "0", "core files are off")
        tool.redis.resume()
        #expect(try process.finish().status == 0)
    }

    @Test func filesAreNotForOthers() throws {
        let tool = try BuiltTool()
        let result = try tool.shell(
            "umask 000; printf 'bad\\n' | jwtctl revoke --failed kept; stat -c %a kept")
        #expect(result.text.hasSuffix("600\n"), "\(result.text)\(result.errorText)")
    }
}

@Test(arguments: ["\u{1B}[m", "\r", "\t", "\u{7F}", "\u{9B}", "\u{202E}", "\u{200B}", "\u{FEFF}"])
func theTestOfOutputsSees(_ text: String) {
    #expect(isClean(Array("ä – 😀\n".utf8)))
    #expect(!isClean(Array("a\(text)b".utf8)))
    #expect(!isClean([0x61, 0xFF]))
}

/// Whether no control byte but LF, no C1, bidi, zero-width or tag character stands in `bytes`, and
/// all of it is UTF-8.
func isClean(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0x0A: true
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF,
            0xE0000...0xE007F, 0x061C:
            false
        default: true
        }
    }
}
