internal import CEntry
internal import Glibc

/// Everything outside of the program that a command may use: streams, variables, the clock, the
/// terminal. Tests pass their own. Signals are the exception: work that can stop asks
/// `Signals.pending`.
package struct System {
    package let input: InputStream
    /// Standard output, for results.
    package let output: OutputStream
    /// Standard error, for errors, hints, progress and other messages to people.
    package let diagnostics: OutputStream
    package let environment: Environment
    package let clock: Clock
    package let terminal: Terminal
    /// The arguments of the command line, without the program's name.
    package var arguments: [[UInt8]] = []

    package init(
        input: InputStream, output: OutputStream, diagnostics: OutputStream,
        environment: Environment, clock: Clock, terminal: Terminal
    ) {
        self.input = input
        self.output = output
        self.diagnostics = diagnostics
        self.environment = environment
        self.clock = clock
        self.terminal = terminal
    }

    /// The same with results on standard error, for a command that writes something else to
    /// standard output.
    package var reportingOnDiagnostics: System {
        var system = System(
            input: input, output: diagnostics, diagnostics: diagnostics, environment: environment,
            clock: clock, terminal: terminal)
        system.arguments = arguments
        return system
    }

    /// The standard streams, the environment and the clock of this process.
    package static func current() -> System {
        let environment = Environment.current()
        return System(
            input: InputStream(borrowing: STDIN_FILENO),
            output: OutputStream(borrowing: STDOUT_FILENO),
            diagnostics: OutputStream(borrowing: STDERR_FILENO, onFailure: .drop),
            environment: environment,
            clock: .system,
            terminal: Terminal.current(descriptor: STDOUT_FILENO, environment: environment))
    }

    /// The arguments of this process without its name, as bytes. The standard library's own list
    /// replaces bytes that are not UTF-8, which could change a user id, and needs /proc.
    package static func arguments() -> [[UInt8]] {
        (0..<jwtctl_argument_count()).compactMap { index in
            guard let text = unsafe jwtctl_argument(index) else { return nil }
            return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
    }
}

/// The environment variables of the process, or those of a test.
package struct Environment: Sendable {
    /// nil for the variables of the process, which are looked up when they are needed.
    private let values: [String: [UInt8]]?

    package init(_ values: [String: String]) {
        self.init(bytes: values.mapValues { Array($0.utf8) })
    }

    /// The variables of a test as bytes; nil for those of this process.
    package init(bytes values: [String: [UInt8]]?) {
        self.values = values
    }

    /// The variables of this process.
    package static func current() -> Environment { Environment(bytes: nil) }

    /// The value of a variable as text; nil if it is empty or not set. Bytes that are not UTF-8 are
    /// replaced. Where that would be wrong, such as in paths and secrets, use `bytes`.
    package subscript(_ name: String) -> String? {
        bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value as the system has it; nil if it is empty or not set.
    package func bytes(of name: String) -> [UInt8]? {
        guard let value = value(of: name), !value.isEmpty else { return nil }
        return value
    }

    private func value(of name: String) -> [UInt8]? {
        if let values { return values[name] }
        return unsafe getenv(name).map { text in
            unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
    }

    /// All variables as a child process gets them: `NAME=VALUE`, byte for byte.
    package var lines: [[UInt8]] {
        if let values { return values.map { Array("\($0.key)=".utf8) + $0.value } }
        var found: [[UInt8]] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            found.append(unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
            unsafe entry += 1
        }
        return found
    }

    /// All variables that are text, for a child process.
    package var all: [String: String] {
        if let values { return values.mapValues { String(decoding: $0, as: UTF8.self) } }
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            if let line = unsafe String(validatingCString: text),
                let equals = line.utf8.firstIndex(of: UInt8(ascii: "="))
            {
                found[String(line[..<equals])] = String(line[line.utf8.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return found
    }
}
