internal import Layouts
internal import Redis

/// Takes a batch of revocations back.
struct RestoreJob: Job {
    private enum Phase: CaseIterable {
        /// Reads the state of each token, and says of which the entry has to go.
        case judge
        /// Removes the entries.
        case remove
        /// Puts tokens back on the lists of their users, or on the whitelist.
        case relist
        /// Writes to the audit log, and tells the services that listen.
        case audit
    }

    private let store: TokenStore
    private let items: [Restoration]
    private let reason: String?

    private var phases = Phase.allCases[...]
    private var states: StatesJob?
    private var results: [RestoreResult] = []
    private var sent = ItemCommands()
    /// The items that the next phase is about, by their places.
    private var rest: [Int] = []
    /// The tokens as their lists had them. A first attempt removes what tells it, so that a second
    /// one could not find it.
    private var records: [Int: TokenRecord] = [:]
    /// For each item whether an attempt has restored it that may be lost; nil in the first.
    private var wasRestored: [Bool]?

    init(_ store: TokenStore, _ items: [Restoration], reason: String?) {
        self.store = store
        self.items = items
        self.reason = reason
        results = Array(repeating: .notAttempted, count: items.count)
    }

    mutating func restart(after outcome: [RestoreResult]?) {
        wasRestored = outcome?.map(\.outcome.isRestored) ?? wasRestored
        phases = Phase.allCases[...]
        results = Array(repeating: .notAttempted, count: items.count)
        rest = []
    }

    var outcome: [RestoreResult] {
        results.map { result in
            var result = result
            if let error = result.error { result.outcome = .failed(error.shown(in: store.layout)) }
            return result
        }
    }

    mutating func next() throws(StoreError) -> [Command]? {
        guard let phase = phases.first else { return nil }
        sent = ItemCommands()
        switch phase {
        case .judge:
            states = StatesJob(store, items.map { StateQuery($0.subject) })
            return states?.next()
        case .remove: return try remove()
        case .relist:
            let userTokens = store.userTokens
            for index in rest {
                guard let record = records[index] else { continue }
                sent.add(try userTokens.recordCommand(record), of: index)
            }
        case .audit:
            for index in rest {
                let subject = AuditSubject.token(items[index].id, user: items[index].user)
                sent.add(
                    store.auditCommands("restore", subject, count: 1, reason: reason), of: index)
            }
        }
        return sent.commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        switch phases.removeFirst() {
        case .judge: try judge(exchange)
        case .remove: takeRemoved(exchange)
        case .relist: takeRelisted(exchange)
        case .audit: takeAudited(exchange)
        }
    }

    // MARK: what can be said before anything is changed

    private mutating func judge(_ exchange: Exchange) throws(StoreError) {
        try states?.take(exchange)
        for (index, answer) in (states?.outcome ?? []).enumerated() {
            do throws(StoreError) {
                let state = try answer.get()
                if let refusal = refusal(index, state) {
                    results[index].outcome = refusal
                    continue
                }
                rest.append(index)
                records[index] = record(index, state) ?? records[index]
            } catch {
                results[index] = .failed(error)
            }
        }
    }

    /// Why the entry of an item is left alone; nil where it has to go.
    private func refusal(_ index: Int, _ state: TokenState) -> RestoreOutcome? {
        let item = items[index]
        if case .cutOff(let cutoff) = state.judgeCutoff(item.issued) { return .cutOff(cutoff) }
        if state.isBanned { return .banned }
        if state.isOutdated { return .outdated }
        if !isRevoked(state), !wasRestored(index) { return .notRevoked }
        if let expiry = item.expiry, expiry.isPast(at: state.time) { return .expired }
        return nil
    }

    private func wasRestored(_ index: Int) -> Bool { wasRestored?[index] ?? false }

    /// Whether there is something to take back: an entry, or a place on a list that is empty.
    private func isRevoked(_ state: TokenState) -> Bool {
        store.layout.deny != nil ? state.denial != nil : state.listing == .notListed
    }

    /// The token as its user's list had it, as far as the entry or the caller knows.
    private func record(_ index: Int, _ state: TokenState) -> TokenRecord? {
        let item = items[index]
        guard store.layout.can(.record), let user = item.user ?? state.denial?.entry.user,
            let end = item.expiry ?? state.denial.flatMap({ expiry(of: $0, now: state.time) })
        else { return nil }
        return TokenRecord(
            item.subject.of(user), user: user, issuedAt: item.issued.wholeSeconds, expiry: end)
    }

    /// The token's end, from the life of the entry that stood for it.
    private func expiry(of denial: Denial, now: Int64) -> Expiry? {
        guard let left = denial.timeToLive else { return .never }
        return left > store.margin ? .at(now + left - store.margin) : nil
    }

    // MARK: changes

    /// What is beside the entries goes with them; whether it was there does not matter.
    private mutating func remove() throws(StoreError) -> [Command] {
        guard let deny = store.layout.deny else { return [] }
        var beside: [Command] = []
        for index in rest {
            let values = TemplateValues(items[index].subject)
            let command = try deny.removing(values)
            // Sent twice it would say that there was nothing; done twice on purpose it is ours.
            sent.add(wasRestored == nil ? command.once() : command, of: index)
            if let member = deny.beside { beside.append(try member.removing(values)) }
        }
        return sent.commands + beside
    }

    private mutating func takeRemoved(_ exchange: Exchange) {
        guard store.layout.deny != nil else { return }
        rest = []
        for answer in sent.answers(in: exchange, &results) {
            if answer.reply == .integer(0), !wasRestored(answer.item) {
                results[answer.item].outcome = .notRevoked
            } else {
                results[answer.item].outcome = .restored(isListed: false)
                rest.append(answer.item)
            }
        }
    }

    /// Where there is a blacklist, a token without its entry is restored, listed or not.
    private mutating func takeRelisted(_ exchange: Exchange) {
        let isWhitelist = store.layout.deny == nil
        let before = results
        for answer in sent.answers(in: exchange, &results) {
            guard let record = records[answer.item] else { continue }
            do throws(StoreError) {
                let outcome = try store.recordOutcome(answer.reply, of: record)
                let isListed = outcome == .recorded || outcome == .alreadyRecorded
                switch outcome {
                case .expired where isWhitelist: results[answer.item].outcome = .expired
                case .displaced where isWhitelist: results[answer.item].outcome = .displaced
                default: results[answer.item].outcome = .restored(isListed: isListed)
                }
            } catch {
                results[answer.item].outcome = .failed(error)
            }
        }
        if !isWhitelist {
            for index in sent.items where results[index] == .unknown {
                results[index] = before[index]
            }
        }
        rest.removeAll {
            results[$0].outcome == .displaced || results[$0].outcome == .expired
        }
    }

    /// A failure of the audit log undoes nothing.
    private mutating func takeAudited(_ exchange: Exchange) {
        guard !sent.commands.isEmpty else { return }
        var audits = Array(repeating: RestoreResult.notAttempted, count: items.count)
        let audited = Set(sent.answers(in: exchange, &audits).map(\.item))
        for index in sent.items {
            results[index].isAudited = store.layout.auditKey != nil && audited.contains(index)
            guard !audited.contains(index) else { continue }
            let missing = exchange.failure ?? .unexpectedReply(expected: "a reply", got: "nothing")
            results[index].auditFailure =
                audits[index].error?.shown(in: store.layout) ?? .redis(missing)
        }
    }
}

extension RestoreOutcome {
    fileprivate var isRestored: Bool {
        if case .restored = self { return true }
        return false
    }
}
