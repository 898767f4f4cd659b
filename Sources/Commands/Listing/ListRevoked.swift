internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// `list revoked`: shows the blacklist, entry by entry.
let listRevokedCommand = Command(
    name: "revoked", summary: "List the blacklist entries.",
    discussion: [
        """
        Shows each entry with the time left, the expiry of its token, and, if the entry records it, \
        who revoked it, when and why. Scans the keys in small steps. -o jsonl needs little memory, \
        but may show an entry twice while Redis rehashes its keys. Other formats keep every id in \
        memory (about 100 bytes each) and show it once.
        """
    ],
    defaults: ScanOptions(),
    options: [
        .flag(
            "show-tokens", summary: "Show whole tokens if the layout stores them.",
            into: \.showsTokens)
    ] + ScanOptions.options("ids"),
    examples: [
        Example(
            command: "jwtctl list revoked", summary: "Show the blacklist.",
            output: [
                "ID         LEFT  EXPIRES               BY   AT                    REASON",
                "7c3e  1 h 1 min  2026-11-30 18:21:55Z  ops  2026-11-30 17:21:55Z  found in a log",
            ]),
        Example(
            command: "jwtctl list revoked -o csv", summary: "Export it for a spreadsheet.",
            output: [
                "id,ttl,exp,by,at,reason,forever",
                "7c3e,3660,1796062915,ops,2026-11-30T17:21:55Z,found in a log,false",
            ]),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Backend.environment,
    seeAlso: ["revoke", "restore"], run: runListRevoked)

/// Scans the keys of the blacklist, and writes each page of entries as it comes: there may be
/// millions.
private func runListRevoked(_ options: ScanOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend(console)
    try backend.require(.listRevoked)
    try backend.requireCurrent(options.global)
    var filter = ScanFilter(options)
    let naming = backend.layout.naming
    // A layout that knows tokens by their text has whole tokens for ids: a label hides them.
    let isLabelled = naming.isByText && !options.showsTokens
    func id(_ item: ListedDenial) -> Identifier {
        isLabelled ? DisplayToken(item.id, naming).label : item.id
    }
    let idLine = backend.idLine(mayBeToken: options.showsTokens)
    let list = console.writer(columns(console, now: system.clock.seconds, id: id)) { item in
        idLine(id(item))
    }
    if !filter.isDone {
        try backend.store.forEachDenial(like: options.pattern) { page in
            for item in page where filter.admits(item.id) {
                try list.append(item)
                if filter.isDone { return false }
            }
            if options.global.format.isStream { try system.output.flush() }
            return true
        }
    }
    try backend.requireCurrent(options.global)
    return try list.finish(
        nothing: options.pattern == nil
            ? "the blacklist is empty" : "no matching blacklist entries",
        in: backend, limit: options.limit, of: "entries")
}

/// The columns of an entry. `id` is the id as it is shown: the id of a layout may be the whole
/// secret token.
private func columns(
    _ console: Console, now: Int64, id: @escaping (ListedDenial) -> Identifier
) -> [Column<ListedDenial>] {
    [
        .id("ID", "id", console, id), .left("ttl", none: "forever") { $0.denial.timeToLive },
        .time(.time("EXPIRES", now: now), "exp", none: "never") { $0.expiry.seconds },
        .text(.init("BY", .omitted), "by", columns: 24) { $0.denial.entry.actor },
        .date(.init("AT", .omitted), "at") { $0.denial.entry.time },
        .text(.init("REASON", .cut), "reason", columns: 60) { $0.denial.entry.reason },
        .member("forever") { .bool($0.expiry.seconds == nil) },
    ]
}
