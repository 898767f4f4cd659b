internal import CommandKit
internal import Platform

/// What became of one item of a run.
protocol ItemRow {
    /// The exit status of a run that has only this item.
    var status: ExitStatus { get }
}

/// A run of a command over items: writes what became of each, counts failures, and knows the exit
/// status.
///
/// The rows of an interrupted or broken run are written too, since what was done stays done. An
/// only item is reported like a single operand, and its status is that of the run.
final class ItemRun<Row: ItemRow> {
    /// How many rows are held until it is known whether they are confirmed; more of them are
    /// reported as unconfirmed.
    private let heldLimit = 10_000

    private let console: Console
    private let list: ResultWriter<Row>
    /// The lines from which no item was read; nil where each operand is a row.
    private let invalid: InvalidLines?
    private let interrupts: Interrupts
    private(set) var count = 0
    private(set) var failures = 0
    private var first: Row?
    private var held: [Row] = []

    init(
        _ console: Console, _ list: ResultWriter<Row>, invalid: InvalidLines? = nil,
        _ interrupts: Interrupts
    ) {
        self.console = console
        self.list = list
        self.invalid = invalid
        self.interrupts = interrupts
    }

    /// Writes what became of an item.
    func add(_ row: Row) throws {
        first = first ?? row
        try write(row, isFailure: row.status != .success)
    }

    /// Writes an item of which only the failure is known: it is not reported like an operand.
    func addFailed(_ row: Row) throws { try write(row, isFailure: true) }

    private func write(_ row: Row, isFailure: Bool) throws {
        count += 1
        if isFailure { failures += 1 }
        try list.append(row)
    }

    /// Whether another row may wait until it is known whether it is confirmed.
    var canHold: Bool { held.count < heldLimit }

    func hold(_ row: Row) { held.append(row) }

    /// The rows that were held, in their order.
    func takeHeld() -> [Row] {
        defer { held = [] }
        return held
    }

    /// Does the work. Whatever ends it, the rows so far are written.
    func perform<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try interrupts == .endProcess ? work() : stoppable(work)
        } catch {
            try list.finish(empty: "")
            try endWhereInterrupted()
            throw error
        }
    }

    /// Whether there was one item, good or bad.
    var isOnly: Bool { count + (invalid?.count ?? 0) == 1 }

    /// Ends the list; `empty` is what a person reads where there were no items.
    func finish(empty: String) throws {
        if isOnly, first != nil { try list.finishOnly() } else { try list.finish(empty: empty) }
    }

    /// Ends the process where a signal stopped the work, and says how far it came.
    func endWhereInterrupted() throws {
        guard case .stop(let words?) = interrupts else { return }
        try console.endWhereInterrupted { try console.note(words) }
    }

    var status: ExitStatus {
        let only = first?.status ?? invalid?.firstFailure?.status
        if isOnly, let only { return only }
        return failures + (invalid?.count ?? 0) > 0 ? .someFailed : .success
    }

    /// A run from the first item of `feed` to the exit status.
    func run(_ feed: ItemFeed<some Any>, _ work: () throws -> Void) throws -> ExitStatus {
        try perform(work)
        if Signals.pending == nil { try feed.requireItems() }
        try finish(empty: "no items")
        try endWhereInterrupted()
        return status
    }

    /// A run of one item, whose failure is that of the command.
    func run(only row: Row) throws -> ExitStatus {
        try add(row)
        try list.finishOnly()
        return row.status
    }
}

/// What SIGINT, SIGTERM and SIGHUP do while a command works.
enum Interrupts: Equatable {
    /// They end the process: nothing is changed, so that nothing has to be said.
    case endProcess
    /// The work stops at a clean point, and the process ends by the signal once all is written.
    /// A person reads the words; a command without them says itself how far it came.
    case stop(words: String? = nil)
}

/// Does `work` while a signal only asks it to stop; see `Signals.pending`.
func stoppable<Value>(_ work: () throws -> Value) rethrows -> Value {
    let interrupts = InterruptScope()
    defer { _ = interrupts }
    return try work()
}

extension Console {
    /// Ends the process by the signal that stopped the work, if any; `report` says how far it came.
    func endWhereInterrupted(_ report: () throws -> Void = {}) throws {
        guard let signal = Signals.pending else { return }
        try report()
        try system.output.flush()
        Signals.endProcess(by: signal)
    }

    /// A progress line for this terminal.
    func progressLine(_ label: String) -> ProgressLine {
        ProgressLine(
            label: label, total: nil, isTerminal: system.diagnostics.isTerminal,
            columns: system.terminal.columns, start: .now)
    }
}
