internal import CommandKit
internal import JSON

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
    static func header(_ object: JSONObject) -> String {
        line(object.members.map { $0.name.text })
    }

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
        return "\""
            + text.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
            .map { String($0) }.joined(separator: "\"\"") + "\""
    }
}
