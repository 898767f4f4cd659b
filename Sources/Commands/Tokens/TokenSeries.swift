internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

/// `issue --count`: many tokens of one draft, printed as they come.
///
/// A token is printed once Redis has acknowledged that it is recorded, never before: whatever ends
/// the run, what was printed can be found and revoked by its list.
struct TokenSeries {
    private let minter: TokenMinter
    private let backend: Backend?
    private let console: Console
    private let total: Int
    private let list: ResultWriter<TokenMinter.Minted>
    private var cutoffWait: CutoffWait
    private var done = 0

    /// Tokens that share a round trip to Redis; of a broken one, at most so many are in doubt.
    private static let batchSize = 256

    init(minter: TokenMinter, backend: Backend?, console: Console, total: Int) {
        self.minter = minter
        self.backend = backend
        self.console = console
        self.total = total
        list = Self.writer(console, of: .many, isRecorded: backend != nil)
        cutoffWait = CutoffWait(clock: console.system.clock)
    }

    mutating func run() throws -> ExitStatus {
        guard backend != nil else {
            while done < total {
                cutoffWait.refresh()
                for _ in 0..<min(Self.batchSize, total - done) {
                    try print(minter.mint(now: cutoffWait.now))
                }
            }
            try list.finish(empty: "")
            return .success
        }
        try stoppable {
            while done < total, Signals.pending == nil { try recordBatch() }
        }
        try list.finish(empty: "")
        guard done < total else { return .success }
        try console.endWhereInterrupted {
            try console.system.output.flush()
            try console.error("interrupted: \(progress)")
        }
        return .success
    }

    private var progress: String { "\(done) of \(total) tokens were printed and recorded" }

    /// Signs and records some tokens, and prints those of which Redis has taken note.
    private mutating func recordBatch() throws {
        cutoffWait.refresh()
        var minted: [TokenMinter.Minted] = []
        for _ in 0..<min(Self.batchSize, total - done) {
            minted.append(try minter.mint(now: cutoffWait.now))
        }
        guard let backend else { return }
        let batch = backend.store.record(minted.compactMap { $0.record(label: minter.label) })
        var refusal: (outcome: RecordOutcome, failure: Failure)?
        for (token, outcome) in zip(minted, batch.outcomes) {
            guard let outcome else { continue }
            if let failure = minter.failure(outcome, id: token.facts.label.description) {
                refusal = refusal ?? (outcome, failure)
            } else {
                try print(token)
            }
        }
        if let error = batch.failure {
            try tellInterruption(uncertain: batch.uncertainCount)
            let failure = Diagnostics.failure(for: error)
            // Running it again unchanged would issue too many tokens.
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "--count \(total - done) issues the rest")
        }
        guard let refusal else { return }
        // Those that a logout overtook are made anew, in the next second.
        guard cutoffWait.mayWait(for: refusal.outcome, minter.draft) else {
            try tellInterruption(uncertain: 0)
            throw refusal.failure
        }
    }

    private mutating func tellInterruption(uncertain: Int) throws {
        try list.finish(empty: "")
        try console.system.output.flush()
        let doubt =
            uncertain == 0
            ? "" : "; up to \(uncertain) more may be recorded but were not printed"
        try console.error(progress + doubt)
    }

    private mutating func print(_ token: TokenMinter.Minted) throws {
        done += 1
        try list.append(token)
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
