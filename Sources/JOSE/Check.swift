package import JSON

/// Why a token is not accepted. The raw value is the code in JSON output.
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
    /// The state could not be asked for; never to be taken for "valid".
    case unknown
}

/// One question that was asked of a token, and the answer.
package struct Check: Equatable, Sendable {
    /// The answer. There are three: "not asked" is neither good nor bad, and JSON shows it as
    /// `null`.
    package enum Result: Equatable, Sendable {
        case passed
        case failed(Reason)
        /// Not asked, because an earlier answer made it pointless.
        case notJudged
    }

    /// `signature`, the name of a claim, or what another layer calls its question.
    package let name: String
    package let result: Result
    /// More for a person; may hold text of the token, to be escaped by whoever shows it.
    package let detail: String?

    package init(_ name: String, _ result: Result, detail: String? = nil) {
        self.name = name
        self.result = result
        self.detail = detail
    }

    /// The code of a failed check; `nil` for the other two.
    package var reason: Reason? {
        guard case .failed(let reason) = result else { return nil }
        return reason
    }
}

/// A check with what is behind it, for those who asked for an explanation.
package struct ExplainedCheck: Equatable, Sendable {
    package let check: Check
    /// What stands in the token, or in the state.
    package var found: JSONValue?
    /// What was demanded; `nil` where nothing was.
    package var wanted: ClaimExpectation?

    package init(_ check: Check, found: JSONValue? = nil, wanted: ClaimExpectation? = nil) {
        self.check = check
        self.found = found
        self.wanted = wanted
    }

    package var name: String { check.name }
}

/// What was wanted of a claim or header member, as data. Times are seconds since 1970.
package enum ClaimExpectation: Equatable, Sendable {
    /// It has to be there, whatever it holds.
    case presence
    case equal(JSONString)
    case oneOf([JSONString])
    /// `exp` has to be later than this.
    case after(Double)
    /// `nbf` has to be no later than this.
    case notAfter(Double)
    /// `iat` has to be no earlier than this.
    case notBefore(Double)
}
