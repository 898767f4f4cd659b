package import JSON

/// A claim as a verifier has to see it: there, not there, or there as something else.
///
/// "Not there" and "of the wrong type" must never be one: a verifier that reads `"exp":"never"` as
/// no expiry at all accepts the token for ever (CVE-2026-25537). `null` is a wrong type.
package enum Claim<Value: Sendable>: Sendable {
    case absent
    case wrongType
    case value(Value)

    /// The value, where nothing more needs to be known.
    package var value: Value? {
        guard case .value(let value) = self else { return nil }
        return value
    }
}

extension Claim: Equatable where Value: Equatable {}

/// The claims of RFC 7519 section 4.1.
///
/// An object, since it goes through many hands for each token of a stream.
package final class RegisteredClaims: Sendable {
    /// All claims, the registered ones among them.
    package let object: JSONObject

    package let issuer: Claim<JSONString>
    package let subject: Claim<JSONString>
    package let identifier: Claim<JSONString>

    /// NumericDates: seconds since 1970, as written and with their fraction.
    package let expiresAt: Claim<JSONNumber>
    package let notBefore: Claim<JSONNumber>
    package let issuedAt: Claim<JSONNumber>

    /// `aud`, which is a string or an array of strings; one string is an array of one. Made when it
    /// is asked for: who revokes has no use for it.
    package var audience: Claim<[JSONString]> { object["aud"].map(Self.strings) ?? .absent }

    /// Goes over the claims once, not once for each name: this is done for every token.
    package init(_ object: JSONObject) {
        var issuer: Claim<JSONString> = .absent
        var subject: Claim<JSONString> = .absent
        var identifier: Claim<JSONString> = .absent
        var expiresAt: Claim<JSONNumber> = .absent
        var notBefore: Claim<JSONNumber> = .absent
        var issuedAt: Claim<JSONNumber> = .absent
        // A span lends the members: to copy each of them costs more than all the rest.
        let members = object.members.span
        for index in members.indices {
            switch Self.code(members[index].name) {
            case Self.iss: issuer = Self.string(members[index].value)
            case Self.sub: subject = Self.string(members[index].value)
            case Self.exp: expiresAt = Self.number(members[index].value)
            case Self.nbf: notBefore = Self.number(members[index].value)
            case Self.iat: issuedAt = Self.number(members[index].value)
            case Self.jti: identifier = Self.string(members[index].value)
            default: break
            }
        }
        self.object = object
        self.issuer = issuer
        self.subject = subject
        self.identifier = identifier
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.issuedAt = issuedAt
    }

    /// A name of three bytes as a number: all registered names are that long. 0 for all others.
    private static func code(_ name: borrowing JSONString) -> UInt32 {
        let bytes = name.text.utf8Span.span
        guard bytes.count == 3 else { return 0 }
        return UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2])
    }

    // As literals: a table of globals is looked up behind a check on each use.
    private static var iss: UInt32 { 0x69_73_73 }
    private static var sub: UInt32 { 0x73_75_62 }
    private static var exp: UInt32 { 0x65_78_70 }
    private static var nbf: UInt32 { 0x6E_62_66 }
    private static var iat: UInt32 { 0x69_61_74 }
    private static var jti: UInt32 { 0x6A_74_69 }

    private static func string(_ value: JSONValue) -> Claim<JSONString> {
        value.stringValue.map { .value($0) } ?? .wrongType
    }

    private static func number(_ value: JSONValue) -> Claim<JSONNumber> {
        value.numberValue.map { .value($0) } ?? .wrongType
    }

    private static func strings(_ value: JSONValue) -> Claim<[JSONString]> {
        switch value {
        case .string(let name): return .value([name])
        case .array(let elements):
            let names = elements.compactMap(\.stringValue)
            return names.count == elements.count ? .value(names) : .wrongType
        default: return .wrongType
        }
    }

    /// Any claim that has to be a string.
    package func string(_ name: JSONString) -> Claim<JSONString> {
        object[name].map(Self.string) ?? .absent
    }

    /// Any claim that has to be a number; `true` is none.
    package func number(_ name: JSONString) -> Claim<JSONNumber> {
        object[name].map(Self.number) ?? .absent
    }
}
