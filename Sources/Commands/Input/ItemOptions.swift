internal import CommandKit
internal import Glibc
internal import JOSE
internal import Platform

/// Which items a command works on: operands, or a line each of a file or of standard input.
struct ItemOptions: Sendable {
    var operands: [[UInt8]] = []
    var file: [UInt8]?
    var kind = Item.Kind.guess

    static let group = OptionGroup(
        title: "Items", defaults: ItemOptions(),
        options: [
            .path("from", short: "f", summary: "Read items from a file, one a line.", into: \.file)
                .detail(
                    "A line is a token or has some in it, or is an id, 'jti TAB exp', 'jti TAB exp TAB "
                        + "sub', or a JSON object with those members. Blank lines and # comments are "
                        + "skipped."),
            .flag("id", summary: "Every item is an id.", setting: .id, into: \.kind),
            .flag("token", summary: "Every item is a token.", setting: .token, into: \.kind),
        ])

    static func operand<Options: Sendable>(
        at path: any WritableKeyPath<Options, ItemOptions> & Sendable, summary: String
    ) -> Operand<Options> {
        .raw("ID|TOKEN", .repeated(minimum: 0), summary: summary) {
            options, bytes throws(InvalidValue) in options[keyPath: path].operands.append(bytes)
        }
    }

    /// Whether the items come as lines, so that the result is a list whatever their number.
    var isBulk: Bool { file != nil || operands.isEmpty || operands == [[UInt8(ascii: "-")]] }

    /// The item of an operand; `@FILE` holds a token.
    func item(_ operand: [UInt8], system: System) throws -> Item {
        let isFile = operand.first == UInt8(ascii: "@") && kind != .id
        if !isFile, kind == .guess, Self.isFileName(operand) { throw Self.fileName(operand) }
        return try Item(
            operand: isFile ? TokenOperand.readText(operand, system: system) : operand, as: kind)
    }

    /// Whether an operand is the name of a file that is there, as names of files look.
    private static func isFileName(_ operand: [UInt8]) -> Bool {
        let endings = [".txt", ".jwt", ".json", ".csv"]
        guard
            operand.contains(UInt8(ascii: "/"))
                || endings.contains(where: { operand.suffix($0.utf8.count).elementsEqual($0.utf8) })
        else { return false }
        var status = stat()
        let path = operand.map { CChar(bitPattern: $0) } + [0]
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func fileName(_ operand: [UInt8]) -> Failure {
        let name = Source.path(operand).title
        return Failure(
            .usage, "file_name", "\(name) is a file",
            hint:
                "its token: '@\(String(decoding: operand, as: UTF8.self))'; its lines: --from; an id of that name: --id"
        )
    }

    /// The lines to read; nil where the items are operands.
    func openLines(system: System) throws -> LineSource? {
        guard file == nil || operands.isEmpty else {
            throw UsageError.other("'--from' cannot be used with operands")
        }
        if let file, file != [UInt8(ascii: "-")] { return try LineSource(path: file) }
        guard isBulk else { return nil }
        if system.input.isTerminal, operands.isEmpty, file == nil {
            throw UsageError.missingOperand("ID|TOKEN")
        }
        try system.takeInput()
        return LineSource(input: system.input)
    }
}

/// Lines with their numbers; comments and blank lines left out.
final class LineSource {
    /// Longer than any token with what may stand around it.
    private static let lineLimit = 256 * 1024 + 4096

    private let input: InputStream
    private let descriptor: CInt?
    private(set) var number = 0
    /// A line that was read too early.
    private var waiting: InputStream.Line?

    /// Whether all lines are there already, so that reading them never waits for anybody.
    let isFile: Bool

    init(input: InputStream) {
        self.input = input
        descriptor = nil
        isFile = Self.isFile(STDIN_FILENO)
    }

    init(path: [UInt8]) throws {
        let title = Source.path(path).title
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

    /// The next line that holds something. Where it `mayWait`, nil is the end; else that there is
    /// none yet.
    func next(mayWait: Bool = true) throws(InputError) -> InputStream.Line? {
        if let line = waiting {
            waiting = nil
            number += 1
            return line
        }
        while true {
            if !mayWait, !isFile, try !input.isLineReady() { return nil }
            guard let line = try input.readLine(limit: Self.lineLimit) else { return nil }
            number += 1
            guard case .text(let bytes) = line else { return line }
            let first = bytes.first { $0 != 0x20 && $0 != 0x09 }
            if first != nil, first != UInt8(ascii: "#") { return line }
        }
    }

    /// The lines over which the token that begins with `first` was wrapped; none where `first` is
    /// only a token that was cut. All of them but the last are as long as `first`.
    func continuation(of first: [UInt8]) throws(InputError) -> [[UInt8]] {
        guard first.count >= Self.shortestWrap else { return [] }
        var lines: [[UInt8]] = []
        while let line = try next() {
            guard case .text(let bytes) = line, bytes.count <= first.count,
                bytes.allSatisfy(TokenScanner.isLetter), !bytes.starts(with: "eyJ".utf8)
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
