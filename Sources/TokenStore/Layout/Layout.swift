package import JSON

/// How revocation state lies in Redis: data, read from JSON. Every key name of the tool comes from
/// here; no command knows one.
///
/// A token is revoked where the deny store or a cutoff says so, and, where there is an allow store,
/// wherever that does not know it.
package struct Layout: Sendable {
    /// How anybody knows that an application reads what this layout writes.
    package enum Proof: String, CaseIterable, Sendable {
        /// The application itself was run on the same Redis.
        case application
        /// The bytes were compared with those that its platform writes.
        case platform
        /// Its source was read, nothing more.
        case source
    }

    /// The layout's name, as `--layout` takes it.
    package internal(set) var name: String
    /// What it is for, in one line.
    package internal(set) var summary = ""
    /// Where it was read.
    package internal(set) var origin: String?
    package internal(set) var proof = Proof.source
    /// What a user has to know, a sentence each.
    package internal(set) var notes: [String] = []
    /// Other layouts with the same keys that mean the opposite, each with what tells the two apart.
    package internal(set) var mistakenFor: [(name: String, difference: String)] = []
    /// Its variables with the values that hold here.
    package internal(set) var variables: [(name: String, value: String)] = []
    /// Those of them that nobody has given a value.
    package internal(set) var missingVariables: [String] = []
    /// The data that it was made from, parents and values of variables and all.
    package internal(set) var definition = JSONObject()

    package internal(set) var naming = Naming()
    var deny: DenyStore?
    var allow: AllowStore?
    /// A sorted set for each user.
    var list: ListStore?
    /// How a user's tokens are found where there is no list.
    var index: IndexStore?
    var userCutoff: CutoffStore?
    var globalCutoff: CutoffStore?
    var version: VersionStore?
    var ban: BanStore?
    /// Variables whose values the application itself keeps in Redis.
    var keptVariables: [KeptVariable] = []
    /// The stream with one entry a change.
    package internal(set) var auditKey: [UInt8]?
    /// The channel on which services that cache state hear of a change.
    package internal(set) var channel: [UInt8]?
    /// Whether that channel gets every change, as jwtctl spells them. Else it gets the id of each
    /// revoked token and nothing that a foreign listener could take for one.
    var announcesAll = false

    init(name: String) { self.name = name }

    /// The value of a variable.
    package func variable(_ name: String) -> String? {
        variables.first { $0.name == name }?.value
    }
}

/// Entries whose existence says that a token is revoked.
struct DenyStore: Sendable {
    enum Shape: Equatable, Sendable {
        case string(value: Template, match: Match)
        /// Fields of a hash, and sometimes a member of a set beside it.
        case hash(fields: [Field], beside: Member?)
        /// A member of one set for all; sets give their members no life of their own.
        case set(member: Template)
        /// A number in a comma-separated list in a field of a hash.
        case numbers(field: [UInt8], number: Template)
    }

    struct Field: Equatable, Sendable {
        let name: [UInt8]
        let value: Template
    }

    struct Member: Equatable, Sendable {
        let key: Template
        let member: Template
    }

    /// What a reader compares.
    enum Match: Equatable, Sendable {
        case exists
        /// The whole value.
        case equals
        /// A PHP array whose `valid_until` has passed, or `forever`.
        case phpValidUntil
        /// What Rails' cache takes for an entry of its own; it misses, or raises on, anything else.
        case railsEntry
    }

    let key: Template
    let shape: Shape
    let life: Life
    let withoutExpiry: WithoutExpiry
    /// Seconds that an entry outlives its token: readers may grant leeway.
    let margin: Int64
}

/// How long an entry lives.
enum Life: Equatable, Sendable {
    /// Until the token ends, and the margin.
    case remaining
    /// Until the later of that and this many seconds after the token's `iat`.
    case refreshable(Int64)
    /// For ever, as the reader looks at nothing else.
    case none
}

/// What the application does with a token that never ends.
enum WithoutExpiry: Equatable, Sendable {
    /// Nobody knows: the user has to say.
    case ask
    case persist
    /// Keeps the entry for this many seconds.
    case fixed(Int64)
}

/// A key for each token that is alive.
struct AllowStore: Sendable {
    enum Match: Equatable, Sendable {
        case exists
        case equals(Template)
        /// Anything but these.
        case noneOf([[UInt8]])
    }

    enum Removal: Equatable, Sendable {
        case delete
        /// Another value takes its place, for as long as the key would have lived.
        case rewrite([UInt8])
    }

    let key: Template
    /// Whether a user has one key for all their tokens, whose value is or names the last of them.
    let isShared: Bool
    let match: Match
    /// How the application writes values.
    let valueCodec: Template.Codec
    let removal: Removal
    /// What the application writes, where it can be known; nil where only the application knows.
    let value: Template?
    /// Keys that have to go with it, in this order, before the key itself.
    let links: [Link]
    /// Seconds after which a removed token is looked at again, since a request of the application
    /// that was under way may have written it back; 0 where none does.
    let secondLook: Int64
}

/// A key beside a token's own that would bring it back, or that leads to what would.
struct Link: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case delete
        /// Takes the value of the token's own key out of a set or list.
        case removeValue
        /// Deletes the key if it holds the value of the token's own key, or a Java object in which
        /// this text stands.
        case deleteHolder(text: Template?)
    }

    /// nil where only a search finds it.
    let key: Template?
    let action: Action
    /// What `TYPE` says of it where it is what the layout means.
    let types: [String]
    /// A key whose value fills the hole `link`; the link is no use where that is missing.
    let via: Template?
    /// What the keys begin with that are looked through where `key` can't be made, or holds
    /// another value.
    let search: [UInt8]?
    /// Keys that are looked through where `key` can't be made, or is not there.
    var wild: WildLink?
}

/// Keys of which a part is not known. One goes with a token that it names, or that it holds.
struct WildLink: Equatable, Sendable {
    /// With `${any}` for what is not known, and one hole that names a token.
    let key: Template
    let hole: Template.Hole
    /// The field of a hash with a token's id.
    let field: [UInt8]?
}

/// A sorted set for each user, with the score of each token's end.
struct ListStore: Sendable {
    let key: Template
    let member: Template
    /// What a second is in scores: 1 or 1000.
    let unit: Int64
    /// A hash with more about each token.
    let details: Template?
    /// Whether only tokens that stand on it are alive.
    let isRequired: Bool
    /// Whether the key expires with its last member, this many seconds later; nil: never.
    let margin: Int64?
}

/// A second: tokens that were issued until then are revoked.
struct CutoffStore: Sendable {
    let key: Template
    /// The field of a hash; nil for a string.
    let field: [UInt8]?
    /// What a second is in values: 1 or 1000.
    let unit: Int64
    /// Whether a token of the very second is alive for the reader: `iat < value` revokes.
    let isExclusive: Bool
    /// The longest life that the layout gives to a token, in seconds; nil where nobody said.
    let life: Int64?

    /// Whether the value is the very second.
    var isPlain: Bool { field == nil && unit == 1 && !isExclusive }

    /// How much more a value has to be for the token of the very second to be dead.
    var beyond: Int64 { isExclusive ? 1 : 0 }

    /// The second until which tokens are dead, from what stands in Redis.
    func second(of value: Int64) -> Int64 {
        let number = value - beyond
        return number >= 0 ? number / unit : (number - unit + 1) / unit
    }
}

/// A number that the user's tokens carry: those with a lower one are revoked.
struct VersionStore: Sendable {
    let key: Template
    /// The claim with the token's number.
    let number: Template
}

/// A key in which the application keeps what a variable stands for.
struct KeptVariable: Sendable {
    let name: String
    let key: Template
    let codec: Template.Codec
    /// What makes the variable's value of the key's; nil takes it as it is.
    let filter: Template.Filter?

    /// The variable's value. What is not written by the codec stands for itself: PHP does not
    /// serialize numbers.
    func value(_ stored: [UInt8]) throws(StoreError) -> String {
        let text = codec.decode(stored) ?? stored
        let value = try filter.map { filter throws(StoreError) in try filter.apply(text) } ?? text
        return String(decoding: value, as: UTF8.self)
    }
}

/// Users of whom no token is accepted, whenever it was issued.
struct BanStore: Sendable {
    let key: Template
    /// A member of a set; nil where the key alone says it.
    let member: Template?
}
