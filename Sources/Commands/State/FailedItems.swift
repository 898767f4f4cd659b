internal import CommandKit
internal import Glibc
internal import Layouts
internal import Platform
internal import TokenStore

/// The file of `--failed`: the lines that need a retry, in the form that `revoke --from` reads. A
/// comment above each line has the reason.
final class FailedItems {
    private let file: LineFile
    /// The ranges of bytes with items that are not confirmed.
    private var unconfirmed: [Range<Int>] = []

    /// Makes the file; see `LineFile`.
    init(path: [UInt8], reading lines: LineSource, _ console: Console) throws {
        file = try LineFile(path: path, option: "--failed", reading: lines)
        // The lines in the old file may be of tokens that are still valid.
        guard let leftover = file.leftover else { return }
        try console.warn(
            "\(leftover) is left over from an interrupted run: revoke its lines with --from")
    }

    /// Appends an item that was not revoked, or is not confirmed. `finish` removes the latter if
    /// they are confirmed in the end.
    func append(
        _ request: RevocationRequest, _ reason: String, isUnconfirmed: Bool = false
    ) {
        let start = file.count
        write(reason: reason)
        append(request)
        let end = file.count
        guard isUnconfirmed, end > start else { return }
        if let last = unconfirmed.last, last.upperBound == start {
            unconfirmed[unconfirmed.count - 1] = last.lowerBound..<end
        } else {
            unconfirmed.append(start..<end)
        }
    }

    /// Appends a line for the item: the token itself if a retry needs it, else an object with its
    /// id, expiry and user.
    private func append(_ request: RevocationRequest) {
        if let text = request.text { return file.write(text + [0x0A]) }
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
        file.write((object + "}\n").utf8)
    }

    /// Appends a line as it was read; nil is a line that was too long to keep.
    func append(line: [UInt8]?, _ reason: String) {
        write(reason: reason)
        if let line { file.write(line + [0x0A]) }
    }

    private func write(reason: String) {
        file.write("# \(VisibleText.escape(reason, columns: 400))\n".utf8)
    }

    /// Removes the incomplete file. The file of the last run remains.
    func discard() { file.discard() }

    /// Renames the file to its path, or returns why it is incomplete. If all changes are confirmed
    /// in the end, the items that were not confirmed before are removed from it.
    func finish(areConfirmed: Bool) -> Failure? {
        file.finish(loss: "items that may still be active are missing from it") {
            () throws(SystemError) in
            if areConfirmed { try dropUnconfirmed() }
        }
    }

    /// Removes the ranges without confirmation: moves the bytes between them to the front.
    private func dropUnconfirmed() throws(SystemError) {
        guard let first = unconfirmed.first else { return }
        var end = first.lowerBound
        // In blocks of 64 KiB, in place: the file may be larger than memory.
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let gaps = zip(
            unconfirmed.map(\.upperBound),
            unconfirmed.dropFirst().map(\.lowerBound) + [file.count])
        for (from, to) in gaps {
            var position = from
            while position < to {
                let size = min(buffer.count, to - position)
                let read = unsafe pread(file.descriptor, &buffer, size, off_t(position))
                guard read > 0 else { throw read < 0 ? SystemError.last : SystemError(code: EIO) }
                guard unsafe pwrite(file.descriptor, buffer, read, off_t(end)) == read else {
                    throw SystemError.last
                }
                position += read
                end += read
            }
        }
        guard ftruncate(file.descriptor, off_t(end)) == 0 else { throw SystemError.last }
    }
}
