import CommandKit
import Foundation
import TestSupport
import Testing

@testable import Commands

/// Every example of the manual is run, as it stands, by a shell in a prepared folder.
@Suite(.redis) struct ExampleTests {
    @Test func everyExampleRunsAndEndsWithADocumentedStatus() throws {
        let leaves = jwtctlProgram.describe().sections.flatMap(\.commands).flatMap(\.flattened)
            .filter(\.subcommands.isEmpty)
        for command in leaves {
            for example in command.examples {
                let result = try run(example.command)
                let documented =
                    command.path == ["help"]
                    ? [0] : command.exitStatuses.map { Int($0.status.rawValue) }
                let status = try #require(result.status, "\(example.command): \(result.ending)")
                #expect(documented.contains(status), "\(example.command): \(status)")
                // The first status that is no success has to have a reason in the prepared folder.
                let expected = expectations[example.command] ?? 0
                #expect(status == expected, "\(example.command): \(result.errorText)")
            }
        }
    }

    /// Examples that do not end well in the prepared folder, whose Redis keeps nothing on disk.
    private let expectations = [
        "jwtctl doctor": 1, "jwtctl doctor --deep --key public.pem": 1,
        // One of the two ids is nobody's.
        "jwtctl find --from ids.txt -o jsonl": 10,
    ]

    private func run(_ line: String) throws -> ProcessRunner.Result {
        let sandbox = try Sandbox()
        let folder = sandbox.directory
        try ProcessRunner.run([
            "openssl", "genpkey", "-quiet", "-algorithm", "ed25519", "-out",
            folder.file("private.pem"),
        ]).expectSuccess()
        try ProcessRunner.run([
            "openssl", "pkey", "-in", folder.file("private.pem"), "-pubout", "-out",
            folder.file("public.pem"),
        ]).expectSuccess()
        let keys = sandbox.jwtctl(
            "key", "public", "--format", "jwks", folder.file("public.pem"))
        try folder.write("jwks.json", keys.output)
        let usesKey = line.contains("--key")
        let key =
            usesKey
            ? ["--key", folder.file("private.pem")] : ["--secret", sandbox.secretFile]
        let token = sandbox.jwtctl.run(["issue", "--sub", "alice", "--aud", "api"] + key).line
        sandbox.jwtctl("issue", "--sub", "alice", "--jti", "4f3c2a")
        let ids = ["4f3c2a", "5e2d1b", "# a comment"].joined(separator: "\n") + "\n"
        try folder.write("ids.txt", ids)
        try folder.write("ids.tsv", "4f3c2a\t\(Int(Date().timeIntervalSince1970) + 60)\n")
        try folder.write(
            "audit.jsonl",
            #"{"time":"2026-01-31T12:00:00Z","op":"revoke","id":"4f3c2a","count":1}"# + "\n")
        try folder.write("tokens.txt", token + "\n" + token + "\n")
        try folder.write("secret.txt", Sandbox.secret + "\n")
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = [
            try ServiceStub.install(in: folder), BuiltTool.folder,
            environment["PATH"] ?? "/usr/bin:/bin",
        ].joined(separator: ":")
        environment["SOCKET"] = sandbox.server.socketPath
        environment["JWTCTL_REDIS_URL"] = sandbox.server.url
        environment["TOKEN"] = token
        environment["JWT_SECRET"] = Sandbox.secret
        environment["JWTCTL_SECRET"] =
            usesKey || line.contains("--secret") ? nil : sandbox.secretFile
        // The one example that writes outside the folder.
        let command = line.replacingOccurrences(of: "/etc/bash_completion.d/", with: "./")
        return try ProcessRunner.run(
            ["/bin/sh", "-c", command], environment: environment, directory: folder.path)
    }
}

extension ProcessRunner.Result {
    func expectSuccess(_ location: SourceLocation = #_sourceLocation) {
        #expect(status == 0, Comment(rawValue: errorText), sourceLocation: location)
    }
}
