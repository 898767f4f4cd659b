internal import CommandKit
internal import Glibc
internal import JOSE
internal import Layouts
internal import Platform
internal import TokenStore

/// The lines of a file or of standard input, with their numbers. Comments and blank lines are counted
/// and skipped.
final class LineSource {
    /// The longest line in bytes: longer than any token with the text around it.
    private static let lineLimit = 256 * 1024 + 4096

    private let input: InputStream
    /// The file, which belongs to this object; nil for standard input.
    private let descriptor: CInt?
    /// The name of the input in messages.
    let title: String
    /// The number of the line that was read last, from 1.
    private(set) var number = 0
    /// A line that was read too early.
    private var waiting: InputStream.Line?
    /// The number of lines so far that hold something.
    private var count = 0
    /// The bytes of a regular file that were there to read at the beginning; nil for any other
    /// input, and for an empty file.
    private let size: Int?

    /// Whether the input is a regular file, which can be read without waiting.
    let isFile: Bool

    /// Opens the file that an option names; `-` is standard input, which can be read only once.
    static func open(_ file: [UInt8], system: System) throws -> LineSource {
        guard file == [UInt8(ascii: "-")] else { return try LineSource(path: file) }
        try system.takeInput()
        return LineSource(input: system.input)
    }

    /// Reads standard input, or the input of a test.
    init(input: InputStream) {
        self.input = input
        descriptor = nil
        title = "standard input"
        isFile = Self.regularFile(STDIN_FILENO) != nil
        size = Self.size(STDIN_FILENO)
        input.endsLinesAtCarriageReturn = true
    }

    /// Opens the file at `path`, which may be a pipe, but no folder.
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
            isFile = Self.regularFile(number) != nil
            size = Self.size(number)
            input = InputStream(borrowing: number)
            input.endsLinesAtCarriageReturn = true
        } catch {
            throw Failure(.failure, "input", "cannot read \(title): \(error.message)")
        }
    }

    deinit {
        if let descriptor { _ = close(descriptor) }
    }

    /// The facts of a regular file; nil if the descriptor is that of anything else.
    private static func regularFile(_ descriptor: CInt) -> stat? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return status
    }

    /// The bytes after the present position of a regular file; nil for anything else and for none.
    private static func size(_ descriptor: CInt) -> Int? {
        guard let file = regularFile(descriptor) else { return nil }
        let left = Int(file.st_size) - max(Int(lseek(descriptor, 0, SEEK_CUR)), 0)
        return left > 0 ? left : nil
    }

    /// An estimate of the number of lines that hold something, from the part of the file that those
    /// so far took. nil for input that is no regular file, and before the first line.
    var total: ProgressLine.Total? {
        guard let size, count > 0, input.consumedCount > 0 else { return nil }
        let part = min(Double(input.consumedCount) / Double(size), 1)
        return Int64(outside: Double(count) / part).map { .about(Int($0)) }
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
        if case .item(let line) = try next(.blocking) { line } else { nil }
    }

    /// The next line that holds something. A signal that stops the command ends the input, too: the
    /// command reports it.
    func next(_ pull: Pull) throws(Failure) -> Supply<InputStream.Line> {
        do throws(Failure) {
            return try unlessInterrupted(pull)
        } catch {
            guard Signals.pending == nil else { return .end }
            throw error
        }
    }

    /// The next line; a read that a signal interrupts is an error.
    private func unlessInterrupted(_ pull: Pull) throws(Failure) -> Supply<InputStream.Line> {
        if let line = waiting {
            waiting = nil
            number += 1
            count += 1
            return .item(line)
        }
        do throws(InputError) {
            while true {
                if pull == .polling, !isFile, try !input.isLineReady() { return .notYet }
                try input.skipByteOrderMark()
                guard let line = try input.readLine(limit: Self.lineLimit) else { return .end }
                number += 1
                if case .text(let bytes) = line {
                    let first = bytes.first { $0 != 0x20 && $0 != 0x09 }
                    guard first != nil, first != UInt8(ascii: "#") else { continue }
                }
                count += 1
                return .item(line)
            }
        } catch {
            throw Diagnostics.input(error, name: title)
        }
    }

    /// The lines over which the token that begins with `first` was wrapped; none where `first` is
    /// only a token that was cut. All of them but the last are as long as `first`. Throws if a signal
    /// comes before the end of the token: a part of a token is none.
    func continuation(of first: [UInt8]) throws(Failure) -> [[UInt8]] {
        guard first.count >= Self.shortestWrap else { return [] }
        var lines: [[UInt8]] = []
        while case .item(let line) = try unlessInterrupted(.blocking) {
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

    /// In bytes: programs wrap at 60 columns or more.
    private static let shortestWrap = 60

    /// Makes a line the next one again.
    private func putBack(_ line: InputStream.Line) {
        waiting = line
        number -= 1
        count -= 1
    }
}

/// The lines of a file, or operands, from which no item was read. Each is reported with its number.
final class InvalidLines {
    private let console: Console
    /// The name of the input in messages.
    private let title: String
    /// Takes each invalid line and its failure; nil is a line that was too long to keep.
    var keep: (([UInt8]?, String) -> Void)?
    private(set) var count = 0
    /// The failure of the first invalid line.
    private(set) var firstFailure: Failure?
    /// Whether an item was read.
    private var hasItems = false
    /// The number of lines in a foreign form, and the first of these forms.
    private var foreignCount = 0
    private var first: ForeignLine?
    /// Forms that were reported.
    private var reported: Set<ForeignLine> = []
    /// Each hint is given once.
    private var hints: Set<String> = []

    /// After so many foreign lines and no item the file is refused.
    private static let foreignLimit = 100

    init(_ console: Console, title: String) {
        self.console = console
        self.title = title
    }

    /// The code of the failure that `requireItems` throws.
    private static let refusalCode = "foreign_lines"

    /// Throws `failure` where it is that of `requireItems`.
    static func rethrow(_ failure: Failure) throws(Failure) {
        if failure.code == refusalCode { throw failure }
    }

    /// Called for each item that was read: the file is not a foreign one then.
    func acceptItem() { hasItems = true }

    /// Reports a line from which no item was read, at most once for each foreign form.
    func add(_ error: any Error, line: [UInt8]?, at place: String) throws {
        count += 1
        let failure = Diagnostics.failure(for: error)
        firstFailure = firstFailure ?? failure
        keep?(line, failure.message)
        let form = error as? ForeignLine
        if form.map({ reported.insert($0).inserted }) ?? true {
            try console.error("\(place): \(failure.message)")
        }
        if let hint = failure.hint, hints.insert(hint).inserted {
            try console.note("hint: \(hint)")
        }
        guard let form else { return }
        foreignCount += 1
        first = first ?? form
        if count == Self.foreignLimit { try requireItems() }
    }

    /// Fails where all lines so far are foreign: the file was written for another tool.
    func requireItems() throws(Failure) {
        guard let first, !hasItems, foreignCount == count else { return }
        throw Failure(
            .usage, Self.refusalCode,
            count == Self.foreignLimit
                ? "no items in the first \(count) lines of \(title); nothing was changed"
                : "no items in \(title); nothing was changed",
            hint: first.failure.hint)
    }
}

/// Some lines of input in one piece of memory, which is reused.
struct LineBatch: Sendable {
    /// The longest line in bytes: longer than any token with the text around it.
    static let lineLimit = CompactToken.maximumByteCount + 4096

    /// Enough to share a round trip or to be worth handing to another thread; as a limit on lines,
    /// it bounds what blank ones can grow to when each is answered.
    private static let lineCount = 256
    private static let byteCount = 64 * 1024

    /// The lines one after the other, without their ends.
    private var bytes: [UInt8] = []
    /// Where each line ends in `bytes`.
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// The bytes of a line, without its end; an over-long line is an empty one.
    subscript(_ index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Takes the next line, waiting for it, and all that can be had without waiting. False at the
    /// end of the input.
    mutating func fill(from input: InputStream) throws(InputError) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        repeat {
            guard try input.appendLine(to: &bytes, limit: Self.lineLimit) != nil else { break }
            ends.append(bytes.count)
        } while count < Self.lineCount && bytes.count < Self.byteCount && input.hasBufferedLine
        return !ends.isEmpty
    }
}
