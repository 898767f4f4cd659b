internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `list tokens`.
/// They have no pattern: a token list is read by its user's key, or with `--all` list by list.
struct ListTokensOptions: CommandOptions {
    var global = GlobalOptions()
    var users: [String] = []
    /// Whether the tokens of all users are listed, not only those of `users`.
    var listsAll = false
    /// nil writes the tokens as they are found: user by user, in order of expiry.
    var order: TokenOrder?
    /// The largest number of tokens, of those that the filter admits.
    var limit: Int64?
    /// Whether whole tokens are shown where the layout keeps them.
    var showsTokens = false
    var filter = TokenFilter()
}

/// The order of tokens. The user decides between equals.
enum TokenOrder: String, CaseIterable, Sendable {
    case exp, iat, user
}

/// `list tokens`: shows the token lists of users, including revoked and expired tokens.
let listTokensCommand = Command(
    name: "tokens", summary: "List a user's tokens.",
    discussion: [
        """
        Shows the user's token list: id, issue and expiry times, the time left, the state and the \
        label. An active token is neither expired, revoked nor cut off, and, if there is a cutoff, \
        was not issued in the future (not_yet_valid). Tokens that were never recorded are not shown; \
        logout-all revokes them too. If each token has its own key, the user's tokens are found by \
        scanning all keys.
        """,
        """
        Each user's tokens are listed in order of expiry. --sort sorts all tokens together, in \
        memory. Without it -o jsonl writes each user's tokens as soon as they are found, and with \
        --all may write a token twice while Redis rehashes its keys. If the keys of a user do not \
        have the layout's form, --all reports an error, lists the others, and exits with status 8.
        """,
    ],
    defaults: ListTokensOptions(),
    options: [
        .flag("all", summary: "List the tokens of all users.", into: \.listsAll),
        .choice(
            "sort", metavar: "ORDER", summary: "Sort by expiry, issue time (newest first) or user.",
            into: \.order),
        .limit("Stop after N results.", into: \.limit),
        .flag(
            "show-tokens", summary: "Show whole tokens if the layout stores them.",
            into: \.showsTokens),
        .group(TokenFilter.group, at: \.filter),
        .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        .repeated("USER", minimum: 0, summary: "User whose tokens to list.", into: \.users)
            .completing(.dynamic("users"))
    ],
    examples: [
        Example(
            command: "jwtctl list tokens alice", summary: "Show where alice is logged in.",
            output: [
                "ID      ISSUED                EXPIRES               LEFT  STATE   LABEL",
                "4f3c2a  2026-11-30 17:21:55Z  2026-11-30 18:21:55Z   1 h  active  phone",
                "5e2d1b  2026-11-30 17:21:55Z  2026-12-01 01:21:55Z   8 h  active  laptop",
            ]),
        Example(
            command: "jwtctl list tokens -o id alice | jwtctl revoke --user alice -",
            summary: "Revoke all tokens on alice's list."),
        Example(
            command: "jwtctl list tokens --all --sort iat --limit 20",
            summary: "Show the last 20 logins."),
        Example(
            command: "jwtctl list tokens --all --issued-since 1h --state active",
            summary: "Show who logged in during the last hour and still is."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown, .refused), environment: Backend.environment,
    seeAlso: ["logout-all", "revoke"],
    check: { options throws(UsageError) in
        if options.listsAll, !options.users.isEmpty { throw .conflicting("--all", "USER") }
        if !options.listsAll, options.users.isEmpty { throw .missingOperand("USER") }
        try options.filter.check()
    }, run: runListTokens)

/// Reads the lists page by page. Rows that have to be sorted wait in memory for the last of them.
private func runListTokens(_ options: ListTokensOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let users = try options.users.map { try parseUser($0) }
    let backend = try Backend.reading(options.listsAll ? .listUsers : .listTokens, console)
    try options.filter.require(backend)
    let hasUsers = options.listsAll || users.count > 1
    let idLine = backend.idLine(mayBeToken: options.showsTokens)
    let list = console.writer(
        columns(console, hasUsers: hasUsers, now: system.clock.seconds)
    ) { row in
        idLine(row.id)
    }
    /// The number of rows that may still be written.
    var left = options.limit ?? .max
    func show(_ row: TokenRow) throws {
        try list.append(row)
        left -= 1
    }
    var waiting: [TokenRow] = []
    // With `--all` a user may come twice, and so would each token.
    var seen: Set<Identifier> = []
    let isStreaming = options.global.format.isStream && options.order == nil
    /// Takes tokens of a user; false once there are enough.
    func take(_ user: Identifier, _ tokens: TokenList) throws -> Bool {
        guard !options.listsAll || isStreaming || seen.insert(user).inserted else { return true }
        for token in tokens.tokens where options.filter.admits(token, in: tokens) {
            let id =
                options.showsTokens
                ? token.id : DisplayToken.label(of: token.id, backend.layout.naming)
            let row = TokenRow(user: user, token: token, list: tokens, id: id)
            if options.order != nil {
                waiting.append(row)
            } else if left > 0 {
                try show(row)
            }
        }
        if isStreaming { try system.output.flush() }
        return left > 0
    }
    /// Users whose list cannot be read.
    var problems = 0
    // A user that was named is one that the command is about: an unreadable list ends it. With
    // `--all` it is one of many, and is reported.
    if options.listsAll, left > 0 {
        try console.watch("listing", scansOf: backend) {
            try backend.store.forEachTokenList { user, tokens in
                if case .failure(let error) = tokens, error.isAboutOneKey {
                    problems += 1
                    try console.report(error, of: user)
                    return true
                }
                return try take(user, try tokens.get())
            }
        }
    } else {
        for user in users where left > 0 {
            try backend.store.forEachTokenPage(of: user) { try take(user, $0) }
        }
    }
    if let order = options.order {
        for row in waiting.sorted(by: { $0.precedes($1, by: order) }) where left > 0 {
            try show(row)
        }
    }
    try backend.requireCurrent(options.global)
    // The note on an empty list names the user, since a misspelled name is the likeliest reason.
    let user = users.count == 1 ? users[0].description : nil
    let owner = user.map { " of \(VisibleText.escape($0, columns: 60))" } ?? ""
    let kind = options.filter.isEmpty ? "" : "matching "
    return try list.finish(
        nothing: "no \(kind)tokens\(owner) are recorded", in: backend, limit: options.limit,
        of: "tokens", problems: problems)
}

extension TokenRow {
    /// The order of rows: the soonest expiry first, as in a token list, or the latest issue first,
    /// since that answers who logged in last.
    fileprivate func precedes(_ other: TokenRow, by order: TokenOrder) -> Bool {
        let ends = (token.expiry.seconds ?? .max, other.token.expiry.seconds ?? .max)
        let issues = (token.issuedAt ?? .min, other.token.issuedAt ?? .min)
        switch order {
        case .exp where ends.0 != ends.1: return ends.0 < ends.1
        case .iat where issues.0 != issues.1: return issues.0 > issues.1
        default: break
        }
        if user != other.user {
            return user.bytes.lexicographicallyPrecedes(other.user.bytes)
        }
        if ends.0 != ends.1 { return ends.0 < ends.1 }
        return id.bytes.lexicographicallyPrecedes(other.id.bytes)
    }
}

/// One token of a list, as it is shown.
private struct TokenRow {
    let user: Identifier
    let token: ListedToken
    /// The list, which has the time and the user's cutoff.
    let list: TokenList
    /// The id as it is shown.
    let id: Identifier

    var standing: TokenList.TokenStanding { list.standing(of: token) }

    /// Seconds until the token expires; negative once it has.
    var left: Int64? { token.expiry.seconds.map { $0 - list.time } }
}

/// The columns of a token. A table names the user only where there may be several.
private func columns(
    _ console: Console, hasUsers: Bool, now: Int64
) -> [Column<TokenRow>] {
    [
        hasUsers
            ? .id("USER", "user", console) { $0.user }
            : .member("user") { .string($0.user.description) },
        .id("ID", "id", console) { $0.id },
        .time(.init("ISSUED", .omitted), "iat") { $0.token.issuedAt },
        .time(.time("EXPIRES", now: now), "exp", none: "never") { $0.token.expiry.seconds },
        .both(
            .left, "expires_in",
            cell: { row in row.left.map { $0 > 0 ? Duration.words($0) : "" } ?? "" },
            value: { TimeText.number($0.left) }),
        .state("STATE", "state") { $0.standing.rawValue },
        .text(.init("LABEL", .cut), "label", columns: 40) { $0.token.label },
    ]
}
