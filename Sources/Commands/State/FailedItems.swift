internal import CommandKit
internal import Glibc
internal import Platform
internal import TokenStore

/// The file of `--failed`: items that may still be alive, as lines that `revoke --from` reads.
final class FailedItems {
    private let descriptor: CInt
    private let stream: OutputStream
    private let title: String

    /// Opens the file anew, readable by the owner only; it must not be the one that is read.
    init(path: [UInt8], reading lines: LineSource) throws {
        title = Source.path(path).title
        var isInput = false
        do throws(SystemError) {
            let file = try Descriptor.open(path, flags: O_WRONLY | O_CREAT)
            let status = try file.status()
            isInput = lines.isReading(status)
            if !isInput, status.st_mode & S_IFMT == S_IFREG, ftruncate(file.number, 0) != 0 {
                throw SystemError.last
            }
            descriptor = fcntl(file.number, F_DUPFD_CLOEXEC, 3)
            guard descriptor >= 0 else { throw SystemError.last }
        } catch {
            throw Failure(.failure, "output", "cannot write \(title): \(error.message)")
        }
        stream = OutputStream(borrowing: descriptor)
        if isInput {
            throw UsageError.other("'--failed' would overwrite the items that '--from' reads")
        }
    }

    deinit {
        _ = close(descriptor)
    }

    func append(_ plan: RevocationPlanner.Plan) throws {
        if let text = plan.text { return try append(line: text) }
        let item = plan.revocation
        var object = "{\"jti\":"
        object += JSONText.quoted(item.id.description)
        if let seconds = item.expiry?.seconds { object += ",\"exp\":\(seconds)" }
        if let user = item.user { object += ",\"sub\":" + JSONText.quoted(user.description) }
        try write(object + "}\n")
    }

    /// A line that was never looked at.
    func append(line: [UInt8]) throws {
        try write(String(decoding: line, as: UTF8.self) + "\n")
    }

    func finish() throws {
        do throws(OutputError) {
            try stream.flush()
        } catch {
            throw Failure(.failure, "output", "cannot write \(title): \(error.cause.message)")
        }
    }

    private func write(_ text: String) throws {
        do throws(OutputError) {
            try stream.write(text)
        } catch {
            throw Failure(.failure, "output", "cannot write \(title): \(error.cause.message)")
        }
    }
}
