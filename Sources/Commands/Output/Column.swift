internal import CommandKit
internal import JSON
internal import Layouts

/// The value of a member of a row.
enum MemberValue {
    /// A string of UTF-8. Of many rows, each is written without a copy.
    case text([UInt8])
    /// A whole number, or null.
    case number(Int64?)
    case json(JSONValue)
}

/// One fact of a row: its column in a table, and its member in JSON, which is also its field in CSV
/// and what `--field` names.
struct Column<Row> {
    /// The form of the fact in JSON.
    enum Member {
        case none
        /// A row without a value has no such member.
        case named(StaticString, (Row) -> MemberValue?)
        /// The members of an object.
        case all((Row) -> JSONObject)
    }

    /// The column of a table and the text of its cells, which must be harmless already; nil for
    /// what only JSON has.
    let table: (column: Table.Column, cell: (Row) -> String)?
    let member: Member

    /// A fact that a table and JSON have.
    static func both(
        _ column: Table.Column, _ name: StaticString, cell: @escaping (Row) -> String,
        value: @escaping (Row) -> JSONValue
    ) -> Column {
        Column(table: (column, cell), member: .named(name) { .json(value($0)) })
    }

    /// A fact that only a table has.
    static func cell(_ column: Table.Column, _ cell: @escaping (Row) -> String) -> Column {
        Column(table: (column, cell), member: .none)
    }

    /// A member that only JSON has; nil where the row has no such member.
    static func member(_ name: StaticString, _ value: @escaping (Row) -> JSONValue?) -> Column {
        Column(table: nil, member: .named(name) { row in value(row).map { .json($0) } })
    }

    /// All members of an object.
    static func all(_ members: @escaping (Row) -> JSONObject) -> Column {
        Column(table: nil, member: .all(members))
    }
}

// MARK: - Facts of several commands

extension Column {
    /// An id or a user, which people copy.
    static func id(
        _ header: String, _ name: StaticString, _ console: Console,
        _ id: @escaping (Row) -> Identifier
    ) -> Column {
        Column(
            table: (Table.Column(header), { console.cell(id: id($0).description) }),
            member: .named(name) { .text(id($0).bytes) })
    }

    /// A whole number; the cell of a row without one is empty unless `cell` says otherwise.
    private static func number(
        _ column: Table.Column, _ name: StaticString, _ number: @escaping (Row) -> Int64?,
        cell: @escaping (Int64?) -> String
    ) -> Column {
        Column(
            table: (column, { cell(number($0)) }), member: .named(name) { .number(number($0)) })
    }

    /// A number of things.
    static func count(
        _ header: String, _ name: StaticString, _ count: @escaping (Row) -> Int64
    ) -> Column {
        number(.count(header), name, count) { NumberText.grouped($0 ?? 0) }
    }

    /// A time in seconds since 1970; `none` is the cell of a row that has none.
    static func time(
        _ column: Table.Column, _ name: StaticString, none: String = "",
        _ seconds: @escaping (Row) -> Int64?
    ) -> Column {
        number(column, name, seconds) { $0.map(TimeText.table) ?? none }
    }

    /// When a token expires; the cell is empty where that is not known.
    static func expiry(
        _ column: Table.Column, _ name: StaticString, _ expiry: @escaping (Row) -> Expiry?
    ) -> Column {
        Column(
            table: (
                column, { expiry($0).map { $0.seconds.map(TimeText.table) ?? "never" } ?? "" }
            ),
            member: .named(name) { .number(expiry($0)?.seconds) })
    }

    /// A time that JSON has as a date.
    static func date(
        _ column: Table.Column, _ name: StaticString, _ seconds: @escaping (Row) -> Int64?
    ) -> Column {
        .both(
            column, name, cell: { seconds($0).map(TimeText.table) ?? "" },
            value: { TimeText.json(seconds($0)) })
    }

    /// Seconds that something still lasts; `none` is the cell of a row that has none.
    static func left(
        _ name: StaticString, none: String = "", _ seconds: @escaping (Row) -> Int64?
    ) -> Column {
        number(.left, name, seconds) { $0.map(Duration.words) ?? none }
    }

    /// Text of others; a table shows it escaped, up to `columns`.
    static func text(
        _ column: Table.Column, _ name: StaticString, columns: Int? = nil,
        _ text: @escaping (Row) -> String?
    ) -> Column {
        .both(column, name) { row in
            let text = text(row) ?? ""
            return columns.map { VisibleText.escape(text, columns: $0) } ?? VisibleText.escape(text)
        } value: {
            .string(orNull: text($0))
        }
    }

    /// Text of this program, the same for people and in JSON.
    static func word(
        _ column: Table.Column, _ name: StaticString, _ word: @escaping (Row) -> String
    ) -> Column {
        .both(column, name, cell: word, value: { .string(word($0)) })
    }

    /// A state or a result: the word of JSON, and for people the same without underscores.
    static func state(
        _ header: String, _ name: StaticString, _ word: @escaping (Row) -> String
    ) -> Column {
        .both(
            .state(header), name, cell: { word($0).spoken }, value: { .string(word($0)) })
    }
}

extension JSONValue {
    /// A string, or null where there is none.
    static func string(orNull text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A string with a name of Redis, or null where there is none.
    static func string(orNull id: Identifier?) -> JSONValue { .string(orNull: id?.description) }

    /// A truth value, or null where it is not known.
    static func bool(orNull value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
}

extension String {
    /// A word of JSON for people: `already_revoked` without its underscore.
    var spoken: String { replacing("_", with: " ") }
}

// MARK: - Columns of tables

/// Columns of several tables, which have the same form and width rules in all of them.
extension Table.Column {
    static let id = Table.Column("ID")
    /// The remaining time of something.
    static let left = Table.Column("LEFT", align: .right)

    /// A state or a result, in a colour for each kind of word.
    static func state(_ header: String) -> Table.Column {
        Table.Column(header, paint: paint)
    }

    /// A time in the cells of `TimeText.table`; `now` is of the clock that lists compare with.
    static func time(_ header: String, now: Int64) -> Table.Column {
        Table.Column(header, .shortened { TimeText.short($0, now: now) })
    }

    /// A number, with its thousands apart.
    static func count(_ header: String) -> Table.Column {
        Table.Column(header, align: .right)
    }

    private static let paint: Table.Paint = { text, style in
        switch text {
        case "active", "not revoked", "restored": style.green(text)
        case "revoked", "already revoked", "failed", "banned": style.red(text)
        case "cut off", "not listed", "not yet valid", "unknown", "not confirmed", "not attempted":
            style.yellow(text)
        case "expired": style.dim(text)
        default: text
        }
    }
}

extension Console {
    /// An id or a user in a table: on a terminal a very long one is cut and its length added,
    /// unless `-o wide` was asked for.
    func cell(id: String) -> String {
        let text = VisibleText.escape(id)
        guard tableWidth != nil, id.utf8.count > Self.longestID else { return text }
        return VisibleText.escape(id, columns: Self.longestID) + " (\(id.utf8.count) bytes)"
    }

    private static let longestID = 200
}
