internal import Platform
internal import Redis

/// The steps of revoking a batch where the application keeps what is alive: the tokens are taken
/// off their lists, or their own keys away.
struct DisallowanceWork {
    let store: TokenStore
    let items: [Revocation]
    /// Takes the links that have to be searched for, since no step can do that; nil where they have
    /// been.
    var search: LinkSearch?

    private typealias Outcomes = [RevocationOutcome]

    func steps() throws(StoreError) -> Step<[RevocationOutcome]> {
        let outcomes = Outcomes(repeating: .notAttempted, count: items.count)
        search?.wanted = [:]
        if let list = store.layout.list { return unlist(list, outcomes) }
        guard let allow = store.layout.allow else { return .done(outcomes) }
        return allow.links.isEmpty ? remove(allow, outcomes) : try readLinks(allow, outcomes)
    }

    /// A member that is not there is no failure: the application refuses the token already. It is
    /// one where Redis has nothing of the whitelist: then the application may read other keys.
    private func unlist(_ list: ListStore, _ outcomes: Outcomes) -> Step<[RevocationOutcome]> {
        send(outcomes, Array(items.indices)) { subject throws(StoreError) in
            let values = TemplateValues(subject)
            return Command(
                "ZREM", key: try list.key.render(values), .bytes(try list.member.render(values)))
        }
    }

    private func remove(
        _ allow: AllowStore, _ outcomes: Outcomes, only indices: [Int]? = nil
    ) -> Step<[RevocationOutcome]> {
        send(outcomes, indices ?? Array(items.indices)) { subject throws(StoreError) in
            .eval(
                Script.disallow, keys: [try allow.key.render(TemplateValues(subject))],
                try allow.removalArguments(of: subject))
        }
    }

    /// One command for each item; the reply says whether the token had a life to take.
    private func send(
        _ outcomes: Outcomes, _ indices: [Int],
        _ command: (TokenSubject) throws(StoreError) -> Command
    ) -> Step<[RevocationOutcome]> {
        var outcomes = outcomes
        var commands: [Command] = []
        var sent: [Int] = []
        for index in indices {
            do throws(StoreError) {
                commands.append(try command(items[index].subject))
                sent.append(index)
            } catch {
                outcomes[index] = .failed(error)
            }
        }
        return .send(commands) { exchange throws(StoreError) in
            var told = outcomes.judged(exchange, commands, sent) {
                $0 == .integer(0) ? .notFound : .revoked
            }
            for index in sent {
                if told[index] == .revoked { store.noteUsage() }
                if told[index] == .notFound { told[index] = store.absence(of: items[index]) }
            }
            return .done(told)
        }
    }

    // MARK: links

    /// Reads the tokens' own values, and the keys that name others.
    private func readLinks(
        _ allow: AllowStore, _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        let vias = allow.vias
        var places = ItemCommands()
        var outcomes = outcomes
        for (index, item) in items.enumerated() {
            do throws(StoreError) {
                let values = TemplateValues(item.subject)
                places.add(
                    try ([allow.key] + vias).map { template throws(StoreError) in
                        Command("GET", key: try template.render(values))
                    }, of: index)
            } catch {
                outcomes[index] = .failed(error)
            }
        }
        return .send(places.commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            var cuts: [LinkCut] = []
            for (index, replies) in places.answered(exchange, &outcomes) {
                let own: [[UInt8]?] = try StoreError.wrapping { () throws(RedisError) in
                    try replies.map { reply throws(RedisError) in try reply.optionalBytes() }
                }
                cuts.append(
                    try LinkCut(
                        index: index, subject: items[index].subject, allow: allow, value: own[0],
                        named: Array(own.dropFirst())))
            }
            return checkTypes(allow, cuts, outcomes)
        }
    }

    /// What lies under a link's name may be somebody else's: nothing is changed then.
    private func checkTypes(
        _ allow: AllowStore, _ cuts: [LinkCut], _ outcomes: Outcomes
    ) -> Step<[RevocationOutcome]> {
        var places = ItemCommands()
        for cut in cuts {
            places.add(cut.links.map { Command("TYPE", key: $0.key) }, of: cut.index)
        }
        let found = Dictionary(uniqueKeysWithValues: cuts.map { ($0.index, $0) })
        return .send(places.commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            var sound: [LinkCut] = []
            for (index, replies) in places.answered(exchange, &outcomes) {
                guard let cut = found[index] else { continue }
                var foreign: [UInt8]?
                for (place, reply) in zip(cut.links, replies) {
                    let type = try StoreError.wrapping { () throws(RedisError) in
                        try reply.text()
                    }
                    if type != "none", !place.link.types.contains(type) { foreign = place.key }
                }
                if let foreign {
                    outcomes[index] = .failed(.corrupt(key: foreign))
                } else {
                    sound.append(cut)
                }
            }
            return cutLinks(allow, sound, outcomes)
        }
    }

    /// Cuts the links that lead to no others; where one may lie under another name it is noted.
    private func cutLinks(
        _ allow: AllowStore, _ cuts: [LinkCut], _ outcomes: Outcomes
    ) -> Step<[RevocationOutcome]> {
        let vias = allow.vias
        var places = ItemCommands()
        var holders: [Int: [Bool]] = [:]
        for cut in cuts {
            let last = cut.links.filter { !vias.contains($0.link.key ?? allow.key) }
            places.add(last.compactMap { cut.command($0) }, of: cut.index)
            holders[cut.index] = last.filter { cut.command($0) != nil }.map {
                $0.link.search != nil || $0.link.wild != nil
            }
        }
        let found = Dictionary(uniqueKeysWithValues: cuts.map { ($0.index, $0) })
        return .send(places.commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            var ready: [LinkCut] = []
            for (index, replies) in places.answered(exchange, &outcomes) {
                guard let cut = found[index] else { continue }
                let isFound = zip(holders[index] ?? [], replies).contains {
                    $0 && $1 != .integer(0)
                }
                if let search, !isFound, let wanted = cut.wanted(allow) {
                    search.wanted[index] = wanted
                } else {
                    ready.append(cut)
                }
            }
            return cutVias(allow, ready, outcomes)
        }
    }

    /// What names other keys goes once those were acknowledged as gone, and the token's own key
    /// last: broken off in between, a second run still finds what it needs.
    private func cutVias(
        _ allow: AllowStore, _ cuts: [LinkCut], _ outcomes: Outcomes
    ) -> Step<[RevocationOutcome]> {
        let vias = allow.vias
        var places = ItemCommands()
        for cut in cuts {
            let first = cut.links.filter { vias.contains($0.link.key ?? allow.key) }
            places.add(first.compactMap { cut.command($0) }, of: cut.index)
        }
        return .send(places.commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            let ready = places.answered(exchange, &outcomes).map(\.index)
            return remove(allow, outcomes, only: ready)
        }
    }
}

/// Commands of several items in one exchange.
private struct ItemCommands {
    private(set) var commands: [Command] = []
    private var ranges: [(index: Int, range: Range<Int>)] = []

    mutating func add(_ own: [Command], of index: Int) {
        ranges.append((index, commands.count..<commands.count + own.count))
        commands += own
    }

    /// The items of which every command was answered without an error; of the others the outcome
    /// is told.
    func answered(
        _ exchange: Exchange, _ outcomes: inout [RevocationOutcome]
    ) -> [(index: Int, replies: [Reply])] {
        var answered: [(index: Int, replies: [Reply])] = []
        for (index, range) in ranges {
            let replies = range.compactMap { exchange.replies[$0] }
            let failed = range.first { position in
                if case .error? = exchange.replies[position] { true } else { false }
            }
            if let failed, case .error(let error)? = exchange.replies[failed] {
                outcomes[index] = .failed(
                    .refused(error, command: commands[failed].name, key: commands[failed].key))
            } else if replies.count < range.count {
                let isSent =
                    replies.count > 0 || range.contains(where: exchange.uncertain.contains)
                outcomes[index] = isSent ? .unknown : .notAttempted
            } else {
                answered.append((index, replies))
            }
        }
        return answered
    }
}

/// Links that were not where they should be.
final class LinkSearch {
    /// What a key would hold that brings a token back, for each item by its place.
    var wanted: [Int: Wanted] = [:]

    struct Wanted {
        /// The value of the token's own key; nil where that is gone.
        let value: [UInt8]?
        /// What stands in a Java object.
        let text: [UInt8]?
        /// The token, where keys may name or hold it that can't be made.
        var subject: TokenSubject?
    }
}

/// What is known of one token whose links are to be cut.
private struct LinkCut {
    typealias Place = (link: Link, key: [UInt8])

    let index: Int
    private let subject: TokenSubject
    /// What the token's own key holds; nil where it is gone.
    private let value: [UInt8]?
    /// The links that can be named.
    let links: [Place]

    /// `named` is what the keys hold that name others, in the order of `AllowStore.vias`.
    init(
        index: Int, subject: TokenSubject, allow: AllowStore, value: [UInt8]?, named: [[UInt8]?]
    ) throws(StoreError) {
        self.index = index
        self.subject = subject
        self.value = value
        let vias = allow.vias
        links = try allow.links.compactMapping { link throws(StoreError) in
            var values = TemplateValues(subject)
            if let via = link.via, let place = vias.firstIndex(of: via) {
                guard let name = named[place] else { return nil }
                values.link = name
            }
            do throws(StoreError) {
                return try link.key.map { key throws(StoreError) in
                    (link, try key.render(values))
                }
            } catch {
                // The token lacks a claim of which this link's key is made.
                guard case .unnamed = error else { throw error }
                return nil
            }
        }
    }

    /// nil where there is nothing to do.
    func command(_ place: Place) -> Command? {
        switch place.link.action {
        case .delete: return Command("DEL", key: place.key)
        case .removeValue:
            return value.map { .eval(Script.removeValue, keys: [place.key], [.bytes($0)]) }
        case .deleteHolder:
            let framed = text(of: place.link).map(JavaObject.framed) ?? []
            guard value != nil || !framed.isEmpty else { return nil }
            return .eval(
                Script.deleteHolder, keys: [place.key], [.bytes(value ?? []), .bytes(framed)])
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
    func wanted(_ allow: AllowStore) -> LinkSearch.Wanted? {
        let searched = allow.links.filter { $0.search != nil }
        let text = searched.compactMap { self.text(of: $0) }.first
        let isHeld = !searched.isEmpty && (value != nil || text != nil)
        guard isHeld || allow.hasWildLinks else { return nil }
        return LinkSearch.Wanted(
            value: isHeld ? value : nil, text: text, subject: allow.hasWildLinks ? subject : nil)
    }
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
}

extension AllowStore {
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

extension TokenStore {
    /// Deletes the keys below the layout's prefixes that would bring one of these tokens back.
    /// Answers whether all were looked through: a signal ends it.
    func deleteHolders(_ wanted: [LinkSearch.Wanted], under prefixes: [[UInt8]]) throws -> Bool {
        let values = Set(wanted.compactMap(\.value))
        let texts = Set(wanted.compactMap(\.text))
        for prefix in prefixes {
            try forEachPage(
                match: GlobPattern.escape(prefix) + [UInt8(ascii: "*")], type: "string",
                changes: true
            ) { keys throws(StoreError) in
                let reads = keys.map { Command("GET", key: $0) }
                return .send(reads) { exchange throws(StoreError) in
                    let replies = try self.replies(exchange, to: reads)
                    var deletions: [Command] = []
                    for (key, reply) in zip(keys, replies) {
                        guard case .string(let value) = reply,
                            values.contains(value)
                                || JavaObject.text(among: texts, in: value) != nil
                        else { continue }
                        deletions.append(
                            .eval(Script.deleteIfSame, keys: [key], [.bytes(value)]))
                    }
                    return .send(deletions) { exchange throws(StoreError) in
                        _ = try self.replies(exchange, to: deletions)
                        return .done(())
                    }
                }
            } _: { _ in
                true
            }
            if Signals.pending != nil { return false }
        }
        return true
    }
}

extension TokenStore {
    /// Deletes the keys of wild links that name or hold one of these tokens. Answers whether all were
    /// looked through: a signal ends it.
    func deleteWildLinks(_ wanted: [LinkSearch.Wanted], _ allow: AllowStore) throws -> Bool {
        let subjects = wanted.compactMap(\.subject)
        let ids = Set(subjects.map(\.id.bytes))
        for link in allow.links {
            guard let wild = link.wild, !subjects.isEmpty else { continue }
            let names = Set(subjects.compactMap { TemplateValues($0)[wild.hole] })
            try forEachPage(match: wild.key.glob(), type: link.types[0], changes: true) {
                keys throws(StoreError) in
                let named = keys.map { key in
                    wild.key.parseLoosely(key)?[wild.hole].map { names.contains($0) }
                }
                let own = zip(keys, named).filter { $1 != nil }
                guard let field = wild.field else {
                    return self.delete(own.filter { $1 == true }.map(\.0))
                }
                let reads = own.map { Command("HGET", key: $0.0, .bytes(field)) }
                return .send(reads) { exchange throws(StoreError) in
                    let replies = try self.replies(exchange, to: reads)
                    let gone = zip(own, replies).filter { own, reply in
                        if own.1 == true { return true }
                        if case .string(let id) = reply { return ids.contains(id) }
                        return false
                    }
                    return self.delete(gone.map(\.0.0))
                }
            } _: { _ in
                true
            }
            if Signals.pending != nil { return false }
        }
        return true
    }

    private func delete(_ keys: [[UInt8]]) -> Step<Void> {
        let commands = keys.map { Command("DEL", key: $0) }
        return .send(commands) { exchange throws(StoreError) in
            _ = try self.replies(exchange, to: commands)
            return .done(())
        }
    }
}
