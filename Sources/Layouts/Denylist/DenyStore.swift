internal import JSON
internal import Platform
package import Redis

/// The blacklist: entries whose existence revokes a token. `shape` has what differs between forms
/// of entries; here are the key, and the rule by which entries expire.
package struct DenyStore: SingleStore {
    package let key: Template
    let shape: any DenyShape
    package let life: Life
    let withoutExpiry: WithoutExpiry
    /// Seconds that an entry stays after its token has expired, since services may allow a leeway.
    package let margin: Int64

    /// How long an entry is kept.
    package enum Life: Equatable, Sendable {
        /// Until the token has expired, and the margin has passed.
        case remaining
        /// Until the later of that time and this many seconds after the token's `iat`. Until then
        /// tymon/jwt-auth, for example, exchanges even an expired token for a new one.
        case refreshable(Int64)
        /// Forever: the members of a set do not expire.
        case none
    }

    /// What the application does with a token that never expires.
    enum WithoutExpiry: Equatable, Sendable {
        /// Unknown, so that the user has to say how long to keep the entry.
        case ask
        /// The entry never expires either.
        case persist
        /// The entry is kept for this many seconds.
        case fixed(Int64)
    }

    // MARK: one entry

    /// The commands that read an entry; see `denial`.
    package func reading(_ subject: TokenSubject) throws(StoreError) -> [Command] {
        try shape.reading(TemplateValues(subject), at: key)
    }

    /// The entry in the replies to `reading`; nil if the application would accept the token. `now`
    /// is the clock of Redis in unix seconds.
    package func denial(
        _ replies: ArraySlice<Reply>, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Denial? {
        try shape.denial(replies, of: subject, now: now)
    }

    /// The unix second at which the entry for a token has to expire; nil for never. Without `iat`
    /// the refresh window may begin as late as the token expires.
    package func end(of expiry: Expiry, issuedAt: Int64?, margin: Int64) -> Int64? {
        switch life {
        case .none: return nil
        case .remaining: return expiry.extended(by: margin).seconds
        case .refreshable(let span):
            guard let seconds = expiry.seconds else { return nil }
            let refresh = min(issuedAt ?? seconds, Expiry.latest - span) + span
            return Expiry.at(max(seconds, refresh)).extended(by: margin).seconds
        }
    }

    /// Writes an entry where there is none; the replies are those of `DenyShape.writing`.
    package func writing(
        _ values: borrowing TemplateValues, until end: Int64?, knowsEnds: Bool
    ) throws(StoreError) -> Command {
        try shape.writing(values, at: key, until: end, knowsEnds: knowsEnds)
    }

    /// Keeps an entry for longer, or writes one: 1 for a new entry, else 0.
    package func extending(
        _ values: borrowing TemplateValues, until end: Int64?
    ) throws(StoreError) -> Command {
        try shape.extending(values, at: key, until: end)
    }

    /// Removes an entry; the reply is 0 where there was none.
    package func removing(_ values: TemplateValues) throws(StoreError) -> Command {
        try shape.removing(values, at: key)
    }

    /// Whose entries one key holds.
    package var scope: DenyScope { shape.scope }
    /// The text that names a token within a key of several; nil where each token has a key.
    package var member: Template? { shape.member }
    /// The member of another set that belongs to an entry; nil where there is none.
    package var beside: DenyMember? { shape.beside }

    // MARK: all entries

    /// The keys or members that `list revoked` has to look through.
    package func scan(_ listing: DenyListing) -> DenyScan { shape.scan(listing) }

    /// The question about a page of the keys, or members, that the scan has found.
    package func page(_ found: [[UInt8]], _ listing: DenyListing) -> any DenyPage {
        shape.page(found, listing)
    }

    /// The command by which `doctor` finds out whether a key has the right type.
    package func sample(_ key: [UInt8]) -> Command { shape.sample(key) }

    /// Whether `list revoked` can tell entries from other keys.
    var canBeListed: Bool {
        shape.scope == .everyone || key.isReversible && (key.hasLiteral || key.codec != .raw)
    }

    // MARK: the layout

    var keyTemplates: [Template] { [key] + [beside?.key].compactMap(\.self) }

    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand] {
        let stranger = demand.stranger
        var sent: [Command] = []
        if demand.judgesTokens || demand.recordsTokens || demand.listsTokens {
            sent += try reading(stranger.subject)
        }
        if demand.revokesTokens {
            let end = end(of: stranger.expiry ?? .never, issuedAt: nil, margin: margin)
            sent += [
                try writing(stranger, until: end, knowsEnds: true),
                try extending(stranger, until: end),
                try writing(stranger, until: end, knowsEnds: false),
            ]
            if let beside { sent.append(try beside.adding(stranger)) }
        }
        if demand.operation == .restore {
            sent.append(try removing(stranger))
            if let beside { sent.append(try beside.removing(stranger)) }
        }
        var found: [StoreCommand] = []
        if demand.operation == .list, canBeListed {
            let listing = DenyListing(
                layout: demand.layout, deny: self, pattern: nil, margin: margin,
                isOneServer: demand.isOneServer)
            switch scan(listing) {
            case .members: found = ["SSCAN"].on(key)
            case .keys:
                found = [StoreCommand("SCAN")]
                sent += try page([try key.render(stranger)], listing).commands()
            }
        }
        found += demand.placed(sent, on: keyTemplates)
        // The scripts give an end only to entries that have one.
        return life == .none ? found.filter { $0.name != "EXPIREAT" } : found
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let deny = closed?.deny
        var signatures = [
            StoreSignature(
                .deny, key, deny?.key, shape.probe(of: self, closed: deny, layout.naming))
        ]
        if let beside {
            signatures.append(
                StoreSignature(
                    .link, beside.key, deny?.beside?.key,
                    SetProbe(member: beside.member, isByText: layout.naming.isByText)))
        }
        return signatures
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "deny", type: type(of: shape).kind.rawValue, key: layout.words(forKey: key),
            sentences: shape.sentences(in: layout) + lifeSentences)
    }

    private var lifeSentences: [String] {
        let end: String
        switch life {
        case .none: return ["Entries never expire."]
        case .remaining: end = "after the token."
        case .refreshable(let span):
            end =
                "after the token or its refresh window (\(TimeSpan.words(span)) from its iat), "
                + "whichever is later."
        }
        let rule = "The key expires \(TimeSpan.words(margin)) " + end
        return switch withoutExpiry {
        case .ask: [rule, "For tokens without exp, give --ttl."]
        case .persist: [rule, "For tokens without exp, it never expires."]
        case .fixed(let seconds):
            [rule, "For tokens without exp, it expires after \(TimeSpan.words(seconds))."]
        }
    }

    // MARK: reading

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        shape = try Self.shape(node, &reader)
        let codec = try LayoutReader.choice(node["key_codec"], Template.Codec.self) ?? .raw
        let (life, margin) = try Self.life(node["ttl"], reader)
        let keyNode = try node.required("key")
        key =
            shape.scope == .token
            ? try reader.tokenKey(keyNode, codec: codec)
            : try reader.templates.key(keyNode, .tokenKey)
        self.life = shape.scope == .everyone ? .none : life
        withoutExpiry = try Self.withoutExpiry(node["no_exp"])
        self.margin = margin
    }

    /// Every form of entries. Of several for one type, the first that fits the members counts.
    static let shapes: [any DenyShape.Type] = [
        DenyString.self, DenyNumbers.self, DenyHash.self, DenySet.self,
    ]

    private static func shape(
        _ node: LayoutNode, _ reader: inout StoreReader
    ) throws(LayoutNode.Failure) -> any DenyShape {
        let kind = try reader.kind(node, [.string, .hash, .set])
        let form = shapes.first { $0.kind == kind && $0.isForm(of: node) }
        return try (form ?? DenyString.self).init(node, &reader)
    }

    /// Reads `remaining`, `remaining+60`, `max(exp, iat+1209600)+60` or `none`. The margin is at
    /// least a minute, even if the application's own entries expire with their tokens: its services
    /// may allow a leeway all the same.
    private static func life(
        _ node: LayoutNode?, _ reader: StoreReader
    ) throws(LayoutNode.Failure) -> (life: Life, margin: Int64) {
        guard let node else { return (.remaining, standardMargin) }
        let text = try reader.templates.plain(node)
        if text == "none" { return (.none, 0) }
        var rest = text[...]
        var life: Life?
        if rest.hasPrefix("remaining") {
            rest = rest.dropFirst("remaining".count)
            life = .remaining
        } else if rest.hasPrefix("max(exp, iat+"), let end = rest.firstIndex(of: ")"),
            let span = StoreReader.seconds(rest[..<end].dropFirst("max(exp, iat+".count))
        {
            rest = rest[rest.index(after: end)...]
            life = .refreshable(span)
        }
        guard let life, let margin = StoreReader.margin(rest) else {
            throw node.failure(.badRule(text, expected: LayoutGrammar.lives))
        }
        return (life, max(margin, standardMargin))
    }

    /// Seconds.
    private static let standardMargin: Int64 = 60

    private static func withoutExpiry(
        _ node: LayoutNode?
    ) throws(LayoutNode.Failure) -> WithoutExpiry {
        guard let node else { return .ask }
        let text = try node.text()
        if text == "refuse" { return .ask }
        if text == "persist" { return .persist }
        guard text.hasPrefix("fixed:"),
            let span = StoreReader.seconds(text.dropFirst("fixed:".count))
        else { throw node.failure(.badRule(text, expected: LayoutGrammar.withoutExpiry)) }
        return .fixed(span)
    }
}
