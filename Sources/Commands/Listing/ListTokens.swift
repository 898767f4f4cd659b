internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct ListTokensOptions: CommandOptions {
    var global = GlobalOptions()
    var users: [String] = []
    var showsTokens = false
}

let listTokensCommand = Command(
    name: "tokens", summary: "List a user's tokens.",
    discussion: [
        """
        Shows what stands on the user's list: id, issue and expiry, the time left, whether the \
        token is active, revoked, cut off or expired, and its label. Tokens that no list knows are \
        not shown; logout-all reaches them all the same. Where each token has a key of its own, \
        those of the user are looked for among all keys.
        """
    ],
    defaults: ListTokensOptions(),
    options: [
        .flag(
            "show-tokens", summary: "Show whole tokens where the layout has them.",
            into: \.showsTokens),
        .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        .repeated("USER", minimum: 1, summary: "Whose tokens.", into: \.users)
            .completing(.dynamic("users"))
    ],
    examples: [
        Example(command: "jwtctl list tokens alice", summary: "Who is alice, on which devices?"),
        Example(
            command: "jwtctl list tokens -o id alice | jwtctl revoke --user alice -",
            summary: "Revoke what is listed."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["logout-all", "revoke"], run: runListTokens)

private func runListTokens(_ options: ListTokensOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let users = try options.users.map { try parseUser($0) }
    let session = try Session(console)
    try session.require(.listTokens)
    try session.requireCurrent(options.global)
    let hasUsers = users.count > 1
    var list = ResultList(
        console,
        columns: (hasUsers ? [.init("USER")] : []) + [
            .init("ID", shrinking: true), .init("ISSUED"), .init("EXPIRES"),
            .init("LEFT", right: true), .init("STATE"), .init("LABEL"),
        ])
    list.showsTokens = options.showsTokens
    for user in users {
        let tokens = try session.store.tokens(of: user)
        for token in tokens.tokens {
            let shown = ShownToken(token.id, session.layout.naming)
            let row = TokenRow(
                user: user, token: token, list: tokens,
                id: options.showsTokens ? token.id : shown.label)
            let cells =
                (hasUsers ? [VisibleText.escape(user.description, columns: 40)] : []) + row.cells
            try list.append(row.json, id: row.id.description, cells: cells)
        }
    }
    try list.finish(empty: "no tokens are recorded")
    return .success
}

/// One token of a list, as it is shown.
private struct TokenRow {
    let user: Identifier
    let token: ListedToken
    let list: TokenList
    let id: Identifier

    private var state: String {
        if token.expiry.isPast(at: list.time) { return "expired" }
        if token.isRevoked { return "revoked" }
        // As `TokenState.judgeCutoff` says of a token.
        let latest = list.time + TokenState.futureTolerance
        if let cutoff = list.cutoff, token.issuedAt.map({ $0 <= cutoff || $0 > latest }) ?? true {
            return "cut_off"
        }
        return "active"
    }

    var json: JSONObject {
        let end = token.expiry.seconds
        return [
            "user": .string(user.description), "id": .string(id.description),
            "iat": TimeText.number(token.issuedAt), "exp": TimeText.number(end),
            "expires_in": TimeText.number(end.map { $0 - list.time }), "state": .string(state),
            "label": token.label.map { .string($0) } ?? .null,
        ]
    }

    var cells: [String] {
        let end = token.expiry.seconds
        return [
            VisibleText.escape(id.description),
            token.issuedAt.map(TimeText.table) ?? "unknown", end.map(TimeText.table) ?? "never",
            end.map { $0 > list.time ? Duration.words($0 - list.time) : "-" } ?? "-",
            state == "cut_off" ? "cut off" : state,
            token.label.map { VisibleText.escape($0, columns: 40) } ?? "",
        ]
    }
}
