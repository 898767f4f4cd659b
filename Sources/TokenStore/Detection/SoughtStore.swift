/// A store of a layout that is looked for by its keys.
struct SoughtStore {
    let role: DetectedLayout.Role
    /// The key with the layout's variables open, and as they are by default.
    let open: Template
    let closed: Template?
    let probe: KeyProbe

    /// The key with the one variable open that stands right before the id, and the others as they are
    /// by default; nil where that is no other than `open` or `closed`.
    func joined(_ layout: Layout) -> Template? {
        guard let closed, open.codec == .raw, closed.codec == .raw, open.parts.count > 2,
            closed.parts.count == 2, let text = closed.parts[0].literal,
            open.parts.last == .hole(.id, []), closed.parts[1] == .hole(.id, []),
            case .variable(let name)? = open.parts[open.parts.count - 2].hole,
            let value = layout.variable(name),
            text.suffix(value.utf8.count).elementsEqual(value.utf8)
        else { return nil }
        let head = Array(text.dropLast(value.utf8.count))
        guard !head.isEmpty else { return nil }
        return Template([.literal(head), .hole(.variable(name), []), .hole(.id, [])])
    }

    /// Everything that a layout keeps under keys of its own.
    static func all(_ open: Layout, closed: Layout?) -> [SoughtStore] {
        var stores: [SoughtStore] = []
        func add(
            _ role: DetectedLayout.Role, _ template: Template?, _ own: Template?, _ probe: KeyProbe
        ) {
            guard let template else { return }
            stores.append(SoughtStore(role: role, open: template, closed: own, probe: probe))
        }
        let isByText = open.naming.isByText
        if let deny = open.deny {
            add(.deny, deny.key, closed?.deny?.key, probe(deny, closed?.deny, open.naming))
            if case .hash(_, let beside?) = deny.shape {
                var own: Template?
                if case .hash(_, let member)? = closed?.deny?.shape { own = member?.key }
                add(.link, beside.key, own, .set(beside.member, isByText: isByText))
            }
        }
        if let allow = open.allow {
            add(.allow, allow.key, closed?.allow?.key, probe(allow, closed?.allow, open.index))
            for (number, link) in allow.links.enumerated() {
                add(.link, link.key, closed?.allow?.links[number].key, .anything)
            }
        }
        if let list = open.list {
            add(
                .list, list.key, closed?.list?.key, .sortedSet(list.member, isByText: isByText))
            add(.details, list.details, closed?.list?.details, .anything)
        }
        if let index = open.index?.kind, let allow = open.allow {
            let own = closed?.index?.kind.keys
            for (role, place, probe) in index.ownProbes(allow, isByText: isByText) {
                add(role, index.keys[place], own?[place], probe)
            }
        }
        for cutoff in [
            (open.userCutoff, closed?.userCutoff), (open.globalCutoff, closed?.globalCutoff),
        ] {
            add(.cutoff, cutoff.0?.key, cutoff.1?.key, .number(field: cutoff.0?.field))
        }
        add(.version, open.version?.key, closed?.version?.key, .number(field: nil))
        if let ban = open.ban {
            add(
                .ban, ban.key, closed?.ban?.key,
                ban.member.map { .set($0, isByText: false) } ?? .anything)
        }
        for kept in open.keptVariables {
            let own = closed?.keptVariables.first { $0.name == kept.name }
            add(.variable, kept.key, own?.key, .variable(kept))
        }
        if let key = closed?.auditKey {
            let template = Template(literal: key)
            add(.audit, template, template, .stream)
        }
        return stores
    }

    private static func probe(
        _ deny: DenyStore, _ closed: DenyStore?, _ naming: Naming
    ) -> KeyProbe {
        switch deny.shape {
        case .string(_, .phpValidUntil): return .php
        case .string(_, .railsEntry): return .rails
        case .string(let open, _):
            let hasEnd = deny.life != .none && deny.withoutExpiry != .persist
            let holdsToken = open.holes.contains { hole in
                if case .detail(let index) = hole { naming.details[index] == .token } else { false }
            }
            if holdsToken { return .token(hasEnd: hasEnd) }
            var own: Template?
            if case .string(let value, _)? = closed?.shape { own = value }
            return .string(closed: own, open: open, hasEnd: hasEnd)
        case .hash(let fields, _): return .hash(fields.map { ($0.name, $0.value) })
        case .set(let member): return .set(member, isByText: naming.isByText)
        case .numbers(let field, _): return .numbers(field: field)
        }
    }

    private static func probe(
        _ allow: AllowStore, _ closed: AllowStore?, _ index: IndexStore?
    ) -> KeyProbe {
        if case .equals(let value)? = closed?.match, value.holes.isEmpty {
            return .allowed(value.literal)
        }
        return index?.kind.tokenProbe(allow) ?? .allowed(nil)
    }
}
