internal import CommandKit
internal import JSON
internal import Layouts

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
    /// The line of `-o id`, which other commands read; nil for a result without an id, which has none.
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

    /// Ends a list of what Redis has, and returns the exit status. Where that is nothing, a person
    /// reads where it was looked for: the wrong place looks the same. `limit` is how many results
    /// were asked for, `problems` the number of things that could not be read: each was reported.
    final func finish(
        nothing: String, in backend: Backend, limit: Int64?, of what: String, problems: Int = 0
    ) throws -> ExitStatus {
        guard problems == 0 else {
            try finish(empty: "")
            return .unknown
        }
        let empty = "\(nothing) in \(backend.location)"
        try finish(empty: limit == 0 ? "no \(what) requested (--limit 0)" : empty)
        return .success
    }

    /// The members of a row, in the order of the columns.
    final func object(_ row: Row) -> JSONObject {
        var object = JSONObject()
        for column in columns {
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
