internal import CommandKit
internal import Platform
internal import Glibc

/// The place to read a secret or key from: a path, `env:NAME`, `fd:N` or `-`. Never the secret
/// itself.
enum Source: Equatable, Sendable {
    /// The bytes as the system has them; they need not be UTF-8.
    case path([UInt8])
    /// The name of a variable that contains the secret itself.
    case environment(String)
    /// A descriptor that the shell or a service manager has opened. It is read, and never closed.
    case descriptor(CInt)
    case standardInput

    /// All spellings of standard input, which can be read only once.
    private static let standardInputNames = ["-", "fd:0", "/dev/stdin", "/dev/fd/0"].map {
        Array($0.utf8)
    }

    /// Reads the value of an option or variable. What has none of the other forms is a path.
    init(_ bytes: [UInt8]) throws(InvalidValue) {
        if Self.standardInputNames.contains(bytes) {
            self = .standardInput
        } else if bytes.starts(with: "env:".utf8) {
            let name = try String(argument: Array(bytes.dropFirst(4)))
            guard !name.isEmpty else { throw .expected("a variable; write env:NAME") }
            self = .environment(name)
        } else if bytes.starts(with: "fd:".utf8) {
            guard let number = CInt(try String(argument: Array(bytes.dropFirst(3)))), number >= 0
            else { throw .message("the value is not a file descriptor; write fd:3") }
            self = .descriptor(number)
        } else {
            guard !bytes.isEmpty else { throw .expected("a path, env:NAME, fd:N or -") }
            self = .path(bytes)
        }
    }

    /// The name in messages; see `isShowable`. A token that was given instead of a file is masked.
    var title: String {
        switch self {
        // No file has such a name; a key in PEM form has.
        case .path(let path) where path.contains(0x0A): "a file name of \(path.count) bytes"
        case .path(let path): "'\(KeyText.shown(path))'"
        case .environment(let name): "the variable \(VisibleText.escape(name))"
        case .descriptor(let number): "file descriptor \(number)"
        case .standardInput: "standard input"
        }
    }

    /// The content, for a source that may hold a secret. The message about a missing source does
    /// not repeat it: it may be the secret itself, which must not get into logs.
    func read(_ role: SourceRole, limit: Int, system: System) throws -> SecretBytes {
        guard isShowable(system) else { throw role.failure(self) }
        if case .environment(let name) = self, system.environment.bytes(of: name) == nil {
            throw Failure(.failure, "input", "\(title), which \(role.origin) names, is not set")
        }
        return try read(limit: limit, system: system)
    }

    /// The content, at most `limit` bytes, kept as a secret. For files that hold no secrets: the name
    /// of one that is not there is repeated. Pipes are opened without waiting for a writer, so that
    /// `patience` covers that too.
    func read(
        limit: Int, system: System, patience: Patience = .standard
    ) throws -> SecretBytes {
        do {
            switch self {
            case .environment(let name):
                guard let value = system.environment.bytes(of: name) else {
                    throw Failure(.failure, "input", "\(title) is not set")
                }
                return SecretBytes(copying: value)
            case .standardInput:
                try system.takeInput()
                return try Self.collect(STDIN_FILENO, limit, patience)
            case .descriptor(let number): return try Self.collect(number, limit, patience)
            case .path(let path):
                let file = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
                return try Self.collect(file.number, limit, patience)
            }
        } catch let error as SystemError {
            throw Failure(.failure, "input", "cannot read \(title): \(words(error))")
        } catch let error as InputError {
            throw Diagnostics.input(error, name: title)
        }
    }

    /// Whether a message may show the source: it exists, or is a variable in the usual spelling.
    /// Anything else may be a secret.
    func isShowable(_ system: System) -> Bool {
        switch self {
        case .standardInput, .descriptor: return true
        case .environment(let name):
            let isUsual = name.utf8.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            return isUsual || system.environment.bytes(of: name) != nil
        case .path(let path): return Self.exists(path)
        }
    }

    /// Whether something is at `path`, be it a link that leads nowhere.
    static func exists(_ path: [UInt8]) -> Bool {
        !path.contains(0) && status(of: path, AT_SYMLINK_NOFOLLOW) != nil
    }

    /// Whether an operand is the name of a file that is there, and looks like one: people forget
    /// `--from`, or the `@` that reads a token from a file.
    static func isFileName(_ operand: [UInt8]) -> Bool {
        let endings = [".txt", ".jwt", ".json", ".csv"]
        guard
            operand.contains(UInt8(ascii: "/"))
                || endings.contains(where: { operand.suffix($0.utf8.count).elementsEqual($0.utf8) })
        else { return false }
        return status(of: operand).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    }

    /// The type and permissions of what is at `path`, or of a link itself with
    /// `AT_SYMLINK_NOFOLLOW`; nil if there is nothing.
    private static func status(of path: [UInt8], _ flags: CInt = 0) -> stat? {
        var status = stat()
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        guard unsafe fstatat(AT_FDCWD, terminated, &status, flags) == 0 else { return nil }
        return status
    }

    /// The source as it is given on a command line.
    var spelling: [UInt8] {
        switch self {
        case .path(let path): path
        case .environment(let name): Array("env:\(name)".utf8)
        case .descriptor(let number): Array("fd:\(number)".utf8)
        case .standardInput: [UInt8(ascii: "-")]
        }
    }

    /// The failure for a source without content. A pipe is empty if the command that writes to it has
    /// failed, which the shell does not report.
    func emptiness(_ what: String) -> Failure {
        switch self {
        case .standardInput:
            return Failure(
                .failure, "key", "standard input is empty",
                hint: "did the command before the pipe fail?")
        case .path where !isPipe, .environment:
            return Failure(.failure, "key", "\(title): the \(what) is empty")
        case .path, .descriptor:
            return Failure(
                .failure, "key", "nothing came through the pipe",
                hint: "did the command in <( ) fail?")
        }
    }

    /// Whether a shell may have made the path of a command.
    private var isPipe: Bool {
        guard case .path(let path) = self else { return false }
        return ["/dev/fd/", "/proc/self/fd/"].contains { path.starts(with: $0.utf8) }
    }

    /// The access that all users have to a file. Access by a group is no exposure: groups share
    /// secrets on purpose.
    enum Exposure {
        case readable
        /// Any user may have replaced a key in the file.
        case writable
    }

    /// The worst exposure by the permissions; nil if this is no regular file.
    func exposure() -> Exposure? {
        guard case .path(let path) = self else { return nil }
        do throws(SystemError) {
            let mode = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK).status().st_mode
            guard mode & S_IFMT == S_IFREG else { return nil }
            return mode & S_IWOTH != 0 ? .writable : mode & S_IROTH != 0 ? .readable : nil
        } catch {
            return nil
        }
    }

    /// The system's words, but for a link that leads nowhere, of which it says the same as of a missing
    /// file.
    private func words(_ error: SystemError) -> String {
        guard error == .notFound, case .path(let path) = self,
            let status = Self.status(of: path, AT_SYMLINK_NOFOLLOW),
            status.st_mode & S_IFMT == S_IFLNK
        else { return error.message }
        return "it is a link to a missing file"
    }

    /// The timeouts of a pipe in milliseconds: for the next byte, and for all of it. A key set from
    /// a distant server arrives in less.
    struct Patience: Sendable {
        /// The longest wait for the next byte.
        var silence: Int64
        /// The longest wait for the end.
        var total: Int64

        static let standard = Patience(silence: 10_000, total: 30_000)
    }

    /// Reads to the end; `limit + 1` bytes at most, so that /dev/zero ends too. A pipe without a
    /// writer, and one that is too slow, end with a timeout.
    private static func collect(
        _ descriptor: CInt, _ limit: Int, _ patience: Patience
    ) throws -> SecretBytes {
        // Memory that is wiped and locked is dear: start small, since nearly all keys are.
        var secret = SecretBytes(copying: [])
        var capacity = 8 * 1024
        let deadline = Monotonic.now.advanced(byMilliseconds: patience.total)
        while true {
            let room = min(capacity, limit + 1)
            let grown = try unsafe SecretBytes(capacity: room) { buffer in
                unsafe secret.withBytes { unsafe buffer.copyMemory(from: $0) }
                return unsafe try fill(
                    buffer, from: secret.count, descriptor, patience.silence, deadline)
            }
            guard grown.count == room else { return grown }
            guard room <= limit else { throw InputError.tooLarge(limit: limit) }
            secret = grown
            capacity *= 4
        }
    }

    /// Reads into `buffer` from `start` on until it is full or the input ends; returns the end.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from start: Int, _ descriptor: CInt,
        _ silence: Int64, _ deadline: Monotonic
    ) throws -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var count = start
        while count < buffer.count {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = CInt(min(silence, deadline.remainingMilliseconds))
            let ready = retryingOnInterrupt { unsafe poll(&poller, 1, left) }
            if ready == 0 { throw InputError.timedOut }
            let got = retryingOnInterrupt {
                unsafe Glibc.read(descriptor, base + count, buffer.count - count)
            }
            if got < 0, errno == EAGAIN { continue }
            if got < 0 { throw SystemError.last }
            if got == 0 { break }
            count += got
        }
        return count
    }
}

extension Option {
    /// An option that names a source, and never holds the secret itself. Shells offer files.
    static func source(
        _ name: String, short: Character? = nil, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Source?>
    ) -> Option {
        raw(name, short: short, metavar: "SOURCE", summary: summary, into: path()) {
            bytes throws(InvalidValue) in try Source(bytes)
        }
        .completing(.file)
    }
}

extension System {
    /// Standard input holds one thing: a second reader would find nothing, or half of it.
    func takeInput() throws(UsageError) {
        guard input.take() else {
            throw .other("standard input can be read only once, but is named twice")
        }
    }
}
