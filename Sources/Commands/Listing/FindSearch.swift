internal import CommandKit
internal import Layouts
internal import TokenStore

/// An id that is looked for.
struct FindQuery: FedItem {
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
struct FindQueries {
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
struct FindSearch {
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
