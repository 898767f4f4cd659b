import Foundation
import TestSupport
import Testing

/// The tests' own equipment: what it promises has to hold, or other tests prove nothing.
@Suite(.redis) struct TestSupportTests {
    @Test func `a program's input and outputs are carried at the same time`() throws {
        let input = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let result = try ProcessRunner.run(["sh", "-c", "tee /dev/stderr; exit 3"], input: input)
        #expect(result.output == input)
        #expect(result.error == input)
        #expect(result.status == 3)
    }

    @Test func `a program that ignores its input is no failure`() throws {
        let input = [UInt8](repeating: 0x78, count: 1 << 20)
        #expect(try ProcessRunner.run(["true"], input: input).status == 0)
    }

    @Test func `signals, environment and directory are seen`() throws {
        #expect(try ProcessRunner.run(["sh", "-c", "kill -TERM $$"]).ending == .signal(15))
        let result = try ProcessRunner.run(
            ["/bin/sh", "-c", "echo $A; pwd"], environment: ["A": "b", "PATH": "/usr/bin:/bin"],
            directory: "/usr")
        #expect(result.text == "b\n/usr\n")
    }

    @Test func `a program that does not end is killed`() throws {
        let start = Date()
        #expect(throws: TestSupportError.self) {
            try ProcessRunner.run(["sleep", "30"], timeout: 0.3)
        }
        #expect(Date().timeIntervalSince(start) < 3)
    }

    @Test func `a missing program is told`() {
        #expect(throws: TestSupportError.self) { try ProcessRunner.run(["no-such-program"]) }
    }

    @Test func `a server and its directory go with the object`() throws {
        var server: RedisServer? = try RedisServer()
        let pid = try #require(server?.pid)
        let path = try #require(server?.directory.path)
        #expect(kill(pid, 0) == 0)
        server = nil
        #expect(kill(pid, 0) == -1)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
