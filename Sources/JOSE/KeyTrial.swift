package import JSON

/// What came of one key of a set, for a person who asks why no key fitted.
package struct KeyTrial: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        /// It signed the token.
        case verified
        /// It fits the token's algorithm, and the signature is not its own.
        case badSignature
        /// It may not serve the token's algorithm.
        case refused(KeyRefusal)
        /// It was not tried: the token's `kid` names another.
        case otherKeyID
        /// It was not tried: the header alone rules the token out.
        case notTried
    }

    /// The key's description.
    package let key: String
    package let keyID: JSONString?
    package let outcome: Outcome
}

extension KeySet {
    /// What comes of each key for `token`, by the rules of `SignatureVerifier`; the verdict itself
    /// is the verifier's.
    package func trials(
        of token: CompactToken, algorithm: Algorithm? = nil, allowWeak: Bool = false
    ) -> [KeyTrial] {
        let candidates = candidates(for: token.header.keyID)
        return keys.map { key in
            let outcome: KeyTrial.Outcome
            if candidates.contains(where: { $0 === key }) {
                let verifier = SignatureVerifier(
                    keys: KeySet(key), algorithm: algorithm, allowWeak: allowWeak)
                outcome = Self.outcome(verifier.verify(token))
            } else {
                outcome = .otherKeyID
            }
            return KeyTrial(key: key.description, keyID: key.keyID, outcome: outcome)
        }
    }

    private static func outcome(_ verdict: SignatureVerdict) -> KeyTrial.Outcome {
        guard case .failed(let failure) = verdict else { return .verified }
        guard let trial = failure.trials.first else { return .notTried }
        return trial.refusal.map { .refused($0) } ?? .badSignature
    }
}
