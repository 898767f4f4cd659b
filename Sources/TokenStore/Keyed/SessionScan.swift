internal import JSON
internal import Redis

/// A token found by scanning keys, or a leftover key of one.
struct FoundSession {
    let user: Identifier
    /// nil for a leftover that has no token key of its own, such as a refresh token.
    let subject: TokenSubject?
    /// The text by which it differs from others of its kind: the id of the token, or a key.
    let name: [UInt8]
    /// When the token's own key expires; nil where that was not asked, and for a key that is gone.
    var end: Expiry?
    /// Commands that remove what the token was found by, once its own key is gone.
    var traces: [Command] = []
}

extension FoundSession {
    /// A token that is named by its id.
    init(_ subject: TokenSubject, of user: Identifier, traces: [Command] = []) {
        self.init(
            user: user, subject: subject.of(user), name: subject.id.bytes, traces: traces)
    }
}

/// The tokens that a page of keys leads to.
struct SessionPage {
    var sessions: [FoundSession] = []
    /// Keys that may as well be another user's, and values that are not the application's. They are
    /// left alone, and a logout that met one is not complete.
    var unreadable = 0
}

/// A search for the tokens of one user, or of all users, in a layout with a key for each session.
///
/// A search changes nothing. SCAN also returns keys that only resemble those of the user, so every
/// key is parsed: user `bob` never gets the tokens of `bobby`.
struct SessionScan {
    /// What is read about the tokens that are found.
    enum Detail {
        /// Their names alone.
        case names
        /// When their own keys expire, too.
        case ends
    }

    let store: TokenStore
    let allow: AllowStore
    let index: any SessionIndex
    /// nil for all users.
    let user: Identifier?
    /// Which of all users are meant; nil for every one.
    var pattern: IdentifierPattern?
    var detail = Detail.names
    /// Values of token keys that belong to the user, for tokens whose text names no user.
    var userValues: Set<[UInt8]> = []

    /// nil where the layout does not say how the tokens of a user are found.
    init?(_ store: TokenStore, user: Identifier?, like pattern: IdentifierPattern? = nil) {
        guard let allow = store.layout.allow, let index = store.layout.index else { return nil }
        self.store = store
        self.allow = allow
        self.index = index.kind
        self.user = user
        self.pattern = pattern
    }

    /// Gives `body` page after page until it answers false. A token may come more than once.
    func forEachPage(
        _ body: @escaping (SessionPage) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for place in index.places(of: self) {
            let isGoingOn =
                switch place {
                case .keys(let template, let type): try scan(template, type: type, body)
                case .members(let template): try readMembers(of: template, body)
                }
            guard isGoingOn else { return }
        }
    }

    /// Scans the keys of one template; returns the last answer of `body`. In a search for all users
    /// each key comes once, so that counts are right.
    private func scan(
        _ template: Template, type: String?,
        _ body: @escaping (SessionPage) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        var isGoingOn = true
        try StoreError.only {
            try store.forEachPage(
                match: template.glob(user: user, like: pattern, in: [.user]), type: type,
                once: user == nil, job: { SessionPageJob(self, template, $0) }
            ) { page in
                isGoingOn = try body(page)
                return isGoingOn
            }
        }
        return isGoingOn
    }

    /// The members of the user's set. A page of them is read like the whole of a small set.
    private func readMembers(
        of template: Template, _ body: (SessionPage) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        guard let user else { return true }
        let set = SessionCandidate(
            key: try template.render(TemplateValues(TokenSubject(id: user, user: user))),
            user: user)
        var isGoingOn = true
        try StoreError.only {
            try store.forEachMember(ofSet: set.key) { members in
                let value = Reply.array(members.map { .string($0) })
                var page = SessionPage()
                page.sessions = try index.sessions(of: set, holding: value, in: self) ?? []
                isGoingOn = try body(try store.ask(SessionPageJob(self, page)))
                return isGoingOn
            }
        }
        return isGoingOn
    }

    // MARK: names

    /// Whether the tokens of `owner` are searched for.
    func admits(_ owner: Identifier) -> Bool {
        user.map { $0 == owner } ?? pattern?.matches(owner) ?? true
    }

    /// The user that a key names, and what else it tells; nil where the user is not searched for.
    func parse(
        _ key: [UInt8], _ template: Template
    ) -> (user: Identifier, holes: [Template.Hole: [UInt8]])? {
        if let user { return template.parse(key, of: user).map { (user, $0) } }
        guard let holes = template.parse(key),
            let owner = holes[.user].flatMap(Identifier.init(found:)), admits(owner)
        else { return nil }
        return (owner, holes)
    }

    /// Whether a key may be the user's, and as well another user's.
    func isAmbiguous(_ key: [UInt8], _ template: Template) -> Bool {
        user.map { template.isAmbiguous(key, of: $0) } ?? false
    }

    /// The token that a value of the allow store is, or names.
    func subject(ofValue value: [UInt8]) -> TokenSubject? {
        guard case .equals(let template) = allow.match, let holes = template.parse(value) else {
            return nil
        }
        for (hole, text) in holes {
            if case .detail(let index) = hole, store.layout.naming.details[index] == .token {
                return store.subject(ofToken: text)
            }
        }
        return store.layout.subject(of: holes)
    }
}

/// Finds the tokens that a page of keys leads to.
struct SessionPageJob: Question {
    private enum Phase: CaseIterable {
        /// Reads the keys whose names do not tell everything.
        case read
        /// Asks when the tokens' own keys expire.
        case ends
    }

    private let scan: SessionScan
    private var candidates: [SessionCandidate] = []
    private var phases: ArraySlice<Phase>
    private var commands: [Command] = []
    private(set) var outcome = SessionPage()

    /// Takes the keys whose names tell everything, and notes those that have to be read.
    init(_ scan: SessionScan, _ template: Template, _ keys: [[UInt8]]) {
        self.scan = scan
        phases = Phase.allCases[...]
        for key in keys {
            switch scan.index.meaning(of: key, template, in: scan) {
            case .session(let session)?: outcome.sessions.append(session)
            case .candidate(let candidate)?: candidates.append(candidate)
            case .ambiguous?: outcome.unreadable += 1
            case nil: break
            }
        }
    }

    /// A page whose tokens are known.
    init(_ scan: SessionScan, _ page: SessionPage) {
        self.scan = scan
        phases = [.ends]
        outcome = page
    }

    mutating func next() throws(StoreError) -> [Command]? {
        switch phases.first {
        case .read: commands = candidates.map(scan.index.reading)
        case .ends: commands = try askEnds()
        case nil: return nil
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        let replies = try scan.store.replies(exchange, to: commands)
        switch phases.removeFirst() {
        case .read: try takeValues(replies)
        case .ends: try takeEnds(replies)
        }
    }

    private mutating func takeValues(_ replies: [Reply]) throws(StoreError) {
        for (candidate, reply) in zip(candidates, replies) {
            if let found = try scan.index.sessions(of: candidate, holding: reply, in: scan) {
                outcome.sessions += found
            } else {
                outcome.unreadable += 1
            }
        }
    }

    /// The keys of a cluster are on several clocks; these agree to the second, or no cutoff works.
    private func askEnds() throws(StoreError) -> [Command] {
        guard scan.detail == .ends else { return [] }
        var asked: [Command] = []
        for subject in outcome.sessions.compactMap(\.subject) {
            let key = try scan.allow.key.render(TemplateValues(subject))
            asked.append(Command("PTTL", key: key))
        }
        return asked.isEmpty ? [] : [Command("TIME")] + asked
    }

    /// Converts times to live, which are in milliseconds, to unix seconds, rounded up.
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

extension TokenStore {
    /// The token that a text is, by its own claims, unchecked; nil where the layout cannot name it.
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
