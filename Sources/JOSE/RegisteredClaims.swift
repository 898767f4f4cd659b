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
package struct RegisteredClaims: Sendable {
    /// All claims, the registered ones among them.
    package let object: JSONObject

    package init(_ object: JSONObject) {
        self.object = object
    }

    package var issuer: Claim<JSONString> { string("iss") }
    package var subject: Claim<JSONString> { string("sub") }
    package var identifier: Claim<JSONString> { string("jti") }

    /// NumericDates: seconds since 1970, as written and with their fraction.
    package var expiresAt: Claim<JSONNumber> { number("exp") }
    package var notBefore: Claim<JSONNumber> { number("nbf") }
    package var issuedAt: Claim<JSONNumber> { number("iat") }

    /// `aud`, which is a string or an array of strings; one string is an array of one.
    package var audience: Claim<[JSONString]> {
        switch object["aud"] {
        case nil: return .absent
        case .string(let name)?: return .value([name])
        case .array(let elements)?:
            let names = elements.compactMap(\.stringValue)
            return names.count == elements.count ? .value(names) : .wrongType
        default: return .wrongType
        }
    }

    /// Any claim that has to be a string.
    package func string(_ name: JSONString) -> Claim<JSONString> {
        guard let value = object[name] else { return .absent }
        return value.stringValue.map { .value($0) } ?? .wrongType
    }

    /// Any claim that has to be a number; `true` is none.
    package func number(_ name: JSONString) -> Claim<JSONNumber> {
        guard let value = object[name] else { return .absent }
        return value.numberValue.map { .value($0) } ?? .wrongType
    }
}
