internal import CommandKit

/// Columns that several tables have, so that they look and give way alike.
extension Table.Column {
    /// What people copy.
    static let id = Table.Column("ID")
    static let user = Table.Column("USER")
    /// How long something still lasts.
    static let left = Table.Column("LEFT", right: true)

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
        Table.Column(header, right: true)
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

extension String {
    /// A word of JSON for people: `already_revoked` without its underscore.
    var spoken: String { replacing("_", with: " ") }
}

extension Console {
    /// An id or a user in a table: on a terminal a very long one is cut, and its length told, unless
    /// `-o wide` was asked for.
    func cell(id: String) -> String {
        let text = VisibleText.escape(id)
        guard tableWidth != nil, id.utf8.count > Self.longestID else { return text }
        return VisibleText.escape(id, columns: Self.longestID) + " (\(id.utf8.count) bytes)"
    }

    private static let longestID = 200
}
