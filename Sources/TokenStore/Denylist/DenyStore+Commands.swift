internal import Redis

/// What is asked and told of a blacklist entry.
extension DenyStore {
    /// The commands that read an entry; see `denial`.
    func reading(_ subject: TokenSubject) throws(StoreError) -> [Command] {
        let values = TemplateValues(subject)
        let key = try key.render(values)
        switch shape {
        case .string: return [Command("GET", key: key), Command("PTTL", key: key)]
        case .hash(let fields, let beside):
            let names = fields.map { Argument.bytes($0.name) }
            let hash = [
                Command(arguments: ["HMGET", .bytes(key)] + names, keyIndex: 1),
                Command("PTTL", key: key),
            ]
            guard let beside else { return hash }
            return hash + [
                Command(
                    "SISMEMBER", key: try beside.key.render(values),
                    .bytes(try beside.member.render(values)))
            ]
        case .set(let member):
            return [Command("SISMEMBER", key: key, .bytes(try member.render(values)))]
        case .numbers(let field, _):
            return [Command("HMGET", key: key, .bytes(field)), Command("PTTL", key: key)]
        }
    }

    /// The entry that the replies to `reading` tell of, by the reader's own rule; nil where the
    /// application would not call the token revoked.
    func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> TokenState.Denial? {
        guard let first = replies.first, let last = replies.last else { return nil }
        switch shape {
        case .string(let value, let match):
            guard let bytes = try first.asOptionalBytes,
                try self.matches(bytes, value, match, subject, now)
            else { return nil }
            return TokenState.Denial(
                entry: entry(bytes, value), timeToLive: try timeToLive(last))
        case .hash(let fields, let beside):
            let found = try values(first)
            guard found.count == fields.count, found.allSatisfy({ $0 != nil }) else {
                // Which of the fields a reader goes by only the reader knows.
                return nil
            }
            if beside != nil, last != .integer(1) { return nil }
            let left = replies[replies.startIndex + 1]
            return TokenState.Denial(entry: DenyEntry(), timeToLive: try timeToLive(left))
        case .set:
            return first == .integer(1)
                ? TokenState.Denial(entry: DenyEntry(), timeToLive: nil) : nil
        case .numbers(_, let number):
            let wanted = try number.render(TemplateValues(subject))
            guard let list = try values(first).first ?? nil, Self.numbers(list).contains(wanted)
            else { return nil }
            return TokenState.Denial(entry: DenyEntry(), timeToLive: try timeToLive(last))
        }
    }

    /// Whether the reader takes a value for a revocation.
    private func matches(
        _ bytes: [UInt8], _ value: Template, _ match: Match, _ subject: TokenSubject, _ now: Int64
    ) throws(StoreError) -> Bool {
        switch match {
        case .exists: return true
        case .equals:
            var values = TemplateValues(subject)
            values.now = now
            return try value.render(values) == bytes
        case .phpValidUntil: return PHPBlock(bytes)?.isInForce(at: now) ?? false
        case .railsEntry: return Self.isRailsEntry(bytes)
        }
    }

    /// Whether ActiveSupport's cache reads the bytes as an entry: Marshal's since 6.1, with a mark
    /// before them in 7.0, or the format of 7.1.
    static func isRailsEntry(_ bytes: [UInt8]) -> Bool {
        [[0x04, 0x08], [0x00, 0x04], [0x00, 0x11]].contains(Array(bytes.prefix(2)))
    }

    /// What the value tells about the revocation, where the layout puts that there.
    func entry(_ bytes: [UInt8], _ value: Template) -> DenyEntry {
        switch value.parts {
        case [.hole(.entry, [])]: DenyEntry(value: bytes)
        case [.hole(.reason, [])] where !bytes.isEmpty:
            DenyEntry(reason: String(decoding: bytes, as: UTF8.self))
        default: DenyEntry()
        }
    }

    private func values(_ reply: Reply) throws(StoreError) -> [[UInt8]?] {
        try reply.asArray.asOptionalBytes
    }

    /// Seconds, rounded up. An entry may end between two questions, which still counts: the token
    /// was revoked when the server was asked.
    private func timeToLive(_ reply: Reply) throws(StoreError) -> Int64? {
        let left = try reply.asInteger
        return left == -1 ? nil : (max(left, 0) + 999) / 1000
    }

    static func numbers(_ list: [UInt8]) -> [[UInt8]] {
        list.split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    /// When an entry has to end for a token that ends at `expiry`; nil for never.
    func end(of expiry: Expiry, issuedAt: Int64?, margin: Int64) -> Int64? {
        switch life {
        case .none: return nil
        case .remaining: return expiry.extended(by: margin).seconds
        case .refreshable(let span):
            guard let seconds = expiry.seconds else { return nil }
            // A token whose `iat` nobody knows may have been issued this very second before its end.
            let refresh = min(issuedAt ?? seconds, Expiry.latest - span) + span
            return Expiry.at(max(seconds, refresh)).extended(by: margin).seconds
        }
    }

    /// Writes an entry where none stands. The reply is null where something stood there and
    /// `extending` has to look at it; 1 where it was written; 0 where one stood that will do.
    ///
    /// Before Redis 6.2, SET cannot be told the second at which an entry ends, only how long it is
    /// to live from a moment that nobody here knows: there, and where the version is not known, a
    /// script does both. `knowsEnds` is whether the server has the newer form.
    ///
    /// `plain` is the template of the value, as `plainValue` has it.
    func writing(
        _ values: borrowing TemplateValues, plain: borrowing Template?, until end: Int64?,
        knowsEnds: Bool
    ) throws(StoreError) -> Command {
        guard let value = try plain?.render(values) else {
            return try extending(values, until: end)
        }
        let key = try key.render(values)
        guard let end else { return Command("SET", key: key, .bytes(value), "NX") }
        return knowsEnds
            ? Command(
                arguments: ["SET", .bytes(key), .bytes(value), "EXAT", .integer(end), "NX"],
                keyIndex: 1)
            : .eval(Script.deny, keys: [key], [.bytes(value), .integer(end)])
    }

    /// The value of an entry that one SET writes; nil where that takes more.
    var plainValue: Template? {
        if case .string(let value, .exists) = shape { value } else { nil }
    }

    /// For an entry that may be there: never shortens its life, keeps the first value where the
    /// reader goes by it. Answers 1 where it wrote a new entry, 0 where one stood.
    func extending(
        _ values: borrowing TemplateValues, until end: Int64?
    ) throws(StoreError) -> Command {
        let key = try key.render(values)
        let end = Argument.text(end.map(String.init) ?? "")
        switch shape {
        case .string(let value, .exists):
            return .eval(Script.extendDenial, keys: [key], [.bytes(try value.render(values)), end])
        case .string(let value, let match):
            return .eval(
                Script.denyCompared, keys: [key],
                [.bytes(try value.render(values)), end, .text(match.scriptWord)])
        case .hash(let fields, _):
            var arguments = [end]
            for field in fields {
                arguments += [.bytes(field.name), .bytes(try field.value.render(values))]
            }
            return .eval(Script.denyHash, keys: [key], arguments)
        case .set(let member):
            return Command("SADD", key: key, .bytes(try member.render(values)))
        case .numbers(let field, let number):
            return .eval(
                Script.denyNumber, keys: [key],
                [.bytes(field), .bytes(try number.render(values)), end])
        }
    }

    /// Whether a member of a set beside it belongs to an entry.
    var hasBeside: Bool {
        if case .hash(_, .some) = shape { true } else { false }
    }

    /// The set beside the entry, which some readers ask instead.
    func writingBeside(_ values: TemplateValues) throws(StoreError) -> Command? {
        guard case .hash(_, let beside?) = shape else { return nil }
        return Command(
            "SADD", key: try beside.key.render(values), .bytes(try beside.member.render(values)))
    }

    /// Takes an entry away; the reply is 0 where there was none.
    func removing(_ values: TemplateValues) throws(StoreError) -> Command {
        let key = try key.render(values)
        switch shape {
        case .string, .hash: return Command("DEL", key: key)
        case .set(let member):
            return Command("SREM", key: key, .bytes(try member.render(values)))
        case .numbers(let field, let number):
            return .eval(
                Script.allowNumber, keys: [key],
                [.bytes(field), .bytes(try number.render(values))])
        }
    }

    func removingBeside(_ values: TemplateValues) throws(StoreError) -> Command? {
        guard case .hash(_, let beside?) = shape else { return nil }
        return Command(
            "SREM", key: try beside.key.render(values), .bytes(try beside.member.render(values)))
    }
}

/// The values of tymon/jwt-auth: `s:7:"forever";`, or an array with `valid_until`.
struct PHPBlock {
    private let validUntil: Int64?

    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "s:7:\"forever\";" {
            validUntil = nil
            return
        }
        let head = "a:1:{s:11:\"valid_until\";i:"
        guard text.hasPrefix(head), text.hasSuffix(";}"),
            let seconds = Int64(text.dropFirst(head.count).dropLast(2))
        else { return nil }
        validUntil = seconds
    }

    /// The application's grace period may put the moment into the future.
    func isInForce(at now: Int64) -> Bool { validUntil.map { $0 <= now } ?? true }
}

extension DenyStore.Match {
    /// For `Script.denyCompared`.
    fileprivate var scriptWord: String {
        switch self {
        case .exists, .equals: "equals"
        case .phpValidUntil: "php"
        case .railsEntry: "rails"
        }
    }
}
