import Foundation
import Synchronization

/// A real `redis-server` of one test, in a directory of its own and without persistence. It listens
/// on a unix socket or on a free loopback port, and ends with the object.
package final class RedisServer {
    package enum Listener: Sendable {
        case unixSocket, tcp
    }

    package enum Kind: Sendable {
        case data, sentinel
    }

    package let directory: TemporaryDirectory
    /// The path of the unix socket, which `cli` uses with `.tcp` too.
    package let socketPath: String
    /// The loopback port; 0 with `.unixSocket`.
    package let port: Int
    /// `unix://…` or `redis://127.0.0.1:…`.
    package let url: String
    /// The process id of the server, for signals.
    package private(set) var pid: pid_t = 0

    private let configuration: [String]
    private let kind: Kind
    private let waits: Bool
    private let login: [String]
    /// The file with the offset of the server's clock; nil if the server has the machine's clock.
    private let clockFile: String?
    private var guardian: ChildProcess?

    /// Starts the server and waits until it answers. `configuration` are lines of redis.conf that
    /// override the defaults; `cli` uses a `requirepass` among them.
    ///
    /// `files` are written into its directory first, such as a `dump.rdb` to load. With
    /// `waitUntilLoaded: false` the answer LOADING is enough. `login` are the options of redis-cli
    /// for a server whose default user has no rights. `clock` is the offset of the server's clock
    /// in seconds; without it `setClock` has no effect.
    package init(
        _ listener: Listener = .unixSocket, kind: Kind = .data, configuration: [String] = [],
        files: [String: [UInt8]] = [:], waitUntilLoaded: Bool = true, login: [String]? = nil,
        clock: Int? = nil
    ) throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        socketPath = directory.file("redis.sock")
        port = listener == .tcp ? try Self.freePort() : 0
        url = listener == .tcp ? "redis://127.0.0.1:\(port)" : "unix://\(socketPath)"
        self.kind = kind
        waits = waitUntilLoaded
        self.configuration =
            [
                "port \(port)", "bind 127.0.0.1", "unixsocket \(socketPath)", "unixsocketperm 700",
                "dir \(directory.path)", "save \"\"", "appendonly no", "daemonize no",
                "logfile \(directory.file("log"))",
            ] + (ServerVersion.current < .redis(7, 0) ? [] : ["enable-debug-command yes"])
            + configuration
        let password =
            configuration.compactMap { line in
                line.hasPrefix("requirepass ") ? String(line.dropFirst(12)) : nil
            }.last
        self.login = login ?? password.map { ["--no-auth-warning", "-a", $0] } ?? []
        clockFile = try clock.map { try directory.write("clock", String($0)) }
        for (name, content) in files {
            try Data(content).write(to: URL(fileURLWithPath: directory.file(name)))
        }
        try start()
    }

    deinit {
        stop()
    }

    /// Starts the server again, with the same files and address.
    package func restart() throws {
        stop()
        try start()
    }

    /// Kills the server; data that was not saved is lost.
    package func stop() {
        guard let guardian else { return }
        self.guardian = nil
        // To close the pipe is not enough: a child of another test may have inherited this end of
        // it.
        signal(SIGPIPE, SIG_IGN)
        _ = write(guardian.input, "\n", 1)
        for descriptor in [guardian.input, guardian.output, guardian.error] { close(descriptor) }
        var status: CInt = 0
        waitpid(guardian.pid, &status, 0)
    }

    /// Kills the process of the server, as in a crash, and leaves its files for `restart`.
    package func kill9() {
        kill(pid, SIGKILL)
    }

    /// Stops the process with SIGSTOP; the kernel still accepts connections for it.
    package func pause() {
        kill(pid, SIGSTOP)
    }

    package func resume() {
        kill(pid, SIGCONT)
    }

    /// Sets the offset of the clock, in seconds, of a server that was made with one.
    package func setClock(_ offset: Int) throws {
        try directory.write("clock", String(offset))
    }

    /// Runs a command and returns what redis-cli prints, without the final newline.
    @discardableResult
    package func cli(_ arguments: String...) throws -> String {
        try cli(arguments)
    }

    /// Runs a command, or redis-cli with `input` on its standard input, and returns what redis-cli
    /// prints. redis-cli itself is run only for its options, for input and to log in.
    @discardableResult
    package func cli(_ arguments: [String], input: [UInt8] = []) throws -> String {
        if let command = arguments.first, !command.hasPrefix("-"), input.isEmpty, login.isEmpty {
            guard var client = PlainClient(socketPath, timeout: 60) else { return "" }
            return try client.call(arguments)
        }
        let result = try ProcessRunner.run(
            ["redis-cli", "-s", socketPath] + login + arguments, input: input, timeout: 120)
        return result.text.hasSuffix("\n") ? String(result.text.dropLast()) : result.text
    }

    /// Runs commands over one connection and returns what redis-cli prints for each.
    package func answers(to commands: [[String]]) throws -> [String] {
        guard var client = PlainClient(socketPath, timeout: 60) else { return [] }
        var answers: [String] = []
        for command in commands { answers.append(try client.call(command)) }
        return answers
    }

    /// The log of the server, for the message of a failing test.
    package var log: String {
        (try? String(contentsOfFile: directory.file("log"), encoding: .utf8)) ?? ""
    }

    private func start() throws {
        let text = configuration.joined(separator: "\n") + "\n"
        let file = try directory.write("redis.conf", text)
        unlink(socketPath)
        // The input of the shell ends when the tests end, even by a crash, and then the shell kills
        // the server.
        let script = """
            command -v redis-server >/dev/null || exit 3
            [ -z "$4" ] || export LD_PRELOAD="$5" CLOCK_OFFSET_FILE="$4"
            redis-server "$1" $3 </dev/null >>"$2" 2>&1 & echo $!
            read -r _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; exit 0
            """
        let child = try ChildProcess.start(
            [
                "/bin/sh", "-c", script, "sh", file, directory.file("log"),
                kind == .sentinel ? "--sentinel" : "", clockFile ?? "",
                clockFile == nil ? "" : try MovedClock.path(),
            ], environment: nil, directory: nil)
        guardian = child
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(child.output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard let pid = pid_t(String(decoding: line, as: UTF8.self)) else {
            stop()
            throw TestSupportError("redis-server is missing: apt-get install redis-server")
        }
        self.pid = pid
        try waitUntilReady()
    }

    private func waitUntilReady() throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while deadline.timeIntervalSinceNow > 0 {
            // A server may refuse PING because of its ACL, so any answer but LOADING is enough.
            var client = PlainClient(socketPath, timeout: 1)
            if let answer = client?.ping(), !waits || !answer.hasPrefix("-LOADING") { return }
            usleep(2000)
        }
        throw TestSupportError("redis-server did not start:\n\(log)")
    }

    /// A free port, given to one caller in this process only. Before Redis 7.0 the port for a
    /// Cluster's bus that follows from it is free, too.
    ///
    /// All ports are below those that the kernel gives to outgoing connections, so no connection
    /// takes one before the server does.
    package static func freePort() throws -> Int {
        for _ in 0..<1000 {
            let port = nextPort.withLock { next in
                next = next + 1 < ports.upperBound ? next + 1 : ports.lowerBound
                return next
            }
            let needsBus = ServerVersion.current < .redis(7, 0)
            if bound(port) != nil, !needsBus || bound(port + oldBusDistance) != nil { return port }
        }
        throw TestSupportError("no free port: \(errno)")
    }

    private static let ports = 10_000..<22_000
    private static let nextPort = Mutex(Int.random(in: ports))

    /// The distance from a node's port to that of its bus before Redis 7.0.
    private static let oldBusDistance = 10_000

    /// The line of redis.conf that sets a free port for a Cluster's bus.
    package static func busConfiguration() throws -> [String] {
        ServerVersion.current < .redis(7, 0) ? [] : ["cluster-port \(try freePort())"]
    }

    /// Binds a loopback port for a moment, any free one for 0, and returns it; nil if it is taken.
    private static func bound(_ wanted: Int) -> Int? {
        guard let wanted = in_port_t(exactly: wanted) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
