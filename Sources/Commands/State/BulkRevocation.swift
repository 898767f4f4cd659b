internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

/// Lines of a file or of standard input: revoked in batches, counted to the last one.
///
/// Whatever breaks the run, the counts add up to the lines that were there, and `--failed` keeps
/// what may still be alive, in a form that `--from` reads.
struct BulkRevocation {
    /// Items that are in flight together.
    private static let batchSize = 1000

    private let lines: LineSource
    private let options: RevokeOptions
    private let planner: RevocationPlanner
    private let session: Session
    private let console: Console
    private let failed: FailedItems?
    private var counts = BulkCounts()
    private var batch: [(plan: RevocationPlanner.Plan, line: Int)] = []
    /// Items that were handed to Redis.
    private var attempted = 0
    private var isConfirmed: Bool
    private var progress: CommandKit.Progress

    init(
        _ lines: LineSource, _ options: RevokeOptions, _ planner: RevocationPlanner,
        _ session: Session,
        _ console: Console
    ) throws {
        self.lines = lines
        self.options = options
        self.planner = planner
        self.session = session
        self.console = console
        failed = try options.failedFile.map { try FailedItems(path: $0, reading: lines) }
        isConfirmed = options.isConfirmed || options.isDryRun
        progress = CommandKit.Progress(
            label: "revoking", total: nil, isTerminal: console.system.diagnostics.isTerminal,
            columns: console.system.terminal.columns, start: .now)
    }

    mutating func run() throws -> ExitStatus {
        let failure: Failure?
        do {
            let interrupts = InterruptScope()
            defer { _ = interrupts }
            failure = try work()
        }
        try console.progress(progress.finish())
        if failure != nil || Signals.pending != nil { try keepRest() }
        try failed?.finish()
        if !options.isDryRun, counts.revoked > 0 {
            _ = session.audit(
                "revoke", .many, count: Int64(counts.revoked), reason: options.reason, console)
        }
        return try tell(failure)
    }

    /// Returns what broke the run off; nil at the end, or after a signal.
    private mutating func work() throws -> Failure? {
        do {
            while Signals.pending == nil, let line = try lines.next() {
                try add(line, number: lines.number)
            }
            try flush()
            return nil
        } catch let error as OutputError {
            throw error
        } catch {
            // A read that a signal interrupted is no failure: the signal is told of instead.
            return Signals.pending == nil ? Diagnostics.failure(for: error) : nil
        }
    }

    private mutating func add(_ line: InputStream.Line, number: Int) throws {
        do {
            guard case .text(let bytes) = line else {
                throw Failure(.usage, "invalid_line", "the line is too long")
            }
            let item = try Item(line: bytes, as: options.items.kind)
            batch.append((try planner.plan(item), number))
        } catch {
            let failure = Diagnostics.failure(for: error)
            guard failure.isItemsOwn else { throw error }
            if failure.code == "not_found" { counts.notFound += 1 } else { counts.invalid += 1 }
            return try console.error("line \(number): \(failure.message)")
        }
        if batch.count > Confirmation.threshold, !isConfirmed {
            try Confirmation.ask(
                "Revoke more than \(Confirmation.threshold) items on \(session.description)?",
                answer: "yes", console)
            isConfirmed = true
        }
        if batch.count == Self.batchSize { try flush() }
    }

    private mutating func flush() throws {
        guard !batch.isEmpty else { return }
        if attempted == 0 {
            try session.announce(options, redisTime: planner.now, console)
        }
        if let maximum = options.maximum, Int64(attempted + batch.count) > maximum {
            throw Failure(
                .refused, "maximum", "more than \(maximum) items; the rest was not attempted")
        }
        let items = batch
        batch = []
        attempted += items.count
        let result = try process(items.map(\.plan.revocation))
        for (item, outcome) in zip(items, result.outcomes) {
            counts.add(outcome)
            if case .failed(let error) = outcome {
                try console.error("line \(item.line): \(Diagnostics.failure(for: error).message)")
            }
            if outcome.mustBeTriedAgain { try failed?.append(item.plan.revocation) }
        }
        try console.progress(progress.update(count: counts.total, now: .now))
        if let failure = result.failure { throw failure }
    }

    /// The short value, unless somebody said who or why.
    private func process(_ items: [Revocation]) throws -> RevocationBatch {
        if options.isDryRun {
            return RevocationBatch(outcomes: try session.store.plannedOutcomes(of: items))
        }
        let isDetailed = options.reason != nil || options.actor != nil
        return session.store.revoke(
            items,
            entry: isDetailed
                ? DenyEntry(reason: options.reason, actor: session.store.actor) : nil)
    }

    /// Counts what was not attempted, and keeps it for another try. Lines that somebody still
    /// writes are not waited for after a signal: an interrupted program has to end.
    private mutating func keepRest() throws {
        counts.notAttempted += batch.count
        for item in batch { try failed?.append(item.plan.revocation) }
        batch = []
        guard lines.isFile || Signals.pending == nil else { return }
        while let line = try lines.next() {
            counts.notAttempted += 1
            if case .text(let bytes) = line { try failed?.append(line: bytes) }
        }
    }

    private func tell(_ failure: Failure?) throws -> ExitStatus {
        try console.result(counts.json(target: session.json, isDryRun: options.isDryRun)) {
            counts.words(isDryRun: options.isDryRun)
        }
        if let failure {
            try console.error(failure.message)
            if let hint = failure.hint { try console.note("hint: \(hint)") }
        }
        if let signal = Signals.pending {
            try console.note("interrupted; the counts above are what was done")
            try console.system.output.flush()
            Signals.endProcess(by: signal)
        }
        if let failure { return failure.status }
        let bad = counts.failed + counts.invalid + counts.notFound
        return counts.unknown > 0 ? .unknown : bad > 0 ? .someFailed : .success
    }
}
