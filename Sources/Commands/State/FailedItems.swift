internal import CommandKit
internal import Glibc
internal import Platform
internal import TokenStore

/// The file of `--failed`: items that may still be active, as lines that `revoke --from` reads.
///
/// It is written beside its place, as `FILE.partial`, and renamed at the end: the list of the last
/// run stays until this one is complete, and a crash leaves what was written. A file of that name
/// is never overwritten. A failure to write is kept until `finish`, since the work goes on.
final class FailedItems {
    private let path: [UInt8]
    private let partial: [UInt8]
    private let descriptor: CInt
    private let stream: OutputStream
    private let title: String
    private var failure: SystemError?

    /// Makes a new file that only its owner can read. `path` must not be the file that is read, and
    /// no link, pipe or device.
    init(path: [UInt8], reading lines: LineSource, _ console: Console) throws {
        self.path = path
        title = Source.path(path).title
        try Self.check(path, lines, title)
        do throws(SystemError) {
            (partial, descriptor) = try Self.create(beside: path)
        } catch {
            throw Self.failure(title, error)
        }
        stream = OutputStream(borrowing: descriptor)
        guard let left = Self.names(path).first, left != partial else { return }
        try console.warn(
            "\(Source.path(left).title) is left over from a run that was cut off: "
                + "revoke what it holds with --from")
    }

    deinit {
        _ = close(descriptor)
    }

    func append(_ plan: RevocationPlanner.Plan) {
        if let text = plan.text { return append(line: text) }
        let item = plan.revocation
        var object = "{\"jti\":"
        object += JSONText.quoted(item.id.description)
        if let seconds = item.expiry?.seconds { object += ",\"exp\":\(seconds)" }
        if let user = item.user { object += ",\"sub\":" + JSONText.quoted(user.description) }
        write(object + "}\n")
    }

    /// A line that was never looked at.
    func append(line: [UInt8]) {
        write(String(decoding: line, as: UTF8.self) + "\n")
    }

    /// Puts the file into its place, or returns why it does not hold everything.
    func finish() -> Failure? {
        do throws(SystemError) {
            if let failure { throw failure }
            try flush()
            guard fsync(descriptor) == 0 else { throw SystemError.last }
            let (from, to) = (Self.terminated(partial), Self.terminated(path))
            guard unsafe rename(from, to) == 0 else { throw SystemError.last }
            return nil
        } catch {
            return Self.failure(
                title, error,
                "; items that may still be active are missing from it, and what was written is in "
                    + Source.path(partial).title)
        }
    }

    private func flush() throws(SystemError) {
        do throws(OutputError) {
            try stream.flush()
        } catch {
            throw error.cause
        }
    }

    private func write(_ text: String) {
        guard failure == nil else { return }
        do throws(OutputError) {
            try stream.write(text)
        } catch {
            failure = error.cause
        }
    }
}

// MARK: the file

extension FailedItems {
    /// What stands at `path` is replaced at the end.
    private static func check(_ path: [UInt8], _ lines: LineSource, _ title: String) throws {
        guard !path.contains(0) else { throw failure(title, SystemError(code: EINVAL)) }
        var status = stat()
        guard unsafe lstat(terminated(path), &status) == 0 else {
            let error = SystemError.last
            if error == .notFound { return }
            throw failure(title, error)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard lines.isReading(status) else { return }
            throw UsageError.other("'--failed' would overwrite the items that are read")
        case S_IFLNK: throw Failure(.failure, "output", "cannot write \(title): it is a link")
        case S_IFDIR: throw failure(title, SystemError(code: EISDIR))
        default: throw Failure(.failure, "output", "cannot write \(title): it is not a file")
        }
    }

    /// Where the lines may stand until they are complete.
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
                // Not one of the standard streams, where one of these is closed.
                let number = fcntl(file.number, F_DUPFD_CLOEXEC, 3)
                guard number >= 0 else { throw SystemError.last }
                return (name, number)
            } catch {
                guard error == .exists else { throw error }
            }
        }
        throw .exists
    }

    private static func terminated(_ path: [UInt8]) -> [CChar] {
        path.map { CChar(bitPattern: $0) } + [0]
    }

    private static func failure(
        _ title: String, _ error: SystemError, _ words: String = ""
    ) -> Failure {
        Failure(.failure, "output", "cannot write \(title): \(error.message)\(words)")
    }
}
