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
    /// The path of an audit log in a file; nil for the one in Redis, or the file of the settings if
    /// the layout has none there.
    var file: [UInt8]?
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
        """
        Most presets have no audit log in Redis. With --audit-log FILE, the variable \
        JWTCTL_AUDIT_LOG or the setting audit-log, the commands revoke, restore, renew and \
        logout-all append each change to a file, one JSON object per line. audit --audit-log FILE \
        reads it, without Redis. If the variable or the setting names the file, audit reads it \
        where the layout has no audit log in Redis.
        """,
    ],
    defaults: AuditOptions(),
    options: [
        .flag("follow", short: "F", summary: "Wait for new entries.", into: \.follows),
        .limit("Start with the last N entries.", into: \.limit),
        .path(
            "audit-log", summary: "Read this file instead of the audit log in Redis.",
            into: \.file),
        .group(AuditFilter.group, at: \.filter),
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(command: "jwtctl audit", summary: "Show the whole audit log."),
        Example(
            command: "jwtctl audit -o jsonl --limit 100",
            summary: "Show the last 100 entries as JSON lines."),
        Example(
            command: "jwtctl audit --audit-log audit.jsonl --id 4f3c2a",
            summary: "Find one token in an audit log that is a file."),
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
        if options.follows, options.file != nil { throw .conflicting("--follow", "--audit-log") }
    }, run: runAudit)

/// Shows the audit log in a file that was named, or else the one of the layout. A file that a
/// setting names is for layouts that have none.
private func runAudit(_ options: AuditOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    if let path = options.file {
        return try show(AuditFile(path: path), options, console)
    }
    let backend = try Backend(console)
    if !backend.layout.can(.audit), let file = backend.auditFile {
        guard !options.follows else {
            throw UsageError.other("'--follow' needs an audit log in Redis, not one in a file")
        }
        return try show(file, options, console)
    }
    try backend.require(.audit)
    try backend.requireCurrent(options.global)
    return try show(backend, options, console)
}

/// Shows the entries that a filter admits, of those that a file has. Redis is not asked, so
/// relative times count from this machine's clock.
private func show(
    _ file: AuditFile, _ options: AuditOptions, _ console: Console
) throws -> ExitStatus {
    let now = console.system.clock.seconds
    let span = options.filter.span { now }
    let list = writer(options, console)
    let lines = try AuditLines(file)
    let limit = options.limit.map { Int(clamping: $0) }
    /// The last entries, of which there are at most twice the limit.
    var latest: [AuditEntry] = []
    while let entry = try lines.next() {
        guard span.contains(entry.time / 1000), options.filter.admits(entry) else { continue }
        guard let limit else {
            try list.append(entry)
            continue
        }
        latest.append(entry)
        if latest.count / 2 >= limit { latest.removeFirst(latest.count - limit) }
    }
    for entry in latest.suffix(limit ?? 0) { try list.append(entry) }
    let status = try list.finish(
        nothing: nothing(options), in: file.title, limit: options.limit, of: "entries")
    if lines.invalidCount > 0 {
        try console.system.output.flush()
        let count = Count.words(lines.invalidCount, "line", "lines")
        try console.warn("skipped \(count) of \(file.title): not an audit log entry")
    }
    return status
}

/// The words for a list without entries.
private func nothing(_ options: AuditOptions) -> String {
    options.filter.isEmpty ? "the audit log is empty" : "no matching audit entries"
}

/// The writer of the entries.
private func writer(_ options: AuditOptions, _ console: Console) -> ResultWriter<AuditEntry> {
    console.writer(
        AuditEntry.columns(
            console, steady: options.follows, now: console.system.clock.seconds)
    ) { Item.line($0.subject, keys: nil) }
}

/// Shows the entries that Redis has, and, where asked to follow, each new one.
private func show(
    _ backend: Backend, _ options: AuditOptions, _ console: Console
) throws -> ExitStatus {
    let output = console.system.output
    let list = writer(options, console)
    // Redis finds entries by their time, which is part of their id in the stream. User, token and
    // actor are compared here.
    let span = try options.filter.span { try backend.store.time() }
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
    try output.flush()
    // `$` would miss entries since the last read. An empty audit log is followed from its
    // beginning.
    while options.follows {
        let page = try backend.store.awaitAuditEntries(
            after: position ?? span.origin, milliseconds: backend.blockingTimeout)
        try show(page)
        position = page.last?.position ?? position
        try output.flush()
        // A follower runs for days: after a fail-over the old primary, now a replica, may get
        // entries late.
        try backend.requireCurrent(options.global)
    }
    return try list.finish(
        nothing: nothing(options), in: backend, limit: options.limit, of: "entries")
}

/// The number of entries in a page.
private let pageSize = 1000

extension AuditEntry {
    /// The subject of the change: one token, one user, or many.
    fileprivate var subject: String { id ?? user ?? "*" }

    /// The columns of an entry, whose members are those of a line in a file, too. Where rows come
    /// one by one, columns are `steady`: as wide as entries usually need. `now` is in seconds since
    /// 1970; a file has no tables, for which it matters.
    static func columns(
        _ console: Console, steady: Bool = false, now: Int64 = 0
    ) -> [Column<AuditEntry>] {
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
            .bound(
                "since", .ago, summary: "Only changes made at this time or later.", into: \.since),
            .bound("until", .ago, summary: "Only changes made before this time.", into: \.until),
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

    /// The times in unix seconds. Relative ones count from `clock`, which should be
    /// the one that dated the entries. It is only asked if there are times.
    func span(_ clock: () throws -> Int64) rethrows -> AuditSpan {
        guard since != nil || until != nil else { return AuditSpan() }
        let now = try clock()
        return AuditSpan(
            from: since.map { $0.seconds(now: now) }, to: until.map { $0.seconds(now: now) })
    }
}
