internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The output of a command: data on standard output in the requested format, notes on standard
/// error. The options decide both once.
/// Results are buffered and flushed at the end, or where a reader waits for them; notes appear at
/// once. A result that is to come before a note is flushed by the command.
final class Console {
    /// The kind of a command, which decides rules of output and settings.
    struct Kind: OptionSet {
        let rawValue: Int

        /// The command only reports, and `-q` suppresses the report. Other commands print what they
        /// made.
        static let reports = Kind(rawValue: 1)
        /// The command changes something. Ambiguous settings end it.
        static let changes = Kind(rawValue: 2)
    }

    private let kind: Kind
    let system: System
    /// The options that all commands share.
    let options: GlobalOptions
    /// For standard output.
    let style: Style
    private let noteStyle: Style
    /// The progress of long work.
    let progress: ProgressDisplay
    private var loadedSettings: Settings?
    private var warnedSettings: Set<Setting> = []

    init(_ options: GlobalOptions, system: System, _ kind: Kind = []) {
        self.options = options
        self.kind = kind
        self.system = system
        style = Style(
            options.color, isTerminal: system.output.isTerminal, environment: system.environment)
        noteStyle = Style(
            options.color, isTerminal: system.diagnostics.isTerminal,
            environment: system.environment)
        progress = ProgressDisplay(system, isQuiet: options.isQuiet)
    }

    /// Settings of environment and profile; the file is read at the first use.
    func settings() throws -> Settings {
        if let loadedSettings { return loadedSettings }
        let settings = try Settings(options, system)
        loadedSettings = settings
        return settings
    }

    /// Checks that an explicit profile and the environment do not name different values of settings
    /// that decide what is changed. A command that only reads follows the profile and warns.
    func requireOneValue(of names: [Setting]) throws {
        let settings = try settings()
        for name in names {
            guard let conflict = settings.conflict(over: name) else { continue }
            guard !kind.contains(.changes) else { throw conflict }
            if warnedSettings.insert(name).inserted {
                try warn("\(conflict.message): the variable is ignored")
            }
        }
    }

    /// The width for tables; nil for a pipe and for `-o wide`, where nothing is cut.
    var tableWidth: Int? {
        system.output.isTerminal && options.format != .wide ? system.terminal.columns : nil
    }

    /// A line on standard error, unless the user wants quiet.
    func note(_ message: String) throws(OutputError) {
        if !options.isQuiet { try say("jwtctl: \(message)\n") }
    }

    /// A line on standard error that even `-q` does not silence.
    func warn(_ message: String) throws(OutputError) {
        try say("jwtctl: \(noteStyle.yellow("warning:")) \(message)\n")
    }

    /// An error on standard error. It ends nothing by itself.
    func error(_ message: String) throws(OutputError) {
        try say("jwtctl: \(noteStyle.red("error:")) \(message)\n")
    }

    /// A failure that does not end the command, with its remedy.
    func error(_ failure: Failure) throws(OutputError) {
        try error(failure.message)
        if let hint = failure.hint { try note("hint: \(hint)") }
    }

    /// Writes what must not stop the work at hand: a note on something that is done already, where
    /// standard error may be closed.
    func unlessClosed(_ write: () throws(OutputError) -> Void) {
        do throws(OutputError) {
            try write()
        } catch {
            // The results on standard output are complete without it.
        }
    }

    /// Writes to standard error at once. A command may wait for Redis for minutes, and a program
    /// that is killed loses what it still holds.
    private func say(_ text: String) throws(OutputError) {
        progress.erase()
        try system.diagnostics.write(text)
        try system.diagnostics.flush()
    }

    /// Whether results are written as text for a person.
    var isForPerson: Bool { options.format.isText && options.field == nil }

    /// Whether standard output gets nothing.
    var isSilent: Bool { options.isQuiet && kind.contains(.reports) }

    /// Writes a result to standard output, unless the command is silent.
    func print(_ text: String) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(text)
    }

    /// Writes one JSON text and a line feed.
    func json(_ value: JSONValue, _ style: JSONStyle) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(value.encoded(style, escaping: .visible))
        try system.output.write("\n")
    }
}

// MARK: - Results

/// The number of results of a command.
enum ResultExtent {
    /// A single one: JSON has an object and no array, and a person reads text and no table.
    case one
    /// A list of any length.
    case many
}

/// Writes the results of a command as they come. Each output format is a subclass.
class ResultWriter<Row> {
    let console: Console
    let extent: ResultExtent
    let columns: [Column<Row>]
    /// The line of `-o id`, which other commands read; nil for a result without an id, which has
    /// none.
    let line: (Row) -> String?
    /// The text for a person: of a single result, or of each result if no column belongs to a
    /// table.
    let text: ((Row) -> String)?

    required init(
        _ console: Console, _ extent: ResultExtent, _ columns: [Column<Row>],
        line: @escaping (Row) -> String?, text: ((Row) -> String)?
    ) {
        self.console = console
        self.extent = extent
        self.columns = columns
        self.line = line
        self.text = text
    }

    /// Writes a row, or keeps it until the list ends.
    func append(_ row: Row) throws { preconditionFailure("each format has its own") }

    /// Shows the rows so far where they wait to become a table.
    func showRows() throws {}

    /// Ends a list. `empty` is what a person reads where it has no rows.
    func finish(empty: String) throws {}

    /// Ends a list whose only row is reported like a single result.
    func finishOnly() throws { try finish(empty: "") }

    /// Ends a list of what Redis has, and returns the exit status; see the method below.
    final func finish(
        nothing: String, in backend: Backend, limit: Int64?, of what: String, problems: Int = 0
    ) throws -> ExitStatus {
        try finish(
            nothing: nothing, in: backend.location, limit: limit, of: what, problems: problems)
    }

    /// Ends a list of what a Redis or a file has, and returns the exit status. Where that is
    /// nothing, a person reads where it was looked for: the wrong place looks the same. `limit` is
    /// how many results were asked for, `problems` the number of things that could not be read:
    /// each was reported.
    final func finish(
        nothing: String, in place: String, limit: Int64?, of what: String, problems: Int = 0
    ) throws -> ExitStatus {
        guard problems == 0 else {
            try finish(empty: "")
            return .unknown
        }
        let empty = "\(nothing) in \(place)"
        try finish(empty: limit == 0 ? "no \(what) requested (--limit 0)" : empty)
        return .success
    }

    /// The members of a row, in the order of the columns.
    final func object(_ row: Row) -> JSONObject { columns.object(row) }
}

extension Array {
    /// The members of a row, in the order of these columns.
    func object<Row>(_ row: Row) -> JSONObject where Element == Column<Row> {
        var object = JSONObject()
        for column in self {
            switch column.member {
            case .none: break
            case .named(let name, let value):
                guard let value = value(row) else { break }
                object.set(JSONString(name.description), value.json)
            case .all(let members):
                for member in members(row).members { object.set(member.name, member.value) }
            }
        }
        return object
    }
}

extension MemberValue {
    /// The value where it is part of a tree.
    fileprivate var json: JSONValue {
        switch self {
        case .text(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        case .number(let number): TimeText.number(number)
        case .json(let value): value
        }
    }
}

extension Console {
    /// The writer of a list, or of a single result, in the format that was asked for.
    func writer<Row>(
        _ columns: [Column<Row>], of extent: ResultExtent = .many,
        line: @escaping (Row) -> String?, text: ((Row) -> String)? = nil
    ) -> ResultWriter<Row> {
        let writer = options.field == nil ? options.format.writer(Row.self) : FieldWriter<Row>.self
        return writer.init(self, extent, columns, line: line, text: text)
    }

    /// Writes one result: in the machine formats as JSON, `--field` picks from it, else `human` is
    /// shown.
    func result(
        _ value: JSONObject, id: String? = nil, user: String? = nil, keys: LayoutKeys? = nil,
        human: @escaping () -> String
    ) throws {
        let line = id.map { Item.line($0, keys: keys) } ?? user.map(UserLine.write)
        let writer = writer([Column<Void>.all { value }], of: .one, line: { line }, text: human)
        try writer.append(())
        try writer.finishOnly()
    }
}
