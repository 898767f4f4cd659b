internal import JSON
internal import Redis

/// A token found by scanning keys, or a leftover key of one.
struct FoundSession {
    let user: Identifier
    /// nil for what has no key among the tokens': a refresh token, say.
    let subject: TokenSubject?
    /// The name of it among its like.
    let name: [UInt8]
    /// When the token's own key ends, where that was asked; nil for one that is gone.
    var end: Expiry?
    /// What is done once the token's own key is gone, so that it is not found again.
    var traces: [Command] = []
}

/// What a page of keys tells.
struct SessionPage {
    var sessions: [FoundSession] = []
    /// Values that can't be read, so that nobody knows whose they are.
    var unreadable = 0
}

/// Looks for the tokens that have a key of their own: of one user, or of all.
///
/// Nothing here changes anything. Everything goes through SCAN, and what comes back is parsed
/// exactly: user `bob` never meets `bobby`.
struct SessionScan {
    let store: TokenStore
    let allow: AllowStore
    let index: IndexStore
    /// nil: everybody.
    let user: Identifier?
    /// Which users are meant where nobody is named.
    var pattern: IdentifierPattern?
    /// Whether to ask when the tokens' own keys end.
    var asksEnds = false
    /// Values of the allow store that are the user's, for tokens that say nothing.
    var userValues: Set<[UInt8]> = []

    init?(_ store: TokenStore, user: Identifier?, like pattern: IdentifierPattern? = nil) {
        guard let allow = store.layout.allow, let index = store.layout.index else { return nil }
        self.store = store
        self.allow = allow
        self.index = index
        self.user = user
        self.pattern = pattern
    }

    /// Hands on page after page until `body` says to stop; a token may come more than once.
    func forEachPage(_ body: @escaping (SessionPage) throws -> Bool) throws {
        switch index.kind {
        case .keys(let template, let path, _):
            // What could be anybody's key is passed over where it is of another type.
            let isRead = allow.isShared || !path.isEmpty
            try scan(template, type: isRead ? "string" : nil, body)
        case .values: try scan(allow.key, type: "string", body)
        case .hashes(let template, _): try scan(template, type: nil, body)
        case .set(let template):
            guard let user else { return try scan(template, type: "set", body) }
            let values = TemplateValues(TokenSubject(id: user, user: user))
            try forEachMember(of: try template.render(values), user, body)
        case .tokens(let places):
            let others = user == nil ? [] : places.extraKeys + places.companionKeys.prefix(1)
            for template in [allow.key] + others {
                var isGoingOn = true
                try scan(template, type: "string") { page in
                    isGoingOn = try body(page)
                    return isGoingOn
                }
                if !isGoingOn { return }
            }
        }
    }

    private func scan(
        _ template: Template, type: String?, _ body: @escaping (SessionPage) throws -> Bool
    ) throws {
        try store.forEachPage(
            match: template.glob(user: user, like: pattern, in: [.user]), type: type,
            once: user == nil, job: { SessionPageJob(self, template, $0) }, body)
    }

    /// The members of one user's set, page by page.
    private func forEachMember(
        of key: [UInt8], _ user: Identifier, _ body: (SessionPage) throws -> Bool
    ) throws {
        try store.forEachMember(ofSet: key) { members in
            let page = SessionPage(
                sessions: members.compactMap { session(member: $0, of: key, user) })
            return try body(try store.ask(SessionPageJob(self, page)))
        }
    }

    /// The sets or lists that hold the user's values, and what they hold.
    func readUserValues() throws -> [(key: [UInt8], value: [UInt8])] {
        guard case .tokens(let places) = index.kind, let template = places.userValueKeys, let user
        else { return [] }
        var keys: [[UInt8]] = []
        try store.forEachPage(match: template.glob(user: user), type: nil, once: true) { page in
            KnownPage(outcome: page.filter { template.parse($0, of: user) != nil })
        } _: {
            keys += $0
            return true
        }
        let types = try store.ask(keys.map { Command("TYPE", key: $0) })
        var found: [(key: [UInt8], value: [UInt8])] = []
        for (key, type) in zip(keys, types) {
            let command: Command
            switch try type.asText {
            case "none": continue
            case "list": command = Command("LRANGE", key: key, 0, -1)
            case "zset": command = Command("ZRANGE", key: key, 0, -1)
            default: command = Command("SMEMBERS", key: key)
            }
            found += try store.ask(command).asByteStrings.map { (key, $0) }
        }
        return found
    }

    // MARK: keys

    /// Whether the owner of a token is among those that are meant.
    fileprivate func admits(_ owner: Identifier) -> Bool {
        user.map { $0 == owner } ?? pattern?.matches(owner) ?? true
    }

    /// The user whom a key names, and what else it tells.
    fileprivate func parse(
        _ key: [UInt8], _ template: Template
    ) -> (user: Identifier, holes: [Template.Hole: [UInt8]])? {
        if let user { return template.parse(key, of: user).map { (user, $0) } }
        guard let holes = template.parse(key),
            let owner = holes[.user].flatMap(Identifier.init(found:)), admits(owner)
        else { return nil }
        return (owner, holes)
    }

    /// How many keys may be the user's, and as well another's. They are left alone, and nobody may
    /// say that all was found.
    fileprivate func ambiguous(_ keys: [[UInt8]], _ template: Template) -> Int {
        user.map { user in keys.count { template.isAmbiguous($0, of: user) } } ?? 0
    }

    fileprivate func session(_ key: [UInt8], _ template: Template) -> FoundSession? {
        guard let (owner, holes) = parse(key, template),
            let known = holes[.id] == nil ? allow.key.parse(key) : holes,
            let subject = store.layout.subject(of: known)?.of(owner)
        else { return nil }
        var session = FoundSession(user: owner, subject: subject, name: subject.id.bytes)
        if case .keys(_, _, isTrace: true) = index.kind {
            session.traces = [.eval(Script.deleteString, keys: [key], [])]
        }
        return session
    }

    fileprivate func session(
        member: [UInt8], of key: [UInt8], _ user: Identifier
    ) -> FoundSession? {
        guard let subject = allow.key.parse(member).flatMap(store.layout.subject(of:)) else {
            return nil
        }
        return FoundSession(
            user: user, subject: subject.of(user), name: member,
            traces: [Command("SREM", key: key, .bytes(member))])
    }

    /// Removes all keys of a token of another kind, the one that it is found by last.
    fileprivate func companionTraces(
        _ id: Identifier, _ owner: Identifier, _ places: TokenIndex
    ) -> [Command] {
        let values = TemplateValues(TokenSubject(id: id, user: owner))
        var traces: [Command] = []
        do throws(StoreError) {
            for key in places.companionKeys.reversed() {
                traces.append(.eval(Script.deleteString, keys: [try key.render(values)], []))
            }
            return traces
        } catch {
            return []
        }
    }
}

/// A page that needs no more commands.
private struct KnownPage<Outcome>: Question {
    let outcome: Outcome

    func next() -> [Command]? { nil }
    func take(_ exchange: Exchange) {}
}

/// Finds the tokens that a page of keys tells of.
struct SessionPageJob: Question {
    private enum Phase: CaseIterable {
        /// Reads the keys that do not tell everything by their names.
        case read
        /// Asks when the tokens' own keys end.
        case ends
    }

    /// A key that has to be read, and what its name tells.
    private struct Candidate {
        let key: [UInt8]
        var user: Identifier?
        var subject: TokenSubject?
        var session: FoundSession?
    }

    private let scan: SessionScan
    private let template: Template
    private var candidates: [Candidate] = []
    private var phases: ArraySlice<Phase>
    private var commands: [Command] = []
    private(set) var outcome = SessionPage()

    init(_ scan: SessionScan, _ template: Template, _ keys: [[UInt8]]) {
        self.scan = scan
        self.template = template
        phases = Phase.allCases[...]
        sort(keys)
    }

    /// Nothing has to be read of these.
    init(_ scan: SessionScan, _ page: SessionPage) {
        self.scan = scan
        template = scan.allow.key
        phases = [.ends]
        outcome = page
    }

    mutating func next() throws(StoreError) -> [Command]? {
        switch phases.first {
        case .read: commands = candidates.map { read($0.key) }
        case .ends: commands = try askEnds()
        case nil: return nil
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        let replies = try scan.store.replies(exchange, to: commands)
        switch phases.removeFirst() {
        case .read:
            for (candidate, reply) in zip(candidates, replies) { try take(reply, candidate) }
        case .ends: try takeEnds(replies)
        }
    }

    // MARK: names

    private mutating func sort(_ keys: [[UInt8]]) {
        switch scan.index.kind {
        case .keys where scan.allow.isShared, .set:
            for key in keys { addNamed(key) }
        case .keys(_, let path, _):
            outcome.unreadable = scan.ambiguous(keys, template)
            for key in keys {
                guard let session = scan.session(key, template) else { continue }
                if path.isEmpty {
                    outcome.sessions.append(session)
                } else {
                    candidates.append(Candidate(key: key, session: session))
                }
            }
        case .values:
            for key in keys {
                guard let holes = scan.allow.key.parse(key),
                    let subject = scan.store.layout.subject(of: holes)
                else { continue }
                candidates.append(Candidate(key: key, subject: subject))
            }
        case .hashes:
            outcome.unreadable = scan.ambiguous(keys, template)
            for key in keys { addNamed(key) }
        case .tokens(let places): for key in keys { addToken(key, places) }
        }
    }

    /// A key that names its user.
    private mutating func addNamed(_ key: [UInt8]) {
        guard let user = scan.parse(key, template)?.user else { return }
        candidates.append(Candidate(key: key, user: user))
    }

    /// A key that is named after a token. One whose claims do not tell the user is the user's where
    /// its value is.
    private mutating func addToken(_ key: [UInt8], _ places: TokenIndex) {
        guard let id = template.parse(key)?[.id].flatMap(Identifier.init(found:)) else { return }
        let isCompanion = places.companionKeys.first == template
        let subject = scan.store.subject(ofToken: id.bytes)
        if let subject, let owner = subject.user {
            guard scan.admits(owner) else { return }
            outcome.sessions.append(
                FoundSession(
                    user: owner, subject: isCompanion ? nil : subject, name: id.bytes,
                    traces: isCompanion ? scan.companionTraces(id, owner, places) : []))
        } else if let user = scan.user, template == scan.allow.key, !scan.userValues.isEmpty {
            let subject = subject ?? TokenSubject(id: id, user: nil)
            candidates.append(Candidate(key: key, user: user, subject: subject))
        }
    }

    // MARK: values

    private func read(_ key: [UInt8]) -> Command {
        switch scan.index.kind {
        case .keys, .values, .tokens: Command("GET", key: key)
        case .hashes(_, let field): Command("HGET", key: key, .bytes(field))
        case .set: Command("SMEMBERS", key: key)
        }
    }

    private mutating func take(_ reply: Reply, _ candidate: Candidate) throws(StoreError) {
        let key = candidate.key
        switch scan.index.kind {
        case .keys where scan.allow.isShared:
            // The key of a user, with the user's only token.
            guard let value = try reply.asOptionalBytes, let user = candidate.user else { return }
            guard let subject = scan.store.subject(ofValue: value, in: scan.allow) else {
                outcome.unreadable += 1
                return
            }
            add(subject, of: user)
        case .keys(_, let path, _):
            // The id is in the JSON, at the end of the path.
            guard let value = try reply.asOptionalBytes, let session = candidate.session,
                LooseJSON.text(of: value, at: path) == session.name
            else { return }
            outcome.sessions.append(session)
        case .values(let path):
            guard let value = try reply.asOptionalBytes, let subject = candidate.subject,
                !scan.allow.isDead(value)
            else { return }
            let isJSON = !path.isEmpty || scan.allow.valueCodec == .json
            let name = isJSON ? LooseJSON.text(of: value, at: path) : value
            guard let owner = name.flatMap(Identifier.init(found:)) else {
                outcome.unreadable += 1
                return
            }
            if scan.admits(owner) { add(subject, of: owner) }
        case .hashes(_, let field):
            // One without a token of its own can still bring forth another.
            let name = try reply.asOptionalBytes ?? []
            guard let user = candidate.user else { return }
            let trace = Command.eval(
                Script.deleteIfField, keys: [key], [.bytes(field), .bytes(name)])
            let subject = Identifier(found: name).map { TokenSubject(id: $0, user: user) }
            outcome.sessions.append(
                FoundSession(user: user, subject: subject, name: name, traces: [trace]))
        case .set:
            guard let user = candidate.user else { return }
            outcome.sessions += try reply.asByteStrings.compactMap {
                scan.session(member: $0, of: key, user)
            }
        case .tokens:
            guard let value = try reply.asOptionalBytes, scan.userValues.contains(value),
                let user = candidate.user, let subject = candidate.subject
            else { return }
            add(subject, of: user)
        }
    }

    private mutating func add(_ subject: TokenSubject, of user: Identifier) {
        outcome.sessions.append(
            FoundSession(user: user, subject: subject.of(user), name: subject.id.bytes))
    }

    // MARK: ends

    /// A cluster's keys are on several clocks, which agree to the second or nothing does.
    private mutating func askEnds() throws(StoreError) -> [Command] {
        guard scan.asksEnds else { return [] }
        var asked: [Command] = []
        for subject in outcome.sessions.compactMap(\.subject) {
            let key = try scan.allow.key.render(TemplateValues(subject))
            asked.append(Command("PTTL", key: key))
        }
        return asked.isEmpty ? [] : [Command("TIME")] + asked
    }

    private mutating func takeEnds(_ replies: [Reply]) throws(StoreError) {
        guard let first = replies.first else { return }
        let now = try first.asSeconds
        let known = outcome.sessions.filter { $0.subject != nil }
        outcome.sessions = known + outcome.sessions.filter { $0.subject == nil }
        for index in known.indices {
            let left = try replies[index + 1].asInteger
            outcome.sessions[index].end =
                left == -2 ? nil : left < 0 ? .never : .at(now + (left + 999) / 1000)
        }
    }
}

extension AllowStore {
    /// Whether a value stands for a token that was ended in place.
    func isDead(_ value: [UInt8]) -> Bool {
        if case .noneOf(let values) = match { values.contains(value) } else { false }
    }
}

extension TokenStore {
    /// The token that a value of the allow store is, or names.
    func subject(ofValue value: [UInt8], in allow: AllowStore) -> TokenSubject? {
        guard case .equals(let template) = allow.match, let holes = template.parse(value) else {
            return nil
        }
        for (hole, text) in holes {
            if case .detail(let index) = hole, layout.naming.details[index] == .token {
                return subject(ofToken: text)
            }
        }
        return layout.subject(of: holes)
    }

    /// What a token's own claims say of it; nil where it says nothing that this layout understands.
    func subject(ofToken text: [UInt8]) -> TokenSubject? {
        guard let claims = claims(text) else { return nil }
        do {
            return try layout.naming.subject(
                of: Naming.Parts(text: text, claims: claims, contentIdentifier: { "" }))
        } catch {
            return nil
        }
    }
}
