internal import JSON
internal import Redis

/// An index store of a layout: how the tokens of a user are found among session keys.
struct IndexStore: Sendable {
    let kind: any SessionIndex
    /// The tokens of a user that a logout cannot reach, in words; nil where it reaches all.
    let leaves: String?
    /// Seconds after which those have expired; nil where the layout does not say.
    let leavesFor: Int64?

    /// The kinds of index, each with its name in layout files.
    static let kinds: [(name: LayoutGrammar.Kind, type: any SessionIndex.Type)] = [
        (.set, SetIndex.self), (.keys, KeyIndex.self), (.values, ValueIndex.self),
        (.hashes, HashIndex.self), (.tokens, TokenIndex.self),
    ]
}

/// One kind of index, with everything that is particular to it.
///
/// A new kind is a file in this folder, a line in `IndexStore.kinds`, and its words in
/// `LayoutGrammar`. `SessionScan` is the loop that all kinds share.
protocol SessionIndex: Sendable {
    /// Reads the members of the store in a layout file.
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure)

    // MARK: in a layout

    /// The templates of the index's own keys, in the same order whatever the variables are.
    var keys: [Template] { get }

    /// Whether tokens are found by going through the keys of all tokens, which works only where
    /// these can be told from other keys.
    var searchesTokenKeys: Bool { get }

    /// Whether users are found in the claims of tokens, so that keys have to be named after these.
    var readsTokens: Bool { get }

    /// Whether the keys lead to tokens of the layout. Through others every logout would find nothing
    /// and report success.
    func leads(to allow: AllowStore) -> Bool

    /// What detection looks for under the index's own keys, each by its place in `keys`.
    func ownProbes(
        _ allow: AllowStore, isByText: Bool
    ) -> [(role: DetectedLayout.Role, place: Int, probe: KeyProbe)]

    /// What the index tells about the values of the tokens' own keys; nil where it tells nothing.
    func tokenProbe(_ allow: AllowStore) -> KeyProbe?

    // MARK: in a search

    /// Where to search, in this order.
    func places(of scan: SessionScan) -> [SessionPlace]

    /// What the name of a key means; nil for a key that tells of no token that is searched for.
    func meaning(of key: [UInt8], _ template: Template, in scan: SessionScan) -> KeyMeaning?

    /// Reads the value of a key whose name does not tell everything.
    func reading(_ candidate: SessionCandidate) -> Command

    /// The tokens of a candidate, given the reply to `reading`; nil where the value is not one of
    /// the application's, so that it might be anybody's.
    func sessions(
        of candidate: SessionCandidate, holding value: Reply, in scan: SessionScan
    ) throws(StoreError) -> [FoundSession]?

    /// The sets or lists with values of token keys that belong to the user, and each value.
    func userValues(for scan: SessionScan) throws(StoreError) -> [(key: [UInt8], value: [UInt8])]

    /// Commands whose replies are the names of what belongs to tokens that a logout keeps.
    func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command]
}

/// What most kinds have in common.
extension SessionIndex {
    var searchesTokenKeys: Bool { false }
    var readsTokens: Bool { false }

    func leads(to allow: AllowStore) -> Bool {
        allow.key.isReversible && allow.key.holes.contains(.id)
    }

    func tokenProbe(_ allow: AllowStore) -> KeyProbe? { nil }

    func reading(_ candidate: SessionCandidate) -> Command { Command("GET", key: candidate.key) }

    func userValues(
        for scan: SessionScan
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] { [] }

    func companionReads(of kept: [TokenSubject]) throws(StoreError) -> [Command] { [] }
}

/// Where an index searches for tokens.
enum SessionPlace {
    /// The keys of a template; a `type` leaves out keys of other types.
    case keys(Template, type: String?)
    /// The members of the one set that the user has.
    case members(ofSet: Template)
}

/// What the name of a key means.
enum KeyMeaning {
    /// The name tells everything.
    case session(FoundSession)
    /// The value tells the rest.
    case candidate(SessionCandidate)
    /// The key may belong to the user, and as well to another user.
    case ambiguous
}

/// A key that has to be read, and what its name tells.
struct SessionCandidate {
    let key: [UInt8]
    /// nil where only the value tells the user.
    var user: Identifier?
    /// nil where only the value tells the token.
    var subject: TokenSubject?
}

extension StoreReader {
    /// The names that lead to a member of JSON values, written with dots in between.
    func path(_ node: LayoutNode) throws(LayoutNode.Failure) -> [JSONString] {
        try node["path"]?.text().split(separator: ".").map { JSONString(String($0)) } ?? []
    }
}
