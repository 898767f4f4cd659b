internal import CommandKit
internal import JSON
internal import Platform

/// The format of results.
///
/// A new format is a case with its writer, and the type of that writer, both in this file.
enum OutputFormat: String, CaseIterable, Sendable {
    /// `wide` is a table that is not fitted to the terminal.
    case table, wide, json, jsonl, csv, id
    /// A response of RFC 7662; for `verify` alone.
    case introspection
    /// Prometheus' text format; for `stats` alone.
    case prometheus

    /// The formats that every command has.
    static let common = allCases.filter { $0 != .introspection && $0 != .prometheus }

    /// Whether it is text for a person.
    var isText: Bool { self == .table || self == .wide }

    /// Whether a script that asked for it reads errors as JSON too.
    var tellsErrors: Bool { self == .json || self == .jsonl }

    /// Whether each row is written as soon as it is found, and then forgotten: memory stays the
    /// same for any number of rows, and a row that Redis returns twice is written twice.
    var isStream: Bool { self == .jsonl }

    /// The writer of this format for rows of one kind.
    func writer<Row>(_: Row.Type) -> ResultWriter<Row>.Type {
        switch self {
        case .table, .wide: TextWriter<Row>.self
        case .json: JSONDocumentWriter<Row>.self
        case .jsonl, .introspection, .prometheus: JSONLinesWriter<Row>.self
        case .csv: CSVWriter<Row>.self
        case .id: IDWriter<Row>.self
        }
    }
}

/// Tables and other text for people.
final class TextWriter<Row>: ResultWriter<Row> {
    /// The number of rows whose table is printed at once.
    private let rowsInMemory = 10_000

    /// The rows that were not printed yet.
    private lazy var table = Table(columns.compactMap { $0.table?.column })
    /// Whether rows become a table: a single result is text, and some lists are text line by line.
    private lazy var hasTable = extent == .many && columns.contains { $0.table != nil }
    private var first: Row?

    override func append(_ row: Row) throws {
        first = first ?? row
        guard hasTable else { return try printText(of: row) }
        table.append(columns.compactMap { $0.table?.cell(row) })
        if table.rowCount == rowsInMemory { try showRows() }
    }

    override func showRows() throws {
        guard table.rowCount > 0 else { return }
        try console.print(table.take(width: console.tableWidth, style: console.style))
    }

    override func finish(empty: String) throws {
        if !table.isEmpty {
            try console.print(table.render(width: console.tableWidth, style: console.style))
        } else if first == nil, !empty.isEmpty {
            try console.note(empty)
        }
    }

    override func finishOnly() throws {
        guard hasTable, let first else { return }
        try printText(of: first)
    }

    /// Prints one result for a person.
    private func printText(of row: Row) throws {
        if let text { try console.print(text(row)) }
    }
}

/// An object for a single result; for a list an array, with a line for each row.
final class JSONDocumentWriter<Row>: ResultWriter<Row> {
    private var count = 0

    override func append(_ row: Row) throws {
        let value = JSONValue.object(object(row))
        guard extent == .many else { return try console.json(value, .pretty) }
        try console.print(count == 0 ? "[\n  " : ",\n  ")
        try console.print(
            String(decoding: value.encoded(.compact, escaping: .visible), as: UTF8.self))
        count += 1
    }

    override func finish(empty: String) throws {
        guard extent == .many else { return }
        try console.print(count == 0 ? "[]\n" : "\n]\n")
    }
}

/// A line of JSON for each row. There may be millions: no row becomes a tree, and all lines share
/// one buffer.
final class JSONLinesWriter<Row>: ResultWriter<Row> {
    /// A member of a line. Written by a closure that is made once, it costs no copy of its column
    /// for every row.
    private struct MemberWriter {
        let write: (Row, inout JSONWriter) -> Void

        /// nil for a fact that JSON does not have.
        init?(_ member: Column<Row>.Member) {
            switch member {
            case .none: return nil
            case .named(let name, let value):
                write = { row, json in
                    switch value(row) {
                    case .text(let bytes)?: json.member(name, text: bytes)
                    case .number(let number)?: json.member(name, integer: number)
                    case .json(let value)?: json.member(name, value)
                    case nil: break
                    }
                }
            case .all(let members):
                write = { row, json in
                    for member in members(row).members {
                        json.member(named: member.name, member.value)
                    }
                }
            }
        }
    }

    private lazy var members = columns.compactMap { MemberWriter($0.member) }
    /// Memory for a line.
    private var bytes: [UInt8] = []

    override func append(_ row: Row) throws {
        guard !console.isSilent else { return }
        bytes.removeAll(keepingCapacity: true)
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: bytes)
        bytes = []
        json.beginObject()
        for member in members { member.write(row, &json) }
        json.endObject()
        json.endLine()
        bytes = json.bytes
        try console.system.output.write(bytes)
    }
}

/// The lines of `-o id`, which other commands read.
final class IDWriter<Row>: ResultWriter<Row> {
    override func append(_ row: Row) throws {
        if let line = line(row) { try console.print(line + "\n") }
    }
}

/// One value of each row, for `--field PATH`: names and array indexes between dots. Strings are
/// written bare.
final class FieldWriter<Row>: ResultWriter<Row> {
    private var path: String { console.options.field ?? "" }

    override func append(_ row: Row) throws {
        switch try value(in: .object(object(row))) {
        case .string(let text): try console.print(bare(text.text) + "\n")
        case let value: try console.json(value, .compact)
        }
    }

    /// The value at the path. Throws if a name or an index of the path does not exist.
    private func value(in result: JSONValue) throws(Failure) -> JSONValue {
        var current = result
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            switch current {
            case .object(let object):
                guard let next = object[JSONString(String(name))] else { throw noSuchField }
                current = next
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index) else {
                    throw noSuchField
                }
                current = elements[index]
            default: throw noSuchField
            }
        }
        return current
    }

    /// Text as a script takes it: as it is, unless a terminal would act on something in it.
    private func bare(_ text: String) -> String {
        text.unicodeScalars.contains(where: VisibleText.isHostile) ? VisibleText.escape(text) : text
    }

    /// The failure for a path without a value.
    private var noSuchField: Failure {
        Failure(
            .failure, "no_such_field",
            "the result has no member '\(VisibleText.escape(path, columns: 60))'")
    }
}

/// Lines of CSV: the members of the first row as a header, then a line for each row.
final class CSVWriter<Row>: ResultWriter<Row> {
    private var hasHeader = false

    override func append(_ row: Row) throws {
        let object = object(row)
        if !hasHeader { try console.print(CSV.header(object)) }
        hasHeader = true
        try console.print(CSV.row(object))
    }
}

/// RFC 4180 lines of the flat members of an object.
enum CSV {
    /// The line with the names.
    static func header(_ object: JSONObject) -> String {
        line(object.members.map { $0.name.text })
    }

    /// The line with the values. Objects and arrays are JSON within a field.
    static func row(_ object: JSONObject) -> String {
        line(
            object.members.map { member in
                switch member.value {
                case .null: ""
                case .string(let text): text.text
                case let other: String(decoding: other.encoded(escaping: .visible), as: UTF8.self)
                }
            })
    }

    /// A record, which ends with a line feed alone, as other programs of this system have it.
    private static func line(_ fields: [String]) -> String {
        fields.map(quote).joined(separator: ",") + "\n"
    }

    /// Text that a spreadsheet would run as a formula gets an apostrophe in front (CWE-1236);
    /// control characters are escaped, so that a record is one line.
    private static func quote(_ field: String) -> String {
        var text = VisibleText.escape(field)
        // Scalars, not characters: a combining mark after a comma or quote must not hide it.
        let scalars = text.unicodeScalars
        if let first = scalars.first, "=+-@".unicodeScalars.contains(first), Double(text) == nil {
            text = "'" + text
        }
        guard text.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
        return "\"\(text.replacing(scalar: "\"", with: "\"\""))\""
    }
}
