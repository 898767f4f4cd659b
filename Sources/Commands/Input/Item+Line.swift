internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform

extension Item {
    // MARK: - Lines of --from

    /// The items of a line of `--from`: tokens, an id, `jti<TAB>exp[<TAB>sub]`, or a JSON object. A
    /// comment may follow after white space.
    static func items(
        line: [UInt8], as kind: Kind, headers: HeaderCache? = nil
    ) throws -> [Item] {
        if isObject(line) {
            let line = withoutCommentBehindObject(line)
            guard kind != .token else { throw noToken }
            return kind == .id ? [try namedID(line)] : try object(line, headers)
        }
        guard kind == .guess else {
            guard let end = line.firstIndex(of: tab) else {
                return try items(in: line, as: kind, headers: headers)
            }
            guard kind == .id else { throw noToken }
            return [try fields(line[...], idEnd: end, isID: true)]
        }
        if let token = wholeToken(line, headers) { return [token] }
        let sightings = TokenScanner.sightings(in: line[...])
        let text = withoutComment(line)
        guard sightings.isEmpty else {
            // A token in the comment is one of the line's.
            let isInComment = sightings.contains { $0.offset + $0.bytes.count > text.endIndex }
            return try items(in: isInComment ? line : Array(text), as: kind, headers: headers)
        }
        guard let end = text.span.firstOffset(of: tab) else { return [try plainID(text)] }
        return [try fields(text, idEnd: end, isID: false)]
    }

    /// The token that a line is; nil for any other line. Nearly all tokens are a line of their own, and
    /// need no other question than the parser's.
    private static func wholeToken(_ line: [UInt8], _ headers: HeaderCache?) -> Item? {
        guard line.first == UInt8(ascii: "e"), TokenScanner.dotCount(line[...]) == 2 else {
            return nil
        }
        do throws(MalformedToken) {
            let token = try CompactToken(parsing: line, headers: headers)
            return .token(token, try token.claims(), .itself)
        } catch {
            return nil
        }
    }

    /// Whether a text begins like a JSON object.
    static func isObject(_ text: [UInt8]) -> Bool {
        text.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{")
    }

    /// A line up to its comment, which begins with a `#` behind white space.
    private static func withoutComment(_ line: [UInt8]) -> ArraySlice<UInt8> {
        guard line.span.firstOffset(of: UInt8(ascii: "#")) != nil else { return line[...] }
        var rest = line[...]
        while let sign = rest.firstIndex(of: UInt8(ascii: "#")) {
            if sign > 0, isBlank(line[sign - 1]) {
                let end = line[..<sign].lastIndex { !isBlank($0) }
                return line[..<(end.map { $0 + 1 } ?? 0)]
            }
            rest = line[(sign + 1)...]
        }
        return line[...]
    }

    /// An object without the comment after it. A `#` in a string of the object is no comment.
    private static func withoutCommentBehindObject(_ line: [UInt8]) -> [UInt8] {
        guard let end = line.lastIndex(of: UInt8(ascii: "}")) else { return line }
        let rest = line[(end + 1)...]
        let isComment =
            rest.first.map(isBlank) ?? false && rest.first { !isBlank($0) } == UInt8(ascii: "#")
        return isComment ? Array(line[...end]) : line
    }

    /// Whether a byte separates the words of a line.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == tab }

    /// An id in text that holds no token. It must not look like anything else.
    private static func plainID(_ text: ArraySlice<UInt8>) throws -> Item {
        // Nearly all ids are such. The others, and those as short as `null`, get all the questions.
        let bytes = Array(text)
        guard text.count > 9, text.first != UInt8(ascii: "-"), TokenScanner.isRun(text),
            TokenScanner.dotCount(text) != 2, !EncodedText.holdsToken(bytes)
        else { return try items(in: bytes, as: .guess)[0] }
        return .id(try Identifier(bytes), expiry: nil, user: nil)
    }

    /// `jti<TAB>exp[<TAB>sub]`. White space and quotes around a field are removed, except from an
    /// id with `--id`.
    private static func fields(
        _ line: ArraySlice<UInt8>, idEnd: Int, isID: Bool
    ) throws -> Item {
        let rest = line[(idEnd + 1)...]
        let expEnd = rest.span.firstOffset(of: tab).map { rest.startIndex + $0 }
        let subject = expEnd.map { rest[($0 + 1)...] }
        guard subject?.contains(tab) != true else {
            throw Failure.invalidLine("more than three fields (jti, exp, sub)")
        }
        let end = try expiry(field: rest[..<(expEnd ?? rest.endIndex)])
        let user = try subject.map {
            try Identifier(isID ? Array($0) : TokenText.withoutQuotes($0))
        }
        let text = line[..<idEnd]
        guard
            case .id(let id, _, _, _) = try isID
                ? .id(Identifier(Array(text)), expiry: nil, user: nil) : plainID(text)
        else {
            // A token is never taken for an id, whatever follows it.
            throw noToken
        }
        return .id(id, expiry: end, user: user)
    }

    /// The second field: seconds since 1970, which may have a fraction.
    private static func expiry(field: ArraySlice<UInt8>) throws -> Expiry {
        // Nearly all are whole seconds.
        if !field.isEmpty, field.count <= 11, field.allSatisfy({ (0x30...0x39).contains($0) }) {
            return try expiry(Double(field.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
        }
        let text = TokenText.withoutQuotes(field)
        // Double would read hexadecimal too.
        guard !text.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }),
            let seconds = Double(String(decoding: text, as: UTF8.self))
        else {
            throw Failure.invalidLine("the second field is not a time in seconds")
        }
        return try expiry(seconds)
    }

    private static let tab = UInt8(ascii: "\t")
    /// The failure for a line of fields that is not an id with its expiry.
    private static let noToken = Failure.invalidLine(
        "neither a token nor ID<TAB>EXPIRY", hint: "use --id to treat it as an id")

    // MARK: - Lines of -o id

    /// A line that `items(line:as:)` reads as `id`: the id alone, or the object where an id could be
    /// taken for something else, such as for one of the layout's `keys`; `mayBeToken` leaves it as it
    /// is where it could be for a token.
    static func line(_ id: String, mayBeToken: Bool = false, keys: LayoutKeys?) -> String {
        let bytes = Array(id.utf8)
        let isPlain =
            !["#", "{", "-"].contains(id.unicodeScalars.first)
            && !id.unicodeScalars.contains(where: VisibleText.isHostile)
            && !ForeignLine.isHeader(bytes) && keys?.contain(bytes) != true
            && (isReadAsID(bytes) || mayBeToken && PastedText.isToken(bytes))
        return isPlain ? id : "{\"jti\":\(JSONText.quoted(id))}"
    }

    /// Whether a text is read as an id, and as that very id.
    private static func isReadAsID(_ bytes: [UInt8]) -> Bool {
        do {
            guard case .id(let id, _, _, _) = try items(in: bytes, as: .guess)[0] else {
                return false
            }
            return id.bytes == bytes
        } catch {
            return false
        }
    }
}

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

    /// All of them have one code: a script cannot do more about one form than about another.
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
        return PastedText.json(line)?.arrayValue != nil
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
        "username", "user_id", "userid", "sub", "subject",
    ]

    /// Whether a byte, in lower case, may be in the name of a column.
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
