import Foundation

/// The built `jwtctl`, run as a process in the folder of a sandbox. It is for tests of signals,
/// pipes, descriptors, memory and time; all others run faster with a `TestTool`.
package final class BuiltTool {
    package let sandbox: Sandbox
    /// The environment of the tool: of the machine's own it has only PATH.
    package private(set) var environment: [String: String]

    package var redis: RedisServer { sandbox.server }
    package var directory: TemporaryDirectory { sandbox.directory }
    package var secretFile: String { sandbox.secretFile }

    /// The static build of the program, or the one that `JWTCTL_TEST_TOOL` names. Its folder holds
    /// nothing else, so that it can be put into PATH.
    package static let path: String = {
        if let path = ProcessInfo.processInfo.environment["JWTCTL_TEST_TOOL"] { return path }
        let folder = products + "/static"
        // Both may exist: another run may have made them.
        _ = mkdir(folder, 0o755)
        _ = symlink("../StaticTool", folder + "/jwtctl")
        return folder + "/jwtctl"
    }()

    /// The program as it is built for development, with shared libraries.
    private static let dynamicPath =
        ProcessInfo.processInfo.environment["JWTCTL_TEST_TOOL"] ?? products + "/jwtctl"

    /// The folder of the test bundle and of all that is built with it.
    private static let products: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let runner = String(
            decoding: buffer[..<max(count, 0)].map(UInt8.init(bitPattern:)), as: UTF8.self)
        let besides = [
            runner, CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? "",
            Bundle.main.bundlePath + "/x",
        ]
        let candidates = besides.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return candidates.first { access($0 + "/jwtctl", X_OK) == 0 } ?? "."
    }()

    /// The folder of the executable, to be put into a PATH.
    package static var folder: String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    package convenience init(_ redis: RedisServer? = nil) throws {
        self.init(in: try Sandbox(redis))
    }

    package init(in sandbox: Sandbox) {
        self.sandbox = sandbox
        let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        environment = sandbox.jwtctl.environment.merging([
            "PATH": "\(Self.folder):\(inherited)", "HOME": sandbox.directory.path,
            "LANG": "C.UTF-8", "SOCKET": sandbox.server.socketPath,
        ]) { $1 }
    }

    /// Runs the tool. `changes` override the environment, and an empty value removes a variable.
    /// `wrapper` is a program with its options that runs the tool. It runs the dynamic build, since
    /// faketime and valgrind preload a library.
    package func run(
        _ arguments: [String], input: [UInt8] = [], changes: [String: String] = [:],
        under wrapper: [String] = [], timeout: Double = 60
    ) throws -> ProcessRunner.Result {
        try ProcessRunner.run(
            wrapper + [wrapper.isEmpty ? Self.path : Self.dynamicPath] + arguments, input: input,
            environment: environment(with: changes),
            directory: directory.path, timeout: timeout)
    }

    /// Runs the tool with text on its standard input.
    package func run(_ arguments: String..., text: String = "") throws -> ProcessRunner.Result {
        try run(arguments, input: Array(text.utf8))
    }

    /// Runs a script with `sh`, for redirections, pipes and limits; `jwtctl` is in its PATH.
    package func shell(
        _ script: String, input: [UInt8] = [], changes: [String: String] = [:],
        timeout: Double = 60
    ) throws -> ProcessRunner.Result {
        try ProcessRunner.run(
            ["/bin/sh", "-c", script], input: input, environment: environment(with: changes),
            directory: directory.path, timeout: timeout)
    }

    /// Starts the tool and leaves it running.
    package func start(
        _ arguments: [String], changes: [String: String] = [:]
    ) throws -> RunningProcess {
        try RunningProcess(
            [Self.path] + arguments, environment: environment(with: changes),
            directory: directory.path)
    }

    /// Starts a script with `sh` and leaves it running; `jwtctl` is in its PATH.
    package func start(
        script: String, changes: [String: String] = [:]
    ) throws -> RunningProcess {
        try RunningProcess(
            ["/bin/sh", "-c", script], environment: environment(with: changes),
            directory: directory.path)
    }

    private func environment(with changes: [String: String]) -> [String: String] {
        environment.merging(changes) { $1 }.filter { !$0.value.isEmpty }
    }
}
