import Foundation
import TestSupport
import Testing

/// What only the real process can show: its memory, its time, its system calls.
@Suite(.redis) struct HostileProcessTests {
    private static func hasProgram(_ name: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    private func shell(_ script: String) throws -> ProcessRunner.Result {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try ProcessRunner.run(
            ["/bin/sh", "-c", script],
            environment: ["PATH": "\(BuiltTool.folder):\(path)", "KEY": Forge.secret])
    }

    /// D1, D2: fast, and within 32 MiB of data, above which the kernel refuses more.
    @Test(arguments: [
        "head -c 1G /dev/zero | tr '\\0' A", "head -c 10M /dev/zero | tr '\\0' .",
        "head -c 1G /dev/zero",
    ])
    func endlessInputIsLeftAlone(source: String) throws {
        for command in ["decode", "verify --offline --secret env:KEY"] {
            let start = Date()
            let result = try shell(
                "\(source) 2>/dev/null | { jwtctl \(command) >/dev/null 2>&1; echo $?; }")
            #expect(result.text == "3\n")
            #expect(Date().timeIntervalSince(start) < 3)
            let limited = try shell(
                "\(source) 2>/dev/null | { ulimit -d 32768; jwtctl \(command) >/dev/null 2>&1; "
                    + "echo $?; }")
            #expect(limited.text == "3\n")
        }
    }

    /// S12, S13: nothing that a header names is opened or called.
    @Test func noHeaderOpensOrConnects() throws {
        try #require(Self.hasProgram("strace"), "strace is missing: see TEST_PACKAGES in Makefile")
        let directory = try TemporaryDirectory()
        let sentinel = try directory.write("sentinel", Forge.secret)
        let log = directory.file("log")
        let members = [
            #""jku":"file://\#(sentinel)""#, #""jku":"http://127.0.0.1:9/""#,
            #""x5u":"file://\#(sentinel)""#, #""kid":"\#(sentinel)""#,
            #""kid":"@\#(sentinel)""#, #""kid":"../../../../../..\#(sentinel)""#,
        ]
        for member in members {
            let token = String(
                decoding: try Forge.token(header: #"{"alg":"HS256",\#(member)}"#), as: UTF8.self)
            let result = try shell(
                "strace -f -o \(log) -e trace=network,openat,open "
                    + "jwtctl verify --offline --secret env:KEY --at @\(Forge.now) \(token)")
            #expect(result.status == 0, "\(member) \(result.errorText)")
            let calls = try String(contentsOfFile: log, encoding: .utf8)
            #expect(calls.contains("exited with 0"), "the trace is there")
            #expect(!calls.contains("sentinel"))
            #expect(!calls.contains("connect(") && !calls.contains("socket("))
        }
    }
}
