internal import Redis

/// The steps of revoking a batch where the application keeps what is alive: the tokens are taken
/// off their lists, or their own keys away.
struct DisallowanceWork {
    let store: TokenStore
    let items: [Revocation]

    private typealias Outcomes = [RevocationOutcome]

    func steps() throws(StoreError) -> Step<[RevocationOutcome]> {
        let outcomes = Outcomes(repeating: .notAttempted, count: items.count)
        if let list = store.layout.list { return unlist(list, outcomes) }
        guard let allow = store.layout.allow else { return .done(outcomes) }
        return allow.links.isEmpty ? remove(allow, outcomes) : try readLinks(allow, outcomes)
    }

    /// A member that is not there is no failure: the application refuses the token already.
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
                allow.removal.arguments(allow.match))
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
            .done(
                outcomes.judged(exchange, commands, sent) {
                    $0 == .integer(0) ? .alreadyRevoked : .revoked
                })
        }
    }

    // MARK: links

    /// What has to be known of an item before its links can be cut.
    private struct Reading {
        let index: Int
        var commands: [Command]
        /// The place of the first command among those of all items.
        let start: Int
    }

    /// Reads the tokens' own values, and the keys that name others.
    private func readLinks(
        _ allow: AllowStore, _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        let vias = allow.vias
        var outcomes = outcomes
        var commands: [Command] = []
        var readings: [Reading] = []
        for (index, item) in items.enumerated() {
            do throws(StoreError) {
                let values = TemplateValues(item.subject)
                let own = try ([allow.key] + vias).map { template throws(StoreError) in
                    Command("GET", key: try template.render(values))
                }
                readings.append(Reading(index: index, commands: own, start: commands.count))
                commands += own
            } catch {
                outcomes[index] = .failed(error)
            }
        }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try store.replies(exchange, to: commands)
            var cuts: [LinkCut] = []
            for reading in readings {
                let own = try StoreError.wrapping { () throws(RedisError) in
                    try (0...vias.count).map { place throws(RedisError) in
                        try replies[reading.start + place].optionalBytes()
                    }
                }
                cuts.append(
                    LinkCut(
                        index: reading.index, subject: items[reading.index].subject,
                        value: own[0], named: Array(own.dropFirst())))
            }
            return try cut(allow, cuts, outcomes)
        }
    }

    /// Cuts the links of every item, then takes the tokens' own keys away: broken off in between,
    /// a second run still finds what it needs.
    private func cut(
        _ allow: AllowStore, _ cuts: [LinkCut], _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        var commands: [Command] = []
        var places: [(index: Int, range: Range<Int>, required: Int?)] = []
        for cut in cuts {
            let own = try cut.commands(allow)
            let start = commands.count
            commands += own.map(\.command)
            places.append(
                (
                    cut.index, start..<commands.count,
                    own.firstIndex { $0.isRequired }.map { start + $0 }
                ))
        }
        return .send(commands) { exchange throws(StoreError) in
            var outcomes = outcomes
            var ready: [Int] = []
            var missing: [LinkCut] = []
            for (place, cut) in zip(places, cuts) {
                let replies = place.range.map { exchange.replies[$0] }
                if let failed = place.range.first(where: { exchange.replies[$0]?.isError ?? false }
                ),
                    case .error(let error)? = exchange.replies[failed]
                {
                    outcomes[place.index] = .failed(
                        .refused(error, command: commands[failed].name, key: commands[failed].key))
                } else if replies.contains(nil) {
                    let isSent = place.range.contains(where: exchange.uncertain.contains)
                    outcomes[place.index] = isSent ? .unknown : .notAttempted
                } else {
                    ready.append(place.index)
                    let isCut = place.required.map { exchange.replies[$0] != .integer(0) }
                    if isCut == false || place.required == nil, cut.value != nil {
                        missing.append(cut)
                    }
                }
            }
            return try search(allow, missing, ready, outcomes)
        }
    }

    /// A required link that is not where it should be may lie under another name: its values are
    /// gone through. A token of which it is not found has none that could bring it back.
    private func search(
        _ allow: AllowStore, _ missing: [LinkCut], _ ready: [Int], _ outcomes: Outcomes
    ) throws(StoreError) -> Step<[RevocationOutcome]> {
        guard !missing.isEmpty, let prefix = allow.links.first(where: \.isRequired)?.search else {
            return remove(allow, outcomes, only: ready)
        }
        let values = Set(missing.compactMap(\.value))
        return try store.holders(of: values, under: prefix).then { keys throws(StoreError) in
            let commands = keys.map { key, value in
                Command.eval(Script.deleteIfSame, keys: [key], [.bytes(value)])
            }
            return .send(commands) { exchange throws(StoreError) in
                _ = try store.replies(exchange, to: commands)
                return remove(allow, outcomes, only: ready)
            }
        }
    }
}

/// What is known of one token whose links are to be cut.
private struct LinkCut {
    let index: Int
    let subject: TokenSubject
    /// What the token's own key holds; nil where it is gone.
    let value: [UInt8]?
    /// What the keys hold that name others, in the order of `AllowStore.vias`.
    let named: [[UInt8]?]

    func commands(
        _ allow: AllowStore
    ) throws(StoreError) -> [(command: Command, isRequired: Bool)] {
        let vias = allow.vias
        var commands: [(command: Command, isRequired: Bool)] = []
        for link in allow.links {
            var values = TemplateValues(subject)
            if let via = link.via, let place = vias.firstIndex(of: via) {
                guard let name = named[place] else { continue }
                values.link = name
            }
            let key: [UInt8]
            do throws(StoreError) {
                key = try link.key.render(values)
            } catch {
                // The token lacks a claim of which this link's key is made.
                guard case .unnamed = error else { throw error }
                continue
            }
            switch (link.action, value) {
            case (.delete, _): commands.append((Command("DEL", key: key), link.isRequired))
            case (_, nil): continue
            case (.removeValue, let value?):
                commands.append(
                    (.eval(Script.removeValue, keys: [key], [.bytes(value)]), link.isRequired))
            case (.deleteIfSame, let value?):
                commands.append(
                    (.eval(Script.deleteIfSame, keys: [key], [.bytes(value)]), link.isRequired))
            }
        }
        return commands
    }
}

extension AllowStore {
    /// The keys that name others, each once.
    var vias: [Template] {
        links.compactMap(\.via).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension AllowStore.Removal {
    /// For `Script.disallow`.
    func arguments(_ match: AllowStore.Match) -> [Argument] {
        var dead: [Argument] = []
        if case .noneOf(let values) = match { dead = values.map { .bytes($0) } }
        switch self {
        case .delete: return [""] + dead
        case .rewrite(let value): return [.bytes(value)] + dead
        }
    }
}

extension Reply {
    fileprivate var isError: Bool {
        if case .error = self { true } else { false }
    }
}

extension TokenStore {
    /// Keys below `prefix` that hold one of `values`, of one server, asked page by page.
    ///
    /// Several servers can't be gone through in the middle of other work.
    fileprivate func holders(
        of values: Set<[UInt8]>, under prefix: [UInt8]
    ) throws(StoreError) -> Step<[(key: [UInt8], value: [UInt8])]> {
        guard !client.isGroup else { throw .linkUnknown(prefix: prefix) }
        return try page(
            of: client.scan(
                match: GlobPattern.escape(prefix) + [UInt8(ascii: "*")], type: "string"),
            from: Scan.start, values, [])
    }

    private func page(
        of scan: Scan, from cursor: [UInt8], _ values: Set<[UInt8]>,
        _ found: [(key: [UInt8], value: [UInt8])]
    ) throws(StoreError) -> Step<[(key: [UInt8], value: [UInt8])]> {
        let command = scan.command(cursor)
        return .send([command]) { exchange throws(StoreError) in
            let reply = try self.replies(exchange, to: [command])[0]
            let (next, keys) = try StoreError.wrapping { () throws(RedisError) in
                try Scan.page(reply)
            }
            let reads = keys.map { Command("GET", key: $0) }
            return .send(reads) { exchange throws(StoreError) in
                let replies = try self.replies(exchange, to: reads)
                var found = found
                for (key, reply) in zip(keys, replies) {
                    if case .string(let value) = reply, values.contains(value) {
                        found.append((key, value))
                    }
                }
                return next == Scan.start
                    ? .done(found) : try self.page(of: scan, from: next, values, found)
            }
        }
    }
}
