internal import CommandKit
internal import JSON
internal import Platform

/// Tables and other text for people.
final class TextWriter<Row>: ResultWriter<Row> {
    /// How many rows a table is made of before they are printed.
    private let rowsInMemory = 10_000

    private lazy var table = Table(columns.compactMap { $0.table?.column })
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

/// A line of JSON for each row. There may be millions, so that no tree is made of any.
final class JSONLinesWriter<Row>: ResultWriter<Row> {
    private lazy var writes = columns.compactMap { Self.write($0.member) }
    /// Memory for a line.
    private var bytes: [UInt8] = []

    override func append(_ row: Row) throws {
        guard !console.isSilent else { return }
        bytes.removeAll(keepingCapacity: true)
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: bytes)
        bytes = []
        json.beginObject()
        for write in writes { write(row, &json) }
        json.endObject()
        json.endLine()
        bytes = json.bytes
        try console.system.output.write(bytes)
    }

    /// A member as a closure, which is called for every row without a copy of the column.
    private static func write(
        _ member: Column<Row>.Member
    ) -> ((Row, inout JSONWriter) -> Void)? {
        switch member {
        case .none: nil
        case .named(let name, let value):
            { row, json in
                switch value(row) {
                case .text(let bytes)?: json.member(name, text: bytes)
                case .number(let number)?: json.member(name, integer: number)
                case .json(let value)?: json.member(name, value)
                case nil: break
                }
            }
        case .all(let members):
            { row, json in
                for member in members(row).members {
                    json.member(named: member.name, member.value)
                }
            }
        }
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

    private var noSuchField: Failure {
        Failure(
            .failure, "no_such_field",
            "the result has no member '\(VisibleText.escape(path, columns: 60))'")
    }
}
