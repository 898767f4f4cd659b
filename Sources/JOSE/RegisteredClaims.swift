package import JSON

/// A claim as a verifier must see it: absent, of the wrong type, or with a value.
///
/// "Absent" and "of the wrong type" must not be confused: a verifier that reads `"exp":"never"` as
/// no expiry accepts the token for ever (CVE-2026-25537). `null` is a wrong type for a time; for
/// names see `Departure`.
package enum Claim<Value: Sendable>: Sendable {
    case absent
    case wrongType
    case value(Value)

    /// The value; nil for an absent claim and for one of the wrong type.
    package var value: Value? {
        guard case .value(let value) = self else { return nil }
        return value
    }
}

extension Claim: Equatable where Value: Equatable {}

/// A claim that is accepted although it does not have the type of RFC 7519, because libraries in
/// wide use write it: `null` for a name, which counts as absent (devise-jwt's `aud`), or a whole
/// number for `sub` or `jti`, which counts as its decimal text (NestJS' documentation,
/// tymon/jwt-auth 1).
package struct Departure: Equatable, Sendable {
    /// The claim's name.
    package let claim: String
    /// Whether the claim is `null`; otherwise it is a number.
    package let isNull: Bool
    /// The subsection of RFC 7519 section 4.1 that defines the type.
    fileprivate let section: Int

    /// The departure in words, without the value.
    package var words: String {
        (isNull ? "null, " : "") + "not a string: RFC 7519 section 4.1.\(section)"
    }
}

/// The claims of RFC 7519 section 4.1.
///
/// A class, because it is passed through many functions for each token of a stream.
package final class RegisteredClaims: Sendable {
    /// All claims with their text, for a stream that writes them out again.
    package let document: JSONDocument

    /// All claims, including the registered ones.
    package var object: JSONObject { document.object }

    /// The names: `iss`, `sub` and `jti`.
    package let issuer: Claim<JSONString>
    package let subject: Claim<JSONString>
    package let identifier: Claim<JSONString>

    /// The times: `exp`, `nbf` and `iat`. A NumericDate is seconds since 1970, kept as written,
    /// with its fraction.
    package let expiresAt: Claim<JSONNumber>
    package let notBefore: Claim<JSONNumber>
    package let issuedAt: Claim<JSONNumber>

    /// The claims that were accepted with another type than the RFC's; empty for nearly all tokens.
    package let departures: [Departure]

    /// `aud`, a string or an array of strings; a single string becomes an array of one. Computed on
    /// demand, since `revoke` does not need it.
    package var audience: Claim<[JSONString]> { object["aud"].map(Self.strings) ?? .absent }

    /// Reads claims whose text is not needed.
    package convenience init(_ object: JSONObject) { self.init(JSONDocument(object)) }

    /// Reads the claims in one pass instead of one search for each name, because this is done for
    /// every token. If a name occurs twice, the parser has refused the object.
    package init(_ document: JSONDocument) {
        var issuer: Claim<JSONString> = .absent
        var subject: Claim<JSONString> = .absent
        var identifier: Claim<JSONString> = .absent
        var expiresAt: Claim<JSONNumber> = .absent
        var notBefore: Claim<JSONNumber> = .absent
        var issuedAt: Claim<JSONNumber> = .absent
        var departures: [Departure] = []
        // A span lends the members: copying each would cost more than everything else here.
        let object = document.object
        let members = object.members.span
        for index in members.indices {
            switch Self.code(members[index].name) {
            case Self.iss:
                issuer =
                    Self.note(members[index].value, "iss", 1, &departures)
                    ? .absent : Self.string(members[index].value)
            case Self.sub: subject = Self.name(members[index].value, "sub", 2, &departures)
            case Self.aud: Self.note(members[index].value, "aud", 3, &departures)
            case Self.exp: expiresAt = Self.number(members[index].value)
            case Self.nbf: notBefore = Self.number(members[index].value)
            case Self.iat: issuedAt = Self.number(members[index].value)
            case Self.jti: identifier = Self.name(members[index].value, "jti", 7, &departures)
            default: break
            }
        }
        self.document = document
        self.issuer = issuer
        self.subject = subject
        self.identifier = identifier
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.issuedAt = issuedAt
        self.departures = departures
    }

    /// A name of three bytes as a number; 0 for any other name. All registered names have three
    /// bytes.
    private static func code(_ name: borrowing JSONString) -> UInt32 {
        let bytes = name.text.utf8Span.span
        guard bytes.count == 3 else { return 0 }
        return UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2])
    }

    // Computed properties, because a global table would be initialized behind a check on each use.
    private static var iss: UInt32 { 0x69_73_73 }
    private static var sub: UInt32 { 0x73_75_62 }
    private static var aud: UInt32 { 0x61_75_64 }
    private static var exp: UInt32 { 0x65_78_70 }
    private static var nbf: UInt32 { 0x6E_62_66 }
    private static var iat: UInt32 { 0x69_61_74 }
    private static var jti: UInt32 { 0x6A_74_69 }

    private static func string(_ value: JSONValue) -> Claim<JSONString> {
        value.stringValue.map { .value($0) } ?? .wrongType
    }

    /// A string, or a whole number as its decimal text. `null` is absent. Both departures are
    /// noted.
    private static func name(
        _ value: JSONValue, _ claim: String, _ section: Int, _ departures: inout [Departure]
    ) -> Claim<JSONString> {
        if let text = value.stringValue { return .value(text) }
        if note(value, claim, section, &departures) { return .absent }
        guard let text = value.numberValue?.plainText else { return .wrongType }
        departures.append(Departure(claim: claim, isNull: false, section: section))
        return .value(JSONString(text))
    }

    /// Whether the value is `null`, which is noted as a departure.
    @discardableResult
    private static func note(
        _ value: JSONValue, _ claim: String, _ section: Int, _ departures: inout [Departure]
    ) -> Bool {
        guard case .null = value else { return false }
        departures.append(Departure(claim: claim, isNull: true, section: section))
        return true
    }

    private static func number(_ value: JSONValue) -> Claim<JSONNumber> {
        value.numberValue.map { .value($0) } ?? .wrongType
    }

    private static func strings(_ value: JSONValue) -> Claim<[JSONString]> {
        switch value {
        case .null: return .absent
        case .string(let name): return .value([name])
        case .array(let elements):
            let names = elements.compactMap(\.stringValue)
            return names.count == elements.count ? .value(names) : .wrongType
        default: return .wrongType
        }
    }
}
