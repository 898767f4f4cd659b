import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// The whole program in this process: memory streams, a clock and an environment of the test.
struct Jwtctl {
    var environment: [String: String] = [:]
    var clock = Clock.system
    /// Global options that every run has.
    var options: [String] = []

    struct Result {
        let ending: EntryPoint.Ending
        let output: String
        let errors: String

        var status: Int32? { if case .exit(let status) = ending { status } else { nil } }

        /// The first line, as scripts take it with `$(…)`.
        var line: String { String(output.prefix { $0 != "\n" }) }

        func json() throws -> JSONValue { try JSONParser.parse(Array(output.utf8)) }

        func object() throws -> JSONObject { try #require(try json().objectValue) }

        func array() throws -> [JSONObject] {
            try #require(try json().arrayValue).map { try #require($0.objectValue) }
        }
    }

    @discardableResult
    func run(_ arguments: [String], input: String = "") -> Result {
        run(bytes: (options + arguments).map { Array($0.utf8) }, input: input)
    }

    @discardableResult
    func callAsFunction(_ arguments: String..., input: String = "") -> Result {
        run(arguments, input: input)
    }

    func run(bytes arguments: [[UInt8]], input: String = "") -> Result {
        let output = OutputStream()
        let errors = OutputStream()
        let system = System(
            input: InputStream(bytes: Array(input.utf8)), output: output, diagnostics: errors,
            environment: Environment(environment), clock: clock, terminal: Terminal(columns: 80))
        let ending = EntryPoint.run(arguments, system)
        return Result(
            ending: ending, output: String(decoding: output.contents, as: UTF8.self),
            errors: String(decoding: errors.contents, as: UTF8.self))
    }
}

/// A real server of its own, a secret, and the program that talks to it.
final class Sandbox {
    static let secretText = "0123456789abcdef0123456789abcdef"
    static let otherSecretText = "another-secret-of-32-bytes-or-so"

    let server: RedisServer
    let secret: String
    var jwtctl: Jwtctl

    init() throws {
        server = try RedisServer()
        secret = try server.directory.write("secret.txt", Self.secretText + "\n")
        jwtctl = Jwtctl(environment: [
            "JWTCTL_REDIS_URL": server.url, "JWTCTL_SECRET": secret, "JWTCTL_ACTOR": "ops",
        ])
    }

    func file(_ name: String, _ text: String) throws -> String {
        try server.directory.write(name, text)
    }

    /// A token that is recorded unless the arguments say otherwise.
    func token(_ arguments: String...) throws -> String {
        let result = jwtctl.run(["issue", "--sub", "alice"] + arguments)
        try #require(result.status == 0, Comment(rawValue: result.errors))
        return result.line
    }
}

/// A token of exactly these texts, signed with the secret of the sandbox unless told otherwise.
func handmade(
    header: String = #"{"alg":"HS256"}"#, _ payload: String, secret: String = Sandbox.secretText
) throws -> String {
    let directory = try TemporaryDirectory()
    let input =
        Data(header.utf8).base64URL + "." + Data(payload.utf8).base64URL
    try directory.write("input", input)
    let result = try ProcessRunner.run(
        [
            "openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "key:\(secret)", "-binary",
            directory.file("input"),
        ])
    return input + "." + Data(result.output).base64URL
}

extension Data {
    var base64URL: String {
        String(
            base64EncodedString().filter { $0 != "=" }.map {
                $0 == "+" ? "-" : $0 == "/" ? "_" : $0
            })
    }
}

/// The checkout and what was built in it.
enum Project {
    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The folder with the built binary: that of the running test bundle.
    static var products: String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        guard let bundle else { return root.appendingPathComponent(".build/debug").path }
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().path
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func files(below folder: String) throws -> [String] {
        let base = root.appendingPathComponent(folder)
        return try FileManager.default.subpathsOfDirectory(atPath: base.path).filter { path in
            var isFolder: ObjCBool = false
            let full = base.appendingPathComponent(path).path
            return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.map { "\(folder)/\($0)" }
    }
}
