package import JSON
package import OpenSSL

/// Decides whether one of the given keys signed a token.
///
/// The algorithm is the key's, or the one that the caller demands; the token's `alg` is compared
/// with it and never chooses. Cheap checks come first, and the payload is
/// not read.
package final class SignatureVerifier {
    private let keys: KeySet
    private let algorithm: Algorithm?
    private let allowWeak: Bool

    /// The set-up for each key and algorithm, kept for long streams.
    private var prepared: [PreparedID: PreparedKey] = [:]

    private struct PreparedID: Hashable {
        let key: ObjectIdentifier
        let algorithm: Algorithm
    }

    /// A key that is set up for an algorithm.
    private final class PreparedKey {
        let key: Key
        let description: String
        let algorithm: Algorithm
        let method: Method
        /// The check of each token that the key signed.
        let passed: Check

        init(_ key: Key, _ algorithm: Algorithm, _ method: Method) {
            self.key = key
            description = key.description
            self.algorithm = algorithm
            self.method = method
            passed = SignatureVerdict.verified(key: description, algorithm: algorithm).check
        }

        /// The result for a token of which it is known whether this key signed it.
        func trial(isSigned: Bool) -> KeyTrial {
            let outcome: KeyTrial.Outcome =
                if case .refused(let refusal) = method {
                    .refused(refusal)
                } else {
                    isSigned ? .verified : .badSignature
                }
            return KeyTrial(key: description, keyID: key.keyID, outcome: outcome)
        }
    }

    private enum Outcome {
        case verified(PreparedKey)
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
        case .verified(let key): .verified(key: key.description, algorithm: key.algorithm)
        case .failed(let failure): .failed(failure)
        }
    }

    /// The verdict as a check. A passed check is made once for each key, which long streams need.
    package func check(_ token: CompactToken) -> Check {
        switch outcome(of: token) {
        case .verified(let key): key.passed
        case .failed(let failure): SignatureVerdict.failed(failure).check
        }
    }

    /// The verdict as a check, and the result of each key of the set. Every key that `kid` leaves is
    /// tried, where `check` stops at the first that signed the token.
    package func explain(_ token: CompactToken) -> (check: Check, trials: [KeyTrial]) {
        let candidates = keys.candidates(for: token.header.keyID)
        func trials(_ result: (Key) -> KeyTrial) -> [KeyTrial] {
            keys.keys.map { key in
                candidates.contains { $0 === key }
                    ? result(key)
                    : KeyTrial(key: key.description, keyID: key.keyID, outcome: .otherKeyID)
            }
        }
        do throws(SignatureFailure) {
            let algorithm = try algorithm(of: token)
            var signer: PreparedKey?
            let trials = trials { key in
                let key = prepare(key, for: algorithm)
                let isSigned = Self.isSigned(token, key.method)
                if isSigned { signer = signer ?? key }
                return key.trial(isSigned: isSigned)
            }
            if let signer { return (signer.passed, trials) }
            let failure = Self.failure(algorithm, trials.filter { $0.outcome != .otherKeyID })
            return (SignatureVerdict.failed(failure).check, trials)
        } catch {
            let trials = trials { key in
                KeyTrial(key: key.description, keyID: key.keyID, outcome: .notTried)
            }
            return (SignatureVerdict.failed(error).check, trials)
        }
    }

    private func outcome(of token: CompactToken) -> Outcome {
        do throws(SignatureFailure) {
            return .verified(try signer(of: token, try algorithm(of: token)))
        } catch {
            return .failed(error)
        }
    }

    /// The algorithm to try keys with; throws if the header alone rules the token out.
    private func algorithm(of token: CompactToken) throws(SignatureFailure) -> Algorithm {
        guard let algorithm = token.header.algorithm else {
            throw SignatureFailure(
                .algorithmNotAllowed, "alg '\(token.header.algorithmName)' is never accepted")
        }
        if let demanded = self.algorithm, demanded != algorithm {
            throw SignatureFailure(.algorithmNotAllowed, "alg is \(algorithm), not \(demanded)")
        }
        if let member = token.header.unsupportedMember {
            throw SignatureFailure(.unsupportedHeader, "'\(member)' is not supported")
        }
        return algorithm
    }

    /// The first of the keys that `kid` leaves that signed the token.
    private func signer(
        of token: CompactToken, _ algorithm: Algorithm
    ) throws(SignatureFailure) -> PreparedKey {
        var failed: [KeyTrial] = []
        for key in keys.candidates(for: token.header.keyID) {
            let key = prepare(key, for: algorithm)
            if Self.isSigned(token, key.method) { return key }
            failed.append(key.trial(isSigned: false))
        }
        throw Self.failure(algorithm, failed)
    }

    /// The failure for keys none of which signed the token.
    private static func failure(
        _ algorithm: Algorithm, _ trials: [KeyTrial]
    ) -> SignatureFailure {
        let reason: Reason
        let detail: String
        if trials.contains(where: { $0.refusal == nil }) {
            // One text for all bad signatures, so that it gives no hint to a forger.
            (reason, detail) = (.badSignature, "the signature does not verify")
        } else if let weak = trials.compactMap(\.refusal).first(where: \.isWeakness) {
            (reason, detail) = (.weakKey, weak.description)
        } else if trials.count == 1, let refusal = trials[0].refusal {
            (reason, detail) = (refusal.reason, "\(algorithm): \(refusal)")
        } else {
            (reason, detail) = (.noKey, "no key fits")
        }
        return SignatureFailure(reason, detail, trials: trials)
    }

    /// Fails closed: if OpenSSL fails, the signature counts as bad.
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

    /// The key, set up on first use.
    private func prepare(_ key: Key, for algorithm: Algorithm) -> PreparedKey {
        let id = PreparedID(key: ObjectIdentifier(key), algorithm: algorithm)
        if let known = prepared[id] { return known }
        let key = PreparedKey(key, algorithm, method(of: key, for: algorithm))
        prepared[id] = key
        return key
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
    package let reason: Reason
    package let detail: String
    /// The keys that were tried; none if the header alone rules the token out.
    package let trials: [KeyTrial]

    init(_ reason: Reason, _ detail: String, trials: [KeyTrial] = []) {
        self.reason = reason
        self.detail = detail
        self.trials = trials
    }
}

/// The result of trying one key, for a person who asks why no key fitted.
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

    /// Why the key may not serve the algorithm; nil for any other outcome.
    package var refusal: KeyRefusal? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal
    }
}
