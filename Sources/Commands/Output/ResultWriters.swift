internal import CommandKit
internal import JSON
internal import Platform

/// Tables and other text for people.
final class TextWriter<Row>: ResultWriter {
    /// How many rows a table is made of before they are printed.
    private let rowsInMemory = 10_000

    private let form: RowForm<Row>
    private let extent: ResultExtent
    private let console: Console
    private var table: Table
    private let hasTable: Bool
    private var first: Row?

    init(_ form: RowForm<Row>, _ extent: ResultExtent, _ console: Console) {
        self.form = form
        self.extent = extent
        self.console = console
        let headers = form.headers
        table = Table(headers)
        hasTable = extent == .many && !headers.isEmpty
    }

    func append(_ row: Row) throws {
        first = first ?? row
        guard hasTable else { return try printText(of: row) }
        table.append(form.cells(row))
        if table.rowCount == rowsInMemory { try showRows() }
    }

    func showRows() throws {
        guard table.rowCount > 0 else { return }
        try console.print(table.take(width: console.tableWidth, style: console.style))
    }

    func finish(empty: String) throws {
        if !table.isEmpty {
            try console.print(table.render(width: console.tableWidth, style: console.style))
        } else if first == nil, !empty.isEmpty {
            try console.note(empty)
        }
    }

    func finishOnly() throws {
        guard hasTable, let first else { return }
        try printText(of: first)
    }

    private func printText(of row: Row) throws {
        guard let text = form.text else { return }
        try console.print(text(row))
    }
}

/// An object for a single result; for a list an array, with a line for each row.
final class JSONDocumentWriter<Row>: ResultWriter {
    private let form: RowForm<Row>
    private let extent: ResultExtent
    private let console: Console
    private var count = 0

    init(_ form: RowForm<Row>, _ extent: ResultExtent, _ console: Console) {
        self.form = form
        self.extent = extent
        self.console = console
    }

    func append(_ row: Row) throws {
        let value = JSONValue.object(form.object(row))
        guard extent == .many else { return try console.json(value, .pretty) }
        try console.print(count == 0 ? "[\n  " : ",\n  ")
        try console.print(
            String(decoding: value.encoded(.compact, escaping: .visible), as: UTF8.self))
        count += 1
    }

    func finish(empty: String) throws {
        guard extent == .many else { return }
        try console.print(count == 0 ? "[]\n" : "\n]\n")
    }
}

/// A line of JSON for each row. There may be millions, so that no tree is made of any.
final class JSONLinesWriter<Row>: ResultWriter {
    private let form: RowForm<Row>
    private let console: Console
    /// Memory for a line.
    private var line: [UInt8] = []

    init(_ form: RowForm<Row>, _ console: Console) {
        self.form = form
        self.console = console
    }

    func append(_ row: Row) throws {
        guard !console.isSilent else { return }
        line.removeAll(keepingCapacity: true)
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: line)
        line = []
        form.write(row, to: &json)
        json.endLine()
        line = json.bytes
        try console.system.output.write(line)
    }
}

/// The lines of `-o id`, which other commands read.
final class IDWriter<Row>: ResultWriter {
    private let form: RowForm<Row>
    private let console: Console

    init(_ form: RowForm<Row>, _ console: Console) {
        self.form = form
        self.console = console
    }

    func append(_ row: Row) throws {
        if let line = form.line(row) { try console.print(line + "\n") }
    }
}

/// One value of each row, for `--field PATH`: names and array indexes between dots. Strings are
/// written bare.
final class FieldWriter<Row>: ResultWriter {
    private let path: String
    private let form: RowForm<Row>
    private let console: Console

    init(_ path: String, _ form: RowForm<Row>, _ console: Console) {
        self.path = path
        self.form = form
        self.console = console
    }

    func append(_ row: Row) throws {
        switch try value(in: .object(form.object(row))) {
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
