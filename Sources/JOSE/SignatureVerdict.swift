/// What `SignatureVerifier` found.
package enum SignatureVerdict: Equatable, Sendable {
    case verified(key: String, algorithm: Algorithm)
    case failed(SignatureFailure)

    /// The verdict as the check that comes before all others.
    package var check: Check {
        switch self {
        case .verified(let key, let algorithm):
            Check("signature", .passed, detail: "\(algorithm), \(key)")
        case .failed(let failure):
            Check("signature", .failed(failure.reason), detail: failure.detail)
        }
    }
}

/// Why no key vouches for a token.
package struct SignatureFailure: Error, Equatable, Sendable {
    /// A key that was considered.
    package struct Trial: Equatable, Sendable {
        /// The key's description.
        package let key: String
        /// Why it did not fit; `nil` where it fitted and the signature is not its own.
        package let refusal: KeyRefusal?
    }

    package let reason: Reason
    package let detail: String
    package let trials: [Trial]
}
