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
    try console.watch("searching") { show throws(StoreError) in
        try backend.store.findTokens {
            queries.contains($0, naming)
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

/// An id that is looked for.
private struct FindQuery: FedItem {
    /// Fewer bytes would be the beginning of too many ids. The help names the number.
    static let leastPrefix = 6

    let name: Identifier
    /// Whether an id that only begins so is meant, too.
    let isPrefix: Bool
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
            name = text
            isPrefix = false
            foundToken = nil
        }
    }
}

/// All ids that are looked for, so arranged that a token is compared with few of them.
private struct FindQueries {
    let all: [FindQuery]
    /// The places in `all` of each id.
    private var exact: [Identifier: [Int]] = [:]
    /// The places in `all` of each beginning, by its length.
    private var prefixes: [Int: [[UInt8]: [Int]]] = [:]

    init(_ all: [FindQuery]) {
        self.all = all
        for (index, query) in all.enumerated() {
            exact[query.name, default: []].append(index)
            guard query.isPrefix else { continue }
            let bytes = query.name.bytes
            prefixes[bytes.count, default: [:]][bytes, default: []].append(index)
        }
    }

    /// Whether a token that the layout calls `id` is looked for.
    func contains(_ id: Identifier, _ naming: Naming) -> Bool {
        let name = DisplayToken.label(of: id, naming)
        return exact[name] != nil || exact[id] != nil || !beginnings(of: name).isEmpty
    }

    /// The places of the queries for exactly this id, or for the text of an opaque token.
    func equal(to id: Identifier, _ naming: Naming) -> [Int] {
        let name = DisplayToken.label(of: id, naming)
        return (exact[name] ?? []) + (name == id ? [] : exact[id] ?? [])
    }

    /// The places of the queries that an id begins with, and is longer than.
    func beginnings(of name: Identifier) -> [Int] {
        prefixes.flatMap { length, places in
            name.bytes.count > length ? places[Array(name.bytes.prefix(length))] ?? [] : []
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
    /// Whether more tokens begin with one of the texts than are shown.
    private var hasMore = false
    /// What was looked through.
    private(set) var extent = SearchPage()

    init(_ queries: FindQueries, limit: Int, _ naming: Naming) {
        self.queries = queries
        self.limit = limit
        self.naming = naming
    }

    mutating func take(_ page: SearchPage) {
        extent.count(page)
        for match in page.matches {
            for index in queries.equal(to: match.id, naming) { add(match, at: index, \.exact) }
            for index in queries.beginnings(of: DisplayToken.label(of: match.id, naming)) {
                add(match, at: index, \.similar)
            }
        }
    }

    private mutating func add(
        _ match: SearchPage.Match, at index: Int,
        _ found: WritableKeyPath<FindSearch, [Int: Set<SearchPage.Match>]>
    ) {
        let known = self[keyPath: found][index] ?? []
        guard known.count < limit || known.contains(match) else {
            hasMore = true
            return
        }
        self[keyPath: found][index, default: []].insert(match)
    }

    /// The rows in the order of the queries: the tokens with this id, or else what the blacklist and
    /// the audit log have of it, or else the tokens whose ids begin so.
    func rows(_ backend: Backend, _ console: Console) throws -> [FindRow] {
        var rows: [Int: [FindRow]] = [:]
        for (index, matches) in exact {
            rows[index] = try describe(matches, index, backend, console)
        }
        let missing = queries.all.indices.filter { rows[$0]?.isEmpty ?? true }
        let traces = try FindTraces(queries, missing, naming, backend)
        for index in missing {
            let row = traces.exact[index].map { [$0] }
            rows[index] =
                try row ?? describe(similar[index] ?? [], index, backend, console)
            if rows[index]?.isEmpty ?? true { rows[index] = traces.similar[index].map { [$0] } }
        }
        return queries.all.indices.flatMap { index in
            // What could not be read may have been the token.
            rows[index] ?? [
                FindRow(
                    query: queries.all[index].name, match: nil, isUnknown: extent.unreadable > 0)
            ]
        }
    }

    /// A row for each token that is still there. A failure of one token is its own.
    private func describe(
        _ matches: Set<SearchPage.Match>, _ index: Int, _ backend: Backend, _ console: Console
    ) throws -> [FindRow] {
        let query = queries.all[index].name
        let sorted = matches.sorted { left, right in
            (left.user.bytes + left.id.bytes)
                .lexicographicallyPrecedes(right.user.bytes + right.id.bytes)
        }
        return try sorted.compactMap { match throws -> FindRow? in
            var found = FindRow.Match(
                name: DisplayToken.label(of: match.id, naming), user: match.user, place: "tokens")
            do throws(StoreError) {
                guard let list = try backend.store.describe(match), let token = list.tokens.first
                else { return nil }
                found.issuedAt = token.issuedAt
                found.expiry = token.expiry
                found.state = list.standing(of: token).rawValue
                found.label = token.label
                return FindRow(query: query, match: found)
            } catch {
                guard error.isAboutOneKey else { throw error }
                try console.report(error, of: match.user)
                return FindRow(query: query, match: found, isUnknown: true)
            }
        }
    }

    /// `searched 1,000,000 tokens of 100,000 users`.
    var words: String {
        var words = "searched \(Count.words(extent.tokens, "token", "tokens"))"
        if extent.users > 0 { words += " of \(Count.words(extent.users, "user", "users"))" }
        if extent.unreadable > 0 {
            words += "; \(Count.words(extent.unreadable, "key", "keys")) could not be read"
        }
        if hasMore { words += "; more begin so than are shown (--limit)" }
        return words
    }
}

/// What the blacklist and the audit log have of ids that no list has.
private struct FindTraces {
    /// By the places of the queries: what was found of exactly this id.
    private(set) var exact: [Int: FindRow] = [:]
    /// The last entry about an id that begins so.
    private(set) var similar: [Int: FindRow] = [:]

    init(
        _ queries: FindQueries, _ missing: [Int], _ naming: Naming, _ backend: Backend
    ) throws {
        guard !missing.isEmpty else { return }
        let wanted = Set(missing)
        if backend.layout.can(.audit) {
            // Newest first: the last change of a token is the one that counts.
            _ = try backend.store.latestAuditEntries(limit: 1) { entry in
                guard let id = entry.id.map({ Identifier(stored: Array($0.utf8)) }) else {
                    return false
                }
                func row(_ index: Int) -> FindRow {
                    FindRow(query: queries.all[index].name, match: .init(entry: entry))
                }
                for index in queries.equal(to: id, naming)
                where wanted.contains(index) && exact[index] == nil { exact[index] = row(index) }
                for index in queries.beginnings(of: id)
                where wanted.contains(index) && similar[index] == nil {
                    similar[index] = row(index)
                }
                return exact.count == wanted.count
            }
        }
        // An entry of the log says whose the token is, not whether it is still revoked.
        let names = missing.map { queries.all[$0].name }
        let denials = try backend.store.denials(ofBareIDs: names)
        for (index, denial) in zip(missing, denials) {
            guard let denial else { continue }
            let name = queries.all[index].name
            exact[index] = FindRow(query: name, match: .init(denial, name, exact[index]?.match))
        }
        let begun = similar.compactMap { index, row in
            exact[index] == nil ? row.match.map { (index, $0) } : nil
        }
        let others = try backend.store.denials(ofBareIDs: begun.map(\.1.name))
        for ((index, match), denial) in zip(begun, others) {
            guard let denial else { continue }
            similar[index] = FindRow(
                query: queries.all[index].name, match: .init(denial, match.name, match))
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
            .both(
                .time("EXPIRES", now: now), "exp",
                cell: { $0.match?.expiry.map { $0.seconds.map(TimeText.table) ?? "never" } ?? "" },
                value: { TimeText.number($0.match?.expiry?.seconds) }),
            .state("STATE", "state") { $0.state },
            .text(.init("LABEL", .cut), "label", columns: 40) { $0.match?.label },
            .word(.init("FOUND IN", .omitted), "found_in") { $0.match?.place ?? "" },
            .member("revoke") { .string(orNull: $0.revocation(nil)) },
        ]
    }
}

extension FindRow.Match {
    /// What an entry of the audit log has of a token: whose it is, not whether it is still revoked.
    fileprivate init(entry: AuditEntry) {
        self.init(
            name: Identifier(stored: Array((entry.id ?? "").utf8)),
            user: entry.user.map { Identifier(stored: Array($0.utf8)) }, place: "audit log")
    }

    /// A token that is on the blacklist; `known` is what the audit log has of it.
    fileprivate init(_ denial: Denial, _ name: Identifier, _ known: FindRow.Match?) {
        self.init(
            name: name, user: denial.entry.user ?? known?.user, state: "revoked",
            place: "blacklist")
    }
}
