internal import JSON
internal import Layouts
internal import Redis

/// The tokens that a page of keys leads to.
struct SessionPage {
    var sessions: [FoundSession] = []
    /// The number of keys that may belong to another user, or whose values the application cannot
    /// have written. They are not touched, and a logout that met one is incomplete.
    var unreadable = 0
}

/// A search for the tokens of one user, or of all users, in a layout with a key for each session:
/// the loop over pages of keys. `SessionSearch` says what a key means. A search changes nothing.
struct SessionScan {
    /// What is read about the tokens that are found.
    enum Detail {
        /// Their names alone.
        case names
        /// When their own keys expire, too.
        case ends
    }

    let store: TokenStore
    var search: SessionSearch
    var detail = Detail.names
    /// Whether a key may come twice, so that the keys so far need not be remembered.
    var mayRepeat = false

    /// nil if the layout does not say how the tokens of a user are found.
    init?(_ store: TokenStore, user: Identifier?, like pattern: IdentifierPattern? = nil) {
        let search = SessionSearch(
            store.layout, user: user, like: pattern, token: store.subject(ofToken:))
        guard let search else { return nil }
        self.store = store
        self.search = search
    }

    /// Gives `body` page after page until it answers false. A token may come more than once.
    func forEachPage(
        _ body: @escaping (SessionPage) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let scans = search.places.count { if case .keys = $0 { true } else { false } }
        store.scanMeter?.expect(more: scans - 1)
        for place in search.places {
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
                match: template.glob(user: search.user, like: search.pattern, in: [.user]),
                type: type, once: search.user == nil && !mayRepeat,
                job: { SessionPageJob(self, template, $0) }
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
        guard let user = search.user else { return true }
        let key = try template.render(TemplateValues(TokenSubject(id: user, user: user)))
        let set = SessionCandidate(key: key, user: user)
        var isGoingOn = true
        try StoreError.only {
            try store.forEachMember(ofSet: key) { members in
                let value = Reply.array(members.map { .string($0) })
                var page = SessionPage()
                page.sessions = try search.sessions(of: set, holding: value) ?? []
                isGoingOn = try body(try store.ask(SessionPageJob(self, page)))
                return isGoingOn
            }
        }
        return isGoingOn
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
            switch scan.search.meaning(of: key, template) {
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
        case .read: commands = candidates.map(scan.search.reading)
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
            if let found = try scan.search.sessions(of: candidate, holding: reply) {
                outcome.sessions += found
            } else {
                outcome.unreadable += 1
            }
        }
    }

    /// One clock is asked for all keys. In a Cluster these are on several servers, whose clocks
    /// must agree to the second anyway, or no cutoff works.
    private func askEnds() throws(StoreError) -> [Command] {
        guard scan.detail == .ends else { return [] }
        var asked: [Command] = []
        for subject in outcome.sessions.compactMap(\.subject) {
            let key = try scan.search.allow.key.render(TemplateValues(subject))
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

// MARK: values beside the keys of tokens

extension SessionScan {
    /// The sets or lists with values of token keys that belong to the user, and each value.
    ///
    /// Reads sets, lists and sorted sets alike, since a layout does not say which of them the
    /// application uses.
    func userValues() throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        guard let template = search.userValueKeys, let user = search.user else { return [] }
        let keys = try keys(of: template, user)
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

    /// The keys of a template that belong to the user, each once.
    private func keys(of template: Template, _ user: Identifier) throws(StoreError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        try StoreError.only {
            try store.forEachPage(match: template.glob(user: user), type: nil, once: true) { keys in
                KnownPage(outcome: keys.filter { template.parse($0, of: user) != nil })
            } _: {
                found += $0
                return true
            }
        }
        return found
    }
}

/// A page of keys about which nothing has to be asked.
struct KnownPage: Question {
    let outcome: [[UInt8]]

    func next() -> [Command]? { nil }
    func take(_ exchange: Exchange) {}
}
