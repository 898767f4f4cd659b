internal import CommandKit
internal import Glibc
internal import JOSE
internal import Platform
internal import TokenStore

/// Lines with their numbers; comments and blank lines left out.
final class LineSource {
    /// Longer than any token with what may stand around it.
    private static let lineLimit = 256 * 1024 + 4096

    private let input: InputStream
    private let descriptor: CInt?
    /// How a message names the input.
    let title: String
    /// The number of the line that was read last, from 1.
    private(set) var number = 0
    /// A line that was read too early.
    private var waiting: InputStream.Line?

    /// Whether all lines are there already, so that reading them never waits for anybody.
    let isFile: Bool

    init(input: InputStream) {
        self.input = input
        descriptor = nil
        title = "standard input"
        isFile = Self.isFile(STDIN_FILENO)
        input.endsLinesAtCarriageReturn = true
    }

    init(path: [UInt8]) throws {
        title = Source.path(path).title
        do throws(SystemError) {
            let file = try Descriptor.open(path)
            guard try file.status().st_mode & S_IFMT != S_IFDIR else {
                throw SystemError(code: EISDIR)
            }
            let number = dup(file.number)
            guard number >= 0 else { throw SystemError.last }
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            descriptor = number
            isFile = Self.isFile(number)
            input = InputStream(borrowing: number)
            input.endsLinesAtCarriageReturn = true
        } catch {
            throw Failure(.failure, "input", "cannot read \(title): \(error.message)")
        }
    }

    deinit {
        if let descriptor { _ = close(descriptor) }
    }

    private static func isFile(_ descriptor: CInt) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether `file` is the regular file that the lines come from.
    func isReading(_ file: stat) -> Bool {
        var own = stat()
        guard file.st_mode & S_IFMT == S_IFREG, unsafe fstat(descriptor ?? STDIN_FILENO, &own) == 0
        else { return false }
        return own.st_dev == file.st_dev && own.st_ino == file.st_ino
    }

    /// The next line that holds something, waited for; nil at the end.
    func next() throws(Failure) -> InputStream.Line? {
        if case .item(let line) = try next(mayWait: true) { line } else { nil }
    }

    /// The next line that holds something, waited for only where it `mayWait`.
    func next(mayWait: Bool) throws(Failure) -> Supply<InputStream.Line> {
        do throws(InputError) {
            return try read(mayWait: mayWait)
        } catch {
            throw Diagnostics.input(error, name: title)
        }
    }

    private func read(mayWait: Bool) throws(InputError) -> Supply<InputStream.Line> {
        if let line = waiting {
            waiting = nil
            number += 1
            return .item(line)
        }
        while true {
            if !mayWait, !isFile, try !input.isLineReady() { return .notYet }
            try input.skipByteOrderMark()
            guard let line = try input.readLine(limit: Self.lineLimit) else { return .end }
            number += 1
            guard case .text(let bytes) = line else { return .item(line) }
            let first = bytes.first { $0 != 0x20 && $0 != 0x09 }
            if first != nil, first != UInt8(ascii: "#") { return .item(line) }
        }
    }

    /// The lines over which the token that begins with `first` was wrapped; none where `first` is
    /// only a token that was cut. All of them but the last are as long as `first`.
    func continuation(of first: [UInt8]) throws(Failure) -> [[UInt8]] {
        guard first.count >= Self.shortestWrap else { return [] }
        var lines: [[UInt8]] = []
        while let line = try next() {
            guard case .text(let bytes) = line, bytes.count <= first.count,
                TokenScanner.isRun(bytes[...]), !bytes.starts(with: "eyJ".utf8)
            else {
                putBack(line)
                break
            }
            lines.append(bytes)
            if bytes.count < first.count { break }
        }
        let joined = first + lines.joined()
        let isWrapped = lines.first?.count == first.count || PastedText.isToken(joined)
        guard isWrapped || lines.isEmpty else {
            putBack(.text(lines[0]))
            return []
        }
        return lines
    }

    /// Programs wrap at 60 columns or more.
    private static let shortestWrap = 60

    private func putBack(_ line: InputStream.Line) {
        waiting = line
        number -= 1
    }
}
