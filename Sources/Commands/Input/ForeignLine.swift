internal import CommandKit
internal import JOSE
internal import JSON

/// A line in a form that other tools write, from which no item is read.
///
/// Whole files of such lines are common. A message names each form once, with the command that
/// converts it.
enum ForeignLine: Error, Hashable, Sendable {
    /// The names of a table's columns.
    case header
    /// Fields between commas, semicolons or blanks.
    case commas, semicolons, blanks
    /// A JSON array, or a piece of one that spans lines.
    case array
    /// A piece of a JSON object that spans lines.
    case object

    var failure: Failure {
        switch self {
        case .header: foreign("this is the header of a table", "remove it: tail -n +2")
        case .commas:
            foreign(
                "the fields are separated by commas, not TABs",
                "separate them by TABs: tr ',' '\\t'")
        case .semicolons:
            foreign(
                "the fields are separated by semicolons, not TABs",
                "separate them by TABs: tr ';' '\\t'")
        case .blanks:
            foreign(
                "the fields are separated by spaces, not TABs",
                "separate them by TABs: tr -s ' ' '\\t'")
        case .array:
            foreign("this is a JSON array", "write one element per line: jq -c '.[]'")
        case .object:
            foreign("this JSON object spans several lines", "write one object per line: jq -c .")
        }
    }

    private func foreign(_ message: String, _ hint: String) -> Failure {
        Failure(.usage, "foreign_line", message, hint: hint)
    }

    /// The form of a whole file, as its first line shows it.
    init?(document line: [UInt8]) {
        switch TokenText.withoutQuotes(line) {
        case [UInt8(ascii: "[")]: self = .array
        case [UInt8(ascii: "{")]: self = .object
        default: return nil
        }
    }

    /// Whether a text that is a line of its own would be taken for a piece of a foreign file.
    static func isForeign(_ line: [UInt8]) -> Bool {
        isHeader(line) || isArray(line) || ForeignLine(document: line) != nil
    }

    /// The form of a line that holds no token and is no item.
    init?(_ line: [UInt8]) {
        if Item.isObject(line) {
            return nil
        } else if Self.isArray(line) {
            self = .array
        } else if Self.fields(of: line, by: UInt8(ascii: ";")).map(Self.areItem) ?? false {
            self = .semicolons
        } else if line.split(separator: UInt8(ascii: ",")).count > 1 {
            self = .commas
        } else if Self.fields(of: line, by: 0x20).map(Self.areItem) ?? false {
            self = .blanks
        } else {
            return nil
        }
    }

    static func isArray(_ line: [UInt8]) -> Bool {
        guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "[") else {
            return false
        }
        do throws(JSONError) {
            return try JSONParser.parse(line).arrayValue != nil
        } catch {
            return false
        }
    }

    /// Whether every field is the name of a column, and one of them that of an item or a user.
    static func isHeader(_ line: [UInt8]) -> Bool {
        let separators = [0x09, UInt8(ascii: ","), UInt8(ascii: ";")]
        let fields = line.split(omittingEmptySubsequences: false) { separators.contains($0) }
            .map { String(decoding: TokenText.withoutQuotes($0), as: UTF8.self).lowercased() }
        return fields.contains(where: columns.contains)
            && fields.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }
    }

    private static let columns: Set<String> = [
        "jti", "id", "token", "jwt", "access_token", "refresh_token", "token_id", "user",
        "username",
        "user_id", "userid", "sub", "subject",
    ]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == 0x20
    }

    private static func fields(of line: [UInt8], by separator: UInt8) -> [ArraySlice<UInt8>]? {
        guard !line.contains(0x09) else { return nil }
        let fields = line.split(separator: separator)
        return (2...3).contains(fields.count) ? fields : nil
    }

    /// Whether fields are an id and the time at which its token expires.
    private static func areItem(_ fields: [ArraySlice<UInt8>]) -> Bool {
        fields[1].count >= 9 && fields[1].allSatisfy { (0x30...0x39).contains($0) }
    }
}
