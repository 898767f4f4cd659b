internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

/// How a command speaks: data on standard output in the format that was asked for, notes on
/// standard error. Decided once from the options.
final class Console {
    /// What a command does, for the rules that hold for all of its kind.
    struct Kind: OptionSet {
        let rawValue: Int

        /// It only tells something, and `-q` silences that. Other commands print what they made.
        static let reports = Kind(rawValue: 1)
        /// It changes something. Doubt about what to change ends it.
        static let changes = Kind(rawValue: 2)
    }

    private let kind: Kind
    let system: System
    let options: GlobalOptions
    /// For standard output.
    let style: Style
    private let noteStyle: Style
    private var listCount = 0
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
    }

    /// What environment and profile say; the file is read when somebody first asks.
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

    /// Whether a person can be asked: somebody types and somebody reads.
    var isInteractive: Bool { system.input.isTerminal && system.diagnostics.isTerminal }

    /// A line on standard error, unless the user wants quiet.
    func note(_ message: String) throws(OutputError) {
        guard !options.isQuiet else { return }
        try system.diagnostics.write("jwtctl: \(message)\n")
        try system.diagnostics.flush()
    }

    /// A line on standard error that even `-q` does not silence.
    func warn(_ message: String) throws(OutputError) {
        try system.diagnostics.write("jwtctl: \(noteStyle.yellow("warning:")) \(message)\n")
        try system.diagnostics.flush()
    }

    func error(_ message: String) throws(OutputError) {
        try system.diagnostics.write("jwtctl: \(noteStyle.red("error:")) \(message)\n")
        try system.diagnostics.flush()
    }

    /// Whether results are written as text for a person.
    var isForPerson: Bool { options.format.isText && options.field == nil }

    /// Whether nothing goes to standard output.
    var isSilent: Bool { options.isQuiet && kind.contains(.reports) }

    /// The same of a failure that ends nothing, with its remedy.
    func error(_ failure: Failure) throws(OutputError) {
        try error(failure.message)
        if let hint = failure.hint { try note("hint: \(hint)") }
    }

    func print(_ text: String) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(text)
    }

    /// A line of text that was made here, on standard output.
    func print(line: [UInt8]) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(line)
        try system.output.write("\n")
    }

    /// Rewrites or removes the progress line.
    func progress(_ text: String?) throws(OutputError) {
        guard let text, !options.isQuiet else { return }
        try system.diagnostics.write(text)
        try system.diagnostics.flush()
    }

    /// One result: in the machine formats as JSON, `--field` picks from it, else `human` is shown.
    func result(
        _ value: JSONObject, id: String? = nil, user: String? = nil, keys: LayoutKeys? = nil,
        human: () -> String
    ) throws {
        if let field = options.field { return try self.field(field, of: .object(value)) }
        switch options.format {
        case .table, .wide: try print(human())
        case .json: try json(.object(value), .pretty)
        case .jsonl, .introspection, .prometheus: try json(.object(value), .compact)
        case .csv: try print(CSV.header(value) + CSV.row(value))
        case .id:
            let line = id.map { Item.line($0, keys: keys) } ?? user.map(UserLine.write)
            try print(line.map { $0 + "\n" } ?? "")
        }
    }

    /// Writes one JSON text and a line feed.
    func json(_ value: JSONValue, _ style: JSONStyle) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(value.encoded(style, escaping: .visible))
        try system.output.write("\n")
    }

    /// `--field PATH`: names and array indexes between dots. Strings are written bare.
    private func field(_ path: String, of value: JSONValue) throws {
        var current = value
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            switch current {
            case .object(let object):
                guard let next = object[JSONString(String(name))] else {
                    throw Self.noSuchField(path)
                }
                current = next
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index) else {
                    throw Self.noSuchField(path)
                }
                current = elements[index]
            default: throw Self.noSuchField(path)
            }
        }
        if case .string(let text) = current {
            try print(bare(text.text) + "\n")
        } else {
            try json(current, .compact)
        }
    }

    /// Text as a script takes it: as it is, unless a terminal would act on something in it.
    private func bare(_ text: String) -> String {
        text.unicodeScalars.contains(where: VisibleText.isHostile) ? VisibleText.escape(text) : text
    }

    private static func noSuchField(_ path: String) -> Failure {
        Failure(
            .failure, "no_such_field",
            "the result has no member '\(VisibleText.escape(path, columns: 60))'")
    }
}

/// A result among many.
protocol ListRow {
    /// For `-o id`.
    var idText: String { get }
    /// For a table; escaped.
    var cells: [String] { get }
    func describe(to json: inout some JSONSink)
}

/// Several results, written as they come: an array for JSON, a line each for `jsonl`, `csv` and
/// `id`, one table for people.
struct ResultList {
    private let console: Console
    private var table: Table
    private var count = 0
    private var hasHeader = false
    /// Whether what looks like a token is one, so that it can be read back as one.
    var showsTokens = false
    /// What an id could be taken for; nil where the rows have nothing to do with Redis.
    var keys: LayoutKeys?
    /// Whether the rows are of users, and not of tokens.
    var namesUsers = false
    /// How many rows a table is made of before they are printed.
    private static let rowsInMemory = 10_000
    /// How many results a command holds until it knows whether they are confirmed; it reports more
    /// of them as unconfirmed.
    static let heldCount = 10_000
    /// Memory for a line.
    private var line: [UInt8] = []

    init(_ console: Console, columns: [Table.Column]) {
        self.console = console
        table = Table(columns)
    }

    /// Adds one result of which there may be millions: no tree is made of what becomes a line.
    mutating func append(_ row: some ListRow) throws {
        guard console.options.format == .jsonl, console.options.field == nil else {
            return try append(Self.object(of: row), id: row.idText, cells: row.cells)
        }
        guard !console.options.isQuiet else { return }
        line.removeAll(keepingCapacity: true)
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: line)
        line = []
        row.describe(to: &json)
        json.endLine()
        line = json.bytes
        try console.system.output.write(line)
        count += 1
    }

    private static func object(of row: some ListRow) -> JSONObject {
        var builder = JSONBuilder()
        row.describe(to: &builder)
        return builder.result.objectValue ?? JSONObject()
    }

    /// Adds one result; `cells` must be escaped already.
    mutating func append(
        _ value: @autoclosure () -> JSONObject, id: @autoclosure () -> String,
        cells: @autoclosure () -> [String]
    ) throws {
        if console.options.field != nil {
            try console.result(value()) { "" }
            count += 1
            return
        }
        switch console.options.format {
        case .table, .wide:
            table.append(cells())
            if table.rowCount == Self.rowsInMemory { try showRows() }
        case .json:
            try console.print(count == 0 ? "[\n  " : ",\n  ")
            try console.print(
                String(
                    decoding: value().encoded(.compact, escaping: .visible), as: UTF8.self))
        case .jsonl, .introspection, .prometheus: try console.json(.object(value()), .compact)
        case .csv:
            let value = value()
            if !hasHeader { try console.print(CSV.header(value)) }
            hasHeader = true
            try console.print(CSV.row(value))
        case .id:
            let line =
                namesUsers
                ? UserLine.write(id()) : Item.line(id(), mayBeToken: showsTokens, keys: keys)
            try console.print(line + "\n")
        }
        count += 1
    }

    /// Shows the rows so far, where they make a table.
    mutating func showRows() throws {
        guard console.isForPerson, table.rowCount > 0 else { return }
        try console.print(table.take(width: console.tableWidth, style: console.style))
    }

    /// Ends a list of what Redis has. Where that is nothing, a person reads where it was looked for:
    /// the wrong place looks the same. `limit` is how many results were asked for.
    func finish(nothing: String, in session: Session, limit: Int64?, of what: String) throws {
        let empty = "\(nothing) in \(session.location)"
        try finish(empty: limit == 0 ? "no \(what) requested (--limit 0)" : empty)
    }

    /// Ends the list; `empty` is what a person reads where nothing was found.
    func finish(empty: String) throws {
        guard console.options.field == nil else { return }
        switch console.options.format {
        case .table, .wide:
            if table.isEmpty {
                if count == 0, !empty.isEmpty { try console.note(empty) }
            } else {
                try console.print(table.render(width: console.tableWidth, style: console.style))
            }
        case .json: try console.print(count == 0 ? "[]\n" : "\n]\n")
        default: break
        }
    }
}
