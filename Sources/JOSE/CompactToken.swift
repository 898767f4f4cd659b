package import JSON
package import OpenSSL
internal import Platform

/// A token in the compact serialization (RFC 7515 section 7.1): split and decoded, with nothing
/// verified.
///
/// A token gains trust in stages, and the type in hand shows which one it has reached:
///
/// 1. `CompactToken` is well-formed, and no more. Its header may be used to choose among the given
///    keys.
/// 2. `SignatureVerifier` decides whether one of those keys signed exactly these bytes. Only a
///    `verified` verdict makes the claims worth believing.
/// 3. `RegisteredClaims` gives the claims types, and keeps an absent claim apart from one of the
///    wrong type.
/// 4. `ClaimsPolicy` compares the claims with what the caller expects, at a time that the caller
///    gives.
///
/// `TokenInspection` and `TokenScanner` read text that need not be a token at all; what they find
/// is for display, or goes through the stages above.
///
/// A class, because it is passed through many functions for each token of a stream.
package final class CompactToken: Sendable {
    /// The size of the largest token that is accepted, in bytes of its text.
    package static let maximumByteCount = 256 * 1024

    /// The size of the largest header that is accepted, in bytes after decoding.
    package static let maximumHeaderByteCount = 8 * 1024

    /// The text of the token, exactly as it was given.
    package let bytes: [UInt8]

    package let header: TokenHeader

    /// The payload, decoded from base64url. It may be any bytes.
    package let payload: [UInt8]

    /// The signature, decoded from base64url; empty for an unsigned token.
    package let signature: [UInt8]

    /// The length of the signing input in bytes.
    let signingInputCount: Int

    /// The bytes that the signature covers: the first two segments and the dot between them, as
    /// given.
    package var signingInput: [UInt8] { Array(bytes[..<signingInputCount]) }

    /// Splits and decodes `bytes`. Sizes are checked before anything is decoded or copied
    /// (CVE-2025-30204, CVE-2025-61920). `headers` is the cache for a stream of tokens.
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

    /// The offsets of the two dots. They are searched as bytes, because a combining mark after a
    /// dot hides the dot from `Character`.
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

    /// The payload as a set of claims (RFC 7519 section 4). Throws if it is not a JSON object.
    package func claims() throws(MalformedToken) -> JSONObject {
        try readClaims().object
    }

    /// The claims with their text, for a stream that writes them out again.
    package func readClaims() throws(MalformedToken) -> JSONDocument {
        try Self.document(payload, .payload)
    }

    /// Decodes and reads the header. Its size is checked before, by the size of its text.
    private static func readHeader(
        _ text: Span<UInt8>
    ) throws(MalformedToken) -> TokenHeader {
        guard Base64.decodedCount(text.count) <= maximumHeaderByteCount else {
            throw MalformedToken(.header, .tooLarge(limit: maximumHeaderByteCount))
        }
        return try TokenHeader(try document(try decode(text, .header), .header))
    }

    /// Decodes one segment. Strict: a second spelling of the same bytes is refused.
    private static func decode(
        _ text: Span<UInt8>, _ segment: MalformedToken.Segment
    ) throws(MalformedToken) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64URL.decode(text)
        } catch {
            throw MalformedToken(segment, .base64(error))
        }
    }

    /// Parses a header or payload, which has to be a JSON object.
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
    /// An identifier for a token without `jti`: `sha256:` and the hash of the signing input, in
    /// hex.
    ///
    /// The signature is left out. Some verifiers accept a second spelling of it, and ECDSA has a
    /// second valid signature for each, so the same token would have several identifiers.
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
/// A class, since the tokens of a stream share it; see `HeaderCache`.
package final class TokenHeader: Sendable {
    /// All members with their text, for a stream that writes them out again.
    package let document: JSONDocument

    /// All members, in order.
    package var object: JSONObject { document.object }

    /// The value of `alg`, which may be `none` or anything else.
    package let algorithmName: JSONString

    /// The value of `kid`.
    package let keyID: JSONString?

    /// The value of `typ`, a media type.
    package let type: JSONString?

    /// The algorithm that `alg` names; nil for one that this program does not have.
    package let algorithm: Algorithm?

    /// The first member that `SignatureVerifier` does not support; see `unsupportedMember(of:)`.
    let unsupportedMember: JSONString?

    /// Reads the members that this program uses. A member of another type than the RFC's makes the
    /// token malformed, because some other reader would treat it as absent.
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

    /// A header that was not read from text.
    package convenience init(_ object: JSONObject) throws(MalformedToken) {
        try self.init(JSONDocument(object))
    }

    /// The first member that changes what a verifier must do, in a way that this one does not
    /// support.
    ///
    /// `crit` lists extensions that must be understood (RFC 7515 section 4.1.11); none is
    /// supported, so its content does not matter. `b64` is forbidden in a JWT (RFC 7797 section 7),
    /// and `zip` belongs to JWE. `jwk`, `jku`, `x5u` and `x5c` are ignored instead: a key that
    /// comes with the token proves nothing.
    static func unsupportedMember(of object: JSONObject) -> JSONString? {
        (["crit", "b64", "zip"] as [JSONString]).first { object[$0] != nil }
    }

    /// The string value of a member; nil if it is absent. Throws for another type.
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
/// Not safe to share between threads.
package final class HeaderCache {
    private var text: [UInt8] = []
    private var header: TokenHeader?

    package init() {}

    /// The header that was read from exactly this text; nil for any other text.
    func header(of text: Span<UInt8>) -> TokenHeader? {
        let known = self.text
        return text.isEqual(to: known.span) ? header : nil
    }

    /// Replaces the cached header.
    func keep(_ header: TokenHeader, of text: ArraySlice<UInt8>) {
        self.text = Array(text)
        self.header = header
    }
}

/// Why a text is not a token, and which part of it is at fault.
package struct MalformedToken: Error, Equatable, Sendable {
    /// The part of the token that is at fault.
    package enum Segment: String, Sendable {
        /// The text as a whole.
        case token
        case header
        case payload
        case signature
    }

    /// The fault. It is data, so that a message can be built without the token's text
    /// (CVE-2025-65015 is about a whole token in an exception).
    package enum Fault: Equatable, Sendable {
        case empty
        /// The part is larger than `limit` bytes.
        case tooLarge(limit: Int)
        /// The text has neither the three segments of a JWS (RFC 7515 section 3.1) nor the five of
        /// a JWE.
        case segmentCount(Int)
        /// Five segments: an encrypted token (RFC 7516). It is refused by its shape, because a
        /// forged token could hide in a JWE that is taken for a JWS (CVE-2023-51774).
        case encrypted
        case base64(Base64Error)
        case json(JSONError)
        /// The part is JSON, but not an object.
        case notAnObject
        /// The header does not have this member, which a JWS must have.
        case missingMember(JSONString)
        /// This header member has to be a string and is not.
        case notAString(JSONString)
    }

    package let segment: Segment
    package let fault: Fault

    package init(_ segment: Segment, _ fault: Fault) {
        self.segment = segment
        self.fault = fault
    }
}

extension MalformedToken: CustomStringConvertible {
    /// The error as a clause. It contains nothing of the token but the names of header members.
    package var description: String {
        switch fault {
        case .empty: "the \(segment.rawValue) is empty"
        case .tooLarge(let limit): "the \(segment.rawValue) is larger than \(limit) bytes"
        case .segmentCount(let count):
            count == 1 ? "1 segment instead of 3" : "\(count) segments instead of 3"
        case .encrypted: "five segments: an encrypted token (JWE)"
        case .base64(.invalidCharacter(let offset)):
            "the \(segment.rawValue) is not base64url: invalid character at byte \(offset)"
        case .base64(.invalidLength):
            "the \(segment.rawValue) is not base64url: invalid length"
        case .base64(.nonZeroTailBits):
            "the \(segment.rawValue) is not base64url: unused bits are set"
        case .json(let error): "the \(segment.rawValue) is not JSON: \(error)"
        case .notAnObject: "the \(segment.rawValue) is not a JSON object"
        case .missingMember(let name): "the \(segment.rawValue) has no '\(name)'"
        case .notAString(let name): "'\(name)' of the \(segment.rawValue) is not a string"
        }
    }
}
