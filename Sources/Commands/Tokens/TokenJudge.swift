internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

/// The checks that a command asks for: those of its options, and those that settings add.
///
/// An object, since the judges of all threads share it.
final class TokenDemands: Sendable {
    let options: VerifyOptions
    private let issuers: [String]
    /// Whether a token that is not on its user's list is refused; the layout may refuse it anyway.
    let requiresListing: Bool

    init(_ options: VerifyOptions, _ settings: Settings) throws {
        self.options = options
        issuers =
            options.issuers.isEmpty
            ? settings[.issuer].map { [$0.text] } ?? [] : options.issuers
        requiresListing = try options.requiresListing || settings.requiresListing()
    }

    /// The expectations of claims, `now` in seconds since 1970.
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

/// Gives the verdict on tokens: examines each by itself, then asks Redis about all that may be valid
/// at once, since they share its round trip.
struct TokenJudge {
    private let demands: TokenDemands
    private let verifier: SignatureVerifier
    private let clock: Clock
    /// nil if Redis is not asked.
    private let session: Session?
    private let headers = HeaderCache()

    init(
        _ demands: TokenDemands, _ verifier: SignatureVerifier, _ clock: Clock, _ session: Session?
    ) {
        self.demands = demands
        self.verifier = verifier
        self.clock = clock
        self.session = session
    }

    /// A judge without Redis that shares nothing with this one: for another thread.
    func offlineCopy() throws -> sending TokenJudge {
        TokenJudge(demands, try verifier.copy(), clock, nil)
    }

    /// The expectations of claims at this moment.
    func policy() -> ClaimsPolicy { demands.policy(now: clock.now.numericDate) }

    func verdict(on text: [UInt8]) -> Verdict { verdicts(on: [text])[0] }

    /// One verdict for each text, in order.
    func verdicts(on texts: [[UInt8]]) -> [Verdict] {
        let policy = policy()
        guard let session else { return texts.map { offlineVerdict(on: $0, by: policy) } }
        let examined = texts.map { examine($0, by: policy) }
        var answers = ask(session, about: examined.compactMap(\.facts)).makeIterator()
        return examined.map { token in
            guard token.facts != nil, let answer = answers.next() else {
                return Verdict(token, .withheld)
            }
            return Verdict(token.judgedAgain(by: policy, answer.time), answer)
        }
    }

    /// The verdict by signature and claims alone.
    func offlineVerdict(on text: [UInt8], by policy: ClaimsPolicy) -> Verdict {
        Verdict(examine(text, by: policy), .offline)
    }

    /// Redis' answer about each token, in order.
    private func ask(_ session: Session, about tokens: [TokenFacts]) -> [StateAnswer] {
        guard !tokens.isEmpty else { return [] }
        do {
            try session.requireCurrent(demands.options.global)
            let states = try session.store.states(of: tokens.map(\.query))
            return zip(tokens, states).map { facts, state in
                .known(
                    StateReport(
                        state: state, issued: facts.issued, layout: session.layout,
                        requiresListing: demands.requiresListing))
            }
        } catch {
            let failure = Diagnostics.failure(for: error)
            // One wrong key must not take the others' answers away: ask one by one.
            if tokens.count > 1, failure.code == "wrong_type" || failure.code == "corrupt" {
                return tokens.flatMap { ask(session, about: [$0]) }
            }
            return tokens.map { _ in .unknown(failure) }
        }
    }

    /// Examines a text without Redis: first its form, then the signature, then the claims. After a
    /// failure nothing else is examined.
    private func examine(_ text: [UInt8], by policy: ClaimsPolicy) -> ExaminedToken {
        let token: CompactToken
        let claims: RegisteredClaims
        do throws(MalformedToken) {
            token = try CompactToken(parsing: text, headers: headers)
            claims = RegisteredClaims(try token.readClaims())
        } catch {
            return ExaminedToken(
                token: nil, claims: nil, instant: policy.now,
                checks: [
                    Check("format", .failed(.malformed), detail: error.description),
                    Check("signature", .notJudged), Check("claims", .notJudged),
                ])
        }
        let explains = demands.options.explains
        let (signature, trials) =
            explains ? verifier.explain(token) : (verifier.check(token), [])
        guard signature.result == .passed else {
            return ExaminedToken(
                token: token, claims: claims, instant: policy.now,
                checks: [signature, Check("claims", .notJudged)],
                grounds: explains ? Grounds(trials: trials, claims: []) : nil)
        }
        var examined = ExaminedToken(
            token: token, claims: claims, instant: policy.now,
            checks: policy.checks(after: signature, header: token.header, claims: claims))
        if explains {
            examined.grounds = Grounds(
                trials: trials,
                claims: policy.explain(
                    examined.checks.dropFirst(), header: token.header, claims: claims.object))
        }
        do {
            if let session {
                examined.facts = try TokenFacts(
                    token, claims: claims, naming: session.layout.naming)
            } else {
                try TokenFacts.requireUsable(claims)
            }
        } catch {
            examined.refuseIdentifier(error)
        }
        return examined
    }
}

/// A token as far as it can be judged without Redis.
struct ExaminedToken {
    /// nil for text that is no token.
    let token: CompactToken?
    let claims: RegisteredClaims?
    /// The moment by which the claims were judged, in seconds since 1970 with their fraction.
    let instant: Double
    /// The check of the signature, or of the form, and those of the claims.
    fileprivate(set) var checks: [Check]
    /// The facts that its state depends on; nil if Redis must not be asked, or is not there.
    fileprivate(set) var facts: TokenFacts?
    /// nil unless `--explain` asks for it.
    fileprivate(set) var grounds: Grounds?

    /// Adds that a claim names no id: the policy may allow that, the state does not.
    fileprivate mutating func refuseIdentifier(_ error: any Error) {
        guard !checks.contains(where: { $0.reason == .invalidClaim }) else { return }
        checks.append(
            Check(
                "identifier", .failed(.invalidClaim),
                detail: Diagnostics.failure(for: error).message))
    }

    /// The token with `exp` judged again if Redis' clock is ahead of ours: a token that has expired
    /// there may have lost its blacklist entry.
    fileprivate func judgedAgain(by policy: ClaimsPolicy, _ time: Int64?) -> ExaminedToken {
        guard let time, Double(time) > policy.now, let token, let claims,
            let index = checks.firstIndex(where: { $0.name == "exp" && $0.result == .passed })
        else { return self }
        var policy = policy
        policy.serverNow = Double(time)
        guard let check = policy.expiryCheck(of: claims) else { return self }
        var judged = self
        judged.checks[index] = check
        if let grounds {
            judged.grounds = Grounds(
                trials: grounds.trials,
                claims: policy.explain(
                    judged.checks.dropFirst(), header: token.header, claims: claims.object))
        }
        return judged
    }
}

/// What the checks of a token have compared, for `--explain`. An object, so that a stream, which
/// explains nothing, passes on no more than a nil for each token.
final class Grounds {
    /// The result of each key.
    let trials: [KeyTrial]
    /// The checks of the claims, those that nobody asked for included; empty if none was made.
    let claims: [ExplainedCheck]

    init(trials: [KeyTrial], claims: [ExplainedCheck]) {
        self.trials = trials
        self.claims = claims
    }
}
