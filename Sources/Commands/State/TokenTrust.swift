internal import CommandKit
internal import JOSE
internal import TokenStore

/// Whether a token may decide what is changed: whoever can hand an operator a token would otherwise
/// choose whose `jti` that is.
struct TokenTrust {
    private let verifier: SignatureVerifier?
    private let skipsVerification: Bool
    private let badSignatureHint: String?

    /// Whether signatures are checked.
    var isChecking: Bool { verifier != nil }

    /// `badSignatureHint` is what a person can do all the same.
    init(
        _ options: KeyOptions, skipsVerification: Bool = false, badSignatureHint: String? = nil,
        _ console: Console
    ) throws {
        self.skipsVerification = skipsVerification
        self.badSignatureHint = badSignatureHint
        verifier =
            skipsVerification
            ? nil
            : try options.load(console).map(options.verifier)
    }

    /// Throws where the signature is bad, and where it is not checked and the token was found in text
    /// that an attacker may have written.
    func require(_ target: ResolvedItem) throws(Failure) {
        guard let token = target.token else { return }
        if let verifier {
            guard case .failed(let failure) = verifier.verify(token) else { return }
            throw Failure(
                .badSignature, failure.reason.rawValue,
                "the token is not trusted: \(VisibleText.escape(failure.detail, columns: 120))",
                hint: TokenOddity.hint(signatureOf: token) ?? badSignatureHint)
        }
        guard !skipsVerification, target.place == .text else { return }
        throw Failure(
            .refused, "not_verified",
            "the token is part of other text, and its signature was not checked: "
                + target.description,
            hint: "give --key SOURCE to check it, or pass the token alone")
    }
}
