package import JSON

/// Where a token breaks off that a log or a clipboard cut short.
package struct TokenCut: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        /// Inside the JSON of the segment.
        case json(JSONPrefix.End)
        /// The segment is not there at all.
        case missing
        /// The signature has so many bytes; its algorithm's have at least `expected`.
        case short(byteCount: Int, expected: Int)
    }

    /// How many bytes of the token are left.
    package let byteCount: Int
    package let segment: MalformedToken.Segment
    package let place: Place

    /// `nil` where the segments are no beginning of a token, or a whole one.
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

    /// The fewest bytes that a signature of the header's algorithm has.
    private static func signatureByteCount(_ header: TokenInspection.Segment) -> Int? {
        header.object?["alg"]?.stringValue.flatMap(Algorithm.init(name:))?
            .minimumSignatureByteCount
    }
}

extension Algorithm {
    /// The fewest bytes of a signature; all but those of RSA and EdDSA have exactly so many.
    package var minimumSignatureByteCount: Int {
        switch self {
        case .hs256: 32
        case .hs384: 48
        case .hs512, .es256, .es256k, .edDSA, .ed25519: 64
        case .es384: 96
        case .es512: 132
        case .ed448: 114
        // RSA of 1024 bits, which is too weak and still about.
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: 128
        }
    }
}

extension TokenCut: CustomStringConvertible {
    /// `truncated after 58 bytes: the payload ends inside the value of 'sub'`. The name is the
    /// token's, and to be escaped by whoever shows it.
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
