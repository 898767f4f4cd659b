internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import OpenSSL
internal import Platform
internal import TokenStore

/// Makes one token or many. Key, claims and Redis are checked before the first is signed.
func runIssue(_ options: IssueOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .changes)
    let keys = try options.keys.require(console)
    let signer = try options.keys.signer(keys, hint: "give the key to sign with")
    let backend = options.isRecorded ? try Backend(console, actor: options.actor) : nil
    let minter = TokenMinter(
        draft: try TokenDraft(options, system: system), signer: signer, label: options.label,
        naming: backend?.layout.naming ?? Naming())
    try backend?.require(.record)
    if options.isRecorded { try requireUser(minter, now: system.clock.seconds) }
    try minter.validate(now: system.clock.seconds)
    try backend?.requirePrimary(comparingClocks: console)
    if let count = options.count {
        var series = TokenSeries(minter: minter, backend: backend, console: console, total: count)
        return try series.issue()
    }
    return try issueOne(minter, backend, console)
}

/// A token without a user cannot be recorded. Layouts may find the user in another claim than `sub`.
private func requireUser(_ minter: TokenMinter, now: Int64) throws {
    let isKnown =
        try minter.naming.isStandard
        ? minter.draft.user != nil : minter.mint(now: now).facts.user != nil
    guard !isKnown else { return }
    let claims = minter.naming.userClaims
    throw Failure(
        .usage, "usage",
        claims.contains("sub")
            ? "missing option '--sub'" : "missing option '--claim \(claims.first ?? "sub")=USER'",
        hint: "--no-record signs a token without recording it")
}

/// Issues one token. It is signed, then recorded, then printed: a token that is not recorded is
/// never printed.
private func issueOne(
    _ minter: TokenMinter, _ backend: Backend?, _ console: Console
) throws -> ExitStatus {
    let system = console.system
    var cutoffWait = CutoffWait(clock: system.clock)
    // Signed before it is recorded: a list must not name a token that was never made.
    var minted = try minter.mint(now: cutoffWait.now)
    while let backend, let record = minted.record(label: minter.label) {
        let outcome = try backend.store.record(record)
        guard let failure = minter.failure(outcome, id: minted.facts.label.description) else {
            break
        }
        guard cutoffWait.wait(after: outcome, minter.draft) else { throw failure }
        minted = try minter.mint(now: cutoffWait.now)
    }

    let list = TokenSeries.writer(console, of: .one, isRecorded: backend != nil)
    try list.append(minted)
    try list.finishOnly()
    if system.diagnostics.isTerminal {
        try system.output.flush()
        try console.note("revoke with: \(minted.facts.revokeCommand(isRecorded: backend != nil))")
    }
    return .success
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
            backend == nil ? .endProcess : .stop())
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
            try console.system.output.flush()
            try console.error("interrupted: \(progress)")
        }
        return .success
    }

    /// The progress of the run, for the person who continues it.
    private var progress: String { "\(run.count) of \(total) tokens were printed and recorded" }

    /// Signs and prints some tokens, and records them first where Redis is used.
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
            // Running it again unchanged would issue too many tokens.
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "--count \(total - run.count) issues the rest")
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

extension TokenMinter.Minted: ItemRow {
    var status: ExitStatus { .success }
}
