import Foundation
import TestSupport
import Testing

/// The built program answers the scripts that it prints, in the shells that people use.
@Suite(.redis) struct ShellCompletionTests {
    private let tool: BuiltTool
    /// Another server than the one that the environment names.
    private let other = try? RedisServer()

    private static let zshFunction = Result {
        try ZshFunction(try ProcessRunner.run([BuiltTool.path, "completion", "zsh"]).text)
    }

    init() throws {
        tool = try BuiltTool()
        try tool.directory.write("token.txt", "x")
        try tool.directory.write("staging", "[profile stage]\n[profile live]\n")
    }

    /// What `line` becomes.
    private func complete(_ line: String, in shell: String) throws -> String {
        var environment = tool.environment
        environment["LINE"] = line
        let folder = tool.directory.path
        switch shell {
        case "bash":
            return try TypedLine(
                line, in: .bash, setup: "cd \(folder); source <(jwtctl completion bash)",
                environment: environment
            ).text
        case "zsh":
            return try TypedLine(
                line, in: .zsh,
                setup: "cd \(folder); \(Self.zshFunction.get().setup)",
                environment: environment
            ).text
        default:
            let run = "cd \(folder); jwtctl completion fish | source; complete -C \"$LINE\""
            let result = try ProcessRunner.run(
                ["fish", "--no-config", "-c", run], environment: environment)
            let words = line.split(separator: " ", omittingEmptySubsequences: false).dropLast()
            let candidate = result.text.prefix { $0 != "\t" && $0 != "\n" }
            return (words + [candidate]).joined(separator: " ") + " "
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `users, members, profiles and files are offered`(_ shell: String) throws {
        let other = try #require(other)
        try other.cli("ZADD", "app:{olga}:tokens", "4000000000", "t")
        let users = "jwtctl --redis \(other.url) logout-all --namespace app "
        // A busy machine may not find them in time, so it may ask again.
        let isFound = try (0..<20).contains { _ in
            try complete(users + "o", in: shell) == users + "olga "
        }
        #expect(isFound)
        for (typed, completed) in [
            ("verify --field state.revoked_b", "verify --field state.revoked_by "),
            ("verify --require is", "verify --require iss "),
            ("--config staging verify --profile st", "--config staging verify --profile stage "),
            ("decode @tok", "decode @token.txt "), ("revoke @tok", "revoke @token.txt "),
        ] {
            #expect(try complete("jwtctl \(typed)", in: shell) == "jwtctl \(completed)")
        }
    }
}
