package import Redis

/// What somebody may want to do with the state of tokens.
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
    /// Every command that can be needed under this layout: those that its stores would send for the
    /// token of a stranger. `stranger` is both its id and its user, and in no key.
    package func requiredCommands(of stranger: Identifier) -> [RequiredCommand] {
        let values = values(of: stranger)
        let clock = [Operation.verify, .revoke, .logoutAll, .issue].compactMap {
            required($0, StoreCommand("TIME"), values)
        }
        let others = allStores.flatMap { store in
            Operation.allCases.flatMap { operation in
                commands(of: store, for: operation, values).compactMap {
                    required(operation, $0, values)
                }
            }
        }
        return (clock + others).uniqued()
    }

    /// None where the store has a key that a token cannot fill.
    private func commands(
        of store: any LayoutStore, for operation: Operation, _ values: TemplateValues
    ) -> [StoreCommand] {
        do throws(StoreError) {
            return try store.commands(for: operation, of: values, in: self)
        } catch {
            return []
        }
    }

    /// nil where the key cannot be made.
    private func required(
        _ operation: Operation, _ command: StoreCommand, _ values: TemplateValues
    ) -> RequiredCommand? {
        let probe: PermissionProbe
        let pattern: String?
        switch command.target {
        case .server:
            probe = PermissionProbe(command.name, key: [], isAbsent: false)
            pattern = nil
        case .key(let template):
            guard let key = render(template, values) else { return nil }
            // Whatever fills a hole is the stranger.
            let isOwn = template.holes.contains { !$0.isVariable }
            probe = PermissionProbe(command.name, key: key, isAbsent: isOwn)
            pattern = "~" + String(decoding: keyPattern(template), as: UTF8.self)
        case .channel(let name):
            probe = PermissionProbe(command.name, key: name, isAbsent: false)
            pattern = "&" + String(decoding: name, as: UTF8.self)
        }
        return RequiredCommand(operation: operation, probe: probe, pattern: pattern)
    }

    /// A token of which every part is `stranger`.
    private func values(of stranger: Identifier) -> TemplateValues {
        var values = TemplateValues(
            TokenSubject(
                id: stranger, user: stranger, details: naming.details.map { _ in stranger.bytes }))
        values.expiry = .at(Expiry.latest)
        values.link = stranger.bytes
        return values
    }

    private func render(_ template: Template, _ values: TemplateValues) -> [UInt8]? {
        do throws(StoreError) {
            return try template.render(values)
        } catch {
            return nil
        }
    }

    /// The native layout's keys share a namespace, so that one pattern does for all of them.
    private func keyPattern(_ template: Template) -> [UInt8] {
        if name == Presets.native, let namespace { return Array("\(namespace):*".utf8) }
        return template.glob()
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
    /// A command of this name on `key` with as many arguments as it wants. `isAbsent` says that
    /// nothing can lie under the key.
    ///
    /// Those that would change something are malformed: Redis refuses them for want of a right
    /// before it looks at what they say, and for what they say afterwards.
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
