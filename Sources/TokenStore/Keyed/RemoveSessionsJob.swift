internal import Layouts
internal import Platform
internal import Redis

/// Revokes a batch by removing the tokens' own keys and the links to them, for layouts whose
/// services accept a token if its key is there.
struct RemoveSessionsJob: Job {
    /// The steps. The job may break off after any of them: a key that names other keys is removed
    /// only after those were acknowledged as gone, so that a second run still finds them.
    private enum Phase {
        /// Reads the tokens' own values, and the keys that name other keys.
        case readLinks
        /// Checks that the key of each link has the right type. If one has not, nothing of that
        /// token is changed.
        case checkTypes
        /// Cuts the links that name no other keys, and notes those that may be under another key.
        case cutLinks
        /// Cuts the links that name other keys.
        case cutVias
        /// Removes the tokens' own keys.
        case remove
        /// Publishes the ids, for layouts whose services listen for nothing else.
        case announce
    }

    private let store: TokenStore
    private let allow: AllowStore
    private let items: [Revocation]
    /// Collects the links to search for, since a job cannot scan; nil if they were searched for.
    private let search: HolderSearch?
    /// The phases that this layout needs.
    private let plan: [Phase]

    private var phases: ArraySlice<Phase> = []
    private var outcomes: [RevocationOutcome] = []
    private var sent = ItemCommands()
    /// The items of the next phase, by their places.
    private var rest: [Int] = []
    private var links: [Int: SessionLinks] = [:]
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RevocationOutcome]?

    /// A caller that removes in rounds announces the revocations itself, after the last round.
    init(
        _ store: TokenStore, _ allow: AllowStore, _ items: [Revocation],
        search: HolderSearch? = nil, announcedBy finisher: Finisher = .callee
    ) {
        self.store = store
        self.allow = allow
        self.items = items
        self.search = search
        plan =
            (allow.links.isEmpty ? [] : [.readLinks, .checkTypes, .cutLinks, .cutVias])
            + [.remove] + (finisher == .callee ? [.announce] : [])
        begin()
    }

    private mutating func begin() {
        phases = plan[...]
        outcomes = Array(repeating: .notAttempted, count: items.count)
        rest = Array(items.indices)
        links = [:]
        search?.wanted = [:]
    }

    mutating func restart(after outcome: [RevocationOutcome]?) {
        previous = outcome ?? previous
        begin()
    }

    var outcome: [RevocationOutcome] {
        outcomes.shown(in: store.layout, after: previous)
    }

    mutating func next() -> [Command]? {
        guard let phase = phases.first else { return nil }
        sent = ItemCommands()
        switch phase {
        case .announce: sent.add(store.announcements(of: items, outcomes), of: 0)
        default: for index in rest { add(phase, index) }
        }
        return sent.commands
    }

    /// Adds the commands of one item; an item for which none can be made fails.
    private mutating func add(_ phase: Phase, _ index: Int) {
        do throws(StoreError) {
            sent.add(try commands(phase, index), of: index)
        } catch {
            outcomes[index] = .failed(error)
        }
    }

    /// The commands of one item in a phase; none where the phase has nothing to do for it.
    private func commands(_ phase: Phase, _ index: Int) throws(StoreError) -> [Command] {
        let subject = items[index].subject
        let values = TemplateValues(subject)
        switch phase {
        case .readLinks:
            var reads = [Command("GET", key: try allow.key.render(values))]
            for via in allow.vias { reads.append(Command("GET", key: try via.render(values))) }
            return reads
        case .checkTypes:
            return links[index]?.places.map { Command("TYPE", key: $0.key) } ?? []
        case .cutLinks: return links[index]?.cuts(.ends, allow).map(\.command) ?? []
        case .cutVias: return links[index]?.cuts(.vias, allow).map(\.command) ?? []
        case .remove:
            let key = try allow.key.render(values)
            return [.eval(Script.disallow, keys: [key], try allow.removalArguments(of: subject))]
        case .announce: return []
        }
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        let phase = phases.removeFirst()
        if phase == .announce { return store.noteAnnounced(exchange, sent.commands) }
        let answers = sent.answers(in: exchange, &outcomes)
        rest = answers.map(\.item)
        switch phase {
        case .readLinks: try takeValues(answers)
        case .checkTypes: try takeTypes(answers)
        case .cutLinks: takeCuts(answers)
        case .remove:
            for answer in answers {
                outcomes[answer.item] = store.removed(items[answer.item], answer.reply)
            }
        case .cutVias, .announce: break
        }
    }

    /// Makes the links of each token, some of which depend on the values that were read.
    private mutating func takeValues(_ answers: [ItemAnswer]) throws(StoreError) {
        for answer in answers {
            var named: [[UInt8]?] = []
            for number in allow.vias.indices {
                named.append(try answer[1 + number].asOptionalBytes)
            }
            links[answer.item] = try SessionLinks(
                of: items[answer.item].subject, allow, value: try answer[0].asOptionalBytes,
                named: named)
        }
    }

    /// Fails the items that have a link with a key of another type: it belongs to something else,
    /// whose data would be deleted.
    private mutating func takeTypes(_ answers: [ItemAnswer]) throws(StoreError) {
        rest = []
        for answer in answers {
            var foreign: [UInt8]?
            for (number, place) in (links[answer.item]?.places ?? []).enumerated() {
                let type = try answer[number].asText
                if type != "none", !place.link.types.contains(type) { foreign = place.key }
            }
            if let foreign {
                outcomes[answer.item] = .failed(.corrupt(key: foreign))
            } else {
                rest.append(answer.item)
            }
        }
    }

    /// Leaves out the items that have to be searched for: their own keys stay until that is done,
    /// since the search needs the values.
    private mutating func takeCuts(_ answers: [ItemAnswer]) {
        guard let search else { return }
        rest = []
        for answer in answers {
            let cuts = links[answer.item]?.cuts(.ends, allow) ?? []
            let isFound = cuts.enumerated().contains { number, cut in
                cut.link.isSearched && answer[number] != .integer(0)
            }
            if !isFound, let wanted = links[answer.item]?.wanted(allow) {
                search.wanted[answer.item] = wanted
            } else {
                rest.append(answer.item)
            }
        }
    }
}
