internal import Layouts
internal import Platform
internal import Redis

/// The counts of a pruning, or of a dry run of one.
package struct PruneResult: Equatable, Sendable {
    /// Lists that were examined.
    package var users = 0
    /// Expired members removed.
    package var removed = 0
    /// Lists whose time to live was missing, or shorter than that of their tokens.
    package var mended = 0
}

extension TokenStore {
    /// Removes expired members from every user's list and corrects the lists' time to live.
    /// Blacklist entries and cutoffs stay as they are. Layouts without lists have nothing to prune.
    /// A signal ends the work after the pages under way, which are counted.
    package func prune(dryRun: Bool) throws -> PruneResult {
        var result = PruneResult()
        guard let list = layout.list else { return result }
        let clock = try clock()
        try forEachPage(match: list.key.glob(), type: "zset", once: true, changes: !dryRun) {
            PruneJob(
                store: self, list: list, users: $0.compactMap(list.user(ofKey:)), clock: clock,
                dryRun: dryRun)
        } _: { page in
            result.users += page.users
            result.removed = (result.removed + page.removed).bounded
            result.mended += page.mended
            return true
        }
        return result
    }
}

/// Prunes the lists of some users.
struct PruneJob: Job {
    enum Phase {
        /// Counts the expired members of each list, and checks its time to live.
        case survey
        /// Prunes lists, a page of each at a time, until nothing expired is left.
        case tidy
    }

    let store: TokenStore
    let list: ListStore
    let users: [Identifier]
    let clock: ServerClock
    /// Whether to survey the lists only.
    let dryRun: Bool
    var phase = Phase.survey
    /// The keys of the lists that the phase is about.
    var lists: [[[UInt8]]] = []
    var commands: [Command] = []
    var outcome = PruneResult()

    mutating func next() throws(StoreError) -> [Command]? {
        switch phase {
        case .survey:
            lists = []
            for user in users { lists.append(try list.keys(of: user)) }
            let now = clock.now * list.unit
            commands = lists.flatMap { keys in
                [
                    Command("ZCOUNT", key: keys[0], "-inf", .integer(now)),
                    Command("ZCOUNT", key: keys[0], "+inf", "+inf"),
                    Command("PTTL", key: keys[0]), list.countingForeign(keys[0]),
                ]
            }
        case .tidy:
            guard !lists.isEmpty, !dryRun else { return nil }
            commands = lists.map { keys in
                .eval(Script.prune, keys: keys, [.integer(list.unit), store.listLife])
            }
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        let numbers = try store.replies(exchange, to: commands).asIntegers
        switch phase {
        case .survey:
            phase = .tidy
            try takeSurvey(numbers)
        case .tidy:
            lists = zip(lists, numbers).filter { $1 >= Int64(TokenStore.pageSize) }.map(\.0)
        }
    }

    /// Adds up what there is to do, and keeps the lists that need it.
    private mutating func takeSurvey(_ numbers: [Int64]) throws(StoreError) {
        outcome.users = lists.count
        var untidy: [[[UInt8]]] = []
        for (keys, own) in zip(lists, numbers.chunked(by: 4)) {
            let (expired, endless, left, foreign) = (own[0], own[1], own[2], own[3])
            // Read in the wrong unit, every member would have expired.
            guard foreign == 0 else { throw .otherUnit(key: keys[0]) }
            // A list expires with its last token, and never if one of its tokens never does.
            let isWrongLife = store.listMargin != nil && (left == -1) != (endless > 0)
            outcome.removed = (outcome.removed + Int(expired)).bounded
            if isWrongLife { outcome.mended += 1 }
            if expired > 0 || isWrongLife { untidy.append(keys) }
        }
        lists = untidy
    }

    /// Counts anew: the survey finds only what the last attempt left. `ScanPageJob` keeps the
    /// counts of the first attempt.
    mutating func restart(after outcome: PruneResult?) {
        phase = .survey
        self.outcome = PruneResult()
    }
}
