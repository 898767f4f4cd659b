internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

/// What an operand or a bulk line of `revoke`, `restore` and `status` stands for.
enum Item {
    case token(CompactToken, JSONObject)
    /// An id, with what the line said about it.
    case id(Identifier, expiry: Expiry?, user: Identifier?)

    /// How operands are read.
    enum Kind: Sendable {
        case guess, id, token
    }

    /// An operand. What begins like a token, or has two dots, is one or is a broken one; it is an
    /// id only where the user says so.
    init(operand text: [UInt8], as kind: Kind, headers: HeaderCache? = nil) throws {
        let stripped = TokenText.strip(text)
        switch kind {
        case .id: self = .id(try Identifier(text), expiry: nil, user: nil)
        case .token: self = try .token(stripped, headers)
        case .guess where TokenText.looksLikeToken(stripped):
            self = try .guessedToken(stripped, headers)
        case .guess: self = .id(try Identifier(stripped), expiry: nil, user: nil)
        }
    }

    /// What was taken for a token by its looks may be an id: the user can say so.
    private static func guessedToken(_ text: [UInt8], _ headers: HeaderCache?) throws -> Item {
        do {
            return try token(text, headers)
        } catch let error as MalformedToken {
            let failure = Diagnostics.failure(for: error)
            let doubt = "an id that looks like a token needs --id"
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: failure.hint.map { "\($0) \(doubt)" } ?? doubt)
        }
    }

    /// A line: a token, an id, `jti<TAB>exp[<TAB>sub]`, or a JSON object with those members.
    init(line: [UInt8], as kind: Kind, headers: HeaderCache? = nil) throws {
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") {
            guard kind != .token else { throw Self.noToken }
            self = try Self.object(line)
            return
        }
        guard let end = line.span.firstOffset(of: Self.tab) else {
            try self.init(operand: line, as: kind, headers: headers)
            return
        }
        self = try Self.fields(line, idEnd: end, as: kind)
    }

    /// `jti<TAB>exp[<TAB>sub]`.
    private static func fields(_ line: [UInt8], idEnd: Int, as kind: Kind) throws -> Item {
        let id = line[..<idEnd]
        let rest = line[(idEnd + 1)...]
        let expEnd = rest.firstIndex(of: tab)
        let subject = expEnd.map { rest[($0 + 1)...] }
        guard subject?.contains(tab) != true else {
            throw Failure(.usage, "invalid_line", "more than three fields: jti, exp, sub")
        }
        // A token is never taken for an id, whatever stands behind it.
        guard kind != .token, kind == .id || !TokenText.mayHoldToken(id) else { throw noToken }
        return .id(
            try Identifier(Array(id)), expiry: try expiry(rest[..<(expEnd ?? rest.endIndex)]),
            user: try subject.map { try Identifier(Array($0)) })
    }

    private static func expiry(_ text: ArraySlice<UInt8>) throws -> Expiry {
        // Nearly all are whole seconds.
        if !text.isEmpty, text.count <= 11, text.allSatisfy({ (0x30...0x39).contains($0) }) {
            return try expiry(Double(text.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
        }
        // Double would read hexadecimal too.
        guard !text.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }),
            let seconds = Double(String(decoding: text, as: UTF8.self))
        else {
            throw Failure(.usage, "invalid_line", "the second field is not a time in seconds")
        }
        return try expiry(seconds)
    }

    private static let tab = UInt8(ascii: "\t")
    private static let noToken = Failure(
        .usage, "invalid_line", "the line is no id with its expiry, and no token alone",
        hint: "--id reads it as an id")

    /// A line that `init(line:as:)` reads as `id`: the id alone, or the object where an id could be
    /// taken for something else; `mayBeToken` leaves it as it is where it could be for a token.
    static func line(_ id: String, mayBeToken: Bool = false) -> String {
        let bytes = Array(id.utf8)
        let isPlain =
            TokenText.strip(bytes) == bytes && (mayBeToken || !TokenText.looksLikeToken(bytes))
            && !id.unicodeScalars.contains(where: VisibleText.isHostile)
            && !["#", "{", "-"].contains(id.unicodeScalars.first)
        return isPlain ? id : "{\"jti\":\(JSONText.quoted(id))}"
    }

    private static func token(_ text: [UInt8], _ headers: HeaderCache?) throws -> Item {
        let token = try CompactToken(parsing: text, headers: headers)
        return .token(token, try token.claims())
    }

    private static func object(_ line: [UInt8]) throws -> Item {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(line)
        } catch {
            throw Failure(.usage, "invalid_line", "not JSON: \(error)")
        }
        // It began with a brace, so it is an object.
        let object = value.objectValue ?? JSONObject()
        let claims = RegisteredClaims(object)
        // A line is written for this program: nothing excuses another type in it.
        guard let id = object["jti"]?.stringValue else {
            throw Failure(.usage, "invalid_line", "the object has no string 'jti'")
        }
        guard claims.expiresAt != .wrongType, claims.subject != .wrongType,
            claims.departures.isEmpty
        else {
            throw Failure(.usage, "invalid_line", "'exp' or 'sub' has the wrong type")
        }
        return .id(
            try Identifier(id.utf8),
            expiry: try claims.expiresAt.value.map { try expiry($0.double) },
            user: try claims.subject.value.map { try Identifier($0.utf8) })
    }

    /// A time in seconds; what can only be milliseconds is refused.
    private static func expiry(_ seconds: Double) throws -> Expiry {
        guard seconds.isFinite, seconds >= 0 else {
            throw Failure(.usage, "invalid_line", "'exp' is not a time in seconds")
        }
        guard seconds <= 1e11 else {
            throw Failure(
                .usage, "invalid_line", "'exp' is above 1e11: milliseconds?", hint: "give seconds")
        }
        return Expiry(numericDate: seconds)
    }
}
