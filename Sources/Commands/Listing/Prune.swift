internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct PruneOptions: CommandOptions {
    var global = GlobalOptions()
    var isDryRun = false
}

let pruneCommand = Command(
    name: "prune", summary: "Remove expired tokens from the users' lists.",
    discussion: [
        """
        Lists are kept tidy whenever they are touched and go away with their last token; prune \
        does so for lists that nobody touches, and mends a missing time to live. It never touches \
        a blacklist entry or a cutoff.
        """
    ],
    defaults: PruneOptions(),
    options: [
        .flag("dry-run", short: "n", summary: "Count, and change nothing.", into: \.isDryRun),
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(command: "jwtctl prune --dry-run", summary: "What would go?"),
        Example(command: "jwtctl prune --quiet", summary: "For cron."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["list"], run: runPrune)

private func runPrune(_ options: PruneOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let session = try Session(console)
    try session.require(.prune)
    try session.requirePrimary(comparingClocks: console)
    try console.note("target: \(session.description)" + (options.isDryRun ? " (dry run)" : ""))
    let interrupts = InterruptScope()
    var progress = CommandKit.Progress(
        label: "pruning", total: nil, isTerminal: system.diagnostics.isTerminal,
        columns: system.terminal.columns, start: .now)
    let result = try session.store.prune(dryRun: options.isDryRun) { result in
        try console.progress(progress.update(count: result.users, now: .now))
        return Signals.pending == nil
    }
    try console.progress(progress.finish())
    _ = interrupts
    try console.result([
        "users": .integer(Int64(result.users)), "removed": .integer(Int64(result.removed)),
        "mended": .integer(Int64(result.mended)), "dry_run": .bool(options.isDryRun),
        "target": session.json,
    ]) {
        let verb = options.isDryRun ? "would be removed from" : "removed from"
        let mended = result.mended == 0 ? "" : ", \(result.mended) with a wrong time to live"
        return "\(result.removed) expired tokens \(verb) \(result.users) lists\(mended)\n"
    }
    if let signal = Signals.pending {
        try system.output.flush()
        Signals.endProcess(by: signal)
    }
    return .success
}
