internal import JSON
package import OpenSSL

/// Decides whether one of the given keys signed a token.
///
/// The algorithm is the key's, or the one that the caller demands; the token's `alg` is compared
/// with it and never chooses. In the order of the checks the cheap come first, and nothing of the
/// payload is looked at.
package final class SignatureVerifier {
    private let keys: KeySet
    private let algorithm: Algorithm?
    private let allowWeak: Bool

    /// The set-up for each key and algorithm, kept for long streams.
    private var trials: [TrialID: Trial] = [:]

    private struct TrialID: Hashable {
        let key: ObjectIdentifier
        let algorithm: Algorithm
    }

    /// A key that is set up for an algorithm.
    private final class Trial {
        let description: String
        let algorithm: Algorithm
        let method: Method
        /// The check of each token that the key signed.
        let passed: Check

        init(_ key: Key, _ algorithm: Algorithm, _ method: Method) {
            description = key.description
            self.algorithm = algorithm
            self.method = method
            passed = SignatureVerdict.verified(key: description, algorithm: algorithm).check
        }
    }

    private enum Outcome {
        case verified(Trial)
        case failed(SignatureFailure)
    }

    private enum Method {
        case refused(KeyRefusal)
        case mac(MessageAuthenticator)
        case signature(MessageVerifier)
        /// OpenSSL could not set it up.
        case broken
    }

    /// `algorithm` is the only one that is accepted; `nil` accepts all that a key may serve.
    package init(keys: KeySet, algorithm: Algorithm? = nil, allowWeak: Bool = false) {
        self.keys = keys
        self.algorithm = algorithm
        self.allowWeak = allowWeak
    }

    /// A verifier that decides the same and shares nothing with this one: for another thread.
    package func copy() throws(OpenSSLError) -> sending SignatureVerifier {
        SignatureVerifier(keys: try keys.copy(), algorithm: algorithm, allowWeak: allowWeak)
    }

    /// The verdict on the signature. Nothing else of the token may be believed before it is
    /// `verified`.
    package func verify(_ token: CompactToken) -> SignatureVerdict {
        switch outcome(of: token) {
        case .verified(let trial):
            .verified(key: trial.description, algorithm: trial.algorithm)
        case .failed(let failure): .failed(failure)
        }
    }

    /// The verdict as a check. A passed check is made once for each key, which long streams need.
    package func check(_ token: CompactToken) -> Check {
        switch outcome(of: token) {
        case .verified(let trial): trial.passed
        case .failed(let failure): SignatureVerdict.failed(failure).check
        }
    }

    private func outcome(of token: CompactToken) -> Outcome {
        guard let algorithm = token.header.algorithm else {
            return Self.refused(
                .algorithmNotAllowed, "alg '\(token.header.algorithmName)' is never accepted")
        }
        if let demanded = self.algorithm, demanded != algorithm {
            return Self.refused(.algorithmNotAllowed, "alg is \(algorithm), not \(demanded)")
        }
        if let member = token.header.unsupportedMember {
            return Self.refused(.unsupportedHeader, "'\(member)' is not supported")
        }
        return outcome(of: token, algorithm)
    }

    /// The verdict where the header alone rules the token out and no key was looked at.
    private static func refused(_ reason: Reason, _ detail: String) -> Outcome {
        .failed(SignatureFailure(reason: reason, detail: detail, trials: []))
    }

    /// Tries the keys that `kid` leaves; the algorithm has been settled.
    private func outcome(of token: CompactToken, _ algorithm: Algorithm) -> Outcome {
        var failed: [SignatureFailure.Trial] = []
        for key in keys.candidates(for: token.header.keyID) {
            let trial = trial(of: key, for: algorithm)
            if Self.isSigned(token, trial.method) { return .verified(trial) }
            var refusal: KeyRefusal?
            if case .refused(let reason) = trial.method { refusal = reason }
            failed.append(SignatureFailure.Trial(key: trial.description, refusal: refusal))
        }
        return .failed(Self.failure(algorithm, failed))
    }

    /// The failure for keys of which none vouched.
    private static func failure(
        _ algorithm: Algorithm, _ trials: [SignatureFailure.Trial]
    ) -> SignatureFailure {
        let reason: Reason
        let detail: String
        if trials.contains(where: { $0.refusal == nil }) {
            // One text for all bad signatures: which of its checks failed is nobody's business.
            (reason, detail) = (.badSignature, "the signature does not verify")
        } else if let weak = trials.compactMap(\.refusal).first(where: \.isWeakness) {
            (reason, detail) = (.weakKey, weak.description)
        } else if trials.count == 1, let refusal = trials[0].refusal {
            (reason, detail) = (refusal.reason, "\(algorithm): \(refusal)")
        } else {
            (reason, detail) = (.noKey, "no key fits")
        }
        return SignatureFailure(reason: reason, detail: detail, trials: trials)
    }

    /// Fails closed: where OpenSSL breaks down, the signature was not seen to hold.
    private static func isSigned(_ token: CompactToken, _ method: Method) -> Bool {
        let text = token.bytes
        let message = text.span.extracting(..<token.signingInputCount)
        do throws(OpenSSLError) {
            switch method {
            case .mac(let authenticator):
                return try authenticator.isCode(token.signature, for: message)
            case .signature(let verifier):
                return try verifier.isSignature(token.signature, of: message)
            case .refused, .broken: return false
            }
        } catch {
            return false
        }
    }

    /// What is to be done with the key, found out on first use.
    private func trial(of key: Key, for algorithm: Algorithm) -> Trial {
        let id = TrialID(key: ObjectIdentifier(key), algorithm: algorithm)
        if let known = trials[id] { return known }
        let trial = Trial(key, algorithm, method(of: key, for: algorithm))
        trials[id] = trial
        return trial
    }

    private func method(of key: Key, for algorithm: Algorithm) -> Method {
        if let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: allowWeak) {
            return .refused(refusal)
        }
        do throws(OpenSSLError) {
            switch (key.material, algorithm.operation) {
            case (.secret(let secret), .mac(let digest)):
                return .mac(try MessageAuthenticator.make(secret: secret, digest: digest))
            case (.asymmetric(let key), .signature(let scheme)):
                return .signature(try MessageVerifier.make(key: key, scheme: scheme))
            default: return .broken
            }
        } catch {
            return .broken
        }
    }
}

extension KeyRefusal {
    package var isWeakness: Bool {
        switch self {
        case .tooSmall, .tooLarge, .repeatedByte: true
        default: false
        }
    }

    /// The code of a verdict for which this refusal of a single key is the cause.
    var reason: Reason {
        switch self {
        case .wrongKind, .otherAlgorithm: .algorithmNotAllowed
        case .otherUse, .otherOperations, .noPrivateHalf: .noKey
        case .tooSmall, .tooLarge, .repeatedByte: .weakKey
        }
    }
}

/// The verdict of `SignatureVerifier`.
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

/// Why no key verifies a token.
package struct SignatureFailure: Error, Equatable, Sendable {
    /// A key that was considered.
    package struct Trial: Equatable, Sendable {
        /// The key's description.
        package let key: String
        /// Why it did not fit; `nil` if it fitted and did not make the signature.
        package let refusal: KeyRefusal?
    }

    package let reason: Reason
    package let detail: String
    package let trials: [Trial]
}
