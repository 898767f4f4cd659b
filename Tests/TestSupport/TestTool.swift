import Commands
import JSON
import Platform
import Testing

/// The program, run in the tests' own process with streams in memory.
///
/// A run takes a millisecond and sees only the environment, the clock and the input of the test,
/// besides files and Redis. Tests of signals, pipes, descriptors and the current folder need a
/// `BuiltTool`.
package struct TestTool: Sendable {
    package var environment: [String: String]
    /// Global options that every run has before its own arguments.
    package var options: [String]
    package var clock: Clock

    /// The fixed time of `standalone`, in unix seconds.
    package static let now: Int64 = 1_767_225_600

    /// A tool with the secret of the sandboxes and a fixed time. Its Redis cannot be reached,
    /// unless a run names another.
    package static let standalone = TestTool(
        environment: [
            "SECRET": Sandbox.secret, "JWTCTL_SECRET": "env:SECRET",
            "JWTCTL_REDIS_URL": "unix:///nowhere/redis.sock", "JWTCTL_TIMEOUT": "1s",
        ], clock: .fixed(now))

    package init(
        environment: [String: String] = [:], options: [String] = [], clock: Clock = .system
    ) {
        self.environment = environment
        self.options = options
        self.clock = clock
    }

    /// The result of a run. The status is nil if the program would have ended by a signal.
    package struct Result: Sendable {
        package let status: Int32?
        package let outputBytes: [UInt8]
        package let errorBytes: [UInt8]

        /// Standard output as text.
        package var output: String { String(decoding: outputBytes, as: UTF8.self) }
        /// Standard error as text.
        package var errors: String { String(decoding: errorBytes, as: UTF8.self) }
        /// The first line of standard output, as scripts take it with `$(…)`.
        package var line: String { String(output.prefix { $0 != "\n" }) }

        /// Standard output as JSON. A verdict wraps the claims, so it is deeper than claims can be.
        package func json() throws -> JSONValue {
            try JSONParser.parse(outputBytes, maximumDepth: 66)
        }

        package func object() throws -> JSONObject {
            try #require(try json().objectValue)
        }

        package func array() throws -> [JSONObject] {
            try #require(try json().arrayValue).map { try #require($0.objectValue) }
        }

        /// Standard output of `-o jsonl`.
        package func lines() throws -> [JSONObject] {
            try output.split(separator: "\n").map { line in
                try #require(try JSONParser.parse(Array(line.utf8)).objectValue)
            }
        }
    }

    /// Runs the program. The variables of `changes` override those of every run.
    @discardableResult
    package func run(
        _ arguments: [String], environment changes: [String: String] = [:], input: [UInt8]
    ) -> Result {
        run(bytes: arguments.map { Array($0.utf8) }, environment: changes, input: input)
    }

    /// Runs the program with text on its standard input.
    @discardableResult
    package func run(
        _ arguments: [String], environment changes: [String: String] = [:], input: String = ""
    ) -> Result {
        run(arguments, environment: changes, input: Array(input.utf8))
    }

    /// Runs the program with text on its standard input, as `jwtctl("revoke", token)`.
    @discardableResult
    package func callAsFunction(_ arguments: String..., input: String = "") -> Result {
        run(arguments, input: input)
    }

    /// Runs the program with arguments that need not be UTF-8.
    package func run(
        bytes arguments: [[UInt8]], environment changes: [String: String] = [:],
        input: [UInt8] = []
    ) -> Result {
        let system = system(environment: changes, input: input)
        let ending = EntryPoint.run(options.map { Array($0.utf8) } + arguments, system)
        let status: Int32? = if case .exit(let status) = ending { status } else { nil }
        return Result(
            status: status, outputBytes: system.output.contents,
            errorBytes: system.diagnostics.contents)
    }

    /// The streams, environment and clock of a run, for tests of a part of the program.
    package func system(
        environment changes: [String: String] = [:], input: [UInt8] = []
    ) -> System {
        System(
            input: InputStream(bytes: input), output: OutputStream(), diagnostics: OutputStream(),
            environment: Environment(environment.merging(changes) { $1 }), clock: clock,
            terminal: Terminal(columns: 80))
    }
}
