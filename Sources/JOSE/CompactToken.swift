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

    /// The claims, and whether the payload is what writing them in compact style gives.
    package func readClaims() throws(MalformedToken) -> (object: JSONObject, isCompact: Bool) {
        try Self.object(payload, .payload)
    }

    /// The header, whose size is known from that of its text.
    private static func readHeader(
        _ text: Span<UInt8>
    ) throws(MalformedToken) -> TokenHeader {
        guard Base64.decodedCount(text.count) <= maximumHeaderByteCount else {
            throw MalformedToken(.header, .tooLarge(limit: maximumHeaderByteCount))
        }
        let decoded = try decode(text, .header)
        let (object, isCompact) = try object(decoded, .header)
        return try TokenHeader(object, compactText: isCompact ? decoded : nil)
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
    private static func object(
        _ text: [UInt8], _ segment: MalformedToken.Segment
    ) throws(MalformedToken) -> (object: JSONObject, isCompact: Bool) {
        let value: JSONValue
        let isCompact: Bool
        do throws(JSONError) {
            (value, isCompact) = try JSONParser.parseNotingForm(text.span)
        } catch {
            throw MalformedToken(segment, .json(error))
        }
        guard let object = value.objectValue else { throw MalformedToken(segment, .notAnObject) }
        return (object, isCompact)
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

/// Why a text is not a token, and in which part of it.
package struct MalformedToken: Error, Equatable, Sendable {
    /// The part of the token that is at fault.
    package enum Segment: String, Sendable {
        /// The text as a whole.
        case token
        case header
        case payload
        case signature
    }

    /// The fault. It holds data only, so that a message can be built without the token's text
    /// (CVE-2025-65015: a whole token in an exception's text).
    package enum Fault: Equatable, Sendable {
        case empty
        /// Above the limit, in bytes.
        case tooLarge(limit: Int)
        /// Not the three segments of RFC 7515 section 3.1, nor the five of a JWE.
        case segmentCount(Int)
        /// Five segments: an encrypted token (RFC 7516). It is refused by its shape, because a forged
        /// token could hide in a JWE that is taken for a JWS (CVE-2023-51774).
        case encrypted
        case base64(Base64Error)
        case json(JSONError)
        /// JSON, but no object.
        case notAnObject
        /// A member that a JWS header must have.
        case missingMember(JSONString)
        /// A header member that has to be a string and is not.
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
    /// The fault as a clause; it holds nothing of the token.
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
