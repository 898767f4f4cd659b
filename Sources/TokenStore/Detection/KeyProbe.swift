internal import JSON
internal import Redis

/// What has to lie under a key of a store: one bounded question, and how its answer is judged.
///
/// No command here reads more than a kilobyte or changes anything; one against a key of another
/// type is answered by an error, which tells as much.
enum KeyProbe {
    /// `closed` is the value with the variables' own values, `open` with any; where it `hasEnd`, a
    /// key that never expires is none of these.
    case string(closed: Template?, open: Template, hasEnd: Bool)
    /// A whole token.
    case token(hasEnd: Bool)
    case php
    case rails
    case allowed([UInt8]?)
    /// A JSON object with something at the end of this path; the value alone, where it is empty.
    case json([JSONString])
    case hash([(name: [UInt8], value: Template)])
    case numbers(field: [UInt8])
    case number(field: [UInt8]?)
    /// Members as this template makes them.
    case set(Template?, isByText: Bool)
    case sortedSet(Template, isByText: Bool)
    case stream
    /// A text that holds what a variable stands for.
    case variable(KeptVariable)
    /// Keys that say nothing by themselves.
    case anything

    enum Verdict: Equatable {
        /// `isTelling` where hardly anything else would look so.
        case fits(isTelling: Bool)
        /// The layout leaves open what lies there.
        case neutral
        case differs
        /// Another type, or members of another kind.
        case mistyped
        case gone
        case refused
    }

    /// What was found besides.
    struct Finding {
        var verdict: Verdict
        var variables: [String: [UInt8]] = [:]
        /// What a second is in scores.
        var unit: Int64?

        init(_ verdict: Verdict) { self.verdict = verdict }
    }

    /// Whether the value alone tells keys of the layout from others.
    var isSelective: Bool {
        switch self {
        case .string(let closed, let open, _): (closed ?? open).holes.isEmpty
        case .token, .php, .rails, .hash, .set, .sortedSet: true
        case .json(let path): !path.isEmpty
        case .allowed(let value): value != nil
        case .numbers, .number, .stream, .variable, .anything: false
        }
    }

    func commands(_ key: [UInt8]) -> [Command] {
        let life = Command("PTTL", key: key)
        switch self {
        case .string, .token, .php, .rails, .allowed, .json, .number(nil), .variable:
            return [Command("GETRANGE", key: key, 0, 1023), life]
        case .hash(let fields):
            let names = fields.map { Argument.bytes($0.name) }
            return [Command(arguments: ["HMGET", .bytes(key)] + names, keyIndex: 1), life]
        case .numbers(let field), .number(let field?):
            return [Command("HMGET", key: key, .bytes(field)), life]
        case .set: return [Command("SRANDMEMBER", key: key, 5), life]
        case .sortedSet: return [Command("ZRANGE", key: key, 0, 4, "WITHSCORES"), life]
        case .stream: return [Command("XRANGE", key: key, "-", "+", "COUNT", 1), life]
        case .anything: return [life]
        }
    }

    func judge(_ replies: ArraySlice<Reply?>) -> Finding {
        guard let life = replies.last ?? nil, let first = replies.first ?? nil else {
            return Finding(.gone)
        }
        for case .error(let error)? in replies {
            return Finding(
                error.kind == .wrongType
                    ? .mistyped : error.kind == .noPermission ? .refused : .gone)
        }
        guard life != .integer(-2) else { return Finding(.gone) }
        switch (self, first) {
        case (.string(_, _, true), _) where life == .integer(-1),
            (.token(true), _) where life == .integer(-1):
            // What never ends is no entry of a token.
            return Finding(.differs)
        case (.string(let closed, let open, _), .string(let value)):
            return Self.judge(value, closed, open)
        case (.token, .string(let value)):
            return Finding(NameShape.isToken(value) ? .fits(isTelling: true) : .differs)
        case (.php, .string(let value)):
            return Finding(PHPBlock(value) == nil ? .differs : .fits(isTelling: true))
        case (.rails, .string(let value)):
            return Finding(DenyStore.isRailsEntry(value) ? .fits(isTelling: true) : .differs)
        case (.allowed(let wanted), .string(let value)):
            guard let wanted else { return Finding(.neutral) }
            return Finding(value == wanted ? .fits(isTelling: value.count >= 4) : .differs)
        case (.json(let path), .string(let value)): return Finding(Self.judge(value, path))
        case (.number, .string(let value)): return Finding(Self.number(value))
        case (.number, .array(let fields)):
            guard case .string(let value)? = fields.first else { return Finding(.neutral) }
            return Finding(Self.number(value))
        case (.numbers, .array(let fields)):
            guard case .string(let value)? = fields.first else { return Finding(.neutral) }
            let isList = DenyStore.numbers(value).allSatisfy { Self.number($0) != .differs }
            return Finding(isList ? .fits(isTelling: true) : .mistyped)
        case (.hash(let fields), .array(let found)): return Self.judge(fields, found)
        case (.set(let member, let isByText), .array(let members)):
            return Finding(Self.judge(members, member, isByText))
        case (.sortedSet(let member, let isByText), .array(let pairs)):
            return Self.judge(pairs: pairs, member, isByText)
        case (.stream, .array): return Finding(.fits(isTelling: false))
        case (.variable(let kept), .string(let value)): return Self.judge(value, kept)
        case (.anything, _): return Finding(.neutral)
        default: return Finding(.differs)
        }
    }

    private static func judge(
        _ value: [UInt8], _ closed: Template?, _ open: Template
    ) -> Finding {
        if let closed = closed ?? (open.holes.contains(where: \.isVariable) ? nil : open) {
            if closed.parts == [.hole(.entry, [])] {
                let isShort = value == DenyEntry.shortValue
                return Finding(
                    isShort || DenyEntry(value: value) != DenyEntry()
                        ? .fits(isTelling: !isShort) : .differs)
            }
            if closed.parts == [.hole(.reason, [])] { return Finding(.neutral) }
            if closed.holes.isEmpty {
                if value == closed.literal {
                    return Finding(.fits(isTelling: value.count > 4))
                }
                if open.holes.isEmpty, spellings(of: closed.literal).contains(value) {
                    return Finding(.fits(isTelling: value.count > 3 && value != jsonTrue))
                }
            } else if closed.parse(value) != nil {
                return Finding(.fits(isTelling: true))
            }
        }
        // Another value of a variable does as well, where it is short enough to be one.
        guard open.holes.contains(where: \.isVariable), value.count <= 64,
            let holes = open.parse(value)
        else { return Finding(.differs) }
        let isMarker = open.parts.count == 1 && markers.contains { $0.utf8.elementsEqual(value) }
        var finding = Finding(isMarker ? .fits(isTelling: false) : .neutral)
        finding.variables = KeyPattern.variables(holes)
        return finding
    }

    /// What applications write where nothing but the key counts.
    private static let markers = [
        "true", "True", "yes", "revoked", "blacklisted", "blocked", "invalid", "invalidated",
        "logout", "logged_out",
    ]

    private static let jsonTrue = Array("true".utf8)

    /// How other serializers of the same platform write a value: PHP's igbinary an empty array;
    /// Python's pickle, of protocols 2 to 5, its msgpack and JSON `True` and `1`.
    private static func spellings(of value: [UInt8]) -> [[UInt8]] {
        if value.elementsEqual("a:0:{}".utf8) { return [[0, 0, 0, 2, 0x14, 0]] }
        guard value == [UInt8(ascii: "1")] else { return [] }
        let versions: [UInt8] = [2, 3, 4, 5]
        let pickled = versions.flatMap { version -> [[UInt8]] in
            [[0x80, version, 0x88, 0x2e], [0x80, version, 0x4b, 1, 0x2e]]
        }
        return pickled + [[0xc3], jsonTrue]
    }

    private static func judge(_ value: [UInt8], _ kept: KeptVariable) -> Finding {
        var finding = Finding(.fits(isTelling: kept.codec.decode(value) != nil))
        do throws(StoreError) {
            finding.variables[kept.name] = Array(try kept.value(value).utf8)
        } catch {
            return Finding(.neutral)
        }
        return finding
    }

    private static func judge(_ value: [UInt8], _ path: [JSONString]) -> Verdict {
        // A text with quotes is that of another serializer.
        guard !path.isEmpty else {
            return value.first == UInt8(ascii: "\"") ? .differs : .neutral
        }
        do throws(JSONError) {
            var found: JSONValue? = try JSONParser.parse(value)
            for name in path { found = found?.objectValue?[name] }
            return found == nil ? .differs : .fits(isTelling: true)
        } catch {
            // It may be longer than what was read, or written by another serializer.
            return value.first == UInt8(ascii: "{") ? .neutral : .differs
        }
    }

    private static func number(_ value: [UInt8]) -> Verdict {
        !value.isEmpty && value.count < 16 && value.allSatisfy { (0x30...0x39).contains($0) }
            ? .fits(isTelling: false) : .differs
    }

    private static func judge(
        _ fields: [(name: [UInt8], value: Template)], _ found: [Reply]
    ) -> Finding {
        var finding = Finding(.fits(isTelling: true))
        for (field, reply) in zip(fields, found) {
            guard case .string(let value) = reply else { return Finding(.mistyped) }
            if value.count <= 200, let holes = field.value.parse(value) {
                finding.variables.merge(KeyPattern.variables(holes)) { first, _ in first }
            }
        }
        return finding
    }

    private static func judge(
        _ members: [Reply], _ member: Template?, _ isByText: Bool
    ) -> Verdict {
        guard !members.isEmpty else { return .gone }
        let good = members.allSatisfy { reply in
            guard case .string(let bytes) = reply, let member, let holes = member.parse(bytes)
            else { return false }
            guard let id = holes[.id] else { return true }
            return isByText ? NameShape.isToken(id) : NameShape.isRandom(id)
        }
        return good ? .fits(isTelling: true) : member == nil ? .neutral : .mistyped
    }

    /// Members with their scores. Seconds have ten digits until the year 2286, milliseconds 13.
    private static func judge(
        pairs: [Reply], _ member: Template, _ isByText: Bool
    ) -> Finding {
        var units: Set<Int64> = []
        for index in stride(from: 1, to: pairs.count, by: 2) {
            guard case .string(let bytes) = pairs[index],
                let score = Double(String(decoding: bytes, as: UTF8.self))
            else { return Finding(.mistyped) }
            if score.isFinite { units.insert(score > 1e11 ? 1000 : 1) }
            guard case .string(let id) = pairs[index - 1], let holes = member.parse(id)
            else { return Finding(.mistyped) }
            if isByText, !NameShape.isToken(holes[.id] ?? []) { return Finding(.mistyped) }
        }
        guard !pairs.isEmpty else { return Finding(.gone) }
        var finding = Finding(.fits(isTelling: isByText))
        finding.unit = units.count == 1 ? units.first : units.isEmpty ? nil : 0
        return finding
    }
}
