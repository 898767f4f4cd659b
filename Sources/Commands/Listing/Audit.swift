internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct AuditOptions: CommandOptions {
    var global = GlobalOptions()
    var follows = false
    var limit: Int64?
    var filter = AuditFilter()
}

let auditCommand = Command(
    name: "audit", summary: "Show who revoked what, when and why.",
    discussion: [
        """
        Reads the audit log, oldest entry first. Redis keeps about the last 100,000 entries. An \
        entry is written after the change itself, so a missing entry proves nothing.
        """,
        """
        A change of many tokens at once has one entry, which names none of them: --user and --id do \
        not find it.
        """,
    ],
    defaults: AuditOptions(),
    options: [
        .flag("follow", short: "F", summary: "Wait for new entries.", into: \.follows),
        .value("limit", metavar: "N", summary: "Start with the last N entries.", into: \.limit) {
            text throws(InvalidValue) in try Count.parse(text)
        },
        .group(AuditFilter.group, at: \.filter),
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(command: "jwtctl audit", summary: "Show the whole audit log."),
        Example(
            command: "jwtctl audit -o jsonl --limit 100",
            summary: "Show the last 100 entries as JSON lines."),
        Example(
            command: "jwtctl audit --user alice --since -1d",
            summary: "Show what happened to alice since yesterday.",
            output: [
                "TIME                  OPERATION   SUBJECT  COUNT  ACTOR  HOST   REASON",
                "2026-11-30 17:21:55Z  revoke      7c3e         1  ops    ops-1  found in a log",
                "2026-11-30 17:24:10Z  restore     7c3e         1  ops    ops-1  wrong user",
                "2026-11-30 17:31:42Z  logout-all  alice        3  ops    ops-1  laptop stolen",
            ]),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["revoke", "logout-all"],
    check: { options throws(UsageError) in
        if options.follows, options.filter.until != nil {
            throw .conflicting("--follow", "--until")
        }
    }, run: runAudit)

private func runAudit(_ options: AuditOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let session = try Session(console)
    try session.require(.audit)
    try session.requireCurrent(options.global)
    var list = ResultList(
        console,
        columns: columns(steady: options.follows, now: system.clock.seconds))
    let span = try options.filter.span(session.store)
    var position: String?
    func show(_ entries: [AuditEntry]) throws {
        for entry in entries where options.filter.admits(entry) {
            try list.append(
                json(entry), id: entry.id ?? entry.user ?? "*", cells: cells(entry, console))
        }
        if options.follows { try list.showRows() }
    }
    if let limit = options.limit {
        // One page at least is read: following goes on after it, also where nothing is shown.
        let latest = try session.store.latestAuditEntries(
            in: span, limit: Int(clamping: limit), admits: options.filter.admits)
        try show(latest.entries)
        position = latest.position
    }
    while options.limit == nil {
        let page = try session.store.auditEntries(after: position, in: span, limit: pageSize)
        try show(page)
        position = page.last?.position ?? position
        if page.count < pageSize { break }
    }
    try system.output.flush()
    // `$` would miss what came since the last read; an empty trail is followed from its beginning.
    while options.follows {
        let page = try session.store.awaitAuditEntries(
            after: position ?? span.origin, milliseconds: session.patience)
        try show(page)
        position = page.last?.position ?? position
        try system.output.flush()
        try session.requireCurrent(options.global)
    }
    if !options.follows || !options.global.format.isText {
        try list.finish(
            nothing: options.filter.isEmpty
                ? "the audit log is empty" : "no matching audit entries",
            in: session, limit: options.limit, of: "entries")
    }
    return .success
}

/// How many entries are read at a time.
private let pageSize = 1000

/// Where rows come one by one, columns are `steady`: as wide as entries usually need.
private func columns(steady: Bool, now: Int64) -> [Table.Column] {
    func width(_ usual: Int) -> Int { steady ? usual : 0 }
    return [
        .time("TIME", now: now), .init("OPERATION", minimum: width(15)),
        .init("SUBJECT", minimum: width(22)), .count("COUNT"),
        .init("ACTOR", .omitted, minimum: width(8)), .init("HOST", .omitted, minimum: width(12)),
        .init("REASON", .cut),
    ]
}

private func json(_ entry: AuditEntry) -> JSONObject {
    [
        "time": .string(TimeText.rfc3339(entry.time / 1000)), "op": .string(entry.operation),
        "id": entry.id.map { .string($0) } ?? .null,
        "user": entry.user.map { .string($0) } ?? .null, "count": .integer(entry.count),
        "reason": entry.reason.map { .string($0) } ?? .null,
        "actor": entry.actor.map { .string($0) } ?? .null,
        "host": entry.host.map { .string($0) } ?? .null,
    ]
}

private func cells(_ entry: AuditEntry, _ console: Console) -> [String] {
    [
        TimeText.table(entry.time / 1000), VisibleText.escape(entry.operation, columns: 20),
        console.cell(id: entry.id ?? entry.user ?? "*"), NumberText.grouped(entry.count),
        VisibleText.escape(entry.actor ?? "", columns: 24),
        VisibleText.escape(entry.host ?? "", columns: 32),
        VisibleText.escape(entry.reason ?? "", columns: 60),
    ]
}
