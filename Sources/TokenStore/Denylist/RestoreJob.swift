internal import Layouts
internal import Redis

/// Undoes a batch of revocations. For layouts without a blacklist it puts the tokens back on the
/// whitelist. A dry run takes the same steps, and reads where a restoration writes.
struct RestoreJob: Job {
    /// The steps. An entry is removed before its token returns to the list. After a break in
    /// between, the token is restored and not listed; the reverse order could list a revoked token.
    private enum Phase: CaseIterable {
        /// Reads the state of each token, and chooses those whose entries are removed.
        case judge
        /// Removes the entries.
        case remove
        /// Puts tokens back on the lists of their users, or on the whitelist.
        case relist
        /// Writes to the audit log, and publishes the change to the services that listen.
        case audit
    }

    private let store: TokenStore
    private let items: [Restoration]
    private let reason: String?
    /// The tokens that a dry run would have restored so far; nil if it is none.
    private let seen: SeenTokens?

    private var isDryRun: Bool { seen != nil }

    private var phases = Phase.allCases[...]
    private var states: StatesJob?
    private var results: [RestoreResult] = []
    private var sent = ItemCommands()
    /// The items that the next phase is about, by their places.
    private var rest: [Int] = []
    /// The tokens for their lists, by the places of the items. They are kept over a second attempt:
    /// it cannot find in Redis what the first has removed.
    private var records: [Int: TokenRecord] = [:]
    /// For each item whether the last attempt restored it; nil in the first attempt.
    private var wasRestored: [Bool]?

    /// `seen` is for a dry run, which shares it among its batches.
    init(
        _ store: TokenStore, _ items: [Restoration], reason: String?, dryRun seen: SeenTokens? = nil
    ) {
        self.store = store
        self.items = items
        self.reason = reason
        self.seen = seen
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
                sent.add(try userTokens.recordCommand(record, isDryRun: isDryRun), of: index)
            }
        case .audit:
            for index in rest where !isDryRun {
                let subject = AuditSubject.token(items[index].label, user: items[index].user)
                sent.add(
                    store.auditCommands("restore", subject, count: 1, reason: reason), of: index)
            }
        }
        return sent.commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        switch phases.removeFirst() {
        case .judge: try judge(exchange)
        case .remove: try takeRemoved(exchange)
        case .relist: takeRelisted(exchange)
        case .audit: takeAudited(exchange)
        }
    }

    // MARK: before anything is changed

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

    /// The reason to leave an item alone; nil if its entry is to be removed.
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

    /// Whether there is something to undo: a blacklist entry, or a missing place on the whitelist.
    private func isRevoked(_ state: TokenState) -> Bool {
        store.layout.deny != nil ? state.denial != nil : state.listing == .notListed
    }

    /// The token for its user's list, from what the caller or the entry says; nil if that is too
    /// little.
    private func record(_ index: Int, _ state: TokenState) -> TokenRecord? {
        let item = items[index]
        guard store.layout.can(.record), let user = item.user ?? state.denial?.entry.user,
            let end = item.expiry ?? state.denial.flatMap({ expiry(of: $0, now: state.time) })
        else { return nil }
        return TokenRecord(
            item.subject.of(user), user: user, issuedAt: item.issued.wholeSeconds, expiry: end)
    }

    /// When the token expires: its entry expires one margin later. nil if the token has expired.
    private func expiry(of denial: Denial, now: Int64) -> Expiry? {
        guard let left = denial.timeToLive else { return .never }
        return left > store.margin ? .at(now + left - store.margin) : nil
    }

    // MARK: changes

    /// The commands that remove the entries, and after them what `writeBeside` of `DenyJob` added.
    /// Only the replies about the entries count.
    private mutating func remove() throws(StoreError) -> [Command] {
        guard let deny = store.layout.deny, !isDryRun else { return [] }
        var beside: [Command] = []
        for index in rest {
            let values = TemplateValues(items[index].subject)
            let command = try deny.removing(values)
            // A group could send it twice, and the second reply would be 0 as for a token that was
            // not revoked. In a second attempt 0 is expected.
            sent.add(wasRestored == nil ? command.once() : command, of: index)
            if let member = deny.beside { beside.append(try member.removing(values)) }
        }
        return sent.commands + beside
    }

    private mutating func takeRemoved(_ exchange: Exchange) throws(StoreError) {
        guard store.layout.deny != nil else { return }
        let chosen = rest
        rest = []
        if let seen {
            // `judge` has found the entries. Only an earlier item can remove one first.
            for index in chosen {
                let isFirst = try seen.insert(items[index].subject)
                results[index].outcome = isFirst ? .restored(isListed: false) : .notRevoked
                if isFirst { rest.append(index) }
            }
            return
        }
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
        // Where there is a blacklist, the entries of all these are removed.
        for index in rest {
            results[index].isChange =
                store.layout.deny != nil || results[index].outcome.isRestored
        }
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
