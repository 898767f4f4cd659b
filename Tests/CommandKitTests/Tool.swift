import Foundation
import Testing

/// A program of the system that the tests need.
enum Tool: String {
    case mandoc, bash, zsh, fish, shellcheck

    struct Result {
        let status: Int32
        let text: String
    }

    /// Runs the tool and returns its status with everything that it wrote.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        let path = "/usr/bin/\(rawValue)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            Issue.record("\(rawValue) is missing: apt-get install \(rawValue)")
            return Result(status: -1, text: "")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        var all = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
        all.merge(environment) { _, new in new }
        process.environment = all
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
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

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String, executable: Bool = false) throws -> String {
        let file = path + "/" + name
        guard executable else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            return file
        }
        // Written by another process: one that this test forks at the moment for something else
        // would hold the file open for writing, and then it can't be run.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/install")
        process.arguments = ["-m", "755", try write(name + ".text", text), file]
        try process.run()
        process.waitUntilExit()
        return file
    }
}
