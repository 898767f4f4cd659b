package import JSON

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
