internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform

/// An item of `revoke`, `restore` or `status`, from an operand or a line.
enum Item {
    /// A token, its claims, and where it was found. Its signature was not checked.
    case token(CompactToken, JSONObject, TokenPlace)
    /// An id, with the expiry and the user from its line. `isNamed` is whether it is a member of an
    /// object, and therefore certainly an id.
    case id(Identifier, expiry: Expiry?, user: Identifier?, isNamed: Bool = false)
    /// A token that is not a JWT, and the text around it. Only layouts that identify tokens by
    /// their text accept it.
    case opaque(Identifier, in: [UInt8])

    /// How operands and lines are read: by their form, or as `--id` or `--token` says.
    enum Kind: Sendable {
        case guess, id, token
    }

    /// The one item of an operand. A text that has a token in it is never an id, nor is one that may
    /// be anything else: such ids are only taken where the user says so.
    init(operand text: [UInt8], as kind: Kind) throws {
        let items = try Self.items(in: text, as: kind)
        guard items.count == 1 else {
            throw Failure(
                .usage, "several_tokens", "\(items.count) tokens in one text: \(Self.names(items))",
                hint: "pass only the one you mean, or all of them as lines with --from")
        }
        self = items[0]
    }

    /// The names of the first few tokens, for a message.
    private static func names(_ items: [Item]) -> String {
        let names = items.prefix(4).map { item in
            guard case .token(let token, let claims, _) = item else { return "?" }
            if let id = claims["jti"]?.stringValue {
                return "jti '\(VisibleText.escape(id.text, columns: 60))'"
            }
            return DisplayToken.label(ofText: token.bytes).description
        }
        return names.joined(separator: ", ") + (items.count > names.count ? ", …" : "")
    }

    /// The items in an operand, or in a line that is no object: one item, or each of the tokens.
    /// `headers` remembers the headers of a file's tokens, most of which have the same.
    ///
    /// The checks go from certain to likely. A text that may be anything but an id is refused: the
    /// revocation of a wrong id would have no effect.
    static func items(
        in text: [UInt8], as kind: Kind, headers: HeaderCache? = nil
    ) throws -> [Item] {
        switch kind {
        case .id: return [.id(try Identifier(text), expiry: nil, user: nil)]
        case .token: return [try .token(TokenText.strip(text), .itself, headers)]
        case .guess: break
        }
        if isObject(text) { return try object(text, headers) }
        switch try PastedText.read(text) {
        case .tokens(let tokens, let place):
            return try tokens.map { try guessedToken($0, place, headers) }
        case .opaque(let token): return [.opaque(try Identifier(token), in: text)]
        case .id(let bytes):
            let id = try Identifier(bytes)
            if let invisible = InvisibleText.first(in: bytes) {
                let start = text.firstRange(of: bytes)?.lowerBound ?? 0
                throw unclearID(
                    "it has \(invisible.name) at byte \(start + invisible.offset)",
                    hint: "remove it")
            }
            if isPlaceholder(bytes) {
                throw unclearID("it looks like a variable, a name or an empty value")
            }
            if isOption(bytes) { throw unclearID("it looks like an option") }
            if EncodedText.holdsToken(bytes) {
                throw Failure(
                    .malformed, "malformed", "malformed token: this is a token in base64 or hex",
                    hint: "decode it first")
            }
            if TokenText.hasUnpairedQuotes(text) { throw unclearID("it has an unmatched quote") }
            // Padding is at the end.
            if let sign = bytes.firstIndex(of: UInt8(ascii: "=")), sign > 0,
                bytes[sign...].contains(where: { $0 != UInt8(ascii: "=") })
            {
                throw unclearID(
                    "it looks like NAME=VALUE",
                    hint: "pass the value alone, or use --id to treat the whole text as an id")
            }
            if bytes.contains(where: { unclearBytes.contains($0) }) {
                if ForeignLine.isArray(bytes) { throw ForeignLine.array }
                throw unclearID("it has white space, quotes, commas, semicolons, bars or brackets")
            }
            return [.id(id, expiry: nil, user: nil)]
        }
    }

    /// Whether a text is what an unset variable leaves, or a name with a colon.
    private static func isPlaceholder(_ bytes: [UInt8]) -> Bool {
        ["null", "undefined", "None", "nil"].contains { bytes.elementsEqual($0.utf8) }
            || [UInt8(ascii: "$"), UInt8(ascii: "@")].contains(bytes.first)
            || bytes.last == UInt8(ascii: ":")
    }

    /// Whether a text is the long option of a command, as a pasted line has them.
    private static func isOption(_ bytes: [UInt8]) -> Bool {
        bytes.count > 3 && bytes.starts(with: "--".utf8)
            && bytes.dropFirst(2).allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// Bytes that ids of applications do not have, and pieces of other texts do.
    private static let unclearBytes = Array("\t\n\r \"'`,;()[]{}<>|".utf8)

    /// The failure for a text that is not clearly an id.
    private static func unclearID(
        _ what: String,
        hint: String = "pass the id alone, or use --id to treat the whole text as an id"
    ) -> Failure {
        Failure(.usage, "unclear_id", "this is not clearly an id: \(what)", hint: hint)
    }

    /// A token by its form. If it is malformed it may be an id, which needs `--id`: the hint says so,
    /// unless the text has the header of a token.
    static func guessedToken(
        _ text: [UInt8], _ place: TokenPlace, _ headers: HeaderCache?
    ) throws -> Item {
        do {
            return try token(text, place, headers)
        } catch let error as MalformedToken {
            let failure = Diagnostics.failure(for: error)
            // A text with the header of a token is a token; a random id may only begin like one.
            guard TokenScanner.sightings(in: text[...]).isEmpty else { throw failure }
            let doubt = "an id that looks like a token needs --id"
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: failure.hint.map { "\($0) \(doubt)" } ?? doubt)
        }
    }

    /// A token by the parser's rules, which are strict.
    private static func token(
        _ text: [UInt8], _ place: TokenPlace, _ headers: HeaderCache?
    ) throws -> Item {
        let token = try CompactToken(parsing: text, headers: headers)
        return .token(token, try token.claims(), place)
    }

    /// The items of an object: the id that it names, or the tokens in it.
    static func object(_ text: [UInt8], _ headers: HeaderCache?) throws -> [Item] {
        if let members = PastedText.json(text)?.objectValue,
            members["id"] != nil || members["jti"] != nil
        {
            let item = try namedID(text)
            try requireAgreement(item, members)
            return [item]
        }
        guard !TokenScanner.sightings(in: text[...]).isEmpty else { return [try namedID(text)] }
        guard case .tokens(let tokens, let place) = try PastedText.read(text) else {
            return [try namedID(text)]
        }
        return try tokens.map { try guessedToken($0, place, headers) }
    }

    /// Whether a text is an object that names an id, and also has a token, which is ignored.
    static func ignoresToken(_ text: [UInt8]) -> Bool {
        guard isObject(text), TokenScanner.mayHoldToken(text[...]),
            let members = PastedText.json(text)?.objectValue
        else { return false }
        let read = ["id", "jti", "token"].compactMap { members[$0]?.stringValue }
        guard members["id"] != nil || members["jti"] != nil else { return false }
        return TokenScanner.sightings(in: text[...]).contains { sighting in
            !read.contains { $0.utf8.elementsEqual(sighting.bytes) }
        }
    }

    /// The note on such an object.
    static let ignoredToken = "the object has an id: the token in another member is ignored"

    /// Throws if an object names an id and a token that has another id.
    private static func requireAgreement(_ item: Item, _ members: JSONObject) throws {
        guard case .id(let id, _, _, _) = item, let text = members["token"]?.stringValue,
            case .token(_, let claims, _) = try token(TokenText.strip(text.utf8), .itself, nil),
            let own = claims["jti"]?.stringValue, !own.utf8.elementsEqual(id.bytes)
        else { return }
        throw Failure.invalidLine(
            "'token' has the jti '\(VisibleText.escape(own.text, columns: 60))', but the line "
                + "has another id")
    }

    /// `{"jti":…}` or `{"id":…}`, with `exp` or `"forever":true`, and `sub` or `user`: the names that
    /// lists and results have.
    static func namedID(_ line: [UInt8]) throws -> Item {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(line)
        } catch {
            throw Failure.invalidLine("not JSON: \(error)")
        }
        // It began with a brace, so it is an object.
        let object = value.objectValue ?? JSONObject()
        guard let id = try name(in: object, "jti", "id") else {
            throw Failure.invalidLine("the object has neither 'jti' nor 'id'")
        }
        let user = try name(in: object, "sub", "user")
        return .id(
            try Identifier(id.utf8), expiry: try expiry(in: object),
            user: try user.map { try Identifier($0.utf8) }, isNamed: true)
    }

    /// The string under either name; null is none.
    private static func name(
        in object: JSONObject, _ claim: JSONString, _ member: JSONString
    ) throws -> JSONString? {
        let values = [object[claim], object[member]].compactMap { $0 == .null ? nil : $0 }
        // A line is written for this program: nothing excuses another type in it.
        guard values.allSatisfy({ $0.stringValue != nil }) else {
            let name = object[member].map { $0.stringValue == nil && $0 != .null } ?? false
            throw Failure.invalidLine(
                "'\((name ? member : claim).text)' is not a string", hint: "write it in quotes")
        }
        guard values.count < 2 || values[0] == values[1] else {
            throw Failure.invalidLine("'\(member.text)' and '\(claim.text)' differ")
        }
        return values.first?.stringValue
    }

    /// The expiry that an object names; nil where it does not say when the token expires. Null counts
    /// as absent, because lists print it for a token without `exp`.
    private static func expiry(in object: JSONObject) throws -> Expiry? {
        let exp = object["exp"] == .null ? nil : object["exp"]
        if let forever = object["forever"], forever != .null {
            guard let isForever = forever.boolValue else {
                throw Failure.invalidLine("'forever' is not true or false")
            }
            guard !isForever || exp == nil else {
                throw Failure.invalidLine("'forever' contradicts 'exp'")
            }
            if isForever { return .never }
        }
        guard let exp else { return nil }
        guard let number = exp.numberValue else {
            throw Failure.invalidLine("'exp' is not a number")
        }
        return try expiry(number.double)
    }

    /// A time in seconds since 1970. A time that can only be in milliseconds is refused: the entry
    /// would practically never expire.
    static func expiry(_ seconds: Double) throws -> Expiry {
        guard seconds.isFinite, seconds >= 0 else {
            throw Failure.invalidLine("'exp' is not a time in seconds")
        }
        guard seconds <= 1e11 else {
            throw Failure.invalidLine(
                "'exp' looks like milliseconds: it is above 1e11", hint: "write it in seconds")
        }
        return Expiry(numericDate: seconds)
    }
}

extension Failure {
    /// The failure for a line in the right form whose content is no item. One code serves all of
    /// them, which differ only in words.
    static func invalidLine(_ message: String, hint: String? = nil) -> Failure {
        Failure(.usage, "invalid_line", message, hint: hint)
    }
}
