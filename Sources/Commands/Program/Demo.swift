internal import CommandKit
internal import Glibc
internal import JOSE
internal import OpenSSL
internal import Platform
internal import Redis

/// Options of `demo`.
struct DemoOptions: CommandOptions {
    var global = GlobalOptions()
    /// The program to run with its arguments; empty for a shell or the walk-through.
    var command: [[UInt8]] = []
}

/// `demo`: every command, on a Redis that starts and ends with it.
let demoCommand = Command(
    name: "demo", summary: "Try jwtctl with a temporary Redis.",
    discussion: [
        """
        Starts a private redis-server on a unix socket in a temporary directory, adds a few users \
        and tokens, and removes everything at the end, even if it is interrupted. With a COMMAND \
        it runs the command and returns its status. Without one, it opens a shell in which jwtctl \
        uses that Redis; if there is no terminal, it walks through the main tasks instead, and \
        shows each command with its real output.
        """
    ],
    defaults: DemoOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [
        .raw("COMMAND", .repeated(minimum: 0), summary: "Program to run, with its arguments.") {
            options, bytes throws(InvalidValue) in options.command.append(bytes)
        }.shownAs("[-- COMMAND...]")
    ],
    examples: [
        Example(command: "jwtctl demo", summary: "Open a shell with the temporary Redis."),
        Example(command: "jwtctl demo -- jwtctl list users", summary: "Run a single command."),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["layouts"], run: runDemo)

/// Runs the demo with its signals blocked, so that Redis and its directory are removed before a
/// signal ends the process.
private func runDemo(_ options: DemoOptions, _ system: System) throws -> ExitStatus {
    let ending: Subprocess.Ending
    do {
        // Blocked until everything is removed; then they have their usual effect.
        let mask = SignalMask.block(Demo.signals)
        defer { mask.restore() }
        ending = try Demo.run(options, system, mask)
    }
    switch ending {
    case .exit(let status): return ExitStatus(rawValue: status)
    case .signal(let number): Signals.endProcess(by: number)
    }
}

/// The parts of the demo.
private enum Demo {
    /// The signals that end the demo, and SIGCHLD, which reports the end of the command.
    static let signals = [SIGINT, SIGTERM, SIGHUP, SIGCHLD]

    /// Starts Redis, fills it and runs the command. Returns when the command has ended and
    /// everything is removed.
    static func run(
        _ options: DemoOptions, _ system: System, _ mask: SignalMask
    ) throws -> Subprocess.Ending {
        let redis = try PrivateRedis(system.environment)
        let environment = try prepare(redis, system)
        let isInteractive =
            options.command.isEmpty && system.input.isTerminal && system.output.isTerminal
        let command: [[UInt8]]
        if !options.command.isEmpty {
            command = options.command
        } else if isInteractive {
            try greet(redis, system)
            command = [Array((system.environment["SHELL"] ?? "/bin/sh").utf8)]
        } else {
            command = ["/bin/sh", "-c", walkThrough].map { Array($0.utf8) }
        }
        let child: Subprocess
        do throws(SystemError) {
            child = try Subprocess.start(
                command, variables: Environment(environment).lines)
        } catch {
            throw Failure(
                .failure, "system",
                "cannot run '\(VisibleText.escape(command[0], columns: 60))': \(error.message)")
        }
        return wait(for: child, mask, isShell: isInteractive, system)
    }

    /// Waits for the command. Ctrl-C on the terminal reaches the command directly; a signal that
    /// only this process received is passed on. A shell handles SIGINT itself, so that does not end
    /// the demo.
    private static func wait(
        for child: borrowing Subprocess, _ mask: SignalMask, isShell: Bool, _ system: System
    ) -> Subprocess.Ending {
        var asked: CInt?
        while true {
            if let ending = child.poll() {
                // The signal ends this process, too, after the cleanup.
                if let asked, !isShell || asked != SIGINT { return .signal(asked) }
                return ending
            }
            let number = mask.wait(for: signals)
            guard number != SIGCHLD else { continue }
            if number != SIGINT || !system.input.isTerminal { child.send(signal: number) }
            asked = number
        }
    }

    /// Creates a secret and users with tokens, and returns the environment for the command: the
    /// user's own, with this Redis, this secret and this jwtctl in it. Variables that name another
    /// key are removed.
    private static func prepare(
        _ redis: PrivateRedis, _ system: System
    ) throws -> [String: String] {
        let secretPath = "\(redis.path)/secret.txt"
        let file = try Descriptor.open(
            Array(secretPath.utf8), flags: O_WRONLY | O_CREAT | O_EXCL)
        let stream = OutputStream(borrowing: file.number)
        try stream.write(Base64URL.encode(try randomBytes(32)))
        try stream.flush()

        var variables = system.environment.all
        variables["JWTCTL_REDIS_URL"] = redis.url
        variables["JWTCTL_SECRET"] = secretPath
        // Neither the user's own audit log nor that of a profile gets the changes of the demo.
        variables["JWTCTL_AUDIT_LOG"] = "\(redis.path)/audit.jsonl"
        // These would select another key, other keys in Redis, or a password that this Redis lacks.
        for name in ["JWTCTL_KEY", "JWTCTL_NAMESPACE", "REDISCLI_AUTH"] { variables[name] = nil }
        if let executable = CurrentProcess.executablePath,
            let slash = executable.utf8.lastIndex(of: UInt8(ascii: "/"))
        {
            let path = variables["PATH"] ?? "/usr/bin:/bin"
            variables["PATH"] = "\(executable[..<slash]):\(path)"
        }
        for (user, label) in [("alice", "laptop"), ("bob", "phone"), ("carol", "tablet")] {
            try issue(user, label, variables, system)
        }
        return variables
    }

    /// Issues a token in this process.
    private static func issue(
        _ user: String, _ label: String, _ variables: [String: String], _ system: System
    ) throws {
        let errors = OutputStream()
        let quiet = System(
            input: InputStream(bytes: []), output: OutputStream(), diagnostics: errors,
            environment: Environment(variables), clock: system.clock, terminal: system.terminal)
        let line = ["issue", "--sub", user, "--label", label, "--expires-in", "8h"]
        guard EntryPoint.run(line.map { Array($0.utf8) }, quiet) == .exit(0) else {
            throw Failure(
                .failure, "demo",
                "cannot fill the Redis of the demo: "
                    + VisibleText.escape(errors.contents, columns: 200))
        }
    }

    /// Shows what can be tried, above the prompt of the shell.
    private static func greet(_ redis: PrivateRedis, _ system: System) throws {
        try system.diagnostics.write(
            """
            A private Redis is running at \(redis.url)
            Its users are alice, bob and carol. Try:
              TOKEN=$(jwtctl issue --sub alice)
              jwtctl verify "$TOKEN"
              jwtctl revoke --reason "just a test" "$TOKEN"
              jwtctl list tokens alice
              jwtctl logout-all alice
            'exit' stops and removes it.

            """)
        try system.diagnostics.flush()
    }

    /// A shell script that shows each command, runs it, and fails if its exit status is not the
    /// expected one.
    private static let walkThrough = #"""
        say() { printf '\n# %s\n' "$1"; }
        run() {
            printf '$ %s\n' "$2"
            eval "$2"
            status=$?
            [ "$status" -eq 0 ] || printf '(exit status %s)\n' "$status"
            if [ "$status" -ne "$1" ]; then
                echo "expected exit status $1" >&2
                exit 1
            fi
        }
        say 'Alice logs in with her phone: sign a token and record it.'
        run 0 'TOKEN=$(jwtctl issue --sub alice --label phone)'
        run 0 'jwtctl decode "$TOKEN"'
        run 0 'jwtctl verify "$TOKEN"'
        say 'On which devices is she logged in?'
        run 0 'jwtctl list tokens alice'
        say 'The phone is stolen: revoke its token.'
        run 0 'jwtctl revoke --reason "phone stolen" "$TOKEN"'
        run 6 'jwtctl verify "$TOKEN"'
        say 'Her account was taken over: log her out everywhere.'
        run 0 'LAPTOP=$(jwtctl issue --sub alice --label laptop)'
        run 0 'jwtctl logout-all --reason "account taken over" alice'
        run 6 'jwtctl verify "$LAPTOP"'
        say 'She logs in again: the new token is valid.'
        run 0 'jwtctl issue --sub alice | jwtctl verify --field active'
        say 'Who is logged in, and who revoked what?'
        run 0 'jwtctl list users'
        run 0 'jwtctl audit'
        """#
}

/// A redis-server on a unix socket in a private directory, without persistence. Server and
/// directory are removed with this object. If this process is killed, the kernel ends the server as
/// well.
final class PrivateRedis {
    /// The directory of the socket and the log, mode 0700, removed after the server has ended.
    private let folder: TemporaryFolder
    /// The process of the server.
    private let server: Subprocess

    /// Starts the server and waits until it answers. It is run through this program
    /// (`__with-parent`), so that it ends with its parent.
    init(_ environment: Environment) throws {
        do throws(SystemError) {
            folder = try TemporaryFolder.make(prefix: "jwtctl-demo-", environment: environment)
        } catch {
            throw Failure(
                .failure, "system", "cannot create a temporary directory: \(error.message)")
        }
        // No TCP port, and a socket for this user only: nobody else on the machine can connect.
        let settings = [
            "--port", "0", "--unixsocket", "\(folder.path)/redis.sock", "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", folder.path,
            "--logfile", "\(folder.path)/redis.log",
        ]
        // The helper process would start in any case, so a missing server must be noticed before.
        guard Self.isInstalled(environment) else {
            throw Failure(
                .failure, "no_redis_server", "redis-server is not installed",
                hint: "apt-get install redis-server")
        }
        do throws(SystemError) {
            let command = ["/proc/self/exe", "__with-parent", "redis-server"] + settings
            server = try Subprocess.start(
                command.map { Array($0.utf8) }, variables: environment.lines, streams: .null)
        } catch {
            throw Failure(.failure, "system", "cannot start redis-server: \(error.message)")
        }
        try waitUntilReady()
    }

    deinit {
        server.send(signal: SIGKILL)
        _ = server.wait()
    }

    /// The path of the directory.
    var path: String { folder.path }

    /// The Redis URL of the socket.
    var url: String { "unix://\(folder.path)/redis.sock" }

    /// The time that the server may take to start, in milliseconds.
    private static let startTimeout: Int64 = 10_000

    /// Asks until the server answers, has ended, or has taken too long.
    private func waitUntilReady() throws {
        let deadline = Monotonic.now.advanced(byMilliseconds: Self.startTimeout)
        let target = RedisTarget(endpoint: .unix(path: "\(folder.path)/redis.sock"))
        while true {
            do throws(RedisError) {
                _ = try Client(target: target).serverTime()
                return
            } catch {
                if server.poll() != nil || deadline.remainingMilliseconds == 0 {
                    throw Failure(
                        .failure, "no_redis_server", "redis-server did not start",
                        hint: "try 'redis-server --version'")
                }
                pause(milliseconds: 10)
            }
        }
    }

    /// Whether there is a redis-server in `PATH`.
    private static func isInstalled(_ environment: Environment) -> Bool {
        (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").contains {
            unsafe access("\($0)/redis-server", X_OK) == 0
        }
    }
}
