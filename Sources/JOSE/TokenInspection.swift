package import JSON

/// The readable parts of a text that may be a token: to show them, never to trust them.
///
/// Tokens are pasted from logs that truncate them, padded by careless libraries, or encrypted. A
/// person who asks for the content of such a token is helped by the parts that can be read.
package struct TokenInspection: Sendable {
    /// One segment, as far as it can be read.
    package struct Segment: Sendable {
        /// The bytes that could be decoded. Padding and the other alphabet of base64 are accepted.
        package let bytes: [UInt8]
        /// The bytes as JSON; nil if they are not, or for a signature.
        package let value: JSONValue?
        /// The fault that a strict reader finds; nil for a well-formed segment.
        package let fault: MalformedToken.Fault?
        /// The complete members, if the bytes are a truncated object.
        package let prefix: JSONPrefix?

        /// The members that can be read: all, or those before the text ends.
        package var object: JSONObject? { value?.objectValue ?? prefix?.object }
    }

    /// The kind of token, by its number of segments.
    package enum Shape: Sendable {
        /// Three segments.
        case signed
        /// Five segments: a JWE, of which only the header can be read without its key.
        case encrypted
        /// Another number; perhaps a truncated token.
        case other(segmentCount: Int)
    }

    package let shape: Shape
    /// nil for a text beyond the size limit.
    package let header: Segment?
    /// nil for a JWE, whose second segment is an encrypted key, and for a text without it.
    package let payload: Segment?
    package let signature: Segment?

    /// Why `CompactToken` or its `claims()` refuses the text; nil for a well-formed token.
    package let malformed: MalformedToken?

    /// The place where the text was truncated; nil if it does not look like the beginning of a
    /// token. A token without the end of its signature may be both truncated and well-formed.
    package let cut: TokenTruncation?

    /// Reads as much of `text` as possible. Never fails, and never decodes more than a token may
    /// have.
    package init(of text: [UInt8]) {
        let whole = text
        let text = Self.withoutEllipsis(whole)
        malformed = Self.firstFault(of: text) ?? Self.firstFault(of: whole)
        // A text beyond the limit is not split, to save memory.
        let isReadable = text.count <= CompactToken.maximumByteCount
        let segments =
            isReadable
            ? text.split(
                separator: UInt8(ascii: "."), maxSplits: 5, omittingEmptySubsequences: false) : []
        switch text.count(where: { $0 == UInt8(ascii: ".") }) + 1 {
        case 3: shape = .signed
        case 5: shape = .encrypted
        case let count: shape = .other(segmentCount: count)
        }
        header = segments.first.map(Self.readJSON)
        if segments.count == 5 || segments.count < 2 {
            payload = nil
            signature = nil
        } else {
            payload = Self.readJSON(segments[1])
            signature = segments.count > 2 ? Self.readSignature(segments[2]) : nil
        }
        cut =
            segments.count <= 3
            ? TokenTruncation(
                byteCount: text.count, header: header, payload: payload, signature: signature)
            : nil
    }

    /// The marks by which logs show that they truncated a text: three dots, or the character for
    /// them.
    private static let ellipses = ["...", "…"].map { Array($0.utf8) }

    /// The text without an ellipsis at its end, if it begins like a token.
    private static func withoutEllipsis(_ text: [UInt8]) -> [UInt8] {
        // A text of dots alone is not a truncated token.
        guard let ellipsis = ellipses.first(where: { text.suffix($0.count).elementsEqual($0) }),
            text.starts(with: "eyJ".utf8)
        else { return text }
        return text.dropLast(ellipsis.count)
    }

    /// The fault that the strict reader finds first.
    private static func firstFault(of text: [UInt8]) -> MalformedToken? {
        do throws(MalformedToken) {
            _ = try CompactToken(parsing: text).claims()
            return nil
        } catch {
            return error
        }
    }

    /// A signature, which may be any bytes.
    private static func readSignature(_ text: ArraySlice<UInt8>) -> Segment {
        let (bytes, fault) = decode(text)
        return Segment(bytes: bytes, value: nil, fault: fault, prefix: nil)
    }

    /// A header or payload: the whole JSON if possible, else the members before the break.
    private static func readJSON(_ text: ArraySlice<UInt8>) -> Segment {
        let (bytes, fault) = decode(text)
        do throws(JSONError) {
            let value = try JSONParser.parse(bytes)
            return Segment(
                bytes: bytes, value: value,
                fault: fault ?? (value.objectValue == nil ? .notAnObject : nil), prefix: nil)
        } catch {
            return Segment(
                bytes: bytes, value: nil, fault: fault ?? .json(error),
                prefix: JSONPrefix(of: bytes))
        }
    }

    /// The bytes of a segment, decoded strictly if possible. Otherwise the fault is returned as well,
    /// with as many bytes as can be decoded.
    private static func decode(
        _ text: ArraySlice<UInt8>
    ) -> (bytes: [UInt8], fault: MalformedToken.Fault?) {
        do throws(Base64Error) {
            return (try Base64URL.decode(text.span), nil)
        } catch {
            return (leniently(decoding: text), .base64(error))
        }
    }

    /// The longest beginning that decodes if white space and padding are ignored, in either alphabet.
    private static func leniently(decoding text: ArraySlice<UInt8>) -> [UInt8] {
        var characters: [UInt8] = []
        scan: for byte in text {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "+"): characters.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): characters.append(UInt8(ascii: "_"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                characters.append(byte)
            default: break scan
            }
        }
        let count = Base64.decodedCount(characters.count)
        // Whole groups of four have no unused bits that could be set. The bytes of the filling are
        // dropped.
        while characters.count % 4 != 0 {
            characters.append(UInt8(ascii: "A"))
        }
        do throws(Base64Error) {
            return Array(try Base64URL.decode(characters).prefix(count))
        } catch {
            return []
        }
    }
}

/// The place where a log or a clipboard truncated a token.
package struct TokenTruncation: Equatable, Sendable {
    /// The place within the segment.
    package enum Place: Equatable, Sendable {
        /// Inside the JSON of the segment.
        case json(JSONPrefix.End)
        /// The whole segment is missing.
        case missing
        /// The signature has `byteCount` bytes, while signatures of its algorithm have at least
        /// `expected`.
        case short(byteCount: Int, expected: Int)
    }

    /// The number of bytes of the text.
    package let byteCount: Int
    /// The segment in which the text ends, or that is missing.
    package let segment: MalformedToken.Segment
    package let place: Place

    /// nil if the segments are not the beginning of a token, or are a whole one.
    init?(
        byteCount: Int, header: TokenInspection.Segment?, payload: TokenInspection.Segment?,
        signature: TokenInspection.Segment?
    ) {
        guard let header, header.object != nil else { return nil }
        self.byteCount = byteCount
        if let prefix = header.prefix {
            guard payload == nil else { return nil }
            (segment, place) = (.header, .json(prefix.end))
        } else if payload == nil || payload?.bytes.isEmpty == true && signature == nil {
            (segment, place) = (.payload, .missing)
        } else if let prefix = payload?.prefix, signature == nil {
            (segment, place) = (.payload, .json(prefix.end))
        } else if signature == nil, payload?.object != nil {
            (segment, place) = (.signature, .missing)
        } else if let signature, let expected = Self.signatureByteCount(header),
            signature.bytes.count < expected
        {
            segment = .signature
            place =
                signature.bytes.isEmpty
                ? .missing : .short(byteCount: signature.bytes.count, expected: expected)
        } else {
            return nil
        }
    }

    /// The fewest bytes of a signature of the header's algorithm; nil for an unknown algorithm.
    private static func signatureByteCount(_ header: TokenInspection.Segment) -> Int? {
        header.object?["alg"]?.stringValue.flatMap(Algorithm.init(name:))?
            .minimumSignatureByteCount
    }
}

extension Algorithm {
    /// The fewest bytes of a signature. Except for RSA and EdDSA, all signatures have exactly this
    /// size.
    package var minimumSignatureByteCount: Int {
        switch self {
        case .hs256: 32
        case .hs384: 48
        case .hs512, .es256, .es256k, .edDSA, .ed25519: 64
        case .es384: 96
        case .es512: 132
        case .ed448: 114
        // The size for RSA of 1024 bits, which is too weak but still in use.
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: 128
        }
    }
}

extension TokenTruncation: CustomStringConvertible {
    /// `truncated after 58 bytes: the payload ends inside the value of 'sub'`. The name comes from
    /// the token: escape it.
    package var description: String {
        let place =
            switch self.place {
            case .json(.insideName): "the \(segment.rawValue) ends inside a name"
            case .json(.insideValue(let name)):
                "the \(segment.rawValue) ends inside the value of '\(name)'"
            case .json(.betweenMembers): "the \(segment.rawValue) ends between two members"
            case .missing: "the \(segment.rawValue) is missing"
            case .short(let count, let expected):
                "the signature ends after \(count) of at least \(expected) bytes"
            }
        return "truncated after \(byteCount) bytes: \(place)"
    }
}
