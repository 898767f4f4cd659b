internal import CommandKit
internal import JOSE
internal import JSON

/// A token for a person: its parts with their meaning, and in the last line, next to the prompt,
/// whether it has expired. `decode` prints it. All text of the token is escaped.
struct DecodeText {
    /// The parts of the token that can be read.
    let inspection: TokenInspection
    /// The text of the token, for the sizes of an encrypted token's parts.
    let text: [UInt8]
    /// This machine's clock, in unix seconds.
    let now: Int64
    let style: Style
    /// The columns of the terminal; nil for a pipe.
    let width: Int?
    /// Whether each registered member is explained; if not, only doubtful ones are.
    let explains: Bool

    /// The complete text, with a line feed at its end.
    func render() -> String {
        var result = ""
        result += section("Header", inspection.header) { name, value in headerNote(name, value) }
        result += section("Payload", inspection.payload) { name, value in
            claimNote(name, value)
        }
        result += ending
        return result
    }

    /// The members of a segment, below its title. `note` gives the words about each member. A
    /// segment that is missing has no text.
    private func section(
        _ title: String, _ segment: TokenInspection.Segment?,
        note: (JSONString, JSONValue) -> (String, MemberList.Tone)
    ) -> String {
        guard let segment, !segment.bytes.isEmpty || segment.value != nil else { return "" }
        var result = style.bold(title) + "\n"
        guard let object = segment.object else {
            return result + "  " + Self.words(segment) + "\n"
        }
        var list = MemberList()
        for member in object.members {
            let (words, tone) = note(member.name, member.value)
            list.append(member.name, member.value, note: words, tone: tone)
        }
        if let prefix = segment.prefix, case .insideValue(let name) = prefix.end {
            list.append(broken: name, prefix.rest)
        }
        result += object.isEmpty && segment.prefix == nil ? "  {}\n" : ""
        return result + list.text(width: width, style: style)
    }

    /// A segment that is no object: another JSON value, a text, or only its size.
    private static func words(_ segment: TokenInspection.Segment) -> String {
        if let value = segment.value { return JSONText.shown(value) }
        return String(validating: segment.bytes, as: UTF8.self).map { VisibleText.escape($0) }
            ?? "\(segment.bytes.count) bytes, not JSON"
    }

    /// The words about a member of the header. Members that name or contain a key are marked as
    /// doubtful, because an attacker may have chosen them, and so are `crit` and `b64`.
    private func headerNote(
        _ name: JSONString, _ value: JSONValue
    ) -> (String, MemberList.Tone) {
        if name == "alg", let algorithm = value.stringValue {
            guard let words = MemberMeanings.algorithms[algorithm] else {
                return ("unknown algorithm", .plain)
            }
            return algorithm == "none" ? (words, .bad) : meaning(words)
        }
        let isSuspect = ["crit", "b64", "jku", "jwk", "x5u", "x5c"].contains(name)
        let words = MemberMeanings.header[name] ?? ""
        return isSuspect ? (words, .doubtful) : meaning(words)
    }

    /// The meaning of an ordinary member, if the user asked for meanings.
    private func meaning(_ words: String) -> (String, MemberList.Tone) {
        (explains ? words : "", .plain)
    }

    /// The words about a claim. A type that RFC 7519 does not allow is marked, even if `verify`
    /// accepts it.
    private func claimNote(
        _ name: JSONString, _ value: JSONValue
    ) -> (String, MemberList.Tone) {
        if let words = MemberMeanings.dates[name] { return dateNote(name, value, words) }
        guard let words = MemberMeanings.claims[name] else { return ("", .plain) }
        if let departure = RegisteredClaims([name: value]).departures.first {
            return (departure.words, .doubtful)
        }
        let isText = value.stringValue != nil
        let isWrong =
            ["iss", "sub", "jti"].contains(name) && !isText
            || name == "aud" && RegisteredClaims([name: value]).audience.value == nil
        return isWrong ? ("wrong type: verifiers must reject this", .bad) : meaning(words)
    }

    /// The words about a date, which depend on whether it has passed.
    private func dateNote(
        _ name: JSONString, _ value: JSONValue, _ words: (past: String, future: String)
    ) -> (String, MemberList.Tone) {
        guard let number = value.numberValue else {
            return ("wrong type: verifiers must reject this", .bad)
        }
        guard let seconds = TimeText.seconds(number) else {
            return ("date out of range", .doubtful)
        }
        guard abs(seconds) < TimeText.implausible else {
            return ("milliseconds? dates are in seconds since 1970", .bad)
        }
        let isPast = seconds <= now
        let date = "\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now))"
        let tone: MemberList.Tone =
            switch name {
            case "exp": isPast ? .bad : .good
            case "nbf", "iat": isPast ? .plain : .bad
            default: .plain
            }
        return ((isPast ? words.past : words.future) + " " + date, tone)
    }

    /// The signature's size and the last line.
    private var ending: String {
        if case .encrypted = inspection.shape { return encryptedEnding }
        var result = ""
        if let signature = inspection.signature, inspection.payload?.object != nil {
            result += style.bold("Signature") + "\n  \(signature.bytes.count) bytes\n"
        }
        guard inspection.header?.object != nil else { return result }
        return result + style.yellow("not verified") + state + "\n"
    }

    /// The end of the last line: the validity by the token's own times.
    private var state: String {
        guard let object = inspection.payload?.object else { return "" }
        let claims = RegisteredClaims(object)
        if let exp = claims.expiresAt.value.flatMap(TimeText.seconds), exp <= now {
            return ", " + style.red("expired \(TimeText.relative(exp, to: now))")
        }
        if let nbf = claims.notBefore.value.flatMap(TimeText.seconds), nbf > now {
            return ", " + style.red("not yet valid: starts \(TimeText.relative(nbf, to: now))")
        }
        switch claims.expiresAt {
        case .absent: return inspection.payload?.prefix == nil ? ", never expires" : ""
        case .wrongType: return ", " + style.red("its exp is not a date")
        case .value(let number):
            guard let exp = TimeText.seconds(number), exp < TimeText.implausible else {
                return ", " + style.red("its exp is not a date")
            }
            return ", expires \(TimeText.relative(exp, to: now))"
        }
    }

    /// The parts of an encrypted token after its header (RFC 7516, compact serialization).
    private static let encryptedParts = [
        "encrypted key", "initialization vector", "ciphertext", "tag",
    ]

    /// The sizes of the parts of an encrypted token, of which only the header can be read.
    private var encryptedEnding: String {
        let sizes = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .dropFirst().map { Base64.decodedCount($0.count) }
        let parts = zip(Self.encryptedParts, sizes).map { "\($1) bytes of \($0)" }
        return style.bold("Encrypted") + "\n  " + parts.joined(separator: ", ") + "\n"
            + style.yellow(
                "the claims are encrypted (JWE): only the recipient's key can decrypt them")
            + "\n"
    }
}

/// The members of a header or of claims, one on each line: the name, the value as it was written,
/// and in a dimmer colour its meaning. `DecodeText` fills it.
struct MemberList {
    /// The judgement that the words about a member contain, which decides their colour.
    enum Tone { case plain, good, bad, doubtful }

    /// A member in the form in which it is printed, already escaped.
    private struct Row {
        let name: String
        /// The value; several lines for a long object or array.
        let value: [String]
        /// The words about the member; empty for none.
        let note: String
        let tone: Tone
    }

    private var rows: [Row] = []

    /// Adds a complete member.
    mutating func append(
        _ name: JSONString, _ value: JSONValue, note: String = "", tone: Tone = .plain
    ) {
        let line = JSONText.shown(value)
        let isLong = DisplayWidth.of(line) > Self.longest
        let isContainer = value.objectValue != nil || value.arrayValue != nil
        // As UTF-8: a combining mark after a line feed makes one Character of both.
        let lines =
            isLong && isContainer
            ? JSONText.shown(value, .pretty).utf8.split(separator: UInt8(ascii: "\n"))
                .map { String(Substring($0)) } : [line]
        rows.append(Row(name: Self.shown(name), value: lines, note: note, tone: tone))
    }

    /// Adds the rest of a member that is cut off.
    mutating func append(broken name: JSONString, _ rest: [UInt8]) {
        rows.append(
            Row(
                name: Self.shown(name), value: [VisibleText.escape(rest) + "…"],
                note: "cut off here", tone: .bad))
    }

    /// The width above which a value with parts gets several lines.
    private static let longest = 60

    /// The name, in quotes if it could be taken for something else.
    private static func shown(_ name: JSONString) -> String {
        let isPlain = !name.isEmpty && name.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? name.text : JSONText.shown(.string(name))
    }

    /// The lines; `width` nil means no limit.
    func text(width: Int?, style: Style) -> String {
        // A very long name or value must not push the columns of all others aside.
        let names = rows.map { DisplayWidth.of($0.name) }.filter { $0 <= 24 }.max() ?? 0
        let values =
            rows.filter { !$0.note.isEmpty && $0.value.count == 1 }.compactMap(\.value.first)
            .map { DisplayWidth.of($0) }.filter { $0 <= 28 }.max() ?? 0
        return rows.map { line($0, names, values, width, style) }.joined()
    }

    /// A member. The note is in the column of the notes if there is room, else right after the
    /// value, else on a line of its own.
    private func line(
        _ row: Row, _ names: Int, _ values: Int, _ width: Int?, _ style: Style
    ) -> String {
        let indent = "  " + String(repeating: " ", count: names) + "  "
        let padding = String(repeating: " ", count: max(names - DisplayWidth.of(row.name), 0))
        var text = "  " + style.bold(row.name) + padding + "  "
        text += row.value.joined(separator: "\n" + indent)
        guard !row.note.isEmpty else { return text + "\n" }
        let note = painted(row, style)
        let last = DisplayWidth.of(row.value.last ?? "")
        // In its column, else right after the value, else on a line of its own.
        let column = [max(values, last), last].first { column in
            row.value.count == 1
                && width.map { indent.count + column + 2 + DisplayWidth.of(row.note) <= $0 } ?? true
        }
        guard let column else { return text + "\n" + indent + note + "\n" }
        return text + String(repeating: " ", count: column - last + 2) + note + "\n"
    }

    /// The note in the colour of its tone.
    private func painted(_ row: Row, _ style: Style) -> String {
        switch row.tone {
        case .plain: style.dim(row.note)
        case .good: style.green(row.note)
        case .bad: style.red(row.note)
        case .doubtful: style.yellow(row.note)
        }
    }
}
