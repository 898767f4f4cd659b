internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `list revoked`.
struct ListRevokedOptions: CommandOptions {
    var global = GlobalOptions()
    /// The largest number of entries.
    var limit: Int64?
    /// The pattern that ids must match.
    var pattern: IdentifierPattern?
    /// Whether whole tokens are shown where the layout keeps them.
    var showsTokens = false
    var filter = BlacklistFilter()
}

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
    defaults: ListRevokedOptions(),
    options: [
        .flag(
            "show-tokens", summary: "Show whole tokens if the layout stores them.",
            into: \.showsTokens),
        .limit("Stop after N results.", into: \.limit),
        .pattern("match", summary: "Only ids that match this pattern.", into: \.pattern),
        .group(BlacklistFilter.group, at: \.filter),
        .group(GlobalOptions.group, at: \.global),
    ],
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
        Example(
            command: "jwtctl list revoked --actor ops --expires-before 1d",
            summary: "Show what ops revoked, if the token expires within a day."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown, .refused), environment: Backend.environment,
    seeAlso: ["revoke", "restore"], run: runListRevoked)

/// Scans the keys of the blacklist, and writes each page of entries as it comes: there may be
/// millions.
private func runListRevoked(_ options: ListRevokedOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend.reading(.listRevoked, console)
    try options.filter.require(backend)
    var filter = ScanFilter(limit: options.limit, isStreaming: options.global.format.isStream)
    let naming = backend.layout.naming
    // A layout that knows tokens by their text has whole tokens for ids: a label hides them.
    let isLabelled = naming.isByText && !options.showsTokens
    func id(_ item: ListedDenial) -> Identifier {
        isLabelled ? DisplayToken.label(of: item.id, naming) : item.id
    }
    let idLine = backend.idLine(mayBeToken: options.showsTokens)
    let list = console.writer(denialColumns(console, now: system.clock.seconds, id: id)) { item in
        idLine(id(item))
    }
    if !filter.isDone {
        let end = try options.filter.end(backend.store)
        try console.watch("listing", scansOf: backend) {
            try backend.store.forEachDenial(like: options.pattern) { page in
                // The limit counts what passes the filter.
                for item in page
                where options.filter.admits(item, before: end) && filter.admits(item.id) {
                    try list.append(item)
                    if filter.isDone { return false }
                }
                if options.global.format.isStream { try system.output.flush() }
                return true
            }
        }
    }
    // A fail-over during the scan may have made a replica of this server: then the list is not
    // trusted.
    try backend.requireCurrent(options.global)
    return try list.finish(
        nothing: options.pattern == nil && options.filter.isEmpty
            ? "the blacklist is empty" : "no matching blacklist entries",
        in: backend, limit: options.limit, of: "entries")
}

/// The columns of an entry. `id` is the id as it is shown: the id of a layout may be the whole
/// secret token.
private func denialColumns(
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

/// Which entries of the blacklist are shown.
struct BlacklistFilter: Sendable {
    /// The name of the person or service that revoked the token.
    var actor: String?
    /// The expiry of the token from which on nothing is shown.
    var expiresBefore: Moment?

    /// The options of `list revoked` that make a filter.
    static let group = OptionGroup(
        title: "Filters", defaults: BlacklistFilter(),
        options: [
            .text(
                "actor", metavar: "NAME", summary: "Only entries made by this actor.", into: \.actor
            )
            .detail("An entry that does not say who made it is left out."),
            .bound(
                "expires-before", .fromNow,
                summary: "Only tokens that expire before this time.", into: \.expiresBefore),
        ])

    /// Whether it admits every entry.
    var isEmpty: Bool { actor == nil && expiresBefore == nil }

    /// Refuses to look for an actor where no entry can have one.
    func require(_ backend: Backend) throws(Failure) {
        guard actor != nil, !backend.layout.entriesTellActors else { return }
        throw backend.unsupported(
            "tell who revoked a token", hint: "omit --actor: its entries do not record that")
    }

    /// The expiry from which on nothing is shown, in unix seconds by Redis' clock; nil for none.
    func end(_ store: TokenStore) throws(StoreError) -> Int64? {
        guard let expiresBefore else { return nil }
        return expiresBefore.seconds(now: try store.time())
    }

    /// Text is compared byte by byte, as Redis keeps it. What never expires is before no time.
    func admits(_ item: ListedDenial, before end: Int64?) -> Bool {
        if let actor {
            guard let own = item.denial.entry.actor, own.utf8.elementsEqual(actor.utf8) else {
                return false
            }
        }
        guard let end else { return true }
        return item.expiry.seconds.map { $0 < end } ?? false
    }
}
