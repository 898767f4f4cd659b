package import JSON
internal import Platform

/// A token in the compact serialization (RFC 7515 section 7.1): taken apart, nothing of it checked.
///
/// An object, since it goes through many hands for each token of a stream.
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

    /// What the signature covers: the first two segments and the dot between them, as sent.
    package var signingInput: [UInt8] { Array(bytes[..<signingInputCount]) }

    /// Takes `bytes` apart; sizes are looked at before anything is decoded or copied
    /// (CVE-2025-30204, CVE-2025-61920). A stream of tokens brings along what it has for headers.
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

    /// What parts the three segments. Bytes, not characters: a combining mark after a dot hides the
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

    /// One segment, strictly: a second spelling of the same bytes is no token.
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
