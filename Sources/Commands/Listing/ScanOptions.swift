internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of the commands that find what they list by scanning keys.
/// A scan asks for keys in small steps, in the order of Redis' hash table. What exists during the
/// whole scan is found, some of it twice; what comes or goes meanwhile may be missed.
struct ScanOptions: CommandOptions {
    var global = GlobalOptions()
    /// The largest number of results.
    var limit: Int64?
    /// The pattern that ids or users must match.
    var pattern: IdentifierPattern?
    /// Only for `list revoked`.
    var showsTokens = false
    /// Only for `list users`.
    var order: UserOrder?

    /// The options that narrow a scan; `what` is listed.
    static func options(_ what: String) -> [Option<ScanOptions>] {
        [
            .limit("Stop after N results.", into: \.limit),
            .value(
                "match", metavar: "PATTERN", summary: "Only \(what) that match this pattern.",
                into: \.pattern
            ) { text throws(InvalidValue) in IdentifierPattern(Array(text.utf8)) }
            .detail("An asterisk matches any text; every other character matches itself."),
            .group(GlobalOptions.group, at: \.global),
        ]
    }
}

/// Omits results that a scan returns twice, and counts up to the limit.
/// Remembering costs about 100 bytes for each result. `-o jsonl` without an order does not
/// remember, so that a list of any length needs the same memory.
struct ScanFilter {
    private let limit: Int64?
    /// Whether results are streamed in constant memory, so that some may be written twice.
    private let isStreaming: Bool
    /// The results so far, unless they are streamed.
    private var seen: Set<Identifier> = []
    private var count: Int64 = 0

    init(_ options: ScanOptions) {
        limit = options.limit
        isStreaming = options.global.format.isStream && options.order == nil
    }

    /// Whether nothing more is admitted.
    var isDone: Bool { limit.map { count >= $0 } ?? false }

    /// Whether a result is to be shown, which is counted then.
    mutating func admits(_ id: Identifier) -> Bool {
        guard !isDone, isStreaming || seen.insert(id).inserted else { return false }
        count += 1
        return true
    }
}

extension Console {
    /// Reports a user whose state cannot be read. The others are listed.
    func report(_ error: StoreError, of user: Identifier) throws(OutputError) {
        let failure = Diagnostics.failure(for: error)
        try self.error(
            "\(VisibleText.escape(user.description, columns: 60)): \(failure.line)")
    }
}

// MARK: - list users

/// The order of users. The name decides between equals.
enum UserOrder: String, CaseIterable, Sendable {
    case user, count
}

/// `list users`: shows who has tokens.
let listUsersCommand = Command(
    name: "users", summary: "List the users who have tokens.",
    discussion: [
        """
        Scans the keys of the whole database in small steps that do not block Redis. A user whose \
        tokens appear or disappear during the scan may be missed. -o jsonl writes each user as soon \
        as it is found, and may write a user twice while Redis rehashes its keys. --sort keeps all \
        users in memory until the scan ends. If the keys of a user do not have the layout's form, \
        that is reported as an error, the other users are listed, and the exit status is 8.
        """
    ],
    defaults: ScanOptions(),
    options: [
        .choice(
            "sort", metavar: "ORDER", summary: "Sort by name, or by number of tokens (most first).",
            into: \.order)
    ] + ScanOptions.options("users"),
    examples: [
        Example(command: "jwtctl list users", summary: "List all users who have tokens."),
        Example(command: "jwtctl list users -o id --limit 10", summary: "List ten user ids."),
        Example(
            command: "jwtctl list users --sort count --limit 3",
            summary: "List the three users with the most tokens.",
            output: [
                "USER   TOKENS  LATEST EXPIRY         CUTOFF",
                "alice       3  2026-12-01 01:21:55Z  -",
                "carol       2  2026-11-30 18:21:55Z  -",
                "bob         1  2026-11-30 18:14:08Z  2026-11-30 17:14:02Z",
            ]),
        Example(
            command: "jwtctl list users --match '*@example.com'",
            summary: "List the users of one domain."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Backend.environment,
    seeAlso: ["logout-all"], run: runListUsers)

/// Scans the keys of the users' lists. Users that have to be sorted wait in memory for the last of
/// them.
private func runListUsers(_ options: ScanOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend.reading(.listUsers, console)
    var filter = ScanFilter(options)
    let list = console.writer(userColumns(console, now: system.clock.seconds)) { user in
        UserLine.write(user.user.description)
    }
    var waiting: [ListedUser] = []
    /// Users whose list cannot be read. A scan may return one twice.
    var problems: Set<Identifier> = []
    // `--limit 0` asks for nothing, so no key is scanned.
    if !filter.isDone {
        try console.watch("listing", scansOf: backend) {
            try backend.store.forEachUser(like: options.pattern) { page in
                for user in page {
                    if let problem = user.problem {
                        // One broken list does not hide the other users. The exit status says that
                        // something is missing.
                        guard problems.insert(user.user).inserted else { continue }
                        try console.report(problem, of: user.user)
                    } else if options.order != nil {
                        waiting.append(user)
                    } else if filter.admits(user.user) {
                        try list.append(user)
                    }
                    if filter.isDone { return false }
                }
                if options.global.format.isStream { try system.output.flush() }
                return true
            }
        }
        // The limit counts from the front of the order, so it is applied after sorting.
        if let order = options.order {
            for user in waiting.sorted(by: { $0.precedes($1, by: order) })
            where filter.admits(user.user) {
                try list.append(user)
            }
        }
        try backend.requireCurrent(options.global)
    }
    let kind = options.pattern == nil ? "" : "matching "
    return try list.finish(
        nothing: "no \(kind)users have recorded tokens", in: backend, limit: options.limit,
        of: "users", problems: problems.count)
}

/// The columns of a user. `now` is in seconds since 1970.
private func userColumns(_ console: Console, now: Int64) -> [Column<ListedUser>] {
    [
        .id("USER", "user", console) { $0.user }, .count("TOKENS", "tokens") { $0.tokenCount },
        .time(.time("LATEST EXPIRY", now: now), "latest_exp", none: "never") {
            $0.latestExpiry?.seconds
        },
        .time(.time("CUTOFF", now: now), "cutoff") { $0.cutoff },
    ]
}

extension ListedUser {
    /// The order of rows: by name, or the most tokens first.
    fileprivate func precedes(_ other: ListedUser, by order: UserOrder) -> Bool {
        if order == .count, tokenCount != other.tokenCount { return tokenCount > other.tokenCount }
        return user.bytes.lexicographicallyPrecedes(other.user.bytes)
    }
}

// MARK: - list revoked

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
    let backend = try Backend.reading(.listRevoked, console)
    var filter = ScanFilter(options)
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
        try console.watch("listing", scansOf: backend) {
            try backend.store.forEachDenial(like: options.pattern) { page in
                for item in page where filter.admits(item.id) {
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
        nothing: options.pattern == nil
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
