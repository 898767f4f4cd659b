internal import CEntry
internal import Glibc

/// Everything of the outside world that a command may touch; tests put their own in its place.
package struct System {
    package let input: InputStream
    /// Data: what a script reads.
    package let output: OutputStream
    /// Talk: errors, hints, progress, what a person reads.
    package let diagnostics: OutputStream
    package let environment: Environment
    package let clock: Clock
    package let terminal: Terminal

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

    /// The standard streams, the environment and the clock of this process.
    package static func current() -> System {
        let environment = Environment.current()
        return System(
            input: InputStream(borrowing: STDIN_FILENO),
            output: OutputStream(borrowing: STDOUT_FILENO),
            diagnostics: OutputStream(borrowing: STDERR_FILENO, expendable: true),
            environment: environment,
            clock: .system,
            terminal: Terminal.current(descriptor: STDOUT_FILENO, environment: environment))
    }

    /// The operands and options of this process as bytes: the standard library's own list repairs
    /// what is not UTF-8, so that a user id could change on its way in, and needs /proc.
    package static func arguments() -> [[UInt8]] {
        (0..<jwtctl_argument_count()).compactMap { index in
            guard let text = unsafe jwtctl_argument(index) else { return nil }
            return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
    }
}
