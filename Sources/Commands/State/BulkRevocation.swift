internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

/// Lines of a file or of standard input: revoked as they come, counted to the last one.
///
/// Whatever breaks the run, the counts add up to the lines that were there, and `--failed` keeps
/// what may still be alive, in a form that `--from` reads.
final class BulkRevocation {
    /// How many items make one piece of work, where so many are there.
    private static let batchSize = 512

    private let lines: LineSource
    private let options: RevokeOptions
    private let planner: RevocationPlanner
    private let feed: ItemFeed<RevocationRequest>
    private let backend: Backend
    private let console: Console
    /// nil without `--failed`, and in a dry run, which writes no file.
    private let failed: FailedItems?
    private var counts: BulkCounts
    /// What was revoked first: the audit log names it where it stays the only one.
    private var firstRevoked: RevocationRequest?
    /// The first item and what became of it: an only item is reported like an operand.
    private var first: (request: RevocationRequest, outcome: RevocationOutcome)?
    /// What was read and not handed to Redis yet.
    private var batch: [RevocationRequest] = []
    /// How many items were handed to Redis.
    private var attempted = 0
    /// What Redis broke the run off with.
    private var broken: StoreError?
    /// What an item was refused for that all further ones would be refused for too.
    private var refusal: StoreError?
    /// Whether nobody has to be asked any more.
    private var isConfirmed: Bool

    init(
        _ lines: LineSource, _ options: RevokeOptions, _ planner: RevocationPlanner,
        _ backend: Backend, _ console: Console
    ) throws {
        self.lines = lines
        self.options = options
        self.planner = planner
        feed = ItemFeed(options.items, lines, console) { try planner.request($0) }
        self.backend = backend
        self.console = console
        counts = BulkCounts(isDryRun: options.isDryRun)
        isConfirmed = options.isConfirmed || options.isDryRun
        failed =
            options.isDryRun
            ? nil
            : try options.failedFile.map { try FailedItems(path: $0, reading: lines, console) }
        if let failed { feed.invalid.keep = { failed.append(line: $0, $1) } }
    }

    /// Revokes all items, reports the counts, and returns the exit status.
    func run() throws -> ExitStatus {
        let failure = try console.watch("revoking", .stop()) { show in try work(show) }
        counts.invalid = feed.invalid.count
        if Signals.pending == nil {
            do throws(Failure) {
                if let failure {
                    try InvalidLines.rethrow(failure)
                } else {
                    try feed.requireItems()
                }
            } catch {
                failed?.discard()
                throw error
            }
        }
        // Where nothing broke, the last confirmation covered what was in doubt before.
        if broken == nil { counts.confirm() }
        if failure != nil && !isWritten || Signals.pending != nil { keepRest() }
        let incomplete = failed?.finish(areConfirmed: counts.areConfirmed)
        if !options.isDryRun, counts.revoked > 0 {
            _ = backend.audit(
                "revoke", counts.revoked == 1 ? firstRevoked?.auditSubject ?? .many : .many,
                count: Int64(counts.revoked), reason: options.reason,
                after: broken, console)
        }
        return try report(failure, incomplete)
    }

    /// Whether all was written, though not all of it confirmed.
    private var isWritten: Bool { broken?.isAboutConfirmation ?? false }

    // MARK: - Work

    /// Returns what broke the run off; nil at the end, or after a signal.
    private func work(_ show: @escaping (Int) -> Void) throws -> Failure? {
        func deliver(_ request: RevocationRequest, _ outcome: RevocationOutcome) throws {
            try count(request, outcome)
            // Looking at the clock costs as much as all the rest.
            if counts.total.isMultiple(of: Self.batchSize) { show(counts.total) }
        }
        do {
            broken = try (options.isDryRun ? plan(deliver) : revoke(deliver)) ?? refusal
            return broken.map(Diagnostics.failure)
        } catch let error as OutputError {
            throw error
        } catch {
            // A read that a signal interrupted is no failure: the signal is reported instead.
            return Signals.pending == nil ? Diagnostics.failure(for: error) : nil
        }
    }

    /// Takes an item with what became of it.
    private typealias Delivery = (RevocationRequest, RevocationOutcome) throws -> Void

    /// The short value is written unless a reason or an actor is given.
    private func revoke(_ deliver: @escaping Delivery) throws -> StoreError? {
        let isDetailed = options.reason != nil || options.actor != nil
        return try backend.store.revoke(
            entry: isDetailed
                ? DenyEntry(reason: options.reason, actor: backend.store.actor) : nil,
            clock: planner.clock, item: { $0.revocation }, next: nextBatch, deliver: deliver)
    }

    /// Delivers what a run would do. Nothing is written.
    private func plan(_ deliver: Delivery) throws -> StoreError? {
        let dryRun = RevocationDryRun(backend.store)
        while Signals.pending == nil, case .item(let batch) = try nextBatch(.blocking) {
            let outcomes = try dryRun.outcomes(of: batch.map(\.revocation))
            for (request, outcome) in zip(batch, outcomes) { try deliver(request, outcome) }
        }
        return nil
    }

    /// The items that are there. Only the first of them is waited for, and as many as need a
    /// confirmation.
    private func nextBatch(_ pull: Pull) throws -> Supply<[RevocationRequest]> {
        guard refusal == nil else { return .end }
        var isEnd = false
        while batch.count < Self.batchSize, Signals.pending == nil {
            let next = try feed.next(batch.isEmpty || !isConfirmed ? pull : .polling)
            guard case .item(let request) = next else {
                if case .end = next { isEnd = true }
                break
            }
            batch.append(request)
            guard batch.count > Confirmation.threshold, !isConfirmed else { continue }
            try Confirmation.ask(
                "Revoke more than \(Confirmation.threshold) items on \(backend.description)?",
                answer: "yes", console)
            isConfirmed = true
        }
        guard !batch.isEmpty, Signals.pending == nil else {
            return isEnd || Signals.pending != nil ? .end : .notYet
        }
        if attempted == 0 {
            try backend.announce(options, redisTime: planner.now, console)
        }
        return .item(try takeBatch())
    }

    /// The batch, as far as `--max` lets it through: nothing where that is known to be too little
    /// before anything is written.
    private func takeBatch() throws -> [RevocationRequest] {
        let room = options.maximum.map { Int(clamping: $0) - attempted } ?? batch.count
        guard batch.count <= room || attempted > 0 && room > 0 else {
            throw Failure(
                .refused, "maximum",
                "more than \(attempted + room) items; the rest was not attempted")
        }
        let taken = Array(batch.prefix(room))
        batch.removeFirst(taken.count)
        attempted += taken.count
        return taken
    }

    // MARK: - Outcomes

    /// Counts an outcome, reports a failure, and keeps what has to be tried again.
    private func count(_ request: RevocationRequest, _ outcome: RevocationOutcome) throws {
        counts.add(outcome)
        if first == nil { first = (request, outcome) }
        /// Why it was not done.
        let reason: String
        switch outcome {
        case .revoked:
            firstRevoked = firstRevoked ?? request
            return
        case .alreadyRevoked, .expired: return
        case .failed(let error):
            reason = Diagnostics.failure(for: error).message
            if error.isAboutServer {
                // Reported once, at the end: the items under way share its fate.
                refusal = refusal ?? error
            } else {
                try feed.report(reason, of: request)
            }
        case .notFound:
            reason = planner.notFound(request).message
            try feed.report(reason, of: request)
        case .unknown: reason = "unknown: Redis did not answer"
        case .unconfirmed: reason = "written, but not confirmed"
        case .notAttempted: reason = Self.notAttempted
        }
        failed?.append(request, reason, isUnconfirmed: outcome.isUnconfirmed)
    }

    private static let notAttempted = "not attempted"

    /// Counts what was not attempted, and keeps it for another try. Lines that are still
    /// being written are not waited for after a signal: an interrupted program has to end.
    private func keepRest() {
        for request in batch {
            counts.notAttempted += 1
            failed?.append(request, Self.notAttempted)
        }
        batch = []
        guard lines.isFile || Signals.pending == nil else { return }
        do throws(Failure) {
            while let line = try lines.next() {
                counts.notAttempted += 1
                if case .text(let bytes) = line { failed?.append(line: bytes, Self.notAttempted) }
            }
        } catch {
            // The input ends here; the error, or the signal, is reported already.
        }
    }

    // MARK: - Report

    /// `failure` is what broke the run off, `incomplete` why the file of `--failed` does not hold
    /// everything.
    /// Writes the counts and whatever went wrong, and returns the exit status.
    private func report(_ failure: Failure?, _ incomplete: Failure?) throws -> ExitStatus {
        let only = counts.total == 1 && failure == nil ? onlyResult : nil
        let words = only?.words ?? counts.words
        try console.result(
            counts.json(target: backend.json), id: only?.label.description, keys: backend.keys
        ) { words }
        if let failure { try console.error(failure) }
        if let incomplete { try console.error(incomplete.message) }
        try console.endWhereInterrupted {
            try console.note("interrupted; the counts above show what was done")
        }
        if let failure { return failure.status }
        let bad = counts.failed + counts.invalid + counts.notFound
        let isOpen = counts.unknown + counts.notAttempted > 0
        if let incomplete, !isOpen { return incomplete.status }
        if counts.total == 1, let status = onlyFailure?.status { return status }
        return isOpen ? .unknown : bad > 0 ? .someFailed : .success
    }

    /// The report on an only item that was revoked, or is.
    private var onlyResult: RevokeResult? {
        guard let first else { return nil }
        var outcome = first.outcome
        if case .unconfirmed(let isNew) = outcome, counts.areConfirmed {
            outcome = isNew ? .revoked : .alreadyRevoked
        }
        switch outcome {
        case .revoked, .alreadyRevoked, .expired, .unconfirmed: break
        case .failed, .notFound, .unknown, .notAttempted: return nil
        }
        var result = RevokeResult(
            first.request, outcome: outcome, backend: backend, isDryRun: options.isDryRun)
        result.isReadBack = false
        return result
    }

    /// Why an only item was not revoked.
    private var onlyFailure: Failure? {
        switch first {
        case (_, .failed(let error))?: Diagnostics.failure(for: error)
        case (let request, .notFound)?: planner.notFound(request)
        default: feed.invalid.firstFailure
        }
    }
}
