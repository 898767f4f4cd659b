package import Redis

/// What can be done with the state of tokens, as far as it needs permissions of its own.
package enum Operation: String, CaseIterable, Sendable {
    case verify, revoke, restore, issue, list, prune, audit
    case logoutAll = "logout-all"
}

/// A command that the Redis user has to be allowed to run for an operation.
package struct RequiredCommand: Sendable {
    package let operation: Operation
    package let probe: PermissionProbe
    /// The keys, or the channel, that the permission is about, as ACL SETUSER takes them; nil for a
    /// command without a key.
    package let pattern: String?

    package init(operation: Operation, probe: PermissionProbe, pattern: String?) {
        self.operation = operation
        self.probe = probe
        self.pattern = pattern
    }

    /// The command's name in capitals.
    package var command: String { probe.command.name }
}

extension Layout {
    /// Every command that can be needed under this layout, as its stores would send it for the
    /// token of a stranger. `stranger` is both its id and its user, and in no key.
    ///
    /// `isOneServer` is false for a Cluster, and for servers behind Sentinels: there, other
    /// commands list the blacklist.
    package func requiredCommands(
        of stranger: Identifier, isOneServer: Bool = true
    ) -> [RequiredCommand] {
        var values = TemplateValues(
            TokenSubject(
                id: stranger, user: stranger, details: naming.details.map { _ in stranger.bytes }))
        values.expiry = .at(Expiry.latest)
        values.link = stranger.bytes
        return Operation.allCases.flatMap { operation in
            let demand = Demand(
                operation: operation, layout: self, stranger: values, isOneServer: isOneServer)
            return demand.commands.compactMap { required($0, demand) }
        }.uniqued()
    }

    /// The permission for a command; nil if its key cannot be made.
    private func required(_ command: StoreCommand, _ demand: Demand) -> RequiredCommand? {
        let probe: PermissionProbe
        let pattern: String?
        switch command.target {
        case .server:
            probe = PermissionProbe(command.name, key: [], isAbsent: false)
            pattern = nil
        case .key(let template):
            guard let key = demand.key(template) else { return nil }
            // A key with the stranger in it cannot exist.
            let isOwn = template.holes.contains { !$0.isVariable }
            probe = PermissionProbe(command.name, key: key, isAbsent: isOwn)
            pattern = "~" + String(decoding: keyPattern(template), as: UTF8.self)
        case .channel(let name):
            probe = PermissionProbe(command.name, key: name, isAbsent: false)
            pattern = "&" + String(decoding: name, as: UTF8.self)
        }
        return RequiredCommand(operation: demand.operation, probe: probe, pattern: pattern)
    }

    /// The native layout's keys share a namespace, so that one pattern does for all of them.
    private func keyPattern(_ template: Template) -> [UInt8] {
        if name == Presets.native, let namespace { return Array("\(namespace):*".utf8) }
        return template.glob()
    }
}

/// One operation under one layout. Each store says which commands the operation sends because of
/// the store.
///
/// The properties say what the jobs of `TokenStore` do in an operation, so that a store need not
/// know the jobs: `judgesTokens` is `StatesJob`, `recordsTokens` is `RecordJob`.
struct Demand {
    let operation: Operation
    let layout: Layout
    /// A token whose id, user and claims are all one text, which is in no key.
    let stranger: TemplateValues
    /// Whether one server has all keys, so that one command may be about many of them.
    let isOneServer: Bool

    /// Whether all that Redis has about one token is read: to judge the token, to read a revocation
    /// back, to see whether one may be undone, and for each session key that a search has found. A
    /// logout leaves out sessions that are on the blacklist.
    var judgesTokens: Bool {
        switch operation {
        case .verify, .revoke, .restore: true
        case .list: listsTokens && layout.index != nil
        case .logoutAll: layout.index != nil && layout.deny != nil
        case .issue, .prune, .audit: false
        }
    }

    /// Whether the tokens of users are listed.
    var listsTokens: Bool { operation == .list && layout.can(.listTokens) }

    /// Whether a token is put where its application accepts it. It is not if it is on the
    /// blacklist.
    var recordsTokens: Bool {
        (operation == .issue || operation == .restore) && layout.can(.record)
    }

    /// Whether tokens are revoked one by one.
    var revokesTokens: Bool {
        operation == .revoke
            || operation == .logoutAll && (layout.list != nil || layout.index != nil)
    }

    /// Whether the layout has what the operation is about. If not, it is refused before anything is
    /// sent.
    private var isPossible: Bool {
        switch operation {
        case .verify, .revoke: true
        case .restore: layout.can(.restore)
        case .issue: layout.can(.record)
        case .list: layout.can(.listTokens) || layout.can(.listRevoked)
        case .prune: layout.can(.prune)
        case .audit: layout.tellsChanges
        case .logoutAll: layout.can(.logoutAll) || layout.can(.logoutEveryone)
        }
    }

    /// Every operation reads the clock of Redis, except that an entry of the audit log is dated by
    /// the server itself.
    fileprivate var commands: [StoreCommand] {
        guard isPossible else { return [] }
        let clock = operation == .audit ? [] : [StoreCommand("TIME")]
        return layout.allStores.reduce(clock) { $0 + commands(of: $1) }
    }

    /// None if the store has a text that the stranger cannot fill.
    private func commands(of store: any LayoutStore) -> [StoreCommand] {
        do throws(StoreError) {
            return try store.commands(self)
        } catch {
            return []
        }
    }

    /// A key of the template, with the stranger in the holes that the layout leaves open; nil if no
    /// key can be made.
    func key(_ template: Template) -> [UInt8]? {
        let parts = template.parts.map { part -> Template.Part in
            if case .hole(.any, let filters) = part { .hole(.id, filters) } else { part }
        }
        do throws(StoreError) {
            return try Template(parts, codec: template.codec).render(stranger)
        } catch {
            return nil
        }
    }

    /// Each command with the one of `templates` that makes its key for the stranger, and with the
    /// commands that its script calls.
    func placed(_ commands: [Command], on templates: [Template]) -> [StoreCommand] {
        commands.flatMap { command -> [StoreCommand] in
            guard let template = templates.first(where: { key($0) == command.key }) else {
                return []
            }
            return [command].on(template)
        }
    }
}

extension [RequiredCommand] {
    /// Each command once for each operation and pattern.
    fileprivate func uniqued() -> [RequiredCommand] {
        var seen: Set<String> = []
        return filter { one in
            seen.insert("\(one.operation) \(one.command) \(one.pattern ?? "")").inserted
        }
    }
}

extension PermissionProbe {
    /// A command of this name on `key`, with the number of arguments that Redis requires. `isAbsent`
    /// is whether the key cannot exist.
    ///
    /// A command that would change something is malformed if possible. Redis checks permissions
    /// before arguments, so that the error says whether the command is permitted, and nothing is
    /// changed in any case.
    package init(_ name: String, key: [UInt8], isAbsent: Bool) {
        func on(_ rest: Argument...) -> Command {
            Command(arguments: [.text(name), .bytes(key)] + rest, keyIndex: 1)
        }
        switch name {
        case "WAIT": self.init(Command("WAIT", 0, 0), isHarmless: true)
        case "TIME": self.init(Command("TIME"), isHarmless: true)
        case "SCAN": self.init(Command("SCAN", 0, "COUNT", 1), isHarmless: true)
        case "EVAL": self.init(.eval("return 1", keys: [key], []), isHarmless: true)
        case "GET", "MGET", "PTTL", "TYPE", "EXISTS", "SMEMBERS": self.init(on(), isHarmless: true)
        case "HGET", "HMGET", "ZSCORE", "SISMEMBER": self.init(on("x"), isHarmless: true)
        case "SSCAN": self.init(on(0), isHarmless: true)
        case "ZRANGE", "LRANGE", "ZRANGEBYSCORE", "ZCOUNT": self.init(on(0, 0), isHarmless: true)
        case "XRANGE": self.init(on("-", "+", "COUNT", 1), isHarmless: true)
        case "XREVRANGE": self.init(on("+", "-", "COUNT", 1), isHarmless: true)
        // Without BLOCK it does not wait. A log may have 100,000 entries: one is read.
        case "XREAD":
            self.init(
                Command(
                    arguments: [.text(name), "COUNT", 1, "STREAMS", .bytes(key), "0-0"],
                    keyIndex: 4),
                isHarmless: true)
        // No such option, no numbers, a field without a value, no such id.
        case "SET": self.init(on("x", "NOTHING"), isHarmless: true)
        case "EXPIREAT", "PEXPIRE": self.init(on("x"), isHarmless: true)
        case "ZADD": self.init(on("x", "x"), isHarmless: true)
        case "HSET": self.init(on("x", "x", "x"), isHarmless: true)
        case "LREM": self.init(on("x", "x"), isHarmless: true)
        case "XADD": self.init(on("x", "x", "x"), isHarmless: true)
        case "DEL", "PERSIST", "INCR":
            self.init(on(), isHarmless: isAbsent && name != "INCR")
        case "ZREM", "SREM", "HDEL": self.init(on("x"), isHarmless: isAbsent)
        case "HSETNX": self.init(on("x", "x"), isHarmless: false)
        case "SADD", "PUBLISH": self.init(on("x"), isHarmless: false)
        default: preconditionFailure("no dry run of the command \(name)")
        }
    }
}
