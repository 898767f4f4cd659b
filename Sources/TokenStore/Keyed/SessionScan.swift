internal import JSON
internal import Redis

/// A token that came to light, or what is left of one.
struct Sighting {
    let user: Identifier
    /// nil for what has no key among the tokens': a refresh token, say.
    let subject: TokenSubject?
    /// What it is known by among its like.
    let name: [UInt8]
    /// When the token's own key ends, where that was asked; nil for one that is gone.
    var end: Expiry?
    /// What is done once the token's own key is gone, so that it is not found again.
    var traces: [Command] = []
}

/// What a page of keys told.
struct SightingPage {
    var sightings: [Sighting] = []
    /// Values that nobody could read, so that nobody knows whose they are.
    var unreadable = 0
}

/// Looks for the tokens that have a key of their own: of one user, or of all.
///
/// Nothing here changes anything. Everything goes through SCAN, and what comes back is parsed
/// exactly: user `bob` never meets `bobby`.
struct TokenFinder {
    let store: TokenStore
    let allow: AllowStore
    let index: IndexStore
    /// nil: everybody.
    let user: Identifier?
    /// Which users are meant where nobody is named.
    var pattern: IdentifierPattern?
    /// Whether to ask when the tokens' own keys end.
    var asksEnds = false
    /// Values of the allow store that are the user's, for tokens that say nothing.
    var objects: Set<[UInt8]> = []

    init?(_ store: TokenStore, user: Identifier?, like pattern: IdentifierPattern? = nil) {
        guard let allow = store.layout.allow, let index = store.layout.index else { return nil }
        self.store = store
        self.allow = allow
        self.index = index
        self.user = user
        self.pattern = pattern
    }

    private var layout: Layout { store.layout }

    /// Hands on page after page until `body` says to stop; a token may come more than once.
    func forEachPage(_ body: @escaping (SightingPage) throws -> Bool) throws {
        switch index.kind {
        case .keys(let template, _, _) where allow.isShared:
            try scan(template, type: "string", body) { keys in self.readHolders(keys, template) }
        case .keys(let template, let path, _):
            // What could be anybody's key is passed over where it is of another type.
            try scan(template, type: path.isEmpty ? nil : "string", body) {
                keys throws(StoreError) in
                let page = self.sightings(keys, template)
                return path.isEmpty
                    ? .done(page) : self.confirm(page, keys: keys, template, path)
            }
        case .values(let path):
            try scan(allow.key, type: "string", body) { keys in self.readValues(keys, path) }
        case .hashes(let template, let field):
            try scan(template, type: nil, body) { keys in
                self.readHashes(keys, template, field)
            }
        case .set(let template):
            guard let user else {
                return try scan(template, type: "set", body) { keys in
                    self.readSets(keys, template)
                }
            }
            try forEachMember(
                of: try template.render(TemplateValues(TokenSubject(id: user, user: user))), user,
                body)
        case .tokens(let places):
            let others = user == nil ? [] : places.also + places.kin.prefix(1)
            for template in [allow.key] + others {
                var isGoingOn = true
                try scan(template, type: "string") { page in
                    isGoingOn = try body(page)
                    return isGoingOn
                } work: { keys in
                    self.readTokens(keys, template, places)
                }
                if !isGoingOn { return }
            }
        }
    }

    private func scan(
        _ template: Template, type: String?,
        _ body: @escaping (SightingPage) throws -> Bool,
        work: @escaping ([[UInt8]]) throws(StoreError) -> Step<SightingPage>
    ) throws {
        try store.forEachPage(
            match: template.glob(user: user, like: pattern, in: [.user]), type: type,
            once: user == nil,
            work: { keys throws(StoreError) in try work(keys).then(self.describe) }, body)
    }

    /// Asks when the tokens' own keys end.
    func describe(_ page: SightingPage) throws(StoreError) -> Step<SightingPage> {
        guard asksEnds else { return .done(page) }
        let known = page.sightings.filter { $0.subject != nil }
        let commands = try known.compactMapping { sighting throws(StoreError) in
            try sighting.subject.map { subject throws(StoreError) in
                Command("PTTL", key: try allow.key.render(TemplateValues(subject)))
            }
        }
        guard !commands.isEmpty else { return .done(page) }
        // A cluster's keys are on several clocks, which agree to the second or nothing does.
        return .send([Command("TIME")] + commands) { exchange throws(StoreError) in
            let replies = try store.replies(exchange, to: [Command("TIME")] + commands)
            let now = try store.seconds(replies[0])
            let others = page.sightings.filter { $0.subject == nil }
            var page = SightingPage(sightings: known + others, unreadable: page.unreadable)
            for index in known.indices {
                let left = try StoreError.wrapping { () throws(RedisError) in
                    try replies[index + 1].integer()
                }
                page.sightings[index].end =
                    left == -2 ? nil : left < 0 ? .never : .at(now + (left + 999) / 1000)
            }
            return .done(page)
        }
    }

    /// Whether the owner of a token is among those that are meant.
    private func admits(_ owner: Identifier) -> Bool {
        user.map { $0 == owner } ?? pattern?.matches(owner) ?? true
    }

    /// The user whom a key names, and what else it tells.
    private func parse(
        _ key: [UInt8], _ template: Template
    ) -> (user: Identifier, holes: [Template.Hole: [UInt8]])? {
        if let user { return template.parse(key, of: user).map { (user, $0) } }
        guard let holes = template.parse(key),
            let owner = holes[.user].flatMap(Identifier.init(found:)), admits(owner)
        else { return nil }
        return (owner, holes)
    }

    // MARK: keys

    private func sightings(_ keys: [[UInt8]], _ template: Template) -> SightingPage {
        SightingPage(
            sightings: keys.compactMap { self.sighting($0, template) },
            unreadable: ambiguous(keys, template))
    }

    /// How many keys may be the user's, and as well another's. They are left alone, and nobody may
    /// say that all was found.
    private func ambiguous(_ keys: [[UInt8]], _ template: Template) -> Int {
        user.map { user in keys.count { template.isAmbiguous($0, of: user) } } ?? 0
    }

    private func sighting(_ key: [UInt8], _ template: Template) -> Sighting? {
        guard let (owner, holes) = parse(key, template),
            let told = holes[.id] == nil ? allow.key.parse(key) : holes,
            let subject = layout.subject(of: told)?.of(owner)
        else { return nil }
        var sighting = Sighting(user: owner, subject: subject, name: subject.id.bytes)
        if case .keys(_, _, isTrace: true) = index.kind {
            sighting.traces = [.eval(Script.deleteString, keys: [key], [])]
        }
        return sighting
    }

    /// Keeps those in whose JSON the id stands at the end of `path`.
    private func confirm(
        _ page: SightingPage, keys: [[UInt8]], _ template: Template, _ path: [JSONString]
    ) -> Step<SightingPage> {
        let known = keys.filter { self.sighting($0, template) != nil }
        return values(of: known) { values in
            let confirmed = zip(page.sightings, values).filter { sighting, value in
                value.flatMap { LooseJSON.text(of: $0, at: path) } == sighting.name
            }
            return SightingPage(
                sightings: confirmed.map(\.0), unreadable: page.unreadable)
        }
    }

    /// Keys of users, each with the user's only token.
    private func readHolders(_ keys: [[UInt8]], _ template: Template) -> Step<SightingPage> {
        let known = keys.compactMap { key in parse(key, template).map { (key, $0.user) } }
        return values(of: known.map(\.0)) { values in
            var page = SightingPage()
            for ((_, owner), value) in zip(known, values) {
                guard let value else { continue }
                guard let subject = store.subject(ofValue: value, in: allow) else {
                    page.unreadable += 1
                    continue
                }
                page.sightings.append(
                    Sighting(user: owner, subject: subject.of(owner), name: subject.id.bytes))
            }
            return page
        }
    }

    // MARK: values

    private func readValues(_ keys: [[UInt8]], _ path: [JSONString]) -> Step<SightingPage> {
        let known = keys.compactMap { key -> (key: [UInt8], subject: TokenSubject)? in
            guard let holes = allow.key.parse(key), let subject = layout.subject(of: holes) else {
                return nil
            }
            return (key, subject)
        }
        return values(of: known.map(\.key)) { values in
            var page = SightingPage()
            for (known, value) in zip(known, values) {
                guard let value, !allow.isDead(value) else { continue }
                let isJSON = !path.isEmpty || allow.valueCodec == .json
                let name = isJSON ? LooseJSON.text(of: value, at: path) : value
                guard let owner = name.flatMap(Identifier.init(found:)) else {
                    page.unreadable += 1
                    continue
                }
                guard admits(owner) else { continue }
                page.sightings.append(
                    Sighting(
                        user: owner, subject: known.subject.of(owner),
                        name: known.subject.id.bytes))
            }
            return page
        }
    }

    // MARK: hashes

    private func readHashes(
        _ keys: [[UInt8]], _ template: Template, _ field: [UInt8]
    ) -> Step<SightingPage> {
        let known = keys.compactMap { key in parse(key, template).map { (key, $0.user) } }
        let commands = known.map { key, _ in Command("HGET", key: key, .bytes(field)) }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try store.replies(exchange, to: commands)
            var page = SightingPage(sightings: [], unreadable: ambiguous(keys, template))
            for ((key, owner), reply) in zip(known, replies) {
                let id = try StoreError.wrapping { () throws(RedisError) in
                    try reply.optionalBytes()
                }
                // One without a token of its own can still bring forth another.
                let name = id ?? []
                let subject = Identifier(found: name).map { TokenSubject(id: $0, user: owner) }
                page.sightings.append(
                    Sighting(
                        user: owner, subject: subject, name: name,
                        traces: [
                            .eval(
                                Script.deleteIfField, keys: [key], [.bytes(field), .bytes(name)])
                        ]))
            }
            return .done(page)
        }
    }

    // MARK: sets

    /// The members of one user's set, page by page.
    private func forEachMember(
        of key: [UInt8], _ user: Identifier, _ body: (SightingPage) throws -> Bool
    ) throws {
        try store.forEachMember(ofSet: key) { members in
            let page = SightingPage(
                sightings: members.compactMap { self.sighting(member: $0, of: key, user) })
            return try body(try store.resolve(try describe(page)))
        }
    }

    private func sighting(
        member: [UInt8], of key: [UInt8], _ user: Identifier
    ) -> Sighting? {
        guard let subject = allow.key.parse(member).flatMap(layout.subject(of:)) else { return nil }
        return Sighting(
            user: user, subject: subject.of(user), name: member,
            traces: [Command("SREM", key: key, .bytes(member))])
    }

    private func readSets(_ keys: [[UInt8]], _ template: Template) -> Step<SightingPage> {
        let known = keys.compactMap { key in parse(key, template).map { (key, $0.user) } }
        let commands = known.map { key, _ in Command("SMEMBERS", key: key) }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try store.replies(exchange, to: commands)
            var page = SightingPage()
            for ((key, owner), reply) in zip(known, replies) {
                let members = try StoreError.wrapping { () throws(RedisError) in
                    try reply.byteStrings()
                }
                page.sightings += members.compactMap { self.sighting(member: $0, of: key, owner) }
            }
            return .done(page)
        }
    }

    // MARK: tokens

    private func readTokens(
        _ keys: [[UInt8]], _ template: Template, _ places: TokenIndex
    ) -> Step<SightingPage> {
        var page = SightingPage()
        var silent: [(key: [UInt8], subject: TokenSubject)] = []
        for key in keys {
            guard let id = template.parse(key)?[.id].flatMap(Identifier.init(found:)) else {
                continue
            }
            let isKin = places.kin.first == template
            let subject = store.subject(ofToken: id.bytes)
            if let subject, let owner = subject.user {
                guard admits(owner) else { continue }
                page.sightings.append(
                    Sighting(
                        user: owner, subject: isKin ? nil : subject, name: id.bytes,
                        traces: isKin ? kin(id, owner, places) : []))
            } else if user != nil, template == allow.key {
                silent.append((key, subject ?? TokenSubject(id: id, user: nil)))
            }
        }
        guard let user, !silent.isEmpty, !objects.isEmpty else { return .done(page) }
        return values(of: silent.map(\.key)) { values in
            for (known, value) in zip(silent, values) {
                guard let value, objects.contains(value) else { continue }
                page.sightings.append(
                    Sighting(
                        user: user, subject: known.subject.of(user), name: known.subject.id.bytes))
            }
            return page
        }
    }

    /// Takes away all keys of a token of another kind, the one that it is found by last.
    private func kin(_ id: Identifier, _ owner: Identifier, _ places: TokenIndex) -> [Command] {
        let values = TemplateValues(TokenSubject(id: id, user: owner))
        do throws(StoreError) {
            return try places.kin.reversed().map { template throws(StoreError) in
                .eval(Script.deleteString, keys: [try template.render(values)], [])
            }
        } catch {
            return []
        }
    }

    /// The sets or lists that hold the user's values, and what they hold.
    func readObjects() throws -> [(key: [UInt8], value: [UInt8])] {
        guard case .tokens(let places) = index.kind, let template = places.objects, let user else {
            return []
        }
        var keys: [[UInt8]] = []
        try store.forEachPage(match: template.glob(user: user), type: nil, once: true) { keys in
            .done(keys.filter { template.parse($0, of: user) != nil })
        } _: {
            keys += $0
            return true
        }
        let types = try store.pipeline(keys.map { Command("TYPE", key: $0) })
        var found: [(key: [UInt8], value: [UInt8])] = []
        for (key, type) in zip(keys, types) {
            let name = try StoreError.wrapping { () throws(RedisError) in try type.text() }
            let command: Command
            switch name {
            case "none": continue
            case "list": command = Command("LRANGE", key: key, 0, -1)
            case "zset": command = Command("ZRANGE", key: key, 0, -1)
            default: command = Command("SMEMBERS", key: key)
            }
            let reply = try store.call(command)
            let values = try StoreError.wrapping { () throws(RedisError) in
                try reply.byteStrings()
            }
            found += values.map { (key, $0) }
        }
        return found
    }

    /// The values of strings, nil where one is gone.
    private func values(
        of keys: [[UInt8]], _ body: @escaping ([[UInt8]?]) -> SightingPage
    ) -> Step<SightingPage> {
        let commands = keys.map { Command("GET", key: $0) }
        return .send(commands) { exchange throws(StoreError) in
            let replies = try store.replies(exchange, to: commands)
            let values = try StoreError.wrapping { () throws(RedisError) in
                try replies.map { reply throws(RedisError) in try reply.optionalBytes() }
            }
            return .done(body(values))
        }
    }
}

extension AllowStore {
    /// Whether a value stands for a token that was ended in place.
    func isDead(_ value: [UInt8]) -> Bool {
        if case .noneOf(let values) = match { values.contains(value) } else { false }
    }
}

extension TokenStore {
    /// The token that a value of the allow store is, or names.
    func subject(ofValue value: [UInt8], in allow: AllowStore) -> TokenSubject? {
        guard case .equals(let template) = allow.match, let holes = template.parse(value) else {
            return nil
        }
        for (hole, text) in holes {
            if case .detail(let index) = hole, layout.naming.details[index] == .token {
                return subject(ofToken: text)
            }
        }
        return layout.subject(of: holes)
    }

    /// What a token's own claims say of it; nil where it says nothing that this layout understands.
    func subject(ofToken text: [UInt8]) -> TokenSubject? {
        guard let claims = claims(text) else { return nil }
        do {
            return try layout.naming.subject(
                of: Naming.Parts(text: text, claims: claims, contentIdentifier: { "" }))
        } catch {
            return nil
        }
    }
}
