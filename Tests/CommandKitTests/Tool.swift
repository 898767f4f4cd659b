import Foundation
import TestSupport
import Testing

/// A program of the system that the tests need.
enum Tool: String {
    case mandoc, bash, zsh, fish, shellcheck

    struct Result {
        let status: Int
        let text: String
    }

    /// Runs the tool and returns its status with everything that it wrote.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        let path = "/usr/bin/\(rawValue)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            Issue.record("\(rawValue) is missing: apt-get install \(rawValue)")
            return Result(status: -1, text: "")
        }
        let all = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
        let result = try ProcessRunner.run(
            [path] + arguments, environment: all.merging(environment) { $1 })
        return Result(status: result.status ?? -1, text: result.text + result.errorText)
    }
}

/// A directory of files that goes away with its test.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "command-kit-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String, executable: Bool = false) throws -> String {
        let file = path + "/" + name
        guard executable else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            return file
        }
        // Written by another process: one that this test forks at the moment for something else
        // would hold the file open for writing, and then it can't be run.
        _ = try ProcessRunner.run(
            ["/usr/bin/install", "-m", "755", try write(name + ".text", text), file])
        return file
    }
}
