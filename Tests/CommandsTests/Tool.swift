import CommandKit
import Glibc
import JOSE
import JSON
import Platform
import TestSupport

@testable import Commands

/// The whole program, run inside the tests' process with streams in memory.
enum Tool {
    static let now: Int64 = 1_767_225_600
    static let secret = "a secret of the tests, long enough for HS256"

    struct Result {
        let ending: EntryPoint.Ending
        let output: String
        let diagnostics: String

        var status: Int32? { if case .exit(let status) = ending { status } else { nil } }

        /// Standard output, which must be one JSON object.
        func object() throws -> JSONObject {
            try JSONParser.parse(Array(output.utf8)).objectValue ?? JSONObject()
        }
    }

    static func system(
        input: String = "", environment: [String: String] = [:],
        output: OutputStream = OutputStream(), diagnostics: OutputStream = OutputStream()
    ) -> System {
        System(
            input: InputStream(bytes: Array(input.utf8)), output: output, diagnostics: diagnostics,
            environment: Environment(environment), clock: .fixed(now),
            terminal: Terminal(columns: 80))
    }

    /// The secret of `token` is there; Redis is nowhere unless `environment` names one.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) -> Result {
        let variables = [
            "SECRET": secret, "JWTCTL_SECRET": "env:SECRET",
            "JWTCTL_REDIS_URL": "unix:///nowhere/redis.sock", "JWTCTL_TIMEOUT": "1s",
        ].merging(environment) { $1 }
        let (output, diagnostics) = (OutputStream(), OutputStream())
        let ending = EntryPoint.run(
            arguments.map { Array($0.utf8) },
            system(
                input: input, environment: variables, output: output, diagnostics: diagnostics))
        return Result(
            ending: ending, output: String(decoding: output.contents, as: UTF8.self),
            diagnostics: String(decoding: diagnostics.contents, as: UTF8.self))
    }

    /// A token signed with HS256 and `secret`.
    static func token(
        _ claims: JSONObject, header: JSONObject = [:], secret: String = secret
    ) -> String {
        do {
            let key = try Secret.parse(SecretBytes(copying: Array(secret.utf8)))
            let token = try Signer(key: key, algorithm: .hs256, allowWeak: true)
                .sign(header: header, claims: claims)
            return String(decoding: token, as: UTF8.self)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// A token with any header at all, and a signature of three zero bytes.
    static func unsigned(header: String, payload: String = "{}") -> String {
        [header, payload].map {
            String(decoding: Base64URL.encode(Array($0.utf8)), as: UTF8.self)
        }.joined(separator: ".") + ".AAAA"
    }
}
