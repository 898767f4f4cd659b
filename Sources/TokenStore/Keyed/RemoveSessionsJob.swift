internal import Layouts
internal import Platform
internal import Redis

/// Revokes a batch where each token has a key of its own to be accepted: removes these keys, and the
/// links to them.
struct RemoveSessionsJob: Job {
    /// The steps, in the order in which the work may break off anywhere: what leads to other keys
    /// goes only after these were acknowledged as gone, so that a second run still finds them.
    private enum Phase {
        /// Reads the tokens' own values, and the keys that name other keys.
        case readLinks
        /// Looks whether the key of a link holds something else: then nothing of that token is changed.
        case checkTypes
        /// Cuts the links that lead to no others, and notes those that may be under another key.
        case cutLinks
        /// Cuts the links that name other keys.
        case cutVias
        /// Removes the tokens' own keys.
        case remove
        /// Publishes the ids for listeners that are told nothing else.
        case announce
    }

    private let store: TokenStore
    private let allow: AllowStore
    private let items: [Revocation]
    /// Takes the links that have to be searched for, which no job can do; nil where that was done.
    private let search: HolderSearch?
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

    /// Works out which links each token has, now that the names are known that they depend on.
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

    /// Fails the items of which a link has a key of another type: deleting it would destroy data of
    /// something else.
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
