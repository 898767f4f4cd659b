package import JSON

/// Why a token is not accepted. The raw value is the code in JSON output, so it never changes.
package enum Reason: String, CaseIterable, Sendable {
    case malformed
    case badSignature = "bad_signature"
    case noKey = "no_key"
    case algorithmNotAllowed = "algorithm_not_allowed"
    case weakKey = "weak_key"
    case unsupportedHeader = "unsupported_header"
    case expired
    case notYetValid = "not_yet_valid"
    case tooOld = "too_old"
    case invalidClaim = "invalid_claim"
    case missingClaim = "missing_claim"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case wrongSubject = "wrong_subject"
    case wrongType = "wrong_type"
    case revoked
    case cutOff = "cut_off"
    case notListed = "not_listed"
    /// The state could not be determined. It never counts as valid.
    case unknown
}

/// One check of a token, and its result.
package struct Check: Equatable, Sendable {
    /// The result of a check.
    package enum Result: Equatable, Sendable {
        case passed
        case failed(Reason)
        /// Not checked, because an earlier failure made it pointless. JSON shows `null`.
        case notJudged
    }

    /// `signature`, the name of a claim, or the name that another layer gives its check.
    package let name: String
    package let result: Result
    /// Details for people. They may contain text from the token, so escape them.
    package let detail: String?

    package init(_ name: String, _ result: Result, detail: String? = nil) {
        self.name = name
        self.result = result
        self.detail = detail
    }

    /// The reason of a failed check; nil for any other result.
    package var reason: Reason? {
        guard case .failed(let reason) = result else { return nil }
        return reason
    }
}

/// A check with the values that it compared, for `--explain`.
package struct ExplainedCheck: Equatable, Sendable {
    package let check: Check
    /// The value in the token or in Redis; nil if there is none.
    package var found: JSONValue?
    /// The expectation; nil if any value will do.
    package var wanted: ClaimExpectation?

    package init(_ check: Check, found: JSONValue? = nil, wanted: ClaimExpectation? = nil) {
        self.check = check
        self.found = found
        self.wanted = wanted
    }

    package var name: String { check.name }
}

/// The expected value of a claim or header member, as data. Times are seconds since 1970.
package enum ClaimExpectation: Equatable, Sendable {
    /// It must be present, with any value.
    case presence
    /// Exactly this string.
    case equal(JSONString)
    /// One of these strings; for `aud`, an array that has one of them.
    case oneOf([JSONString])
    /// `exp` must be later than this.
    case after(Double)
    /// `nbf` must not be later than this.
    case notAfter(Double)
    /// `iat` must not be earlier than this.
    case notBefore(Double)
}
