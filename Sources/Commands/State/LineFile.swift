internal import CommandKit
internal import Glibc
internal import Platform

/// A file of lines that a command writes besides its results, for another run to read.
///
/// It is written as `FILE.partial` and renamed at the end: the file of the last run remains until
/// this one is complete, and a crash leaves what was written. An existing `.partial` file is never
/// overwritten. A failure to write is reported by `finish`, since the work goes on.
final class LineFile {
    /// The path of the complete file. It is written to `partial`, and renamed.
    private let path: [UInt8]
    private let partial: [UInt8]
    /// The file, for reading and writing. It belongs to this object, which closes it.
    let descriptor: CInt
    private let stream: OutputStream
    /// The name of the file in messages.
    private let title: String
    /// The first failure to write; nothing is written after it.
    private var failure: SystemError?
    /// The number of bytes written.
    private(set) var count = 0
    private var isFinished = false

    /// Makes a new file that only its owner can read. `path` must not be the file that is read, and
    /// no link, pipe or device. `option` named it.
    init(path: [UInt8], option: String, reading lines: LineSource?) throws {
        self.path = path
        title = Source.path(path).title
        try Self.check(path, option, lines, title)
        do throws(SystemError) {
            (partial, descriptor) = try Self.create(beside: path)
        } catch {
            throw Self.failure(title, error)
        }
        stream = OutputStream(borrowing: descriptor)
    }

    deinit {
        // A run that failed before its first line leaves no file.
        if !isFinished, count == 0 { _ = unsafe unlink(Self.terminated(partial)) }
        _ = close(descriptor)
    }

    /// The name of the file that an interrupted run has left, in messages; nil if there is none.
    /// `.partial` itself was taken then, so this run writes to a name with a number.
    var leftover: String? {
        guard let first = Self.names(path).first, first != partial else { return nil }
        return Source.path(first).title
    }

    /// Writes bytes, unless writing has failed before.
    func write(_ bytes: some Collection<UInt8>) {
        guard failure == nil else { return }
        do throws(OutputError) {
            try stream.write(bytes)
            count += bytes.count
        } catch {
            failure = error.cause
        }
    }

    /// Hands the bytes so far to the system, so that a crash of the program does not lose them.
    func flush() {
        guard failure == nil else { return }
        do throws(OutputError) {
            try stream.flush()
        } catch {
            failure = error.cause
        }
    }

    /// Removes the incomplete file. The file of the last run remains.
    func discard() {
        isFinished = true
        _ = unsafe unlink(Self.terminated(partial))
    }

    /// Renames the file to its path, or returns why it is incomplete. `edit` may change what was
    /// written before; `loss` says what is missing otherwise.
    func finish(
        loss: String, _ edit: () throws(SystemError) -> Void = {}
    ) -> Failure? {
        isFinished = true
        flush()
        do throws(SystemError) {
            if let failure { throw failure }
            try edit()
            // The new name must not lead to bytes that are in memory only: after a crash of the
            // machine the file of the last run would be lost for an empty one.
            guard fsync(descriptor) == 0 else { throw SystemError.last }
            let (from, to) = (Self.terminated(partial), Self.terminated(path))
            guard unsafe rename(from, to) == 0 else { throw SystemError.last }
            return nil
        } catch {
            return Self.failure(
                title, error,
                "; \(loss), and the lines written so far are in \(Source.path(partial).title)")
        }
    }

    /// Refuses a path that cannot be replaced at the end: the file that is read, a link, a folder,
    /// a device. Usually there is no file yet.
    private static func check(
        _ path: [UInt8], _ option: String, _ lines: LineSource?, _ title: String
    ) throws {
        guard !path.contains(0) else { throw failure(title, SystemError(code: EINVAL)) }
        var status = stat()
        guard unsafe lstat(terminated(path), &status) == 0 else {
            let error = SystemError.last
            if error == .notFound { return }
            throw failure(title, error)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            // The lines to read would be replaced while they are read.
            guard let lines, lines.isReading(status) else { return }
            throw UsageError.other("'\(option)' would overwrite the file that is read")
        case S_IFLNK:
            throw Failure(.failure, "output", "cannot write \(title): it is a symbolic link")
        case S_IFDIR: throw failure(title, SystemError(code: EISDIR))
        default:
            throw Failure(.failure, "output", "cannot write \(title): it is not a regular file")
        }
    }

    /// The names for the incomplete file, in order of preference.
    private static func names(_ path: [UInt8]) -> [[UInt8]] {
        let first = path + Array(".partial".utf8)
        return [first] + (2...99).map { first + Array("-\($0)".utf8) }
    }

    /// A file under the first of the names that is not taken.
    private static func create(
        beside path: [UInt8]
    ) throws(SystemError) -> (path: [UInt8], descriptor: CInt) {
        for name in names(path) {
            do throws(SystemError) {
                let file = try Descriptor.createNew(name)
                // Numbers 0 to 2 are the standard streams, even if one of them is closed.
                let number = fcntl(file.number, F_DUPFD_CLOEXEC, 3)
                guard number >= 0 else { throw SystemError.last }
                return (name, number)
            } catch {
                guard error == .exists else { throw error }
            }
        }
        throw .exists
    }

    /// The path for a system call.
    private static func terminated(_ path: [UInt8]) -> [CChar] {
        path.map { CChar(bitPattern: $0) } + [0]
    }

    /// `words` follow what the system says.
    private static func failure(
        _ title: String, _ error: SystemError, _ words: String = ""
    ) -> Failure {
        Failure(.failure, "output", "cannot write \(title): \(error.message)\(words)")
    }
}
