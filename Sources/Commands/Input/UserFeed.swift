internal import CommandKit
internal import Platform
internal import TokenStore

/// The users of a command: operands, or the lines of a file.
final class UserFeed {
    private let lines: LineSource?
    private let backend: Backend
    private let console: Console
    private var users: ArraySlice<Identifier>
    private var isConfirmed: Bool
    let invalid: InvalidLines
    /// The form of the file, where it is no file of users.
    private var document: ForeignLine?
    private var isAtFirstLine = true
    /// Users that were handed on.
    private(set) var count = 0

    init(
        _ options: LogoutAllOptions, _ users: [Identifier], _ backend: Backend, _ console: Console
    ) throws {
        self.users = users[...]
        self.backend = backend
        self.console = console
        isConfirmed = options.isConfirmed
        lines = try options.file.map { file in
            guard file == [UInt8(ascii: "-")] else { return try LineSource(path: file) }
            try console.system.takeInput()
            return LineSource(input: console.system.input)
        }
        invalid = InvalidLines(console, title: lines?.title ?? "the operands")
    }

    /// Asks where there are many users; as many are read as have to be counted for that.
    func confirm() throws {
        while !isConfirmed, users.count <= Confirmation.threshold,
            case .item(let user) = try read(mayWait: true)
        {
            users.append(user)
        }
        guard users.count > Confirmation.threshold, !isConfirmed else { return }
        let isRest = lines == nil
        try Confirmation.ask(
            isRest
                ? "Log out \(users.count) users on \(backend.description)?"
                : "Log out more than \(Confirmation.threshold) users on "
                    + "\(backend.description)?",
            answer: isRest ? String(users.count) : "yes", console)
    }

    /// The next user, waited for only where it `mayWait`.
    func next(mayWait: Bool) throws -> Supply<Identifier> {
        let next = try users.popFirst().map { .item($0) } ?? read(mayWait: mayWait)
        if case .item = next { count += 1 }
        return next
    }

    private func read(mayWait: Bool) throws -> Supply<Identifier> {
        guard let lines else { return .end }
        while true {
            let next = try lines.next(mayWait: mayWait)
            var text: [UInt8]?
            do {
                let user = try next.map { line in
                    guard case .text(let bytes) = line else { throw Identifier.Refusal.tooLong }
                    text = bytes
                    return try self.user(bytes)
                }
                if case .item = user { invalid.acceptItem() }
                return user
            } catch {
                let failure =
                    (error as? Identifier.Refusal).map {
                        Diagnostics.identifier($0, what: "the user id")
                    } ?? error
                try invalid.add(failure, line: text, at: "line \(lines.number)")
            }
        }
    }

    private func user(_ line: [UInt8]) throws -> Identifier {
        if isAtFirstLine {
            isAtFirstLine = false
            document = ForeignLine(document: line)
            if ForeignLine.isHeader(line) { throw ForeignLine.header }
        }
        if let document { throw document }
        if ForeignLine.isArray(line) { throw ForeignLine.array }
        return try UserLine.read(line)
    }
}
