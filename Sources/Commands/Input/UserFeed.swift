internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The users of a command: operands, or the lines of a file.
final class UserFeed: Feed {
    /// nil where the users are operands.
    let lines: LineSource?
    /// The number of operands.
    private let operandCount: Int
    private let backend: Backend
    private let console: Console
    /// Users that were read and not handed on yet.
    private var users: ArraySlice<Identifier>
    /// Whether no confirmation is needed, or not any more.
    private var isConfirmed: Bool
    let invalid: InvalidLines
    /// The form of the file, where it is no file of users.
    private var document: ForeignLine?
    /// Whether no line was looked at yet: only the first one can be a header.
    private var isAtFirstLine = true

    /// `users` are the operands.
    init(
        _ options: LogoutAllOptions, _ users: [Identifier], _ backend: Backend, _ console: Console
    ) throws {
        self.users = users[...]
        operandCount = users.count
        self.backend = backend
        self.console = console
        isConfirmed = options.isConfirmed
        lines = try options.file.map { try LineSource.open($0, system: console.system) }
        invalid = InvalidLines(console, title: lines?.title ?? "the operands")
    }

    var total: ProgressLine.Total? {
        guard let lines else { return .exactly(operandCount) }
        return lines.total
    }

    /// Asks where there are many users; as many are read as have to be counted for that. Of lines, the
    /// total is not known before the end, so the question names only the threshold.
    func confirm() throws {
        while !isConfirmed, users.count <= Confirmation.threshold,
            case .item(let user) = try read(.blocking)
        {
            users.append(user)
        }
        guard users.count > Confirmation.threshold, !isConfirmed else { return }
        let count = lines == nil ? "\(users.count)" : "More than \(Confirmation.threshold)"
        try Confirmation.ask(
            backend, "\(count) users will be logged out of all sessions.",
            answer: lines == nil ? count : "yes", console)
    }

    /// The next good user. A bad line is reported with its number, and the rest goes on.
    func next(_ pull: Pull) throws -> Supply<Identifier> {
        // A reader of the results gets them before this waits for more users.
        if pull == .blocking { try console.system.output.flush() }
        return try users.popFirst().map { .item($0) } ?? read(pull)
    }

    /// Fails if all lines were written for another tool. An empty file is no failure.
    func requireItems() throws(Failure) { try invalid.requireItems() }

    /// The next good user of the lines.
    private func read(_ pull: Pull) throws -> Supply<Identifier> {
        guard let lines else { return .end }
        while true {
            let next = try lines.next(pull)
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

    /// The user of a line. The first line of a file shows whether it was written for another tool.
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

/// A user in a line: the line itself, byte for byte, or `{"user":…}` if the line could be read
/// otherwise.
enum UserLine {
    /// Throws where a person may have meant something else by the line.
    static func read(_ line: [UInt8]) throws -> Identifier {
        if line.first == UInt8(ascii: "{"), let object = PastedText.json(line)?.objectValue,
            let value = object["user"] ?? object["sub"]
        {
            guard let user = value.stringValue else {
                throw Failure.invalidLine(
                    "the object's user is not a string",
                    hint: "write it in quotes: {\"user\":\"7\"}")
            }
            guard object["user"] == nil || object["sub"] == nil || object["user"] == object["sub"]
            else { throw Failure.invalidLine("'user' and 'sub' differ") }
            return try Identifier(user.utf8)
        }
        try refuseToken(line)
        let user = try Identifier(line)
        // Only the first line can be a header, which the feed has refused.
        if let fault = hiddenCharacter(in: line) { throw fault }
        guard isPlain(user.description) || ForeignLine.isHeader(line) else {
            throw Failure(
                .usage, "unclear_user",
                "this is not clearly a user: it has quotes or spaces around it, or ' #' in it",
                hint: "write {\"user\":\"…\"}")
        }
        return user
    }

    /// A line that `read` reads as this user.
    static func write(_ user: String) -> String {
        isPlain(user) ? user : "{\"user\":\(JSONText.quoted(user))}"
    }

    /// A token names its user in the claim sub and is no user itself.
    static func refuseToken(_ text: [UInt8]) throws(Failure) {
        guard !TokenScanner.sightings(in: text[...]).isEmpty else { return }
        throw Failure(
            .usage, "unclear_user", "this is a token, not a user",
            hint: "show its user: jwtctl decode --field payload.sub TOKEN")
    }

    /// Throws where a person cannot have meant an operand as a user.
    static func check(operand: [UInt8]) throws(Failure) {
        if let fault = hiddenCharacter(in: operand) { throw fault }
        guard Source.isFileName(operand) else { return }
        throw Failure(
            .usage, "file_name", "\(Source.path(operand).title) is a file",
            hint: "read its lines with --from; for a user of that name, write a line "
                + "{\"user\":\"…\"} for --from")
    }

    /// The failure for a text with an invisible character, which no name of a user has. It comes with
    /// copied text, and would make the name that of another user.
    private static func hiddenCharacter(in text: [UInt8]) -> Failure? {
        guard let hidden = InvisibleText.first(in: text) else { return nil }
        return Failure(
            .usage, "unclear_user", "the user name has \(hidden.name) at byte \(hidden.offset)",
            hint: "remove it, or write {\"user\":\"…\"} as a line of --from")
    }

    /// Whether a user written as it is would be read as that very user. Lines that list commands
    /// write are read again by `logout-all --from`, so both sides must agree.
    private static func isPlain(_ user: String) -> Bool {
        let bytes = Array(user.utf8)
        return TokenText.withoutQuotes(bytes) == bytes
            && InvisibleText.first(in: bytes) == nil
            && !bytes.starts(with: [UInt8(ascii: "#")])
            && bytes.firstRange(of: Array(" #".utf8)) == nil
            && TokenScanner.sightings(in: bytes[...]).isEmpty
            && PastedText.json(bytes)?.objectValue == nil
            && !ForeignLine.isForeign(bytes)
    }
}

/// A user id from the command line. Throws where it is a token, empty or too long.
func parseUser(_ text: String) throws -> Identifier {
    try UserLine.refuseToken(Array(text.utf8))
    do throws(Identifier.Refusal) {
        return try Identifier(text)
    } catch {
        throw Diagnostics.identifier(error, what: "the user id")
    }
}
