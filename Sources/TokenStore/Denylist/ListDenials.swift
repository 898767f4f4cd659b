internal import Redis

/// A blacklist entry.
package struct ListedDenial: Equatable, Sendable {
    package let id: Identifier
    /// Where the key tells whose token it is.
    package let user: Identifier?
    package let denial: TokenState.Denial
    /// When the token it stands for ends: the entry's end less the margin; nil for never.
    package let expiry: Expiry
}

extension TokenStore {
    /// Every blacklist entry, page by page; one may come twice while Redis rehashes.
    package func forEachDenial(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping ([ListedDenial]) throws -> Bool
    ) throws {
        guard let deny = layout.deny else { return }
        let clock = try clock()
        switch deny.shape {
        case .string, .hash:
            let gathers = gathers(deny)
            try forEachPage(match: deny.key.glob(like: pattern), type: scannedType(deny)) { keys in
                var found: [(key: [UInt8], subject: TokenSubject)] = []
                found.reserveCapacity(keys.count)
                for key in keys {
                    guard let subject = self.layout.subject(ofDenyKey: key),
                        pattern?.matches(subject.id) ?? true
                    else { continue }
                    found.append((key, subject))
                }
                return Asking(
                    DenialPage(
                        store: self, deny: deny, found: found, clock: clock, gathers: gathers))
            } _: {
                try body($0)
            }
        case .set(let member):
            try forEachMember(of: deny.key.literal, member, like: pattern, body)
        case .numbers(let field, _):
            try forEachPage(match: deny.key.glob(), type: "hash") { keys in
                let users = keys.compactMap { key in
                    deny.key.parse(key)?[.user].map { (key, Identifier(stored: $0)) }
                }
                return Asking(
                    DenialNumbers(
                        store: self, field: field, users: users, pattern: pattern, clock: clock))
            } _: {
                try body($0)
            }
        }
    }

    /// Whether many values are had with one command: where all keys are on one server.
    private func gathers(_ deny: DenyStore) -> Bool {
        if case .string = deny.shape { !client.isGroup } else { false }
    }

    /// The type that SCAN is told to look for, which costs it a look at every key: MGET answers
    /// nothing for what is no string.
    private func scannedType(_ deny: DenyStore) -> String? {
        if case .hash = deny.shape { "hash" } else { gathers(deny) ? nil : "string" }
    }

    /// The members of the one set that is the blacklist.
    private func forEachMember(
        of key: [UInt8], _ member: Template, like pattern: IdentifierPattern?,
        _ body: ([ListedDenial]) throws -> Bool
    ) throws {
        try forEachMember(ofSet: key) { members in
            let page = members.compactMap { bytes -> ListedDenial? in
                guard let id = member.parse(bytes)?[.id].map(Identifier.init(stored:)),
                    pattern?.matches(id) ?? true
                else { return nil }
                let denial = TokenState.Denial(entry: DenyEntry(), timeToLive: nil)
                return ListedDenial(id: id, user: nil, denial: denial, expiry: .never)
            }
            return try body(page)
        }
    }

    /// The end of the token for which an entry stands that has this much left: a whole second.
    fileprivate func expiry(_ milliseconds: Int64, at now: Int64) -> Expiry {
        milliseconds < 0 ? .never : .at((now + milliseconds + 500) / 1000 - margin)
    }
}

/// The entries under some keys.
private struct DenialPage: Inquiry {
    let store: TokenStore
    let deny: DenyStore
    let found: [(key: [UInt8], subject: TokenSubject)]
    let clock: ServerClock
    /// Whether many values are had with one command.
    let gathers: Bool

    func commands() throws(StoreError) -> [Command] {
        if gathers { return Self.gathering(found.map(\.key)) }
        var commands: [Command] = []
        for (_, subject) in found { commands += try deny.reading(subject) }
        return commands
    }

    func read(_ exchange: Exchange, _ commands: [Command]) throws(StoreError) -> [ListedDenial] {
        var replies = try store.replies(exchange, to: commands)
        if gathers { replies = try Self.inOrder(replies, count: found.count) }
        let size = replies.count / max(found.count, 1)
        let now = clock.milliseconds
        var page: [ListedDenial] = []
        page.reserveCapacity(found.count)
        for (index, (_, subject)) in found.enumerated() {
            let own = replies[index * size..<(index + 1) * size]
            guard let denial = try deny.denial(own, of: subject, now: now / 1000) else { continue }
            let left = try replies[index * size + 1].asInteger
            page.append(
                ListedDenial(
                    id: subject.id, user: subject.user, denial: denial,
                    expiry: store.expiry(left, at: now)))
        }
        return page
    }

    /// How many values one command fetches: each command costs the server more than a value does,
    /// and a reply must not grow without bounds.
    private static let valuesPerCommand = 100

    /// Asks what `DenyStore.reading` asks of strings, with fewer commands.
    private static func gathering(_ keys: [[UInt8]]) -> [Command] {
        var commands: [Command] = []
        commands.reserveCapacity(keys.count / valuesPerCommand + 1 + keys.count)
        for start in stride(from: 0, to: keys.count, by: valuesPerCommand) {
            let chunk = keys[start..<min(start + valuesPerCommand, keys.count)]
            commands.append(
                Command(arguments: ["MGET"] + chunk.map(Argument.bytes), keyIndex: 1))
        }
        for key in keys { commands.append(Command("PTTL", key: key)) }
        return commands
    }

    /// The replies to `gathering` of `count` keys in the order of those to `DenyStore.reading`.
    private static func inOrder(
        _ replies: [Reply], count: Int
    ) throws(StoreError) -> [Reply] {
        var ordered: [Reply] = []
        ordered.reserveCapacity(count * 2)
        for chunk in replies.prefix(replies.count - count) {
            for value in try chunk.asArray where ordered.count < count * 2 {
                ordered.append(value)
                ordered.append(replies[replies.count - count + ordered.count / 2])
            }
        }
        guard ordered.count == count * 2 else {
            throw .redis(
                .unexpectedReply(
                    expected: "a valid reply to MGET", got: "an array of \(ordered.count / 2)"))
        }
        return ordered
    }
}

/// The entries of lists of numbers, one of which belongs to each user.
private struct DenialNumbers: Inquiry {
    let store: TokenStore
    let field: [UInt8]
    let users: [(key: [UInt8], user: Identifier)]
    let pattern: IdentifierPattern?
    let clock: ServerClock

    func commands() -> [Command] {
        users.flatMap { key, _ in
            [Command("HMGET", key: key, .bytes(field)), Command("PTTL", key: key)]
        }
    }

    func read(_ exchange: Exchange, _ commands: [Command]) throws(StoreError) -> [ListedDenial] {
        let replies = try store.replies(exchange, to: commands)
        var page: [ListedDenial] = []
        for (index, (_, user)) in users.enumerated() {
            let left = try replies[index * 2 + 1].asInteger
            guard let list = try replies[index * 2].asArray.first?.asOptionalBytes else { continue }
            for number in DenyStore.numbers(list) {
                let id = Identifier(stored: number)
                guard pattern?.matches(id) ?? true else { continue }
                let denial = TokenState.Denial(
                    entry: DenyEntry(user: user),
                    timeToLive: left == -1 ? nil : (max(left, 0) + 999) / 1000)
                page.append(
                    ListedDenial(
                        id: id, user: user, denial: denial,
                        expiry: store.expiry(left, at: clock.milliseconds)))
            }
        }
        return page
    }
}
