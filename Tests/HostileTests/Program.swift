import JSON
import Platform
import TestSupport

@testable import Commands

/// The whole program in this process, at the hour of `Forge`.
enum Program {
    struct Result {
        /// `nil` where it would end by a signal.
        let status: Int32?
        let output: [UInt8]
        let errors: [UInt8]

        var errorText: String { String(decoding: errors, as: UTF8.self) }

        /// The answer of `--json`, if it is an object.
        var object: JSONObject? {
            // A verdict wraps the claims, so it is deeper than they may be.
            try? JSONParser.parse(output, maximumDepth: 66).objectValue
        }
    }

    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = [],
        clock: Clock = .fixed(Forge.now)
    ) -> Result {
        let (output, errors) = (OutputStream(), OutputStream())
        let system = System(
            input: InputStream(bytes: input), output: output, diagnostics: errors,
            environment: Environment(environment), clock: clock, terminal: Terminal(columns: 80))
        let ending = EntryPoint.run(arguments.map { Array($0.utf8) }, system)
        guard case .exit(let status) = ending else {
            return Result(status: nil, output: output.contents, errors: errors.contents)
        }
        return Result(status: status, output: output.contents, errors: errors.contents)
    }
}
