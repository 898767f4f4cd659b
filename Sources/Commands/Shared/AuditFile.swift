internal import CommandKit
internal import Glibc
internal import JSON
internal import Platform
internal import TokenStore

/// The audit log in a file: one line of JSON for each change, as `audit -o jsonl` prints an entry.
///
/// Several processes may write to it at once. Each line is appended by a single write(2), which the
/// system does not mix with those of other processes.
final class AuditFile {
    /// The path, byte for byte.
    let path: [UInt8]
    /// The name of the file in messages.
    let title: String
    /// Whether nothing is written, as in a dry run.
    var isDryRun = false
    /// Redis' clock, which dates the lines; nil where it is not known.
    var clock: ServerClock?
    /// The open file, which belongs to this object, or the reason why there is none; nil before the
    /// first attempt to open it.
    private var opened: Result<CInt, Failure>?
    /// The failure that was reported last.
    private var reported: Failure?

    /// Opens nothing.
    init(path: [UInt8]) {
        self.path = path
        title = Source.path(path).title
    }

    deinit {
        if case .success(let descriptor)? = opened { _ = close(descriptor) }
    }

    /// Opens the file, or throws why that failed before. It is made if it does not exist, and only
    /// its owner can read it then. A link is not followed, and only a regular file is accepted:
    /// anyone who can write to the folder could send the log elsewhere, or make the command wait.
    @discardableResult
    func open() throws(Failure) -> CInt {
        let result = opened ?? attempt()
        opened = result
        return try result.get()
    }

    private func attempt() -> Result<CInt, Failure> {
        do throws(SystemError) {
            return .success(try Self.descriptor(path))
        } catch {
            return .failure(failure(Self.words(error)))
        }
    }

    /// Appends a line with this object. Throws if not all of it could be written.
    func append(_ object: JSONObject) throws(Failure) {
        let descriptor = try open()
        var line = object.encoded(.compact, escaping: .visible) + [Self.lineEnd]
        // Otherwise the line of a writer whose disk was full would spoil this one, too.
        if !Self.isAtLineStart(descriptor) { line.insert(Self.lineEnd, at: 0) }
        let bytes = line
        let count = retryingOnInterrupt {
            unsafe Glibc.write(descriptor, bytes, bytes.count)
        }
        guard count >= 0 else { throw failure(SystemError.last.message) }
        guard count == bytes.count else { throw failure("only a part of the line was written") }
    }

    /// Whether a failure is another one than the last: a run of many changes reports it once.
    func isNews(_ failure: Failure) -> Bool {
        defer { reported = failure }
        return failure != reported
    }

    private static let lineEnd = UInt8(ascii: "\n")

    /// Whether the next line begins where a line has ended. If the file may not be read, that is
    /// assumed.
    private static func isAtLineStart(_ descriptor: CInt) -> Bool {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end > 0 else { return true }
        var last: UInt8 = 0
        guard unsafe pread(descriptor, &last, 1, end - 1) == 1 else { return true }
        return last == lineEnd
    }

    /// The number of the open file. ENXIO means that it is not a regular file: the system throws it
    /// for a socket.
    private static func descriptor(_ path: [UInt8]) throws(SystemError) -> CInt {
        let file = try writable(path)
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw SystemError(code: ENXIO)
        }
        return try file.duplicated()
    }

    /// Opens the file for reading, too, if its permissions allow that: the end of it shows whether
    /// a line was cut short. O_NONBLOCK keeps a FIFO from blocking here.
    private static func writable(_ path: [UInt8]) throws(SystemError) -> Descriptor {
        let flags = O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        do throws(SystemError) {
            return try Descriptor.open(path, flags: O_RDWR | flags)
        } catch {
            guard error.code == EACCES else { throw error }
            return try Descriptor.open(path, flags: O_WRONLY | flags)
        }
    }

    private static func words(_ error: SystemError) -> String {
        switch error.code {
        case ELOOP: "it is a symbolic link"
        case ENXIO: "it is not a regular file"
        default: error.message
        }
    }

    private func failure(_ words: String) -> Failure {
        Failure(.failure, "output", "cannot write \(title): \(words)")
    }
}
