internal import Platform
internal import Redis

/// Revokes a batch where the application accepts only what it finds: the tokens are taken off their
/// lists, or their own keys are removed.
struct RemoveSessionsJob: Job {
    private enum Phase {
        /// Takes tokens off the lists of a whitelist.
        case unlist
        /// Reads the tokens' own values, and the keys that name other keys.
        case readLinks
        /// Looks whether what is under the name of a link is somebody else's: then nothing of that
        /// token is changed.
        case checkTypes
        /// Cuts the links that lead to no others, and notes where one may be under another name.
        case cutLinks
        /// Cuts what names other keys once those were acknowledged as gone: broken off in between, a
        /// second run still finds what it needs.
        case cutVias
        /// Removes the tokens' own keys, for the same reason last.
        case remove
        /// Publishes the ids for listeners that know nothing else.
        case announce
    }

    private let store: TokenStore
    private let items: [Revocation]
    /// Takes the links that have to be searched for, which no job can do; nil where they have been.
    private let search: HolderSearch?
    private let plan: [Phase]

    private var phases: ArraySlice<Phase> = []
    private var outcomes: [RevocationOutcome] = []
    private var sent = ItemCommands()
    /// The items that the next phase is about, by their places.
    private var rest: [Int] = []
    private var links: [Int: SessionLinks] = [:]
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RevocationOutcome]?

    /// Who gives a `search`, or searches, announces the revocations as well.
    init(
        _ store: TokenStore, _ items: [Revocation], search: HolderSearch? = nil,
        announces: Bool = true
    ) {
        self.store = store
        self.items = items
        self.search = search
        let removal: [Phase] =
            if store.layout.list != nil {
                [.unlist]
            } else if let allow = store.layout.allow {
                allow.links.isEmpty
                    ? [.remove] : [.readLinks, .checkTypes, .cutLinks, .cutVias, .remove]
            } else {
                []
            }
        plan = removal + (announces ? [.announce] : [])
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

    /// Adds the commands of one item; where they can't be made the item fails.
    private mutating func add(_ phase: Phase, _ index: Int) {
        do throws(StoreError) {
            sent.add(try commands(phase, index), of: index)
        } catch {
            outcomes[index] = .failed(error)
        }
    }

    private func commands(_ phase: Phase, _ index: Int) throws(StoreError) -> [Command] {
        let subject = items[index].subject
        let values = TemplateValues(subject)
        if let list = store.layout.list {
            let member = try list.member.render(values)
            return [Command("ZREM", key: try list.key.render(values), .bytes(member))]
        }
        guard let allow = store.layout.allow else { return [] }
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
        case .unlist, .announce: return []
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
        case .unlist, .remove: takeRemoved(answers)
        case .cutVias, .announce: break
        }
    }

    private mutating func takeValues(_ answers: [ItemAnswer]) throws(StoreError) {
        guard let allow = store.layout.allow else { return }
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

    private mutating func takeCuts(_ answers: [ItemAnswer]) {
        guard let search, let allow = store.layout.allow else { return }
        rest = []
        for answer in answers {
            let cuts = links[answer.item]?.cuts(.ends, allow) ?? []
            let isFound = cuts.enumerated().contains { number, cut in
                cut.link.isSought && answer[number] != .integer(0)
            }
            if !isFound, let wanted = links[answer.item]?.wanted(allow) {
                search.wanted[answer.item] = wanted
            } else {
                rest.append(answer.item)
            }
        }
    }

    /// What was not there is no failure: the application refuses the token already. It is one where
    /// Redis has nothing of the whitelist: then the application may read other keys.
    private mutating func takeRemoved(_ answers: [ItemAnswer]) {
        for answer in answers {
            if answer.reply == .integer(0) {
                outcomes[answer.item] = store.absence(of: items[answer.item])
            } else {
                outcomes[answer.item] = .revoked
                store.noteUsage()
            }
        }
    }
}

/// Collects the links that were not where they should be.
final class HolderSearch {
    /// What a key would hold that brings a token back, for each item by its place.
    var wanted: [Int: Wanted] = [:]

    struct Wanted {
        /// The value of the token's own key; nil where that is gone.
        let value: [UInt8]?
        /// What a Java object holds.
        let text: [UInt8]?
        /// The token, where keys may name or hold it that can't be made.
        var subject: TokenSubject?
    }
}

/// The links of one token that are to be cut.
private struct SessionLinks {
    enum Part {
        /// Those that lead to no others.
        case ends
        /// Those that name other keys.
        case vias
    }

    private let subject: TokenSubject
    /// What the token's own key holds; nil where it is gone.
    private let value: [UInt8]?
    /// The links whose keys can be made.
    let places: [(link: Link, key: [UInt8])]

    /// `named` is what the keys hold that name others, in the order of `AllowStore.vias`.
    init(
        of subject: TokenSubject, _ allow: AllowStore, value: [UInt8]?, named: [[UInt8]?]
    ) throws(StoreError) {
        self.subject = subject
        self.value = value
        let vias = allow.vias
        var places: [(link: Link, key: [UInt8])] = []
        for link in allow.links {
            guard let template = link.key else { continue }
            var values = TemplateValues(subject)
            if let via = link.via, let place = vias.firstIndex(of: via) {
                guard let name = named[place] else { continue }
                values.link = name
            }
            do throws(StoreError) {
                places.append((link, try template.render(values)))
            } catch {
                // The token lacks a claim of which this link's key is made.
                guard case .unnamed = error else { throw error }
            }
        }
        self.places = places
    }

    /// What cuts the links of a part; none where there is nothing to do.
    func cuts(_ part: Part, _ allow: AllowStore) -> [(link: Link, command: Command)] {
        let vias = allow.vias
        return places.compactMap { link, key in
            guard vias.contains(link.key ?? allow.key) == (part == .vias) else { return nil }
            return command(link, key).map { (link, $0) }
        }
    }

    private func command(_ link: Link, _ key: [UInt8]) -> Command? {
        switch link.action {
        case .delete: return Command("DEL", key: key)
        case .removeValue:
            return value.map { .eval(Script.removeValue, keys: [key], [.bytes($0)]) }
        case .deleteHolder:
            let framed = text(of: link).map(JavaObject.framed) ?? []
            guard value != nil || !framed.isEmpty else { return nil }
            return .eval(Script.deleteHolder, keys: [key], [.bytes(value ?? []), .bytes(framed)])
        }
    }

    private func text(of link: Link) -> [UInt8]? {
        guard case .deleteHolder(let text?) = link.action else { return nil }
        do throws(StoreError) {
            return try text.render(TemplateValues(subject))
        } catch {
            return nil
        }
    }

    /// What has to be searched for; nil where nothing could be found.
    func wanted(_ allow: AllowStore) -> HolderSearch.Wanted? {
        let searched = allow.links.filter { $0.search != nil }
        let text = searched.compactMap { self.text(of: $0) }.first
        let isHeld = !searched.isEmpty && (value != nil || text != nil)
        guard isHeld || allow.hasWildLinks else { return nil }
        return HolderSearch.Wanted(
            value: isHeld ? value : nil, text: text, subject: allow.hasWildLinks ? subject : nil)
    }
}

extension Link {
    /// Whether it may be under a name that can't be made.
    fileprivate var isSought: Bool { search != nil || wild != nil }
}

extension AllowStore {
    /// The keys that name others, each once.
    var vias: [Template] {
        links.compactMap(\.via).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    var hasWildLinks: Bool { links.contains { $0.wild != nil } }

    /// What the keys begin with among which links may have to be searched for.
    var searchPrefixes: [[UInt8]] {
        links.compactMap(\.search).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// For `Script.disallow`.
    func removalArguments(of subject: TokenSubject) throws(StoreError) -> [Argument] {
        var replacement: [UInt8] = []
        if case .rewrite(let value) = removal { replacement = value }
        switch match {
        case .exists: return [.bytes(replacement), ""]
        case .equals(let value):
            return [.bytes(replacement), .bytes(try value.render(TemplateValues(subject)))]
        case .noneOf(let values):
            return [.bytes(replacement), ""] + values.map { .bytes($0) }
        }
    }
}
