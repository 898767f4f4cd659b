internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `list users`.
struct ListUsersOptions: CommandOptions {
    var global = GlobalOptions()
    /// The largest number of users.
    var limit: Int64?
    /// The pattern that users must match.
    var pattern: IdentifierPattern?
    /// The order that was asked for.
    var order: UserOrder?
    /// Whether the active tokens of each user are counted.
    var countsActive = false
    /// Whether users are listed, too, who have a cutoff and no recorded tokens.
    var includesCutoffs = false

    /// The order of the rows; nil writes users as they are found, so that a list for another
    /// program needs little memory.
    var rowOrder: UserOrder? {
        let isStream = global.format.isStream || global.format == .id
        return order ?? (isStream ? nil : .user)
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
        tokens appear or disappear during the scan may be missed. TOKENS is the number of tokens \
        that have not expired, revoked or not. If the keys of a user do not have the layout's form, \
        that is reported as an error, the other users are listed, and the exit status is 8.
        """,
        """
        Users are sorted by name unless --sort says otherwise, and kept in memory until the scan \
        ends. Without --sort, -o jsonl and -o id do not sort: they write each user as soon as it is \
        found, need the same memory for any number of users, and may write a user twice while Redis \
        rehashes its keys.
        """,
        "If a global cutoff is set, a line on standard error says so: it applies to all users.",
    ],
    defaults: ListUsersOptions(),
    options: [
        .choice(
            "sort", metavar: "ORDER", summary: "Sort by name, or by number of tokens (most first).",
            into: \.order),
        .flag("active", summary: "Count each user's active tokens.", into: \.countsActive)
            .detail(
                "A token is active if it is not expired, revoked or cut off. Every token is read."),
        .flag(
            "with-cutoffs", summary: "Also list users who have only a cutoff.",
            into: \.includesCutoffs
        )
        .detail("It takes a second scan. They come last in a list that is not sorted."),
        .limit("Stop after N results.", into: \.limit),
        .pattern("match", summary: "Only users that match this pattern.", into: \.pattern),
        .group(GlobalOptions.group, at: \.global),
    ],
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
        Example(
            command: "jwtctl list users --active --with-cutoffs",
            summary: "Count active tokens, and include users who were logged out."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown, .refused), environment: Backend.environment,
    seeAlso: ["logout-all"], run: runListUsers)

/// Scans the keys of the users' lists. Users that have to be sorted wait in memory for the last of
/// them.
private func runListUsers(_ options: ListUsersOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend.reading(.listUsers, console)
    if options.includesCutoffs, !backend.layout.listsCutoffs {
        throw backend.unsupported(
            "find users by their cutoffs",
            hint: "omit --with-cutoffs, or ask about one user: 'jwtctl status --user USER'")
    }
    let order = options.rowOrder
    var filter = ScanFilter(limit: options.limit, isStreaming: order == nil)
    let list = console.writer(userColumns(options, console, now: system.clock.seconds)) { user in
        UserLine.write(user.user.description)
    }
    var waiting: [ListedUser] = []
    /// Users whose list cannot be read. A scan may return one twice.
    var problems: Set<Identifier> = []
    var globalCutoff: Int64?
    // `--limit 0` asks for nothing, so no key is scanned.
    if !filter.isDone {
        // Before the first row: if it cannot be read, nothing is listed as if there were none.
        globalCutoff = try backend.store.globalCutoff()
        try console.watch("listing", scansOf: backend) {
            try backend.store.forEachUser(options.query) { page in
                for user in page {
                    if let problem = user.problem {
                        // One broken list does not hide the other users. The exit status says that
                        // something is missing.
                        guard problems.insert(user.user).inserted else { continue }
                        try console.report(problem, of: user.user)
                    } else if order != nil {
                        waiting.append(user)
                    } else if filter.admits(user.user) {
                        try list.append(user)
                    }
                    if filter.isDone { return false }
                }
                if order == nil { try system.output.flush() }
                return true
            }
        }
        // The limit counts from the front of the order, so it is applied after sorting.
        if let order {
            for user in waiting.sorted(by: { $0.precedes($1, by: order) })
            where filter.admits(user.user) {
                try list.append(user)
            }
        }
        try backend.requireCurrent(options.global)
    }
    let kind = options.pattern == nil ? "" : "matching "
    let cutoff = options.includesCutoffs ? " or a cutoff" : ""
    let status = try list.finish(
        nothing: "no \(kind)users have recorded tokens\(cutoff)", in: backend,
        limit: options.limit, of: "users", problems: problems.count)
    if let globalCutoff {
        try system.output.flush()
        try console.note(
            "a global cutoff is set: tokens issued up to \(TimeText.table(globalCutoff)) are "
                + "rejected")
    }
    return status
}

extension ListUsersOptions {
    fileprivate var query: UserQuery {
        UserQuery(like: pattern, countsActive: countsActive, includesCutoffs: includesCutoffs)
    }
}

/// The columns of a user. `now` is in seconds since 1970.
private func userColumns(
    _ options: ListUsersOptions, _ console: Console, now: Int64
) -> [Column<ListedUser>] {
    var columns: [Column<ListedUser>] = [
        .id("USER", "user", console) { $0.user }, .count("TOKENS", "tokens") { $0.tokenCount },
    ]
    // A count that was not asked for is no member.
    if options.countsActive {
        columns.append(.count("ACTIVE", "active_tokens") { $0.activeCount ?? 0 })
    }
    columns.append(.expiry(.time("LATEST EXPIRY", now: now), "latest_exp") { $0.latestExpiry })
    columns.append(.time(.time("CUTOFF", now: now), "cutoff") { $0.cutoff })
    return columns
}

extension ListedUser {
    /// The order of rows: by name, or the most tokens first.
    fileprivate func precedes(_ other: ListedUser, by order: UserOrder) -> Bool {
        if order == .count, tokenCount != other.tokenCount { return tokenCount > other.tokenCount }
        return user.bytes.lexicographicallyPrecedes(other.user.bytes)
    }
}
