internal import CommandKit

/// How results are written.
///
/// A new format is a case here, with its writer, and the type of that writer.
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

    /// Whether tables are fitted to the terminal.
    var fitsTerminal: Bool { self != .wide }

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
