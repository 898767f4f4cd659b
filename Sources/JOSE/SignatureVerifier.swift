package import JSON
package import OpenSSL

/// Decides whether one of the given keys signed a token.
///
/// The algorithm is that of the key, or the one that the caller demands. The token's `alg` is
/// compared with it and never chooses. Cheap checks of the header come first, and the payload is
/// not read. If OpenSSL fails, the signature counts as bad.
///
/// Not safe to share between threads: it caches the set-up of each key. Use `copy`.
package final class SignatureVerifier {
    private let keys: KeySet
    /// The only algorithm that is accepted; nil for all that a key may serve.
    private let algorithm: Algorithm?
    /// Whether keys outside of the size limits are used; see `Key.refusal`.
    private let allowWeak: Bool

    /// The set-up for each key and algorithm, made on first use. Long streams need it.
    private var prepared: [PreparedID: PreparedKey] = [:]

    private struct PreparedID: Hashable {
        let key: ObjectIdentifier
        let algorithm: Algorithm
    }

    /// A key that is set up for one algorithm.
    private final class PreparedKey {
        let key: Key
        let description: String
        let algorithm: Algorithm
        let method: Method
        /// The check of every token that the key signed, made once.
        let passed: Check

        init(_ key: Key, _ algorithm: Algorithm, _ method: Method) {
            self.key = key
            description = key.description
            self.algorithm = algorithm
            self.method = method
            passed = SignatureVerdict.verified(key: description, algorithm: algorithm).check
        }

        /// The result for a token that this key was tried on. `outcome` counts unless the key may not
        /// serve the algorithm.
        func trial(_ outcome: KeyTrial.Outcome) -> KeyTrial {
            var outcome = outcome
            if case .refused(let refusal) = method { outcome = .refused(refusal) }
            return KeyTrial(key: description, keyID: key.keyID, outcome: outcome)
        }
    }

    /// The way to verify with a key.
    private enum Method {
        case refused(KeyRefusal)
        case mac(MessageAuthenticator)
        case signature(MessageVerifier)
        /// OpenSSL could not set it up: no signature verifies.
        case broken
    }

    /// `algorithm` is the only one that is accepted; nil accepts all that a key may serve.
    package init(keys: KeySet, algorithm: Algorithm? = nil, allowWeak: Bool = false) {
        self.keys = keys
        self.algorithm = algorithm
        self.allowWeak = allowWeak
    }

    /// A verifier with the same rules that shares nothing with this one, for another thread.
    package func copy() throws(OpenSSLError) -> sending SignatureVerifier {
        SignatureVerifier(keys: try keys.copy(), algorithm: algorithm, allowWeak: allowWeak)
    }

    /// The verdict on the signature. Nothing in the token may be believed unless it is `verified`.
    package func verify(_ token: CompactToken) -> SignatureVerdict {
        do throws(SignatureFailure) {
            let key = try signer(of: token, try algorithm(of: token))
            return .verified(key: key.description, algorithm: key.algorithm)
        } catch {
            return .failed(error)
        }
    }

    /// The verdict as a check.
    package func check(_ token: CompactToken) -> Check {
        do throws(SignatureFailure) {
            return try signer(of: token, try algorithm(of: token)).passed
        } catch {
            return SignatureVerdict.failed(error).check
        }
    }

    /// The verdict as a check, with the result of each key. All candidates for the `kid` are tried,
    /// while `check` stops at the first one that signed the token.
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
                return key.trial(isSigned ? .verified : .badSignature)
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

    /// The algorithm to try keys with. Throws if the header alone rules the token out.
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

    /// The first candidate for the `kid` that signed the token.
    private func signer(
        of token: CompactToken, _ algorithm: Algorithm
    ) throws(SignatureFailure) -> PreparedKey {
        var failed: [KeyTrial] = []
        for key in keys.candidates(for: token.header.keyID) {
            let key = prepare(key, for: algorithm)
            if Self.isSigned(token, key.method) { return key }
            failed.append(key.trial(.badSignature))
        }
        throw Self.failure(algorithm, failed)
    }

    /// The failure if no key signed the token. A bad signature counts more than a key that was
    /// refused.
    private static func failure(
        _ algorithm: Algorithm, _ trials: [KeyTrial]
    ) -> SignatureFailure {
        let reason: Reason
        let detail: String
        if trials.contains(where: { $0.refusal == nil }) {
            // All bad signatures have the same text, so that it gives a forger no hint.
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

    /// Whether a key signed the token. Fails closed: an error of OpenSSL counts as no.
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

    /// The set-up of a key, made on first use.
    private func prepare(_ key: Key, for algorithm: Algorithm) -> PreparedKey {
        let id = PreparedID(key: ObjectIdentifier(key), algorithm: algorithm)
        if let known = prepared[id] { return known }
        let key = PreparedKey(key, algorithm, method(of: key, for: algorithm))
        prepared[id] = key
        return key
    }

    /// The way to verify with `key`, which is `refused` if it may not serve `algorithm`.
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
    /// The failure in words. They may contain text from the header, so escape them.
    package let detail: String
    /// The keys that were tried; empty if the header alone rules the token out.
    package let trials: [KeyTrial]

    init(_ reason: Reason, _ detail: String, trials: [KeyTrial] = []) {
        self.reason = reason
        self.detail = detail
        self.trials = trials
    }
}

/// The result of trying one key, for a person who asks why no key matched.
package struct KeyTrial: Equatable, Sendable {
    /// The result of the trial.
    package enum Outcome: Equatable, Sendable {
        /// It signed the token.
        case verified
        /// It could serve the token's algorithm, but did not make the signature.
        case badSignature
        /// It may not serve the token's algorithm.
        case refused(KeyRefusal)
        /// It was not tried, because the token's `kid` names another key.
        case otherKeyID
        /// It was not tried, because the header alone rules the token out.
        case notTried
    }

    /// The key in words; see `Key.description`.
    package let key: String
    package let keyID: JSONString?
    package let outcome: Outcome

    /// Why the key may not serve the algorithm; nil for any other outcome.
    package var refusal: KeyRefusal? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal
    }
}
