internal import JSON
internal import Platform
package import Redis

/// How a layout finds the tokens of a user among session keys: by one of several kinds of index.
package struct IndexStore: Sendable {
    let kind: any SessionIndex
    /// The tokens of a user that a logout cannot reach, in words; nil if it reaches all.
    let leaves: String?
    /// Seconds after which these have expired; nil if the layout does not say.
    let leavesFor: Int64?

    /// The kinds of index, each with its name in layout files.
    static let kinds: [(name: LayoutGrammar.Kind, type: any SessionIndex.Type)] = [
        (.set, SetIndex.self), (.keys, KeyIndex.self), (.values, ValueIndex.self),
        (.hashes, HashIndex.self), (.tokens, TokenIndex.self),
    ]

    /// Commands whose replies are the names of what belongs to tokens that a logout keeps.
    package func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command] {
        try kind.companionReads(of: kept)
    }
}

/// One kind of index, with everything that is particular to it.
///
/// A new kind is a file in this folder, a line in `IndexStore.kinds`, and its words in
/// `LayoutGrammar`. `SessionSearch` has what all kinds share.
protocol SessionIndex: Sendable {
    /// What detection looks for under a key of the index, by its place in `keys`.
    typealias OwnProbe = (role: DetectedLayout.Role, place: Int, probe: any ValueProbe)

    /// Reads the members of the store in a layout file.
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure)

    // MARK: in a layout

    /// The templates of the index's own keys, in the same order whatever the variables are.
    var keys: [Template] { get }

    /// Whether a search goes through the keys of all tokens. It works only if these can be told
    /// from the keys of other applications.
    var searchesTokenKeys: Bool { get }

    /// Whether a search finds users in the claims of tokens, so that keys have to contain whole
    /// tokens.
    var readsTokens: Bool { get }

    /// Whether the keys lead to tokens of the layout. If they do not, every logout would find
    /// nothing and report success, so that the layout is refused.
    func leads(to allow: AllowStore) -> Bool

    /// What detection looks for under the index's own keys.
    func ownProbes(_ allow: AllowStore, isByText: Bool) -> [OwnProbe]

    /// How detection recognizes the values of the tokens' own keys; nil if the index says nothing
    /// about them.
    func tokenProbe(_ allow: AllowStore) -> (any ValueProbe)?

    /// The index in words, for `layout show`.
    func description(in layout: Layout) -> StoreDescription

    // MARK: in a search

    /// Where to search, in this order.
    func places(of search: SessionSearch) -> [SessionPlace]

    /// What the name of a key means; nil for a key of no token that is searched for.
    func meaning(of key: [UInt8], _ template: Template, in search: SessionSearch) -> KeyMeaning?

    /// Reads the value of a key whose name does not tell everything.
    func reading(_ candidate: SessionCandidate) -> Command

    /// The tokens of a candidate, given the reply to `reading`; nil where the value is not one of
    /// the application's, so that its key may belong to something else.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in search: SessionSearch
    ) throws(StoreError) -> [FoundSession]?

    /// The keys of sets or lists with values of token keys that belong to the user; nil for none.
    var userValueKeys: Template? { get }

    /// Commands whose replies are the names of what belongs to tokens that a logout keeps.
    func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command]
}

/// What most kinds have in common.
extension SessionIndex {
    var searchesTokenKeys: Bool { false }
    var readsTokens: Bool { false }
    var userValueKeys: Template? { nil }

    func leads(to allow: AllowStore) -> Bool {
        allow.key.isReversible && allow.key.holes.contains(.id)
    }

    func tokenProbe(_ allow: AllowStore) -> (any ValueProbe)? { nil }

    func reading(_ candidate: SessionCandidate) -> Command { Command("GET", key: candidate.key) }

    func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command] { [] }
}

extension StoreDescription {
    /// An index without keys of its own. The first of `sentences` says what all tokens are searched
    /// for.
    static func search(_ sentences: [String], type: LayoutGrammar.Kind) -> StoreDescription {
        StoreDescription(
            role: "index", type: type.rawValue, key: "the keys of the tokens",
            sentences: ["A user's tokens are found by searching all of them: " + sentences[0]]
                + sentences.dropFirst())
    }
}

/// Where an index searches for tokens.
package enum SessionPlace {
    /// The keys of a template; a `type` leaves out keys of other types.
    case keys(Template, type: String?)
    /// The members of the one set that the user has.
    case members(ofSet: Template)
}

/// What the name of a key means.
package enum KeyMeaning {
    /// The name tells everything.
    case session(FoundSession)
    /// The value tells the rest.
    case candidate(SessionCandidate)
    /// The key may belong to the user, and as well to another user.
    case ambiguous
}

/// A key that has to be read, and what its name tells.
package struct SessionCandidate {
    let key: [UInt8]
    /// nil where only the value tells the user.
    var user: Identifier?
    /// nil where only the value tells the token.
    var subject: TokenSubject?

    package init(key: [UInt8], user: Identifier? = nil, subject: TokenSubject? = nil) {
        self.key = key
        self.user = user
        self.subject = subject
    }
}

extension StoreReader {
    /// The names that lead to a member of JSON values, written with dots in between.
    func path(_ node: LayoutNode) throws(LayoutNode.Failure) -> [JSONString] {
        try node["path"]?.text().split(separator: ".").map { JSONString(String($0)) } ?? []
    }
}

/// The index as a store of its layout. What differs between kinds of index is in `SessionIndex`.
extension IndexStore: LayoutStore {
    var keyTemplates: [Template] { kind.keys }

    /// The commands of a search for the tokens of the stranger or, for `list users`, of all users.
    /// A logout also removes what it has found them by.
    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand] {
        guard demand.listsTokens || demand.operation == .logoutAll else { return [] }
        let subject = demand.stranger.subject
        var found: [StoreCommand] = []
        for user in demand.operation == .list ? [subject.user, nil] : [subject.user] {
            // Tokens whose claims name a user are found in another way than those without.
            for token in [subject, nil] {
                guard
                    var search = SessionSearch(
                        demand.layout, user: user, like: nil, token: { _ in token })
                else { continue }
                search.userValues = [subject.id.bytes]
                for place in search.places { found += try commands(demand, search, place) }
            }
        }
        if let values = kind.userValueKeys {
            // A layout does not say whether the application keeps sets or lists.
            found += ["TYPE", "SMEMBERS", "LRANGE", "ZRANGE"].on(values)
            if demand.operation == .logoutAll {
                found += Script.commands(of: Script.removeValue).on(values)
            }
        }
        guard demand.operation == .logoutAll else { return found }
        return found + demand.placed(try companionReads(of: [subject]), on: kind.keys)
    }

    /// The commands of a search in one place, as it makes them for a key of the stranger there, and
    /// for the value that the application would keep under it.
    private func commands(
        _ demand: Demand, _ search: SessionSearch, _ place: SessionPlace
    ) throws(StoreError) -> [StoreCommand] {
        let members = Reply.array([.string(demand.key(search.allow.key) ?? [])])
        let found: [StoreCommand]
        var sent: [Command] = []
        var sessions: [FoundSession] = []
        switch place {
        case .keys(let template, _):
            found = [StoreCommand("SCAN")]
            guard let key = demand.key(template) else { return found }
            switch search.meaning(of: key, template) {
            case .session(let session)?: sessions = [session]
            case .candidate(let candidate)?:
                let reading = search.reading(candidate)
                let value =
                    reading.name == "SMEMBERS"
                    ? members : .string(demand.stranger.subject.id.bytes)
                sent = [reading]
                sessions = try search.sessions(of: candidate, holding: value) ?? []
            case .ambiguous?, nil: break
            }
        case .members(let template):
            found = ["SSCAN"].on(template)
            guard let key = demand.key(template) else { return found }
            let set = SessionCandidate(key: key, user: search.user)
            sessions = try search.sessions(of: set, holding: members) ?? []
        }
        if demand.operation == .logoutAll { sent += sessions.flatMap(\.traces) }
        return found + demand.placed(sent, on: [search.allow.key] + kind.keys)
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        guard let allow = layout.allow else { return [] }
        let own = closed?.index?.kind.keys
        return kind.ownProbes(allow, isByText: layout.naming.isByText).map { role, place, probe in
            StoreSignature(role, kind.keys[place], own?[place], probe)
        }
    }

    func description(in layout: Layout) -> StoreDescription {
        var description = kind.description(in: layout)
        if let leaves {
            description.sentences.append(
                "logout-all does not reach \(layout.words(for: leaves)).")
            if let leavesFor {
                description.sentences.append("They expire within \(TimeSpan.words(leavesFor)).")
            }
        }
        return description
    }
}

extension Layout {
    /// The way to a member of JSON values, with dots.
    func words(for path: [JSONString]) -> String {
        words(for: path.map(\.text).joined(separator: "."))
    }
}
