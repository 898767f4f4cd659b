internal import CommandKit
internal import JSON
internal import TokenStore

/// Writes the results of a command in one output format, as they come.
protocol ResultWriter<Row>: AnyObject {
    associatedtype Row

    func append(_ row: Row) throws

    /// Shows the rows so far where they wait to become a table.
    func showRows() throws

    /// Ends a list. `empty` is what a person reads where it has no rows.
    func finish(empty: String) throws

    /// Ends a list whose only row is reported like a single result.
    func finishOnly() throws
}

extension ResultWriter {
    func showRows() throws {}
    func finish(empty: String) throws {}
    func finishOnly() throws { try finish(empty: "") }

    /// Ends a list of what Redis has. Where that is nothing, a person reads where it was looked for:
    /// the wrong place looks the same. `limit` is how many results were asked for.
    func finish(nothing: String, in backend: Backend, limit: Int64?, of what: String) throws {
        let empty = "\(nothing) in \(backend.location)"
        try finish(empty: limit == 0 ? "no \(what) requested (--limit 0)" : empty)
    }
}

/// How many results a command has.
enum ResultExtent {
    /// A single one: JSON has an object and no array, and a person reads text and no table.
    case one
    /// A list of any length.
    case many
}

/// What each output format needs to know of the rows of a command.
struct RowForm<Row> {
    let columns: [Column<Row>]
    /// The line of `-o id`, which other commands read; nil for a single result without one.
    let line: (Row) -> String?
    /// What a person reads of a single result, or of each where there are no columns of a table.
    let text: ((Row) -> String)?

    /// The headers of a table; none where people read text.
    var headers: [Table.Column] { columns.compactMap { $0.table?.column } }

    func cells(_ row: Row) -> [String] { columns.compactMap { $0.table?.cell(row) } }

    func object(_ row: Row) -> JSONObject {
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

    /// Appends the object of a row. No tree is made of what becomes a line.
    func write(_ row: Row, to json: inout JSONWriter) {
        json.beginObject()
        for column in columns {
            switch column.member {
            case .none: break
            case .named(let name, let value):
                switch value(row) {
                case .text(let bytes)?: json.member(name, text: bytes)
                case .number(let number)?: json.member(name, integer: number)
                case .json(let value)?: json.member(name, value)
                case nil: break
                }
            case .all(let members):
                for member in members(row).members {
                    json.member(named: member.name, member.value)
                }
            }
        }
        json.endObject()
    }
}

extension Column.Value {
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
    ) -> any ResultWriter<Row> {
        let form = RowForm(columns: columns, line: line, text: text)
        return options.field.map { FieldWriter($0, form, self) }
            ?? options.format.writer(form, extent, self)
    }

    /// Writes one result: in the machine formats as JSON, `--field` picks from it, else `human` is
    /// shown.
    func result(
        _ value: JSONObject, id: String? = nil, user: String? = nil, keys: LayoutKeys? = nil,
        human: @escaping () -> String
    ) throws {
        let line = id.map { Item.line($0, keys: keys) } ?? user.map(UserLine.write)
        let writer = writer(
            [Column<Void>.all { value }], of: .one, line: { line }, text: human)
        try writer.append(())
        try writer.finishOnly()
    }
}
