import Foundation
import TestSupport
import Testing

/// A program of the system that the tests need.
enum SystemProgram: String {
    case mandoc, bash, zsh, fish, shellcheck

    struct Result {
        let status: Int
        let text: String
    }

    /// Runs the program and returns its status with everything that it wrote.
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
