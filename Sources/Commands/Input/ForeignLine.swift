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

    /// The failure, with the command that converts the file as its hint.
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

    /// Whether a line is a JSON array.
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

    /// Names that columns of ids, tokens and users have in exports.
    private static let columns: Set<String> = [
        "jti", "id", "token", "jwt", "access_token", "refresh_token", "token_id", "user",
        "username",
        "user_id", "userid", "sub", "subject",
    ]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == 0x20
    }

    /// The two or three fields of a line; nil where it has TABs, or more or fewer fields.
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

/// The lines of a file, or operands, from which no item was read. Each is reported with its number.
final class InvalidLines {
    private let console: Console
    /// The name of the input in messages.
    private let title: String
    /// Takes each invalid line and its failure; nil is a line that was too long to keep.
    var keep: (([UInt8]?, String) -> Void)?
    private(set) var count = 0
    /// The failure of the first invalid line.
    private(set) var firstFailure: Failure?
    /// Whether an item was read.
    private var hasItems = false
    /// The number of lines in a foreign form, and the first of these forms.
    private var foreignCount = 0
    private var first: ForeignLine?
    /// Forms that were reported.
    private var reported: Set<ForeignLine> = []
    /// Each hint is given once.
    private var hints: Set<String> = []

    /// After so many foreign lines and no item the file is refused.
    private static let foreignLimit = 100

    init(_ console: Console, title: String) {
        self.console = console
        self.title = title
    }

    /// The code of the failure that `requireItems` throws.
    private static let refusalCode = "foreign_lines"

    /// Throws `failure` where it is that of `requireItems`.
    static func rethrow(_ failure: Failure) throws(Failure) {
        if failure.code == refusalCode { throw failure }
    }

    /// Called for each item that was read: the file is not a foreign one then.
    func acceptItem() { hasItems = true }

    /// Reports a line from which no item was read, at most once for each foreign form.
    func add(_ error: any Error, line: [UInt8]?, at place: String) throws {
        count += 1
        let failure = Diagnostics.failure(for: error)
        firstFailure = firstFailure ?? failure
        keep?(line, failure.message)
        let form = error as? ForeignLine
        if form.map({ reported.insert($0).inserted }) ?? true {
            try console.error("\(place): \(failure.message)")
        }
        if let hint = failure.hint, hints.insert(hint).inserted {
            try console.note("hint: \(hint)")
        }
        guard let form else { return }
        foreignCount += 1
        first = first ?? form
        if count == Self.foreignLimit { try requireItems() }
    }

    /// Fails where all lines so far are foreign: the file was written for another tool.
    func requireItems() throws(Failure) {
        guard let first, !hasItems, foreignCount == count else { return }
        throw Failure(
            .usage, Self.refusalCode,
            count == Self.foreignLimit
                ? "no items in the first \(count) lines of \(title); nothing was changed"
                : "no items in \(title); nothing was changed",
            hint: first.failure.hint)
    }
}
