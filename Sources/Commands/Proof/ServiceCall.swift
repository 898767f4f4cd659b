internal import CommandKit
internal import Glibc
internal import Platform

/// The operator's own command, which asks a service whether it accepts a token.
///
/// The token comes to it as a line `Authorization: Bearer …` on standard input and in JWTCTL_TOKEN,
/// never in its arguments, which all users of the machine can read.
struct ServiceCall {
    /// The program and its arguments.
    let command: [[UInt8]]
    /// Its environment but for the token, each variable as `NAME=VALUE`.
    private let variables: [[UInt8]]
    /// Milliseconds after which the command is ended, with all that it started.
    private let timeout: Int64
    /// The exit status that means that the service refused the token.
    private let refusedStatus: Int64

    /// What the service answered.
    enum Answer: Equatable {
        case accepted
        case refused
        /// Nothing that tells anything about the token. The words say what happened.
        case failed(String)
        /// A signal asked this program to stop, and ended the command.
        case interrupted
    }

    init(_ command: [[UInt8]], timeout: Int64, refusedStatus: Int64, _ environment: Environment) {
        self.command = command
        self.timeout = timeout
        self.refusedStatus = refusedStatus
        variables = environment.lines.filter { !Self.isOurs($0) }
    }

    /// Whether a variable is for jwtctl or for Redis. A service is asked as its users ask it.
    private static func isOurs(_ variable: [UInt8]) -> Bool {
        ["JWTCTL_", "REDIS_URL=", "REDISCLI_AUTH="].contains { variable.starts(with: $0.utf8) }
    }

    /// The shortest time between two looks whether the command has ended, in milliseconds.
    private static let glance: Int64 = 5

    /// Runs the command once. Its processes have all ended when this returns.
    func answer(with token: [UInt8]) -> Answer {
        let program: Subprocess
        do throws(SystemError) {
            let input = try Descriptor.memory(
                Array("Authorization: Bearer ".utf8) + token + [UInt8(ascii: "\n")])
            program = try Subprocess.start(
                command, variables: variables + [Array("JWTCTL_TOKEN=".utf8) + token],
                streams: .reading(input.number), group: .own)
        } catch {
            let name = VisibleText.escape(command[0], columns: 60)
            return .failed("'\(name)' cannot be run: \(error.message)")
        }
        let deadline = Monotonic.now.advanced(byMilliseconds: timeout)
        while !program.hasEnded, Signals.pending == nil, deadline.remainingMilliseconds > 0 {
            pause(milliseconds: Self.glance)
        }
        let isInTime = program.hasEnded
        // A command that has ended may leave others behind, such as the parts of a pipe.
        program.endGroup()
        let ending = program.wait()
        // After a signal nothing more is to be done, however the command has ended.
        guard Signals.pending == nil else { return .interrupted }
        guard isInTime else {
            return .failed("the command did not end within \(Diagnostics.span(Int(timeout)))")
        }
        switch ending {
        case .exit(0): return .accepted
        case .exit(let status) where status == refusedStatus: return .refused
        case .exit(let status): return .failed("the command ended with status \(status)")
        case .signal(let number): return .failed("signal \(number) ended the command")
        }
    }
}
