package import JSON
package import OpenSSL
internal import Platform

/// A token in the compact serialization (RFC 7515 section 7.1): taken apart, with nothing checked.
///
/// A class, because many functions pass it on for each token of a stream.
package final class CompactToken: Sendable {
    /// The largest token, in bytes as sent.
    package static let maximumByteCount = 256 * 1024

    /// The largest header, in bytes after decoding.
    package static let maximumHeaderByteCount = 8 * 1024

    /// The token exactly as it was given.
    package let bytes: [UInt8]

    package let header: TokenHeader

    /// The payload, decoded from base64url: bytes, which may be anything.
    package let payload: [UInt8]

    /// The signature, decoded from base64url; empty for a token that has none.
    package let signature: [UInt8]

    /// The length of the signing input.
    let signingInputCount: Int

    /// The bytes that the signature covers: the first two segments and the dot between them, as sent.
    package var signingInput: [UInt8] { Array(bytes[..<signingInputCount]) }

    /// Takes `bytes` apart. Sizes are checked before anything is decoded or copied (CVE-2025-30204,
    /// CVE-2025-61920). `headers` is the cache of a stream of tokens.
    package init(
        parsing bytes: [UInt8], headers: HeaderCache? = nil
    ) throws(MalformedToken) {
        guard !bytes.isEmpty else { throw MalformedToken(.token, .empty) }
        guard bytes.count <= Self.maximumByteCount else {
            throw MalformedToken(.token, .tooLarge(limit: Self.maximumByteCount))
        }
        let text = bytes.span
        let dots = try Self.dots(text)
        let headerText = text.extracting(..<dots.first)
        if let known = headers?.header(of: headerText) {
            header = known
        } else {
            header = try Self.readHeader(headerText)
            headers?.keep(header, of: bytes[..<dots.first])
        }
        payload = try Self.decode(text.extracting((dots.first + 1)..<dots.second), .payload)
        signature = try Self.decode(text.extracting((dots.second + 1)...), .signature)
        signingInputCount = dots.second
        self.bytes = bytes
    }

    /// The offsets of the two dots. They are searched as bytes: a combining mark after a dot hides the
    /// dot from `Character`.
    private static func dots(
        _ text: Span<UInt8>
    ) throws(MalformedToken) -> (first: Int, second: Int) {
        var dots: (first: Int, second: Int) = (0, 0)
        var count = 0
        var start = 0
        while let offset = text.firstOffset(of: UInt8(ascii: "."), from: start) {
            count += 1
            if count == 1 { dots.first = offset }
            if count == 2 { dots.second = offset }
            start = offset + 1
        }
        guard count != 4 else { throw MalformedToken(.token, .encrypted) }
        guard count == 2 else { throw MalformedToken(.token, .segmentCount(count + 1)) }
        return dots
    }

    /// The payload as claims (RFC 7519 section 4).
    package func claims() throws(MalformedToken) -> JSONObject {
        try readClaims().object
    }

    /// The claims with their text, for a stream that writes them again.
    package func readClaims() throws(MalformedToken) -> JSONDocument {
        try Self.document(payload, .payload)
    }

    /// The header, whose size is known from that of its text.
    private static func readHeader(
        _ text: Span<UInt8>
    ) throws(MalformedToken) -> TokenHeader {
        guard Base64.decodedCount(text.count) <= maximumHeaderByteCount else {
            throw MalformedToken(.header, .tooLarge(limit: maximumHeaderByteCount))
        }
        return try TokenHeader(try document(try decode(text, .header), .header))
    }

    /// Decodes one segment, strictly: a second spelling of the same bytes is refused.
    private static func decode(
        _ text: Span<UInt8>, _ segment: MalformedToken.Segment
    ) throws(MalformedToken) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64URL.decode(text)
        } catch {
            throw MalformedToken(segment, .base64(error))
        }
    }

    /// `text` as the object that a header and claims have to be.
    private static func document(
        _ text: [UInt8], _ segment: MalformedToken.Segment
    ) throws(MalformedToken) -> JSONDocument {
        do throws(JSONError) {
            if let document = try JSONDocument(parsing: text) { return document }
        } catch {
            throw MalformedToken(segment, .json(error))
        }
        throw MalformedToken(segment, .notAnObject)
    }
}

extension CompactToken {
    /// The name of a token that has no `jti`: `sha256:` and the hash of what was signed, in hex.
    ///
    /// The signature is left out: some verifiers accept a second spelling of it, and ECDSA has a
    /// second value for each, so the same token would have several names.
    package func contentIdentifier() throws(OpenSSLError) -> String {
        try Self.contentIdentifier(of: signingInput)
    }

    /// The identifier of any text, such as a signing input.
    package static func contentIdentifier(of text: [UInt8]) throws(OpenSSLError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hex = try Digest.sha256.hash(text).flatMap {
            [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]]
        }
        return "sha256:" + String(decoding: hex, as: UTF8.self)
    }
}

/// The header of a token (RFC 7515 section 4), read but not trusted.
///
/// An object, since the tokens of a stream share it; see `HeaderCache`.
package final class TokenHeader: Sendable {
    /// All members with their text, for a stream that writes them again.
    package let document: JSONDocument

    /// All members, in order.
    package var object: JSONObject { document.object }

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
    package init(_ document: JSONDocument) throws(MalformedToken) {
        let object = document.object
        guard let algorithmName = try Self.string("alg", of: object) else {
            throw MalformedToken(.header, .missingMember("alg"))
        }
        self.document = document
        self.algorithmName = algorithmName
        algorithm = Algorithm(name: algorithmName)
        unsupportedMember = Self.unsupportedMember(of: object)
        keyID = try Self.string("kid", of: object)
        type = try Self.string("typ", of: object)
    }

    /// The header of a token that is not read from text.
    package convenience init(_ object: JSONObject) throws(MalformedToken) {
        try self.init(JSONDocument(object))
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
