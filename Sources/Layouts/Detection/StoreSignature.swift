package import Redis

/// The form of the keys of one store, and how their values are recognized.
struct StoreSignature {
    let role: DetectedLayout.Role
    /// The key with the layout's variables open.
    let open: Template
    /// The key with the defaults of the variables; nil if one of them has none.
    let closed: Template?
    let probe: any ValueProbe

    init(
        _ role: DetectedLayout.Role, _ open: Template, _ closed: Template?, _ probe: any ValueProbe
    ) {
        self.role = role
        self.open = open
        self.closed = closed
        self.probe = probe
    }

    /// The signatures of everything that a layout keeps under keys of its own. `open` has its
    /// variables open, `closed` has their defaults.
    static func all(_ open: Layout, closed: Layout?) -> [StoreSignature] {
        open.allStores.flatMap { $0.signatures(in: open, closed: closed) }
    }

    /// The key with only one variable open, the one directly before the id; nil if that is the same
    /// as `open` or `closed`. Prefixes that differ between installations are found by it.
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
}

/// Recognizes the values that a layout keeps under its keys.
///
/// A probe asks one question about a key, which changes nothing and reads at most a kilobyte. A key
/// of another type answers it with an error, which is as good an answer.
package protocol ValueProbe: Sendable {
    /// Whether the value alone tells keys of the layout from others.
    var isSelective: Bool { get }
    /// Whether a key that never expires cannot be one of the layout's.
    var requiresEnd: Bool { get }
    /// The question about the value; nil if the layout accepts any value.
    func look(at key: [UInt8]) -> Command?
    /// Judges the reply to `look`, which is no error.
    func judge(_ value: Reply) -> ProbeFinding
}

extension ValueProbe {
    var requiresEnd: Bool { false }

    /// The question, and when the key expires.
    package func commands(_ key: [UInt8]) -> [Command] {
        [look(at: key), Command("PTTL", key: key)].compactMap(\.self)
    }

    /// Judges the replies to `commands`; nil is a reply that did not come.
    package func judge(_ replies: ArraySlice<Reply?>) -> ProbeFinding {
        guard let life = replies.last ?? nil, let first = replies.first ?? nil else {
            return ProbeFinding(.gone)
        }
        for case .error(let error)? in replies {
            return ProbeFinding(
                error.kind == .wrongType
                    ? .mistyped : error.kind == .noPermission ? .refused : .gone)
        }
        guard life != .integer(-2) else { return ProbeFinding(.gone) }
        if requiresEnd, life == .integer(-1) { return ProbeFinding(.differs) }
        return judge(first)
    }
}

/// Recognizes strings by their first kilobyte.
protocol TextProbe: ValueProbe {
    func judge(text: [UInt8]) -> ProbeFinding
}

extension TextProbe {
    func look(at key: [UInt8]) -> Command? { Command("GETRANGE", key: key, 0, 1023) }

    func judge(_ value: Reply) -> ProbeFinding {
        guard case .string(let text) = value else { return ProbeFinding(.differs) }
        return judge(text: text)
    }
}

/// What was found under a key.
package struct ProbeFinding {
    package enum Verdict: Equatable {
        /// The value fits. `isTelling` is whether hardly any other application writes such a value.
        case fits(isTelling: Bool)
        /// The layout accepts any value, so that this one proves nothing.
        case neutral
        case differs
        /// Another type, or members of another kind.
        case mistyped
        case gone
        case refused
    }

    package var verdict: Verdict
    /// The values of variables that the value shows.
    package var variables: [String: [UInt8]] = [:]
    /// The unit of scores: 1 for seconds, 1000 for milliseconds, 0 if both were found; nil without
    /// scores.
    package var unit: Int64?

    init(_ verdict: Verdict) { self.verdict = verdict }
}

// MARK: probes of several stores

/// Values that prove nothing.
struct AnyProbe: ValueProbe {
    var isSelective: Bool { false }
    func look(at key: [UInt8]) -> Command? { nil }
    func judge(_ value: Reply) -> ProbeFinding { ProbeFinding(.neutral) }
}

/// Strings that are whole tokens.
struct WholeTokenProbe: TextProbe {
    let requiresEnd: Bool

    var isSelective: Bool { true }

    func judge(text: [UInt8]) -> ProbeFinding {
        ProbeFinding(NameShape.isToken(text) ? .fits(isTelling: true) : .differs)
    }
}

/// Whole numbers, in strings or in a field of hashes.
struct NumberProbe: ValueProbe {
    /// nil for strings.
    let field: [UInt8]?

    var isSelective: Bool { false }

    func look(at key: [UInt8]) -> Command? {
        field.map { Command("HMGET", key: key, .bytes($0)) }
            ?? Command("GETRANGE", key: key, 0, 1023)
    }

    func judge(_ value: Reply) -> ProbeFinding {
        switch value {
        case .string(let text): return judge(text)
        case .array(let fields):
            guard case .string(let text)? = fields.first else { return ProbeFinding(.neutral) }
            return judge(text)
        default: return ProbeFinding(.differs)
        }
    }

    private func judge(_ text: [UInt8]) -> ProbeFinding {
        ProbeFinding(Self.isNumber(text) ? .fits(isTelling: false) : .differs)
    }

    static func isNumber(_ text: [UInt8]) -> Bool {
        !text.isEmpty && text.count < 16 && text.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Hashes that have some fields.
struct HashProbe: ValueProbe {
    let fields: [(name: [UInt8], value: Template)]

    var isSelective: Bool { true }

    func look(at key: [UInt8]) -> Command? {
        let names = fields.map { Argument.bytes($0.name) }
        return Command(arguments: ["HMGET", .bytes(key)] + names, keyIndex: 1)
    }

    func judge(_ value: Reply) -> ProbeFinding {
        guard case .array(let found) = value else { return ProbeFinding(.differs) }
        var finding = ProbeFinding(.fits(isTelling: true))
        for (field, reply) in zip(fields, found) {
            guard case .string(let value) = reply else { return ProbeFinding(.mistyped) }
            if value.count <= 200, let holes = field.value.parse(value) {
                finding.variables.merge(KeyPattern.variables(holes)) { first, _ in first }
            }
        }
        return finding
    }
}

/// Sets whose members a template makes.
struct SetProbe: ValueProbe {
    /// nil where the layout leaves members open.
    let member: Template?
    /// Whether ids are whole tokens.
    let isByText: Bool

    var isSelective: Bool { true }

    func look(at key: [UInt8]) -> Command? { Command("SRANDMEMBER", key: key, 5) }

    func judge(_ value: Reply) -> ProbeFinding {
        guard case .array(let members) = value else { return ProbeFinding(.differs) }
        guard !members.isEmpty else { return ProbeFinding(.gone) }
        guard members.allSatisfy(fits) else {
            return ProbeFinding(member == nil ? .neutral : .mistyped)
        }
        return ProbeFinding(.fits(isTelling: true))
    }

    private func fits(_ reply: Reply) -> Bool {
        guard case .string(let bytes) = reply, let holes = member?.parse(bytes) else {
            return false
        }
        guard let id = holes[.id] else { return true }
        return isByText ? NameShape.isToken(id) : NameShape.isRandom(id)
    }
}
