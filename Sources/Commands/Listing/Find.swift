internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `find`.
struct FindOptions: CommandOptions {
    var global = GlobalOptions()
    var items = ItemOptions()
    /// The largest number of tokens that are shown.
    var limit: Int64 = 100
}

/// `find`: says whose token an id is.
let findCommand = Command(
    name: "find", summary: "Find the user of a token by its id.",
    discussion: [
        """
        Looks for ids on the token lists of all users, or among the session keys, then for those \
        that are on none in the blacklist and the audit log. An id of 6 \
        characters or more is also found by its beginning, where no token has exactly this id. A \
        token is looked for by its own id.
        """,
        """
        The whole database is scanned in small steps that do not block Redis. A token that appears \
        during the scan may be missed. On standard error it says how much was searched, and the \
        command that revokes the token.
        """,
    ],
    defaults: FindOptions(),
    options: [
        .value(
            "limit", metavar: "N", summary: "Show at most N tokens (default: 100).", into: \.limit
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
                "jwtctl: to revoke it: jwtctl revoke --user alice 4f3c2a",
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
    let queries: FindQueries
    var feed: ItemFeed<FindQuery>?
    func query(_ item: Item) throws -> FindQuery { try FindQuery(item, naming) }
    if let operand = options.items.only {
        queries = FindQueries([try query(try options.items.item(operand, console))])
    } else {
        let items = ItemFeed(options.items, lines, console, query)
        var all: [FindQuery] = []
        while case .item(let batch) = try items.batch(.blocking, upTo: 256) { all += batch }
        queries = FindQueries(all)
        feed = items
    }

    var search = FindSearch(queries, limit: Int(options.limit), naming)
    try console.watch("searching") { show throws(StoreError) in
        try backend.store.findTokens {
            queries.contains(DisplayToken.label(of: $0, naming))
        } _: { page in
            search.take(page)
            show(search.extent.tokens)
            return true
        }
    }
    let idLine = backend.idLine()
    let now = system.clock.seconds
    let list = console.writer(
        FindRow.columns(console, now: now), line: { $0.match.map { idLine($0.name) } },
        text: { $0.words(now: now) })
    let run = ItemRun(console, list, .endProcess, reading: feed)
    let rows = try search.rows(backend)
    let status = try run.run(empty: "no ids given") {
        for row in rows { try run.add(row) }
        try backend.requireCurrent(options.global)
        return nil
    } ending: { _ in
        try system.output.flush()
        try console.note(search.words)
        let lines = rows.compactMap(\.revocation)
        if let line = lines.first {
            try console.note("to revoke \(lines.count == 1 ? "it" : "the first"): \(line)")
        }
    }
    // What could not be read may have been the token that was not found.
    let isMissing = rows.contains { $0.match == nil }
    return isMissing && search.extent.unreadable > 0 ? .unknown : status
}

/// An id that is looked for.
private struct FindQuery: FedItem {
    /// Fewer characters would be the beginning of too many ids. The help names the number.
    static let leastPrefix = 6

    let name: Identifier
    /// Whether an id that only begins so is meant, too.
    let isPrefix: Bool
    /// The token, which is shown to have been taken out of other text.
    let foundToken: String?
    var number = 1

    /// A token is looked for by its id; where the layout knows tokens by their text, by its `jti` or
    /// hash.
    init(_ item: Item, _ naming: Naming) throws {
        switch item {
        case .token(let token, let claims, let place):
            let facts = try TokenFacts(token, claims: claims, naming: naming, .lenient)
            name = facts.label
            isPrefix = false
            foundToken =
                place == .itself
                ? nil : "id \(VisibleText.escape(name.description, columns: 60))"
        case .id(let id, _, _, _):
            name = id
            isPrefix = id.bytes.count >= Self.leastPrefix
            foundToken = nil
        case .opaque(let text, _):
            name = DisplayToken.label(ofText: text.bytes)
            isPrefix = false
            foundToken = nil
        }
    }
}

/// All ids that are looked for, so arranged that a token is compared with few of them.
private struct FindQueries {
    let all: [FindQuery]
    /// The places in `all` of whole ids.
    private var exact: [Identifier: [Int]] = [:]
    /// The places in `all` of beginnings, by their first bytes.
    private var prefixes: [[UInt8]: [Int]] = [:]

    init(_ all: [FindQuery]) {
        self.all = all
        for (index, query) in all.enumerated() {
            exact[query.name, default: []].append(index)
            guard query.isPrefix else { continue }
            prefixes[Array(query.name.bytes.prefix(FindQuery.leastPrefix)), default: []]
                .append(index)
        }
    }

    func contains(_ name: Identifier) -> Bool {
        exact[name] != nil || !beginnings(of: name).isEmpty
    }

    /// The places of the queries for exactly this id.
    func equal(to name: Identifier) -> [Int] { exact[name] ?? [] }

    /// The places of the queries that an id begins with, and is longer than.
    func beginnings(of name: Identifier) -> [Int] {
        guard !prefixes.isEmpty, name.bytes.count > FindQuery.leastPrefix else { return [] }
        let candidates = prefixes[Array(name.bytes.prefix(FindQuery.leastPrefix))] ?? []
        return candidates.filter { index in
            let wanted = all[index].name.bytes
            return wanted.count < name.bytes.count && name.bytes.starts(with: wanted)
        }
    }
}

/// A search under way: the tokens found so far, by the query that they fit.
private struct FindSearch {
    private let queries: FindQueries
    private let naming: Naming
    private let limit: Int
    private var exact: [Int: Set<SearchPage.Match>] = [:]
    private var similar: [Int: Set<SearchPage.Match>] = [:]
    private var count = 0
    /// What was looked through.
    private(set) var extent = SearchPage()

    init(_ queries: FindQueries, limit: Int, _ naming: Naming) {
        self.queries = queries
        self.limit = limit
        self.naming = naming
    }

    /// What people call a token: its id, or where the layout knows tokens by their text, its `jti`.
    private func name(of id: Identifier) -> Identifier { DisplayToken.label(of: id, naming) }

    mutating func take(_ page: SearchPage) {
        extent.count(page)
        for match in page.matches {
            let name = name(of: match.id)
            for index in queries.equal(to: name) where (exact[index]?.count ?? 0) < limit {
                exact[index, default: []].insert(match)
            }
            for index in queries.beginnings(of: name) where count < limit {
                if similar[index, default: []].insert(match).inserted { count += 1 }
            }
        }
    }

    /// The rows in the order of the queries: the tokens with this id, or else those whose ids begin
    /// so, or else what the blacklist and the audit log know.
    func rows(_ backend: Backend) throws -> [FindRow] {
        var rows: [FindRow] = []
        var missing: [Int] = []
        for index in queries.all.indices {
            let matches = (exact[index] ?? similar[index] ?? []).sorted { left, right in
                (left.user.bytes + left.id.bytes)
                    .lexicographicallyPrecedes(right.user.bytes + right.id.bytes)
            }
            if matches.isEmpty { missing.append(index) }
            for match in matches.prefix(max(limit - rows.count, 1)) {
                guard let list = try backend.store.describe(match), let token = list.tokens.first
                else { continue }
                rows.append(
                    FindRow(
                        query: queries.all[index].name,
                        match: .init(
                            name: name(of: match.id), user: match.user, issuedAt: token.issuedAt,
                            expiry: token.expiry, state: list.standing(of: token).rawValue,
                            label: token.label, place: "tokens")))
            }
        }
        return rows + (try Traces(queries, missing).rows(backend))
    }

    /// `searched 1,000,000 tokens of 100,000 users`.
    var words: String {
        var words = "searched \(Count.words(extent.tokens, "token", "tokens"))"
        if extent.users > 0 { words += " of \(Count.words(extent.users, "user", "users"))" }
        if extent.unreadable > 0 {
            words += "; \(Count.words(extent.unreadable, "key", "keys")) could not be read"
        }
        if count >= limit { words += "; stopped at \(NumberText.grouped(limit)) tokens (--limit)" }
        return words
    }
}

/// What the blacklist and the audit log know of ids that no list has.
private struct Traces {
    private let queries: FindQueries
    private let missing: [Int]

    init(_ queries: FindQueries, _ missing: [Int]) {
        self.queries = queries
        self.missing = missing
    }

    /// One row for each id, found or not.
    func rows(_ backend: Backend) throws -> [FindRow] {
        guard !missing.isEmpty else { return [] }
        var entries: [Int: AuditEntry] = [:]
        if backend.layout.can(.audit) {
            // Newest first, so that the last change of a token is the one that counts.
            _ = try backend.store.latestAuditEntries(limit: 1) { entry in
                guard let id = entry.id.map({ Identifier(stored: Array($0.utf8)) }) else {
                    return false
                }
                let wanted = queries.equal(to: id) + queries.beginnings(of: id)
                for index in wanted where missing.contains(index) && entries[index] == nil {
                    entries[index] = entry
                }
                return entries.count == missing.count
            }
        }
        return try missing.map { index in
            let name = queries.all[index].name
            var match = entries[index].map(FindRow.Match.init(entry:))
            let id = match?.name ?? name
            if let denial = try backend.store.denial(ofBareID: id) {
                match = FindRow.Match(
                    name: id, user: denial.entry.user ?? match?.user, state: "revoked",
                    place: "blacklist")
            }
            return FindRow(query: name, match: match)
        }
    }
}

/// A token that was found, or an id that was not.
private struct FindRow: ItemRow {
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

    var status: ExitStatus { match == nil ? .notListed : .success }

    /// The command that revokes the token; nil where it is not needed.
    var revocation: String? {
        guard let match, match.state == "active" || match.state == "not_yet_valid",
            let user = match.user
        else { return nil }
        let id = Item.line(match.name.description, keys: nil)
        return "jwtctl revoke --user \(ShellText.quote(user.description)) \(ShellText.quote(id))"
    }

    /// The report on an only result. `now` is in unix seconds.
    func words(now: Int64) -> String {
        let id = VisibleText.escape((match?.name ?? query).description, columns: 80)
        guard let match else { return "\(id): not found\n" }
        let owner = match.user.map { VisibleText.escape($0.description, columns: 60) }
        var text = "\(id): a token of \(owner ?? "an unknown user")"
        text += match.state.map { ", \($0.spoken)\n" } ?? ", found in the audit log only\n"
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
            .both(
                .time("EXPIRES", now: now), "exp",
                cell: { $0.match?.expiry.map { $0.seconds.map(TimeText.table) ?? "never" } ?? "" },
                value: { TimeText.number($0.match?.expiry?.seconds) }),
            .state("STATE", "state") { $0.match.map { $0.state ?? "unknown" } ?? "not_found" },
            .text(.init("LABEL", .cut), "label", columns: 40) { $0.match?.label },
            .word(.init("FOUND IN", .omitted), "found_in") { $0.match?.place ?? "" },
            .member("revoke") { .string(orNull: $0.revocation) },
        ]
    }
}

extension FindRow.Match {
    /// What an entry of the audit log tells of a token: whose it is, not whether it is revoked still.
    init(entry: AuditEntry) {
        self.init(
            name: Identifier(stored: Array((entry.id ?? "").utf8)),
            user: entry.user.map { Identifier(stored: Array($0.utf8)) }, place: "audit log")
    }
}
