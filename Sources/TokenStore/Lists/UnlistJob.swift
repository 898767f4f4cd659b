internal import Layouts
internal import Redis

/// Revokes a batch where a token has to be on its user's list to be accepted: takes the tokens off
/// their lists. It is safe to repeat.
struct UnlistJob: Job {
    private enum Phase: CaseIterable {
        /// Removes each token from the sorted set of its user.
        case unlist
        /// Publishes the ids for listeners that are told nothing else.
        case announce
    }

    private let store: TokenStore
    private let items: [Revocation]

    private var phases = Phase.allCases[...]
    private var outcomes: [RevocationOutcome]
    private var sent = ItemCommands()
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RevocationOutcome]?

    init(_ store: TokenStore, _ items: [Revocation]) {
        self.store = store
        self.items = items
        outcomes = Array(repeating: .notAttempted, count: items.count)
    }

    var outcome: [RevocationOutcome] { outcomes.shown(in: store.layout, after: previous) }

    mutating func restart(after outcome: [RevocationOutcome]?) {
        previous = outcome ?? previous
        phases = Phase.allCases[...]
        outcomes = Array(repeating: .notAttempted, count: items.count)
    }

    mutating func next() -> [Command]? {
        sent = ItemCommands()
        switch phases.first {
        case .unlist: for index in items.indices { add(index) }
        case .announce: sent.add(store.announcements(of: items, outcomes), of: 0)
        case nil: return nil
        }
        return sent.commands
    }

    /// Adds the command of one item; an item for which none can be made fails.
    private mutating func add(_ index: Int) {
        guard let list = store.layout.list else { return }
        let values = TemplateValues(items[index].subject)
        do throws(StoreError) {
            let member = try list.member.render(values)
            sent.add(
                Command("ZREM", key: try list.key.render(values), .bytes(member)), of: index)
        } catch {
            outcomes[index] = .failed(error)
        }
    }

    mutating func take(_ exchange: Exchange) {
        switch phases.removeFirst() {
        case .unlist:
            for answer in sent.answers(in: exchange, &outcomes) {
                outcomes[answer.item] = store.removed(items[answer.item], answer.reply)
            }
        case .announce: store.noteAnnounced(exchange, sent.commands)
        }
    }
}
