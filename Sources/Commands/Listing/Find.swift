internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `find`.
struct FindOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    /// The largest number of tokens that are shown of those whose ids begin with one text.
    var limit: Int64 = 100
}

/// `find`: says whose token an id is.
let findCommand = Command(
    name: "find", summary: "Find the user of a token by its id.",
    discussion: [
        """
        Looks through the token lists of all users, or the session keys, then through the blacklist \
        and the audit log. Six characters or more also find the ids that begin with them, unless one \
        is exactly the same; entries of the blacklist are found by the whole id. A token is looked \
        for by its own id.
        """,
        """
        The scan reads the whole database in small steps that do not block Redis. A token whose list \
        changes during the scan may be missed. A line on standard error says how much was searched, \
        another one has the command that revokes the token.
        """,
    ],
    defaults: FindOptions(),
    options: [
        .value(
            "limit", metavar: "N",
            summary: "Show at most N tokens for each beginning of an id.", into: \.limit
        ) { text throws(InvalidValue) in
            try Count.parse(text, in: 1...100_000, expected: "a number from 1 to 100000")
        },
        .group(ItemOptions.group, at: \.items), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [
        ItemOptions.operand(
            at: \.items, summary: "Ids, beginnings of ids, or tokens; - reads lines.")
    ],
    otherForms: ["--from FILE"],
    examples: [
        Example(
            command: "jwtctl find 4f3c2a", summary: "Find out whose token this is.",
            output: [
                "4f3c2a: a token of alice, active",
                "  label: phone",
                "  issued: 2026-11-30 17:21:55Z (4 min ago)",
                "  expires: 2026-11-30 18:21:55Z (in 56 min)",
                "jwtctl: searched 6 tokens of 3 users",
                "jwtctl: to revoke it: jwtctl revoke --user alice -- 4f3c2a",
            ]),
        Example(
            command: "jwtctl find --from ids.txt -o jsonl",
            summary: "Find the users of many, one per line."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .notListed, .unknown, .someFailed, success: "All were found."),
    environment: Backend.environment, seeAlso: ["status", "list", "audit", "revoke"], run: runFind)

/// Reads all ids, then scans once for all of them.
private func runFind(_ options: FindOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let lines = try options.items.openLines(system: system)
    let backend = try Backend.reading(.listTokens, console)
    let naming = backend.layout.naming
    let resolver = try TokenResolver(backend, user: nil, kind: options.items.kind, console)
    func query(_ item: Item) throws -> FindQuery {
        // What is no JWT is an id only in layouts that know tokens by their text.
        if case .opaque = item {
            return try FindQuery(try resolver.resolve(item, user: nil), naming)
        }
        if case .id(let id, _, _, let isNamed) = item { try resolver.check(id, isNamed: isNamed) }
        return try FindQuery(item, naming)
    }
    let queries: FindQueries
    var feed: ItemFeed<FindQuery>?
    if let operand = options.items.only {
        let query = try query(try options.items.item(operand, console))
        try TakenTokens(console).tell(query.foundToken)
        queries = FindQueries([query])
    } else {
        let items = ItemFeed(options.items, lines, console, query)
        var all: [FindQuery] = []
        while case .item(let batch) = try items.batch(.blocking, upTo: 256) { all += batch }
        queries = FindQueries(all)
        feed = items
    }

    var search = FindSearch(queries, limit: Int(options.limit), naming)
    // A token that was not found so far may be in the rest, so there are no results.
    func endWhereInterrupted() throws {
        try console.endWhereInterrupted {
            try console.note(search.words)
            try console.note("interrupted: the search is incomplete; run it again for results")
        }
    }
    do throws(StoreError) {
        try console.watch("searching", scansOf: backend, .stop()) { () throws(StoreError) in
            try backend.store.findTokens {
                queries.contains($0, naming)
            } _: { page in
                search.take(page)
                return true
            }
        }
    } catch {
        try endWhereInterrupted()
        throw error
    }
    try endWhereInterrupted()
    let idLine = backend.idLine()
    let now = system.clock.seconds
    let list = console.writer(
        FindRow.columns(console, now: now), line: { $0.match.map { idLine($0.name) } },
        text: { $0.words(now: now) })
    let run = ItemRun(console, list, .endProcess, reading: feed)
    let rows = try search.rows(backend, console)
    return try run.run(empty: "no ids given") {
        for row in rows { try run.add(row) }
        try backend.requireCurrent(options.global)
        return nil
    } ending: { _ in
        try system.output.flush()
        try console.note(search.words)
        let lines = rows.compactMap { $0.revocation(options.global) }
        if let line = lines.first {
            try console.note("to revoke \(lines.count == 1 ? "it" : "the first"): \(line)")
        }
    }
}

/// A token that was found, or an id that was not.
struct FindRow: ItemRow {
    struct Match {
        let name: Identifier
        /// nil where only the id is known.
        var user: Identifier?
        /// Unix seconds.
        var issuedAt: Int64?
        /// nil where it is not known.
        var expiry: Expiry?
        /// nil where it is not known.
        var state: String?
        var label: String?
        /// Where it was found.
        let place: String
    }

    /// The id that was looked for.
    let query: Identifier
    let match: Match?
    /// Whether Redis could not tell everything.
    var isUnknown = false

    var status: ExitStatus { isUnknown ? .unknown : match == nil ? .notListed : .success }

    /// The state in JSON.
    private var state: String {
        match.map { $0.state ?? "unknown" } ?? (isUnknown ? "unknown" : "not_found")
    }

    /// The command that revokes the token, on the same Redis; nil where it is not needed, or where a
    /// terminal would not paste it back.
    func revocation(_ options: GlobalOptions?) -> String? {
        guard let match, match.state == "active" || match.state == "not_yet_valid",
            let user = match.user
        else { return nil }
        let words = [
            "--user", user.description, "--", Item.line(match.name.description, keys: nil),
        ]
        guard !words.contains(where: { $0.unicodeScalars.contains(where: VisibleText.isHostile) })
        else { return nil }
        let place = options?.targetWords ?? []
        return (["jwtctl", "revoke"] + place + words.map(ShellText.quote)).joined(separator: " ")
    }

    /// The report on an only result. `now` is in unix seconds.
    func words(now: Int64) -> String {
        let id = VisibleText.escape((match?.name ?? query).description, columns: 80)
        guard let match else { return "\(id): \(state.spoken)\n" }
        let owner = match.user.map { VisibleText.escape($0.description, columns: 60) }
        var text = "\(id): a token of \(owner ?? "an unknown user")"
        text +=
            match.place == "audit log"
            ? ", found in the audit log only\n" : ", \(state.spoken)\n"
        if let label = match.label {
            text += "  label: \(VisibleText.escape(label, columns: 60))\n"
        }
        for (name, time) in [("issued", match.issuedAt), ("expires", match.expiry?.seconds)] {
            if let time {
                text += "  \(name): \(TimeText.table(time)) (\(TimeText.relative(time, to: now)))\n"
            }
        }
        if match.expiry == .never { text += "  expires: never\n" }
        return text
    }

    static func columns(_ console: Console, now: Int64) -> [Column<FindRow>] {
        [
            .member("query") { .string($0.query.description) },
            .id("ID", "id", console) { $0.match?.name ?? $0.query },
            .both(
                .init("USER"), "user",
                cell: { $0.match?.user.map { console.cell(id: $0.description) } ?? "" },
                value: { .string(orNull: $0.match?.user) }),
            .time(.init("ISSUED", .omitted), "iat") { $0.match?.issuedAt },
            .expiry(.time("EXPIRES", now: now), "exp") { $0.match?.expiry },
            .state("STATE", "state") { $0.state },
            .text(.init("LABEL", .cut), "label", columns: 40) { $0.match?.label },
            .word(.init("FOUND IN", .omitted), "found_in") { $0.match?.place ?? "" },
            .member("revoke") { .string(orNull: $0.revocation(nil)) },
        ]
    }
}

extension FindRow.Match {
    /// What an entry of the audit log has of a token: whose it is, not whether it is still revoked.
    init(entry: AuditEntry) {
        self.init(
            name: Identifier(stored: Array((entry.id ?? "").utf8)),
            user: entry.user.map { Identifier(stored: Array($0.utf8)) }, place: "audit log")
    }

    /// A token that is on the blacklist; `known` is what the audit log has of it.
    init(_ denial: Denial, _ name: Identifier, _ known: FindRow.Match?) {
        self.init(
            name: name, user: denial.entry.user ?? known?.user, state: "revoked",
            place: "blacklist")
    }
}
