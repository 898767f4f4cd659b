internal import JSON
internal import OpenSSL

/// Decides whether one of the given keys signed a token.
///
/// The algorithm is the key's, or the one that the caller demands; the token's `alg` is compared
/// with it and never chooses. In the order of the checks the cheap come first, and nothing of the
/// payload is looked at.
package final class SignatureVerifier {
    private let keys: KeySet
    private let algorithm: Algorithm?
    private let allowWeak: Bool

    /// An HMAC is set up once for each secret and hash, for the sake of long streams.
    private var authenticators: [AuthenticatorID: MessageAuthenticator] = [:]

    private struct AuthenticatorID: Hashable {
        let key: ObjectIdentifier
        let digest: Digest
    }

    /// `algorithm` is the only one to be admitted; `nil` admits all that a key may serve.
    package init(keys: KeySet, algorithm: Algorithm? = nil, allowWeak: Bool = false) {
        self.keys = keys
        self.algorithm = algorithm
        self.allowWeak = allowWeak
    }

    /// The verdict on the signature. Nothing else of the token may be believed before it is
    /// `verified`.
    package func verify(_ token: CompactToken) -> SignatureVerdict {
        guard let algorithm = token.header.algorithm else {
            return Self.refused(
                .algorithmNotAllowed, "alg '\(token.header.algorithmName)' is never accepted")
        }
        if let demanded = self.algorithm, demanded != algorithm {
            return Self.refused(.algorithmNotAllowed, "alg is \(algorithm), not \(demanded)")
        }
        if let member = TokenHeader.unsupportedMember(of: token.header.object) {
            return Self.refused(.unsupportedHeader, "'\(member)' is not supported")
        }
        return verify(token, algorithm)
    }

    /// The verdict where the header alone rules the token out and no key was looked at.
    private static func refused(_ reason: Reason, _ detail: String) -> SignatureVerdict {
        .failed(SignatureFailure(reason: reason, detail: detail, trials: []))
    }

    /// Tries the keys that `kid` leaves; the algorithm has been settled.
    private func verify(_ token: CompactToken, _ algorithm: Algorithm) -> SignatureVerdict {
        let signingInput = token.signingInput
        var trials: [SignatureFailure.Trial] = []
        for key in keys.candidates(for: token.header.keyID) {
            let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: allowWeak)
            if refusal == nil, isSignature(token.signature, of: signingInput, key, algorithm) {
                return .verified(key: key.description, algorithm: algorithm)
            }
            trials.append(SignatureFailure.Trial(key: key.description, refusal: refusal))
        }
        return .failed(Self.failure(algorithm, trials))
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
    private func isSignature(
        _ signature: [UInt8], of message: [UInt8], _ key: Key, _ algorithm: Algorithm
    ) -> Bool {
        do throws(OpenSSLError) {
            switch (key.material, algorithm.operation) {
            case (.secret, .mac(let digest)):
                return try authenticator(key, digest)?.isCode(signature, for: message) ?? false
            case (.asymmetric(let key), .signature(let scheme)):
                return try key.isSignature(signature, of: message, scheme: scheme)
            default:
                return false
            }
        } catch {
            return false
        }
    }

    /// The HMAC of this secret, made on first use.
    private func authenticator(
        _ key: Key, _ digest: Digest
    ) throws(OpenSSLError) -> MessageAuthenticator? {
        guard case .secret(let secret) = key.material else { return nil }
        let id = AuthenticatorID(key: ObjectIdentifier(key), digest: digest)
        if let known = authenticators[id] { return known }
        let made = try MessageAuthenticator.make(secret: secret, digest: digest)
        authenticators[id] = made
        return made
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
