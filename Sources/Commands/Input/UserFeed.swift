internal import CommandKit
internal import Platform
internal import TokenStore

/// The users of a command: operands, or the lines of a file.
final class UserFeed {
    private let lines: LineSource?
    private let session: Session
    private let console: Console
    private var users: ArraySlice<Identifier>
    private var isConfirmed: Bool
    private(set) var invalidCount = 0
    /// Users that were handed on.
    private(set) var count = 0

    init(
        _ options: LogoutAllOptions, _ users: [Identifier], _ session: Session, _ console: Console
    ) throws {
        self.users = users[...]
        self.session = session
        self.console = console
        isConfirmed = options.isConfirmed
        guard let file = options.file else {
            lines = nil
            return
        }
        if file == [UInt8(ascii: "-")] {
            try console.system.takeInput()
            lines = LineSource(input: console.system.input)
        } else {
            lines = try LineSource(path: file)
        }
    }

    /// Asks where there are many users; as many are read as have to be counted for that.
    func confirm() throws {
        while !isConfirmed, users.count <= Confirmation.threshold, let user = try read() {
            users.append(user)
        }
        guard users.count > Confirmation.threshold, !isConfirmed else { return }
        let isRest = lines == nil
        try Confirmation.ask(
            isRest
                ? "End all sessions of \(users.count) users on \(session.description)?"
                : "End all sessions of more than \(Confirmation.threshold) users on "
                    + "\(session.description)?",
            answer: isRest ? String(users.count) : "yes", console)
    }

    func next(mayWait: Bool) throws -> Identifier? {
        guard let user = try users.popFirst() ?? read(mayWait: mayWait) else { return nil }
        count += 1
        return user
    }

    private func read(mayWait: Bool = true) throws -> Identifier? {
        while let line = try lines?.next(mayWait: mayWait) {
            do {
                guard case .text(let bytes) = line else { throw Identifier.Refusal.tooLong }
                return try UserLine.read(bytes)
            } catch {
                invalidCount += 1
                let failure =
                    (error as? Identifier.Refusal).map {
                        Diagnostics.identifier($0, what: "the user id")
                    } ?? Diagnostics.failure(for: error)
                try console.error("line \(lines?.number ?? 0): \(failure.message)")
            }
        }
        return nil
    }
}
