import Foundation
import TestSupport
import Testing

@testable import Commands

/// The file of `--failed`: the list of what may still be active.
@Suite(.redis) struct FailedFileTests {
    private let sandbox: Sandbox
    private let path: String
    private var partial: String { path + ".partial" }

    init() throws {
        sandbox = try Sandbox()
        path = sandbox.directory.file("kept")
        try sandbox.server.cli("LPUSH", "jwt:deny:wrong", "x")
    }

    private let input = "good\t9999999999\nwrong\t9999999999\n"
    private let kept = """
        # the key 'jwt:deny:wrong' has another type than the layout expects
        {"jti":"wrong","exp":9999999999}

        """

    private func revoke(_ arguments: String..., to file: String? = nil) -> TestTool.Result {
        sandbox.jwtctl.run(
            ["revoke", "--failed", file ?? path, "--json"] + arguments + ["-"], input: input)
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func `a dry run touches nothing`() throws {
        try "what the last run left\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(revoke("--dry-run").status != 2)
        #expect(try text(path) == "what the last run left\n")
        #expect(!exists(partial))
    }

    @Test func `it takes its place at the end, for its owner alone`() throws {
        try "old\n".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        #expect(revoke().status == 10)
        #expect(try text(path) == kept)
        #expect(!exists(partial))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func `it keeps all lines where Redis cannot be reached, as they are`() throws {
        let away = ["--redis", "redis://127.0.0.1:1"]
        let items = "one\t9999999999\n# a comment\n\nnot an id\ntwo\t9999999999\n"
        let result = sandbox.jwtctl.run(
            ["revoke", "--yes", "--failed", path] + away + ["-"], input: items)
        #expect(result.status == 8)
        #expect(result.errors.contains("not attempted: 3 lines, all kept in the file of --failed"))
        #expect(result.errors.contains("cannot connect to Redis"))
        let kept = try text(path)
        #expect(
            kept.split(separator: "\n").filter { !$0.hasPrefix("#") }
                == ["one\t9999999999", "not an id", "two\t9999999999"])
        #expect(!exists(partial))
        // The same line again, when it is back.
        let retry = sandbox.jwtctl("revoke", "--yes", "--from", path, "--failed", path + "2")
        #expect(retry.status == 10, "\(retry.errors)")
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:one", "jwt:deny:two") == "2")
        #expect(try text(path + "2").contains("not an id"))
        // A dry run, and operands, write no file.
        for arguments in [["-n", "-"], ["--ttl", "1h", "one"]] {
            _ = sandbox.jwtctl.run(
                ["revoke", "--failed", path + "3"] + away + arguments, input: items)
        }
        #expect(!exists(path + "3") && !exists(path + "3.partial"))
    }

    @Test func `what a crash left is kept, and named`() throws {
        try "left\n".write(toFile: partial, atomically: false, encoding: .utf8)
        let result = revoke()
        #expect(result.status == 10)
        #expect(result.errors.contains("kept.partial' is left over"), "\(result.errors)")
        #expect(try text(partial) == "left\n")
        #expect(try text(path) == kept)
    }

    @Test(arguments: ["link", "pipe", "folder", "/dev/null", "missing/kept"])
    func `nothing is changed where it cannot be a file`(_ name: String) throws {
        let folder = sandbox.directory.path
        let target = folder + "/target"
        try "target\n".write(toFile: target, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link", withDestinationPath: target)
        mkfifo(folder + "/pipe", 0o600)
        mkdir(folder + "/folder", 0o700)
        let result = revoke(to: name.hasPrefix("/") ? name : folder + "/" + name)
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("cannot write"))
        #expect(try text(target) == "target\n")
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:good") == "0")
    }

    /// `cat F | jwtctl revoke --failed F` reads a pipe, of which nobody knows where it begins; the
    /// file is replaced only at the end.
    @Test func `standard input may not be the same file`() throws {
        let tool = BuiltTool(in: sandbox)
        let result = try tool.shell(
            "printf 'a\\t9999999999\\n' >same; jwtctl revoke --failed same <same; cat same;"
                + " cat same | jwtctl revoke --failed same; cat same")
        #expect(result.errorText.contains("would overwrite"), "\(result.errorText)")
        #expect(result.text.hasPrefix("a\t9999999999\n"), "\(result.text)")
        #expect(result.text.contains("revoked a"), "\(result.text)")
    }
}

/// The counts add up to the input, whatever breaks.
@Suite(.redis) struct BrokenDiagnosticsTests {
    private let tool: BuiltTool
    init() throws { tool = try BuiltTool() }

    @Test(arguments: ["2>/dev/full", "2>&-"])
    func `a full disk under the diagnostics stops nothing`(_ redirection: String) throws {
        let result = try tool.shell(
            "printf 'a\\t9999999999\\nbad line\\tx\\nb\\t9999999999\\n'"
                + " | jwtctl revoke --json - \(redirection)")
        #expect(result.status == 10)
        #expect(result.text.contains("\"revoked\": 2"), "\(result.text)")
        #expect(result.text.contains("\"invalid\": 1"), "\(result.text)")
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:a", "jwt:deny:b") == "2")
    }

    /// A limit on the size of files stands for a full disk: both fail a write half-way.
    @Test func `a failed file that breaks leaves the counts true`() throws {
        let script = """
            trap '' XFSZ
            ulimit -f 8
            i=0; while [ $i -lt 5000 ]; do i=$((i+1)); printf 'id-%s-%s\\t9999999999\\n' $i \
            aaaaaaaaaaaaaaaaaaaa; done | jwtctl revoke --yes --json --failed kept - 2>errors
            status=$?
            cat errors >&2
            exit $status
            """
        try tool.redis.cli("CONFIG", "SET", "maxmemory", "1")
        let result = try tool.shell(script)
        #expect(result.status == 8, "\(result.errorText)")
        #expect(result.text.contains("\"total\": 5000"), "\(result.text)")
        #expect(result.errorText.contains("kept.partial"), "\(result.errorText)")
        #expect(result.errorText.contains("OOM"), "\(result.errorText)")
    }
}
