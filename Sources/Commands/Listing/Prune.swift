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
        a blacklist entry or a cutoff. A second run, or two at a time, do no harm.
        """,
        "Once a day by cron(8), which mails what goes wrong and nothing else:",
        .literal(["15 4 * * *  JWTCTL_PROFILE=prod /usr/local/bin/jwtctl prune --quiet"]),
        "By systemd, as two files in /etc/systemd/system, begun by systemctl enable --now:",
        .literal([
            "# jwtctl-prune.service",
            "[Service]",
            "Type=oneshot",
            "DynamicUser=yes",
            "Environment=JWTCTL_REDIS_URL=redis://redis.internal:6379/0",
            "LoadCredential=redis:/etc/jwtctl/redis-password",
            "ExecStart=/usr/local/bin/jwtctl prune --quiet \\",
            "    --redis-password ${CREDENTIALS_DIRECTORY}/redis",
            "",
            "# jwtctl-prune.timer",
            "[Timer]",
            "OnCalendar=daily",
            "RandomizedDelaySec=1h",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
        ]),
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
    let console = Console(options.global, system: system, [.changes, .reports])
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
