internal import CommandKit
internal import Glibc
internal import Layouts
internal import Platform
internal import TokenStore

/// The file of `--failed`: the lines that need a retry, in the form that `revoke --from` reads. A
/// comment above each line has the reason.
///
/// It is written as `FILE.partial` and renamed at the end: the file of the last run remains until
/// this one is complete, and a crash leaves what was written. An existing `.partial` file is never
/// overwritten. A failure to write is reported by `finish`, since the revocations continue.
final class FailedItems {
    /// The path of the complete file. It is written to `partial`, and renamed.
    private let path: [UInt8]
    private let partial: [UInt8]
    /// The file. It belongs to this object, which closes it.
    private let descriptor: CInt
    private let stream: OutputStream
    /// The name of the file in messages.
    private let title: String
    /// The first failure to write; nothing is written after it.
    private var failure: SystemError?
    /// The number of bytes written, and the ranges with items that are not confirmed.
    private var count = 0
    private var unconfirmed: [Range<Int>] = []
    private var isFinished = false

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
        // `.partial` itself was taken, so this run writes to a name with a number. The lines in the
        // old file may be of tokens that are still valid.
        guard let left = Self.names(path).first, left != partial else { return }
        try console.warn(
            "\(Source.path(left).title) is left over from an interrupted run: "
                + "revoke its lines with --from")
    }

    deinit {
        // A run that failed before its first item leaves no file.
        if !isFinished, count == 0 { _ = unsafe unlink(Self.terminated(partial)) }
        _ = close(descriptor)
    }

    /// Appends an item that was not revoked, or is not confirmed. `finish` removes the latter if
    /// they are confirmed in the end.
    func append(
        _ request: RevocationRequest, _ reason: String, isUnconfirmed: Bool = false
    ) {
        let start = count
        write(reason: reason)
        append(request)
        guard isUnconfirmed, count > start else { return }
        if let last = unconfirmed.last, last.upperBound == start {
            unconfirmed[unconfirmed.count - 1] = last.lowerBound..<count
        } else {
            unconfirmed.append(start..<count)
        }
    }

    /// Appends a line for the item: the token itself if a retry needs it, else an object with its
    /// id, expiry and user.
    private func append(_ request: RevocationRequest) {
        if let text = request.text { return write(text + [0x0A]) }
        let item = request.revocation
        var object = "{\"jti\":"
        object += JSONText.quoted(item.id.description)
        switch item.expiry {
        case .at(let seconds)?: object += ",\"exp\":\(seconds)"
        // Without `exp` the line would read as an id whose expiry is not known.
        case .never?: object += ",\"forever\":true"
        case nil: break
        }
        if let user = item.user { object += ",\"sub\":" + JSONText.quoted(user.description) }
        write((object + "}\n").utf8)
    }

    /// Appends a line as it was read; nil is a line that was too long to keep.
    func append(line: [UInt8]?, _ reason: String) {
        write(reason: reason)
        if let line { write(line + [0x0A]) }
    }

    private func write(reason: String) {
        write("# \(VisibleText.escape(reason, columns: 400))\n".utf8)
    }

    /// Removes the incomplete file. The file of the last run remains.
    func discard() {
        isFinished = true
        _ = unsafe unlink(Self.terminated(partial))
    }

    /// Renames the file to its path, or returns why it is incomplete. If all changes are confirmed
    /// in the end, the items that were not confirmed before are removed from it.
    func finish(areConfirmed: Bool) -> Failure? {
        isFinished = true
        do throws(SystemError) {
            if let failure { throw failure }
            try flush()
            if areConfirmed { try dropUnconfirmed() }
            // The new name must not lead to bytes that are in memory only: after a crash of the
            // machine the file of the last run would be lost for an empty one.
            guard fsync(descriptor) == 0 else { throw SystemError.last }
            let (from, to) = (Self.terminated(partial), Self.terminated(path))
            guard unsafe rename(from, to) == 0 else { throw SystemError.last }
            return nil
        } catch {
            return Self.failure(
                title, error,
                "; items that may still be active are missing from it, and the lines written so far are in "
                    + Source.path(partial).title)
        }
    }

    /// Removes the ranges without confirmation: moves the bytes between them to the front.
    private func dropUnconfirmed() throws(SystemError) {
        guard let first = unconfirmed.first else { return }
        var end = first.lowerBound
        // In blocks of 64 KiB, in place: the file may be larger than memory.
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let gaps = zip(
            unconfirmed.map(\.upperBound), unconfirmed.dropFirst().map(\.lowerBound) + [count])
        for (from, to) in gaps {
            var position = from
            while position < to {
                let size = min(buffer.count, to - position)
                let read = unsafe pread(descriptor, &buffer, size, off_t(position))
                guard read > 0 else { throw read < 0 ? SystemError.last : SystemError(code: EIO) }
                guard unsafe pwrite(descriptor, buffer, read, off_t(end)) == read else {
                    throw SystemError.last
                }
                position += read
                end += read
            }
        }
        guard ftruncate(descriptor, off_t(end)) == 0 else { throw SystemError.last }
    }

    private func flush() throws(SystemError) {
        do throws(OutputError) {
            try stream.flush()
        } catch {
            throw error.cause
        }
    }

    /// Writes bytes, unless writing has failed before.
    private func write(_ bytes: some Collection<UInt8>) {
        guard failure == nil else { return }
        do throws(OutputError) {
            try stream.write(bytes)
            count += bytes.count
        } catch {
            failure = error.cause
        }
    }
}

// MARK: - The file

extension FailedItems {
    /// Refuses a path that cannot be replaced at the end: the file that is read, a link, a folder,
    /// a device. Usually there is no file yet.
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
            // The lines to read would be replaced while they are read.
            guard lines.isReading(status) else { return }
            throw UsageError.other("'--failed' would overwrite the file that is read")
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
