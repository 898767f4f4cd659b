internal import Layouts
internal import Redis

/// Blacklists a batch of tokens, and takes those of known users off their lists.
struct DenyJob: Job {
    /// The steps. The job may break off after any of them: a token leaves its list only after its
    /// blacklist entry was acknowledged, since a token in neither place could not be found again.
    private enum Phase: CaseIterable {
        /// Asks the lists for the expiry of tokens that came without one, and the blacklist whether
        /// such a token was revoked before, and so taken off its list.
        case lookUp
        /// Asks the blacklist again about tokens that were found nowhere. In a Cluster two servers
        /// answer: if another client revokes the token between their answers, it may be missing
        /// from both.
        case confirmMissing
        /// Writes the entries where there are none.
        case deny
        /// Makes entries that were there expire later, if they would expire too early.
        case extend
        /// Adds the token to the second place of its layout, which some services ask instead.
        case writeBeside
        /// Takes tokens off the lists of their users.
        case unlist
        /// Publishes the ids, for layouts whose services listen for nothing else.
        case announce
    }

    private let store: TokenStore
    private let deny: DenyStore
    private let items: [Revocation]
    private let entry: DenyEntry?
    private let clock: ServerClock

    private var phases = Phase.allCases[...]
    /// Redis' clock at the beginning of the attempt, in unix seconds.
    private var now: Int64 = 0
    private var outcomes: [RevocationOutcome] = []
    /// For each token its expiry, as given or found; nil if it is not known.
    private var expiries: [Expiry?] = []
    /// The commands under way.
    private var sent = ItemCommands()
    /// The items that the next phase is about, by their places.
    private var rest: [Int] = []
    /// The outcomes of acknowledged entries, by the places of their items, during `writeBeside`.
    private var denied: [Int: RevocationOutcome] = [:]
    /// The items that leave a list with one command, by their places: those of one user.
    private var groups: [[Int]] = []
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RevocationOutcome]?

    /// `entry` says who revoked, when and why; nil writes the short value instead.
    init(
        _ store: TokenStore, _ deny: DenyStore, _ items: [Revocation], entry: DenyEntry?,
        clock: ServerClock
    ) {
        self.store = store
        self.deny = deny
        self.items = items
        self.entry = entry
        self.clock = clock
        begin()
    }

    private mutating func begin() {
        phases = Phase.allCases[...]
        now = clock.now
        outcomes = Array(repeating: .notAttempted, count: items.count)
        expiries = items.map(\.expiry)
        rest = []
        groups = []
    }

    mutating func restart(after outcome: [RevocationOutcome]?) {
        previous = outcome ?? previous
        begin()
    }

    var outcome: [RevocationOutcome] {
        outcomes.shown(in: store.layout, after: previous)
    }

    mutating func next() throws(StoreError) -> [Command]? {
        guard let phase = phases.first else { return nil }
        sent = ItemCommands()
        switch phase {
        case .lookUp: lookUp()
        case .confirmMissing: try confirmMissing()
        case .deny: writeEntries()
        case .extend: try extendEntries()
        case .writeBeside: try writeBeside()
        case .unlist: try unlist()
        case .announce: sent.add(store.announcements(of: items, outcomes), of: 0)
        }
        return sent.commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        switch phases.removeFirst() {
        case .lookUp: takeEnds(exchange)
        case .confirmMissing: takeMissing(exchange)
        case .deny: takeWritten(exchange)
        case .extend:
            for answer in sent.answers(in: exchange, &outcomes) {
                outcomes[answer.item] = answer.reply == .integer(1) ? .revoked : .alreadyRevoked
            }
        case .writeBeside:
            for answer in sent.answers(in: exchange, &outcomes) {
                outcomes[answer.item] = denied[answer.item] ?? .unknown
            }
        case .unlist: takeUnlisted(exchange)
        case .announce: store.noteAnnounced(exchange, sent.commands)
        }
    }

    // MARK: ends that were not given

    private mutating func lookUp() {
        for (index, item) in items.enumerated() where item.expiry == nil {
            guard let list = store.layout.list, item.user != nil else {
                outcomes[index] = .notFound
                continue
            }
            do throws(StoreError) {
                let values = TemplateValues(item.subject)
                let member = try list.member.render(values)
                let score = Command("ZSCORE", key: try list.key.render(values), .bytes(member))
                sent.add([score] + (try deny.reading(item.subject)), of: index)
            } catch {
                outcomes[index] = .failed(error)
            }
        }
    }

    private mutating func takeEnds(_ exchange: Exchange) {
        for answer in sent.answers(in: exchange, &outcomes) {
            let index = answer.item
            do throws(StoreError) {
                if case .string(let score) = answer[0], let list = store.layout.list {
                    let key = try list.key.render(TemplateValues(items[index].subject))
                    expiries[index] = try list.expiry(score: score, key: key)
                } else if try isDenied(answer.replies.dropFirst(), index) {
                    outcomes[index] = .alreadyRevoked
                } else {
                    rest.append(index)
                }
            } catch {
                outcomes[index] = .failed(error)
            }
        }
        forgetUnanswered()
    }

    private mutating func confirmMissing() throws(StoreError) {
        for index in rest { sent.add(try deny.reading(items[index].subject), of: index) }
    }

    private mutating func takeMissing(_ exchange: Exchange) {
        for answer in sent.answers(in: exchange, &outcomes) {
            do throws(StoreError) {
                outcomes[answer.item] =
                    try isDenied(answer.replies, answer.item) ? .alreadyRevoked : .notFound
            } catch {
                outcomes[answer.item] = .failed(error)
            }
        }
        forgetUnanswered()
    }

    /// Whether services see the item as revoked. The existence of the key is not enough: it may
    /// hold entries of other tokens, or a value that does not count.
    private func isDenied(
        _ replies: ArraySlice<Reply>, _ index: Int
    ) throws(StoreError) -> Bool {
        try deny.denial(replies, of: items[index].subject, now: now) != nil
    }

    /// Makes unanswered items `notAttempted`: they were only asked about, so nothing was changed.
    private mutating func forgetUnanswered() {
        for index in sent.items where outcomes[index] == .unknown {
            outcomes[index] = .notAttempted
        }
    }

    // MARK: entries

    /// An entry that would have expired by now is not written: no service accepts its token.
    private mutating func writeEntries() {
        rest = []
        sent.reserve(items.count)
        let knowsEnds = store.client.has(.absoluteExpiry)
        for (index, expiry) in expiries.enumerated() {
            guard let expiry else { continue }
            let end = end(of: expiry, index)
            if let end, end <= now {
                outcomes[index] = .expired
                continue
            }
            do throws(StoreError) {
                sent.add(
                    try deny.writing(values(items[index]), until: end, knowsEnds: knowsEnds),
                    of: index)
            } catch {
                outcomes[index] = .failed(error)
            }
        }
    }

    private mutating func takeWritten(_ exchange: Exchange) {
        for answer in sent.answers(in: exchange, &outcomes) {
            switch answer.reply {
            // There is an entry already, which may expire too early.
            case .null:
                outcomes[answer.item] = .unknown
                rest.append(answer.item)
            case .integer(0): outcomes[answer.item] = .alreadyRevoked
            default: outcomes[answer.item] = .revoked
            }
        }
    }

    private mutating func extendEntries() throws(StoreError) {
        for index in rest {
            let end = expiries[index].flatMap { self.end(of: $0, index) }
            sent.add(try deny.extending(values(items[index]), until: end), of: index)
        }
    }

    /// Makes the outcome unknown until the second place is written, too: only then do all services
    /// see the token as revoked.
    private mutating func writeBeside() throws(StoreError) {
        guard let beside = deny.beside else { return }
        for index in items.indices where outcomes[index].isDenied {
            sent.add(try beside.adding(values(items[index])), of: index)
            denied[index] = outcomes[index]
            outcomes[index] = .unknown
        }
    }

    private func end(of expiry: Expiry, _ index: Int) -> Int64? {
        deny.end(of: expiry, issuedAt: items[index].issuedAt, margin: store.margin)
    }

    private func values(_ item: Revocation) -> TemplateValues {
        var values = TemplateValues(item.subject)
        values.now = now
        values.expiry = item.expiry
        if var entry {
            entry.time = now
            entry.user = item.user ?? entry.user
            values.entry = entry
        }
        return values
    }

    // MARK: lists

    /// Sends one command for all tokens of a user. `sent` names the first of them as its item.
    private mutating func unlist() throws(StoreError) {
        guard store.layout.list != nil else { return }
        var users: [Identifier: [Int]] = [:]
        for index in items.indices where outcomes[index].isDenied {
            if let user = items[index].user { users[user, default: []].append(index) }
        }
        for (user, indices) in users {
            let subjects = indices.map { items[$0].subject }
            guard let command = try store.unlistCommand(subjects, of: user) else { continue }
            groups.append(indices)
            sent.add(command, of: indices[0])
        }
    }

    /// Fails the items whose list refused them. Without an answer they stay revoked, since their
    /// entries were acknowledged.
    private mutating func takeUnlisted(_ exchange: Exchange) {
        let refusals = sent.refusals(in: exchange)
        guard !refusals.isEmpty else { return }
        for group in groups {
            guard let error = refusals[group[0]] else { continue }
            for index in group { outcomes[index] = .failed(error) }
        }
    }
}
