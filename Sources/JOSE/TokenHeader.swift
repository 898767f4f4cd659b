package import JSON

/// The header of a token (RFC 7515 section 4), read but not trusted.
///
/// An object, since the tokens of a stream share it; see `HeaderCache`.
package final class TokenHeader: Sendable {
    /// All members, in order.
    package let object: JSONObject

    /// The header's text, where it is what writing `object` in compact style gives.
    package let compactText: [UInt8]?

    /// What the token says it was signed with, `none` included.
    package let algorithmName: JSONString

    package let keyID: JSONString?

    /// The media type in `typ`.
    package let type: JSONString?

    /// The algorithm, where the name is one that this program knows.
    package let algorithm: Algorithm?

    /// The first member that no verifier of ours understands; see `unsupportedMember(of:)`.
    let unsupportedMember: JSONString?

    /// Takes the members that this program looks at; of another type than the RFC's they make the
    /// token malformed, since some reader would take them for absent.
    package init(
        _ object: JSONObject, compactText: [UInt8]? = nil
    ) throws(MalformedToken) {
        guard let algorithmName = try Self.string("alg", of: object) else {
            throw MalformedToken(.header, .missingMember("alg"))
        }
        self.object = object
        self.compactText = compactText
        self.algorithmName = algorithmName
        algorithm = Algorithm(name: algorithmName)
        unsupportedMember = Self.unsupportedMember(of: object)
        keyID = try Self.string("kid", of: object)
        type = try Self.string("typ", of: object)
    }

    /// The first member that changes what a verifier has to do, in a way that this one cannot.
    ///
    /// `crit` lists extensions that must be understood (RFC 7515 section 4.1.11); none is, so
    /// whatever it holds, the answer is no. `b64` is forbidden in a JWT (RFC 7797 section 7), and
    /// `zip` belongs to JWE. `jwk`, `jku`, `x5u` and `x5c` are not here: they are ignored, since
    /// a key that comes with the token proves nothing.
    static func unsupportedMember(of object: JSONObject) -> JSONString? {
        (["crit", "b64", "zip"] as [JSONString]).first { object[$0] != nil }
    }

    private static func string(
        _ name: JSONString, of object: JSONObject
    ) throws(MalformedToken) -> JSONString? {
        guard let value = object[name] else { return nil }
        guard let string = value.stringValue else {
            throw MalformedToken(.header, .notAString(name))
        }
        return string
    }
}
