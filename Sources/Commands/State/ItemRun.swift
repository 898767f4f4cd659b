internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The outcome of one item of a run.
protocol ItemRow {
    /// The exit status of a run that has only this item.
    var status: ExitStatus { get }
    /// The words under which the summary of a run counts the item; nil for rows of commands that
    /// end without a summary of `ItemRun`.
    var summaryWords: String? { get }
}

extension ItemRow {
    var summaryWords: String? { nil }
}

/// The source of a run's items: operands, or the lines of a file.
protocol Feed: AnyObject {
    /// The lines or operands from which no item was read.
    var invalid: InvalidLines { get }
    /// How many items there are in all, as far as it can be told; nil for those of a pipe.
    var total: ProgressLine.Total? { get }
    /// Called at the end of the input. Throws if it cannot have been intended as it is.
    func requireItems() throws(Failure)
}

/// A run of a command over items: writes a row for each, counts failures, and determines the exit
/// status.
///
/// The rows of an interrupted or broken run are written too, since what was done stays done. An
/// only item is reported like a single operand, and its status is that of the run.
final class ItemRun<Row: ItemRow> {
    /// The number of rows that wait for confirmation. Further rows are reported as unconfirmed.
    private let heldLimit = 10_000

    private let console: Console
    private let list: ResultWriter<Row>
    /// nil where each operand is a row, good or bad.
    private let feed: (any Feed)?
    private let interrupts: Interrupts
    /// The name of the work in the progress line; nil shows none.
    private let label: String?
    /// The number of rows where no feed tells it.
    private let total: ProgressLine.Total?
    private(set) var count = 0
    private(set) var failures = 0
    private var first: Row?
    private var held: [Row] = []
    /// The number of rows under each of their `summaryWords`, in the order of the first rows.
    private var summary: [(words: String, count: Int)] = []

    init(
        _ console: Console, _ list: ResultWriter<Row>, _ interrupts: Interrupts,
        watching label: String? = nil, of total: ProgressLine.Total? = nil,
        reading feed: (any Feed)? = nil
    ) {
        self.console = console
        self.list = list
        self.interrupts = interrupts
        self.label = label
        self.total = total
        self.feed = feed
    }

    // MARK: - Rows

    /// Writes the row of an item.
    func add(_ row: Row) throws {
        if row.status != .success { failures += 1 }
        try write(row)
    }

    /// Writes the row of an item of which there is only a failure.
    func addFailed(_ row: Row) throws {
        failures += 1
        try write(row)
    }

    private func write(_ row: Row) throws {
        first = first ?? row
        count += 1
        if let words = row.summaryWords {
            if let place = summary.firstIndex(where: { $0.words == words }) {
                summary[place].count += 1
            } else {
                summary.append((words, 1))
            }
        }
        try list.append(row)
        showProgress()
    }

    /// Whether another row may wait until it is known whether it is confirmed.
    var canHold: Bool { held.count < heldLimit }

    func hold(_ row: Row) {
        held.append(row)
        showProgress()
    }

    private func showProgress() {
        guard console.progress.isOn else { return }
        console.progress(count + held.count, of: feed?.total ?? total)
    }

    /// The rows that were held, in their order.
    func takeHeld() -> [Row] {
        defer { held = [] }
        return held
    }

    // MARK: - The run

    /// A run from the first item of the feed to the exit status.
    ///
    /// `work` adds the rows, and returns the error that ended it early, which is thrown at the end.
    /// Once the rows are written, `ending` writes notes. `empty` is the note for a person if there
    /// were no items. `nouns` are what the summary counts, such as "item" and "items"; nil is no
    /// summary.
    func run(
        empty: String = "no items", summarizing nouns: (one: String, many: String)? = nil,
        _ work: () throws -> StoreError?,
        ending: (StoreError?) throws -> Void = { _ in }
    ) throws -> ExitStatus {
        // The rows come before the error in any case: what was done stays done, and a script has to
        // learn of it.
        let broken = try perform(work)
        if let broken {
            try finish(empty: "")
            try summarize(nouns)
            try ending(broken)
            try endWhereInterrupted()
            throw broken
        }
        // An interrupted input may be empty so far, and is no mistake.
        if Signals.pending == nil { try feed?.requireItems() }
        try finish(empty: empty)
        try summarize(nouns)
        try ending(nil)
        try endWhereInterrupted()
        return status
    }

    /// A run of one item, whose failure is that of the command.
    func run(only row: Row) throws -> ExitStatus {
        try add(row)
        try list.finishOnly()
        return row.status
    }

    /// Does the work, which may be interrupted. If it throws, the rows so far are written.
    func perform<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            guard let label else { return try interrupts.guarding(work) }
            return try console.watch(label, interrupts) { _ in try work() }
        } catch {
            try finish(empty: "")
            if case .stop(_?) = interrupts { try endWhereInterrupted() }
            throw error
        }
    }

    /// Ends the list. `empty` is the note for a person if there were no items.
    func finish(empty: String) throws {
        if isOnly, first != nil { try list.finishOnly() } else { try list.finish(empty: empty) }
    }

    /// A note with the number of items and what became of them, if there were several:
    /// `40 items: 38 restored, 2 not on the blacklist`.
    private func summarize(_ nouns: (one: String, many: String)?) throws {
        let total = count + invalidCount
        guard let nouns, total > 1 else { return }
        let invalid = invalidCount > 0 ? [(words: "invalid", count: invalidCount)] : []
        let parts = (summary + invalid).map { "\(NumberText.grouped($0.count)) \($0.words)" }
        // The rows come first: the note is about them.
        try console.system.output.flush()
        try console.note(
            "\(Count.words(total, nouns.one, nouns.many)): \(parts.joined(separator: ", "))")
    }

    /// Whether there was one item, good or bad.
    var isOnly: Bool { count + invalidCount == 1 }

    private var invalidCount: Int { feed?.invalid.count ?? 0 }

    private var status: ExitStatus {
        let only = first?.status ?? feed?.invalid.firstFailure?.status
        if isOnly, let only { return only }
        return failures + invalidCount > 0 ? .someFailed : .success
    }

    /// Ends the process where a signal stopped the work, and says how far it came.
    private func endWhereInterrupted() throws {
        try console.endWhereInterrupted {
            if case .stop(let words?) = interrupts { try console.note(words) }
        }
    }
}

// MARK: - Counts

/// The outcomes of many items. Every item that was read is counted once.
struct BulkCounts {
    /// Whether nothing was written: the words say so.
    let isDryRun: Bool
    var revoked = 0
    var alreadyRevoked = 0
    var expired = 0
    var notFound = 0
    var failed = 0
    var invalid = 0
    /// Written and in effect, but not confirmed: those that are new, and the others.
    private var unconfirmed = (new: 0, old: 0)
    /// Sent, but never answered.
    private var unanswered = 0
    /// Never sent.
    var notAttempted = 0

    init(isDryRun: Bool) { self.isDryRun = isDryRun }

    /// Items that may not be written, or may not survive a fail-over.
    var unknown: Int { unanswered + unconfirmed.new + unconfirmed.old }
    /// Whether every change is confirmed.
    var areConfirmed: Bool { unconfirmed == (0, 0) }

    /// The number of items that were read.
    var total: Int {
        revoked + alreadyRevoked + expired + notFound + failed + invalid + unknown + notAttempted
    }

    /// Counts what became of one item.
    mutating func add(_ outcome: RevocationOutcome) {
        switch outcome {
        case .revoked: revoked += 1
        case .alreadyRevoked: alreadyRevoked += 1
        case .expired: expired += 1
        case .notFound: notFound += 1
        case .failed: failed += 1
        case .unknown: unanswered += 1
        case .unconfirmed(isNew: true): unconfirmed.new += 1
        case .unconfirmed(isNew: false): unconfirmed.old += 1
        case .notAttempted: notAttempted += 1
        }
    }

    /// Called at the end, if all changes are confirmed after all.
    mutating func confirm() {
        revoked += unconfirmed.new
        alreadyRevoked += unconfirmed.old
        unconfirmed = (0, 0)
    }

    /// The counts by their names in JSON; words for people have no underscores.
    private var parts: [(name: String, count: Int)] {
        [
            ("revoked", revoked), ("already_revoked", alreadyRevoked), ("expired", expired),
            ("not_found", notFound), ("failed", failed), ("invalid", invalid),
            ("unknown", unknown), ("not_attempted", notAttempted),
        ]
    }

    /// `target` is the Redis that was changed, as JSON names it.
    func json(target: JSONValue) -> JSONObject {
        var object: JSONObject = ["total": .integer(Int64(total))]
        for part in parts { object.set(JSONString(part.name), .integer(Int64(part.count))) }
        // Null is "nothing to say", as in the rows of single items: scripts look for false alone.
        object.set("confirmed", areConfirmed ? .null : false)
        object.set("dry_run", .bool(isDryRun))
        object.set("target", target)
        return object
    }

    /// `3 items: 2 revoked, 1 invalid`.
    var words: String {
        let shown = parts.filter { $0.count > 0 }.map { part in
            "\(NumberText.grouped(part.count)) \(part.name.spoken)"
        }
        let head = Count.words(total, "item", "items")
        let tail = shown.isEmpty ? "" : ": " + shown.joined(separator: ", ")
        return (isDryRun ? "dry run, nothing was written: " : "") + head + tail + "\n"
    }
}
