internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The bulk form of `revoke`: revokes the lines of a file or of standard input as they arrive.
///
/// If the run ends early, the counts still add up to the number of lines, and the file of
/// `--failed` has all tokens that may still be valid.
final class BulkRevocation {
    /// The number of items in a job, if so many have arrived.
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
    /// The first item that was revoked. The audit log names it if it remains the only one.
    private var firstRevoked: RevocationRequest?
    /// The first item and its outcome: an only item is reported like an operand.
    private var first: (request: RevocationRequest, outcome: RevocationOutcome)?
    /// Items that were read, but are not in a job yet.
    private var batch: [RevocationRequest] = []
    /// The number of items in jobs so far.
    private var attempted = 0
    /// The error that ended the run.
    private var broken: StoreError?
    /// The error of an item that all further items would get as well.
    private var refusal: StoreError?
    /// Whether no confirmation is needed, or not any more.
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
        // The feed has the lines that are no item; every item comes back as an outcome.
        counts.invalid = feed.invalid.count
        // A file for another tool, or one without an item, is refused as a whole, without counts
        // and without a file of `--failed`. After a signal the counts are what a person needs.
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
        // After a complete run the last confirmation covers all changes.
        if broken == nil { counts.confirm() }
        // Where only the confirmation is missing, everything was written: there is no rest.
        let isWritten = broken?.isAboutConfirmation ?? false
        if failure != nil && !isWritten || Signals.pending != nil { keepRest() }
        // The file is complete before the audit log and the report, which may fail: it is what a
        // second run needs.
        let incomplete = failed?.finish(areConfirmed: counts.areConfirmed)
        if !options.isDryRun, counts.revoked > 0 {
            // One entry for all, since a million of them would push older ones out of the log. It
            // names the token where there is only one.
            _ = backend.audit(
                "revoke", counts.revoked == 1 ? firstRevoked?.auditSubject ?? .many : .many,
                count: Int64(counts.revoked), reason: options.reason,
                after: broken, console)
        }
        return try report(failure, incomplete)
    }

    // MARK: - Work

    /// Revokes all items, and returns the failure that ended the run; nil at the end of the input,
    /// and after a signal.
    private func work(_ show: ProgressDisplay) throws -> Failure? {
        func deliver(_ request: RevocationRequest, _ outcome: RevocationOutcome) throws {
            try count(request, outcome)
            // Looking at the clock costs as much as all the rest.
            if counts.total.isMultiple(of: Self.batchSize) { show(counts.total, of: lines.total) }
        }
        do {
            broken = try (options.isDryRun ? plan(deliver) : revoke(deliver)) ?? refusal
            return broken.map(Diagnostics.failure)
        } catch let error as OutputError {
            throw error
        } catch {
            // A read that a signal interrupted is no failure. The signal is reported instead.
            return Signals.pending == nil ? Diagnostics.failure(for: error) : nil
        }
    }

    /// Takes an item and its outcome.
    private typealias Delivery = (RevocationRequest, RevocationOutcome) throws -> Void

    /// Revokes the items. The entry has the short value unless a reason or an actor is given.
    private func revoke(_ deliver: @escaping Delivery) throws -> StoreError? {
        let isDetailed = options.reason != nil || options.actor != nil
        return try backend.store.revoke(
            entry: isDetailed
                ? DenyEntry(reason: options.reason, actor: backend.store.actor) : nil,
            clock: planner.clock, item: { $0.revocation }, next: nextBatch, deliver: deliver)
    }

    /// Delivers the outcomes of a dry run. Nothing is written.
    private func plan(_ deliver: Delivery) throws -> StoreError? {
        let dryRun = RevocationDryRun(backend.store)
        while Signals.pending == nil, case .item(let batch) = try nextBatch(.blocking) {
            let outcomes = try dryRun.outcomes(of: batch.map(\.revocation))
            for (request, outcome) in zip(batch, outcomes) { try deliver(request, outcome) }
        }
        return nil
    }

    /// The items that have arrived. It waits for the first item, and for as many as decide whether
    /// a confirmation is needed.
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
                backend, "More than \(Confirmation.threshold) items will be revoked.",
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

    /// The batch, as far as `--max` allows it. If the first batch exceeds the limit already,
    /// nothing is written.
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

    /// Counts an outcome, reports a failure, and keeps the item if it needs a retry.
    private func count(_ request: RevocationRequest, _ outcome: RevocationOutcome) throws {
        counts.add(outcome)
        if first == nil { first = (request, outcome) }
        /// The reason for the file of `--failed`.
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

    /// Counts the items that were not attempted, and keeps them for a retry. After a signal it does
    /// not wait for lines from a pipe: an interrupted program has to end.
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

    /// Keeps all lines for a retry, where Redis cannot be asked and nothing is attempted.
    static func keepAll(
        _ lines: LineSource, _ options: RevokeOptions, _ console: Console
    ) throws {
        guard let path = options.failedFile, !options.isDryRun else { return }
        let failed = try FailedItems(path: path, reading: lines, console)
        var count = 0
        do throws(Failure) {
            while let line = try lines.next() {
                count += 1
                if case .text(let bytes) = line { failed.append(line: bytes, notAttempted) }
            }
        } catch {
            try console.error(error.message)
        }
        if let incomplete = failed.finish(areConfirmed: true) {
            return try console.error(incomplete.message)
        }
        try console.note(
            "not attempted: \(Count.words(count, "line", "lines")), all kept in the file of --failed"
        )
    }

    // MARK: - Report

    /// Writes the counts and the failures, and returns the exit status. `failure` ended the run;
    /// `incomplete` is the reason for which the file of `--failed` is incomplete.
    private func report(_ failure: Failure?, _ incomplete: Failure?) throws -> ExitStatus {
        // A file with one line is reported like an operand: `xargs` and loops make such files.
        let only = counts.total == 1 && failure == nil ? onlyResult : nil
        let words = only?.words ?? counts.words
        try console.result(
            counts.json(target: backend.json), id: only?.label.description, keys: backend.keys
        ) { words }
        // The counts come before all that is said about them.
        try console.system.output.flush()
        if let failure { try console.error(failure) }
        if let incomplete { try console.error(incomplete.message) }
        try console.endWhereInterrupted { try console.note(interruption(incomplete)) }
        // The worst comes first: an error that ended the run, then items that may still be valid,
        // then a file without all of them, then items that failed for good.
        if let failure { return failure.status }
        let bad = counts.failed + counts.invalid + counts.notFound
        let isOpen = counts.unknown + counts.notAttempted > 0
        if let incomplete, !isOpen { return incomplete.status }
        if counts.total == 1, let status = onlyFailure?.status { return status }
        return isOpen ? .unknown : bad > 0 ? .someFailed : .success
    }

    /// What to do after an interruption. The file of `--failed` has all of the rest only if the
    /// lines come from a file.
    private func interruption(_ incomplete: Failure?) -> String {
        guard failed != nil, incomplete == nil, lines.isFile, let path = options.failedFile else {
            return Interrupts.runAgain
        }
        let name = ShellText.quote(String(decoding: path, as: UTF8.self))
        return "interrupted: run it again with --from \(name) for the rest"
    }

    /// The report on an only item that is revoked now.
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
        return RevokeResult(
            request: first.request, outcome: outcome, isDryRun: options.isDryRun,
            hasBlacklist: backend.layout.hasBlacklist, isReadBack: false)
    }

    /// The failure of an only item.
    private var onlyFailure: Failure? {
        switch first {
        case (_, .failed(let error))?: Diagnostics.failure(for: error)
        case (let request, .notFound)?: planner.notFound(request)
        default: feed.invalid.firstFailure
        }
    }
}
