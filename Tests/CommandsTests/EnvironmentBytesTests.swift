import Foundation
import Platform
import TestSupport
import Testing

@testable import Commands

/// Variables with bytes that are not UTF-8: never taken for variables that are not set.
@Suite(.redis) struct EnvironmentBytesTests {
    private let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

    /// `pré` in Latin-1.
    private static let latin = Array("pr".utf8) + [0xE9]

    private func run(
        _ arguments: [String], _ changes: [String: [UInt8]]
    ) -> (status: Int32?, text: String) {
        let (output, errors) = (OutputStream(), OutputStream())
        let values = sandbox.jwtctl.environment.mapValues { Array($0.utf8) }
        let system = System(
            input: InputStream(bytes: []), output: output, diagnostics: errors,
            environment: Environment(bytes: values.merging(changes) { $1 }), clock: .system,
            terminal: Terminal(columns: 80))
        let ending = EntryPoint.run(arguments.map { Array($0.utf8) }, system)
        guard case .exit(let status) = ending else { return (nil, "") }
        return (status, String(decoding: output.contents + errors.contents, as: UTF8.self))
    }

    @Test(arguments: [
        "JWTCTL_NAMESPACE", "JWTCTL_REDIS_URL", "REDIS_URL", "JWTCTL_PROFILE", "JWTCTL_ACTOR",
        "JWTCTL_TIMEOUT",
    ])
    func `a setting in another encoding is an error`(_ name: String) throws {
        let result = run(["revoke", "--ttl", "1h", "a"], [name: Self.latin])
        #expect(result.status == 2, "\(result.text)")
        #expect(result.text.contains("\(name): the value is not valid UTF-8"), "\(result.text)")
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    @Test func `a path may have any bytes`() throws {
        let folder = Array((sandbox.directory.path + "/").utf8) + Self.latin
        let path = (folder + [0]).map { CChar(bitPattern: $0) }
        let file = try #require(fopen(path, "w"))
        fputs(Sandbox.secret, file)
        fclose(file)
        chmod(path, 0o600)
        let result = run(["issue", "--sub", "alice"], ["JWTCTL_SECRET": folder])
        #expect(result.status == 0, "\(result.text)")
        let missing = run(["issue", "--sub", "alice"], ["JWTCTL_SECRET": folder + [0xE9]])
        #expect(missing.status == 1)
        let config = run(["config", "show"], ["JWTCTL_CONFIG": folder + [0xE9]])
        #expect(config.text.contains("no configuration file"), "\(config.text)")
    }

    @Test func `a secret may have any bytes`() {
        let secret = Array(Sandbox.secret.utf8) + [0xE9]
        let result = run(
            ["issue", "--sub", "alice"],
            ["JWTCTL_SECRET": Array("env:KEPT".utf8), "KEPT": secret])
        #expect(result.status == 0, "\(result.text)")
    }

    @Test func `the password may have any bytes`() throws {
        try sandbox.server.cli("CONFIG", "SET", "requirepass", "another")
        let result = run(["list", "users"], ["REDISCLI_AUTH": Self.latin])
        #expect(result.status == 8)
        #expect(result.text.contains("refused the password"), "\(result.text)")
    }
}
