package import JSON
internal import Platform

/// The header of a token (RFC 7515 section 4), read but not trusted.
///
/// An object, since the tokens of a stream share it; see `HeaderCache`.
package final class TokenHeader: Sendable {
    /// All members, in order.
    package let object: JSONObject

    /// The header's text, where it is what writing `object` in compact style gives.
    package let compactText: [UInt8]?

    /// The name of the algorithm in `alg`, `none` included.
    package let algorithmName: JSONString

    package let keyID: JSONString?

    /// The media type in `typ`.
    package let type: JSONString?

    /// The algorithm, where the name is one that this program knows.
    package let algorithm: Algorithm?

    /// The first member that this program's verifier does not support; see `unsupportedMember(of:)`.
    let unsupportedMember: JSONString?

    /// Reads the members that this program uses. A member of another type than the RFC's makes the
    /// token malformed, since some reader would treat it as absent.
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

/// The header of the previous token of a stream, as text and as read.
///
/// The tokens of one issuer usually have the same header, byte for byte: reading it once is enough.
package final class HeaderCache {
    private var text: [UInt8] = []
    private var header: TokenHeader?

    package init() {}

    /// The header that was read from exactly this text; nil for any other text.
    func header(of text: Span<UInt8>) -> TokenHeader? {
        let known = self.text
        return text.isEqual(to: known.span) ? header : nil
    }

    /// Replaces the header that is kept.
    func keep(_ header: TokenHeader, of text: ArraySlice<UInt8>) {
        self.text = Array(text)
        self.header = header
    }
}

/// The value of `typ` or `cty` in a comparable form: RFC 7515 section 4.1.9 allows `application/` to
/// be left out where no other slash follows, and RFC 2045 ignores case.
package struct MediaType: Equatable, Sendable {
    private let bytes: [UInt8]

    package init(_ name: JSONString) {
        let lower = name.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        bytes = lower.contains(UInt8(ascii: "/")) ? lower : Array("application/".utf8) + lower
    }
}
