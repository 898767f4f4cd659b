internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

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
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["revoke", "restore"], run: runListRevoked)

private func runListRevoked(_ options: ScanOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let session = try Session(console)
    try session.require(.listRevoked)
    try session.requireCurrent(options.global)
    var filter = ScanFilter(options)
    let now = system.clock.seconds
    var list = ResultList(
        console,
        columns: [
            .id, .left, .time("EXPIRES", now: now), .init("BY", .omitted), .init("AT", .omitted),
            .init("REASON", .cut),
        ])
    list.showsTokens = options.showsTokens
    list.keys = session.keys
    if !filter.isDone {
        try session.store.forEachDenial(like: options.pattern) { page in
            for item in page where filter.admits(item.id) {
                try list.append(
                    DenialRow(
                        item, session.layout.naming, console, showsTokens: options.showsTokens))
                if filter.isDone { return false }
            }
            if options.global.format == .jsonl { try system.output.flush() }
            return true
        }
    }
    try session.requireCurrent(options.global)
    try list.finish(
        nothing: options.pattern == nil
            ? "the blacklist is empty" : "no matching blacklist entries",
        in: session, limit: options.limit, of: "entries")
    return .success
}

/// A blacklist entry as it is shown.
private struct DenialRow: ListRow {
    private let id: Identifier
    private let denial: TokenState.Denial
    private let expiry: Expiry
    private let console: Console

    init(_ item: ListedDenial, _ naming: Naming, _ console: Console, showsTokens: Bool) {
        id = showsTokens ? item.id : ShownToken(item.id, naming).label
        denial = item.denial
        expiry = item.expiry
        self.console = console
    }

    var idText: String { id.description }

    var cells: [String] {
        let entry = denial.entry
        return [
            console.cell(id: id.description),
            denial.timeToLive.map(Duration.words) ?? "forever",
            expiry.seconds.map(TimeText.table) ?? "never",
            entry.actor.map { VisibleText.escape($0, columns: 24) } ?? "",
            entry.time.map(TimeText.table) ?? "",
            entry.reason.map { VisibleText.escape($0, columns: 60) } ?? "",
        ]
    }

    func describe(to json: inout some JSONSink) {
        let entry = denial.entry
        json.beginObject()
        json.member("id", text: id.bytes)
        json.member("ttl", integer: denial.timeToLive)
        json.member("exp", integer: expiry.seconds)
        json.member("by", entry.actor.map { .string($0) } ?? .null)
        json.member("at", TimeText.json(entry.time))
        json.member("reason", entry.reason.map { .string($0) } ?? .null)
        json.member("forever", .bool(expiry.seconds == nil))
        json.endObject()
    }
}
