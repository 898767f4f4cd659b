internal import CommandKit
internal import Platform
internal import TokenStore

/// The effect of SIGINT, SIGTERM and SIGHUP during the work of a command.
enum Interrupts {
    /// They end the process at once. For commands that change nothing.
    case endProcess
    /// The work stops at a clean point, and the process ends by the signal after the results.
    /// `words` is the note on what to do next; a command without it writes its own.
    case stop(words: String? = nil)

    /// The note after the results of a command that goes on where it was interrupted.
    static let runAgain = "interrupted: run it again for the rest"

    /// Does `work`, during which signals have this effect. See `Signals.pending`.
    func guarding<Value, Problem>(
        _ work: () throws(Problem) -> Value
    ) throws(Problem) -> Value {
        guard case .stop = self else { return try work() }
        let scope = InterruptScope()
        defer { _ = scope }
        return try work()
    }
}

extension Console {
    /// Ends the process by the signal that stopped the work, if any. The results come first; then
    /// `report` says what to do.
    func endWhereInterrupted(_ report: () throws -> Void = {}) throws {
        guard let signal = Signals.pending else { return }
        try system.output.flush()
        try report()
        Signals.endProcess(by: signal)
    }

    /// Does work that may take long, with a progress line that `show` updates.
    func watch<Value, Problem>(
        _ label: String, _ interrupts: Interrupts = .endProcess,
        _ work: (_ show: ProgressDisplay) throws(Problem) -> Value
    ) throws(Problem) -> Value {
        progress.begin(label)
        defer { progress.end() }
        return try interrupts.guarding { () throws(Problem) in try work(progress) }
    }

    /// Does work that scans the keys of Redis, with a progress line that counts them.
    func watch<Value, Problem>(
        _ label: String, scansOf backend: Backend, _ interrupts: Interrupts = .endProcess,
        _ work: () throws(Problem) -> Value
    ) throws(Problem) -> Value {
        try watch(label, interrupts) { show throws(Problem) in
            guard show.isOn else { return try work() }
            return try backend.store.reportingScans(
                to: { show($0.keys, of: $0.total.map { ProgressLine.Total.about($0) }) },
                during: work)
        }
    }
}
