internal import CPlatform
internal import Glibc

/// A program that this program has started. The owner has to `wait` for its end.
package struct Subprocess: ~Copyable {
    private let processID: pid_t

    /// The end of a program: an exit status, or a signal.
    package enum Ending: Equatable, Sendable {
        case exit(CInt)
        case signal(CInt)
    }

    /// The standard streams of a new program.
    package enum Streams: Sendable {
        /// Those of this program.
        case inherited
        /// All three are /dev/null.
        case null
        /// Standard input is this descriptor. What the program prints goes to standard error.
        case reading(CInt)
    }

    /// The process group of a new program. One of its own can be ended with all that it started, and
    /// gets no signals from the terminal.
    package enum Group: Sendable {
        case inherited, own
    }

    /// Starts `arguments[0]`, which is looked up in PATH unless it has a slash. `variables` are its
    /// whole environment, each as `NAME=VALUE`. Signals that this program ignores or blocks have
    /// their default actions there.
    package static func start(
        _ arguments: [[UInt8]], variables: [[UInt8]], streams: Streams = .inherited,
        group: Group = .inherited
    ) throws(SystemError) -> Subprocess {
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        switch streams {
        case .inherited: break
        case .null:
            for (number, flags) in [(0, O_RDONLY), (1, O_WRONLY), (2, O_WRONLY)] as [(CInt, CInt)] {
                _ = unsafe posix_spawn_file_actions_addopen(
                    &actions, number, "/dev/null", flags, 0)
            }
        case .reading(let input):
            _ = unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
            _ = unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        }
        var attributes = posix_spawnattr_t()
        _ = unsafe posix_spawnattr_init(&attributes)
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        _ = unsafe sigfillset(&defaults)
        _ = unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        var none = sigset_t()
        _ = unsafe sigemptyset(&none)
        _ = unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        if group == .own {
            _ = unsafe posix_spawnattr_setpgroup(&attributes, 0)
            flags |= POSIX_SPAWN_SETPGROUP
        }
        _ = unsafe posix_spawnattr_setflags(&attributes, CShort(flags))

        let words = CStrings(arguments)
        let lines = CStrings(variables)
        var identifier = pid_t()
        let status = unsafe posix_spawnp(
            &identifier, words.first, &actions, &attributes, words.pointers, lines.pointers)
        guard status == 0 else { throw SystemError(code: status) }
        return Subprocess(processID: identifier)
    }

    /// Replaces this process with `arguments` (exec(3)). Returns only if that fails, with the
    /// reason.
    package static func replaceProcess(by arguments: [[UInt8]]) -> SystemError {
        let words = CStrings(arguments)
        _ = unsafe execvp(words.first, words.pointers)
        return SystemError.last
    }

    /// Waits for the end, even if signals arrive.
    package func wait() -> Ending {
        var status: CInt = 0
        while unsafe waitpid(processID, &status, 0) == -1, errno == EINTR {}
        return Self.ending(status)
    }

    /// The program's end; nil while it runs.
    package func poll() -> Ending? {
        var status: CInt = 0
        guard unsafe waitpid(processID, &status, WNOHANG) == processID else { return nil }
        return Self.ending(status)
    }

    /// Whether it has ended. Unlike `poll`, this leaves the ending to `wait`.
    package var hasEnded: Bool {
        var state = unsafe siginfo_t()
        let status = unsafe waitid(P_PID, id_t(processID), &state, WEXITED | WNOHANG | WNOWAIT)
        return unsafe status == 0 && state.si_signo == SIGCHLD
    }

    package func send(signal: CInt) {
        _ = kill(processID, signal)
    }

    /// Ends a program with a group of its own, and all that it started, at once. Called before
    /// `wait`: until then its number belongs to no other group.
    package func endGroup() {
        _ = kill(-processID, SIGKILL)
    }

    /// The meaning of a status of waitpid(2).
    private static func ending(_ status: CInt) -> Ending {
        let number = status & 0x7F
        return number == 0 ? .exit(status >> 8 & 0xFF) : .signal(number)
    }
}

extension Descriptor {
    /// A file with this content that is only in memory, for another program to read from the
    /// beginning.
    package static func memory(_ content: [UInt8]) throws(SystemError) -> Descriptor {
        let number = jwtctl_memory_file()
        guard number >= 0 else { throw SystemError.last }
        let file = Descriptor(owning: number)
        var written = 0
        while written < content.count {
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe pwrite(
                    number, bytes.baseAddress?.advanced(by: written), bytes.count - written,
                    off_t(written))
            }
            guard count > 0 else { throw SystemError.last }
            written += count
        }
        return file
    }
}

/// A null-terminated array of C strings, as exec(3) takes it.
@safe private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    /// Copies the strings, which must not contain NUL.
    init(_ strings: [[UInt8]]) {
        precondition(!strings.contains { $0.contains(0) })
        count = strings.count
        unsafe pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() {
            let text = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
            for (position, byte) in string.enumerated() {
                unsafe text[position] = CChar(bitPattern: byte)
            }
            unsafe text[string.count] = 0
            unsafe (pointers + index).initialize(to: text)
        }
        unsafe (pointers + count).initialize(to: nil)
    }

    /// The first string, which is the program's name.
    var first: UnsafeMutablePointer<CChar> {
        guard let first = unsafe pointers[0] else { preconditionFailure("a program has a name") }
        return unsafe first
    }

    deinit {
        for index in 0..<count { unsafe pointers[index]?.deallocate() }
        unsafe pointers.deallocate()
    }
}
