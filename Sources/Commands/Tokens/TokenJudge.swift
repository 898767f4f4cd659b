internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The checks that a command requires: those of its options, and those that settings add.
///
/// A class, because the judges of all threads share it.
final class TokenDemands: Sendable {
    let options: VerifyOptions
    /// The issuers that are accepted; empty for all. An option replaces the setting.
    private let issuers: [String]
    /// Whether a token that is not on its user's token list is refused. The layout may refuse it in
    /// any case.
    let requiresListing: Bool

    /// Takes from the settings what the options leave open.
    init(_ options: VerifyOptions, _ settings: Settings) throws {
        self.options = options
        issuers =
            options.issuers.isEmpty
            ? settings[.issuer].map { [$0.text] } ?? [] : options.issuers
        requiresListing = try options.requiresListing || settings.requiresListing()
    }

    /// The expectations about claims, with `now` in unix seconds. `--at` replaces it.
    func policy(now: Double) -> ClaimsPolicy {
        var policy = ClaimsPolicy(
            now: options.time.map { Double($0.seconds(now: Int64(now))) } ?? now)
        policy.leeway = Double(options.leeway)
        policy.issuers = issuers.map { JSONString($0) }
        policy.audiences = options.audiences.map { JSONString($0) }
        policy.subject = options.subject.map { JSONString($0) }
        policy.type = options.type.map { JSONString($0) }
        policy.requiredClaims = options.requiredClaims.map { JSONString($0) }
        policy.isStrict = options.isStrict
        policy.maximumAge = options.maximumAge.map { Double($0) }
        return policy
    }
}

/// Gives the verdict on tokens: examines each by itself, then asks Redis about all that may be
/// valid at once, since they share its round trip. `verify`, `verify --stream` and `renew` use it.
struct TokenJudge {
    let demands: TokenDemands
    /// Checks signatures with the configured keys. It is used by one thread at a time.
    let verifier: SignatureVerifier
    let clock: Clock
    /// The Redis to ask; nil without Redis.
    let backend: Backend?
    /// Parsed headers, since the tokens of a stream have few different ones.
    private let headers = HeaderCache()

    /// A judge without Redis that shares nothing mutable with this one, for another thread.
    func offlineCopy() throws -> sending TokenJudge {
        TokenJudge(demands: demands, verifier: try verifier.copy(), clock: clock, backend: nil)
    }

    /// The expectations about claims at this moment.
    func policy() -> ClaimsPolicy { demands.policy(now: clock.now.numericDate) }

    /// The verdict on one token.
    func verdict(on text: [UInt8]) -> Verdict { verdicts(on: [text])[0] }

    /// One verdict for each text, in order. Redis' clock, if it is later than this machine's,
    /// judges `exp`.
    func verdicts(on texts: [[UInt8]]) -> [Verdict] {
        var policy = policy()
        guard let backend else { return texts.map { offlineVerdict(on: $0, by: policy) } }
        let examined = texts.map(examine)
        var answers = ask(backend, about: examined.compactMap(\.facts)).makeIterator()
        return examined.map { token in
            let answer = token.facts == nil ? .withheld : answers.next() ?? .withheld
            // Each token is judged by Redis' clock at the time of its own answer.
            policy.serverNow = answer.time.map { Double($0) }
            return Verdict(token, answer, by: policy)
        }
    }

    /// The verdict by signature and claims alone.
    func offlineVerdict(on text: [UInt8], by policy: ClaimsPolicy) -> Verdict {
        Verdict(examine(text), .offline, by: policy)
    }

    /// Redis' answer about each token, in order. An error is an answer, too: the state is then
    /// unknown.
    private func ask(_ backend: Backend, about tokens: [TokenFacts]) -> [StateAnswer] {
        guard !tokens.isEmpty else { return [] }
        do {
            try backend.requireCurrent(demands.options.global)
            let states = try backend.store.states(of: tokens.map(\.query))
            return zip(tokens, states).map { facts, state in
                .known(
                    StateReport(
                        state: state, issued: facts.issued, layout: backend.layout,
                        requiresListing: demands.requiresListing))
            }
        } catch {
            let failure = Diagnostics.failure(for: error)
            // A single wrong key fails the whole exchange: ask again, one token at a time.
            if tokens.count > 1, failure.code == "wrong_type" || failure.code == "corrupt" {
                return tokens.flatMap { ask(backend, about: [$0]) }
            }
            return tokens.map { _ in .unknown(failure) }
        }
    }

    /// Examines a text by itself: first its form, then the signature, then its ids. After a failure
    /// nothing else is examined, because the claims of a token without a good signature cannot be
    /// trusted.
    private func examine(_ text: [UInt8]) -> ExaminedToken {
        let token: CompactToken
        let claims: RegisteredClaims
        do throws(MalformedToken) {
            token = try CompactToken(parsing: text, headers: headers)
            claims = RegisteredClaims(try token.readClaims())
        } catch {
            let check = Check("format", .failed(.malformed), detail: error.description)
            return ExaminedToken(token: nil, claims: nil, check: check)
        }
        var examined: ExaminedToken
        // With --explain every key is tried, even after one has verified the signature.
        if demands.options.explains {
            let (check, trials) = verifier.explain(token)
            examined = ExaminedToken(token: token, claims: claims, check: check, trials: trials)
        } else {
            examined = ExaminedToken(token: token, claims: claims, check: verifier.check(token))
        }
        guard examined.isVerified else { return examined }
        do {
            if let backend {
                examined.facts = try TokenFacts(
                    token, claims: claims, naming: backend.layout.naming)
            } else {
                try TokenFacts.requireUsable(claims)
            }
        } catch {
            examined.badIdentifier = Check(
                "identifier", .failed(.invalidClaim),
                detail: Diagnostics.failure(for: error).message)
        }
        return examined
    }
}

/// A token that was examined by itself. Its claims and state are not judged yet.
struct ExaminedToken {
    /// The token; nil for text that is no token.
    let token: CompactToken?
    /// The claims; nil for text that is no token. They can be trusted only if `isVerified`.
    let claims: RegisteredClaims?
    /// The check of the signature, or of the form for text that is no token.
    let check: Check
    /// The result of each key; nil unless `--explain` asks for it.
    var trials: [KeyTrial]?
    /// The facts that its state depends on; nil if Redis must not be asked, or there is none.
    fileprivate(set) var facts: TokenFacts?
    /// The failed check of a claim that is no id; nil if all are.
    fileprivate(set) var badIdentifier: Check?

    /// Whether its signature is good.
    var isVerified: Bool { check.result == .passed }
}
