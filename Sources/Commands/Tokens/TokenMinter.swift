internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import OpenSSL
internal import Platform
internal import TokenStore

/// Signs tokens of one draft, for `issue`.
struct TokenMinter {
    let draft: TokenDraft
    /// Signs with the private key or secret.
    let signer: Signer
    /// The label on the user's token list.
    let label: String?
    /// The way in which the layout names the tokens that it records.
    var naming = Naming()

    /// A token that was signed, but not recorded yet.
    struct Minted {
        /// The compact serialization. It is a credential: whoever has it can use it.
        let text: [UInt8]
        /// The facts by which it is recorded.
        let facts: TokenFacts

        /// The entry for the user's token list; nil if the token names no user.
        func record(label: String?) -> TokenRecord? {
            facts.user.map { user in
                TokenRecord(
                    facts.subject, user: user, issuedAt: facts.issuedAt, expiry: facts.expiry,
                    label: label)
            }
        }

        /// The JSON result, with the token in it.
        func json(isRecorded: Bool) -> JSONObject {
            [
                "token": .string(String(decoding: text, as: UTF8.self)),
                "id": .string(facts.label.description),
                "sub": facts.user.map { .string($0.description) } ?? .null,
                "iat": facts.issuedAt.map { .integer($0) } ?? .null,
                "exp": facts.expiry.seconds.map { .integer($0) } ?? .null,
                "recorded": .bool(isRecorded),
            ]
        }
    }

    /// Signs one token. `now` is in unix seconds. Its facts are those that the layout reads from
    /// the finished token, so that a name made of the text is right.
    func mint(now: Int64) throws -> Minted {
        let claims = try draft.claims(now: now, id: draft.fixedID ?? TokenDraft.randomID())
        let facts = try TokenFacts(draft: claims)
        let text = try signer.sign(header: draft.header, claims: claims)
        // Standard names are those of the claims. Others may depend on the finished text.
        guard !naming.isStandard else { return Minted(text: text, facts: facts) }
        let token: CompactToken
        do throws(MalformedToken) {
            token = try CompactToken(parsing: text)
        } catch {
            throw Failure(.usage, "usage", "every verifier would reject the token: \(error)")
        }
        return Minted(
            text: text, facts: try TokenFacts(token, claims: claims, naming: naming))
    }

    /// Signs one token, and records it if there is a `backend`. It is signed first: a list must not
    /// name a token that was never made.
    func issue(in backend: Backend?, _ clock: Clock) throws -> Minted {
        var cutoffWait = CutoffWait(clock: clock)
        while true {
            let minted = try mint(now: cutoffWait.now)
            guard let backend, let record = minted.record(label: label) else { return minted }
            let outcome = try backend.store.record(record)
            guard let failure = failure(outcome, id: minted.facts.label.description) else {
                return minted
            }
            guard cutoffWait.wait(after: outcome, draft) else { throw failure }
        }
    }

    /// Signs one token and reads it back as a verifier would, before any is issued: jwtctl never
    /// issues a token that it would call malformed itself. One is enough, since the tokens of a
    /// draft differ only in id and times.
    func validate(now: Int64) throws {
        let minted = try mint(now: now)
        let checks: [Check]
        do throws(MalformedToken) {
            let token = try CompactToken(parsing: minted.text)
            checks = ClaimsPolicy(now: Double(now))
                .checks(header: token.header, claims: try token.claims())
        } catch {
            throw Failure(.usage, "usage", "every verifier would reject the token: \(error)")
        }
        if let bad = checks.first(where: { $0.reason == .invalidClaim }) {
            throw Failure(
                .usage, Reason.invalidClaim.rawValue,
                "the claim '\(bad.name)' has a type that verifiers must reject")
        }
    }

    /// The failure for a token that could not be recorded; nil if it was. The token is then neither
    /// printed nor kept, so nothing needs to be revoked.
    func failure(_ outcome: RecordOutcome, id: String) -> Failure? {
        let hint = "an id is never used twice; omit --jti to get a random one"
        let shown = VisibleText.escape(id)
        switch outcome {
        case .recorded: return nil
        case .cutOff(let cutoff):
            return Failure(
                .revoked, Reason.cutOff.rawValue,
                "the token would be rejected immediately: a cutoff is set at "
                    + TimeText.rfc3339(cutoff),
                hint: draft.isIssuedNow ? "is this machine's clock right?" : "give a later --iat")
        case .alreadyRecorded:
            return Failure(
                .refused, "already_recorded", "the id '\(shown)' is already in use", hint: hint)
        case .displaced:
            return Failure(
                .refused, "other_token",
                "the user already has a token, and the layout keeps only one per user",
                hint: "revoke that one first: 'jwtctl logout-all USER'")
        case .alreadyRevoked:
            return Failure(
                .refused, "already_revoked", "the id '\(shown)' is revoked", hint: hint)
        case .expired:
            return Failure(
                .refused, "expired", "the token would already be expired by Redis' clock",
                hint: "--no-record signs it anyway")
        }
    }
}

/// Waiting for the second after a logout: a token issued in the second of a cutoff is rejected, one
/// of the next second is not.
struct CutoffWait {
    private let clock: Clock
    /// The issue time of the next token.
    private(set) var now: Int64
    /// The number of waits so far.
    private var count = 0

    init(clock: Clock) {
        self.clock = clock
        now = clock.seconds
    }

    /// Takes the present second, without waiting.
    mutating func refresh() { now = clock.seconds }

    /// Returns true in the next second, or false where waiting is of no use: another refusal, a given
    /// `--iat`, or the third time in vain.
    mutating func wait(after outcome: RecordOutcome, _ draft: TokenDraft) -> Bool {
        guard case .cutOff = outcome, draft.isIssuedNow, count < 3 else { return false }
        count += 1
        while clock.seconds == now { pause(milliseconds: 20) }
        now = clock.seconds
        return true
    }
}

/// `issue --count`: many tokens of one draft, printed as they come.
///
/// A token is printed only after Redis has acknowledged that it is recorded. Every printed token is
/// therefore on a token list, even if the run ends early.
struct TokenSeries {
    private let minter: TokenMinter
    /// nil where tokens are not recorded.
    private let backend: Backend?
    private let console: Console
    /// The number of requested tokens.
    private let total: Int
    private let run: ItemRun<TokenMinter.Minted>
    private var cutoffWait: CutoffWait
    /// The number of tokens that may be recorded but were not printed; nil unless the run ended
    /// early.
    private var uncertain: Int?

    /// Tokens that share a round trip to Redis; of a broken one, at most so many are in doubt.
    private static let batchSize = 256

    init(minter: TokenMinter, backend: Backend?, console: Console, total: Int) {
        self.minter = minter
        self.backend = backend
        self.console = console
        self.total = total
        run = ItemRun(
            console, Self.writer(console, of: .many, isRecorded: backend != nil),
            backend == nil ? .endProcess : .stop(), watching: "issuing", of: .exactly(total))
        cutoffWait = CutoffWait(clock: console.system.clock)
    }

    /// Issues all tokens, and returns the exit status. If the run ends early, a message says how
    /// many were printed.
    mutating func issue() throws -> ExitStatus {
        do {
            try run.perform {
                while run.count < total, Signals.pending == nil { try issueBatch() }
            }
        } catch {
            if let uncertain {
                try console.system.output.flush()
                let doubt = "; up to \(uncertain) more may be recorded but were not printed"
                try console.error(progress + (uncertain == 0 ? "" : doubt))
            }
            throw error
        }
        try run.finish(empty: "")
        guard run.count < total else { return .success }
        try console.endWhereInterrupted {
            try console.error("interrupted: \(progress)")
            try console.note("hint: \(hint)")
        }
        return .success
    }

    /// The progress of the run, for the person who continues it.
    private var progress: String {
        "\(NumberText.grouped(run.count)) of \(Count.words(total, "token was", "tokens were")) "
            + "printed and recorded"
    }

    /// How to go on. The same command again would issue too many tokens.
    private var hint: String { "--count \(total - run.count) issues the rest" }

    /// Signs and prints some tokens, and records them first where Redis is used. All tokens of a
    /// batch have the same `iat`.
    private mutating func issueBatch() throws {
        cutoffWait.refresh()
        let count = min(Self.batchSize, total - run.count)
        guard let backend else {
            for _ in 0..<count { try run.add(minter.mint(now: cutoffWait.now)) }
            return
        }
        let minted = try (0..<count).map { _ in try minter.mint(now: cutoffWait.now) }
        try record(minted, in: backend)
    }

    /// Records tokens, and prints those of which Redis has taken note.
    private mutating func record(_ minted: [TokenMinter.Minted], in backend: Backend) throws {
        let batch = backend.store.record(minted.compactMap { $0.record(label: minter.label) })
        var refusal: (outcome: RecordOutcome, failure: Failure)?
        for (token, outcome) in zip(minted, batch.outcomes) {
            guard let outcome else { continue }
            if let failure = minter.failure(outcome, id: token.facts.label.description) {
                refusal = refusal ?? (outcome, failure)
            } else {
                try run.add(token)
            }
        }
        if let error = batch.failure {
            uncertain = batch.uncertainCount
            let failure = Diagnostics.failure(for: error)
            throw Failure(failure.status, failure.code, failure.message, hint: hint)
        }
        guard let refusal else { return }
        // Those that a logout overtook are made anew, in the next second.
        guard cutoffWait.wait(after: refusal.outcome, minter.draft) else {
            uncertain = 0
            throw refusal.failure
        }
    }

    /// The writer of issued tokens: a person reads the bare token.
    static func writer(
        _ console: Console, of extent: ResultExtent, isRecorded: Bool
    ) -> ResultWriter<TokenMinter.Minted> {
        console.writer([.all { $0.json(isRecorded: isRecorded) }], of: extent) {
            Item.line($0.facts.label.description, keys: nil)
        } text: {
            String(decoding: $0.text, as: UTF8.self) + "\n"
        }
    }
}

/// A row is only made of a token that was issued, so all of them are successes.
extension TokenMinter.Minted: ItemRow {
    var status: ExitStatus { .success }
}
