internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `prune`.
/// It asks for no confirmation: only what no service accepts any more is removed.
struct PruneOptions: CommandOptions {
    var global = GlobalOptions()
    /// Whether it only counts, and removes nothing.
    var isDryRun = false
}

/// `prune`: removes expired tokens from all token lists. It is meant for cron.
let pruneCommand = Command(
    name: "prune", summary: "Remove expired tokens from the users' token lists.",
    discussion: [
        """
        Commands that change a token list also remove its expired tokens, and a list is deleted \
        with its last token. prune does this for all other lists, and corrects a missing or wrong \
        expiry of a list. It never changes a blacklist entry or a cutoff. Running it twice, or two \
        at once, is harmless.
        """,
        "Daily from cron(8), which sends mail only on errors:",
        .literal(["15 4 * * *  JWTCTL_PROFILE=prod /usr/local/bin/jwtctl prune --quiet"]),
        "With systemd: two files in /etc/systemd/system, enabled with systemctl enable --now:",
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
        .flag("dry-run", short: "n", summary: "Count without changing anything.", into: \.isDryRun),
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(
            command: "jwtctl prune --dry-run", summary: "Count what would be removed.",
            output: [
                "jwtctl: target: redis:6379, database 0, namespace jwt, layout native (dry run)",
                "2 expired tokens would be removed, 2 token lists checked",
            ]),
        Example(command: "jwtctl prune --quiet", summary: "Run it from cron."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Backend.environment,
    seeAlso: ["list"], run: runPrune)

/// Goes through all lists page by page. A signal ends it after the page at hand, and the counts
/// show how far it came.
private func runPrune(_ options: PruneOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let backend = try Backend.changing(.prune, console)
    // A plain note, not `announce`: nothing is removed that services look for, so that keys of
    // another layout need no warning, which cron would mail every day.
    try console.note("target: \(backend.description)" + (options.isDryRun ? " (dry run)" : ""))
    let result = try console.watch("pruning", scansOf: backend, .stop()) {
        try backend.store.prune(dryRun: options.isDryRun)
    }
    try console.result([
        "users": .integer(Int64(result.users)), "removed": .integer(Int64(result.removed)),
        "mended": .integer(Int64(result.mended)), "dry_run": .bool(options.isDryRun),
        "target": backend.json,
    ]) {
        let would = options.isDryRun ? "would be " : ""
        let removed = Count.words(result.removed, "expired token", "expired tokens")
        let checked = Count.words(result.users, "token list", "token lists")
        var text = "\(removed) \(would)removed, \(checked) checked"
        if result.mended > 0 {
            let expiries = Count.words(result.mended, "list expiry", "list expiries")
            text += ", \(expiries) \(would)corrected"
        }
        return text + "\n"
    }
    // The counts are printed before the signal ends the process: they are those of the finished
    // pages.
    try console.endWhereInterrupted { try console.note(Interrupts.runAgain) }
    return .success
}
