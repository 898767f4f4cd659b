internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of the commands that find what they list by scanning keys.
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
            .value("limit", metavar: "N", summary: "Stop after N results.", into: \.limit) {
                text throws(InvalidValue) in try Count.parse(text)
            },
            .value(
                "match", metavar: "PATTERN", summary: "Only \(what) that match this pattern.",
                into: \.pattern
            ) { text throws(InvalidValue) in IdentifierPattern(Array(text.utf8)) }
            .detail("An asterisk matches any text; every other character matches itself."),
            .group(GlobalOptions.group, at: \.global),
        ]
    }
}

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
    let backend = try Backend(console)
    try backend.require(.listUsers)
    try backend.requireCurrent(options.global)
    var filter = ScanFilter(options)
    let list = console.writer(columns(console, now: system.clock.seconds)) { user in
        UserLine.write(user.user.description)
    }
    var waiting: [ListedUser] = []
    /// Users whose list cannot be read. A scan may return one twice.
    var problems: Set<Identifier> = []
    if !filter.isDone {
        try backend.store.forEachUser(like: options.pattern) { page in
            for user in page {
                if let problem = user.problem {
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
private func columns(_ console: Console, now: Int64) -> [Column<ListedUser>] {
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

extension Console {
    /// Reports a user whose state cannot be read. The others are listed.
    func report(_ error: StoreError, of user: Identifier) throws(OutputError) {
        let failure = Diagnostics.failure(for: error)
        try self.error(
            "\(VisibleText.escape(user.description, columns: 60)): \(failure.line)")
    }
}

/// Omits results that a scan returns twice, and counts up to the limit.
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
