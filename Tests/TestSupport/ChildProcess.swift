import Foundation
import Glibc
import Testing

/// A child started with `posix_spawn`, and the pipes to it. All descriptors are close-on-exec.
struct ChildProcess {
    let pid: pid_t
    /// The tests' ends of the child's standard input, output and error.
    let input: CInt
    let output: CInt
    let error: CInt

    /// Held from making a pipe until the child runs. glibc's headers hide `pipe2` from Swift, and a
    /// child that inherits the pipe of another one would keep it open.
    private static let spawning = NSLock()

    /// Starts `arguments[0]`, looked up in `PATH`.
    static func start(
        _ arguments: [String], environment: [String: String]?, directory: String?
    ) throws -> ChildProcess {
        guard Test.Case.current == nil || TestKind.current != nil else {
            throw TestSupportError(
                "a pure test runs \(arguments[0]): give its suite a kind, such as .programs")
        }
        spawning.lock()
        defer { spawning.unlock() }
        let input = try pipe()
        let output = try pipe()
        let error = try pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, error.write, 2)
        // The test runner may ignore or block signals, but the child starts as a shell would start
        // it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigemptyset(&none)
        sigemptyset(&all)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&all, number) }
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

        let variables = environment ?? ProcessInfo.processInfo.environment
        let arguments = (directory.map { ["env", "-C", $0] } ?? []) + arguments
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        for descriptor in [input.read, output.write, error.write] { close(descriptor) }
        guard status == 0 else {
            for descriptor in [input.write, output.read, error.read] { close(descriptor) }
            throw TestSupportError(
                "cannot run \(arguments[0]): \(String(cString: strerror(status)))")
        }
        return ChildProcess(pid: pid, input: input.write, output: output.read, error: error.read)
    }

    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw TestSupportError("pipe failed: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
