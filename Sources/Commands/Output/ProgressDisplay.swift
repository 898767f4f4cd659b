internal import CommandKit
internal import Platform

/// The progress line of a command, which shares the terminal with everything else.
///
/// Notes, errors and questions erase it first, and results do before they reach the terminal. It
/// comes back with the next update.
final class ProgressDisplay {
    private let system: System
    private let isQuiet: Bool
    /// nil if no work is under way, or nobody would see the line.
    private var line: ProgressLine?

    /// `isQuiet` is the choice of the user: a quiet command shows no progress.
    init(_ system: System, isQuiet: Bool) {
        self.system = system
        self.isQuiet = isQuiet
    }

    /// Whether there is work under way whose progress is shown.
    var isOn: Bool { line != nil }

    /// Called before work of this name, such as "revoking".
    func begin(_ label: String) {
        guard !isQuiet else { return }
        line = ProgressLine(
            label, isTerminal: system.diagnostics.isTerminal, environment: system.environment,
            columns: system.diagnostics.columns ?? system.terminal.columns, start: .now)
        guard line != nil, system.output.isTerminal else { return }
        system.output.beforeWriting = { [weak self] in self?.erase() }
    }

    /// Called after the work.
    func end() {
        erase()
        line = nil
        system.output.beforeWriting = nil
    }

    /// Shows how many things are done, and of how many; a `total` of nil is unknown.
    func callAsFunction(_ count: Int, of total: ProgressLine.Total? = nil) {
        write(line?.update(count: count, of: total, now: .now))
    }

    /// Erases the line, if there is one.
    func erase() { write(line?.erase()) }

    /// Asks a person. The time until the answer is not that of the work.
    func pausing<Value, Problem>(
        _ ask: () throws(Problem) -> Value
    ) throws(Problem) -> Value {
        erase()
        defer { line?.restart(now: .now) }
        return try ask()
    }

    private func write(_ text: String?) {
        guard let text else { return }
        do throws(OutputError) {
            try system.diagnostics.write(text)
            try system.diagnostics.flush()
        } catch {
            // Nobody sees the line any more, and the work goes on.
        }
    }
}
