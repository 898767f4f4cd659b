internal import CommandKit
internal import JOSE
internal import Platform
internal import TokenStore

/// Whether a token may decide what is changed: whoever can hand an operator a token would otherwise
/// choose whose `jti` that is.
struct TokenTrust {
    private let verifier: SignatureVerifier?
    private let skipsVerification: Bool

    /// Whether signatures are checked.
    var isChecking: Bool { verifier != nil }

    init(_ options: KeyOptions, skipsVerification: Bool = false, _ console: Console) throws {
        self.skipsVerification = skipsVerification
        verifier =
            skipsVerification
            ? nil
            : try options.load(console).map { keys in
                SignatureVerifier(
                    keys: keys, algorithm: options.algorithm, allowWeak: options.allowsWeakKey)
            }
    }

    /// Throws where the signature is bad; and where nobody checked it and the token stands in text
    /// that may be anybody's.
    func require(_ target: StateTarget, badSignatureHint hint: String? = nil) throws(Failure) {
        guard let token = target.token else { return }
        if let verifier {
            guard case .failed(let failure) = verifier.verify(token) else { return }
            throw Failure(
                .badSignature, failure.reason.rawValue,
                "the token is not trusted: \(VisibleText.escape(failure.detail, columns: 120))",
                hint: TokenOddity.hint(signatureOf: token) ?? hint)
        }
        guard !skipsVerification, target.place == .text else { return }
        throw Failure(
            .refused, "not_verified",
            "the token stands in other text, and nobody checked its signature: "
                + target.description,
            hint: "give a --key, or pass the token alone")
    }
}

/// Tells which tokens were taken out of other text, before anything is done with them.
final class TakenTokens {
    /// As many are named.
    private static let limit = 10

    private let console: Console
    private var count = 0

    init(_ console: Console) { self.console = console }

    /// `line` is its place among several.
    func tell(_ target: StateTarget, at line: String? = nil) throws(OutputError) {
        guard target.place != .itself else { return }
        try tell(target.description, at: line)
    }

    func tell(_ description: String, at line: String?) throws(OutputError) {
        count += 1
        guard count <= Self.limit else {
            if count == Self.limit + 1 { try console.note("further tokens in text are not named") }
            return
        }
        try console.note((line.map { "\($0): " } ?? "") + "the token in the text: \(description)")
    }
}
