import Foundation
import TestSupport

/// The tool, stopped for a while just before it says something to Redis.
struct HeldUpTool {
    let tool: BuiltTool
    private let changes: [String: String]

    /// `changes` are to the tool's environment. It says the same in every run: it speaks to the nodes
    /// of a Cluster in the same order, and does not look for another layout, which it gives up after
    /// a time.
    init(_ tool: BuiltTool, changes: [String: String] = [:]) throws {
        self.tool = tool
        let config = try tool.directory.write(
            "held.config", "[profile default]\nlayout-check = off\n")
        self.changes = changes.merging([
            "SWIFT_DETERMINISTIC_HASHING": "1", "JWTCTL_TIMEOUT": "60s", "JWTCTL_CONFIG": config,
        ]) { $1 }
    }

    private var log: String { tool.directory.file("calls") }

    private var trace: [String] {
        ["strace", "-f", "-s", "200", "-o", log, "-e", "trace=sendto"]
    }

    /// What a run says to Redis, one element for each time that it speaks.
    func speech(of arguments: [String]) throws -> [String] {
        let result = try tool.run(arguments, changes: changes, under: trace)
        guard result.status == 0 else { throw TestSupportError(result.errorText) }
        defer { try? FileManager.default.removeItem(atPath: log) }
        return try said()
    }

    /// Runs it, and `meanwhile` when it has spoken `count` times: it is held up long enough for that
    /// on a busy machine, too.
    func run(
        _ arguments: [String], after count: Int, meanwhile: () throws -> Void
    ) throws -> ProcessRunner.Result {
        let words =
            trace + ["-e", "inject=sendto:delay_enter=10000000:when=\(count + 1)", "jwtctl"]
            + arguments
        let process = try tool.start(
            script: words.map { "'\($0)'" }.joined(separator: " "), changes: changes)
        try waitUntil("what it says before") { try said().count >= count }
        try meanwhile()
        return try process.finish()
    }

    private func said() throws -> [String] {
        guard FileManager.default.fileExists(atPath: log) else { return [] }
        return try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "\n")
            .filter { $0.contains("sendto(") }
    }
}
