import Foundation
import TestSupport
import Testing

/// `demo`: a Redis that leaves nothing behind, however it ends.
@Suite(.redis) struct DemoTests {
    /// The folder of a demo that runs, from the environment that it gives to its command.
    private static let show = #"echo "$JWTCTL_REDIS_URL"; "#

    /// The process that listens on `socket`, nil where there is none.
    private func answers(_ socket: String) throws -> Bool {
        let result = try ProcessRunner.run(["redis-cli", "-s", socket, "PING"], timeout: 5)
        return result.text.contains("PONG")
    }

    private func socket(_ line: String?) throws -> String {
        let url = try #require(line)
        return String(try #require(url.split(separator: ":", maxSplits: 1).last).dropFirst(2))
    }

    @Test func walksThroughTheMainJob() throws {
        let tool = try BuiltTool()
        let result = try tool.run("demo")
        #expect(result.status == 0, "\(result.errorText)")
        var rest = result.text[...]
        for part in [
            "jwtctl issue --sub alice", "jwtctl verify", "active", "jwtctl revoke",
            "jwtctl verify", "not active: revoked", "(exit status 6)", "jwtctl logout-all",
            "(exit status 6)", "jwtctl issue", "true", "jwtctl audit",
        ] {
            let found = try #require(rest.range(of: part), "\(part) is missing in\n\(result.text)")
            rest = rest[found.upperBound...]
        }
        #expect(isClean(result.output))
        // Nothing of it reaches the Redis that the environment names.
        #expect(try tool.redis.cli("DBSIZE") == "0")
    }

    @Test func runsACommandAndReturnsItsStatus() throws {
        let tool = try BuiltTool()
        #expect(try tool.run("demo", "--", "sh", "-c", "exit 7").status == 7)
        #expect(try tool.run("demo", "--", "true").status == 0)
        let missing = try tool.run("demo", "--", "no-such-program")
        #expect(missing.status != 0)
        #expect(missing.errorText.contains("no-such-program"))
        let result = try tool.run(
            "demo", "--", "sh", "-c", Self.show + "jwtctl list users -o id | sort")
        #expect(result.status == 0)
        #expect(result.text.contains("alice\nbob\n"))
        let path = try socket(result.text.split(separator: "\n").first.map(String.init))
        #expect(!FileManager.default.fileExists(atPath: path))
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGKILL])
    func leavesNoServerBehind(_ number: CInt) throws {
        let tool = try BuiltTool()
        let process = try tool.start(
            ["demo", "--", "sh", "-c", Self.show + "exec sleep 30"])
        let path = try socket(process.line())
        #expect(try answers(path))
        process.signal(number)
        _ = try? process.finish(timeout: 5)
        try waitUntil { try !answers(path) }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if number == SIGKILL {
            // Nobody is left to remove it.
            try? FileManager.default.removeItem(atPath: folder)
        } else {
            try waitUntil { !FileManager.default.fileExists(atPath: folder) }
        }
    }

    @Test func saysWhatToInstall() throws {
        let tool = try BuiltTool()
        let result = try tool.run(["demo"], changes: ["PATH": tool.directory.path])
        #expect(result.status == 1, "\(result.errorText)")
        #expect(result.errorText.contains("redis-server"))
        #expect(
            result.errorText.contains("apt-get install redis-server")
                || result.errorText.contains("apt install redis-server"))
    }
}
