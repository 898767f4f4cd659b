internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `audit`.
/// The limit counts entries that the filter admits, from the newest one back.
struct AuditOptions: CommandOptions {
    var global = GlobalOptions()
    /// Whether the command goes on and shows new entries as they come.
    var follows = false
    /// The number of latest entries to show; nil is all.
    var limit: Int64?
    var filter = AuditFilter()
}

/// `audit`: shows the audit log, which Redis keeps as a stream.
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
        .limit("Start with the last N entries.", into: \.limit),
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
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Backend.environment,
    seeAlso: ["revoke", "logout-all"],
    check: { options throws(UsageError) in
        if options.follows, options.filter.until != nil {
            throw .conflicting("--follow", "--until")
        }
    }, run: runAudit)

/// Shows the entries that there are, and, where asked to follow, each new one.
private func runAudit(_ options: AuditOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend.reading(.audit, console)
    let list = console.writer(
        columns(console, steady: options.follows, now: system.clock.seconds)
    ) { Item.line($0.subject, keys: nil) }
    // Redis finds entries by their time, which is part of their id in the stream. User, token and
    // actor are compared here.
    let span = try options.filter.span(backend.store)
    /// The entry after which the next page begins; nil is the beginning.
    var position: String?
    func show(_ entries: [AuditEntry]) throws {
        for entry in entries where options.filter.admits(entry) {
            try list.append(entry)
        }
        // The table never ends, so its rows are shown at once.
        if options.follows { try list.showRows() }
    }
    if let limit = options.limit {
        // At least one page is read: following continues after it, even if nothing is shown.
        let latest = try backend.store.latestAuditEntries(
            in: span, limit: Int(clamping: limit), admits: options.filter.admits)
        try show(latest.entries)
        position = latest.position
    }
    while options.limit == nil {
        let page = try backend.store.auditEntries(after: position, in: span, limit: pageSize)
        try show(page)
        position = page.last?.position ?? position
        if page.count < pageSize { break }
    }
    try system.output.flush()
    // `$` would miss entries since the last read. An empty audit log is followed from its
    // beginning.
    while options.follows {
        let page = try backend.store.awaitAuditEntries(
            after: position ?? span.origin, milliseconds: backend.blockingTimeout)
        try show(page)
        position = page.last?.position ?? position
        try system.output.flush()
        // A follower runs for days: after a fail-over the old primary, now a replica, may get
        // entries late.
        try backend.requireCurrent(options.global)
    }
    return try list.finish(
        nothing: options.filter.isEmpty ? "the audit log is empty" : "no matching audit entries",
        in: backend, limit: options.limit, of: "entries")
}

/// The number of entries in a page.
private let pageSize = 1000

extension AuditEntry {
    /// The subject of the change: one token, one user, or many.
    fileprivate var subject: String { id ?? user ?? "*" }
}

/// The columns of an entry. Where rows come one by one, they are `steady`: as wide as entries
/// usually need. `now` is in seconds since 1970.
private func columns(_ console: Console, steady: Bool, now: Int64) -> [Column<AuditEntry>] {
    func width(_ usual: Int) -> Int { steady ? usual : 0 }
    return [
        .date(.time("TIME", now: now), "time") { $0.time / 1000 },
        .text(.init("OPERATION", minimum: width(15)), "op", columns: 20) { $0.operation },
        .member("id") { .string(orNull: $0.id) }, .member("user") { .string(orNull: $0.user) },
        .cell(.init("SUBJECT", minimum: width(22))) { console.cell(id: $0.subject) },
        .count("COUNT", "count") { $0.count },
        .member("reason") { .string(orNull: $0.reason) },
        .text(.init("ACTOR", .omitted, minimum: width(8)), "actor", columns: 24) { $0.actor },
        .text(.init("HOST", .omitted, minimum: width(12)), "host", columns: 32) { $0.host },
        .cell(.init("REASON", .cut)) { VisibleText.escape($0.reason ?? "", columns: 60) },
    ]
}

/// Which entries of the audit log are shown.
struct AuditFilter: Sendable {
    var user: String?
    /// The id of a token.
    var id: String?
    /// The name of the person or service that made the change.
    var actor: String?
    /// The first time that is shown.
    var since: Moment?
    /// The time from which on nothing is shown.
    var until: Moment?

    /// The options of `audit` that make a filter.
    static let group = OptionGroup(
        title: "Filters", defaults: AuditFilter(),
        options: [
            .user("Only entries about this user.", into: \.user),
            .text("id", metavar: "ID", summary: "Only entries about this token id.", into: \.id),
            .text(
                "actor", metavar: "NAME", summary: "Only changes made by this actor.", into: \.actor
            ),
            .value(
                "since", metavar: "TIME", summary: "Only changes made at this time or later.",
                into: \.since
            ) { text throws(InvalidValue) in try Moment(text) },
            .value(
                "until", metavar: "TIME", summary: "Only changes made before this time.",
                into: \.until
            ) { text throws(InvalidValue) in try Moment(text) },
        ])

    /// Whether it admits every entry.
    var isEmpty: Bool {
        user == nil && id == nil && actor == nil && since == nil && until == nil
    }

    /// Text is compared byte by byte, as Redis keeps it.
    func admits(_ entry: AuditEntry) -> Bool {
        Self.fits(entry.user, user) && Self.fits(entry.id, id) && Self.fits(entry.actor, actor)
    }

    /// Whether an entry's text is the wanted one; nil wants any, or none.
    private static func fits(_ text: String?, _ wanted: String?) -> Bool {
        guard let wanted else { return true }
        return text.map { $0.utf8.elementsEqual(wanted.utf8) } ?? false
    }

    /// The times by Redis' clock, by which entries are dated.
    func span(_ store: TokenStore) throws -> AuditSpan {
        guard since != nil || until != nil else { return AuditSpan() }
        // `--since -1d` is relative to the clock that dated the entries, not to this machine's.
        let now = try store.time()
        return AuditSpan(
            from: since.map { $0.seconds(now: now) }, to: until.map { $0.seconds(now: now) })
    }
}
