package import JSON

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
