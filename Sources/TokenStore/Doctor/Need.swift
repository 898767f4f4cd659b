package import Redis

/// What somebody may want to do with the state of tokens.
package enum Work: String, CaseIterable, Sendable {
    case verify, revoke, restore, issue, list, prune, audit
    case logoutAll = "logout-all"
}

/// A command that some work has to be allowed to run on a key of the layout.
package struct Need: Sendable {
    package let work: Work
    package let rehearsal: Rehearsal
    /// The keys, or the channels, that the right is about, as ACL SETUSER writes them; nil for a
    /// command without a key.
    package let pattern: String?

    /// The command's name in capitals.
    package var command: String { rehearsal.command.name }
}

extension Layout {
    /// Every command that can be needed under this layout, each as it would be sent for a token
    /// and a user that nobody has. What scripts call inside counts: it needs the same rights.
    ///
    /// `stranger` names the token and the user: it must be an id that is in no key.
    func needs(of stranger: Identifier) -> [Need] {
        var needs: [Need] = []
        let values = parts(stranger)
        func add(_ work: Work, _ names: [String], on template: Template?) {
            guard let template, let key = render(template, values) else { return }
            let isOwn = template.holes.contains { $0 == .id || $0 == .user }
            let pattern = "~" + String(decoding: keyPattern(template), as: UTF8.self)
            for name in names {
                needs.append(
                    Need(
                        work: work, rehearsal: Rehearsal(name, key: key, isAbsent: isOwn),
                        pattern: pattern))
            }
        }
        func add(_ work: Work, _ name: String) {
            needs.append(
                Need(work: work, rehearsal: Rehearsal(name, key: [], isAbsent: false), pattern: nil)
            )
        }
        for work in [Work.verify, .revoke, .logoutAll, .issue] { add(work, "TIME") }
        if let deny { addNeeds(of: deny, add) }
        if let allow { addNeeds(of: allow, add) }
        if let list { addNeeds(of: list, add) }
        for cutoff in [userCutoff, globalCutoff].compactMap(\.self) {
            let reads = cutoff.field == nil ? "GET" : "HMGET"
            add(.verify, [reads], on: cutoff.key)
            let own = Script.commands(of: Script.raiseCutoff, on: "KEYS[1]")
                .filter { $0.hasPrefix("H") ? cutoff.field != nil : true }
            add(.logoutAll, ["EVAL"] + own, on: cutoff.key)
        }
        for kept in keptVariables { add(.verify, ["GET"], on: kept.key) }
        add(.verify, ["GET"], on: version?.key)
        add(.logoutAll, ["EVAL", "INCR"], on: version?.key)
        add(.verify, [ban?.member == nil ? "EXISTS" : "SISMEMBER"], on: ban?.key)
        if can(.listUsers) || can(.listRevoked) { add(.list, "SCAN") }
        if let auditKey {
            add(.audit, ["XADD", "XRANGE", "XREVRANGE"], on: Template(literal: auditKey))
        }
        if let channel {
            let name = String(decoding: channel, as: UTF8.self)
            needs.append(
                Need(
                    work: .audit, rehearsal: Rehearsal("PUBLISH", key: channel, isAbsent: false),
                    pattern: "&" + name))
        }
        return needs.uniqued()
    }

    private typealias Add = (Work, [String], Template?) -> Void

    private func addNeeds(of deny: DenyStore, _ add: Add) {
        let isPlain = deny.plainValue != nil
        // An id that its user's list lacks is looked up on the blacklist.
        let readers: [Work] = list == nil ? [.verify] : [.verify, .revoke]
        switch deny.shape {
        case .string(_, let match):
            for work in readers { add(work, ["GET", "PTTL"], deny.key) }
            add(.list, ["MGET"], deny.key)
            let script = match == .exists ? Script.extendDenial : Script.denyCompared
            add(
                .revoke, (isPlain ? ["SET"] : []) + ["EVAL"] + Script.commands(of: script), deny.key
            )
            add(.restore, ["DEL"], deny.key)
        case .hash(_, let beside):
            for work in readers { add(work, ["HMGET", "PTTL"], deny.key) }
            add(.revoke, ["EVAL"] + Script.commands(of: Script.denyHash), deny.key)
            add(.restore, ["DEL"], deny.key)
            for work in readers { add(work, ["SISMEMBER"], beside?.key) }
            add(.revoke, ["SADD"], beside?.key)
            add(.restore, ["SREM"], beside?.key)
        case .set:
            for work in readers { add(work, ["SISMEMBER"], deny.key) }
            add(.revoke, ["SADD"], deny.key)
            add(.restore, ["SREM"], deny.key)
            add(.list, ["SSCAN"], deny.key)
        case .numbers:
            for work in readers { add(work, ["HMGET", "PTTL"], deny.key) }
            add(.revoke, ["EVAL"] + Script.commands(of: Script.denyNumber), deny.key)
            add(.restore, ["EVAL"] + Script.commands(of: Script.allowNumber), deny.key)
        }
    }

    private func addNeeds(of allow: AllowStore, _ add: Add) {
        add(.verify, ["GET"], allow.key)
        add(.revoke, ["EVAL"] + Script.commands(of: Script.disallow), allow.key)
        if allow.value != nil {
            add(.issue, ["EVAL"] + Script.commands(of: Script.recordAlone), allow.key)
        }
        for link in allow.links {
            add(.revoke, ["DEL"], link.key)
            if let wild = link.wild { add(.revoke, wild.field == nil ? [] : ["HGET"], wild.key) }
        }
    }

    private func addNeeds(of list: ListStore, _ add: Add) {
        // An id whose user is given is looked up on the list.
        for work in [Work.verify, .revoke] {
            add(work, ["ZSCORE"], list.key)
            add(work, ["HGET"], list.details)
        }
        add(.issue, ["EVAL"] + Script.commands(of: Script.record, on: "KEYS[1]"), list.key)
        add(.issue, Script.commands(of: Script.record, on: "meta"), list.details)
        let unlists = ["EVAL"] + Script.commands(of: Script.unlist, on: "KEYS[1]")
        for work in [Work.revoke, .logoutAll] {
            add(work, unlists, list.key)
            add(work, Script.commands(of: Script.unlist, on: "meta"), list.details)
        }
        for work in [Work.list, .logoutAll] {
            add(work, ["ZRANGE"], list.key)
            add(work, ["HMGET"], list.details)
        }
        add(.list, ["ZCOUNT"], list.key)
        add(.prune, ["EVAL", "ZCOUNT", "PTTL"], list.key)
        add(.prune, Script.commands(of: Script.prune, on: "KEYS[1]"), list.key)
        add(.prune, Script.commands(of: Script.prune, on: "meta"), list.details)
    }
}

extension Layout {
    /// A token of which every part is `stranger`.
    private func parts(_ stranger: Identifier) -> TemplateValues {
        TemplateValues(
            TokenSubject(
                id: stranger, user: stranger, details: naming.details.map { _ in stranger.bytes }))
    }

    /// nil where the key can't be made of an id and a user alone.
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

extension Script {
    /// The commands that a script calls, each once; `on` narrows them to those on this key, and on
    /// each key in turn.
    static func commands(of script: String, on key: String? = nil) -> [String] {
        var names: [String] = []
        for call in script.components(between: "redis.call(", and: ")") {
            let parts = call.split(separator: ",").map { $0.drop { $0 == " " } }
            guard let quoted = parts.first, quoted.count > 2 else { continue }
            if let key, parts.count < 2 || parts[1] != key && parts[1] != "key" { continue }
            let name = String(quoted.dropFirst().dropLast())
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension String {
    /// The texts between each `start` and the `end` that follows it.
    fileprivate func components(between start: String, and end: Character) -> [Substring] {
        var found: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: start) {
            rest = rest[range.upperBound...]
            found.append(rest.prefix { $0 != end })
        }
        return found
    }
}

extension [Need] {
    /// Each command once for each work and pattern.
    fileprivate func uniqued() -> [Need] {
        var seen: Set<String> = []
        return filter { need in
            seen.insert("\(need.work) \(need.command) \(need.pattern ?? "")").inserted
        }
    }
}

extension TokenStore {
    /// What the layout needs, for a token that nobody has, and what replicas have to be asked.
    package func needs() throws(StoreError) -> [Need] {
        let needs = layout.needs(of: try Self.stranger())
        guard try asksReplicas else { return needs }
        return needs + [
            Need(
                work: .revoke, rehearsal: Rehearsal("WAIT", key: [], isAbsent: false), pattern: nil)
        ]
    }

    /// An id that is in no key.
    private static func stranger() throws(StoreError) -> Identifier {
        var generator = SystemRandomNumberGenerator()
        let number = [generator.next(), generator.next()].map { String($0, radix: 16) }.joined()
        return Identifier(stored: Array("doctor-\(number)".utf8))
    }
}
